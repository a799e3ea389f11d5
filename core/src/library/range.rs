//! Methods of ranges.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{End, Gc, Range};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry("end", Arity::exactly(0), "(): where it ends; nil if it does not.", end),
    entry("is_inclusive", Arity::exactly(0), "(): whether the end is a part of it.", is_inclusive),
    entry("len", Arity::exactly(0), "(): how many numbers it has.", len),
    entry(
        "reversed",
        Arity::exactly(0),
        "(): the range of the same numbers from the last to the first.",
        reversed,
    ),
    entry("start", Arity::exactly(0), "(): where it begins.", start),
    entry("step", Arity::exactly(1), "(n): the range of every n-th of its numbers.", step),
];

/// The range that a method is called on.
fn range(call: &Call<'_>) -> Result<Gc<Range>, Fault> {
    call.receiver().as_object().ok_or(Fault::Bytecode)
}

fn start(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(range(call)?.start()))
}

fn end(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(match range(call)?.end() {
        End::Before(end) | End::With(end) => Value::number(end),
        End::Open => Value::NIL,
    })
}

fn is_inclusive(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(matches!(range(call)?.end(), End::With(_))))
}

fn len(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(range(call)?.count()))
}

fn reversed(call: &mut Call<'_>) -> Result<Value, Fault> {
    let range = range(call)?;
    let count = range.count();
    if count == f64::INFINITY {
        return Err(call.wrong("a range with an end", range.value(), true));
    }
    let (first, step) = (range.start(), range.step());
    // An empty range ends before its only possible number.
    let end = if count == 0.0 { End::Before(first) } else { End::With(first) };
    let made = call.vm().make(Range::new(first + (count - 1.0).max(0.0) * step, end, -step))?;
    Ok(made.value())
}

fn step(call: &mut Call<'_>) -> Result<Value, Fault> {
    let range = range(call)?;
    let by = call.integer_arg(0, "an integer")? as f64;
    if by < 1.0 {
        let found = call.arg(0);
        return Err(call.wrong("an integer from 1 on", found, true));
    }
    let made = call.vm().make(Range::new(range.start(), range.end(), range.step() * by))?;
    Ok(made.value())
}
