//! `siskin check` and `siskin disasm`: compile, but do not run.

use siskin_core::bytecode::Program;
use siskin_core::{LoadError, Vm};

use super::args::Compile;
use super::console::Console;
use super::exit;
use super::source;
use crate::SYSTEM;

/// Reports a script's compile errors; silent if there are none.
pub(super) fn check(args: &Compile, console: &mut Console<'_>) -> u8 {
    compile(args, console).err().unwrap_or(exit::SUCCESS)
}

/// Lists a script's bytecode.
pub(super) fn disasm(args: &Compile, console: &mut Console<'_>) -> u8 {
    compile(args, console).and_then(|program| console.print(program)).err().unwrap_or(exit::SUCCESS)
}

/// Compiles a script; when that fails, says why and returns the exit code.
fn compile(args: &Compile, console: &mut Console<'_>) -> Result<Program, u8> {
    let source = source::read(args, console)?;
    Vm::new(SYSTEM, args.options())
        .map_err(LoadError::from)
        .and_then(|vm| vm.compile(source.text(), source.dialect()))
        .map_err(|error| console.load_error(&args.errors, &error, &source))
}
