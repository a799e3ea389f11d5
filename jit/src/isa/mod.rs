//! Instruction sets: each has registers, encoders by class, and a macro assembler.

pub mod a64;
pub mod x64;
