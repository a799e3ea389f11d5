//! The columns: bytecode on the left, machine code on the right, source lines as headings.

use std::fmt::{self, Display, Formatter};

use siskin_core::bytecode::{FnIndex, Op, Program, disasm};
use siskin_core::tier::Unit;
use siskin_jit::baseline::Part;

use super::Machine;

/// Width of the left column.
const LEFT: usize = 46;

/// A function, laid out.
pub(super) struct Page<'a> {
    /// The lines of the source text.
    pub(super) source: &'a [&'a str],
    pub(super) program: &'a Program,
    pub(super) index: FnIndex,
    pub(super) unit: &'a Unit<'a>,
    pub(super) machine: &'a Machine,
}

impl Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut above = None;
        for (index, mark) in self.machine.marks.iter().enumerate() {
            let heading = self.heading(mark.part);
            if heading.is_some() && above != heading {
                writeln!(f, "{}", heading.as_deref().unwrap_or_default().trim_end())?;
                above = heading;
            }
            self.piece(f, index, mark.part)?;
        }
        Ok(())
    }
}

impl Page<'_> {
    /// What stands above a piece, if the piece before has another; nothing if it stands below the same.
    fn heading(&self, part: Part) -> Option<String> {
        Some(match part {
            Part::Prologue => "      from callers".into(),
            Part::Word(word) => {
                let line = self.unit.line(word);
                let text = self.source.get(line.saturating_sub(1) as usize);
                format!("{line:5} | {}", text.map_or("", |text| text.trim()))
            }
            Part::Again(_) => "      loops once more: further turns know what earlier ones found".into(),
            Part::Inlined { .. } => return None,
            Part::Cold(_) => "      cold paths: what is rare".into(),
            Part::Entry(_) => "      entries: from the interpreter".into(),
        })
    }

    fn piece(&self, f: &mut Formatter<'_>, mark: usize, part: Part) -> fmt::Result {
        let mut left = self.bytecode(part).into_iter();
        for (label, offset, text) in self.machine.piece(mark) {
            let left = left.next().unwrap_or_default();
            writeln!(f, "{left:LEFT$} {label:>6}  {offset:04x}  {text}")?;
        }
        left.try_for_each(|left| writeln!(f, "{left}"))
    }

    /// The left column of a piece: an instruction, and what its operands stand for in a row of its own if need be.
    fn bytecode(&self, part: Part) -> Vec<String> {
        match part {
            Part::Prologue => Vec::new(),
            Part::Word(word) | Part::Again(word) => {
                let text = disasm::instruction(self.program, self.index, word).to_string();
                let Some((insn, meaning)) = text.split_once(';') else {
                    return vec![format!("       {word:04}  {text}")];
                };
                let (insn, meaning) =
                    (format!("       {word:04}  {}", insn.trim_end()), meaning.trim_start());
                if insn.chars().count() + 3 + meaning.chars().count() <= LEFT {
                    return vec![format!("{insn} ; {meaning}")];
                }
                vec![insn, format!("             ; {meaning}")]
            }
            Part::Inlined { call, word } => {
                vec![format!("       in {}", inlined(self.unit, call, word))]
            }
            Part::Cold(word) | Part::Entry(word) => {
                let first = self.unit.words().get(word as usize).copied().and_then(Op::from_word);
                vec![format!("       {word:04}  {}", first.map_or("", |op| op.row().mnemonic))]
            }
        }
    }
}

/// An instruction of the callee that is inlined in place of the call at `call`.
pub(in super::super) fn inlined(unit: &Unit<'_>, call: u32, word: u32) -> String {
    let Some(callee) = unit.callee(call).map(|callee| callee.unit) else { return String::new() };
    let op = callee.words().get(word as usize).copied().and_then(Op::from_word);
    format!("{} {word:04}  {}", callee.name().unwrap_or_default(), op.map_or("", |op| op.row().mnemonic))
}
