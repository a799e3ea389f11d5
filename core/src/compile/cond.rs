//! Conditions: a comparison and the branch on it are one instruction, `and`, `or` and `!` are none.
//!
//! `!(a < b)` is not `b <= a` (neither holds for NaN): there are branches for both outcomes of each.

use super::label::Label;
use super::value::Val;
use super::{Compiler, Res, fold};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn};
use crate::syntax::ast::{Binary, BinaryOp, EqualOp, Expr, ExprId, LogicalOp, OrderOp, UnaryOp};

impl OrderOp {
    /// `a OP b` is `b flip(OP) a`.
    pub(super) fn flip(self) -> OrderOp {
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
    pub(super) fn is_strict(self) -> bool {
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
                Expr::Logical(logical) => {
                    return match logical.op.deciding_truth() {
                        Some(decides) => self.cond_chain(id, logical.op, decides, when, label),
                        None => self.cond_value(id, when, label),
                    };
                }
                Expr::Binary(binary) => {
                    return match binary.op {
                        BinaryOp::Order(op) => self.cond_order(id, op, binary, when, label),
                        BinaryOp::Equal(op) => self.cond_equal(id, op, binary, when, label),
                        BinaryOp::Arith(_) | BinaryOp::Bit(_) | BinaryOp::Member(_) => {
                            self.cond_value(id, when, label)
                        }
                    };
                }
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
                true => Insn::JumpTrue { src, to: Forward32(to) },
                false => Insn::JumpFalse { src, to: Forward32(to) },
            })?;
        } else if fold::truth(value) == Some(when) {
            self.go(label)?;
        }
        self.release(mark);
        Ok(())
    }

    #[inline(never)]
    fn cond_chain(
        &mut self,
        id: ExprId,
        op: LogicalOp,
        decides: bool,
        when: bool,
        label: &mut Label,
    ) -> Res<()> {
        self.descend()?;
        let base = self.terms.len();
        let mut term = self.first_term(id, op)?;
        let mut skip = Label::new();
        while self.terms.len() > base {
            self.cond(term, decides, if decides == when { label } else { &mut skip })?;
            term = self.next_term(term, op)?;
        }
        self.cond(term, when, label)?;
        self.bind(skip)?;
        Ok(())
    }

    #[inline(never)]
    fn cond_order(
        &mut self,
        id: ExprId,
        op: OrderOp,
        binary: Binary,
        when: bool,
        label: &mut Label,
    ) -> Res<()> {
        let mark = self.f.next;
        let (left, right) = self.operands(binary)?;
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
    fn cond_equal(
        &mut self,
        id: ExprId,
        op: EqualOp,
        binary: Binary,
        when: bool,
        label: &mut Label,
    ) -> Res<()> {
        let mark = self.f.next;
        let (left, right) = self.operands(binary)?;
        if let Some(holds) = fold::equal(op, left, right) {
            self.release(mark);
            return if holds == when { self.go(label) } else { Ok(()) };
        }
        self.at(id);
        // A literal goes to the right, but a number or a string is no operand of a method of the other one.
        let (left, right) = match left {
            Val::Num(_) | Val::Str(_) if self.has_operator_methods => (Val::Reg(self.reg_of(left)?), right),
            Val::Num(_) | Val::Str(_) | Val::Nil | Val::Bool(_) => (right, left),
            Val::Reg(_) => (left, right),
        };
        self.jump_equal(left, right, (op == EqualOp::Eq) == when, label)?;
        self.release(mark);
        Ok(())
    }

    /// Both operands of a comparison.
    pub(super) fn operands(&mut self, binary: Binary) -> Res<(Val, Val)> {
        let mark = self.top();
        let left = self.eval(binary.left, None)?;
        self.right_of(left, binary.right, binary.clobbers, mark)
    }

    pub(super) fn jump_equal(&mut self, left: Val, right: Val, equal: bool, label: &mut Label) -> Res<()> {
        let lhs = self.reg_of(left)?;
        if let Some(rhs) = self.lit8(right)? {
            let lhs = self.near(lhs, 0)?;
            return self.jump(label, |to| match equal {
                true => Insn::JumpEqLit { lhs, rhs, to: Forward32(to) },
                false => Insn::JumpNeLit { lhs, rhs, to: Forward32(to) },
            });
        }
        let rhs = self.reg_of(right)?;
        let (lhs, rhs) = (self.near(lhs, 0)?, self.near(rhs, 1)?);
        self.jump(label, |to| match equal {
            true => Insn::JumpEq { lhs, rhs, to: Forward32(to) },
            false => Insn::JumpNe { lhs, rhs, to: Forward32(to) },
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

    pub(super) fn jump_order(
        &mut self,
        op: OrderOp,
        left: Val,
        right: Val,
        when: bool,
        label: &mut Label,
    ) -> Res<()> {
        use OrderOp::*;
        if let Val::Num(number) = right
            && let Some(rhs) = self.num8(number)?
        {
            let lhs = self.reg_of(left)?;
            let lhs = self.near(lhs, 0)?;
            return self.jump(label, |to| {
                let to = Forward32(to);
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
            let to = Forward32(to);
            match (op, when) {
                (Lt | Gt, true) => Insn::JumpLt { lhs, rhs, to },
                (Lt | Gt, false) => Insn::JumpNotLt { lhs, rhs, to },
                (Le | Ge, true) => Insn::JumpLe { lhs, rhs, to },
                (Le | Ge, false) => Insn::JumpNotLe { lhs, rhs, to },
            }
        })
    }
}

/// The same comparison with a literal operand on the right.
pub(super) fn number_right(op: OrderOp, left: Val, right: Val) -> (OrderOp, Val, Val) {
    if matches!(left, Val::Reg(_)) { (op, left, right) } else { (op.flip(), right, left) }
}
