//! `and`, `or` and `??`, in chains of one of them. (`and` and `or` as conditions: see `cond`.)

use super::label::Label;
use super::value::Val;
use super::{Compiler, Reg, Res, fold};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{Expr, ExprId, LogicalOp};

impl LogicalOp {
    /// The truth of a term that decides the whole, if its truth does.
    pub(super) fn deciding_truth(self) -> Option<bool> {
        match self {
            LogicalOp::And => Some(false),
            LogicalOp::Or => Some(true),
            LogicalOp::Coalesce => None,
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
            let decided = fold::decides(op, value);
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
                    LogicalOp::Coalesce => Insn::JumpNotNil { src, to: Forward32(to) },
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
            match op.deciding_truth() {
                Some(truth) => self.cond(term, truth, &mut end)?,
                None => self.unless_nil(term, &mut end)?,
            }
            term = self.next_term(term, op)?;
        }
        self.effect(term)?;
        self.bind(end)
    }

    /// Jumps to `label` unless a term is nil.
    fn unless_nil(&mut self, term: ExprId, label: &mut Label) -> Res<()> {
        let mark = self.f.next;
        let value = self.eval(term, None)?;
        self.at(term);
        match value {
            Val::Reg(reg) => {
                let src = self.near(reg, 0)?;
                self.jump(label, |to| Insn::JumpNotNil { src, to: Forward32(to) })?;
            }
            Val::Nil => {}
            Val::Bool(_) | Val::Num(_) | Val::Str(_) => self.go(label)?,
        }
        self.release(mark);
        Ok(())
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
