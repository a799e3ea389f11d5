//! What is known before the program runs. Nothing is folded that could raise an error.

use super::value::Val;
use crate::numeric;
use crate::syntax::ast::{ArithOp, BinaryOp, BitOp, EqualOp, LogicalOp, OrderOp, UnaryOp};

/// The value of an operation on a literal, if it has one and cannot fail.
pub(super) fn unary(op: UnaryOp, value: Val) -> Option<Val> {
    match (op, value) {
        (UnaryOp::Negate, Val::Num(number)) => Some(Val::Num(-number)),
        (UnaryOp::BitNot, Val::Num(number)) => numeric::int32(number).map(|int| Val::Num(f64::from(!int))),
        (UnaryOp::Negate | UnaryOp::BitNot, _) => None,
        (UnaryOp::Not, _) => truth(value).map(|truth| Val::Bool(!truth)),
    }
}

/// The value of an operation on literals, if it has one and cannot fail.
pub(super) fn binary(op: BinaryOp, left: Val, right: Val) -> Option<Val> {
    match op {
        BinaryOp::Arith(op) => arith(op, left, right),
        BinaryOp::Bit(op) => bits(op, left, right),
        BinaryOp::Order(op) => order(op, left, right).map(Val::Bool),
        BinaryOp::Equal(op) => equal(op, left, right).map(Val::Bool),
        BinaryOp::Member(_) => None,
    }
}

fn arith(op: ArithOp, left: Val, right: Val) -> Option<Val> {
    let (Val::Num(a), Val::Num(b)) = (left, right) else { return None };
    Some(Val::Num(match op {
        ArithOp::Add => a + b,
        ArithOp::Sub => a - b,
        ArithOp::Mul => a * b,
        ArithOp::Div => a / b,
        ArithOp::Mod => numeric::floor_mod(a, b),
        ArithOp::FloorDiv => numeric::floor_div(a, b),
        ArithOp::Pow => numeric::pow(a, b),
    }))
}

fn bits(op: BitOp, left: Val, right: Val) -> Option<Val> {
    let (Val::Num(a), Val::Num(b)) = (left, right) else { return None };
    let a = numeric::int32(a)?;
    let int = match op {
        BitOp::And => a & numeric::int32(b)?,
        BitOp::Or => a | numeric::int32(b)?,
        BitOp::Xor => a ^ numeric::int32(b)?,
        BitOp::Shl => a << numeric::shift_count(b)?,
        BitOp::Shr => a >> numeric::shift_count(b)?,
        BitOp::ShrZero => {
            return Some(Val::Num(f64::from(a.cast_unsigned() >> numeric::shift_count(b)?)));
        }
    };
    Some(Val::Num(f64::from(int)))
}

/// Whether an order holds between literals, if both are numbers.
pub(super) fn order(op: OrderOp, left: Val, right: Val) -> Option<bool> {
    let (Val::Num(a), Val::Num(b)) = (left, right) else { return None };
    Some(match op {
        OrderOp::Lt => a < b,
        OrderOp::Le => a <= b,
        OrderOp::Gt => a > b,
        OrderOp::Ge => a >= b,
    })
}

/// Whether literals are the same, or not the same.
pub(super) fn equal(op: EqualOp, left: Val, right: Val) -> Option<bool> {
    if matches!(left, Val::Reg(_)) || matches!(right, Val::Reg(_)) {
        return None;
    }
    // Equal strings have one text, and a number that is none equals nothing.
    Some(match op {
        EqualOp::Eq => left == right,
        EqualOp::Ne => left != right,
    })
}

/// Whether a term decides the value of a chain of `op`, so that no further one is evaluated.
pub(super) fn decides(op: LogicalOp, value: Val) -> Option<bool> {
    match (op, value) {
        (_, Val::Reg(_)) => None,
        (LogicalOp::And | LogicalOp::Or, _) => truth(value).map(|truth| op.deciding_truth() == Some(truth)),
        (LogicalOp::Coalesce, _) => Some(value != Val::Nil),
    }
}

/// Whether a literal counts as true.
pub(super) fn truth(value: Val) -> Option<bool> {
    match value {
        Val::Reg(_) => None,
        Val::Nil => Some(false),
        Val::Bool(value) => Some(value),
        Val::Num(_) | Val::Str(_) => Some(true),
    }
}
