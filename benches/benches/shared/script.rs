//! Scripts that do one thing over and over, and how their runs are timed.
//!
//! Each run has a fresh VM. Making it, compiling and loading are not timed, nor is its end; what is timed is
//! [`Vm::run`] from the first instruction to the last. The throughput is that of turns, so the cost of the
//! thing itself is the time for a turn less that of a turn of `loop`, which does nothing.

use criterion::{BatchSize, Criterion, Throughput};
use siskin::platform::{Clock, Output, OutputError};
use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm};

/// Turns of the loop of each script.
const TURNS: u32 = 100_000;

/// A script: declarations, then a function whose loop does the thing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// What stands before the function.
    pub(crate) globals: &'static str,
    /// What stands in the function before the loop.
    pub(crate) locals: &'static str,
    /// The body of the loop; `i` counts its turns.
    pub(crate) turn: &'static str,
}

impl Case {
    /// The loop alone.
    pub(crate) const LOOP: Case = Case { name: "loop", globals: "", locals: "", turn: "" };

    fn source(&self) -> String {
        let Case { globals, locals, turn, .. } = self;
        format!(
            "{globals}\nfn measured() {{ {locals}\n\
             for (var i = 0; i < {TURNS}; i = i + 1) {{ {turn} }} }}\nmeasured();\n"
        )
    }
}

/// Times the runs of all cases.
pub(crate) fn run(criterion: &mut Criterion, group: &str, cases: &[Case]) {
    let mut group = criterion.benchmark_group(group);
    group.throughput(Throughput::Elements(u64::from(TURNS)));
    for case in cases {
        let source = case.source();
        group.bench_function(case.name, |bencher| {
            bencher.iter_batched(
                || started(&source),
                |mut vm| {
                    let outcome = vm.run(None, &mut HostIo::new(&mut Closed).clock(&Stopped));
                    assert!(matches!(outcome, Outcome::Done), "{outcome:?} in\n{source}");
                    vm
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// A fresh VM with the script about to run.
fn started(source: &str) -> Vm {
    let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory for a VM");
    let script = vm.load(source, Dialect::Siskin).expect("a script without errors");
    vm.start(script).expect("memory for registers");
    vm
}

/// An output that takes nothing: a script that prints fails.
struct Closed;

impl Output for Closed {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        Err(OutputError)
    }
}

/// A clock that costs nothing to read.
struct Stopped;

impl Clock for Stopped {
    fn nanoseconds(&self) -> u64 {
        0
    }
}
