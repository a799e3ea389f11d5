//! Memory, and an independent disassembler.

use std::alloc::{Layout, System};

use siskin_core::mem::{Mem, RawAlloc};
use siskin_jit::isa::a64::A64;
use yaxpeax_arch::{Arch, Decoder, U8Reader};
use yaxpeax_arm::armv8::a64::{ARMv8, Instruction};

struct Host;

// SAFETY: forwards to the system's allocator, which neither unwinds nor hands a live block out again.
unsafe impl RawAlloc for Host {
    fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: a RawAlloc is never asked for an empty block.
        unsafe { std::alloc::GlobalAlloc::alloc(&System, layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller returns a block of this allocator with its layout.
        unsafe { std::alloc::GlobalAlloc::dealloc(&System, ptr, layout) }
    }
}

/// An assembler with as much memory as it may want.
pub(crate) fn assembler() -> A64 {
    A64::new(&Mem::new(&Host, usize::MAX).expect("memory"))
}

/// What a word means.
pub(crate) fn decode(word: u32) -> Instruction {
    let bytes = word.to_le_bytes();
    let decoder = <ARMv8 as Arch>::Decoder::default();
    decoder.decode(&mut U8Reader::new(&bytes)).unwrap_or_else(|error| panic!("{word:08x}: {error}"))
}

/// The words of code.
pub(crate) fn words(code: &[u8]) -> impl Iterator<Item = u32> {
    code.chunks(4).map(|word| u32::from_le_bytes(word.try_into().expect("whole words")))
}
