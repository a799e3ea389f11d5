//! Variables: their values, and assignments to them. Where one lives, `captures` knows.

use super::captures::Home;
use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{ExprId, Symbol, VarId};

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn get_local(&mut self, id: ExprId, var: VarId, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        self.at(id);
        self.read(var, mark, hint)
    }

    /// The value of a variable.
    pub(super) fn read(&mut self, var: VarId, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        match self.home(var)? {
            Home::Reg(reg) => Ok(Val::Reg(reg)),
            Home::Cell(reg) => {
                let cell = self.near(reg, 0)?;
                self.result(mark, hint, |dst| Insn::GetCell { dst, cell })
            }
            Home::Upvalue(upvalue) => {
                self.result(mark, hint, |dst| Insn::GetUpvalue { dst, upvalue: Upvalue16(upvalue) })
            }
            Home::UpvalueCell(upvalue) => {
                self.result(mark, hint, |dst| Insn::GetUpvalueCell { dst, upvalue: Upvalue16(upvalue) })
            }
        }
    }

    #[inline(never)]
    pub(super) fn set_local(&mut self, id: ExprId, var: VarId, value: ExprId) -> Res<Val> {
        let mark = self.top();
        let home = self.home(var)?;
        if let Home::Reg(reg) = home {
            let value = self.eval(value, Some(reg))?;
            self.at(id);
            self.load(reg, value)?;
            self.release(mark);
            return Ok(Val::Reg(reg));
        }
        let value = self.eval(value, None)?;
        self.at(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        match home {
            Home::Cell(cell) => {
                let cell = self.near(cell, 1)?;
                self.emit(Insn::SetCell { cell, src })?;
            }
            Home::UpvalueCell(upvalue) => {
                self.emit(Insn::SetUpvalueCell { src, upvalue: Upvalue16(upvalue) })?
            }
            Home::Upvalue(_) | Home::Reg(_) => debug_assert!(false, "the parser marks what is assigned"),
        }
        self.settle(value, mark)
    }

    #[inline(never)]
    pub(super) fn get_global(&mut self, id: ExprId, name: Symbol, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        self.at(id);
        let global = Global32(self.global(name)?);
        self.result(mark, hint, |dst| Insn::GetGlobal { dst, global })
    }

    #[inline(never)]
    pub(super) fn set_global(&mut self, id: ExprId, name: Symbol, value: ExprId) -> Res<Val> {
        let mark = self.top();
        let value = self.eval(value, None)?;
        self.at(id);
        let global = Global32(self.global(name)?);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.emit(Insn::SetGlobal { src, global })?;
        self.settle(value, mark)
    }
}
