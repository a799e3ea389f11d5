//! Arithmetic: a double on the left, then an int, then errors (and strings, for `+`).

use crate::bytecode::operand::{Dst, Imm8, Num8, Src};
use crate::interp::TypeFault;
use crate::interp::machine::{Flow, Machine};
use crate::interp::{Fault, Vm};
use crate::numeric;
use crate::operator::Operator;
use crate::value::Value;

/// An operation on two numbers.
pub(in crate::interp) trait NumOp {
    /// The result in 32 bits, if it is exact and not a negative zero.
    fn int(lhs: i32, rhs: i32) -> Option<i32>;
    fn double(lhs: f64, rhs: f64) -> f64;
    /// The slow path for an operand that is not a number; the result goes to register `dst`.
    fn other(vm: &mut Vm, dst: usize, lhs: Value, rhs: Value) -> Result<(), Fault>;
}

const NOT_NUMBERS: Fault = Fault::Type(TypeFault::Numbers);

pub(in crate::interp) struct Add;
pub(in crate::interp) struct Sub;
pub(in crate::interp) struct Mul;
pub(in crate::interp) struct Div;

impl NumOp for Add {
    #[inline(always)]
    fn int(lhs: i32, rhs: i32) -> Option<i32> {
        lhs.checked_add(rhs)
    }
    #[inline(always)]
    fn double(lhs: f64, rhs: f64) -> f64 {
        lhs + rhs
    }
    fn other(vm: &mut Vm, dst: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
        vm.add_values(dst, lhs, rhs)
    }
}

impl NumOp for Sub {
    #[inline(always)]
    fn int(lhs: i32, rhs: i32) -> Option<i32> {
        lhs.checked_sub(rhs)
    }
    #[inline(always)]
    fn double(lhs: f64, rhs: f64) -> f64 {
        lhs - rhs
    }
    fn other(vm: &mut Vm, _: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
        by_operator(vm, Operator::Sub, lhs, rhs)
    }
}

impl NumOp for Mul {
    #[inline(always)]
    fn int(lhs: i32, rhs: i32) -> Option<i32> {
        // A zero may be a negative one.
        lhs.checked_mul(rhs).filter(|&product| product != 0 || (lhs | rhs) >= 0)
    }
    #[inline(always)]
    fn double(lhs: f64, rhs: f64) -> f64 {
        lhs * rhs
    }
    fn other(vm: &mut Vm, _: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
        by_operator(vm, Operator::Mul, lhs, rhs)
    }
}

impl NumOp for Div {
    #[inline(always)]
    fn int(_: i32, _: i32) -> Option<i32> {
        None
    }
    #[inline(always)]
    fn double(lhs: f64, rhs: f64) -> f64 {
        lhs / rhs
    }
    fn other(vm: &mut Vm, _: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
        by_operator(vm, Operator::Div, lhs, rhs)
    }
}

macro_rules! numeric {
    ($($name:ident $int:ident $double:ident;)*) => {$(
        pub(in crate::interp) struct $name;

        impl NumOp for $name {
            #[inline(always)]
            fn int(lhs: i32, rhs: i32) -> Option<i32> {
                numeric::$int(lhs, rhs)
            }
            #[inline(always)]
            fn double(lhs: f64, rhs: f64) -> f64 {
                numeric::$double(lhs, rhs)
            }
            fn other(vm: &mut Vm, _: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
                by_operator(vm, Operator::$name, lhs, rhs)
            }
        }
    )*};
}

numeric! {
    Mod int_floor_mod floor_mod;
    FloorDiv int_floor_div floor_div;
    Pow int_pow pow;
}

/// A right operand of arithmetic.
pub(in crate::interp) trait Source: Copy {
    fn value(self, machine: &Machine) -> Value;
    /// The operand, whose `value` is given, as a double, if it is a number.
    fn to_f64(self, machine: &Machine, value: Value) -> Option<f64>;
}

impl Source for Src {
    #[inline(always)]
    fn value(self, machine: &Machine) -> Value {
        machine.read(self)
    }
    #[inline(always)]
    fn to_f64(self, machine: &Machine, value: Value) -> Option<f64> {
        if value.is_double() {
            Some(machine.read_double(self))
        } else if value.is_int() {
            Some(value.int_as_double())
        } else {
            None
        }
    }
}

impl Source for Num8 {
    #[inline(always)]
    fn value(self, machine: &Machine) -> Value {
        machine.number(self)
    }
    #[inline(always)]
    fn to_f64(self, _: &Machine, value: Value) -> Option<f64> {
        Some(if value.is_int() { value.int_as_double() } else { value.as_double() })
    }
}

