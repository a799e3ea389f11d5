//! How fast source text becomes bytecode, in bytes of text: `parse` is text to one tree (lexing included), `whole` text
//! to bytecode, with a tree in parts, as `siskin FILE` does it, and `verify` the check that bytecode from a stranger goes
//! through. What each makes is freed within the time.
//!
//! ```text
//! cargo bench -p siskin-benches --bench compile
//! ```

#[path = "shared/text.rs"]
mod text;

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use siskin::{Options, SYSTEM, Vm};
use siskin_core::bytecode::verify;
use siskin_core::syntax::{ParseOptions, parse};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let vm = Vm::new(SYSTEM, Options::default()).expect("memory for a VM");
    for sample in text::samples() {
        let mut group = criterion.benchmark_group(format!("compile/{}", sample.name));
        group.throughput(Throughput::Bytes(sample.text.len() as u64));
        stages(&mut group, &vm, &sample.text);
        group.finish();
    }
    criterion.final_summary();
}

fn stages(group: &mut BenchmarkGroup<'_, WallTime>, vm: &Vm, text: &str) {
    let options = ParseOptions::default();
    group.bench_function("parse", |bencher| {
        bencher.iter(|| parse(black_box(text), text::DIALECT, &options, vm.mem()));
    });
    group.bench_function("whole", |bencher| {
        bencher.iter(|| vm.compile(black_box(text), text::DIALECT));
    });
    let program = vm.compile(text, text::DIALECT).expect("a text that can be compiled");
    group.bench_function("verify", |bencher| bencher.iter(|| verify(black_box(program.image()), vm.mem())));
}
