//! The library that scripts see.

mod time;

use crate::interp::Vm;
use crate::mem::OutOfMemory;

/// Defines the globals of the language.
pub(crate) fn install(vm: &mut Vm) -> Result<(), OutOfMemory> {
    vm.define_native("clock", time::clock)
}
