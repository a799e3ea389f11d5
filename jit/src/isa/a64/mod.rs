//! ARM64: the part of the A64 instruction set that the macro assembler needs.
//!
//! ```text
//!   masm         the verbs
//!   operand      immediates and addresses that may not fit an instruction
//!   constant     loads a constant with the fewest instructions
//!   bitmask      the immediates of logical instructions
//!   data_imm  data_reg  memory  branch  float     an instruction's word, by the manual's classes
//!   fixup        fields of instructions that refer to labels
//!   reg          registers, and their roles
//! ```
//!
//! An encoder is a `const fn` from operands to a word; drawings and names are those of the *Arm Architecture
//! Reference Manual*, chapter C4. The type of an operand has only values that fit the instruction, so a value that does
//! not fit is refused where the operand is made, not where it is used.
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
