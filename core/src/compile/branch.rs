//! `if` and blocks, for each destination that their value can have.

use super::label::Label;
use super::scope::Unwind;
use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::Insn;
use crate::syntax::ast::{Block, Expr, ExprId, If};

/// Where the value of a branch goes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Dest {
    /// Nowhere: only the effect is wanted.
    Effect,
    /// Into this register, the next one of the stack.
    Register(Reg),
    /// To the caller: the branch leaves the function.
    Return,
}

impl Compiler<'_> {
    /// Evaluates a branch.
    pub(super) fn put(&mut self, id: ExprId, dest: Dest) -> Res<()> {
        match dest {
            Dest::Effect => self.effect(id),
            Dest::Return => self.return_expr(id),
            Dest::Register(reg) => {
                // Without the frame of `eval` where that is known to be a block: an `if` may stand in each branch.
                let value = match self.ast.expr(id) {
                    Expr::Block(block) => self.block_value(block, reg)?,
                    _ => self.eval(id, None)?,
                };
                self.load_next(reg, value)
            }
        }
    }

    /// Loads a value into the next register of the stack, `reg`, and gives it back.
    pub(super) fn load_next(&mut self, reg: Reg, value: Val) -> Res<()> {
        self.release(reg);
        let dst = self.take()?;
        self.load(dst, value)?;
        self.release(reg);
        Ok(())
    }

    /// `if`, with all of its chain of `else if`.
    #[inline(never)]
    pub(super) fn if_to(&mut self, mut branch: If, dest: Dest) -> Res<()> {
        let mut end = Label::new();
        loop {
            let mut skip = Label::new();
            self.cond(branch.cond, false, &mut skip)?;
            self.put(branch.then, dest)?;
            if let (None, Dest::Effect) = (branch.otherwise, dest) {
                self.bind(skip)?;
                break;
            }
            if self.falls_through() {
                self.go(&mut end)?;
            }
            self.bind(skip)?;
            let Some(other) = branch.otherwise else {
                self.nil_to(dest)?;
                break;
            };
            match self.ast.expr(other) {
                Expr::If(next) => branch = next,
                _ => {
                    self.put(other, dest)?;
                    break;
                }
            }
        }
        self.bind(end)
    }

    /// The value of an `else`, or of a `break`, that is not there.
    pub(super) fn nil_to(&mut self, dest: Dest) -> Res<()> {
        match dest {
            Dest::Effect => Ok(()),
            Dest::Return => self.emit(Insn::ReturnNil {}),
            Dest::Register(reg) => self.load_next(reg, Val::Nil),
        }
    }

    #[inline(never)]
    pub(super) fn if_value(&mut self, branch: If, mark: Reg) -> Res<Val> {
        self.if_to(branch, Dest::Register(mark))?;
        self.release(mark);
        Ok(Val::Reg(self.take()?))
    }

    /// A block whose value nothing asks for.
    pub(super) fn block(&mut self, block: Block) -> Res<()> {
        self.open(Unwind::Nothing)?;
        self.items(block)?;
        if let Some(tail) = block.tail {
            self.effect(tail)?;
        }
        self.close();
        Ok(())
    }

    /// What a block does before its value.
    pub(super) fn items(&mut self, block: Block) -> Res<()> {
        for index in 0..block.items.len {
            let item = self.ast.nth(block.items, index);
            self.effect(item)?;
        }
        Ok(())
    }

    #[inline(never)]
    pub(super) fn block_value(&mut self, block: Block, mark: Reg) -> Res<Val> {
        self.open(Unwind::Nothing)?;
        self.items(block)?;
        let value = match block.tail {
            // Its last instruction may write the register of the block's first variable.
            Some(tail) => self.eval(tail, Some(mark))?,
            None => Val::Nil,
        };
        self.close();
        self.settle(value, mark)
    }

    /// A block that leaves the function with its value.
    fn return_block(&mut self, block: Block) -> Res<()> {
        self.open(Unwind::Nothing)?;
        self.items(block)?;
        if let Some(tail) = block.tail {
            self.return_expr(tail)?;
        }
        self.close();
        if block.tail.is_none() && self.falls_through() { self.emit(Insn::ReturnNil {}) } else { Ok(()) }
    }

    /// Leaves the function with the value of an expression; each branch of an `if` leaves by itself.
    pub(super) fn return_expr(&mut self, id: ExprId) -> Res<()> {
        self.descend()?;
        match self.ast.expr(id) {
            Expr::If(branch) => self.if_to(branch, Dest::Return),
            Expr::Block(block) => self.return_block(block),
            Expr::Match { subject, arms } => self.match_to(subject, arms, Dest::Return),
            Expr::Endless(body) => self.endless_to(id, body, Dest::Return),
            Expr::Try { body, var, handler } => self.try_to(id, (body, var, handler), Dest::Return),
            _ => self.return_value(id),
        }
    }

    #[inline(never)]
    fn return_value(&mut self, id: ExprId) -> Res<()> {
        let mark = self.f.next;
        let value = self.eval(id, None)?;
        self.at(id);
        if value == Val::Nil {
            self.emit(Insn::ReturnNil {})?;
        } else {
            let reg = self.reg_of(value)?;
            let src = self.near(reg, 0)?;
            self.emit(Insn::Return { src })?;
        }
        self.release(mark);
        Ok(())
    }
}
