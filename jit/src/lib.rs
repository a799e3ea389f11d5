//! Siskin's native tiers: bytecode to machine code for x86-64 and ARM64.
//!
//! ```text
//!   buffer     bytes, labels, fixups                      knows no ISA
//!   isa/x64    encoders, the macro assembler over them    know no VM
//!   isa/a64    the same for ARM64
//!   masm       the verbs that both implement
//! ```
//!
//! Both instruction sets are compiled and tested on every host: what they make is bytes.
#![no_std]

#[cfg(test)]
extern crate std;

pub mod buffer;
pub mod isa;
pub mod masm;
