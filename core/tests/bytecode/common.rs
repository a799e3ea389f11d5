//! Programs made by hand.

use std::alloc::{Layout, System};

use siskin_core::bytecode::lines::Lines;
use siskin_core::bytecode::{Capture, Code, Const, Insn, Program, Site, Text};
use siskin_core::mem::{Mem, RawAlloc, Vec};

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

/// As much memory as anyone may want.
pub(crate) fn mem() -> Mem {
    Mem::new(&Host, usize::MAX).unwrap()
}

/// A program to be filled.
pub(crate) fn program() -> Program {
    Program::new(&mem())
}

/// Adds a string to the text.
pub(crate) fn text(program: &mut Program, string: &str) -> Text {
    let start = program.text.len() as u32;
    program.text.extend_from_slice(string.as_bytes()).unwrap();
    Text { start, len: string.len() as u32 }
}

/// A function without constants, sites and captures.
pub(crate) fn code(program: &Program, name: Text, arity: u8, registers: u16, insns: &[Insn]) -> Code {
    let mem = program.text.mem();
    Code {
        name,
        arity,
        registers,
        words: words(mem, insns),
        consts: Vec::new(mem),
        sites: Vec::new(mem),
        captures: Vec::new(mem),
        spans: Vec::new(mem),
        lines: Lines::new(mem),
    }
}

/// The words of instructions.
pub(crate) fn words(mem: &Mem, insns: &[Insn]) -> Vec<u32> {
    let mut words = Vec::new(mem);
    for insn in insns {
        let (word, ext) = insn.encode();
        words.push(word).unwrap();
        if let Some(ext) = ext {
            words.push(ext).unwrap();
        }
    }
    words
}

/// Sets the lists of a function.
pub(crate) fn fill(code: &mut Code, consts: &[Const], sites: &[Site], captures: &[Capture]) {
    code.consts.extend_from_slice(consts).unwrap();
    code.sites.extend_from_slice(sites).unwrap();
    code.captures.extend_from_slice(captures).unwrap();
}
