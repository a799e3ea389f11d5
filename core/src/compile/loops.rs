//! Loops, turned upside down: the condition is tested at the end, by the jump back.
//!
//! ```text
//!       test, if it is short; else go to entry
//!   top:
//!       body
//!       step
//!   entry:
//!       test: go back to top
//!   exit:
//! ```

use super::cond::number_right;
use super::label::Label;
use super::value::Val;
use super::{Compiler, Res, fold};
use crate::bytecode::Insn;
use crate::syntax::ast::{Binary, BinaryOp, Expr, ExprId, LogicalOp, Loop, OrderOp, UnaryOp};

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn repeat(&mut self, id: ExprId, repeat: Loop) -> Res<()> {
        let cond = repeat.cond.filter(|&cond| !self.is_always_true(cond));
        let (mut entry, mut exit) = (Label::new(), Label::new());
        match cond {
            Some(cond) if self.is_short(cond) => self.cond(cond, false, &mut exit)?,
            Some(_) => self.go(&mut entry)?,
            None => {}
        }
        let top = self.loop_top();
        self.effect(repeat.body)?;
        if let Some(step) = repeat.step {
            self.effect(step)?;
        }
        self.bind(entry)?;
        match cond {
            Some(cond) => self.back_edge(cond, top, &mut exit)?,
            None => {
                self.at(id);
                self.go_back(top)?;
            }
        }
        self.bind(exit)
    }

    fn is_always_true(&self, cond: ExprId) -> bool {
        matches!(self.ast.expr(cond), Expr::True | Expr::Number(_) | Expr::Str(_))
    }

    /// Whether a loop should test `id` at its entry and once more at its end: it is one short instruction.
    fn is_short(&self, id: ExprId) -> bool {
        match self.ast.expr(id) {
            Expr::Binary(Binary { op: BinaryOp::Order(_), left, right, .. }) => {
                self.is_at_hand(left) && self.is_at_hand(right)
            }
            Expr::Local(_) => self.is_at_hand(id),
            _ => false,
        }
    }

    fn is_at_hand(&self, id: ExprId) -> bool {
        match self.ast.expr(id) {
            Expr::Number(_) => true,
            Expr::Local(var) => {
                let var = &self.ast.vars[var.index()];
                var.function == self.f.id && !var.needs_cell()
            }
            _ => false,
        }
    }

    /// Goes back to `top` while `id` holds; falls through, or jumps to `exit`, otherwise.
    fn back_edge(&mut self, id: ExprId, top: u32, exit: &mut Label) -> Res<()> {
        self.descend()?;
        match self.ast.expr(id) {
            Expr::Logical(logical) if logical.op.deciding_truth().is_some() => {
                self.back_edge_chain(id, logical.op, top, exit)
            }
            Expr::Binary(binary) => match binary.op {
                BinaryOp::Order(op) => self.back_edge_order(id, op, binary, top),
                BinaryOp::Equal(_) => self.test_then_back_edge(id, top, exit),
                BinaryOp::Arith(_) | BinaryOp::Bit(_) => self.back_edge_value(id, top),
            },
            Expr::Unary { op: UnaryOp::Not, .. } => self.test_then_back_edge(id, top, exit),
            _ => self.back_edge_value(id, top),
        }
    }

    /// The same for a condition that is no operand of a back-edge.
    fn test_then_back_edge(&mut self, id: ExprId, top: u32, exit: &mut Label) -> Res<()> {
        self.cond(id, false, exit)?;
        self.go_back(top)
    }

    fn back_edge_chain(&mut self, id: ExprId, op: LogicalOp, top: u32, exit: &mut Label) -> Res<()> {
        let base = self.terms.len();
        let mut term = self.first_term(id, op)?;
        while self.terms.len() > base {
            if op == LogicalOp::And {
                self.cond(term, false, exit)?;
            } else {
                let mut next = Label::new();
                self.back_edge(term, top, &mut next)?;
                self.bind(next)?;
            }
            term = self.next_term(term, op)?;
        }
        self.back_edge(term, top, exit)
    }

    fn back_edge_value(&mut self, id: ExprId, top: u32) -> Res<()> {
        let mark = self.f.next;
        let value = self.eval(id, None)?;
        self.at(id);
        if let Val::Reg(reg) = value {
            let src = self.near(reg, 0)?;
            self.back(top, |to| Insn::LoopTrue { src, to })?;
        } else if fold::truth(value) == Some(true) {
            self.go_back(top)?;
        }
        self.release(mark);
        Ok(())
    }

    #[inline(never)]
    fn back_edge_order(&mut self, id: ExprId, op: OrderOp, binary: Binary, top: u32) -> Res<()> {
        let mark = self.f.next;
        let (left, right) = self.operands(binary)?;
        if let Some(holds) = fold::order(op, left, right) {
            self.release(mark);
            return if holds { self.go_back(top) } else { Ok(()) };
        }
        self.at(id);
        let (op, left, right) = number_right(op, left, right);
        let strict = op.is_strict();
        let (left, right) = if op.is_flipped() { (right, left) } else { (left, right) };
        let number = match right {
            Val::Num(number) => self.num8(number)?,
            _ => None,
        };
        let var = self.reg_of(left)?;
        if let Some(rhs) = number {
            let lhs = self.near(var, 0)?;
            self.back(top, |to| match strict {
                true => Insn::LoopLtN { lhs, rhs, to },
                false => Insn::LoopLeN { lhs, rhs, to },
            })?;
        } else {
            let bound = self.reg_of(right)?;
            let (lhs, rhs) = (self.near(var, 0)?, self.near(bound, 1)?);
            self.back(top, |to| match strict {
                true => Insn::LoopLt { lhs, rhs, to },
                false => Insn::LoopLe { lhs, rhs, to },
            })?;
        }
        self.release(mark);
        Ok(())
    }
}
