//! Memory: the source and the count of every byte of a VM.
//!
//! ```text
//!   host        RawAlloc (object-safe; System, an arena, a test double)
//!                  |
//!   this VM     Budget  used, peak, limit: exact, O(1)
//!                  |
//!   handles     Mem (counted pointer to the Budget, an allocator-api2 Allocator)
//!               /      |        \
//!            Vec<T>  hashbrown   heap pages
//! ```
//!
//! There is one concrete handle type, so no allocator parameter spreads through the crate. Every
//! allocation is fallible, with the error [`OutOfMemory`].

mod budget;
mod hash;
mod keeper;
mod native_stack;
mod plain;
mod raw;
mod shared;
mod table;
mod vec;

pub use budget::{Mem, MemoryUse};
pub(crate) use hash::{Seed, hash, hash_words};
pub(crate) use keeper::Keeper;
pub use native_stack::StackBound;
pub(crate) use plain::{Word, bytes_of, bytes_of_mut, cast};
pub use raw::RawAlloc;
pub(crate) use shared::SharedBytes;
pub(crate) use table::Table;
pub use vec::Vec;

use core::fmt;

/// The allocator has no memory left, or the VM's limit on memory is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory;

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Out of memory.")
    }
}

impl core::error::Error for OutOfMemory {}
