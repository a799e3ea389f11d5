//! Memory for machine code, and what happens without it.

use std::cell::Cell;

use siskin::platform::{CodeError, CodeMemory, CodeSpan, Output, OutputError};
use siskin::{Dialect, HostIo, NativeStats, Options, Outcome, SYSTEM, Vm, native};
use siskin_core::testing::{self, End, Kept, Moody, Nothing, PROGRAMS, run_in};
use siskin_core::tier::Bail;
use siskin_hosted::{HostedCode, NullCode};
use siskin_jit::Jit;

use super::eviction::{calls, functions};
use super::{AT_ONCE, Ran, compiled, compiled_into, interpreted, run, run_to};

/// A class gets larger instances when its first ones outgrow their inline capacity. If the collection for space on the
/// way is left unfinished, the script does not notice: machine code continues, and returns to frames that were scanned.
#[test]
fn a_guess_that_finds_no_memory_changes_nothing() {
    let source = "
        class Node { init(next) { this.next = next; this.v = 1; } }
        var keep = nil;
        for (var i = 0; i < 40000; i = i + 1) keep = Node(keep);
        var n0 = 0; var n1 = 0; var n2 = 0;
        fun grow(o) { o.a = 1; o.b = 2; return o; }
        fun leaf() { class D {} D().a = 1; }
        fun outer() { class C {} n0 = n0 + 1; grow(C()); n1 = n1 + 1; leaf(); n2 = n2 + 1; }
        for (var i = 0; i < 20000; i = i + 1) { outer(); }
        print n0; print n1; print n2;";
    let mut done = 0;
    for memory in (2_000_000..2_240_000).step_by(10_000) {
        let mut vm = Vm::new(SYSTEM, AT_ONCE.memory(memory)).expect("memory");
        native::install(&mut vm).expect("machine code");
        let script = vm.load(source, Dialect::Lox).expect("no errors");
        vm.start(script).expect("memory");
        let mut output = Kept::default();
        loop {
            match vm.run(Some(7001), &mut HostIo::new(&mut output).clock(&Nothing)) {
                Outcome::OutOfFuel => {}
                Outcome::Done => {
                    assert!(output.0 == b"20000\n20000\n20000\n", "{memory}");
                    done += 1;
                    break;
                }
                Outcome::Error(error) => {
                    assert_eq!(error.to_string(), "Out of memory.", "{memory}");
                    break;
                }
                Outcome::Interrupted => panic!("nobody interrupts"),
            }
        }
    }
    assert!(done > 0, "memory was never enough");
}

/// Runs a program while the requests for memory with the numbers `from..to` are refused. True if no such request came.
fn survives(source: &str, from: usize, to: usize, options: Options, whole: &End) -> bool {
    let alloc = Moody::refusing(from, to);
    let end = match Vm::new(alloc, options) {
        Err(_) => End::OutOfMemory,
        // Without memory for the tier, the program still runs.
        Ok(mut vm) => {
            assert!(matches!(native::install(&mut vm), Ok(()) | Err(Bail::OutOfMemory)));
            run_in(vm, source, Dialect::Lox)
        }
    };
    assert_eq!(alloc.bytes(), 0, "bytes lost when request {from} was refused");
    assert!(end == End::OutOfMemory || end == *whole, "request {from} refused: {end:?}");
    alloc.asked() <= from
}

fn survives_all(options: Options, more: usize) {
    for source in PROGRAMS {
        let whole = testing::run(Moody::new(), options, source, Dialect::Lox);
        assert!(matches!(whole, End::Done(_)), "{whole:?}");
        let mut request = 0;
        while !survives(source, request, request.saturating_add(more), options, &whole) {
            request += 1;
        }
        assert!(request > 80, "only {request} requests");
    }
}

#[test]
fn any_one_request_may_be_refused() {
    survives_all(AT_ONCE, 1);
}

#[test]
fn all_requests_may_be_refused_from_any_one_on() {
    survives_all(AT_ONCE, usize::MAX);
}

#[test]
fn sampling_and_compiling_anew_may_lack_any_memory() {
    survives_all(AT_ONCE.hot(20), 1);
}

