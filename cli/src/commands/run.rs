//! `siskin run`.

use std::fs::{File, OpenOptions};
use std::io;

use siskin::SYSTEM;
use siskin::diagnostics::{Printer, Source, Sources, Stopped};
use siskin::io::{StreamInput, StreamOutput, SystemClock};
use siskin::native;
#[cfg(feature = "repl")]
use siskin_core::inspect::ValueKind;
use siskin_core::platform::HostIo;
use siskin_core::{Dialect, Options, Outcome, Script, Vm};

use crate::args::{Execute, Run, Tier};
use crate::compiled::{self, Compiled};
use crate::console::Console;
use crate::input::with_semicolon_within;
use crate::modules::Modules;
#[cfg(feature = "repl")]
use crate::session::{made_text, start_text};
use crate::{exit, source, stats};

/// Columns that a value may fill on one line.
#[cfg(feature = "repl")]
const WIDTH: usize = 100;

/// What is run.
enum Subject {
    Text(Source),
    Compiled(Compiled),
}

impl Subject {
    /// What is left for the engine of a limit on memory.
    fn rest(&self, options: Options) -> Options {
        match self {
            Subject::Text(source) => source::rest(options, source),
            Subject::Compiled(compiled) => options.memory(compiled.memory),
        }
    }

    fn dialect(&self) -> Dialect {
        match self {
            Subject::Text(source) => source.dialect(),
            Subject::Compiled(compiled) => compiled.dialect(),
        }
    }
}

/// Runs a script.
pub(crate) fn run(args: &Run, console: &mut Console<'_>) -> u8 {
    let Execute { compile, engine, .. } = &args.execute;
    let subject = match compiled::read(compile, args.map, console) {
        Ok(Some(compiled)) => Ok(Subject::Compiled(compiled)),
        Ok(None) => source::read(compile, console).map(Subject::Text),
        Err(code) => Err(code),
    };
    let subject = match subject {
        Ok(subject) => subject,
        Err(code) => return code,
    };
    let printer = console.printer(&compile.errors, subject.dialect());
    let mut vm = match Vm::new(SYSTEM, subject.rest(args.execute.options())) {
        Ok(vm) => vm,
        Err(error) => {
            let unread = Source::new(compile.input.name(), "", subject.dialect());
            return console.load_error(&compile.errors, &error.into(), &unread);
        }
    };
    let refused = match engine.tier {
        Tier::Interp => None,
        Tier::Baseline if args.perf_map => match perf_map() {
            Ok(map) => native::install_mapped(&mut vm, &compile.input.name(), map).err(),
            Err((path, error)) => {
                console.error(format_args!("siskin: cannot write '{path}': {error}\n"));
                return exit::IO;
            }
        },
        Tier::Baseline => native::install(&mut vm).err(),
    };
    let code = load_and_run(&mut vm, subject, &printer, args, console).unwrap_or_else(|code| code);
    if args.stats {
        console.error(stats::Report { vm: &vm, refused });
    }
    if console.ends {
        std::mem::forget(vm);
    }
    code
}

/// The file where Linux's perf looks for the names of this process's code. Everybody can write beside it, so what is
/// there is not followed.
fn perf_map() -> Result<File, (String, io::Error)> {
    let path = format!("/tmp/perf-{}.map", std::process::id());
    let _ = std::fs::remove_file(&path);
    OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| (path, error))
}

/// Makes the subject ready to run; when that fails, says why and returns the exit code.
fn load(
    vm: &mut Vm,
    subject: Subject,
    args: &Run,
    modules: &mut Modules,
    console: &mut Console<'_>,
) -> Result<(Script, Sources), u8> {
    let mut sources = Sources::new();
    let script = match subject {
        Subject::Text(source) => {
            let source =
                if args.execute.compile.input.is_value { for_its_value(&source, vm) } else { source };
            let script = modules.load(vm, &source).map_err(|error| {
                console.load_error_of(&args.execute.compile.errors, &error, &source, modules)
            })?;
            sources.add_modules(&modules.sources(), &script);
            sources.add(source, &script);
            script
        }
        Subject::Compiled(compiled) => {
            let unread = Source::new(args.execute.compile.input.name(), "", compiled.dialect());
            modules
                .load_program(vm, &compiled.program, &unread)
                .map_err(|error| console.load_error(&args.execute.compile.errors, &error, &unread))?
        }
    };
    Ok((script, sources))
}

