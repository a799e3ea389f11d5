//! `siskin check` and `siskin disasm`: compile, but do not run.

use siskin_core::bytecode::Program;
use siskin_core::bytecode::disasm::listing;
use siskin_core::{LoadError, Vm};

use crate::args::{Compile, Disasm};
use crate::console::Console;
use crate::exit;
use crate::paths::Paths;
use crate::source;
use siskin::SYSTEM;

/// Reports a script's compile errors; silent if there are none.
pub(crate) fn check(args: &Compile, console: &mut Console<'_>) -> u8 {
    compile(args, console).err().unwrap_or(exit::SUCCESS)
}

/// Lists a script's bytecode.
pub(crate) fn disasm(args: &Disasm, console: &mut Console<'_>) -> u8 {
    let listed = compile(&args.compile, console).and_then(|program| match &args.function {
        Some(name) => one(&program, name, console),
        None => console.print(program),
    });
    listed.err().unwrap_or(exit::SUCCESS)
}

/// Lists the functions that a path means.
fn one(program: &Program, name: &str, console: &mut Console<'_>) -> Result<(), u8> {
    let found = Paths::of(program).find(name).map_err(|error| {
        console.error(format_args!("siskin: {error}\n"));
        exit::USAGE
    })?;
    let mut gap = "";
    for index in found {
        console.print(format_args!("{gap}{}", listing(program, index)))?;
        gap = "\n";
    }
    Ok(())
}

/// Compiles a script; when that fails, says why and returns the exit code.
fn compile(args: &Compile, console: &mut Console<'_>) -> Result<Program, u8> {
    let source = source::read(args, console)?;
    Vm::new(SYSTEM, source::rest(args.options(), &source))
        .map_err(LoadError::from)
        .and_then(|vm| vm.compile(source.text(), source.dialect()))
        .map_err(|error| console.load_error(&args.errors, &error, &source))
}
