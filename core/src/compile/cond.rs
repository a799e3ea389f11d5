//! Conditions: a comparison and the branch on it are one instruction, `and`, `or` and `!` are none.
//!
//! `!(a < b)` is not `b <= a` (neither holds for NaN): there are branches for both outcomes of each.

use super::emit::Label;
use super::expr::Val;
use super::{Compiler, Reg, Res, fold};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn};
use crate::syntax::ast::{BinaryOp, EqualOp, Expr, ExprId, LogicalOp, OrderOp, UnaryOp};

impl OrderOp {
    /// `a OP b` is `b flip(OP) a`.
    fn flip(self) -> OrderOp {
        match self {
            OrderOp::Lt => OrderOp::Gt,
            OrderOp::Le => OrderOp::Ge,
            OrderOp::Gt => OrderOp::Lt,
            OrderOp::Ge => OrderOp::Le,
        }
    }

    /// Whether it is an instruction only with its operands exchanged: there is `lt` and `le`.
    pub(super) fn is_flipped(self) -> bool {
        match self {
            OrderOp::Lt | OrderOp::Le => false,
            OrderOp::Gt | OrderOp::Ge => true,
        }
    }

    /// Whether equal operands do not satisfy it.
    fn is_strict(self) -> bool {
        match self {
            OrderOp::Lt | OrderOp::Gt => true,
            OrderOp::Le | OrderOp::Ge => false,
        }
    }
}

