//! A function's machine code as text.
//!
//! ```text
//!   Unit ──assemble──> bytes, marks                        what each piece is for: siskin_jit
//!            x64 a64      bytes to lines of text           the disassemblers
//!            names        what numbers in them stand for
//!            labels       where they jump
//! ```
//!
//! What is shown is the code that the VM would make before anything ran: nothing is known of what operands will be.

mod a64;
mod labels;
mod names;
mod x64;

use siskin_core::bytecode::Op;
use siskin_core::tier::{Bail, Unit};
use siskin_jit::baseline::Mark;
use siskin_jit::masm::Reg;
use siskin_jit::{Isa, assemble};

use labels::Labels;
use names::Names;

/// An instruction as text, at an offset of the code.
struct Line {
    offset: u32,
    text: String,
}

/// A function as machine code, to be looked at.
pub(crate) struct MachineCode {
    /// Bytes of code.
    pub(crate) len: usize,
    /// Places that the interpreter may enter at.
    pub(crate) entries: usize,
    /// What each piece is for, by ascending offset.
    pub(crate) marks: Vec<Mark>,
    lines: Vec<Line>,
    labels: Labels,
}

impl MachineCode {
    /// What the compiler makes of a function now.
    ///
    /// # Errors
    /// Why it stays interpreted.
    pub(crate) fn new(unit: &Unit<'_>, isa: Isa) -> Result<MachineCode, Bail> {
        let code = assemble(unit, isa)?;
        let names = Names::new(unit);
        let (lines, labels) = match isa {
            Isa::X64 => {
                let instructions = x64::decode(&code.bytes);
                let labels = Labels::new(x64::targets(&instructions), &code.marks);
                (x64::lines(&instructions, &names, &labels), labels)
            }
            Isa::A64 => {
                let instructions = a64::decode(&code.bytes);
                let labels = Labels::new(a64::targets(&instructions), &code.marks);
                (a64::lines(&instructions, &names, &labels), labels)
            }
        };
        let (len, entries) = (code.bytes.len(), code.entries.len());
        Ok(MachineCode { len, entries, marks: code.marks.to_vec(), lines, labels })
    }

    /// The instructions of the piece that begins at that mark: label, offset and text of each.
    pub(crate) fn piece(&self, mark: usize) -> impl Iterator<Item = (&str, u32, &str)> {
        let offset = |mark: usize| self.marks.get(mark).map_or(u32::MAX, |mark| mark.offset);
        let (begin, end) = (offset(mark), offset(mark + 1));
        let begins = self.lines.partition_point(|line| line.offset < begin);
        let ends = self.lines.partition_point(|line| line.offset < end);
        let lines = self.lines.get(begins..ends).unwrap_or_default();
        lines.iter().map(|line| (self.labels.at(line.offset).unwrap_or(""), line.offset, line.text.as_str()))
    }
}

/// What the machine register of a role is called.
pub(crate) fn register(role: Reg, isa: Isa) -> String {
    match isa {
        Isa::X64 => x64::register(role),
        Isa::A64 => a64::register(role),
    }
}

/// An instruction of the callee that is inlined in place of the call at `call`.
pub(crate) fn inlined(unit: &Unit<'_>, call: u32, word: u32) -> String {
    let Some(callee) = unit.callee(call).map(|callee| callee.unit) else { return String::new() };
    let op = callee.words().get(word as usize).copied().and_then(Op::from_word);
    format!("{} {word:04}  {}", callee.name().unwrap_or_default(), op.map_or("", Op::mnemonic))
}
