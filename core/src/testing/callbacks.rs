//! A library whose functions call scripts.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, Library, Options, Vm, entry};
use crate::library::CORE;
use crate::mem::{OutOfMemory, RawAlloc};
use crate::object::BuiltinClass;
use crate::value::Value;

/// A VM whose scripts find these functions in place of those of Lox and of strings, and the rest of the library:
///
/// | function | what it does |
/// |---|---|
/// | `again(f)` | calls `f` twice, even if the first call fails |
/// | `apply(f, ...)` | the value of `f(...)` |
/// | `ignore(f)` | calls `f`; nil, even if the call fails |
/// | `second(a, b)` | `b`; nil if it is missing |
/// | `collect()` | collects all garbage |
/// | `throw(value)` | throws it |
/// | `string.apply(f)` | the value of `f(string)` |
///
/// # Errors
/// If there is not enough memory.
pub fn vm_with_callbacks(alloc: &'static dyn RawAlloc, options: Options) -> Result<Vm, OutOfMemory> {
    Vm::with_library(alloc, options, &CALLBACKS)
}

static CALLBACKS: Library = CORE.with(GLOBALS, (BuiltinClass::String, STRING));

static GLOBALS: &[Entry] = &[
    entry("again", Arity::exactly(1), "(f): calls f twice.", again),
    entry("apply", Arity::at_least(1), "(f, ...): calls f.", apply),
    entry("collect", Arity::exactly(0), "(): collects.", collect),
    entry("ignore", Arity::exactly(1), "(f): calls f.", ignore),
    entry("second", Arity::between(1, 2), "(a, b): b.", second),
    entry("throw", Arity::exactly(1), "(value): throws it.", throw),
];

static STRING: &[Entry] = &[entry("apply", Arity::exactly(1), "(f): calls f with it.", apply_to)];

fn apply(call: &mut Call<'_>) -> Result<Value, Fault> {
    let mut args = [Value::NIL; u8::MAX as usize];
    let count = call.argc() - 1;
    for (index, arg) in args.iter_mut().enumerate().take(count) {
        *arg = call.arg(1 + index);
    }
    call.call(call.arg(0), args.get(..count).unwrap_or_default())
}

fn again(call: &mut Call<'_>) -> Result<Value, Fault> {
    let function = call.arg(0);
    let _ = call.call(function, &[]);
    let _ = call.call(function, &[]);
    Ok(call.arg(0))
}

fn ignore(call: &mut Call<'_>) -> Result<Value, Fault> {
    let _ = call.call(call.arg(0), &[]);
    Ok(Value::NIL)
}

fn second(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(call.arg(1))
}

fn collect(call: &mut Call<'_>) -> Result<Value, Fault> {
    let vm = call.vm();
    let before = vm.context.heap.work();
    vm.collect();
    // Charged like a collection for space.
    vm.context.fuel.owe_bulk((vm.context.heap.work() - before) as usize);
    Ok(Value::NIL)
}

fn apply_to(call: &mut Call<'_>) -> Result<Value, Fault> {
    call.call(call.arg(0), &[call.receiver()])
}

fn throw(call: &mut Call<'_>) -> Result<Value, Fault> {
    Err(Fault::Thrown(call.arg(0)))
}
