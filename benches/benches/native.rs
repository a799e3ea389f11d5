//! How fast bytecode becomes machine code, in bytes of machine code: for both instruction sets, on any host, a function
//! of some 1,000 instructions of which nothing was seen, so that all templates are there with their cold paths.
//!
//! ```text
//! cargo bench -p siskin-benches --bench native
//! ```

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use siskin::{Dialect, Options, SYSTEM, Vm};
use siskin_core::bytecode::Insn;
use siskin_core::tier::Unit;
use siskin_jit::baseline;
use siskin_jit::buffer::BufferError;
use siskin_jit::isa::{a64::A64, x64::X64};
use siskin_jit::masm::Masm;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory for a VM");
    let script = vm.load(&source(), Dialect::Siskin).expect("a text that can be compiled");
    let units: Vec<_> = vm.units(&script).expect("memory").map(|(_, unit)| unit).collect();
    let unit = units.iter().find(|unit| unit.name() == Some("long")).expect("the function");
    println!("{} instructions", instructions(unit));

    let mut group = criterion.benchmark_group("native");
    let x64 = |unit: &Unit<'_>| compile(&mut X64::new(unit.mem()), unit);
    let a64 = |unit: &Unit<'_>| compile(&mut A64::new(unit.mem()), unit);
    group.throughput(Throughput::Bytes(x64(unit).expect("code") as u64));
    group.bench_function("x64", |bencher| bencher.iter(|| x64(black_box(unit))));
    group.throughput(Throughput::Bytes(a64(unit).expect("code") as u64));
    group.bench_function("a64", |bencher| bencher.iter(|| a64(black_box(unit))));
    group.finish();
    criterion.final_summary();
}

/// Bytes of the function's machine code.
fn compile<M: Masm>(masm: &mut M, unit: &Unit<'_>) -> Result<usize, BufferError> {
    baseline::compile(masm, unit).map_err(|_| BufferError::OutOfMemory)?;
    masm.finish().map(<[u8]>::len)
}

/// Arithmetic, jumps, fields, globals and calls in turn.
fn source() -> String {
    let mut text = String::from("fun long(o, a, b) {\n  var c = 0;\n");
    for index in 0..60 {
        let _ = writeln!(
            text,
            "  c = c + a * b - {index}; if (c < a) {{ c = c + o.x; }} o.y = long(o, c, b / 2);"
        );
    }
    text.push_str("  return c;\n}\n");
    text
}

fn instructions(unit: &Unit<'_>) -> usize {
    let (mut at, mut count) = (0, 0);
    while let Some(insn) = unit.words().get(at..).and_then(Insn::decode) {
        at += insn.op().words();
        count += 1;
    }
    count
}
