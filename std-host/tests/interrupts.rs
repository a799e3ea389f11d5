//! A script notices an interrupt soon, whatever it does, in each tier.
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use siskin::platform::{Output, OutputError};
use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm, native};
use siskin_core::inspect::ValueKind;
use siskin_core::testing::Nothing;

/// Sets the interrupt when the first line is written.
struct Interrupts<'a>(&'a AtomicBool);

impl Output for Interrupts<'_> {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        self.0.store(true, Relaxed);
        Ok(())
    }
}

/// The value of the global `a` when a script stops for the interrupt that its printing set, and when it is done.
fn interrupted(vm: &mut Vm, source: &str) -> (f64, f64) {
    let interrupt = AtomicBool::new(false);
    let mut output = Interrupts(&interrupt);
    let script = vm.load(source, Dialect::Siskin).expect("no errors");
    vm.start(script).expect("memory");
    let mut run = |vm: &mut Vm| {
        let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing).interrupt(&interrupt));
        match vm.global_value("a").map(|value| value.kind()) {
            Some(ValueKind::Number(number)) => (outcome, number),
            other => panic!("{outcome:?}, {other:?}"),
        }
    };
    let (outcome, heard) = run(vm);
    assert!(matches!(outcome, Outcome::Interrupted), "{outcome:?}");
    assert!(!interrupt.load(Relaxed), "the run takes the wish");
    let (outcome, done) = run(vm);
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
    (heard, done)
}

/// In each tier, the script makes at most `most` of its `all` additions to `a` before it stops for the interrupt.
fn hears(source: &str, most: f64, all: f64) {
    for (hot, with_code) in [(0, false), (0, true), (20, true)] {
        let mut vm = Vm::new(SYSTEM, Options::new().hot(hot)).expect("memory");
        if with_code {
            native::install(&mut vm).expect("machine code");
        }
        let (heard, done) = interrupted(&mut vm, source);
        assert!(heard <= most && done == all, "{heard}, then {done}, of {source:.200}");
        assert_eq!(vm.native_stats().compiled > 0, with_code, "{source:.200}");
    }
}

/// An addition to a global takes five words.
#[test]
fn an_interrupt_does_not_wait_for_free_code() {
    let warm_up =
        "var a = 0; fun f(b) { if (b) print 0; ADD } for (var i = 0; i < 100; i = i + 1) f(false); f(true);";
    let add = "a = a + 1; ".repeat(1000);
    hears(&warm_up.replace("ADD", &add), 100_000.0 + 7.0, 101_000.0);
    // Polls that are jumped over do not bound free code.
    let add = "if (b) a = a + 1; else { a = a + 1; a = a + 1; a = a + 1; a = a + 1; } ".repeat(1000);
    hears(&warm_up.replace("ADD", &add), 400_000.0 + 7.0, 401_000.0);
}

/// Returns cost no fuel. At most a few thousand of them pass before the interrupt is noticed, and then callers do
/// nothing more.
#[test]
fn an_interrupt_does_not_wait_for_returns() {
    let add = "a = a + 1; ".repeat(5);
    let source =
        format!("var a = 0; fun f(n) {{ if (n == 0) {{ print 0; return; }} f(n - 1); {add} }} f(12000);");
    hears(&source, 7_700.0, 60_000.0);
    let long = "a = a + 1; ".repeat(1000);
    let source =
        format!("var a = 0; fun f(n) {{ if (n == 0) {{ print 0; return; }} f(n - 1); {long} }} f(100);");
    hears(&source, 7.0, 100_000.0);
}

/// An allocation that needs a new page takes longer than other instructions, so the next return notices the interrupt.
#[test]
fn an_interrupt_does_not_wait_for_returns_that_allocate() {
    let source = "var a = 0;
        fn f(n) { if (n == 0) { print 0; return; } f(n - 1); class A {} class B {} a = a + 1; } f(12000);";
    hears(source, 200.0, 12_000.0);
}
