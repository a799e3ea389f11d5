//! `siskin jit`: which functions compile to machine code, how large it is, or why they stay interpreted.

use std::fmt::Write;

use siskin_core::bytecode::FnIndex;
use siskin_core::tier::Unit;
use siskin_jit::{Isa, assemble};

use crate::args::Asm;
use crate::console::Console;
use crate::exit;
use crate::loaded::Loaded;
use crate::paths::Paths;

/// Lists what becomes of each function; runs nothing.
pub(crate) fn jit(args: &Asm, console: &mut Console<'_>) -> u8 {
    let loaded = match Loaded::new(&args.compile, console) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let units = match loaded.units(args.function.as_deref(), console) {
        Ok(units) => units,
        Err(code) => return code,
    };
    console.print(table(&loaded, &units, args.isa())).err().unwrap_or(exit::SUCCESS)
}

/// Bytes of bytecode and of the machine code made of it.
#[derive(Clone, Copy, Default)]
struct Sizes {
    bytecode: usize,
    machine: usize,
}

impl Sizes {
    fn ratio(self) -> f64 {
        self.machine as f64 / self.bytecode.max(1) as f64
    }
}

fn table(loaded: &Loaded, units: &[(FnIndex, Unit<'_>)], isa: Isa) -> String {
    let paths = Paths::of(&loaded.program);
    let title = |(index, unit): &(FnIndex, Unit<'_>)| match index.0 {
        0 => paths.shown(*index),
        _ => format!("fn {}/{}", paths.shown(*index), unit.arity()),
    };
    let titles: Vec<String> = units.iter().map(title).collect();
    let width = titles.iter().map(|title| title.chars().count()).max().unwrap_or(0).max("function".len());
    let mut text = format!(
        "{:width$}  {:>5}  {:>8}  {:>7}  {:>5}  {:>7}\n",
        "function", "line", "bytecode", "machine", "ratio", "entries"
    );
    let mut all = Sizes::default();
    let mut interpreted = 0;
    for (title, (_, unit)) in titles.iter().zip(units) {
        let bytecode = size_of_val(unit.words());
        // Writing to a String does not fail.
        let _ = write!(text, "{title:width$}  {:5}  {bytecode:8}  ", unit.line(0));
        let _ = match assemble(unit, isa) {
            Ok(code) => {
                let sizes = Sizes { bytecode, machine: code.bytes.len() };
                all.bytecode += sizes.bytecode;
                all.machine += sizes.machine;
                writeln!(text, "{:7}  {:5.1}  {:7}", sizes.machine, sizes.ratio(), code.entries.len())
            }
            Err(why) => {
                interpreted += 1;
                writeln!(text, "interpreted: {why}")
            }
        };
    }
    let compiled = units.len() - interpreted;
    let name = isa.name();
    let _ = write!(text, "{name}: {compiled} compiled, {interpreted} interpreted; ");
    let _ = writeln!(text, "{} bytes of machine code, {:.1} for one of bytecode", all.machine, all.ratio());
    text
}
