//! Helpers for tests of this crate and of the workspace. Not part of the API; may change at any time.
//!
//! ```text
//!   memory      SYSTEM, mem: the standard allocator    Moody: counts, refuses, poisons freed memory
//!   host        Nothing: output and clock              Kept: output in memory
//!   scripts     run, PROGRAMS, End                     bytecode: programs by hand
//!   library     vm_with_callbacks: functions that call scripts
//! ```

mod alloc;
pub mod bytecode;
mod callbacks;
mod host;
mod program;

pub use alloc::{Moody, SYSTEM, mem};
pub use callbacks::vm_with_callbacks;
pub use host::{Kept, Nothing};
pub use program::{End, PROGRAMS, run, run_in};
