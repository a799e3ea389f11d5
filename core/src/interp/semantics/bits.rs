//! Operations on 32 bits: ints with ints, then doubles that are such integers, then errors.

use crate::bytecode::operand::{Dst, Src};
use crate::interp::machine::{Flow, Machine};
use crate::interp::{Fault, Vm};
use crate::numeric;
use crate::syntax::TokenKind;
use crate::syntax::ast::{BinaryOp, BitOp};
use crate::value::Value;

/// An operation on 32 bits and either 32 more or a count.
pub(in crate::interp) trait BitsOp {
    /// The operator, for errors.
    const OP: BitOp;
    /// The right operand, if it may be one.
    fn right(value: Value) -> Option<i32>;
    /// The result for ints, if the right one may be an operand and the result is an int.
    fn int(lhs: i32, rhs: i32) -> Option<i32>;
    /// The result.
    fn result(lhs: i32, rhs: i32) -> Value;
}

macro_rules! bits {
    ($($name:ident $op:tt;)*) => {$(
        pub(in crate::interp) struct $name;

        impl BitsOp for $name {
            const OP: BitOp = BitOp::$name;
            fn right(value: Value) -> Option<i32> {
                value.to_f64().and_then(numeric::int32)
            }
            #[inline(always)]
            fn int(lhs: i32, rhs: i32) -> Option<i32> {
                Some(lhs $op rhs)
            }
            fn result(lhs: i32, rhs: i32) -> Value {
                Value::int(lhs $op rhs)
            }
        }
    )*};
}

bits! {
    And &;
    Or |;
    Xor ^;
}

macro_rules! shifts {
    ($($name:ident |$lhs:ident, $count:ident| $result:expr;)*) => {$(
        pub(in crate::interp) struct $name;

        impl BitsOp for $name {
            const OP: BitOp = BitOp::$name;
            fn right(value: Value) -> Option<i32> {
                value.to_f64().and_then(numeric::shift_count).map(u32::cast_signed)
            }
            #[inline(always)]
            fn int($lhs: i32, $count: i32) -> Option<i32> {
                if (0..32).contains(&$count) { i32::try_from(i64::from($result)).ok() } else { None }
            }
            fn result($lhs: i32, $count: i32) -> Value {
                let result = i64::from($result);
                i32::try_from(result).map_or(Value::double(result as f64), Value::int)
            }
        }
    )*};
}

shifts! {
    Shl |lhs, count| lhs.wrapping_shl(count.cast_unsigned());
    Shr |lhs, count| lhs.wrapping_shr(count.cast_unsigned());
    ShrZero |lhs, count| lhs.cast_unsigned().wrapping_shr(count.cast_unsigned());
}

impl Machine {
    /// `dst = lhs op rhs`.
    #[inline(always)]
    pub(in crate::interp) fn bits<O: BitsOp>(&mut self, dst: Dst, lhs: Src, rhs: Src) -> Flow {
        let (left, right) = (self.read(lhs), self.read(rhs));
        if left.is_int()
            && right.is_int()
            && let Some(result) = O::int(left.as_int(), right.as_int())
        {
            self.write(dst, Value::int(result));
            return Flow::Next;
        }
        self.save();
        bits_slow::<O>(self.vm(), dst.0, left, right)
    }

    /// `dst = ~src`.
    #[inline(always)]
    pub(in crate::interp) fn invert(&mut self, dst: Dst, src: Src) -> Flow {
        let value = self.read(src);
        if value.is_int() {
            self.write(dst, Value::int(!value.as_int()));
            return Flow::Next;
        }
        self.save();
        invert_slow(self.vm(), dst.0, value)
    }
}

#[cold]
#[inline(never)]
fn bits_slow<O: BitsOp>(vm: &mut Vm, dst: u8, lhs: Value, rhs: Value) -> Flow {
    let op = BinaryOp::Bit(O::OP).token();
    let result = bits_of(lhs, op).and_then(|left| match O::right(rhs) {
        Some(right) => Ok(O::result(left, right)),
        None => Err(match O::OP {
            BitOp::And | BitOp::Or | BitOp::Xor => Fault::NotInt32 { op, found: rhs },
            BitOp::Shl | BitOp::Shr | BitOp::ShrZero => Fault::ShiftCount { found: rhs },
        }),
    });
    finish(vm, dst, result)
}

#[cold]
#[inline(never)]
fn invert_slow(vm: &mut Vm, dst: u8, value: Value) -> Flow {
    let result = bits_of(value, TokenKind::Tilde).map(|bits| Value::int(!bits));
    finish(vm, dst, result)
}

/// The bits of an operand of `op`.
fn bits_of(value: Value, op: TokenKind) -> Result<i32, Fault> {
    value.to_f64().and_then(numeric::int32).ok_or(Fault::NotInt32 { op, found: value })
}

fn finish(vm: &mut Vm, dst: u8, result: Result<Value, Fault>) -> Flow {
    let result = result.map(|value| vm.set_register(usize::from(dst), value));
    vm.flow(result)
}
