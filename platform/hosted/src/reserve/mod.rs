//! Pages that are writable or executable.
//!
//! Each system has a `Reserve` with the same methods. Offsets count from `base`; bytes outside `room` are never
//! asked for.
//!
//! ```text
//!   new    reserve addresses                    open   make pages of a range writable
//!   base   the address of offset 0              put    write to open pages; nothing if some are not
//!   room   the offsets that spans may have      trap   fill open pages with traps; nothing if some are not
//!                                               seal   make all pages executable, everywhere
//! ```
//!
//! Bytes that were never written are traps once they are open. When `open` or `seal` fails, nothing is executable
//! until `seal` succeeds.

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

pub(crate) use system::Reserve;
