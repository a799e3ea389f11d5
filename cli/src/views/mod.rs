//! What commands of the REPL and subcommands of the program show, as text.
//!
//! ```text
//!   bytecode  a function's instructions            columns  source | bytecode | machine code
//!   caches    its inline caches                    heap     objects by kind, collections, memory
//!   timing    interpreter against machine code     vars     globals        limits  what bounds the VM
//! ```
//!
//! Every text ends with a line break and is indented by two columns.

mod bytecode;
mod caches;
mod columns;
mod heap;
mod limits;
mod timing;
mod vars;

pub(super) use bytecode::bytecode;
pub(super) use caches::caches;
pub(super) use columns::{LEAST_WIDTH, Subject, columns};
pub(super) use heap::heap;
pub(super) use limits::limits;
pub(super) use timing::{Timing, time};
pub(super) use vars::vars;
