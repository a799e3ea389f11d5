//! Methods of functions.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::Callable;
use crate::syntax::NAMELESS;
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry(
        "arity",
        Arity::exactly(0),
        "(): a list of the least and the most arguments that it takes; without a limit the most are nil.",
        arity,
    ),
    entry("name", Arity::exactly(0), "(): its name; an empty string if it has none.", name),
];

/// The function that a method is called on.
fn function(call: &Call<'_>) -> Result<Callable, Fault> {
    Callable::of(call.receiver()).ok_or(Fault::Bytecode)
}

fn arity(call: &mut Call<'_>) -> Result<Value, Fault> {
    let takes = function(call)?.takes().ok_or(Fault::Bytecode)?;
    let made = call.vm().make_list(2)?;
    call.vm().append(made, Value::int(i32::from(takes.least())));
    call.vm().append(made, takes.most().map_or(Value::NIL, |most| Value::int(i32::from(most))));
    Ok(made.value())
}

fn name(call: &mut Call<'_>) -> Result<Value, Fault> {
    let function = function(call)?;
    match (function.as_closure(), function.as_host()) {
        (Some(closure), _) => match closure.function.name {
            Some(name) if name.text() != NAMELESS => Ok(name.value()),
            Some(_) | None => Ok(call.vm().literal(b"")?.value()),
        },
        (None, Some(entry)) => Ok(call.vm().literal(entry.name().as_bytes())?.value()),
        (None, None) => Err(Fault::Bytecode),
    }
}
