//! The addresses of the process's region: a `Mapping` for each system, whose pages `blank` makes as they were at first.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;

#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;

#[cfg(target_os = "linux")]
pub(crate) use system::random;
pub(crate) use system::{Mapping, blank};