impl Machine {
    /// `dst = lhs op rhs`. The left operand is tested for a double first: two doubles take two tests instead of three, two
    /// ints three instead of two.
    #[inline(always)]
    pub(in crate::interp) fn arith<O: NumOp>(&mut self, dst: Dst, lhs: Src, rhs: impl Source) -> Flow {
        let (left, right) = (self.read(lhs), rhs.value(self));
        // The cases are spelled out: through two `Option<f64>` the compiler would test twice.
        let result = if left.is_double() {
            match rhs.to_f64(self, right) {
                Some(y) => O::double(self.read_double(lhs), y),
                None => return self.arith_other::<O>(dst, left, right),
            }
        } else if left.is_int() {
            if right.is_int()
                && let Some(result) = O::int(left.as_int(), right.as_int())
            {
                self.write(dst, Value::int(result));
                return Flow::Next;
            }
            match rhs.to_f64(self, right) {
                Some(y) => O::double(left.int_as_double(), y),
                None => return self.arith_other::<O>(dst, left, right),
            }
        } else {
            return self.arith_other::<O>(dst, left, right);
        };
        self.write(dst, Value::double(result));
        Flow::Next
    }

    /// `dst = lhs op rhs`, where the left operand is most often an int.
    #[inline(always)]
    pub(in crate::interp) fn arith_imm<O: NumOp>(&mut self, dst: Dst, lhs: Src, rhs: Imm8) -> Flow {
        let left = self.read(lhs);
        let rhs = i32::from(rhs.0);
        if left.is_int()
            && let Some(result) = O::int(left.as_int(), rhs)
        {
            self.write(dst, Value::int(result));
            return Flow::Next;
        }
        match lhs.to_f64(self, left) {
            Some(x) => {
                self.write(dst, Value::double(O::double(x, f64::from(rhs))));
                Flow::Next
            }
            None => self.arith_other::<O>(dst, left, Value::int(rhs)),
        }
    }

    #[inline(always)]
    fn arith_other<O: NumOp>(&mut self, dst: Dst, lhs: Value, rhs: Value) -> Flow {
        self.save();
        arith_other::<O>(self.vm(), dst.0, lhs, rhs)
    }

    /// `dst = -src`.
    #[inline(always)]
    pub(in crate::interp) fn negate(&mut self, dst: Dst, src: Src) -> Flow {
        let value = self.read(src);
        if value.is_int()
            && value.as_int() != 0
            && let Some(result) = value.as_int().checked_neg()
        {
            self.write(dst, Value::int(result));
            return Flow::Next;
        }
        if let Some(value) = value.to_f64() {
            self.write(dst, Value::double(-value));
            return Flow::Next;
        }
        self.save();
        negate_other(self.vm(), value)
    }

    /// Whether two values are equal; the flow to continue with if there is not enough fuel to compare them, or the library
    /// does. `words` is the length of the instruction.
    #[inline(always)]
    pub(in crate::interp) fn equal(&mut self, lhs: Value, rhs: Value, words: usize) -> Result<bool, Flow> {
        if lhs.is_identical(rhs) {
            // A NaN is the one value that differs from itself.
            return Ok(!lhs.is_double() || lhs.as_double() == lhs.as_double());
        }
        if lhs.is_object() {
            // Nil and the booleans equal themselves only, whatever a class says.
            if !rhs.is_object() && !rhs.is_number() {
                return Ok(false);
            }
            self.save();
            return self.vm().objects_equal(lhs, rhs, words);
        }
        Ok(match (lhs.to_f64(), rhs.to_f64()) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        })
    }
}

#[cold]
#[inline(never)]
fn arith_other<O: NumOp>(vm: &mut Vm, dst: u8, lhs: Value, rhs: Value) -> Flow {
    let result = O::other(vm, usize::from(dst), lhs, rhs);
    vm.flow(result)
}

/// The operation of two values that are not both numbers, an instruction of one word.
fn by_operator(vm: &mut Vm, operator: Operator, lhs: Value, rhs: Value) -> Result<(), Fault> {
    vm.finish_by_operator(operator, lhs, &[rhs], 1, NOT_NUMBERS)
}

#[cold]
#[inline(never)]
fn negate_other(vm: &mut Vm, value: Value) -> Flow {
    let result = vm.finish_by_operator(Operator::Negate, value, &[], 1, Fault::Type(TypeFault::Number));
    vm.flow(result)
}
