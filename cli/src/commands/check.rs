//! `siskin check`: compile or verify, but do not run.

use siskin::SYSTEM;
use siskin_core::bytecode::Program;
use siskin_core::{LoadError, Vm};

use crate::args::Compile;
use crate::console::Console;
use crate::modules::Modules;
use crate::{compiled, exit, source};

/// Reports a script's compile errors, or why a compiled program is refused; silent if all is well.
pub(crate) fn check(args: &Compile, console: &mut Console<'_>) -> u8 {
    let checked = match compiled::read(args, false, console) {
        Ok(None) => load(args, console),
        Ok(Some(_)) => Ok(()),
        Err(code) => Err(code),
    };
    checked.err().unwrap_or(exit::SUCCESS)
}

/// Loads a script and all that it imports.
fn load(args: &Compile, console: &mut Console<'_>) -> Result<(), u8> {
    let source = source::read(args, console)?;
    let mut modules = Modules::of(args);
    Vm::new(SYSTEM, source::rest(args.options(), &source))
        .map_err(LoadError::from)
        .and_then(|mut vm| modules.load(&mut vm, &source))
        .map(drop)
        .map_err(|error| console.load_error_of(&args.errors, &error, &source, &modules))
}

/// The program that the command line names, compiled already or not.
pub(super) fn bytecode(args: &Compile, console: &mut Console<'_>) -> Result<Program, u8> {
    match compiled::read(args, false, console)? {
        Some(compiled) => Ok(compiled.program),
        None => compile(args, console),
    }
}

/// Compiles a script; when that fails, says why and returns the exit code.
pub(super) fn compile(args: &Compile, console: &mut Console<'_>) -> Result<Program, u8> {
    let source = source::read(args, console)?;
    Vm::new(SYSTEM, source::rest(args.options(), &source))
        .map_err(LoadError::from)
        .and_then(|vm| vm.compile(source.text(), source.dialect()))
        .map_err(|error| console.load_error(&args.errors, &error, &source))
}
