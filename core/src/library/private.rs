//! Functions that only the library's scripts call.

use core::cmp::Ordering;

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{BuiltinClass, Instance, List, Str};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Entry] = &[
    entry("$before_number", Arity::exactly(2), "(a, b): whether number a comes before b.", before_number),
    entry("$changed", Arity::exactly(1), "(list): the error of a list that changed its length.", changed),
    entry("$decides", Arity::exactly(1), "(x): the boolean x.", decides),
    entry("$order_kind", Arity::exactly(2), "(a, b): how a and b are ordered.", order_kind),
    entry("$positive", Arity::exactly(1), "(n): the integer n, which is above 0.", positive),
];

/// Numbers in their order, not a number last.
fn before_number(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (Some(a), Some(b)) = (call.arg(0).to_f64(), call.arg(1).to_f64()) else {
        return Err(Fault::Bytecode);
    };
    let before = match a.partial_cmp(&b) {
        Some(order) => order == Ordering::Less,
        None => !a.is_nan(),
    };
    Ok(Value::bool(before))
}

fn changed(_: &mut Call<'_>) -> Result<Value, Fault> {
    Err(Fault::Changed(BuiltinClass::List))
}

fn decides(call: &mut Call<'_>) -> Result<Value, Fault> {
    match call.arg(0) {
        value @ (Value::TRUE | Value::FALSE) => Ok(value),
        found => Err(Fault::Argument {
            name: "sort_with",
            wanted: "a function that gives a boolean",
            found,
            has_type: false,
        }),
    }
}

/// 0 for two numbers, 1 for two values that `<` compares, 2 for two lists.
fn order_kind(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (a, b) = (call.arg(0), call.arg(1));
    let both = |is: fn(Value) -> bool| is(a) && is(b);
    let kind = if both(|value| value.to_f64().is_some()) {
        0
    } else if both(|value| value.as_object::<Str>().is_some()) || a.as_object::<Instance>().is_some() {
        1
    } else if both(|value| value.as_object::<List>().is_some()) {
        2
    } else {
        // Whichever is asked first, the error is the same.
        let class = |value: Value| value.builtin_class().map(|class| class as u32);
        return Err(if class(b) < class(a) { Fault::Order(b, a) } else { Fault::Order(a, b) });
    };
    Ok(Value::int(kind))
}

fn positive(call: &mut Call<'_>) -> Result<Value, Fault> {
    let found = call.arg(0);
    match found.to_f64() {
        Some(number) if number == libm::trunc(number) && number > 0.0 => Ok(found),
        Some(_) => {
            Err(Fault::Argument { name: "chunks", wanted: "an integer from 1 on", found, has_type: true })
        }
        None => Err(Fault::Argument { name: "chunks", wanted: "a number", found, has_type: false }),
    }
}
