//! `throw`, and `try` with its handler.
//!
//! ```text
//!   from:
//!       body
//!   to:
//!       go to end
//!   target:                    an error between from and to leads here, with its value in a register
//!       poll
//!       handler
//!   end:
//! ```

use super::branch::Dest;
use super::label::Label;
use super::scope::Unwind;
use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::{Handler, Insn};
use crate::syntax::ast::{Expr, ExprId, VarId};

/// The body of `try`, the variable of `catch`, and its block.
type Try = (ExprId, Option<VarId>, ExprId);

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn throw(&mut self, id: ExprId, value: ExprId) -> Res<()> {
        let mark = self.f.next;
        let value = self.eval(value, None)?;
        self.at(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.emit(Insn::Throw { src })?;
        self.release(mark);
        Ok(())
    }

    #[inline(never)]
    pub(super) fn try_value(&mut self, id: ExprId, parts: Try, mark: Reg) -> Res<Val> {
        self.try_to(id, parts, Dest::Register(mark))?;
        self.release(mark);
        Ok(Val::Reg(self.take()?))
    }

    #[inline(never)]
    pub(super) fn try_to(&mut self, id: ExprId, (body, var, handler): Try, dest: Dest) -> Res<()> {
        let from = self.boundary();
        self.put(body, dest)?;
        let falls_through = self.falls_through();
        let to = self.boundary();
        if from == to {
            // Without an instruction there is no error.
            return Ok(());
        }
        let mut end = Label::new();
        if falls_through {
            self.go(&mut end)?;
        }
        let target = self.boundary();
        self.at(id);
        self.caught()?;
        self.open(Unwind::Nothing)?;
        let register = self.take()?;
        self.f.handlers.push(Handler { from, to, target, register })?;
        if let Some(var) = var {
            self.var_regs[var.index()] = register;
            if self.ast.vars[var.index()].needs_cell() {
                self.new_cell(register, register)?;
            }
        }
        self.handler_to(handler, dest)?;
        self.bind(end)
    }

    /// The block of `catch`, and the end of the scope around it.
    fn handler_to(&mut self, handler: ExprId, dest: Dest) -> Res<()> {
        let Dest::Register(reg) = dest else {
            self.put(handler, dest)?;
            self.close();
            return Ok(());
        };
        // The value of the block is above the error.
        let mark = self.top();
        let value = match self.ast.expr(handler) {
            Expr::Block(block) => self.block_value(block, mark)?,
            _ => self.eval(handler, None)?,
        };
        self.close();
        self.load_next(reg, value)
    }
}
