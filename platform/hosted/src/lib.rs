//! What Siskin takes from an operating system beyond the standard library: executable memory, and mapped files.
//!
//! [`code_memory`] gives the [`CodeMemory`] of the platform: Linux on x86-64 and ARM64, and (untested) macOS.
//! Elsewhere, and where the system's policy forbids it, there is none, and the VM interprets. A host that wants
//! that passes [`NullCode`].
//!
//! ```text
//!   HostedCode    code.rs      a VM's spans, and those that are still to be erased
//!     Extents     extents.rs   which parts of a range are free; no unsafe
//!     Reserve     reserve/     a VM's pages: one file for each system
//!       Lease     lease.rs     which pages those are
//!         Region  region.rs    the pages of the whole process, lent to VMs
//!         Mapping mapping/     the process's addresses: one file for each system
//!       arch.rs                what differs by processor: the trap, the caches
//!   NullCode      null.rs      refuses, for hosts that forbid machine code
//!   map           map.rs       a program in a file that is mapped
//! ```
//!
//! # Features
//! | feature | default | what it brings | what it costs |
//! |---|---|---|---|
//! | `map` | no | [`map()`] | 2 crates |
//!
//! # What is stable
//! Versions follow SemVer; before 1.0 a minor version may break things. Everything public here is meant to last.
//!
//! # Examples
//! ```
//! use siskin_core::platform::CodeMemory;
//!
//! let mut code = siskin_hosted::code_memory(siskin_hosted::DEFAULT_RESERVE)?;
//! let span = code.allocate(6)?;
//! code.write(span, 0, &[0xb8, 42, 0, 0, 0, 0xc3]); // x86-64: mov eax, 42; ret
//! code.seal()?;
//! code.free(span);
//! # Ok::<(), siskin_core::platform::CodeError>(())
//! ```

#[cfg(any(
    all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")),
    target_os = "macos"
))]
mod arch;
mod code;
mod extents;
#[cfg(any(
    all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")),
    target_os = "macos"
))]
mod lease;
#[cfg(feature = "map")]
mod map;
#[cfg(any(
    all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")),
    target_os = "macos"
))]
mod mapping;
mod null;
#[cfg(any(
    all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")),
    target_os = "macos"
))]
mod region;
mod reserve;

pub use code::HostedCode;
#[cfg(feature = "map")]
pub use map::{MapError, map};
pub use null::NullCode;

use siskin_core::platform::{CodeError, CodeMemory};

/// Bytes of machine code that suffice for most programs, and that one VM may have at most by default: 64 MB, whose memory
/// is taken as it is used.
pub const DEFAULT_RESERVE: usize = 64 << 20;

/// Does what a process does once before it has machine code, so that no script has to wait for it: Linux takes some
/// milliseconds to note that this process changes code, if it has threads. Needs not be called.
pub fn prepare() {
    reserve::prepare();
}

/// Executable memory from the system, for up to `limit` bytes of machine code.
///
/// # Errors
/// As for [`HostedCode::new`].
pub fn code_memory(limit: usize) -> Result<Box<dyn CodeMemory>, CodeError> {
    Ok(Box::new(HostedCode::new(limit)?))
}
