//! Scripts that repeat one operation, and the timing of their runs.
//!
//! Each run has a new VM. Only [`Vm::run`] is timed, from the first instruction to the last, and not making the VM,
//! compiling, loading, or dropping the VM. The throughput is in iterations, so the cost of an operation is the time for
//! an iteration less that for an iteration of `loop`, which does nothing.

use criterion::{BatchSize, Criterion, Throughput};
use siskin::platform::{Clock, Output, OutputError};
use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm};

/// Iterations of the loop of each script.
const TURNS: u32 = 100_000;

/// A script: declarations, then a function with a loop that does the operation.
#[derive(Clone, Copy, Default)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Declarations before the function.
    pub(crate) globals: &'static str,
    /// Declarations in the function before the loop.
    pub(crate) locals: &'static str,
    /// The body of the loop. `i` counts its iterations.
    pub(crate) turn: &'static str,
}

impl Case {
    /// The empty loop.
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

/// A new VM with the script about to run.
fn started(source: &str) -> Vm {
    let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory for a VM");
    let script = vm.load(source, Dialect::Siskin).expect("a script without errors");
    vm.start(script).expect("memory for registers");
    vm
}

/// An output that refuses everything, so that a script that prints fails.
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
