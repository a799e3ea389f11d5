//! Functions that only the library's scripts call.

use core::cmp::Ordering;

use super::{bytes, json, value};
use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{BuiltinClass, Bytes, Fiber, Gc, Instance, List, MAX_LEN, Map, Range, Str};
use crate::value::Value;

pub(super) static FUNCTIONS: &[Entry] = &[
    entry("$before_number", Arity::exactly(2), "(a, b): whether number a comes before b.", before_number),
    entry(
        "$changed",
        Arity::exactly(1),
        "(x): the error of a list or byte array that changed its length.",
        changed,
    ),
    entry(
        "$count_from",
        Arity::exactly(3),
        "(least, name, n): the integer n, an argument of the function with this name, which is not below least.",
        count_from,
    ),
    entry("$decides", Arity::exactly(1), "(x): the boolean x.", decides),
    entry("$error_label", Arity::exactly(1), "(e): what the text of the error e begins with.", error_label),
    entry("$error_message", Arity::exactly(1), "(e): the message of the error e.", error_message),
    entry("$extend_bytes", Arity::exactly(2), "(a, b): appends the bytes of b to a.", bytes::extend),
    entry("$is_name", Arity::exactly(1), "(x): whether x is a string that a map has as a name.", is_name),
    entry(
        "$iter_kind",
        Arity::exactly(2),
        "(x, begun): how a loop goes over x, which with begun is what a method `iter` gave.",
        iter_kind,
    ),
    entry("$joined", Arity::exactly(1), "(list): the strings of a list, joined.", joined),
    json::COLUMN,
    json::FOUND,
    json::INDENT,
    json::KIND,
    json::NEXT,
    json::QUOTED,
    json::TEXT,
    entry("$map_changes", Arity::exactly(1), "(map): how often its keys have changed.", |call| {
        Ok(Value::int(map(call)?.changes() as i32))
    }),
    entry(
        "$map_entry",
        Arity::exactly(2),
        "(map, at): a list of the key and the value at a place.",
        map_entry,
    ),
    entry("$map_key", Arity::exactly(2), "(map, at): the key at a place.", |call| {
        let (key, _) = map(call)?.entry(place(call)?).ok_or(Fault::Bytecode)?;
        Ok(key)
    }),
    entry(
        "$map_next",
        Arity::exactly(3),
        "(map, at, changes): the place of the next entry, from place at on; nil without one.",
        map_next,
    ),
    entry("$map_only", Arity::exactly(1), "(x): the map x.", |call| {
        let found = call.arg(0);
        found.as_object::<Map>().map(Gc::value).ok_or(Fault::NotMap { or_instance: false, found })
    }),
    entry("$operator_text", Arity::exactly(1), "(x): the string x, which an operator gave.", operator_text),
    entry("$order_kind", Arity::exactly(2), "(a, b): how a and b are ordered.", order_kind),
    entry("$payload", Arity::exactly(1), "(x): a list of the fields of the enum value x.", |call| {
        let value = call.arg(0);
        Ok(call.vm().payload(value)?.value())
    }),
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

fn changed(call: &mut Call<'_>) -> Result<Value, Fault> {
    Err(Fault::Changed(call.arg(0).builtin_class().ok_or(Fault::Bytecode)?))
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

/// The functions with an argument that is an integer from 0 or 1 on.
const COUNTING: [&str; 5] = ["chunks", "generate", "skip", "step", "take"];

fn count_from(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (least, found) = (call.arg(0).to_f64().ok_or(Fault::Bytecode)?, call.arg(2));
    let name = call.arg(1).as_object::<Str>().ok_or(Fault::Bytecode)?;
    let name = COUNTING.into_iter().find(|known| *known == name.text()).ok_or(Fault::Bytecode)?;
    match found.to_f64() {
        Some(number) if number.is_finite() && number == libm::trunc(number) && number >= least => Ok(found),
        Some(_) => {
            let wanted = if least == 0.0 { "an integer from 0 on" } else { "an integer from 1 on" };
            Err(Fault::Argument { name, wanted, found, has_type: true })
        }
        None => Err(Fault::Argument { name, wanted: "a number", found, has_type: false }),
    }
}

/// 0 for a fiber or an iterator, whose `next` gives its items, 1 for a list, 2 for a map, 3 for a range, 4 for a string, 5 for a
/// byte array, 6 for an instance, whose `iter` gives what has the items.
fn iter_kind(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (value, begun) = (call.arg(0), !call.arg(1).is_falsy());
    let kind = if value.as_object::<Fiber>().is_some() {
        0
    } else if value.as_object::<List>().is_some() {
        1
    } else if value.as_object::<Map>().is_some() {
        2
    } else if value.as_object::<Range>().is_some() {
        3
    } else if value.as_object::<Str>().is_some() {
        4
    } else if value.as_object::<Bytes>().is_some() {
        5
    } else if begun && value.as_object::<Instance>().is_some() {
        0
    } else if call.vm().has_iter(value)? {
        6
    } else {
        return Err(Fault::NotIterable(value));
    };
    Ok(Value::int(kind))
}

/// The map that is the first argument.
fn map(call: &Call<'_>) -> Result<Gc<Map>, Fault> {
    call.arg(0).as_object().ok_or(Fault::Bytecode)
}

/// The second argument, a place in a map.
fn place(call: &Call<'_>) -> Result<usize, Fault> {
    Ok(call.arg(1).to_f64().ok_or(Fault::Bytecode)? as usize)
}

fn map_next(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = map(call)?;
    if call.arg(2) != Value::int(map.changes() as i32) {
        return Err(Fault::Changed(BuiltinClass::Map));
    }
    // A map with many removed entries has had as many removals, which paid for the search.
    let at = (place(call)?..map.used()).find(|&at| map.entry(at).is_some());
    Ok(at.map_or(Value::NIL, |at| Value::int(at as i32)))
}

fn map_entry(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (map, at) = (map(call)?, place(call)?);
    let pair = call.vm().make_list(2)?;
    let (key, value) = map.entry(at).ok_or(Fault::Bytecode)?;
    call.vm().append(pair, key);
    call.vm().append(pair, value);
    Ok(pair.value())
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
