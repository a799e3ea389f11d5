//! Class declarations.

use super::scope::{ClassState, Unwind};
use super::{Compiler, Reg, Res};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn};
use crate::syntax::ast::{Class, ClassId, ExprId, FnId, Place, VarId};

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn class(&mut self, id: ExprId, class: ClassId) -> Res<()> {
        let class = self.ast.classes[class.index()];
        if class.begins {
            self.begin_class(&class)?;
        }
        for index in 0..class.methods.len {
            let method = self.ast.nth(class.methods, index);
            self.add_method(id, method)?;
        }
        if class.ends {
            self.end_class();
        }
        Ok(())
    }

    fn begin_class(&mut self, class: &Class) -> Res<()> {
        self.span = class.name_span;
        // A variable for the class stays; all else is gone with the scope.
        let variable = match class.place {
            Place::Local(_) => Some(self.take()?),
            Place::Global(_) => None,
        };
        self.open(Unwind::Class(self.class))?;
        self.classes += 1;
        let place = match variable {
            Some(reg) => reg,
            None => self.take()?,
        };
        let made = self.here();
        let reg = self.new_class(class, place)?;
        self.class = ClassState { serial: self.classes, fields: 0, made, reg };
        if let Some((superclass, var)) = class.superclass {
            self.inherit(reg, superclass, var)?;
        }
        Ok(())
    }

    fn end_class(&mut self) {
        let ClassState { made, fields, .. } = self.class;
        self.f.code.words[made as usize] |= u32::from(fields) << 16;
        self.close();
    }

    /// Makes the class and puts it in its place; returns a register that holds the class itself. The
    /// number of fields is filled in when the methods are known.
    fn new_class(&mut self, class: &Class, place: Reg) -> Res<Reg> {
        let text = self.name(class.name)?;
        let name = Name32(self.constant(Const::Name(text))?);
        let insn = |dst| Insn::NewClass { dst, fields: Count(0), name };
        match class.place {
            Place::Global(name) => {
                self.emit_to(place, insn)?;
                let global = Global32(self.global(name)?);
                let src = self.near(place, 0)?;
                self.emit(Insn::DefGlobal { src, global })?;
                Ok(place)
            }
            Place::Local(var) => {
                self.var_regs[var.index()] = place;
                if !self.ast.vars[var.index()].needs_cell() {
                    self.emit_to(place, insn)?;
                    return Ok(place);
                }
                let reg = self.take()?;
                self.emit_to(reg, insn)?;
                self.new_cell(place, reg)?;
                Ok(reg)
            }
        }
    }

    fn inherit(&mut self, class: Reg, superclass: ExprId, var: VarId) -> Res<()> {
        let reg = self.push(superclass)?;
        self.var_regs[var.index()] = reg;
        self.at(superclass);
        let (class, superclass) = (self.near(class, 0)?, self.near(reg, 1)?);
        self.emit(Insn::Inherit { class, superclass })
    }

    fn add_method(&mut self, id: ExprId, method: FnId) -> Res<()> {
        let class = self.class.reg;
        let mark = self.top();
        let reg = self.take()?;
        self.closure(id, method, None, reg)?;
        let text = self.name(self.ast.functions[method.index()].name)?;
        let name = Name32(self.constant(Const::Name(text))?);
        let (class, closure) = (self.near(class, 0)?, self.near(reg, 1)?);
        self.emit(Insn::AddMethod { class, closure, name })?;
        self.release(mark);
        Ok(())
    }
}
