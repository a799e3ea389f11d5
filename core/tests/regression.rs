//! Faults that fuzzing and reviews have found, and that no script can show.

use std::alloc::Layout;
use std::cell::Cell;

use siskin_core::bytecode::operand::*;
use siskin_core::bytecode::{Assembly, Const, FnIndex, Insn, Text};
use siskin_core::mem::RawAlloc;
use siskin_core::platform::{Clock, HostIo, Output, OutputError, PanicGuard};
use siskin_core::testing::bytecode::{code, fill, program, text, verified};
use siskin_core::testing::{End, Kept, Moody, Nothing, run};
use siskin_core::{Dialect, ErrorKind, Options, Outcome, Vm};

const STRESS: Options =
    Options::new().max_frames(100).native_stack(256 << 10).max_source(1 << 20).gc_stress(true).hot(1);

/// What a verified program prints.
fn print_of(program: &Assembly, options: Options) -> String {
    let mut vm = Vm::new(Moody::new(), options).expect("memory");
    let script = vm.load_program(&verified(program).expect("good")).expect("memory");
    vm.start(script).expect("memory");
    let mut output = Kept::default();
    let outcome = vm.run(Some(10_000), &mut HostIo::new(&mut output).clock(&Nothing));
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
    output.into_text()
}

/// The output of a script with these instructions. Constant 0 is a function that allocates, constant 1 the name of a
/// class.
fn print_beside_allocation(registers: u16, insns: &[Insn]) -> String {
    let mut program = program();
    let name = text(&mut program, "Gone");
    let mut script = code(&program, Text::default(), 0, registers, insns);
    fill(&mut script, &[Const::Fn(FnIndex(1)), Const::Name(name)], &[], &[]);
    let allocates = [Insn::NewCell { dst: Dst(0), src: Src(0) }, Insn::ReturnNil {}];
    let callee = code(&program, name, 0, 1, &allocates);
    program.functions.push(script).expect("memory");
    program.functions.push(callee).expect("memory");
    print_of(&program, STRESS)
}

/// A caller's registers above the window of a call do not keep objects alive, but must not dangle.
#[test]
fn registers_above_a_call_do_not_dangle() {
    let insns = [
        Insn::Closure { dst: Dst(2), function: Fn32(0) },
        Insn::NewClass { dst: Dst(5), fields: Count(0), name: Name32(1) },
        Insn::Call { argc: Argc(0), win: Win(2) },
        Insn::Print { src: Src(5) },
        Insn::ReturnNil {},
    ];
    assert_eq!(print_beside_allocation(8, &insns), "nil\n");
}

/// A caller's registers reach further than those of its callees. A value that is written there after a collection in a
/// callee is still cleared by the next collection.
#[test]
fn far_registers_above_a_call_do_not_dangle() {
    let call = [Insn::Move { dst: Dst(4), src: Src(2) }, Insn::Call { argc: Argc(0), win: Win(4) }];
    let make = [
        Insn::Closure { dst: Dst(2), function: Fn32(0) },
        Insn::NewClass { dst: Dst(3), fields: Count(0), name: Name32(1) },
    ];
    let write = [Insn::SetFar { src: Src(3), dst: FarDst(1500) }, Insn::LoadNil { dst: Dst(3) }];
    let read =
        [Insn::GetFar { dst: Dst(3), src: FarSrc(1500) }, Insn::Print { src: Src(3) }, Insn::ReturnNil {}];
    let insns = [&make[..], &call, &write, &call, &read].concat();
    assert_eq!(print_beside_allocation(2000, &insns), "nil\n");
}

/// The lookup cache's entries for a class are removed when a collection by the host frees the class.
#[test]
fn a_collection_by_the_host_forgets_properties() {
    let mut vm = Vm::new(Moody::new(), Options::default()).expect("memory");
    let mut run = |source: &str, collect: bool| {
        let script = vm.load(source, Dialect::Lox).expect("no errors");
        vm.start(script).expect("memory");
        let mut output = Kept::default();
        let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
        assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        if collect {
            vm.collect();
        }
        output.into_text()
    };
    let class = |value| format!("{{ class A {{ m() {{ return {value}; }} }} var m = A().m; print m(); }}");
    for value in 0..20 {
        assert_eq!(run(&class(value), true), format!("{value}\n"));
    }
}

/// The limit on the depth of calls holds even if it is very small.
#[test]
fn few_frames_are_as_few_as_asked() {
    for max_frames in [1, 2, 5, 31, 32, 33, 100] {
        let options = Options::new().max_frames(max_frames);
        let nested = |calls: u32| {
            let source = format!("fun f(n) {{ if (n > 1) return f(n - 1); return 7; }} print f({calls});");
            run(Moody::new(), options, &source, Dialect::Lox)
        };
        // The script itself counts as a call.
        if max_frames > 1 {
            assert_eq!(nested(max_frames - 1), End::Done("7\n".into()), "{max_frames}");
        }
        assert_eq!(nested(max_frames), End::Error("Stack overflow.".into()), "{max_frames}");
    }
}

