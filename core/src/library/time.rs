//! Time.

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::value::Value;

pub(super) static GLOBALS: &[Entry] =
    &[entry("clock", Arity::at_least(0), "(): seconds since some fixed moment, as a number.", clock)];

fn clock(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(call.vm().nanoseconds()? as f64 / 1e9))
}