const MANY_FUNCTIONS: &str = "
    class A { init(n) { this.n = n; } get() { return this.n; } }
    fun fib(n) { if (n < 2) return n; return fib(n - 1) + fib(n - 2); }
    fun sum(n) { var s = 0; for (var i = 0; i < n; i = i + 1) s = s + A(i).get(); return s; }
    fun text(n) { var s = \"\"; while (n > 0) { s = s + \"x\"; n = n - 1; } return s; }
    fun counter() { var n = 0; fun next() { n = n + 1; return n; } return next; }
    var next = counter(); next(); next();
    print fib(15); print sum(100); print text(10); print next(); print A(1) == nil; print fib(\"x\");";

#[test]
fn without_executable_memory_scripts_are_interpreted() {
    let (ran, stats) = compiled_into(AT_ONCE, || Ok(NullCode), MANY_FUNCTIONS);
    assert_eq!(ran, interpreted(AT_ONCE, MANY_FUNCTIONS));
    assert_eq!((stats.compiled, stats.code), (0, 0));
    assert_eq!(stats.last_bail, Some(Bail::Code(CodeError::Refused)));

    let (ran, stats) = compiled_into(AT_ONCE, || Err::<NullCode, _>(CodeError::Refused), MANY_FUNCTIONS);
    assert_eq!(ran, interpreted(AT_ONCE, MANY_FUNCTIONS));
    assert_eq!(stats.last_bail, Some(Bail::Code(CodeError::Refused)));
}

thread_local! {
    /// The number of seals of this thread's code memory, and the most that are allowed.
    static SEALS: Cell<(u32, u32)> = const { Cell::new((0, u32::MAX)) };
}

/// Code memory that counts its seals.
struct Sealed(HostedCode);

// SAFETY: every method is the inner memory's, except that `seal` may refuse. A refusal leaves the memory open, as when
// the system refuses: no code was run since it was opened.
unsafe impl CodeMemory for Sealed {
    fn allocate(&mut self, len: usize) -> Result<CodeSpan, CodeError> {
        self.0.allocate(len)
    }

    fn write(&mut self, span: CodeSpan, offset: usize, bytes: &[u8]) {
        self.0.write(span, offset, bytes);
    }

    fn seal(&mut self) -> Result<(), CodeError> {
        let (count, most) = SEALS.get();
        SEALS.set((count + 1, most));
        if count < most { self.0.seal() } else { Err(CodeError::Refused) }
    }

    fn free(&mut self, span: CodeSpan) {
        self.0.free(span);
    }

    fn used(&self) -> usize {
        self.0.used()
    }
}

/// Twelve functions that get hot in one iteration of a loop.
fn twelve_functions() -> String {
    let function = |n| {
        format!("fun f{n}(b) {{ var s = {n}; for (var i = 0; i < b; i = i + 1) s = s + b * i; return s; }}\n")
    };
    let functions: String = (0..12).map(function).collect();
    let calls: String = (0..12).map(|n| format!("t = t + f{n}(20); ")).collect();
    format!("{functions} var t = 0; for (var k = 0; k < 500; k = k + 1) {{ {calls} }} print t;")
}

fn sealed(source: &str, most: u32) -> (Ran, NativeStats, u32) {
    SEALS.set((0, most));
    let (ran, stats) = compiled_into(Options::default(), || HostedCode::new(1 << 20).map(Sealed), source);
    (ran, stats, SEALS.get().0)
}

/// A seal costs several system calls, so there should be few.
#[test]
fn what_gets_hot_together_is_sealed_at_once() {
    let source = twelve_functions();
    let (ran, stats, seals) = sealed(&source, u32::MAX);
    assert_eq!(ran, interpreted(Options::default(), &source));
    assert!(stats.compiled >= 12 && seals <= 4, "{stats:?}, {seals} seals");
}

#[test]
fn code_that_cannot_be_sealed_is_not_run() {
    let late = "fun late(n) { return n + 1; } for (var k = 0; k < 3000; k = k + 1) t = late(t); print t;";
    let source = twelve_functions() + late;
    for most in 0..2 {
        let (ran, stats, seals) = sealed(&source, most);
        assert_eq!(ran, interpreted(Options::default(), &source));
        assert_eq!(seals, most + 1);
        assert!(stats.bailed > 0, "{stats:?}");
        assert_eq!(stats.last_bail, Some(Bail::Code(CodeError::Refused)));
        assert_eq!(stats.compiled > 0, most > 0, "{stats:?}");
    }
}

#[test]
fn a_seal_may_be_refused_after_code_was_evicted() {
    let source = functions(30) + &calls(30, 1);
    let expected = interpreted(AT_ONCE, &source);
    let run_with = |most: u32| {
        SEALS.set((0, most));
        let (ran, stats) = compiled_into(AT_ONCE, || HostedCode::new(6 << 10).map(Sealed), &source);
        assert_eq!(ran, expected, "{most} seals");
        (stats, SEALS.get().0)
    };
    let (stats, seals) = run_with(u32::MAX);
    assert!(stats.evicted > 10 && seals > 30, "{stats:?}, {seals} seals");
    for most in (0..seals).step_by(7) {
        assert_eq!(run_with(most).0.last_bail, Some(Bail::Code(CodeError::Refused)));
    }
}

/// A program of very many functions has the code that all rely on made as it is loaded. That may be refused, too.
#[test]
fn code_of_many_functions_may_be_refused_while_they_are_loaded() {
    let methods: String = (0..100).map(|n| format!("m{n}() {{ return {n}; }} ")).collect();
    let many: String = (0..11).map(|n| format!("fun g{n}() {{ class C {{ {methods} }} }}\n")).collect();
    let source = many + &twelve_functions();
    let (ran, stats, seals) = sealed(&source, 0);
    assert_eq!(ran, interpreted(Options::default(), &source));
    assert_eq!((stats.compiled, seals), (0, 1));
    assert_eq!(stats.last_bail, Some(Bail::Code(CodeError::Refused)));
    // If it is not refused, the next such program has nothing to make.
    SEALS.set((0, u32::MAX));
    let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory");
    vm.install_tier(Jit::new(|| HostedCode::new(1 << 20).map(Sealed), vm.mem())).expect("memory");
    for _ in 0..3 {
        vm.load(&source, Dialect::Lox).expect("no errors");
        assert_eq!(SEALS.get().0, 1);
    }
}

/// Code of dead functions is freed for other functions.
#[test]
fn code_goes_with_its_function() {
    let source =
        "fun f(n) { var s = 0; for (var i = 0; i < n; i = i + 1) s = s + i; return s; } print f(10);";
    let mut vm = Vm::new(SYSTEM, AT_ONCE).expect("memory");
    let jit = Jit::new(|| HostedCode::new(1 << 16), vm.mem());
    vm.install_tier(jit).expect("memory");
    for round in 0..500 {
        assert_eq!(run(&mut vm, source).output, "45\n", "{round}");
        vm.collect();
    }
    let stats = vm.native_stats();
    assert_eq!((stats.compiled, stats.last_bail), (1000, None));
}

/// A VM keeps nothing for code that was freed long ago.
#[test]
fn code_that_is_gone_takes_no_memory() {
    let source =
        "fun f(n) { var s = 0; for (var i = 0; i < n; i = i + 1) s = s + i; return s; } print f(10);";
    let mut vm = Vm::new(SYSTEM, AT_ONCE).expect("memory");
    native::install(&mut vm).expect("machine code");
    let mut used_after = |rounds| {
        for _ in 0..rounds {
            run(&mut vm, source);
        }
        vm.collect();
        run(&mut vm, source);
        (vm.mem().usage().used, vm.native_stats().compiled)
    };
    // By then the heap has its full size between collections, up to a block of pages.
    let (early, few) = used_after(1000);
    let (late, many) = used_after(10_000);
    let each = late.saturating_sub(early) / (many - few) as usize;
    assert!(each < 20, "{each} bytes for each that was compiled");
}

#[test]
fn machine_code_counts_as_memory() {
    let functions: String = (0..40)
        .map(|n| format!("fun f{n}(a, b) {{ return a * b + b * a - a + a * a - b * b; }} f{n}(2, 3);\n"))
        .collect();
    let counting = Moody::new();
    let mut vm = Vm::new(counting, AT_ONCE).expect("memory");
    native::install(&mut vm).expect("machine code");
    run(&mut vm, &functions);
    let (code, used) = (vm.native_stats().code, vm.mem().usage().used);
    assert!(code > 10_000, "{code} bytes of code");
    assert_eq!(used, counting.bytes() + code);

    // Half of it fits.
    let mut vm = Vm::new(SYSTEM, AT_ONCE).expect("memory");
    native::install(&mut vm).expect("machine code");
    let script = vm.load(&functions, Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let limit = vm.mem().usage().used + code / 2;
    vm.mem().set_limit(limit);
    let _ = vm.run(None, &mut HostIo::new(&mut Kept::default()).clock(&Nothing));
    let stats = vm.native_stats();
    assert!(stats.compiled > 4, "{stats:?}");
    assert_eq!(stats.last_bail, Some(Bail::OutOfMemory));
    assert!(vm.mem().usage().used <= limit);
}

/// There is memory for the code that all functions share, but not to compile a function.
#[test]
fn machine_code_counts_as_memory_from_its_first_byte() {
    let source = format!("fun f(a) {{ {} return a; }} f(1);", "a = a * 2 - a;".repeat(40));
    let mut tight = 0;
    for more in (0..40 << 10).step_by(64) {
        let counting = Moody::new();
        let mut vm = Vm::new(counting, AT_ONCE).expect("memory");
        native::install(&mut vm).expect("machine code");
        let script = vm.load(&source, Dialect::Lox).expect("no errors");
        vm.start(script).expect("memory");
        vm.mem().set_limit(vm.mem().usage().used + more);
        let _ = vm.run(None, &mut HostIo::new(&mut Kept::default()).clock(&Nothing));
        let stats = vm.native_stats();
        assert_eq!(vm.mem().usage().used, counting.bytes() + stats.code, "{more}: {stats:?}");
        tight += u32::from(stats.compiled == 0 && stats.code > 0);
    }
    assert!(tight > 0);
}

/// A collection for space does not wait until machine code is left: that cannot happen before the collection ends.
#[test]
fn memory_runs_out_below_many_frames_of_machine_code() {
    // More registers than the collector scans in one step while machine code is active, and too little memory for twice
    // as many.
    let list = |from: &str| (0..20).map(|number| format!("{from}{number}")).collect::<Vec<_>>().join(", ");
    let (parameters, arguments) = (list("p"), list(""));
    let source = format!("fun deep({parameters}) {{ return 1 + deep({parameters}); }} deep({arguments});");
    let options = AT_ONCE.memory(500 << 10);
    for fuel in [None, Some(1000)] {
        let mut vm = Vm::new(SYSTEM, options).expect("memory");
        native::install(&mut vm).expect("machine code");
        let script = vm.load(&source, Dialect::Lox).expect("no errors");
        vm.start(script).expect("memory");
        let mut output = Kept::default();
        let mut host = HostIo::new(&mut output).clock(&Nothing);
        let error = loop {
            match vm.run(fuel, &mut host) {
                Outcome::OutOfFuel => {}
                Outcome::Error(error) => break error,
                outcome => panic!("{outcome:?}"),
            }
        };
        assert_eq!(error.kind(), siskin::ErrorKind::OutOfMemory);
        assert!(vm.trace().count() > 1000);
    }
}

/// A thread's native stack need not be as deep as the script's calls.
#[test]
fn deep_calls_take_little_native_stack() {
    let source = "fun down(n) { return down(n + 1) + 1; } print down(0);";
    let method = "class A { down(n) { return this.down(n + 1) + 1; } } print A().down(0);";
    let init = "class A { init(n) { this.a = A(n + 1); } } A(0);";
    let exact = "fun down(n) { if (n == 0) return 0; return 1 + down(n - 1); } print down(99998);";
    let options = AT_ONCE.max_frames(100_000);
    let deep = move || {
        for source in [source, method, init, exact] {
            let (ran, stats) = compiled(options, source);
            assert_eq!(ran, interpreted(options, source));
            assert!(stats.compiled >= 2, "{stats:?}");
            let ended = if source == exact { "Done" } else { "Stack overflow.\n[line 1] in " };
            assert!(ran.end.starts_with(ended), "{}", ran.end);
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(deep).expect("a thread").join().expect("no panic");
}

#[test]
fn a_tier_that_comes_late_is_refused_for_that() {
    let mut vm = Vm::new(SYSTEM, AT_ONCE).expect("memory");
    vm.load("print 1;", Dialect::Lox).expect("a script");
    assert_eq!(native::install(&mut vm), Err(Bail::TooLate));
    let mut vm = Vm::new(SYSTEM, AT_ONCE).expect("memory");
    assert_eq!(native::install(&mut vm), Ok(()));
    assert_eq!(native::install(&mut vm), Err(Bail::TooLate));
}

/// Checks the pages of the process at each output.
#[cfg(target_os = "linux")]
#[derive(Default)]
struct Watch {
    looks: u32,
    /// Executable pages that belong to no file.
    made: u32,
}

#[cfg(target_os = "linux")]
impl Output for Watch {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        self.looks += 1;
        for line in std::fs::read_to_string("/proc/self/maps").expect("maps").lines() {
            let mut fields = line.split_ascii_whitespace().skip(1);
            let access = fields.next().unwrap_or_default();
            assert!(!(access.contains('w') && access.contains('x')), "{line}");
            let file = fields.nth(3).unwrap_or_default();
            self.made += u32::from(access.contains('x') && file.is_empty());
        }
        Ok(())
    }
}

/// Machine code calls `print` in a function that was compiled while others were active.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_writable_and_executable() {
    let source = "fun f(n) { fun g() { print n; } g(); if (n > 0) f(n - 1); print n; } f(20);";
    let mut vm = Vm::new(SYSTEM, AT_ONCE).expect("memory");
    native::install(&mut vm).expect("machine code");
    let mut watch = Watch::default();
    assert_eq!(run_to(&mut vm, source, &mut watch), "Done");
    assert!(vm.native_stats().compiled >= 3);
    assert!(watch.looks >= 42 && watch.made >= watch.looks, "{} looks, {} found", watch.looks, watch.made);
}
