//! Properties: fields and methods of objects, read and assigned.

use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{Expr, ExprId, Super, Symbol, VarId, VarKind};

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn get(
        &mut self,
        id: ExprId,
        name: Symbol,
        object: Val,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        self.at(id);
        let reg = self.reg_of(object)?;
        let object = self.near(reg, 0)?;
        let site = Site32(self.site(name)?);
        self.result(mark, hint, |dst| Insn::GetField { dst, object, site })
    }

    /// `object.name = value`; the value stays where it is.
    pub(super) fn set(
        &mut self,
        id: ExprId,
        (object, name): (ExprId, Symbol),
        value: ExprId,
        clobbers: bool,
    ) -> Res<Val> {
        if let Expr::Local(var) = self.ast.expr(object) {
            self.note_field(var, name)?;
        }
        let mark = self.top();
        let object = self.eval(object, None)?;
        let (object, value) = self.right_of(object, value, clobbers, mark)?;
        self.at(id);
        let (object, reg) = (self.reg_of(object)?, self.reg_of(value)?);
        let site = Site32(self.site(name)?);
        let (object, src) = (self.near(object, 0)?, self.near(reg, 1)?);
        self.emit(Insn::SetField { object, src, site })?;
        Ok(value)
    }

    #[inline(never)]
    pub(super) fn set_value(
        &mut self,
        id: ExprId,
        property: (ExprId, Symbol),
        value: ExprId,
        clobbers: bool,
        mark: Reg,
    ) -> Res<Val> {
        let value = self.set(id, property, value, clobbers)?;
        self.settle(value, mark)
    }

    /// `body`, for which an object is held in a register.
    pub(super) fn hold<T>(
        &mut self,
        clobbers: bool,
        object: ExprId,
        body: impl FnOnce(&mut Self) -> Res<T>,
    ) -> Res<T> {
        let mark = self.top();
        let reg = match self.eval(object, None)? {
            // A variable that the body may assign is copied.
            Val::Reg(reg) if reg >= mark || !clobbers => reg,
            object => {
                let copy = self.take()?;
                self.load(copy, object)?;
                copy
            }
        };
        self.holding.push(reg)?;
        let result = body(self)?;
        self.holding.pop();
        Ok(result)
    }

    #[inline(never)]
    pub(super) fn hold_value(&mut self, clobbers: bool, object: ExprId, body: ExprId, mark: Reg) -> Res<Val> {
        let value = self.hold(clobbers, object, |compiler| compiler.eval(body, None))?;
        self.settle(value, mark)
    }

    /// The object that is held, `depth` further out than the innermost.
    pub(super) fn held_object(&self, depth: u8) -> Val {
        // The parser makes such a node only where an object is held.
        self.holding.iter().nth_back(usize::from(depth)).map_or(Val::Nil, |&reg| Val::Reg(reg))
    }

    /// Counts a field that a method assigns: the class will guess the size of its instances from it.
    fn note_field(&mut self, object: VarId, name: Symbol) -> Res<()> {
        let var = &self.ast.vars[object.index()];
        if var.kind == VarKind::Implicit && self.ast.functions[var.function.index()].this == Some(object) {
            if self.field_owner.len() <= name.index() {
                self.field_owner.resize(name.index() + 1, 0)?;
            }
            let owner = &mut self.field_owner[name.index()];
            if *owner != self.class.serial {
                *owner = self.class.serial;
                self.class.fields = self.class.fields.saturating_add(1);
            }
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn get_super(&mut self, id: ExprId, method: Super, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        self.at(id);
        let top = self.top();
        let this = self.read(method.this, top, None)?;
        let top = self.top();
        let superclass = self.read(method.superclass, top, None)?;
        let (this, superclass) = (self.reg_of(this)?, self.reg_of(superclass)?);
        let site = Site32(self.site(method.name)?);
        let (this, superclass) = (self.near(this, 0)?, self.near(superclass, 1)?);
        self.result(mark, hint, |dst| Insn::GetSuper { dst, this, superclass, site })
    }
}
