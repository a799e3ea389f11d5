//! ARM64: the A64 instruction set, as far as the macro assembler needs it.
//!
//! ```text
//!   masm         the verbs
//!   operand      immediates and addresses that may not fit an instruction
//!   constant     the fewest instructions for a constant
//!   bitmask      the immediates of logical instructions
//!   data_imm  data_reg  memory  branch  float     an instruction's word, by the manual's classes
//!   fixup        how instructions refer to labels
//!   reg          registers, and which role has which
//! ```
//!
//! An encoder is a `const fn` from operands to a word; drawings and names are those of the *Arm Architecture
//! Reference Manual*, chapter C4. Operands have types that hold only what the instruction can: a value that does
//! not fit is found where it is made, not where it is used.
#![forbid(unsafe_code)]

pub mod bitmask;
pub mod branch;
pub mod constant;
pub mod data_imm;
pub mod data_reg;
pub mod fixup;
pub mod float;
mod masm;
pub mod memory;
mod operand;
pub mod reg;

pub use masm::A64;
