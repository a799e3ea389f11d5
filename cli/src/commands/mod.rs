//! What commands of the REPL and subcommands of the program show, as text.
//!
//! ```text
//!   bytecode  a function's instructions            columns  source | bytecode | machine code
//!   caches    its inline caches                    heap     objects by kind, collections, memory
//!   timing    interpreter against machine code     vars     globals        limits  what bounds the VM
//! ```
//!
//! Every text ends with a line break and is indented by two columns.

#[cfg(feature = "repl")]
pub(crate) mod after_run;
#[cfg(feature = "views")]
pub(crate) mod asm;
#[cfg(feature = "repl")]
mod caches;
pub(crate) mod disasm;
#[cfg(feature = "repl")]
mod gc;
#[cfg(feature = "views")]
pub(crate) mod jit;
pub(crate) mod run;
#[cfg(feature = "repl")]
mod time;
#[cfg(feature = "repl")]
mod views;

#[cfg(feature = "repl")]
pub(crate) use crate::repl::{bytecode::bytecode, limits::limits, vars::vars};
#[cfg(feature = "repl")]
pub(crate) use {
    caches::caches,
    gc::heap,
    time::{Timing, time},
    views::{LEAST_WIDTH, Subject, columns},
};
