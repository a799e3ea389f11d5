//! Code memory that is full: dead code, and code that did not run for long, makes space for other code.

use std::cell::Cell;
use std::fmt::Write as _;

use siskin::platform::{CodeError, CodeMemory};
use siskin::{Options, SYSTEM, Vm};
use siskin_core::inspect::{NativeState, ValueKind};
use siskin_core::testing::{self, End, Moody, PROGRAMS};
use siskin_core::tier::Bail;
use siskin_hosted::HostedCode;
use siskin_jit::Jit;

use crate::{AT_ONCE, compiled_into, interpreted, run};

pub(crate) fn vm_with<C: CodeMemory + 'static>(options: Options, make: fn() -> Result<C, CodeError>) -> Vm {
    let mut vm = Vm::new(SYSTEM, options).expect("memory");
    let jit = Jit::new(make, vm.mem());
    vm.install_tier(jit).expect("memory");
    vm
}

/// Functions that are called by name, and call each other and themselves, in loops.
pub(crate) fn functions(count: usize) -> String {
    let function = |n: usize| {
        let next = (n + 7) % count;
        format!(
            "fun f{n}(a, depth) {{
                var s = a;
                for (var i = 0; i < 3; i = i + 1) {{ s = s + a * i - {n}; }}
                if (depth > 0) {{ for (var i = 0; i < 2; i = i + 1) s = s + f{next}(s - i, depth - 1); }}
                return s - s * 2 + a;
            }}\n"
        )
    };
    (0..count).map(function).collect()
}

/// Calls of all of them, in functions of ten calls each.
pub(crate) fn calls(count: usize, depth: usize) -> String {
    let call = |n: usize| format!("print f{n}({n}, {depth});\n");
    let ten = |first: usize| {
        let calls: String = (first..count.min(first + 10)).map(call).collect();
        format!("fun ten{first}() {{ {calls} }} ten{first}();\n")
    };
    (0..count).step_by(10).map(ten).collect()
}

fn state_of(vm: &Vm, name: &str) -> NativeState {
    match vm.global_value(name).map(|value| value.kind()) {
        Some(ValueKind::Function(function)) => function.native(),
        _ => panic!("no function {name}"),
    }
}

#[test]
fn code_makes_space_for_other_code() {
    let source = functions(40) + &calls(40, 2);
    let mut vm = vm_with(AT_ONCE, || HostedCode::new(16 << 10));
    assert_eq!(run(&mut vm, &source), interpreted(AT_ONCE, &source));
    let stats = vm.native_stats();
    assert!(stats.evicted > 30 && stats.compiled > 40, "{stats:?}");
    assert_eq!((stats.bailed, stats.full), (0, 0), "{stats:?}");
    assert!(stats.code <= 16 << 10, "{stats:?}");
    let has_code = |n: &usize| matches!(state_of(&vm, &format!("f{n}")), NativeState::Compiled { .. });
    let compiled = (0..40).filter(has_code).count();
    assert!((5..30).contains(&compiled), "{compiled} functions have code");
}

/// Frames whose code is gone are interpreted.
#[test]
fn code_of_frames_that_are_active_may_be_evicted() {
    let deep = "fun down(n) { if (n == 0) return 0; var s = g(n); s = s + down(n - 1); return s + h(n); }
        fun g(n) { var s = 0; for (var i = 0; i < 4; i = i + 1) s = s + n * i; return s; }
        fun h(n) { return f0(n, 1) + f1(n, 1); }";
    let source = format!("{} {deep} print down(300); {} print down(-1);", functions(30), calls(30, 3));
    let sizes: [fn() -> _; 2] = [|| HostedCode::new(5 << 10), || HostedCode::new(8 << 10)];
    for options in [AT_ONCE, AT_ONCE.hot(4), AT_ONCE.hot(20)] {
        for make in sizes {
            let (ran, stats) = compiled_into(options, make, &source);
            assert_eq!(ran, interpreted(options, &source));
            assert!(stats.evicted > 10, "{stats:?}");
        }
    }
}

#[test]
fn code_that_runs_stays() {
    let mut vm = vm_with(AT_ONCE, || HostedCode::new(24 << 10));
    run(&mut vm, "fun kept(a) { var s = a; for (var i = 0; i < 2; i = i + 1) s = s + i; return s; }");
    for script in 0..10 {
        let mut source = String::new();
        for n in 0..20 {
            let _ = writeln!(
                source,
                "fun c{n}(a) {{ var s = a; s = s * a + {script}; return s - a * s; }} c{n}(1); kept(1);"
            );
        }
        run(&mut vm, &source);
    }
    let stats = vm.native_stats();
    assert!(stats.evicted > 50, "{stats:?}");
    // `kept`, 11 scripts, and 200 functions that are called once. A script that goes on may be compiled again.
    assert!((212..218).contains(&stats.compiled), "{stats:?}");
}

