//! Pages that are writable or executable.
//!
//! Each system has a `Reserve`, the pages lent to one VM, with the same methods. Offsets are those of a `Lease`.
//!
//! ```text
//!   grow       borrow pages: their offsets        open   make pages of a range writable
//!   at         the address of an offset           put    write to open pages; nothing if some are not
//!   offset_of  the offset of an address           trap   fill open pages with traps; nothing if some are not
//!                                                 seal   make all pages executable, everywhere
//! ```
//!
//! Bytes that were never written are traps once they are open. When `open` or `seal` fails, nothing is executable
//! until `seal` succeeds. `prepare` does what takes its time once in a process.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[path = "linux.rs"]
mod system;

#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;

#[cfg(not(any(
    all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")),
    target_os = "macos"
)))]
#[path = "none.rs"]
mod system;

pub(crate) use system::{Reserve, prepare};
