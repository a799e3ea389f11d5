//! A function's bytecode.

use std::fmt::Write;

use siskin_core::bytecode::{Capture, Insn, disasm};

use crate::figures::Count;
use crate::session::Found;

/// Lists a function's instructions: offset in words, mnemonic, operands and what they stand for.
pub(super) fn bytecode(found: &Found<'_>) -> String {
    let image = found.program.image();
    let Some(code) = image.function(found.index) else { return String::new() };
    let mut rows = Vec::new();
    let mut word = 0;
    while let Some(insn) = code.words.get(word..).and_then(Insn::decode) {
        let text = disasm::instruction(image, found.index, word as u32);
        rows.push(format!("  {word:04}  {text}"));
        word += insn.op().words();
    }
    let bytes = Count(size_of_val(code.words), "byte");
    let mut text = format!("  bytecode ({}, {bytes}):\n", Count(rows.len(), "op"));
    // Writing to a String does not fail.
    for (index, capture) in code.captures.iter().enumerate() {
        let _ = match capture {
            Capture::Register(register) => {
                writeln!(text, "  u{index} is r{register} of the enclosing function")
            }
            Capture::Upvalue(outer) => writeln!(text, "  u{index} is u{outer} of the enclosing function"),
        };
    }
    for row in rows {
        let _ = writeln!(text, "{row}");
    }
    text
}
