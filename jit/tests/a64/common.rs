//! An assembler, and an independent disassembler.

use siskin_core::testing::mem;
use siskin_jit::isa::a64::A64;
use yaxpeax_arch::{Arch, Decoder, U8Reader};
use yaxpeax_arm::armv8::a64::{ARMv8, Instruction};

/// An assembler with unlimited memory.
pub(crate) fn assembler() -> A64 {
    A64::new(&mem())
}

/// The instruction that a word encodes.
pub(crate) fn decode(word: u32) -> Instruction {
    let bytes = word.to_le_bytes();
    let decoder = <ARMv8 as Arch>::Decoder::default();
    decoder.decode(&mut U8Reader::new(&bytes)).unwrap_or_else(|error| panic!("{word:08x}: {error}"))
}

/// The words of code.
pub(crate) fn words(code: &[u8]) -> impl Iterator<Item = u32> {
    code.chunks(4).map(|word| u32::from_le_bytes(word.try_into().expect("whole words")))
}
