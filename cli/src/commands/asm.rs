//! `siskin asm` and `:asm`: bytecode on the left, machine code on the right, source lines as headings.

use std::fmt::{self, Display, Formatter};

use siskin_core::bytecode::{FnIndex, Op, Program, disasm};
use siskin_core::tier::Unit;
use siskin_jit::Isa;
use siskin_jit::baseline::Part;
use siskin_jit::masm::Reg;

use crate::args::Asm;
use crate::console::Console;
use crate::exit;
use crate::figures::Count;
use crate::loaded::{Loaded, Title};
use crate::machine_code::{self, MachineCode, inlined};
use crate::visible::source_line;

/// Width of the left column.
const LEFT: usize = 46;

/// Lists machine code beside bytecode; runs nothing.
pub(crate) fn asm(args: &Asm, console: &mut Console<'_>) -> u8 {
    list(args, console).err().unwrap_or(exit::SUCCESS)
}

fn list(args: &Asm, console: &mut Console<'_>) -> Result<(), u8> {
    let loaded = Loaded::new(&args.compile, console)?;
    let units = loaded.units(args.function.as_deref(), console)?;
    let isa = args.isa();
    let source: Vec<&str> = loaded.source.text().lines().collect();
    console.print(legend(isa))?;
    for (index, unit) in &units {
        console.print('\n')?;
        console.print(function(&source, &loaded.program, *index, unit, isa))?;
    }
    Ok(())
}

/// What machine registers hold all the time.
pub(crate) fn legend(isa: Isa) -> String {
    let register = |role| machine_code::register(role, isa);
    format!(
        "{}: {} is the VM, {} register 0 of the frame (reg.N), {} the frame's record\n\
         (the callee's is next), {} fuel, {} the tag of ints, {} that of objects;\n\
         L0003 is where word 3 begins, A0003 where it does for later iterations of a loop,\n\
         C1 a cold path\n",
        isa.name(),
        register(Reg::Vm),
        register(Reg::Base),
        register(Reg::Frame),
        register(Reg::Fuel),
        register(Reg::IntTag),
        register(Reg::ObjTag),
    )
}

/// A function's title, its bytecode and its machine code side by side.
pub(crate) fn function(
    source: &[&str],
    program: &Program,
    index: FnIndex,
    unit: &Unit<'_>,
    isa: Isa,
) -> String {
    let title = Title(index, unit);
    let machine = match MachineCode::new(unit, isa) {
        Ok(machine) => machine,
        Err(why) => return format!("{title}  interpreted: {why}\n"),
    };
    let head = format!(
        "{title}  registers {}  {} bytes of bytecode, {} of machine code, {}\n",
        unit.registers(),
        size_of_val(unit.words()),
        machine.len,
        Count(machine.entries, "entry point"),
    );
    head + &Page { source, program, index, unit, machine: &machine }.to_string()
}

/// A function, laid out.
struct Page<'a> {
    /// The lines of the source text.
    source: &'a [&'a str],
    program: &'a Program,
    index: FnIndex,
    unit: &'a Unit<'a>,
    machine: &'a MachineCode,
}

/// What stands above pieces of code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heading {
    Callers,
    /// A line of the source text.
    Line(u32),
    Loops,
    Cold,
    Entries,
}

impl Display for Page<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut above = None;
        for (index, mark) in self.machine.marks.iter().enumerate() {
            let heading = self.heading(mark.part);
            if heading.is_some() && above != heading {
                self.head(f, heading)?;
                above = heading;
            }
            self.piece(f, index, mark.part)?;
        }
        Ok(())
    }
}

impl Page<'_> {
    /// What stands above a piece, if the piece before has another; nothing if it stands below the same.
    fn heading(&self, part: Part) -> Option<Heading> {
        match part {
            Part::Prologue => Some(Heading::Callers),
            Part::Word(word) => Some(Heading::Line(self.unit.line(word))),
            Part::Again(_) => Some(Heading::Loops),
            Part::Inlined { .. } => None,
            Part::Cold(_) => Some(Heading::Cold),
            Part::Entry(_) => Some(Heading::Entries),
        }
    }

    fn head(&self, f: &mut Formatter<'_>, heading: Option<Heading>) -> fmt::Result {
        match heading {
            None => Ok(()),
            Some(Heading::Callers) => writeln!(f, "      from callers"),
            Some(Heading::Line(line)) => {
                let text = self.source.get(line.saturating_sub(1) as usize).map_or("", |text| text.trim());
                writeln!(f, "{}", format!("{line:5} | {}", source_line(text)).trim_end())
            }
            Some(Heading::Loops) => {
                writeln!(f, "      peeled loops: later iterations know what the first one found")
            }
            Some(Heading::Cold) => writeln!(f, "      cold paths: rare cases"),
            Some(Heading::Entries) => writeln!(f, "      entries: from the interpreter"),
        }
    }

    fn piece(&self, f: &mut Formatter<'_>, mark: usize, part: Part) -> fmt::Result {
        let mut left = self.bytecode(part).into_iter();
        for (label, offset, text) in self.machine.piece(mark) {
            let left = left.next().unwrap_or_default();
            writeln!(f, "{left:LEFT$} {label:>6}  {offset:04x}  {text}")?;
        }
        left.try_for_each(|left| writeln!(f, "{left}"))
    }

    /// The left column of a piece: an instruction, and the meaning of its operands, in a second row if need be.
    fn bytecode(&self, part: Part) -> Vec<String> {
        match part {
            Part::Prologue => Vec::new(),
            Part::Word(word) | Part::Again(word) => {
                let text = disasm::instruction(self.program.image(), self.index, word).to_string();
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
                vec![format!("       {word:04}  {}", first.map_or("", Op::mnemonic))]
            }
        }
    }
}
