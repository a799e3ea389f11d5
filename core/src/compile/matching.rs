//! `match`, and patterns that only some values fit.
//!
//! ```text
//!       subject
//!       test of the first arm: go to next
//!       its guard: go to next
//!       its body
//!       go to end
//!   next:
//!       ...                        the other arms
//!       match.none                 unless everything fits the last
//!   end:
//! ```

use super::branch::Dest;
use super::label::Label;
use super::scope::Unwind;
use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{
    ArmId, BinaryOp, EqualOp, Expr, ExprId, List, MemberOp, OrderOp, Pattern, PatternId, RangeEnd,
};

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn match_value(&mut self, subject: ExprId, arms: List, mark: Reg) -> Res<Val> {
        self.match_to(subject, arms, Dest::Register(mark))?;
        self.release(mark);
        Ok(Val::Reg(self.take()?))
    }

    /// `match`, whose value goes where `dest` says.
    #[inline(never)]
    pub(super) fn match_to(&mut self, subject: ExprId, arms: List, dest: Dest) -> Res<()> {
        self.open(Unwind::Nothing)?;
        let src = self.subject(subject)?;
        let base = self.f.next;
        let mut end = Label::new();
        for index in 0..arms.len {
            // The value of the arm before has given back the register of the subject.
            self.release(base);
            let mut next = Label::new();
            self.arm(self.ast.nth(arms, index), src, dest, &mut next)?;
            if !next.is_used() {
                // All values fit: no other arm is reached.
                self.close();
                return self.bind(end);
            }
            if self.falls_through() {
                self.go(&mut end)?;
            }
            self.bind(next)?;
        }
        self.at(subject);
        let src = self.near(src, 0)?;
        self.emit(Insn::NoMatch { src })?;
        self.close();
        self.bind(end)
    }

    /// An arm, which a value that does not fit leaves for `next`.
    fn arm(&mut self, id: ArmId, src: Reg, dest: Dest, next: &mut Label) -> Res<()> {
        let arm = self.ast.arms[id.index()];
        self.open(Unwind::Nothing)?;
        self.fit(arm.pattern, src, Some(next))?;
        if let Some(guard) = arm.guard {
            self.cond(guard, false, next)?;
        }
        let Dest::Register(reg) = dest else {
            self.put(arm.body, dest)?;
            self.close();
            return Ok(());
        };
        // The value is above what the pattern has named.
        let mark = self.top();
        let value = match self.ast.expr(arm.body) {
            Expr::Block(block) => self.block_value(block, mark)?,
            _ => self.eval(arm.body, None)?,
        };
        self.close();
        self.load_next(reg, value)
    }

    /// `1`, `== limit`, `< 0`, `in allowed`
    #[inline(never)]
    pub(super) fn comparison(
        &mut self,
        op: BinaryOp,
        value: ExprId,
        src: Reg,
        miss: Option<&mut Label>,
    ) -> Res<()> {
        // Only an arm has such a pattern.
        let Some(miss) = miss else { return Ok(()) };
        let mark = self.f.next;
        let span = self.span;
        let right = self.eval(value, None)?;
        self.span = span;
        match op {
            BinaryOp::Equal(op) => self.jump_equal(Val::Reg(src), right, op == EqualOp::Ne, miss)?,
            BinaryOp::Order(op) => {
                let reg = self.reg_of(right)?;
                let asked = u8::from(matches!(op, OrderOp::Gt | OrderOp::Le));
                self.comparable(src, reg, asked, miss)?;
                self.jump_order(op, Val::Reg(src), right, false, miss)?;
            }
            BinaryOp::Member(MemberOp::In) => {
                let reg = self.reg_of(right)?;
                self.comparable(src, reg, 2, miss)?;
                let dst = self.take()?;
                let (lhs, rhs) = (self.near(src, 0)?, self.near(reg, 1)?);
                self.emit_to(dst, |dst| Insn::In { dst, lhs, rhs })?;
                let src = self.near(dst, 0)?;
                self.jump(miss, |to| Insn::JumpFalse { src, to: Forward32(to) })?;
            }
            // The parser takes comparisons only.
            BinaryOp::Member(MemberOp::Is) | BinaryOp::Arith(_) | BinaryOp::Bit(_) => {}
        }
        self.release(mark);
        Ok(())
    }

    /// Jumps if a comparison would raise an error. `a > b` asks the class of `b`, as `a <= b` does.
    fn comparable(&mut self, left: Reg, right: Reg, how: u8, miss: &mut Label) -> Res<()> {
        let (lhs, rhs) = (self.near(left, 0)?, self.near(right, 1)?);
        self.jump(miss, |to| Insn::JumpNotComparable { lhs, rhs, how: Count(how), to: Forward32(to) })
    }

    /// `1..5`
    #[inline(never)]
    pub(super) fn range_pattern(
        &mut self,
        kind: RangeEnd,
        start: Option<ExprId>,
        end: Option<ExprId>,
        src: Reg,
        miss: Option<&mut Label>,
    ) -> Res<()> {
        let Some(miss) = miss else { return Ok(()) };
        if let Some(start) = start {
            self.bound(OrderOp::Ge, start, src, miss)?;
        }
        if let Some(end) = end {
            let op = if kind == RangeEnd::Included { OrderOp::Le } else { OrderOp::Lt };
            self.bound(op, end, src, miss)?;
        }
        Ok(())
    }

    fn bound(&mut self, op: OrderOp, bound: ExprId, src: Reg, miss: &mut Label) -> Res<()> {
        self.comparison(BinaryOp::Order(op), bound, src, Some(miss))
    }

    /// `a | b`
    #[inline(never)]
    pub(super) fn alternatives(&mut self, patterns: List, src: Reg, miss: Option<&mut Label>) -> Res<()> {
        let Some(miss) = miss else { return Ok(()) };
        let mark = self.f.next;
        let mut fits = Label::new();
        for index in 0..patterns.len {
            let pattern: PatternId = self.ast.nth(patterns, index);
            if index + 1 == patterns.len {
                self.fit(pattern, src, Some(&mut *miss))?;
            } else {
                let mut next = Label::new();
                self.fit(pattern, src, Some(&mut next))?;
                self.go(&mut fits)?;
                self.bind(next)?;
            }
            self.release(mark);
        }
        self.bind(fits)
    }

    /// `pattern is Class`
    #[inline(never)]
    pub(super) fn class_pattern(
        &mut self,
        pattern: PatternId,
        class: ExprId,
        src: Reg,
        miss: Option<&mut Label>,
    ) -> Res<()> {
        let Some(miss) = miss else { return Ok(()) };
        let mark = self.f.next;
        let class = self.eval(class, None)?;
        let reg = self.reg_of(class)?;
        let dst = self.take()?;
        let (lhs, rhs) = (self.near(src, 0)?, self.near(reg, 1)?);
        self.emit_to(dst, |dst| Insn::Is { dst, lhs, rhs })?;
        let is = self.near(dst, 0)?;
        self.jump(miss, |to| Insn::JumpFalse { src: is, to: Forward32(to) })?;
        self.release(mark);
        self.fit(pattern, src, Some(miss))
    }

    /// `Shape.Circle(r)`
    #[inline(never)]
    pub(super) fn variant_pattern(
        &mut self,
        class: ExprId,
        fields: List,
        src: Reg,
        miss: Option<&mut Label>,
    ) -> Res<()> {
        let Some(miss) = miss else { return Ok(()) };
        let span = self.span;
        let mark = self.f.next;
        let class = self.eval(class, None)?;
        let reg = self.reg_of(class)?;
        let (value, class) = (self.near(src, 0)?, self.near(reg, 1)?);
        let count = Count(fields.len as u8);
        self.span = span;
        self.jump(miss, |to| Insn::JumpNotVariant { src: value, class, fields: count, to: Forward32(to) })?;
        self.release(mark);
        for index in 0..fields.len {
            let field: PatternId = self.ast.nth(fields, index);
            let (pattern, span) = self.ast.patterns[field.index()];
            if pattern != Pattern::Any {
                self.span = span;
                let dst = self.take()?;
                let value = self.near(src, 0)?;
                self.emit_to(dst, |dst| Insn::GetVariantField {
                    dst,
                    src: value,
                    index: Count(index as u8),
                })?;
                self.fit(field, dst, Some(&mut *miss))?;
            }
        }
        Ok(())
    }
}
