//! Making a VM.

use crate::interp::{Options, Vm};
use crate::library;
use crate::mem::{OutOfMemory, RawAlloc};

impl Vm {
    /// A VM in memory from `alloc`, with the library of the language.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn new(alloc: &'static dyn RawAlloc, options: Options) -> Result<Vm, OutOfMemory> {
        Vm::with_library(alloc, options, &library::CORE)
    }
}
