//! `siskin asm`: source, bytecode and machine code side by side.
//!
//! ```text
//!   Unit ──assemble──> bytes, marks                        what each piece is for: siskin_jit
//!            x64 a64      bytes to lines of text           the disassemblers
//!            names        what numbers in them stand for
//!            labels       where they jump
//!            page         the columns
//! ```
//!
//! What is shown is the code that the VM would make before anything ran: nothing is known of what operands will be.

mod a64;
mod labels;
mod names;
mod x64;

use siskin_core::bytecode::{FnIndex, Program};
use siskin_core::tier::{Bail, Unit};
use siskin_jit::baseline::Mark;
use siskin_jit::masm::Reg;
use siskin_jit::{Isa, assemble};

use crate::args::Asm;
#[cfg(feature = "repl")]
pub(crate) use crate::commands::asm::inlined;
use crate::console::Console;
use crate::exit;
use crate::figures::Count;
use crate::loaded::{Loaded, Title};
use labels::Labels;
use names::Names;

/// An instruction as text, at an offset of the code.
struct Line {
    offset: u32,
    text: String,
}

/// Lists machine code beside bytecode; runs nothing.
pub(crate) fn asm(args: &Asm, console: &mut Console<'_>) -> u8 {
    show(args, console).err().unwrap_or(exit::SUCCESS)
}

fn show(args: &Asm, console: &mut Console<'_>) -> Result<(), u8> {
    let loaded = Loaded::new(&args.machine.compile, console)?;
    let units = loaded.units(args.function.as_deref(), console)?;
    let isa = args.machine.isa();
    let source: Vec<&str> = loaded.source.text().lines().collect();
    console.print(legend(isa))?;
    for (index, unit) in &units {
        console.print('\n')?;
        console.print(function(&source, &loaded.program, *index, unit, isa))?;
    }
    Ok(())
}

/// A function as machine code, to be looked at.
pub(crate) struct Machine {
    /// Bytes of code.
    pub(crate) len: usize,
    /// Places that the interpreter may enter at.
    pub(crate) entries: usize,
    /// What each piece is for, by ascending offset.
    pub(crate) marks: Vec<Mark>,
    lines: Vec<Line>,
    labels: Labels,
}

impl Machine {
    /// What the compiler makes of a function now.
    ///
    /// # Errors
    /// Why it stays interpreted.
    pub(crate) fn new(unit: &Unit<'_>, isa: Isa) -> Result<Machine, Bail> {
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
        Ok(Machine { len, entries, marks: code.marks.to_vec(), lines, labels })
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

/// A function's title, its bytecode and its machine code side by side.
pub(crate) fn function(
    source: &[&str],
    program: &Program,
    index: FnIndex,
    unit: &Unit<'_>,
    isa: Isa,
) -> String {
    let title = Title(index, unit);
    let machine = match Machine::new(unit, isa) {
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
    head + &crate::commands::asm::Page { source, program, index, unit, machine: &machine }.to_string()
}

/// What machine registers hold all the time.
pub(crate) fn legend(isa: Isa) -> String {
    let register = |role| match isa {
        Isa::X64 => x64::register(role),
        Isa::A64 => a64::register(role),
    };
    format!(
        "{}: {} is the VM, {} register 0 of the frame (reg.N), {} the frame's record\n\
         (the callee's is next), {} fuel, {} the tag of ints, {} that of objects;\n\
         L0003 is where word 3 begins, A0003 where it does for further turns of a loop,\n\
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
