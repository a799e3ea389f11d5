//! A script with an error, and the report.

use siskin::diagnostics::{Format, Printer, Source, Sources, Stopped};
use siskin::io::{StreamOutput, SystemClock};
use siskin::{Dialect, HostIo, Options, SYSTEM, Vm};

/// A script, named `a.sk` by default.
pub(crate) struct Case {
    pub(crate) source: Source,
    pub(crate) options: Options,
    pub(crate) fuel: Option<u64>,
}

impl Case {
    pub(crate) fn new(text: &str) -> Case {
        Case {
            source: Source::new("a.sk", text, Dialect::Siskin),
            options: Options::default(),
            fuel: Some(1_000_000),
        }
    }

    pub(crate) fn lox(text: &str) -> Case {
        Case { source: Source::new("a.lox", text, Dialect::Lox), ..Case::new("") }
    }

    /// The report; empty if there is no error.
    pub(crate) fn show(self, format: Format) -> String {
        let Case { source, options, fuel } = self;
        let printer = Printer { format, color: false };
        let mut vm = match Vm::new(SYSTEM, options) {
            Ok(vm) => vm,
            Err(error) => return printer.load_error(&error.into(), &source),
        };
        let script = match vm.load_with(source.text(), source.dialect(), source.options()) {
            Ok(script) => script,
            Err(error) => return printer.load_error(&error, &source),
        };
        let mut sources = Sources::new();
        sources.add(source, &script);
        if let Err(error) = vm.start(script) {
            return printer.stopped(Stopped::Error(&error), &vm, &sources);
        }
        let mut nowhere = std::io::sink();
        let (output, clock) = (&mut StreamOutput::new(&mut nowhere), &SystemClock::start());
        let outcome = vm.run(fuel, &mut HostIo::new(output).clock(clock));
        Stopped::of(&outcome).map_or(String::new(), |why| printer.stopped(why, &vm, &sources))
    }
}

/// The report of a script for people.
pub(crate) fn pretty(text: &str) -> String {
    Case::new(text).show(Format::Pretty)
}

/// The report of a script on one line.
pub(crate) fn short(text: &str) -> String {
    Case::new(text).show(Format::Short)
}

/// Compares two texts; if they differ, the failure shows both without escapes.
#[track_caller]
pub(crate) fn same(got: &str, expected: &str) {
    assert!(got == expected, "got\n{got}\nexpected\n{expected}");
}
