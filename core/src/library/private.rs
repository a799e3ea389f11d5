//! Functions that only the library's scripts call.

use core::cmp::Ordering;

use super::{bytes, json, value};
use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{BuiltinClass, Bytes, Instance, List, MAX_LEN, Map, Range, Str};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Entry] = &[
    entry("$before_number", Arity::exactly(2), "(a, b): whether number a comes before b.", before_number),
    entry("$changed", Arity::exactly(1), "(list): the error of a list that changed its length.", changed),
    entry("$decides", Arity::exactly(1), "(x): the boolean x.", decides),
    entry("$error_label", Arity::exactly(1), "(e): what the text of the error e begins with.", error_label),
    entry("$error_message", Arity::exactly(1), "(e): the message of the error e.", error_message),
    entry("$extend_bytes", Arity::exactly(2), "(a, b): appends the bytes of b to a.", bytes::extend),
    entry("$is_name", Arity::exactly(1), "(x): whether x is a string that a map has as a name.", is_name),
    entry("$joined", Arity::exactly(1), "(list): the strings of a list, joined.", joined),
    json::COLUMN,
    json::FOUND,
    json::INDENT,
    json::KIND,
    json::NEXT,
    json::QUOTED,
    json::TEXT,
    entry("$operator_text", Arity::exactly(1), "(x): the string x, which an operator gave.", operator_text),
    entry("$order_kind", Arity::exactly(2), "(a, b): how a and b are ordered.", order_kind),
    entry("$payload", Arity::exactly(1), "(x): a list of the fields of the enum value x.", |call| {
        let value = call.arg(0);
        Ok(call.vm().payload(value)?.value())
    }),
    entry("$positive", Arity::exactly(1), "(n): the integer n, which is above 0.", positive),
    entry(
        "$range_step",
        Arity::exactly(1),
        "(range): how far it is from one number to the next.",
        range_step,
    ),
    entry(
        "$repr_plain",
        Arity::exactly(1),
        "(x): the text of x, which has no parts, a string in quotes.",
        value::repr,
    ),
    entry("$separator", Arity::exactly(1), "(x): the string x.", separator),
    entry("$text_kind", Arity::exactly(1), "(x): how the text of x is made.", text_kind),
    entry(
        "$variant_name",
        Arity::exactly(1),
        "(x): the name of the variant of the enum value x.",
        variant_name,
    ),
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

/// The name of the variant of an enum value.
fn variant_name(call: &mut Call<'_>) -> Result<Value, Fault> {
    let instance = call.arg(0).as_object::<Instance>().ok_or(Fault::Bytecode)?;
    Ok(call.vm().class_of(instance).ok_or(Fault::Bytecode)?.name.value())
}

/// What an `operator string` gave.
fn operator_text(call: &mut Call<'_>) -> Result<Value, Fault> {
    let found = call.arg(0);
    match found.as_object::<Str>() {
        Some(_) => Ok(found),
        None => Err(Fault::Argument {
            name: "operator string",
            wanted: "to give a string",
            found,
            has_type: false,
        }),
    }
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

/// 0 for a value whose text has no parts, 1 for a list, 2 for a map, 3 for a range, 4 for one with an operator, 5 for a value of a
/// variant with fields, 6 for a byte array.
fn text_kind(call: &mut Call<'_>) -> Result<Value, Fault> {
    let value = call.arg(0);
    let kind = if value.as_object::<List>().is_some() {
        1
    } else if value.as_object::<Map>().is_some() {
        2
    } else if value.as_object::<Range>().is_some() {
        3
    } else if call.vm().has_operator_string(value) {
        4
    } else if call.vm().as_payload(value).is_some() {
        5
    } else if value.as_object::<Bytes>().is_some() {
        6
    } else {
        0
    };
    Ok(Value::int(kind))
}

/// The name of a class that inherits from Error; the kind of another error.
fn error_label(call: &mut Call<'_>) -> Result<Value, Fault> {
    let error = call.arg(0).as_object::<Instance>().ok_or(Fault::Bytecode)?;
    Ok(call.vm().error_label(error))
}

fn error_message(call: &mut Call<'_>) -> Result<Value, Fault> {
    let error = call.arg(0).as_object::<Instance>().ok_or(Fault::Bytecode)?;
    Ok(call.vm().error_message(error).unwrap_or(Value::NIL))
}

/// The most bytes of a key that is written as a name.
const LONGEST_NAME: usize = 64;

fn is_name(call: &mut Call<'_>) -> Result<Value, Fault> {
    let name = call.arg(0).as_object::<Str>().filter(|string| string.len() <= LONGEST_NAME);
    let is_name = name.is_some_and(|name| {
        let mut bytes = name.parts().into_iter().flatten();
        let first = bytes.next().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_');
        first && bytes.all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    Ok(Value::bool(is_name))
}

fn range_step(call: &mut Call<'_>) -> Result<Value, Fault> {
    let range = call.arg(0).as_object::<Range>().ok_or(Fault::Bytecode)?;
    Ok(Value::number(range.step()))
}

fn joined(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = call.arg(0).as_object::<List>().ok_or(Fault::Bytecode)?;
    let strings = || list.values().iter().filter_map(|value| value.get().as_object::<Str>());
    let len = strings()
        .try_fold(0_usize, |len, string| len.checked_add(string.len()).filter(|&len| len <= MAX_LEN));
    let len = len.ok_or(Fault::StringTooLong)?;
    // Going over the list is bulk work, too.
    call.charge(len + list.len() * size_of::<Value>())?;
    let text = call.vm().new_text(len, |_, out| {
        for string in strings() {
            // SAFETY: the list holds the string, and there is no safepoint meanwhile.
            unsafe { string.parts_for() }.into_iter().for_each(|part| out.push(part));
        }
    })?;
    Ok(text.value())
}

fn separator(call: &mut Call<'_>) -> Result<Value, Fault> {
    match call.arg(0) {
        value if value.as_object::<Str>().is_some() => Ok(value),
        found => Err(Fault::Argument { name: "join", wanted: "a string", found, has_type: false }),
    }
}
