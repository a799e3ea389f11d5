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
mod page;
mod x64;

use siskin_core::bytecode::{FnIndex, Program};
use siskin_core::tier::Unit;
use siskin_jit::masm::Reg;
use siskin_jit::{Isa, assemble};

use super::args::Asm;
use super::console::Console;
use super::exit;
use super::units::{Loaded, Title};
use labels::Labels;
use names::Names;

/// An instruction as text, at an offset of the code.
struct Line {
    offset: u32,
    text: String,
}

/// Lists machine code beside bytecode; runs nothing.
pub(super) fn asm(args: &Asm, console: &mut Console<'_>) -> u8 {
    show(args, console).err().unwrap_or(exit::SUCCESS)
}

fn show(args: &Asm, console: &mut Console<'_>) -> Result<(), u8> {
    let loaded = Loaded::new(&args.machine.compile, console)?;
    let units = loaded.units(console)?;
    let wanted = |index: FnIndex, unit: &Unit<'_>| match &args.function {
        Some(name) => name_of(index, unit) == name,
        None => true,
    };
    if let Some(name) = &args.function
        && !units.iter().any(|(index, unit)| wanted(*index, unit))
    {
        let names: Vec<_> = units.iter().map(|(index, unit)| name_of(*index, unit)).collect();
        let names = names.join(", ");
        console.error(format_args!("siskin: there is no function '{name}', only these: {names}\n"));
        return Err(exit::USAGE);
    }
    let isa = args.machine.isa();
    let source: Vec<&str> = loaded.source.text().lines().collect();
    console.print(legend(isa))?;
    for (index, unit) in units.iter().filter(|(index, unit)| wanted(*index, unit)) {
        console.print('\n')?;
        console.print(function(&source, &loaded.program, *index, unit, isa))?;
    }
    Ok(())
}

/// What `--fn` calls a function.
fn name_of<'u>(index: FnIndex, unit: &'u Unit<'_>) -> &'u str {
    if index.0 == 0 { "script" } else { unit.name().unwrap_or("") }
}

fn function(source: &[&str], program: &Program, index: FnIndex, unit: &Unit<'_>, isa: Isa) -> String {
    let title = Title(index, unit);
    let code = match assemble(unit, isa) {
        Ok(code) => code,
        Err(why) => return format!("{title}  interpreted: {why}\n"),
    };
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
    let (bytecode, machine, entries) = (size_of_val(unit.words()), code.bytes.len(), code.entries.len());
    let head = format!(
        "{title}  registers {}  {bytecode} bytes of bytecode, {machine} of machine code, {entries} entries\n",
        unit.registers()
    );
    let page =
        page::Page { source, program, index, unit, marks: &code.marks, lines: &lines, labels: &labels };
    head + &page.to_string()
}

/// What machine registers hold all the time.
fn legend(isa: Isa) -> String {
    let register = |role| match isa {
        Isa::X64 => x64::register(role),
        Isa::A64 => a64::register(role),
    };
    format!(
        "{}: {} is the VM, {} register 0 of the frame (reg.N), {} the frame's record (the callee's is next),\n\
         {} fuel, {} the tag of ints, {} that of objects; L0003 is where word 3 begins, A0003 where\n\
         it does for further turns of a loop, C1 a cold path\n",
        isa.name(),
        register(Reg::Vm),
        register(Reg::Base),
        register(Reg::Frame),
        register(Reg::Fuel),
        register(Reg::IntTag),
        register(Reg::ObjTag),
    )
}
