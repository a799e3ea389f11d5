//! Methods of lists.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{BuiltinClass, Gc, List, MAX_ITEMS};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry(
        "at",
        Arity::exactly(1),
        "(i): the item at index i, from the end if it is negative; nil if there is none.",
        at,
    ),
    entry("clear", Arity::exactly(0), "(): removes all items.", clear),
    entry("copy", Arity::exactly(0), "(): a list of the same items, not frozen.", copy),
    entry("fill", Arity::exactly(1), "(value): sets all items.", fill),
    entry("first", Arity::exactly(0), "(): the first item; nil if there is none.", first),
    entry("freeze", Arity::exactly(0), "(): lets the list never change again; the list.", freeze),
    entry("insert", Arity::exactly(2), "(i, value): puts a value at index i, before the item there.", insert),
    entry("is_empty", Arity::exactly(0), "(): whether it has no items.", is_empty),
    entry("is_frozen", Arity::exactly(0), "(): whether it never changes.", is_frozen),
    entry("last", Arity::exactly(0), "(): the last item; nil if there is none.", last),
    entry("len", Arity::exactly(0), "(): how many items it has.", len)
        .looking(0, |_, list, _| Some(Value::number(list.as_object::<List>()?.len() as f64))),
    entry("pop", Arity::exactly(0), "(): removes the last item and returns it; nil if there is none.", pop)
        .looking(0, |_, list, _| take_last(list.as_object()?).ok()),
    entry("push", Arity::exactly(1), "(value): appends a value.", push)
        .looking(1, |vm, list, value| vm.append_in_place(list.as_object()?, value)),
    entry("remove", Arity::exactly(1), "(i): removes the item at index i and returns it.", remove),
    entry(
        "resize",
        Arity::exactly(2),
        "(n, value): makes it n items long, the new ones being the value.",
        resize,
    ),
    entry("reverse", Arity::exactly(0), "(): puts the items in reverse order.", reverse),
    entry("reversed", Arity::exactly(0), "(): a list of the items in reverse order.", reversed),
    entry("skip", Arity::exactly(1), "(n): a list of all items but the first n.", skip),
    entry("swap", Arity::exactly(2), "(i, j): exchanges two items.", swap),
    entry("take", Arity::exactly(1), "(n): a list of the first n items, or of all.", take),
    entry("truncate", Arity::exactly(1), "(n): removes all items from index n on.", truncate),
];

/// Functions of the type `List`.
pub(super) static STATICS: &[Entry] =
    &[entry("filled", Arity::exactly(2), "(n, value): a list of n items, all the value.", filled)];

/// The list that a method is called on.
fn list(call: &Call<'_>) -> Result<Gc<List>, Fault> {
    call.receiver().as_object().ok_or(Fault::Bytecode)
}

/// The list, which may change.
fn changing(call: &Call<'_>) -> Result<Gc<List>, Fault> {
    let list = list(call)?;
    if list.is_frozen() { Err(Fault::Frozen(BuiltinClass::List)) } else { Ok(list) }
}

/// The first argument, the length of a list. One that no list has is refused before its items are paid for.
fn length_arg(call: &Call<'_>) -> Result<usize, Fault> {
    let len = call.count_arg(0)?;
    if len > MAX_ITEMS { Err(Fault::OutOfMemory) } else { Ok(len) }
}

/// Bytes of so many items.
const fn bytes(items: usize) -> usize {
    items * size_of::<Value>()
}

fn len(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(list(call)?.len() as f64))
}

fn is_empty(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(list(call)?.len() == 0))
}

fn is_frozen(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(list(call)?.is_frozen()))
}

fn freeze(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = list(call)?;
    list.freeze();
    Ok(list.value())
}

fn first(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(list(call)?.get(0).unwrap_or(Value::NIL))
}

fn last(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = list(call)?;
    Ok(list.len().checked_sub(1).and_then(|index| list.get(index)).unwrap_or(Value::NIL))
}

fn at(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = list(call)?;
    let index = call.integer_arg(0, "an integer")? as f64;
    let index = if index < 0.0 { index + list.len() as f64 } else { index };
    // A negative number is 0 as an index.
    Ok(if index < 0.0 { Value::NIL } else { list.get(index as usize).unwrap_or(Value::NIL) })
}

fn push(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = changing(call)?;
    let value = call.arg(0);
    call.reserve_items(list, 1)?;
    call.vm().append(list, value);
    Ok(Value::NIL)
}

fn pop(call: &mut Call<'_>) -> Result<Value, Fault> {
    take_last(list(call)?)
}

