//! What is known before the program runs. Nothing is folded that could raise an error.

use super::expr::Val;
use crate::syntax::ast::BinaryOp;

/// The value of an operation on literals, if it has one and cannot fail.
pub(super) fn binary(op: BinaryOp, left: Val, right: Val) -> Option<Val> {
    use BinaryOp::*;
    if let (Val::Num(a), Val::Num(b)) = (left, right) {
        return Some(match op {
            Add => Val::Num(a + b),
            Sub => Val::Num(a - b),
            Mul => Val::Num(a * b),
            Div => Val::Num(a / b),
            Eq => Val::Bool(a == b),
            Ne => Val::Bool(a != b),
            Lt => Val::Bool(a < b),
            Le => Val::Bool(a <= b),
            Gt => Val::Bool(a > b),
            Ge => Val::Bool(a >= b),
        });
    }
    let equal = match (left, right) {
        (Val::Reg(_), _) | (_, Val::Reg(_)) => return None,
        // Equal strings have one text.
        (a, b) => a == b,
    };
    match op {
        Eq => Some(Val::Bool(equal)),
        Ne => Some(Val::Bool(!equal)),
        _ => None,
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

/// The number as an integer, if it is one of at most 16 bits and not -0.
pub(super) fn small_int(number: f64) -> Option<i16> {
    let int = number as i16;
    (f64::from(int).to_bits() == number.to_bits()).then_some(int)
}

/// The same for at most 8 bits.
pub(super) fn tiny_int(number: f64) -> Option<i8> {
    small_int(number).and_then(|int| i8::try_from(int).ok())
}
