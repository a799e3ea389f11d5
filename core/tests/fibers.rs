//! What fibers that stand still take, and that it comes back.

use siskin_core::platform::HostIo;
use siskin_core::testing::{Moody, Nothing};
use siskin_core::{Dialect, Options, Outcome, Vm};

/// Runs a script to its end.
fn run(vm: &mut Vm, source: &str) {
    let script = vm.load(source, Dialect::Siskin).expect("it compiles");
    vm.start(script).expect("enough memory");
    let outcome = vm.run(None, &mut HostIo::new(&mut Nothing));
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
}

/// Bytes in use by what is alive.
fn used(vm: &mut Vm) -> usize {
    vm.collect();
    vm.mem().usage().used
}

#[test]
fn a_fiber_that_stands_still_takes_few_bytes_and_gives_them_back() {
    const MANY: usize = 100_000;
    let mut vm = Vm::new(Moody::new(), Options::default()).expect("enough memory");
    run(&mut vm, "let warm = Fiber(|| { yield 1; }); warm.resume(); var all = List.filled(100000, nil);");
    let before = used(&mut vm);
    run(
        &mut vm,
        "for i in 0..100000 { let f = Fiber(|| { var n = i; loop { yield n; n += 1; } }); f.resume(); all[i] = f; }",
    );
    let each = (used(&mut vm) - before) / MANY;
    assert!(each <= 400, "{each} bytes");
    run(
        &mut vm,
        "for f in all { if f.state() != \"suspended\" { throw f.state(); } f.resume(); } all = nil;",
    );
    vm.collect();
    // Allocations sweep what is dead, and some pages stay for them.
    run(&mut vm, "for i in 0..400000 { [i]; }");
    let left = used(&mut vm).saturating_sub(before);
    assert!(left < 20 * MANY, "{left} bytes are left");
}

#[test]
fn fibers_that_are_dropped_are_collected_within_the_limit() {
    let mut vm = Vm::new(Moody::new(), Options::new().memory(4 << 20)).expect("enough memory");
    run(&mut vm, "for i in 0..100000 { let f = Fiber(|| { yield [i]; }); f.resume(); }");
    let stats = vm.stats();
    assert!(stats.memory.peak < 4 << 20, "{stats:?}");
}
