//! Methods of fibers, and how they are made.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{Fiber, FiberState, Gc};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry("error", Arity::exactly(0), "(): the error that the fiber ended with; nil if it did not.", error),
    entry(
        "state",
        Arity::exactly(0),
        "(): what it is doing: new, suspended, running, waiting, done or failed.",
        state,
    ),
];

pub(super) const CONSTRUCTOR: Entry =
    entry("Fiber", Arity::exactly(1), "(f): a fiber that begins with a call of f.", |call| {
        let function = call.arg(0);
        Ok(call.vm().make_fiber(function)?.value())
    });

fn fiber(call: &Call<'_>) -> Result<Gc<Fiber>, Fault> {
    call.receiver().as_object().ok_or(Fault::Bytecode)
}

fn error(call: &mut Call<'_>) -> Result<Value, Fault> {
    let fiber = fiber(call)?;
    Ok(if fiber.state.get() == FiberState::Failed { fiber.value.get() } else { Value::NIL })
}

fn state(call: &mut Call<'_>) -> Result<Value, Fault> {
    let state = fiber(call)?.state.get();
    Ok(call.vm().intern(state.name().as_bytes())?.value())
}
