//! Methods of maps.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{BuiltinClass, Gc, Map};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry("clear", Arity::exactly(0), "(): removes all entries.", clear),
    entry("copy", Arity::exactly(0), "(): a map of the same entries, not frozen.", copy),
    entry("entries", Arity::exactly(0), "(): a list of [key, value] for each entry.", entries),
    entry("freeze", Arity::exactly(0), "(): lets the map never change again; the map.", freeze),
    entry("get", Arity::between(1, 2), "(key, default = nil): the value of a key, or the default.", get)
        .looking(1, |vm, map, key| Some(vm.look_up_key(map.as_object()?, key)?.unwrap_or(Value::NIL))),
    entry("has", Arity::exactly(1), "(key): whether there is an entry with the key.", has)
        .looking(1, |vm, map, key| Some(Value::bool(vm.look_up_key(map.as_object()?, key)?.is_some()))),
    entry("is_empty", Arity::exactly(0), "(): whether it has no entries.", is_empty),
    entry("is_frozen", Arity::exactly(0), "(): whether it never changes.", is_frozen),
    entry("keys", Arity::exactly(0), "(): a list of the keys.", keys),
    entry("len", Arity::exactly(0), "(): how many entries it has.", len)
        .looking(0, |_, map, _| Some(Value::number(map.as_object::<Map>()?.len() as f64))),
    entry(
        "remove",
        Arity::exactly(1),
        "(key): removes the entry of a key and returns its value; nil if there is none.",
        remove,
    ),
    entry("values", Arity::exactly(0), "(): a list of the values.", values),
];

/// The map that a method is called on.
fn map(call: &Call<'_>) -> Result<Gc<Map>, Fault> {
    call.receiver().as_object().ok_or(Fault::Bytecode)
}

/// The map, which may change.
fn changing(call: &Call<'_>) -> Result<Gc<Map>, Fault> {
    let map = map(call)?;
    if map.is_frozen() { Err(Fault::Frozen(BuiltinClass::Map)) } else { Ok(map) }
}

fn len(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(map(call)?.len() as f64))
}

fn is_empty(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(map(call)?.len() == 0))
}

fn is_frozen(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(map(call)?.is_frozen()))
}

fn freeze(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = map(call)?;
    map.freeze();
    Ok(map.value())
}

fn has(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = map(call)?;
    let key = call.key(0)?;
    Ok(Value::bool(call.vm().map_get(map, key).is_some()))
}

fn get(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = map(call)?;
    let key = call.key(0)?;
    let default = call.arg(1);
    Ok(call.vm().map_get(map, key).unwrap_or(default))
}

fn remove(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = changing(call)?;
    let key = call.key(0)?;
    Ok(call.vm().map_remove(map, key).unwrap_or(Value::NIL))
}

fn clear(call: &mut Call<'_>) -> Result<Value, Fault> {
    changing(call)?.clear();
    Ok(Value::NIL)
}

/// Bulk work of going over the entries of a map, and of a list of them.
fn bytes(map: &Map) -> usize {
    map.used() * 3 * size_of::<Value>()
}

fn keys(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = map(call)?;
    call.charge(bytes(&map))?;
    let list = call.vm().make_list(map.len())?;
    for (key, _) in (0..map.used()).filter_map(|at| map.entry(at)) {
        call.vm().append(list, key);
    }
    Ok(list.value())
}

fn values(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = map(call)?;
    call.charge(bytes(&map))?;
    let list = call.vm().make_list(map.len())?;
    for (_, value) in (0..map.used()).filter_map(|at| map.entry(at)) {
        call.vm().append(list, value);
    }
    Ok(list.value())
}

fn entries(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = map(call)?;
    call.charge(2 * bytes(&map))?;
    call.vm().entries(map)
}

fn copy(call: &mut Call<'_>) -> Result<Value, Fault> {
    let map = map(call)?;
    Ok(call.copy_map(map)?.value())
}
