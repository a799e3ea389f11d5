//! Callbacks of the host that panic, called from the interpreter and from machine code.
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use siskin::mem::RawAlloc;
use siskin::platform::{Clock, Output, OutputError};
use siskin::{Dialect, HostIo, Options, Outcome, Program, SYSTEM, Vm, native};
use siskin_core::testing::{Kept, Moody, Nothing};

/// Panics at the `n`-th call, counted from 0.
struct Panics {
    calls: Cell<u32>,
    at: u32,
}

impl Panics {
    fn at(at: u32) -> Panics {
        Panics { calls: Cell::new(0), at }
    }

    fn call(&self) {
        let call = self.calls.replace(self.calls.get() + 1);
        assert!(call != self.at, "call {call}");
    }
}

impl Output for Panics {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        self.call();
        Ok(())
    }
}

impl Clock for Panics {
    fn nanoseconds(&self) -> u64 {
        self.call();
        0
    }
}

/// Interpreted; compiled at once; compiled after samples.
const TIERS: [Option<u32>; 3] = [None, Some(0), Some(10)];

fn vm(alloc: &'static dyn RawAlloc, hot: Option<u32>, gc_stress: bool) -> Vm {
    let options = Options::new().hot(hot.unwrap_or(0)).gc_stress(gc_stress);
    let mut vm = Vm::new(alloc, options).expect("memory");
    if hot.is_some() {
        native::install(&mut vm).expect("machine code");
    }
    vm
}

fn start(vm: &mut Vm, source: &str) {
    let script = vm.load(source, Dialect::Siskin).expect("no errors");
    vm.start(script).expect("memory");
}

/// The message of the panic that ends a run; `None` if the run ends otherwise.
fn panic_of(vm: &mut Vm, output: &mut dyn Output, clock: &dyn Clock) -> Option<String> {
    let mut host = HostIo::new(output).clock(clock);
    let caught = catch_unwind(AssertUnwindSafe(|| vm.run(None, &mut host)));
    Some(caught.err()?.downcast_ref::<String>().expect("a message").clone())
}

/// Asserts that the VM still runs scripts.
fn is_usable(vm: &mut Vm) {
    let mut output = Kept::default();
    let mut host = HostIo::new(&mut output).clock(&Nothing);
    assert!(matches!(vm.run(None, &mut host), Outcome::Done), "what panicked is over");
    start(
        vm,
        "class A { init(n) { this.n = n; } } fn f(n) { A(n).n + 1 } for (var i = 0; i < 300; i = i + 1) { f(i); } print f(1); clock();",
    );
    let mut host = HostIo::new(&mut output).clock(&Nothing);
    assert!(matches!(vm.run(None, &mut host), Outcome::Done));
    assert_eq!(output.0, b"2\n");
}

#[test]
fn a_panic_of_the_output_goes_on_in_the_caller() {
    let source = "fn f(n) { print n; } for (var i = 0; i < 100; i = i + 1) { f(i); }";
    for hot in TIERS {
        // A short line is one call.
        for at in [0, 1, 50, 99] {
            let mut vm = vm(SYSTEM, hot, false);
            start(&mut vm, source);
            let mut output = Panics::at(at);
            assert_eq!(panic_of(&mut vm, &mut output, &Nothing), Some(format!("call {at}")));
            assert_eq!(output.calls.get(), at + 1, "nothing is called after that");
            is_usable(&mut vm);
        }
    }
}

#[test]
fn a_panic_of_the_clock_goes_on_in_the_caller() {
    // The script asks the clock, and so does the collector before and after each step.
    let source = "fn f() { clock() } class A {} for (var i = 0; i < 100; i = i + 1) { f(); A(); }";
    for hot in TIERS {
        for gc_stress in [false, true] {
            for at in [0, 1, 2, 3, 50] {
                let mut vm = vm(SYSTEM, hot, gc_stress);
                start(&mut vm, source);
                let clock = Panics::at(at);
                assert_eq!(panic_of(&mut vm, &mut Kept::default(), &clock), Some(format!("call {at}")));
                assert_eq!(clock.calls.get(), at + 1, "nothing is called after that");
                is_usable(&mut vm);
            }
        }
    }
}

thread_local! {
    /// Calls of `ticking` so far on this thread, and the one that panics.
    static TICKS: Cell<(u32, u32)> = const { Cell::new((0, u32::MAX)) };
}

fn ticking() -> u64 {
    let (calls, at) = TICKS.get();
    TICKS.set((calls + 1, at));
    assert!(calls != at, "tick {calls}");
    u64::from(calls) * 1000
}

