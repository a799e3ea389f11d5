//! Makes bytecode by hand.

use crate::bytecode::lines::Lines;
use crate::bytecode::{Capture, Code, Const, Insn, Program, Site, Text};
use crate::mem::{Mem, Vec};
use crate::testing::mem;

/// An empty program.
pub fn program() -> Program {
    Program::new(&mem())
}

/// Adds a string to the text.
pub fn text(program: &mut Program, string: &str) -> Text {
    let start = program.text.len() as u32;
    program.text.extend_from_slice(string.as_bytes()).unwrap();
    Text { start, len: string.len() as u32 }
}

/// A function without constants, sites and captures.
pub fn code(program: &Program, name: Text, arity: u8, registers: u16, insns: &[Insn]) -> Code {
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
pub fn words(mem: &Mem, insns: &[Insn]) -> Vec<u32> {
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
pub fn fill(code: &mut Code, consts: &[Const], sites: &[Site], captures: &[Capture]) {
    code.consts.extend_from_slice(consts).unwrap();
    code.sites.extend_from_slice(sites).unwrap();
    code.captures.extend_from_slice(captures).unwrap();
}
