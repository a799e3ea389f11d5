//! The module `math`.
//!
//! All functions are those of libm in Rust, so that each result has the same bits on every machine and in every tier. Where a
//! function has no value, it gives nan.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Constant, Fault, entry};
use crate::numeric;
use crate::object::BuiltinClass;
use crate::value::Value;

pub(super) static FUNCTIONS: &[Entry] = &[
    entry("acos", Arity::exactly(1), "(x): the angle, from 0 to pi, whose cosine is x.", |call| {
        of_one(call, libm::acos)
    }),
    entry("asin", Arity::exactly(1), "(x): the angle, from -pi / 2 to pi / 2, whose sine is x.", |call| {
        of_one(call, libm::asin)
    }),
    entry("atan", Arity::exactly(1), "(x): the angle, from -pi / 2 to pi / 2, whose tangent is x.", |call| {
        of_one(call, libm::atan)
    }),
    entry("atan2", Arity::exactly(2), "(y, x): the angle, from -pi to pi, of the point (x, y).", |call| {
        of_two(call, libm::atan2)
    }),
    entry("cbrt", Arity::exactly(1), "(x): the cube root.", |call| of_one(call, libm::cbrt)),
    entry("cos", Arity::exactly(1), "(x): the cosine.", |call| of_one(call, libm::cos)),
    entry("cosh", Arity::exactly(1), "(x): the hyperbolic cosine.", |call| of_one(call, libm::cosh)),
    entry("exp", Arity::exactly(1), "(x): e to the power of x.", |call| of_one(call, libm::exp)),
    entry("gcd", Arity::exactly(2), "(a, b): the greatest integer that divides both integers.", gcd),
    entry("hypot", Arity::exactly(2), "(x, y): the square root of x * x + y * y.", |call| {
        of_two(call, libm::hypot)
    }),
    entry(
        "imul",
        Arity::exactly(2),
        "(a, b): the product of two integers of 32 bits, modulo 2^32, signed.",
        imul,
    ),
    entry("ln", Arity::exactly(1), "(x): the logarithm to base e.", |call| of_one(call, libm::log)),
    entry("log10", Arity::exactly(1), "(x): the logarithm to base 10.", |call| of_one(call, libm::log10)),
    entry("log2", Arity::exactly(1), "(x): the logarithm to base 2.", |call| of_one(call, libm::log2)),
    entry("pow", Arity::exactly(2), "(x, y): x to the power of y, as x ** y.", |call| {
        of_two(call, numeric::pow)
    }),
    entry("sin", Arity::exactly(1), "(x): the sine.", |call| of_one(call, libm::sin)),
    entry("sinh", Arity::exactly(1), "(x): the hyperbolic sine.", |call| of_one(call, libm::sinh)),
    entry("sqrt", Arity::exactly(1), "(x): the square root.", |call| of_one(call, libm::sqrt)),
    entry("tan", Arity::exactly(1), "(x): the tangent.", |call| of_one(call, libm::tan)),
    entry("tanh", Arity::exactly(1), "(x): the hyperbolic tangent.", |call| of_one(call, libm::tanh)),
];

/// Numbers of the module.
pub(super) const CONSTANTS: [Constant; 4] = [
    constant("e", core::f64::consts::E, "the base of the natural logarithm."),
    constant("inf", f64::INFINITY, "more than every other number."),
    constant("nan", f64::NAN, "no number: it equals nothing, itself neither."),
    constant("pi", core::f64::consts::PI, "half the circumference of a circle with radius 1."),
];

const fn constant(name: &'static str, value: f64, doc: &'static str) -> Constant {
    Constant { of: BuiltinClass::Math, name, value, doc }
}

fn of_one(call: &mut Call<'_>, f: fn(f64) -> f64) -> Result<Value, Fault> {
    Ok(Value::number(f(call.number_arg(0)?)))
}

fn of_two(call: &mut Call<'_>, f: fn(f64, f64) -> f64) -> Result<Value, Fault> {
    Ok(Value::number(f(call.number_arg(0)?, call.number_arg(1)?)))
}

fn imul(call: &mut Call<'_>) -> Result<Value, Fault> {
    let factor = |call: &Call<'_>, index| {
        let factor = numeric::int32(call.number_arg(index)?);
        factor.ok_or_else(|| call.wrong("an integer of 32 bits", call.arg(index), true))
    };
    Ok(Value::int(factor(call, 0)?.wrapping_mul(factor(call, 1)?)))
}

/// Euclid's algorithm.
fn gcd(call: &mut Call<'_>) -> Result<Value, Fault> {
    /// Up to here every integer is a number.
    const MOST: u64 = 1 << 53;
    let integer = |call: &Call<'_>, index| {
        const WANTED: &str = "an integer of at most 2^53";
        let integer = call.integer_arg(index, WANTED)?.unsigned_abs();
        if integer <= MOST { Ok(integer) } else { Err(call.wrong(WANTED, call.arg(index), true)) }
    };
    let (mut a, mut b) = (integer(call, 0)?, integer(call, 1)?);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    Ok(Value::number(a as f64))
}
