//! A script run from beginning to end, and what it left behind.

use std::num::NonZeroU64;

use siskin::diagnostics::{Format, Printer, Source, Sources, Stopped};
use siskin::io::{StreamOutput, SystemClock};
use siskin::mem::Mem;
use siskin::{Dialect, HostIo, LoadError, Options, Outcome, SYSTEM, Script, Vm, native, random_seed};
use siskin_core::bytecode::Program;

/// How scripts are run.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mode {
    pub(crate) options: Options,
    /// Whether functions that get hot are compiled to machine code, where that can be.
    pub(crate) native: bool,
    /// Whether the script is compiled apart and loaded from a copy of its image.
    pub(crate) image: bool,
    /// Units of fuel after which the script is stopped and resumed, again and again.
    pub(crate) slice: Option<NonZeroU64>,
}

/// How a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It came to its end.
    Done,
    /// It did not load.
    Refused,
    /// It stopped with an error.
    Failed,
}

/// What a run left behind.
#[derive(Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) end: End,
    /// What the script printed.
    pub(crate) output: String,
    /// What is said of its errors, in the book's words.
    pub(crate) errors: String,
}

/// Loads a script from a copy of its image, which was made in memory of its own.
fn load_image(vm: &mut Vm, source: &Source) -> Result<Script, LoadError> {
    let mem = Mem::new(SYSTEM, usize::MAX)?;
    let program = Program::compile(&mem, source.text(), source.dialect(), source.options())?;
    let copy = Program::copy_of(program.as_bytes(), &mem).expect("an image that is accepted");
    drop(program);
    Ok(vm.load_program(&copy)?)
}

/// Runs a script.
pub(crate) fn run(text: &str, dialect: Dialect, mode: Mode) -> Ran {
    let printer = Printer { format: Format::Lox, color: false };
    let source = Source::new("a script", text, dialect);
    let ran = |end, errors, output: Vec<u8>| {
        let output = String::from_utf8(output).expect("scripts print UTF-8");
        Ran { end, output, errors }
    };
    let mut vm = Vm::new(SYSTEM, mode.options.seed(random_seed())).expect("memory");
    if mode.native {
        // Where there is no compiler, the script is interpreted.
        let _ = native::install(&mut vm);
    }
    let loaded = match mode.image {
        true => load_image(&mut vm, &source),
        false => vm.load_with(source.text(), source.dialect(), source.options()),
    };
    let script = match loaded {
        Ok(script) => script,
        Err(error) => return ran(End::Refused, printer.load_error(&error, &source), Vec::new()),
    };
    let mut sources = Sources::new();
    sources.add(source, &script);
    vm.start(script).expect("a script that starts");

    let mut printed = Vec::new();
    let mut output = StreamOutput::new(&mut printed);
    let clock = SystemClock::start();
    let fuel = mode.slice.map(NonZeroU64::get);
    let outcome = loop {
        match vm.run(fuel, &mut HostIo::new(&mut output).clock(&clock)) {
            Outcome::OutOfFuel => {}
            outcome => break outcome,
        }
    };
    match Stopped::of(&outcome) {
        None => ran(End::Done, String::new(), printed),
        Some(why) => ran(End::Failed, printer.stopped(why, &vm, &sources), printed),
    }
}
