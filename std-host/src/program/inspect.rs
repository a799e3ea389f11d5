//! `siskin check` and `siskin disasm`: compile, but do not run.

use siskin_core::bytecode::Program;
use siskin_core::{LoadError, Vm};

use super::args::Compile;
use super::console::Console;
use super::exit;
use super::source::{self, Source};
use crate::SYSTEM;
use crate::diagnostics::CompileErrors;

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
        .and_then(|vm| vm.compile(&source.text, source.dialect))
        .map_err(|error| load_error(&error, &source, console))
}

/// Says why a script does not load, and returns the exit code.
pub(super) fn load_error(error: &LoadError, source: &Source, console: &mut Console<'_>) -> u8 {
    match error {
        LoadError::Syntax(diagnostics) => {
            console.error(CompileErrors { source: &source.text, diagnostics });
            exit::COMPILE
        }
        LoadError::TooLarge { line, what } => {
            console.error(format_args!("[line {line}] Error: Too many {what} in function.\n"));
            exit::COMPILE
        }
        LoadError::OutOfMemory => {
            console.error("Out of memory.\n");
            exit::RUNTIME
        }
    }
}
