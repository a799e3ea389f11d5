//! `siskin build`: compile into a file.

use std::path::{Path, PathBuf};

use super::check::compile;
use crate::args::Build;
use crate::compiled::{beside, write};
use crate::console::Console;
use crate::exit;

/// Compiles a script and writes the program to a file.
pub(crate) fn build(args: &Build, console: &mut Console<'_>) -> u8 {
    let built = output(args, console).and_then(|path| {
        let program = compile(&args.compile, console)?;
        write(&program, &path, console)
    });
    built.err().unwrap_or(exit::SUCCESS)
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
