//! Siskin's native tiers: bytecode to machine code for x86-64 and ARM64.
//!
//! ```text
//! imports run downward:
//!   tier assemble
//!   stubs
//!   baseline
//!   isa
//!   masm
//!   buffer
//! ```
//!
//! ```text
//!   tier       Jit: what a VM is given                    over a CodeMemory
//!   assemble   the same code for people to look at, for either ISA
//!   stubs      code that all functions share
//!   baseline   one pass, a template for each opcode: a visitor over the macro assembler
//!   masm       the macro assembler: verbs that each ISA implements
//!   isa/x64    registers, encoders, the verbs
//!   isa/a64    the same for ARM64
//!   buffer     bytes, labels, fixups                      knows no ISA
//! ```
//!
//! Both instruction sets are compiled and tested on every host: their output is bytes.
//!
//! Code that many templates or verbs use is `inline(never)`: a compiler runs a few times, cold, and small code beats inlined
//! code there.
//!
//! `unsafe` is in `tier` only, in one `impl`, which vouches for the code that the baseline makes.
//!
//! # Features
//! None. [`Jit`] exists on x86-64 and ARM64 only; the compilers for both exist everywhere, so that [`assemble()`] lists either.
//!
//! # What is stable
//! Versions follow SemVer; before 1.0 a minor version may break things. [`Jit`] and [`assemble()`] are meant to last. The modules are
//! public for tests and tools, and change with the engine.
#![no_std]
#![deny(unsafe_code)]

#[cfg(test)]
extern crate std;

mod assemble;
pub mod baseline;
pub mod buffer;
pub mod isa;
pub mod masm;
pub mod stubs;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[allow(unsafe_code, reason = "it vouches for the code that the baseline makes")]
mod tier;

pub use assemble::{Assembly, Isa, assemble};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub use tier::Jit;
