//! Time.

use crate::interp::{Fault, Vm};
use crate::value::Value;

/// `clock()`: seconds since some fixed moment, as a number.
pub(super) fn clock(vm: &mut Vm, _window: usize, _argc: u8) -> Result<Value, Fault> {
    Ok(Value::number(vm.nanoseconds()? as f64 / 1e9))
}
