//! The interpreter.
//!
//! ```text
//!   words ──> dispatch ──> Machine { pc, base, data, vm } ──> semantics   fast paths, inline
//!             match | tail        the visitor                    │ slow
//!                                                                v
//!                                                        Vm: call, property, alloc, error
//! ```
//!
//! Each opcode's meaning is one inlined function on the [`Machine`](machine::Machine), a small struct by value
//! that stays in machine registers under both dispatchers. Rare cases go to a cold function that gets
//! only the VM and operands.
//!
//! Frames (`stack`):
//!
//! ```text
//!   frames   [host][script][f][g] <- frame          pc, base, data, closure of each
//!   values   | script's registers .. | callee a b |
//!                                    ^ base of f: its R0 is the caller's window
//! ```

mod alloc;
mod arguments;
mod builtin;
mod bytes;
mod call;
#[cfg_attr(
    not(any(test, feature = "testing")),
    expect(dead_code, reason = "no function of the library calls a script yet; tests do")
)]
mod callback;
mod concat;
mod dispatch;
mod enums;
mod errors;
mod fault;
mod fibers;
mod finish;
mod format;
mod granted;
mod handles;
mod host;
mod host_call;
mod interpolate;
mod items;
mod library;
mod load;
mod machine;
mod maps;
mod members;
mod meter;
mod methods;
mod modules;
#[cfg_attr(not(feature = "native"), path = "native_off.rs")]
mod native;
mod operators;
mod options;
mod order;
mod patterns;
mod property;
mod scripted;
mod semantics;
mod spread;
mod stop;
mod types;
mod unwind;
mod visitor;
mod vm;
mod work;

pub(crate) use bytes::byte_of;
pub(crate) use fault::Fault;
pub(crate) use fault::TypeFault;
pub use fault::{ErrorKind, FunctionId, RuntimeError, TraceFrame, Undefined};
pub(crate) use format::Pieces;
pub use granted::{Failed, HostCall};
pub(crate) use host_call::{Call, entry};
pub(crate) use library::{Constant, Library, Parts as LibraryParts};
pub(crate) use modules::Prelude;
#[cfg(any(test, fuzzing))]
pub(crate) use native::DEPTH;
pub use options::{Dispatch, Options};
pub use vm::{Outcome, Stats, Vm};
