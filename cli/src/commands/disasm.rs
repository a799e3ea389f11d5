//! `siskin disasm`: bytecode, as it is before it runs.

use siskin_core::bytecode::Program;
use siskin_core::bytecode::disasm::listing;

use super::check::bytecode;
use crate::args::Disasm;
use crate::console::Console;
use crate::exit;
use crate::paths::Paths;

/// Lists a script's bytecode.
pub(crate) fn disasm(args: &Disasm, console: &mut Console<'_>) -> u8 {
    let listed = bytecode(&args.compile, console).and_then(|program| match &args.function {
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
        console.print(format_args!("{gap}{}", listing(program.image(), index)))?;
        gap = "\n";
    }
    Ok(())
}
