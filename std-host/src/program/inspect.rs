//! `siskin check` and `siskin disasm`: compile, but do not run.

use siskin_core::bytecode::disasm::listing;
use siskin_core::bytecode::{FnIndex, Program};
use siskin_core::{LoadError, Vm};

use super::args::{Compile, Disasm};
use super::console::Console;
use super::exit;
use super::source;
use crate::SYSTEM;

/// Reports a script's compile errors; silent if there are none.
pub(super) fn check(args: &Compile, console: &mut Console<'_>) -> u8 {
    compile(args, console).err().unwrap_or(exit::SUCCESS)
}

/// Lists a script's bytecode.
pub(super) fn disasm(args: &Disasm, console: &mut Console<'_>) -> u8 {
    let listed = compile(&args.compile, console).and_then(|program| match &args.function {
        Some(name) => one(&program, name, console),
        None => console.print(program),
    });
    listed.err().unwrap_or(exit::SUCCESS)
}

/// Lists the functions of a name.
fn one(program: &Program, name: &str, console: &mut Console<'_>) -> Result<(), u8> {
    let indexes = || (0..program.functions.len() as u32).map(FnIndex);
    let name_of = |index: FnIndex| match program.functions.get(index.0 as usize) {
        Some(code) if index.0 != 0 => program.text(code.name),
        _ => "script",
    };
    let mut gap = "";
    for index in indexes().filter(|index| name_of(*index) == name) {
        console.print(format_args!("{gap}{}", listing(program, index)))?;
        gap = "\n";
    }
    if gap.is_empty() {
        let names = indexes().map(name_of).collect::<Vec<_>>().join(", ");
        console.error(format_args!("siskin: there is no function '{name}', only these: {names}\n"));
        return Err(exit::USAGE);
    }
    Ok(())
}

/// Compiles a script; when that fails, says why and returns the exit code.
fn compile(args: &Compile, console: &mut Console<'_>) -> Result<Program, u8> {
    let source = source::read(args, console)?;
    Vm::new(SYSTEM, args.options())
        .map_err(LoadError::from)
        .and_then(|vm| vm.compile(source.text(), source.dialect()))
        .map_err(|error| console.load_error(&args.errors, &error, &source))
}
