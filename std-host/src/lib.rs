//! Siskin, a small and fast scripting language: the crate to depend on.
//!
//! `siskin-core` is the language and its engine, without an operating system. This crate adds the parts that a desktop or
//! server has. The program `siskin` is the crate `siskin-cli`.
//!
//! # The map
//! | module | what it is |
//! |---|---|
//! | [`Vm`] and its types | the engine, from `siskin-core` |
//! | [`Files`], [`Resolver`] | the modules that scripts import: the files of a folder, or what a host gives |
//! | [`Grants`] | modules of the host, granted by name: files of a folder, time, environment, input and output, random bytes |
//! | [`SYSTEM`], [`random_seed`] | the allocator of the standard library; randomness for hashes |
//! | [`io`] | any `std::io::Write` as an output; a clock |
//! | [`native`] | machine code for a VM, where the processor and the system allow it |
//! | [`diagnostics`] | errors as text: the book's, for people, for editors, as JSON |
//! | [`PANIC_GUARD`] | catches panics of a host's callbacks |
//! | [`inspect`], [`mem`], [`platform`] | views of a VM, memory, the traits of a host; from `siskin-core` |
//!
//! # Features
//! | feature | default | what it brings | what it costs |
//! |---|---|---|---|
//! | `jit` | yes | [`native`] compiles to machine code | 2 crates |
//! | `reports` | yes | [`diagnostics`] beyond the book's text | 15 crates |
//! | `tail` | no | the dispatcher by tail calls | nightly Rust |
//!
//! Without features there are 7 crates, this one among them; with both defaults 24.
//!
//! # What is stable
//! Versions follow SemVer; before 1.0 a minor version may break things. Everything public here is meant to last, and nothing
//! is hidden.
//!
//! # Examples
//! ```
//! use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm};
//! use siskin::io::{StreamOutput, SystemClock};
//!
//! let mut vm = Vm::new(SYSTEM, Options::default())?;
//! let script = vm.load("print 6 * 7;", Dialect::Siskin)?;
//! vm.start(script)?;
//!
//! let mut text = Vec::new();
//! let mut output = StreamOutput::new(&mut text);
//! let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&SystemClock::start()));
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
mod files;
pub mod io;
mod modules;
pub mod native;
mod panics;
#[cfg(all(feature = "jit", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod perf;
mod system;

pub use files::{Files, dialect_of, script_text};
pub use modules::Grants;
pub use panics::PANIC_GUARD;
pub use siskin_core::bytecode::{Flaw, VerifyError};
pub use siskin_core::platform::HostIo;
pub use siskin_core::{
    Dialect, Dispatch, ErrorKind, Exporter, FunctionId, HeapStats, ImportError, ImportFlaw, ImportStep,
    LoadError, LoadOptions, ModuleText, NativeStats, Options, Outcome, Program, Refusal, Resolver,
    RuntimeError, Script, Stats, TraceFrame, Undefined, Vm, inspect, mem, platform,
};
pub use system::{SYSTEM, random_seed};
