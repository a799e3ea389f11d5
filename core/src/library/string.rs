//! Methods of strings.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{Gc, Str};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry("is_empty", Arity::exactly(0), "(): whether it has no bytes.", is_empty),
    entry("len", Arity::exactly(0), "(): bytes of the text, in UTF-8.", len),
];

fn text(call: &Call<'_>) -> Result<Gc<Str>, Fault> {
    call.receiver().as_object().ok_or(Fault::Bytecode)
}

fn len(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(text(call)?.len() as f64))
}

fn is_empty(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(text(call)?.len() == 0))
}
