//! For tests of this crate and of those around it: not part of the API, and may change at any time.

mod alloc;
mod callbacks;
mod host;

pub use alloc::{Moody, SYSTEM, mem};
pub use callbacks::vm_with_callbacks;
pub use host::Nothing;
