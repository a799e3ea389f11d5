//! Class declarations.

use super::scope::{ClassState, Unwind};
use super::{Compiler, Reg, Res};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn, MemberKind};
use crate::syntax::ast::{Class, ClassId, ExprId, FnId, FnKind, Function, Place, VarId, Variant, VariantId};

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn class(&mut self, id: ExprId, class: ClassId) -> Res<()> {
        let class = self.ast.classes[class.index()];
        if class.begins {
            self.begin_class(&class)?;
        }
        let mut index = 0;
        while index < class.methods.len {
            let method: FnId = self.ast.nth(class.methods, index);
            if self.ast.functions[method.index()].kind == FnKind::StaticField {
                break;
            }
            self.add_method(id, method)?;
            index += 1;
        }
        for index in 0..class.variants.len {
            let variant: VariantId = self.ast.nth(class.variants, index);
            self.add_variant(self.ast.variants[variant.index()])?;
        }
        for index in index..class.methods.len {
            let field = self.ast.nth(class.methods, index);
            self.add_method(id, field)?;
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
        let Function { name, kind, .. } = self.ast.functions[method.index()];
        let text = self.name(name)?;
        let name = Name32(self.constant(Const::Name(text))?);
        let (class, closure) = (self.near(class, 0)?, self.near(reg, 1)?);
        let kind = Member(member_kind(kind) as u8);
        self.emit(Insn::AddMethod { class, closure, kind, name })?;
        self.release(mark);
        Ok(())
    }

    fn add_variant(&mut self, variant: Variant) -> Res<()> {
        self.span = variant.span;
        let mark = self.top();
        let reg = self.take()?;
        let text = self.name(variant.name)?;
        let name = Name32(self.constant(Const::Name(text))?);
        let fields = Count(variant.fields.len as u8);
        let class = self.near(self.class.reg, 0)?;
        self.emit_to(reg, |dst| Insn::NewVariant { dst, class, fields, name })?;
        for index in 0..variant.fields.len {
            let field = self.name(self.ast.nth(variant.fields, index))?;
            let field = Name32(self.constant(Const::Name(field))?);
            let class = self.near(reg, 0)?;
            let kind = Member(MemberKind::VariantField as u8);
            self.emit(Insn::AddMethod { class, closure: class, kind, name: field })?;
        }
        let (class, closure) = (self.near(self.class.reg, 0)?, self.near(reg, 1)?);
        let kind = Member(MemberKind::Variant as u8);
        self.emit(Insn::AddMethod { class, closure, kind, name })?;
        self.release(mark);
        Ok(())
    }
}

/// What a class gets of a function in its declaration.
fn member_kind(kind: FnKind) -> MemberKind {
    match kind {
        FnKind::Script | FnKind::Function | FnKind::Method | FnKind::Initializer => MemberKind::Method,
        FnKind::Getter => MemberKind::Getter,
        FnKind::Setter => MemberKind::Setter,
        FnKind::StaticMethod => MemberKind::StaticMethod,
        FnKind::StaticGetter => MemberKind::StaticGetter,
        FnKind::StaticSetter => MemberKind::StaticSetter,
        FnKind::StaticField => MemberKind::StaticField,
    }
}
