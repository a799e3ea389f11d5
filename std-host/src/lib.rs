//! Siskin, a small and fast scripting language: the crate to depend on.
//!
//! `siskin-core` is the language and its engine, without an operating system. This crate adds what a
//! desktop or server has: its allocator ([`SYSTEM`]), its output and clock ([`io`]), error text
//! ([`diagnostics`], in full with the feature `reports`) and machine code ([`native`], with the feature `jit`). Both
//! features are on by default. The program `siskin` is the crate `siskin-cli`.
//!
//! # Examples
//! ```
//! use siskin::{Dialect, Host, Options, Outcome, SYSTEM, Vm};
//! use siskin::io::{StreamOutput, SystemClock};
//!
//! let mut vm = Vm::new(SYSTEM, Options::default())?;
//! let script = vm.load("print 6 * 7;", Dialect::Siskin)?;
//! vm.start(script)?;
//!
//! let mut text = Vec::new();
//! let mut output = StreamOutput::new(&mut text);
//! let outcome = vm.run(None, &mut Host { output: &mut output, clock: &SystemClock::start(), interrupt: None });
//! assert!(matches!(outcome, Outcome::Done));
//! assert_eq!(text, b"42\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct Embedding;

pub mod diagnostics;
pub mod io;
pub mod native;
mod panics;
#[cfg(all(feature = "jit", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod perf;
mod system;

pub use panics::PANIC_GUARD;
pub use siskin_core::platform::Host;
pub use siskin_core::{
    Dialect, Dispatch, ErrorKind, FunctionId, HeapStats, LoadError, LoadOptions, NativeStats, Options,
    Outcome, RuntimeError, Script, Stats, TraceFrame, Undefined, Vm, inspect, mem, platform,
};
pub use system::{SYSTEM, random_seed};
