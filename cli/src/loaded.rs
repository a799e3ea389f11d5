//! The functions of a script that was loaded and not started, for commands that list machine code.

use std::fmt;

use siskin::SYSTEM;
use siskin::diagnostics::Source;
use siskin_core::bytecode::{FnIndex, Program};
use siskin_core::tier::Unit;
use siskin_core::{LoadError, Script, Vm};

use crate::args::Compile;
use crate::console::Console;
use crate::modules::Modules;
use crate::paths::Paths;
use crate::{exit, source};

/// A script in a VM that has no native tier.
pub(crate) struct Loaded {
    pub(crate) source: Source,
    /// The same functions as bytecode that can be listed.
    pub(crate) program: Program,
    vm: Vm,
    script: Script,
}

impl Loaded {
    /// Loads the script that the command line names; when that fails, says why and returns the exit code.
    pub(crate) fn new(args: &Compile, console: &mut Console<'_>) -> Result<Loaded, u8> {
        let source = source::read(args, console)?;
        let mut modules = Modules::of(args);
        let mut load = || -> Result<(Program, Vm, Script), LoadError> {
            let mut vm = Vm::new(SYSTEM, source::rest(args.options(), &source))?;
            let program = vm.compile(source.text(), source.dialect())?;
            let script = modules.load_program(&mut vm, &program, &source)?;
            Ok((program, vm, script))
        };
        match load() {
            Ok((program, vm, script)) => Ok(Loaded { source, program, vm, script }),
            Err(error) => Err(console.load_error_of(&args.errors, &error, &source, &modules)),
        }
    }

    /// The functions that a path means, or all; when there is none, or memory is out, says so and returns the exit code.
    pub(crate) fn units(
        &self,
        wanted: Option<&str>,
        console: &mut Console<'_>,
    ) -> Result<Vec<(FnIndex, Unit<'_>)>, u8> {
        let units: Vec<_> = match self.vm.units(&self.script) {
            Ok(units) => units.collect(),
            Err(error) => {
                console.error(format_args!("{error}\n"));
                return Err(exit::RUNTIME);
            }
        };
        let Some(wanted) = wanted else { return Ok(units) };
        match Paths::of(&self.program).find(wanted) {
            Ok(found) => {
                let is_found =
                    |(index, _): &(FnIndex, _)| found.binary_search_by_key(&index.0, |found| found.0).is_ok();
                Ok(units.into_iter().filter(is_found).collect())
            }
            Err(error) => {
                console.error(format_args!("siskin: {error}\n"));
                Err(exit::USAGE)
            }
        }
    }
}

/// What a function is called in listings: as in those of bytecode.
pub(crate) struct Title<'u>(pub(crate) FnIndex, pub(crate) &'u Unit<'u>);

impl fmt::Display for Title<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Title(index, unit) = self;
        match unit.name() {
            _ if index.0 == 0 => f.pad("script"),
            Some(name) => f.pad(&format!("fn {}/{}", name.escape_debug(), unit.arity())),
            None => f.pad(&format!("fn #{}/{}", index.0, unit.arity())),
        }
    }
}
