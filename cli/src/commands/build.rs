//! `siskin build`: compile into a file.

use std::path::{Path, PathBuf};

use siskin::SYSTEM;
use siskin_core::LoadError;
use siskin_core::bytecode::Program;
use siskin_core::mem::Mem;

use crate::args::{Build, Compile};
use crate::compiled::{beside, write};
use crate::console::Console;
use crate::modules::Modules;
use crate::{exit, source};

/// Compiles a script and writes the program to a file.
pub(crate) fn build(args: &Build, console: &mut Console<'_>) -> u8 {
    let built = output(args, console).and_then(|path| {
        let program = whole(&args.compile, console)?;
        write(&program, &path, console)
    });
    built.err().unwrap_or(exit::SUCCESS)
}

/// Compiles a script and all that it imports; when that fails, says why and returns the exit code.
fn whole(args: &Compile, console: &mut Console<'_>) -> Result<Program, u8> {
    let source = source::read(args, console)?;
    let mut modules = Modules::of(args);
    Mem::new(SYSTEM, source::rest(args.options(), &source).memory)
        .map_err(LoadError::from)
        .and_then(|mem| modules.compile(&mem, &source))
        .map_err(|error| console.load_error_of(&args.errors, &error, &source, &modules))
}

/// Where the program goes.
fn output(args: &Build, console: &mut Console<'_>) -> Result<PathBuf, u8> {
    let script = args.compile.input.file.as_deref().filter(|&path| path != Path::new("-"));
    args.output.clone().or_else(|| script.map(beside)).ok_or_else(|| {
        console.error(
            "siskin: this script has no file beside which the program could lie: say where with --output\n",
        );
        exit::USAGE
    })
}
