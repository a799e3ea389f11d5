//! Methods of numbers.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Constant, Fault, entry};
use crate::object::BuiltinClass;
use crate::text::{Line, RadixDigits};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry("abs", Arity::exactly(0), "(): the number without its sign.", |call| map(call, libm::fabs))
        .looking(0, |_, number, _| Some(Value::number(libm::fabs(number.to_f64()?)))),
    entry("ceil", Arity::exactly(0), "(): the least integer that is not below it.", |call| {
        map(call, libm::ceil)
    })
    .looking(0, |_, number, _| Some(Value::number(libm::ceil(number.to_f64()?)))),
    entry("clamp", Arity::exactly(2), "(low, high): the number, or the bound that it passes.", clamp),
    entry("floor", Arity::exactly(0), "(): the greatest integer that is not above it.", |call| {
        map(call, libm::floor)
    })
    .looking(0, |_, number, _| Some(Value::number(libm::floor(number.to_f64()?)))),
    entry("is_finite", Arity::exactly(0), "(): whether it is neither infinite nor nan.", |call| {
        is(call, f64::is_finite)
    }),
    entry("is_int", Arity::exactly(0), "(): whether it is an integer.", |call| {
        is(call, |number| number % 1.0 == 0.0)
    }),
    entry("is_nan", Arity::exactly(0), "(): whether it is nan.", |call| is(call, f64::is_nan)),
    entry("max", Arity::exactly(1), "(b): the greater of both; nan if either is.", |call| {
        either(call, |a, b| if a < b { b } else { a })
    }),
    entry("min", Arity::exactly(1), "(b): the lesser of both; nan if either is.", |call| {
        either(call, |a, b| if b < a { b } else { a })
    }),
    entry("round", Arity::exactly(0), "(): the nearest integer, of two the one away from zero.", |call| {
        map(call, libm::round)
    })
    .looking(0, |_, number, _| Some(Value::number(libm::round(number.to_f64()?)))),
    entry("sign", Arity::exactly(0), "(): -1, 0 or 1; nan for nan.", |call| map(call, sign)),
    entry(
        "to_string",
        Arity::between(0, 1),
        "([radix]): the text of the number; with a radix from 2 to 36, that of an integer.",
        to_string,
    ),
    entry("trunc", Arity::exactly(0), "(): the integer part.", |call| map(call, libm::trunc))
        .looking(0, |_, number, _| Some(Value::number(libm::trunc(number.to_f64()?)))),
];

/// The greatest integer up to which all are numbers.
const MAX_INT: f64 = 9_007_199_254_740_991.0;

/// Numbers of the type `Number`.
pub(super) static CONSTANTS: &[Constant] = &[
    Constant {
        of: BuiltinClass::Number,
        name: "max_int",
        value: MAX_INT,
        doc: "2^53 - 1: up to here each integer is a number.",
    },
    Constant {
        of: BuiltinClass::Number,
        name: "min_int",
        value: -MAX_INT,
        doc: "-(2^53 - 1): down to here each integer is a number.",
    },
];

fn map(call: &mut Call<'_>, f: impl Fn(f64) -> f64) -> Result<Value, Fault> {
    Ok(Value::number(f(call.number()?)))
}

fn is(call: &mut Call<'_>, f: impl Fn(f64) -> bool) -> Result<Value, Fault> {
    Ok(Value::bool(f(call.number()?)))
}

/// One of the number and the argument; nan if either is.
fn either(call: &mut Call<'_>, choose: impl Fn(f64, f64) -> f64) -> Result<Value, Fault> {
    let (a, b) = (call.number()?, call.number_arg(0)?);
    Ok(Value::number(if a.is_nan() || b.is_nan() { f64::NAN } else { choose(a, b) }))
}

fn clamp(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (number, low, high) = (call.number()?, call.number_arg(0)?, call.number_arg(1)?);
    if high < low {
        return Err(call.wrong("an upper bound that is not below the lower one", call.arg(1), true));
    }
    let is_nan = number.is_nan() || low.is_nan() || high.is_nan();
    let clamped = if number < low {
        low
    } else if number > high {
        high
    } else {
        number
    };
    Ok(Value::number(if is_nan { f64::NAN } else { clamped }))
}

fn sign(number: f64) -> f64 {
    if number > 0.0 {
        1.0
    } else if number < 0.0 {
        -1.0
    } else if number.is_nan() {
        number
    } else {
        0.0
    }
}

fn to_string(call: &mut Call<'_>) -> Result<Value, Fault> {
    const RADIX: &str = "a radix from 2 to 36";
    let number = call.number()?;
    let radix = if call.argc() == 0 { 10 } else { call.integer_arg(0, RADIX)? };
    let radix = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    let radix = radix.ok_or_else(|| call.wrong(RADIX, call.arg(0), true))?;
    if radix == 10 {
        let mut line = Line::new();
        // The text of a number fits.
        let _ = line.number(number);
        return Ok(call.vm().new_text(line.text().len(), |_, out| out.push(line.text()))?.value());
    }
    if number % 1.0 != 0.0 {
        return Err(call.wrong("an integer for that radix", Value::number(number), true));
    }
    let digits = RadixDigits::new(number, radix);
    let text = digits.text();
    call.charge(text.len())?;
    Ok(call.vm().new_text(text.len(), |_, out| out.push(text))?.value())
}
