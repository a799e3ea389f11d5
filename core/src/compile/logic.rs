//! `and` and `or`, in chains of one of them. (As conditions: see `cond`.)

use super::label::Label;
use super::value::Val;
use super::{Compiler, Reg, Res, fold};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{Expr, ExprId, LogicalOp};

impl LogicalOp {
    /// The truth of a term that decides the whole.
    pub(super) fn decides(self) -> bool {
        match self {
            LogicalOp::And => false,
            LogicalOp::Or => true,
        }
    }
}

impl Compiler<'_> {
    /// The value of a chain.
    #[inline(never)]
    pub(super) fn logical(&mut self, id: ExprId, op: LogicalOp, mark: Reg) -> Res<Val> {
        let base = self.terms.len();
        let mut term = self.first_term(id, op)?;
        let mut end = Label::new();
        loop {
            self.release(mark);
            let value = self.eval(term, None)?;
            let is_last = self.terms.len() == base;
            let decided = fold::truth(value).map(|truth| truth == op.decides());
            if is_last || decided == Some(true) {
                self.terms.truncate(base);
                if !end.is_used() {
                    return self.settle(value, mark);
                }
                self.release(mark);
                let dst = self.take()?;
                self.load(dst, value)?;
                self.bind(end)?;
                return Ok(Val::Reg(dst));
            }
            if decided.is_none() {
                self.at(term);
                self.release(mark);
                let dst = self.take()?;
                self.load(dst, value)?;
                let src = self.near(dst, 0)?;
                self.jump(&mut end, |to| match op {
                    LogicalOp::And => Insn::JumpFalse { src, to: Forward32(to) },
                    LogicalOp::Or => Insn::JumpTrue { src, to: Forward32(to) },
                })?;
            }
            term = self.next_term(term, op)?;
        }
    }

    /// A chain whose value nothing asks for: the last term is evaluated if the others do not decide.
    #[inline(never)]
    pub(super) fn logical_effect(&mut self, id: ExprId, op: LogicalOp) -> Res<()> {
        let base = self.terms.len();
        let mut term = self.first_term(id, op)?;
        let mut end = Label::new();
        while self.terms.len() > base {
            self.cond(term, op.decides(), &mut end)?;
            term = self.next_term(term, op)?;
        }
        self.effect(term)?;
        self.bind(end)
    }

    /// The term of a chain that comes after `term`, which was not the last.
    pub(super) fn next_term(&mut self, term: ExprId, chain: LogicalOp) -> Res<ExprId> {
        let rest = self.terms.pop().unwrap_or(term);
        self.first_term(rest, chain)
    }

    /// The first term of a chain of `op`, to whichever side it grows; the rest is pushed.
    pub(super) fn first_term(&mut self, mut id: ExprId, chain: LogicalOp) -> Res<ExprId> {
        while let Expr::Logical(logical) = self.ast.expr(id)
            && logical.op == chain
        {
            self.terms.push(logical.right)?;
            id = logical.left;
        }
        Ok(id)
    }
}