impl Compiler<'_> {
    /// Jumps to `label` if the truth of `id` is `when`, falls through otherwise.
    pub(super) fn cond(&mut self, mut id: ExprId, mut when: bool, label: &mut Label) -> Res<()> {
        loop {
            match self.ast.expr(id) {
                Expr::Unary { op: UnaryOp::Not, operand } => {
                    id = operand;
                    when = !when;
                }
                Expr::Logical { op, .. } => return self.cond_chain(id, op, when, label),
                Expr::Binary { op: BinaryOp::Order(op), .. } => return self.cond_order(id, op, when, label),
                Expr::Binary { op: BinaryOp::Equal(op), .. } => return self.cond_equal(id, op, when, label),
                _ => return self.cond_value(id, when, label),
            }
        }
    }

    #[inline(never)]
    fn cond_value(&mut self, id: ExprId, when: bool, label: &mut Label) -> Res<()> {
        let mark = self.f.next;
        let value = self.eval(id, None)?;
        self.at(id);
        if let Val::Reg(reg) = value {
            let src = self.near(reg, 0)?;
            self.jump(label, |to| match when {
                true => Insn::JumpTrue { src, to: Ahead32(to) },
                false => Insn::JumpFalse { src, to: Ahead32(to) },
            })?;
        } else if fold::truth(value) == Some(when) {
            self.go(label)?;
        }
        self.release(mark);
        Ok(())
    }

    #[inline(never)]
    fn cond_chain(&mut self, id: ExprId, op: LogicalOp, when: bool, label: &mut Label) -> Res<()> {
        self.descend()?;
        // The truth of a term that decides the whole.
        let decides = op == LogicalOp::Or;
        let base = self.spine.len();
        let mut term = self.first_term(id, op)?;
        let mut skip = Label::new();
        while self.spine.len() > base {
            self.cond(term, decides, if decides == when { label } else { &mut skip })?;
            term = self.next_term(term, op)?;
        }
        self.cond(term, when, label)?;
        self.bind(skip)?;
        Ok(())
    }

    #[inline(never)]
    fn cond_order(&mut self, id: ExprId, op: OrderOp, when: bool, label: &mut Label) -> Res<()> {
        let mark = self.f.next;
        let (left, right) = self.operands(id)?;
        if let Some(holds) = fold::order(op, left, right) {
            self.release(mark);
            return if holds == when { self.go(label) } else { Ok(()) };
        }
        self.at(id);
        let (op, left, right) = number_right(op, left, right);
        self.jump_order(op, left, right, when, label)?;
        self.release(mark);
        Ok(())
    }

    #[inline(never)]
    fn cond_equal(&mut self, id: ExprId, op: EqualOp, when: bool, label: &mut Label) -> Res<()> {
        let mark = self.f.next;
        let (left, right) = self.operands(id)?;
        if let Some(holds) = fold::equal(op, left, right) {
            self.release(mark);
            return if holds == when { self.go(label) } else { Ok(()) };
        }
        self.at(id);
        let (left, right) = if matches!(left, Val::Reg(_)) { (left, right) } else { (right, left) };
        self.jump_equal(left, right, (op == EqualOp::Eq) == when, label)?;
        self.release(mark);
        Ok(())
    }

    /// Both operands of a comparison.
    fn operands(&mut self, id: ExprId) -> Res<(Val, Val)> {
        let Expr::Binary { clobbers, left, right, .. } = self.ast.expr(id) else {
            return Ok((Val::Nil, Val::Nil));
        };
        let mark = self.top();
        let left = self.eval(left, None)?;
        self.right_of(left, right, clobbers, mark)
    }

    fn jump_equal(&mut self, left: Val, right: Val, equal: bool, label: &mut Label) -> Res<()> {
        let lhs = self.reg_of(left)?;
        if let Some(rhs) = self.lit8(right)? {
            let lhs = self.near(lhs, 0)?;
            return self.jump(label, |to| match equal {
                true => Insn::JumpEqLit { lhs, rhs, to: Ahead32(to) },
                false => Insn::JumpNeLit { lhs, rhs, to: Ahead32(to) },
            });
        }
        let rhs = self.reg_of(right)?;
        let (lhs, rhs) = (self.near(lhs, 0)?, self.near(rhs, 1)?);
        self.jump(label, |to| match equal {
            true => Insn::JumpEq { lhs, rhs, to: Ahead32(to) },
            false => Insn::JumpNe { lhs, rhs, to: Ahead32(to) },
        })
    }

    /// The index of a literal among the first constants, if it is one of them. NaN equals nothing, not
    /// even itself, so it is left to the comparison of registers.
    fn lit8(&mut self, value: Val) -> Res<Option<Lit8>> {
        let constant = match value {
            Val::Reg(_) => return Ok(None),
            Val::Num(number) if number.is_nan() => return Ok(None),
            Val::Nil => Const::Nil,
            Val::Bool(value) => Const::Bool(value),
            Val::Num(number) => Const::Number(number),
            Val::Str(text) => Const::Str(text),
        };
        let index = self.constant(constant)?;
        Ok(u8::try_from(index).ok().map(Lit8))
    }

    fn jump_order(&mut self, op: OrderOp, left: Val, right: Val, when: bool, label: &mut Label) -> Res<()> {
        use OrderOp::*;
        if let Val::Num(number) = right
            && let Some(rhs) = self.num8(number)?
        {
            let lhs = self.reg_of(left)?;
            let lhs = self.near(lhs, 0)?;
            return self.jump(label, |to| {
                let to = Ahead32(to);
                match (op, when) {
                    (Lt, true) => Insn::JumpLtN { lhs, rhs, to },
                    (Lt, false) => Insn::JumpNotLtN { lhs, rhs, to },
                    (Le, true) => Insn::JumpLeN { lhs, rhs, to },
                    (Le, false) => Insn::JumpNotLeN { lhs, rhs, to },
                    (Gt, true) => Insn::JumpGtN { lhs, rhs, to },
                    (Gt, false) => Insn::JumpNotGtN { lhs, rhs, to },
                    (Ge, true) => Insn::JumpGeN { lhs, rhs, to },
                    (Ge, false) => Insn::JumpNotGeN { lhs, rhs, to },
                }
            });
        }
        let (left, right) = (self.reg_of(left)?, self.reg_of(right)?);
        let (left, right) = if op.is_flipped() { (right, left) } else { (left, right) };
        let (lhs, rhs) = (self.near(left, 0)?, self.near(right, 1)?);
        self.jump(label, |to| {
            let to = Ahead32(to);
            match (op, when) {
                (Lt | Gt, true) => Insn::JumpLt { lhs, rhs, to },
                (Lt | Gt, false) => Insn::JumpNotLt { lhs, rhs, to },
                (Le | Ge, true) => Insn::JumpLe { lhs, rhs, to },
                (Le | Ge, false) => Insn::JumpNotLe { lhs, rhs, to },
            }
        })
    }

    /// Whether a loop should test `id` at its entry and once more at its end: it is one short instruction.
    pub(super) fn is_short(&self, id: ExprId) -> bool {
        match self.ast.expr(id) {
            Expr::Binary { op: BinaryOp::Order(_), left, right, .. } => {
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
    pub(super) fn again(&mut self, id: ExprId, top: u32, exit: &mut Label) -> Res<()> {
        self.descend()?;
        match self.ast.expr(id) {
            Expr::Logical { op, .. } => self.again_chain(id, op, top, exit)?,
            Expr::Binary { op: BinaryOp::Order(op), .. } => self.again_order(id, op, top)?,
            Expr::Unary { op: UnaryOp::Not, .. } | Expr::Binary { op: BinaryOp::Equal(_), .. } => {
                self.cond(id, false, exit)?;
                self.go_back(top)?;
            }
            _ => self.again_value(id, top)?,
        }
        Ok(())
    }

    fn again_chain(&mut self, id: ExprId, op: LogicalOp, top: u32, exit: &mut Label) -> Res<()> {
        let base = self.spine.len();
        let mut term = self.first_term(id, op)?;
        while self.spine.len() > base {
            if op == LogicalOp::And {
                self.cond(term, false, exit)?;
            } else {
                let mut next = Label::new();
                self.again(term, top, &mut next)?;
                self.bind(next)?;
            }
            term = self.next_term(term, op)?;
        }
        self.again(term, top, exit)
    }

    fn again_value(&mut self, id: ExprId, top: u32) -> Res<()> {
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
    fn again_order(&mut self, id: ExprId, op: OrderOp, top: u32) -> Res<()> {
        let mark = self.f.next;
        let (left, right) = self.operands(id)?;
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
            if let Some(step) = self.take_step(var) {
                let var = Var(var as u8);
                self.back(top, |to| match strict {
                    true => Insn::AddLoopLtN { var, rhs, step, to },
                    false => Insn::AddLoopLeN { var, rhs, step, to },
                })?;
            } else {
                let lhs = self.near(var, 0)?;
                self.back(top, |to| match strict {
                    true => Insn::LoopLtN { lhs, rhs, to },
                    false => Insn::LoopLeN { lhs, rhs, to },
                })?;
            }
        } else {
            let bound = self.reg_of(right)?;
            self.again_registers(strict, var, bound, top)?;
        }
        self.release(mark);
        Ok(())
    }

    fn again_registers(&mut self, strict: bool, var: Reg, bound: Reg, top: u32) -> Res<()> {
        if var != bound
            && let Some(step) = self.take_step(var)
        {
            let (var, rhs) = (Var(var as u8), self.near(bound, 1)?);
            return self.back(top, |to| match strict {
                true => Insn::AddLoopLt { var, rhs, step, to },
                false => Insn::AddLoopLe { var, rhs, step, to },
            });
        }
        let (lhs, rhs) = (self.near(var, 0)?, self.near(bound, 1)?);
        self.back(top, |to| match strict {
            true => Insn::LoopLt { lhs, rhs, to },
            false => Insn::LoopLe { lhs, rhs, to },
        })
    }
}

/// The same comparison with a literal operand on the right.
fn number_right(op: OrderOp, left: Val, right: Val) -> (OrderOp, Val, Val) {
    if matches!(left, Val::Reg(_)) { (op, left, right) } else { (op.flip(), right, left) }
}
