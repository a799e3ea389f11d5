//! Makes bytecode by hand.

use std::string::{String, ToString};

use crate::bytecode::lines::LineMarks;
use crate::bytecode::{Assembly, Capture, Const, FnCode, Image, Insn, Program, Site, Text, VerifyError};
use crate::mem::{Mem, Vec};
use crate::testing::mem;

/// A program to be filled.
///
/// # Panics
/// When memory is out.
pub fn program() -> Assembly {
    Assembly::new(&mem()).unwrap()
}

/// Adds a string.
///
/// # Panics
/// When memory is out.
pub fn text(program: &mut Assembly, string: &str) -> Text {
    program.add(string).unwrap()
}

/// A function without constants, sites and captures.
pub fn code(program: &Assembly, name: Text, arity: u8, registers: u16, insns: &[Insn]) -> FnCode {
    let mem = program.strings.text.mem();
    FnCode {
        name,
        arity,
        required: arity,
        rest: false,
        registers,
        words: words(mem, insns),
        consts: Vec::new(mem),
        sites: Vec::new(mem),
        captures: Vec::new(mem),
        handlers: Vec::new(mem),
        spans: Vec::new(mem),
        lines: LineMarks::new(mem),
    }
}

/// The program, verified.
///
/// # Errors
/// When it is refused.
pub fn verified(program: &Assembly) -> Result<Program, VerifyError> {
    let mem = program.strings.text.mem();
    Program::from_owner(program.pack(mem)?, mem)
}

/// Whether the program is accepted.
///
/// # Errors
/// When it is refused.
pub fn verify(program: &Assembly) -> Result<(), VerifyError> {
    verified(program).map(drop)
}

/// The listing of a program, which need not be right.
///
/// # Panics
/// When memory is out.
pub fn listing(program: &Assembly) -> String {
    let image = program.pack(program.strings.text.mem()).unwrap();
    Image::new(image.as_ref()).unwrap().to_string()
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
pub fn fill(code: &mut FnCode, consts: &[Const], sites: &[Site], captures: &[Capture]) {
    code.consts.extend_from_slice(consts).unwrap();
    code.sites.extend_from_slice(sites).unwrap();
    code.captures.extend_from_slice(captures).unwrap();
}