/// The clock of the options is asked while a script is loaded.
#[test]
fn a_panic_of_the_clock_outside_a_run_goes_on_in_the_caller() {
    let source = "class A { init() { this.a = \"b\"; } } fn f() { A() } f();";
    let options = Options::new().gc_stress(true).clock(ticking);
    let mut vm = Vm::new(SYSTEM, options).expect("memory");
    assert_eq!(TICKS.get().0, 0, "a VM that is made collects nothing");
    start(&mut vm, source);
    assert!(TICKS.get().0 > 1);
    for at in [0, 1] {
        TICKS.set((0, at));
        let caught = catch_unwind(AssertUnwindSafe(|| vm.load(source, Dialect::Siskin).map(drop)));
        let payload = caught.expect_err("the panic");
        assert_eq!(payload.downcast_ref::<String>(), Some(&format!("tick {at}")));
        assert_eq!(TICKS.get().0, at + 1, "nothing is called after that");
        is_usable(&mut vm);
    }
    for at in [0, 1] {
        TICKS.set((0, at));
        let caught = catch_unwind(AssertUnwindSafe(|| vm.bind_result(&format!("a name {at}"))));
        let payload = caught.expect_err("the panic");
        assert_eq!(payload.downcast_ref::<String>(), Some(&format!("tick {at}")));
        is_usable(&mut vm);
    }
}

#[test]
fn an_endless_script_ends_when_the_clock_panics() {
    for hot in TIERS {
        let mut vm = vm(SYSTEM, hot, true);
        start(&mut vm, "class A {} var a = A(); while true { a = A(); }");
        assert_eq!(panic_of(&mut vm, &mut Kept::default(), &Panics::at(100)).as_deref(), Some("call 100"));
        is_usable(&mut vm);
    }
}

/// A callback of one run starts a run in another VM.
#[test]
fn a_panic_passes_through_nested_runs() {
    struct Nested(u32);
    impl Output for Nested {
        fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
            assert!(self.0 != 0, "the innermost");
            let mut inner = vm(SYSTEM, Some(0), false);
            start(&mut inner, "print 1;");
            inner.run(None, &mut HostIo::new(&mut Nested(self.0 - 1)).clock(&Nothing));
            Ok(())
        }
    }
    let mut vm = vm(SYSTEM, Some(0), false);
    start(&mut vm, "print 1;");
    let mut output = Nested(3);
    let mut host = HostIo::new(&mut output).clock(&Nothing);
    let caught = catch_unwind(AssertUnwindSafe(|| vm.run(None, &mut host)));
    assert_eq!(
        caught.err().and_then(|payload| payload.downcast_ref::<&str>().copied()),
        Some("the innermost")
    );
    is_usable(&mut vm);
}

const CHILD: &str = "SISKIN_TEST_PANIC_IN";

/// Not a test by itself: the next test runs it in a process that aborts.
#[test]
fn child() {
    let Ok(tier) = std::env::var(CHILD) else { return };
    if tier == "a collection" {
        return drop_an_owner_that_panics();
    }
    let hot = (tier == "machine code").then_some(0);
    // This memory has no guard.
    let mut vm = vm(Moody::new(), hot, false);
    start(&mut vm, "fn f() { print 1; } f();");
    panic_of(&mut vm, &mut Panics::at(0), &Nothing);
}

/// The owner of an image is dropped with its last function, by the heap, which cannot be unwound.
fn drop_an_owner_that_panics() {
    /// Bytes with an image in them, where it is aligned.
    struct Owner(Vec<u8>, Range<usize>);
    impl AsRef<[u8]> for Owner {
        fn as_ref(&self) -> &[u8] {
            &self.0[self.1.clone()]
        }
    }
    impl Drop for Owner {
        fn drop(&mut self) {
            panic!("the owner");
        }
    }
    let mut vm = vm(SYSTEM, None, false);
    let compiled = vm.compile("fn f() {} f();", Dialect::Siskin).expect("no errors");
    let mut bytes = vec![0; compiled.as_bytes().len() + 8];
    let start = bytes.as_ptr().align_offset(8);
    let image = start..start + compiled.as_bytes().len();
    bytes[image.clone()].copy_from_slice(compiled.as_bytes());
    let program = Program::from_owner(Owner(bytes, image), vm.mem()).expect("an image");
    drop(vm.load_program(&program).expect("memory"));
    drop(program);
    drop(vm);
}

// An emulator of one process cannot start another.
#[cfg(all(unix, not(emulated)))]
#[test]
fn without_a_guard_a_panic_ends_the_process() {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::Command;
    for tier in ["interpreter", "machine code", "a collection"] {
        let test = std::env::current_exe().expect("this test");
        let ended =
            Command::new(test).args(["--exact", "child"]).env(CHILD, tier).output().expect("a process");
        assert_eq!(ended.status.signal(), Some(6), "{tier}: {ended:?}");
    }
}
