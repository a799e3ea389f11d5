//! For tests of this crate and of those around it: not part of the API, and may change at any time.
//!
//! ```text
//!   memory      SYSTEM, mem: the standard allocator    Moody: counts, refuses, poisons what it takes back
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