fn load_and_run(
    vm: &mut Vm,
    subject: Subject,
    printer: &Printer,
    args: &Run,
    console: &mut Console<'_>,
) -> Result<u8, u8> {
    let grants = console.grants(&args.execute.grants)?;
    let mut modules = Modules::of(&args.execute.compile).granting(grants);
    let (script, sources) = load(vm, subject, args, &mut modules, console)?;
    if let Err(error) = vm.start(script) {
        console.error(printer.stopped(Stopped::Error(&error), vm, &sources));
        return Err(exit::RUNTIME);
    }
    let mut output = StreamOutput::new(console.stdout);
    let mut input = StreamInput::new(console.stdin);
    let clock = SystemClock::start();
    let mut host = HostIo::new(&mut output).clock(&clock).input(&mut input).state(modules.grants());
    let outcome = run_in_slices(vm, args, &mut host);
    let text = if let Outcome::Done = outcome { own_text(vm, args, &mut host) } else { None };
    // A script that cannot write stops with an error, but what the user wants to hear is why it cannot.
    if let Some(error) = output.error() {
        return Err(console.cannot_write(&error));
    }
    match Stopped::of(&outcome) {
        None => show_value(vm, text, args, console).map(|()| exit::SUCCESS),
        Some(why) => {
            console.error(printer.stopped(why, vm, &sources));
            Err(exit::RUNTIME)
        }
    }
}

/// The text as it would be at a prompt, where the last semicolon may be left out and a value be left.
fn for_its_value(source: &Source, vm: &Vm) -> Source {
    let usage = vm.mem().usage();
    let text = with_semicolon_within(source.text(), source.dialect(), usage.limit.saturating_sub(usage.used));
    Source::new(source.name(), text, source.dialect()).interactive()
}

/// The text of the value that the script left, if that is what it was run for, and a class defines the text.
#[cfg(feature = "repl")]
fn own_text(vm: &mut Vm, args: &Run, host: &mut HostIo<'_>) -> Option<String> {
    let is_made = args.execute.compile.input.is_value
        && start_text(vm)
        && matches!(run_in_slices(vm, args, host), Outcome::Done);
    is_made.then(|| made_text(vm)).flatten()
}

#[cfg(not(feature = "repl"))]
fn own_text(_: &mut Vm, _: &Run, _: &mut HostIo<'_>) -> Option<String> {
    None
}

/// Shows the value that the script left, if that is what it was run for.
#[cfg(feature = "repl")]
fn show_value(vm: &Vm, text: Option<String>, args: &Run, console: &mut Console<'_>) -> Result<(), u8> {
    let value = vm.result();
    if !args.execute.compile.input.is_value || matches!(value.kind(), ValueKind::Nil) {
        return Ok(());
    }
    match text {
        Some(text) => console.print(format_args!("{text}\n")),
        None => console.print(format_args!("{}\n", value.shown().width(WIDTH))),
    }
}

#[cfg(not(feature = "repl"))]
fn show_value(_: &Vm, _: Option<String>, _: &Run, _: &mut Console<'_>) -> Result<(), u8> {
    Ok(())
}

/// Runs to the end or to the last of the fuel, however often it is made to stop in between.
fn run_in_slices(vm: &mut Vm, args: &Run, host: &mut HostIo<'_>) -> Outcome {
    let Some(slice) = args.slice else {
        return vm.run(args.execute.fuel.limit, host);
    };
    let mut left = args.execute.fuel.limit.unwrap_or(u64::MAX);
    loop {
        let portion = slice.get().min(left);
        match vm.run(Some(portion), host) {
            Outcome::OutOfFuel if left > portion => left -= portion,
            outcome => return outcome,
        }
    }
}