#[test]
fn a_function_larger_than_the_code_memory_stays_interpreted() {
    let large = format!("fun f(a) {{ {} return a; }} print f(1); print f(2);", "a = a * 2 - a;".repeat(200));
    let source = functions(3) + &large + &calls(3, 1);
    let mut vm = vm_with(AT_ONCE, || HostedCode::new(10 << 10));
    assert_eq!(run(&mut vm, &source), interpreted(AT_ONCE, &source));
    let stats = vm.native_stats();
    assert_eq!((stats.full, stats.bailed), (1, 1), "{stats:?}");
    assert_eq!(stats.last_bail, Some(Bail::Code(CodeError::Full)));
    assert_eq!(state_of(&vm, "f"), NativeState::Bailed);
}

thread_local! {
    /// Bytes of code memory of this thread's VMs that use [`limited`].
    static LIMIT: Cell<usize> = const { Cell::new(4 << 20) };
}

fn limited() -> Result<HostedCode, CodeError> {
    HostedCode::new(LIMIT.get())
}

/// More dead pieces than are freed in one step hold the memory that a large function needs.
#[test]
fn dead_code_makes_space_before_live_code_does() {
    let small = |n: usize| format!("fun f{n}(a) {{ return a * {n}; }} f{n}(1); ");
    let fifty = |part: usize| (part..part + 50).map(small).collect::<String>();
    let part = |part: usize| format!("fun part{part}() {{ {} }} part{part}();\n", fifty(part));
    let many = format!("{{ {} }}", (0..6000).step_by(50).map(part).collect::<String>());
    let mut vm = vm_with(AT_ONCE, limited);
    run(&mut vm, &many);
    let (code, spare) = (vm.native_stats().code, 64 << 10);

    LIMIT.set(code + spare);
    let mut vm = vm_with(AT_ONCE, limited);
    run(&mut vm, &many);
    let before = vm.native_stats();
    assert!(before.compiled > 6000 && before.evicted == 0, "{before:?}");
    // The second collection ends the sweep of the first.
    vm.collect();
    vm.collect();
    run(&mut vm, &format!("fun f(a) {{ {} return a; }} f(1);", "a = a + a - a;".repeat(3200)));
    let stats = vm.native_stats();
    assert_eq!((stats.bailed, stats.evicted), (0, 0), "{stats:?}");
    let NativeState::Compiled { len, .. } = state_of(&vm, "f") else { panic!("{stats:?}") };
    assert!(len > code * 1024 / 6000 + spare, "one step frees enough for {len} bytes");
}

/// Functions leave the list of code in any order: dead ones when they are swept, others before that.
#[test]
fn functions_die_while_code_is_evicted() {
    let source = format!(
        "fun make(n) {{
            fun one(a) {{ var s = a; for (var i = 0; i < n; i = i + 1) s = s + a; return s; }}
            fun two(a) {{ var s = one(a); s = s * 2; return s - one(s); }}
            return two(n);
        }}
        {} for (var i = 0; i < 200; i = i + 1) {{ make(i); f3(i, 1); }} {}",
        functions(20),
        calls(20, 1)
    );
    for stress in [false, true] {
        let options = AT_ONCE.gc_stress(stress);
        let mut vm = vm_with(options, || HostedCode::new(7 << 10));
        let expected = interpreted(AT_ONCE, &source);
        for _ in 0..6 {
            let ran = run(&mut vm, &source);
            assert_eq!((ran.output, ran.end), (expected.output.clone(), expected.end.clone()));
            vm.collect();
        }
        assert!(vm.native_stats().evicted > 10, "{:?}", vm.native_stats());
    }
}

/// Programs whose requests for memory are refused, one by one.
#[test]
fn evicting_may_lack_any_memory() {
    let many = functions(12) + &calls(12, 1);
    for source in PROGRAMS.iter().copied().chain([&*many]) {
        let whole = testing::run(Moody::new(), AT_ONCE, source, siskin::Dialect::Lox);
        for request in 0.. {
            let alloc = Moody::refusing(request, request + 1);
            if let Ok(mut vm) = Vm::new(alloc, AT_ONCE) {
                let jit = Jit::new(|| HostedCode::new(4 << 10), vm.mem());
                let _ = vm.install_tier(jit);
                let end = testing::run_in(vm, source, siskin::Dialect::Lox);
                assert!(end == End::OutOfMemory || end == whole, "request {request} refused: {end:?}");
            }
            assert_eq!(alloc.bytes(), 0, "bytes lost when request {request} was refused");
            if alloc.asked() <= request {
                assert!(request > 80, "only {request} requests");
                break;
            }
        }
    }
}
