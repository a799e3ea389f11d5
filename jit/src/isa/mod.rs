//! Instruction sets: for each its registers, its encoders by class, and its macro assembler.

pub mod a64;
pub mod x64;
