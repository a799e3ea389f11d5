//! Loops, turned upside down: the condition is tested at the end, by the jump back.
//!
//! ```text
//!       test, if it is short; else go to entry
//!   top:
//!       body
//!   next:                      continue leads here
//!       step
//!   entry:
//!       test: go back to top
//!   exit:                      break leads here
//! ```

use super::branch::Dest;
use super::cond::number_right;
use super::finally::Exit;
use super::label::Label;
use super::value::Val;
use super::{Compiler, Reg, Res, fold};
use crate::bytecode::Insn;
use crate::syntax::ast::{Binary, BinaryOp, Expr, ExprId, LogicalOp, Loop, OrderOp, UnaryOp};

/// A loop whose body is being compiled.
#[derive(Debug)]
pub(super) struct LoopScope {
    /// The end of the body, where the next iteration begins.
    pub(super) next: Label,
    /// The end of the loop.
    pub(super) exit: Label,
    /// Where the value of a `break` goes.
    pub(super) dest: Dest,
}

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
        let (next, mut exit) = self.loop_body(repeat.body, Dest::Effect, exit)?;
        self.bind(next)?;
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

    /// `loop`, whose value goes where `dest` says.
    #[inline(never)]
    pub(super) fn endless_to(&mut self, id: ExprId, body: ExprId, dest: Dest) -> Res<()> {
        let top = self.loop_top();
        let (next, exit) = self.loop_body(body, dest, Label::new())?;
        self.bind(next)?;
        self.at(id);
        self.go_back(top)?;
        self.bind(exit)
    }

    #[inline(never)]
    pub(super) fn endless_value(&mut self, id: ExprId, body: ExprId, mark: Reg) -> Res<Val> {
        self.endless_to(id, body, Dest::Register(mark))?;
        self.release(mark);
        Ok(Val::Reg(self.take()?))
    }

    /// The body of a loop, which `break` leaves for `exit`. Returns the labels of `continue` and `break`.
    #[inline(always)]
    pub(super) fn loop_body(&mut self, body: ExprId, dest: Dest, exit: Label) -> Res<(Label, Label)> {
        self.loops.push(LoopScope { next: Label::new(), exit, dest })?;
        self.effect(body)?;
        let scope = self.loops.pop();
        debug_assert!(scope.is_some(), "loops are closed in order");
        Ok(scope.map_or((Label::new(), Label::new()), |scope| (scope.next, scope.exit)))
    }

    /// `break`: out of the loop that has `out` others of the function inside.
    pub(super) fn break_loop(&mut self, id: ExprId, out: u32, value: Option<ExprId>) -> Res<()> {
        let Some(index) = self.loops.len().checked_sub(out as usize + 1) else { return Ok(()) };
        let dest = self.loops[index].dest;
        let next = self.f.next;
        if self.finally_around(Exit::Break(index)).is_some() {
            let value = match (value, dest) {
                (None, _) => Val::Nil,
                (Some(value), Dest::Effect) => {
                    self.effect(value)?;
                    Val::Nil
                }
                (Some(value), Dest::Register(_) | Dest::Return) => self.eval(value, None)?,
            };
            self.at(id);
            self.leave(Exit::Break(index), value)?;
            self.f.next = next;
            return Ok(());
        }
        match value {
            Some(value) => self.put(value, dest)?,
            None => {
                self.at(id);
                self.nil_to(dest)?;
            }
        }
        self.f.next = next;
        self.at(id);
        match dest {
            Dest::Return => Ok(()),
            Dest::Effect | Dest::Register(_) => self.leave_body(index, |scope| &mut scope.exit),
        }
    }

    /// `continue`: on to the next iteration of the loop that has `out` others of the function inside.
    pub(super) fn continue_loop(&mut self, id: ExprId, out: u32) -> Res<()> {
        let Some(index) = self.loops.len().checked_sub(out as usize + 1) else { return Ok(()) };
        self.at(id);
        self.leave(Exit::Continue(index), Val::Nil)
    }

    /// Appends a jump to a label of a loop.
    pub(super) fn leave_body(
        &mut self,
        index: usize,
        label: impl Fn(&mut LoopScope) -> &mut Label,
    ) -> Res<()> {
        let mut to = core::mem::replace(label(&mut self.loops[index]), Label::new());
        let jumped = self.go(&mut to);
        *label(&mut self.loops[index]) = to;
        jumped
    }

    fn is_always_true(&self, cond: ExprId) -> bool {
        matches!(self.ast.expr(cond), Expr::True | Expr::Number(_) | Expr::Str(_) | Expr::Text { .. })
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
                BinaryOp::Arith(_) | BinaryOp::Bit(_) | BinaryOp::Member(_) => self.back_edge_value(id, top),
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
