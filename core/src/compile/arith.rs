//! Operators whose operands are always evaluated, as values. (As conditions: see `cond`.)

use super::value::{Val, tiny_int};
use super::{Compiler, Reg, Res, fold};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{ArithOp, Binary, BinaryOp, BitOp, EqualOp, ExprId, MemberOp, OrderOp, UnaryOp};

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn unary(
        &mut self,
        id: ExprId,
        op: UnaryOp,
        operand: ExprId,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        let value = self.eval(operand, None)?;
        if let Some(value) = fold::unary(op, value) {
            return Ok(value);
        }
        self.at(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.result(mark, hint, |dst| match op {
            UnaryOp::Negate => Insn::Neg { dst, src },
            UnaryOp::Not => Insn::Not { dst, src },
            UnaryOp::BitNot => Insn::BitNot { dst, src },
        })
    }

    /// An operation whose left operand has been evaluated.
    #[inline(never)]
    pub(super) fn binary(
        &mut self,
        id: ExprId,
        binary: Binary,
        left: Val,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        let (left, right) = self.right_of(left, binary.right, binary.clobbers, mark)?;
        if let Some(value) = fold::binary(binary.op, left, right) {
            self.release(mark);
            return Ok(value);
        }
        self.at(id);
        match binary.op {
            BinaryOp::Arith(op) => self.arith(op, left, right, mark, hint),
            BinaryOp::Bit(op) => {
                let (lhs, rhs) = self.pair(left, right)?;
                self.result(mark, hint, |dst| match op {
                    BitOp::And => Insn::BitAnd { dst, lhs, rhs },
                    BitOp::Or => Insn::BitOr { dst, lhs, rhs },
                    BitOp::Xor => Insn::BitXor { dst, lhs, rhs },
                    BitOp::Shl => Insn::Shl { dst, lhs, rhs },
                    BitOp::Shr => Insn::Shr { dst, lhs, rhs },
                    BitOp::ShrZero => Insn::ShrZero { dst, lhs, rhs },
                })
            }
            BinaryOp::Member(op) => {
                let (lhs, rhs) = self.pair(left, right)?;
                self.result(mark, hint, |dst| match op {
                    MemberOp::In => Insn::In { dst, lhs, rhs },
                    MemberOp::Is => Insn::Is { dst, lhs, rhs },
                })
            }
            BinaryOp::Order(op) => {
                // `a > b` is `b < a`.
                let (left, right) = if op.is_flipped() { (right, left) } else { (left, right) };
                let (lhs, rhs) = self.pair(left, right)?;
                self.result(mark, hint, |dst| match op {
                    OrderOp::Lt | OrderOp::Gt => Insn::Lt { dst, lhs, rhs },
                    OrderOp::Le | OrderOp::Ge => Insn::Le { dst, lhs, rhs },
                })
            }
            BinaryOp::Equal(op) => {
                let (lhs, rhs) = self.pair(left, right)?;
                self.result(mark, hint, |dst| match op {
                    EqualOp::Eq => Insn::Eq { dst, lhs, rhs },
                    EqualOp::Ne => Insn::Ne { dst, lhs, rhs },
                })
            }
        }
    }

    fn arith(&mut self, op: ArithOp, left: Val, right: Val, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        use ArithOp::*;
        // A literal goes to the right where order does not matter; errors are the same both ways.
        let (mut left, right) = match (op, left) {
            (Add | Mul, Val::Num(_)) if !self.has_operator_methods => (right, left),
            (Add | Sub | Mul | Div | Mod | FloorDiv | Pow, _) => (left, right),
        };
        if let Val::Num(number) = right {
            let reg = self.reg_of(left)?;
            left = Val::Reg(reg);
            match (op, tiny_int(number)) {
                (Add, Some(int)) => {
                    let (lhs, rhs) = (self.near(reg, 0)?, Imm8(int));
                    return self.result(mark, hint, |dst| Insn::AddI { dst, lhs, rhs });
                }
                (Sub, Some(int)) => {
                    let (lhs, rhs) = (self.near(reg, 0)?, Imm8(int));
                    return self.result(mark, hint, |dst| Insn::SubI { dst, lhs, rhs });
                }
                (Add | Sub, None) | (Mul | Div | Mod | FloorDiv | Pow, _) => {}
            }
            let with_number: Option<fn(Dst, Src, Num8) -> Insn> = match op {
                Add => Some(|dst, lhs, rhs| Insn::AddN { dst, lhs, rhs }),
                Sub => Some(|dst, lhs, rhs| Insn::SubN { dst, lhs, rhs }),
                Mul => Some(|dst, lhs, rhs| Insn::MulN { dst, lhs, rhs }),
                Div => Some(|dst, lhs, rhs| Insn::DivN { dst, lhs, rhs }),
                Mod | FloorDiv | Pow => None,
            };
            if let Some(build) = with_number
                && let Some(rhs) = self.num8(number)?
            {
                let lhs = self.near(reg, 0)?;
                return self.result(mark, hint, |dst| build(dst, lhs, rhs));
            }
        }
        let (lhs, rhs) = self.pair(left, right)?;
        self.result(mark, hint, |dst| match op {
            Add => Insn::Add { dst, lhs, rhs },
            Sub => Insn::Sub { dst, lhs, rhs },
            Mul => Insn::Mul { dst, lhs, rhs },
            Div => Insn::Div { dst, lhs, rhs },
            Mod => Insn::Mod { dst, lhs, rhs },
            FloorDiv => Insn::FloorDiv { dst, lhs, rhs },
            Pow => Insn::Pow { dst, lhs, rhs },
        })
    }
}
