//! Runs a script to its end, and keeps its output and errors.

use std::num::NonZeroU64;
use std::path::Path;

use siskin::diagnostics::{Format, ModuleSources, Printer, Source, Sources, Stopped};
use siskin::io::{StreamOutput, SystemClock};
use siskin::mem::Mem;
use siskin::{
    Dialect, Files, HostIo, LoadError, ModuleText, Options, Outcome, Resolver, SYSTEM, Script, Vm, native,
    random_seed,
};
use siskin_core::bytecode::Program;

/// The way a script is run.
#[derive(Clone, Copy, Default)]
pub(crate) struct Mode {
    pub(crate) options: Options,
    /// Whether hot functions are compiled to machine code, where there is a compiler.
    pub(crate) native: bool,
    /// Whether the script is compiled apart and loaded from a copy of its image.
    pub(crate) image: bool,
    /// Units of fuel after which the script is stopped and resumed, again and again.
    pub(crate) slice: Option<NonZeroU64>,
}

/// How a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The script ran to its end.
    Done,
    /// The text did not load.
    Refused,
    /// The script stopped with an error.
    Failed,
}

/// The result of a run.
#[derive(Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) end: End,
    /// What the script printed.
    pub(crate) output: String,
    /// The errors, in the book's words.
    pub(crate) errors: String,
}

/// Loads a script from a copy of its image, which was made in memory of its own.
fn load_image(vm: &mut Vm, source: &Source, modules: &mut dyn Resolver) -> Result<Script, LoadError> {
    let mem = Mem::new(SYSTEM, usize::MAX)?;
    let text = ModuleText { text: source.text(), dialect: source.dialect() };
    let program = Program::compile_importing(&mem, "", text, source.options(), modules)?;
    let copy = Program::copy_of(program.as_bytes(), &mem).expect("an image that is accepted");
    drop(program);
    vm.load_program(&copy)
}

/// Runs a script, which may import files of a folder.
pub(crate) fn run(text: &str, dialect: Dialect, folder: &Path, mode: Mode) -> Ran {
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
    let mut files = Files::new(folder).expect("a folder");
    let loaded = match mode.image {
        true => load_image(&mut vm, &source, &mut files),
        false => vm.load_importing("", source.text(), source.dialect(), source.options(), &mut files),
    };
    let script = match loaded {
        Ok(script) => script,
        Err(error) => {
            let errors = printer.load_error_of(&error, &source, &ModuleSources::of(&files));
            return ran(End::Refused, errors, Vec::new());
        }
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