/// A host that catches a panic of its output can use the VM further.
#[test]
fn a_panic_of_the_host_leaves_no_trace() {
    /// Discards a panic, as a host without unwinding might.
    struct Forgets;
    impl PanicGuard for Forgets {
        fn call(&self, callback: &mut dyn FnMut()) -> bool {
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(callback)).is_ok()
        }
        fn resume(&self) {}
    }
    struct Guarded(&'static Moody);
    // SAFETY: all memory comes from the inner allocator.
    unsafe impl RawAlloc for Guarded {
        fn alloc(&self, layout: Layout) -> *mut u8 {
            self.0.alloc(layout)
        }
        unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
            // SAFETY: passed on from the caller.
            unsafe { self.0.dealloc(ptr, layout) }
        }
        fn guard(&self) -> Option<&'static dyn PanicGuard> {
            Some(&Forgets)
        }
    }
    struct Panics;
    impl Output for Panics {
        fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
            panic!("the paper is out");
        }
    }
    struct Asked(Cell<u32>);
    impl Clock for Asked {
        fn nanoseconds(&self) -> u64 {
            self.0.set(self.0.get() + 1);
            0
        }
    }
    let alloc = Box::leak(Box::new(Guarded(Moody::new())));
    let mut vm = Vm::new(alloc, STRESS).expect("memory");
    let script = vm.load("print 1; print 2;", Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let clock: &Asked = Box::leak(Box::new(Asked(Cell::new(0))));
    let host = Box::leak(Box::new(HostIo::new(Box::leak(Box::new(Panics))).clock(clock)));
    let outcome = vm.run(None, host);
    assert!(matches!(outcome, Outcome::Error(error) if error.kind() == ErrorKind::Panic));
    let asked = clock.0.get();
    let script = vm.load("class A {} print 3;", Dialect::Lox).expect("no errors");
    assert_eq!(clock.0.get(), asked, "the host of a run is nobody's outside it");
    vm.start(script).expect("memory");
    let mut output = Kept::default();
    let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
    assert_eq!(output.0, b"3\n");
}

/// Fuel bounds bulk work even without calls and loops, and slices do not change the cost.
#[test]
fn bulk_work_in_a_row_runs_out_of_fuel() {
    const LEN: usize = 1 << 16;
    const FUEL: u64 = 20_000;
    let strings =
        "var s = \"x\"; var t = \"x\"; for (var i = 0; i < 16; i = i + 1) { s = s + s; t = t + t; }";
    let captured: String = (0..200).map(|n| format!("var v{n} = 0; ")).collect();
    let used: String = (0..200).map(|n| format!("v{n} + ")).collect();
    let programs = [
        (strings.to_owned(), "print 1; s == t;".to_owned(), LEN),
        (strings.to_owned(), "print 1; if (s != t) print 2;".to_owned(), LEN),
        (strings.to_owned(), "print 1; s + t;".to_owned(), 2 * LEN),
        (strings.to_owned(), "print s;".to_owned(), LEN),
        (format!("fun f() {{ {captured}"), format!("print 1; {{ fun g() {{ return {used} 1; }} }}"), 1600),
    ];
    for (before, again, bytes) in programs {
        let after = if before.starts_with("fun") { "} f();" } else { "" };
        let source = format!("{before} {} {after}", again.repeat(2000));
        let run = |slice: u64| {
            let mut vm = Vm::new(Moody::new(), Options::default()).expect("memory");
            let script = vm.load(&source, Dialect::Siskin).expect("no errors");
            vm.start(script).expect("memory");
            let mut output = Kept::default();
            for _ in 0..FUEL / slice {
                let outcome = vm.run(Some(slice), &mut HostIo::new(&mut output).clock(&Nothing));
                assert!(matches!(outcome, Outcome::OutOfFuel), "{again}: {outcome:?}");
            }
            output.0.iter().filter(|&&byte| byte == b'\n').count()
        };
        let times = run(FUEL);
        assert!(times > 1 && times <= FUEL as usize * 64 / bytes + 2, "{again}: {times} times");
        assert_eq!(run(50), times, "{again}");
    }
}

/// A large program that has run becomes garbage, so that loading further ones needs no more memory.
#[test]
fn large_programs_that_have_run_make_room() {
    let source = "fun f(x) { ".to_owned() + &"x = x + 1; ".repeat(20_000) + "} f(1);";
    for memory in [usize::MAX, 16 << 20] {
        let mut vm = Vm::new(Moody::new(), Options::new().memory(memory)).expect("memory");
        for round in 0..200 {
            let script = vm.load(&source, Dialect::Siskin).unwrap_or_else(|error| panic!("{round}: {error}"));
            vm.start(script).expect("memory");
            let mut output = Kept::default();
            let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
            assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        }
        let peak = vm.mem().usage().peak;
        assert!(peak < 32 << 20, "{peak}");
    }
}

/// Loading a program without enough memory first collects.
#[test]
fn garbage_makes_room_for_a_program() {
    let source = "var x = 1; ".repeat(50_000);
    let vm = |memory| Vm::new(Moody::new(), Options::new().memory(memory)).expect("memory");
    let mut alone = vm(usize::MAX);
    alone.load(&source, Dialect::Siskin).expect("no errors");
    let needed = alone.mem().usage().peak;

    let mut vm = vm(needed + (256 << 10));
    let garbage = "fun f() { var s = \"x\"; for (var i = 0; i < 19; i = i + 1) s = s + s; } f();";
    let script = vm.load(garbage, Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let mut output = Kept::default();
    let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
    assert!(vm.mem().usage().used > 512 << 10);
    vm.load(&source, Dialect::Siskin).expect("room");
}