fn take_last(list: Gc<List>) -> Result<Value, Fault> {
    if list.is_frozen() {
        return Err(Fault::Frozen(BuiltinClass::List));
    }
    let Some(index) = list.len().checked_sub(1) else { return Ok(Value::NIL) };
    let last = list.get(index).unwrap_or(Value::NIL);
    list.shorten(index);
    Ok(last)
}

fn clear(call: &mut Call<'_>) -> Result<Value, Fault> {
    changing(call)?.drop_items();
    Ok(Value::NIL)
}

fn truncate(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = changing(call)?;
    let len = call.count_arg(0)?;
    if len < list.len() {
        call.charge(bytes(list.len() - len))?;
        list.shorten(len);
    }
    Ok(Value::NIL)
}

fn resize(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = changing(call)?;
    let len = length_arg(call)?;
    let value = call.arg(1);
    if len < list.len() {
        call.charge(bytes(list.len() - len))?;
        list.shorten(len);
        return Ok(Value::NIL);
    }
    let more = len - list.len();
    call.charge(bytes(len))?;
    call.vm().make_room(list, more)?;
    for _ in 0..more {
        call.vm().append(list, value);
    }
    Ok(Value::NIL)
}

fn filled(call: &mut Call<'_>) -> Result<Value, Fault> {
    let len = length_arg(call)?;
    call.charge(bytes(len))?;
    let made = call.vm().make_list(len)?;
    let value = call.arg(1);
    for _ in 0..len {
        call.vm().append(made, value);
    }
    Ok(made.value())
}

fn fill(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = changing(call)?;
    call.charge(bytes(list.len()))?;
    let value = call.arg(0);
    for index in 0..list.len() {
        call.vm().set_item(list, index, value);
    }
    Ok(Value::NIL)
}

fn insert(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = changing(call)?;
    let at = index_at(call.arg(0), list.len() + 1, list.len())?;
    let value = call.arg(1);
    call.charge(bytes(list.len()))?;
    call.vm().make_room(list, 1)?;
    call.vm().append(list, value);
    for index in (at..list.len() - 1).rev() {
        let moved = list.get(index).unwrap_or(Value::NIL);
        call.vm().set_item(list, index + 1, moved);
    }
    call.vm().set_item(list, at, value);
    Ok(Value::NIL)
}

fn remove(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = changing(call)?;
    let at = index_at(call.arg(0), list.len(), list.len())?;
    call.charge(bytes(list.len() - at))?;
    let removed = list.get(at).unwrap_or(Value::NIL);
    for index in at + 1..list.len() {
        let moved = list.get(index).unwrap_or(Value::NIL);
        call.vm().set_item(list, index - 1, moved);
    }
    list.shorten(list.len() - 1);
    Ok(removed)
}

fn swap(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = changing(call)?;
    let one = index_at(call.arg(0), list.len(), list.len())?;
    let other = index_at(call.arg(1), list.len(), list.len())?;
    let (first, second) = (list.get(one).unwrap_or(Value::NIL), list.get(other).unwrap_or(Value::NIL));
    call.vm().set_item(list, one, second);
    call.vm().set_item(list, other, first);
    Ok(Value::NIL)
}

fn reverse(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = changing(call)?;
    call.charge(bytes(list.len()))?;
    for index in 0..list.len() / 2 {
        let other = list.len() - 1 - index;
        let (first, second) = (list.get(index).unwrap_or(Value::NIL), list.get(other).unwrap_or(Value::NIL));
        call.vm().set_item(list, index, second);
        call.vm().set_item(list, other, first);
    }
    Ok(Value::NIL)
}

fn reversed(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = list(call)?;
    call.charge(bytes(list.len()))?;
    let made = call.vm().make_list(list.len())?;
    for index in (0..list.len()).rev() {
        call.vm().append(made, list.get(index).unwrap_or(Value::NIL));
    }
    Ok(made.value())
}

fn copy(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = list(call)?;
    Ok(call.slice_list(list, 0, list.len())?.value())
}

fn take(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = list(call)?;
    let to = call.count_arg(0)?.min(list.len());
    Ok(call.slice_list(list, 0, to)?.value())
}

fn skip(call: &mut Call<'_>) -> Result<Value, Fault> {
    let list = list(call)?;
    let from = call.count_arg(0)?.min(list.len());
    Ok(call.slice_list(list, from, list.len())?.value())
}

/// An index below `end` of a list of `len` items.
fn index_at(found: Value, end: usize, len: usize) -> Result<usize, Fault> {
    let of = BuiltinClass::List;
    match found.to_f64() {
        Some(number) if number == libm::trunc(number) && number.is_finite() => {
            if (0.0..end as f64).contains(&number) {
                Ok(number as usize)
            } else {
                Err(Fault::OutOfRange { of, index: found, len: len as u32 })
            }
        }
        _ => Err(Fault::IndexType { of, found }),
    }
}
