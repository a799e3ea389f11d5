//! The public API: scripts, VMs, threads.

use siskin_core::bytecode::{Const, Insn, Program, Site, Text};
use siskin_core::mem::Mem;
use siskin_core::platform::{Clock, HostIo};
use siskin_core::testing::{Kept, Moody, Nothing, SYSTEM, bytecode};
use siskin_core::{Dialect, ErrorKind, LoadOptions, Options, Outcome, Undefined, Vm};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

fn vm() -> Vm {
    Vm::new(Moody::new(), Options::default()).expect("memory")
}

fn run(vm: &mut Vm) -> (Outcome, String) {
    let mut output = Kept::default();
    let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
    (outcome, output.into_text())
}

#[test]
fn scripts_share_globals_and_run_in_any_order() {
    let mut vm = vm();
    let first = vm.load("var n = 1; fun next() { n = n + 1; return n; }", Dialect::Lox).expect("no errors");
    let second = vm.load("print next();", Dialect::Lox).expect("no errors");
    let third = vm.load("print next() * 10;", Dialect::Lox).expect("no errors");
    for (script, expected) in [(first, ""), (third, "20\n"), (second, "3\n")] {
        vm.start(script).expect("memory");
        let (outcome, output) = run(&mut vm);
        assert!(matches!(outcome, Outcome::Done));
        assert_eq!(output, expected);
    }
}

#[test]
fn a_host_leaves_out_names_of_the_library() {
    let options =
        Options::new().without(&["math", "json", "Random", "assert", "clock", "List", "Error", "str"]);
    let mut vm = Vm::new(SYSTEM, options).expect("memory");
    let mut run = |text: &str| {
        let script = vm.load(text, Dialect::Siskin).expect("no errors");
        vm.start(script).expect("memory");
        match run(&mut vm) {
            (Outcome::Error(error), _) => error.message().to_owned(),
            (_, output) => output,
        }
    };
    for name in ["math", "json", "Random", "assert", "clock"] {
        assert_eq!(run(&format!("{name};")), format!("Undefined variable '{name}'."));
    }
    // What every script may count on stays, and so does what the library uses itself.
    assert_eq!(run("print [List, Error, str(1), Bytes.from([1]).len()];"), "[List, Error, \"1\", 1]\n");
    // The name is free.
    assert_eq!(run("let math = 5; print math;"), "5\n");
    assert!(!vm.library().any(|name| name == "math") && vm.library().any(|name| name == "List"));
}

#[test]
fn a_script_of_another_machine_is_refused() {
    let (mut one, mut two) = (vm(), vm());
    let mine = one.load("print 1;", Dialect::Lox).expect("no errors");
    let theirs = two.load("print 2;", Dialect::Lox).expect("no errors");
    assert!(one.start(theirs).is_err());
    assert!(matches!(run(&mut one), (Outcome::Done, output) if output.is_empty()));
    one.start(mine).expect("memory");
    assert_eq!(run(&mut one).1, "1\n");
}

/// Afterwards no script is under way: the calls of the earlier one are gone from the stack.
#[test]
fn a_script_that_cannot_start_ends_the_one_under_way() {
    let mut vm = vm();
    let slow = vm.load("while (true) {}", Dialect::Lox).expect("no errors");
    let nested = ["clock(", &"1, ".repeat(250), "clock(", &"1, ".repeat(250), "clock(1)));"].concat();
    let wide = vm.load(&nested, Dialect::Siskin).expect("no errors");
    vm.start(slow).expect("memory");
    let mut output = Kept::default();
    let outcome = vm.run(Some(10), &mut HostIo::new(&mut output).clock(&Nothing));
    assert!(matches!(outcome, Outcome::OutOfFuel));

    let mem = vm.mem().clone();
    mem.set_limit(mem.usage().used);
    let error = vm.start(wide).expect_err("there is no memory for 500 registers");
    assert_eq!(error.kind(), ErrorKind::OutOfMemory);
    let outcome = vm.run(Some(10), &mut HostIo::new(&mut output).clock(&Nothing));
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
}

/// An image stays where it is, and counts where it was made.
#[test]
fn a_program_counts_where_it_was_made() {
    let source = format!("fn f(n) {{ {} n }} print f(1);", "n = n + 1;\n".repeat(10_000));
    let (maker, mut user) = (vm(), vm());
    let before = maker.mem().usage().used;
    let program = maker.compile(&source, Dialect::Siskin).expect("no errors");
    let bytes = program.as_bytes().len();
    assert!(bytes > 40_000);
    assert!((bytes..bytes + 200).contains(&(maker.mem().usage().used - before)));

    let used = user.mem().usage().used;
    let script = user.load_program(&program).expect("memory");
    assert!(user.mem().usage().used - used < bytes);
    // Its functions keep the image, and the image its memory.
    drop(program);
    let mem = maker.mem().clone();
    drop(maker);
    assert!(mem.usage().used > bytes);
    user.start(script).expect("memory");
    assert_eq!(run(&mut user).1, "10001\n");
    drop(user);
    assert!(mem.usage().used < 1000);
}

/// A string of a program is made once, however many constants are that string.
#[test]
fn strings_of_a_program_are_made_once() {
    let mut program = bytecode::program();
    let long = bytecode::text(&mut program, &"long ".repeat(20_000));
    let insns = [Insn::ReturnNil {}];
    let mut script = bytecode::code(&program, Text::default(), 0, 2, &insns);
    let consts: Vec<_> =
        (0..1_000).map(|index| if index % 2 == 0 { Const::Str(long) } else { Const::Name(long) }).collect();
    bytecode::fill(&mut script, &consts, &[Site { name: long }; 500], &[]);
    program.functions.push(script).expect("memory");
    let program = bytecode::verified(&program).expect("good");
    let mut vm = vm();
    let used = vm.mem().usage().used;
    vm.load_program(&program).expect("memory");
    // A name, a literal, and the constants and sites.
    assert!(vm.mem().usage().used - used < 400_000, "{:?}", vm.mem().usage());
}

/// What a host pays for a VM before anything is loaded into it.
#[test]
fn a_new_vm_is_small() {
    assert!(vm().mem().usage().used <= 24 << 10, "{:?}", vm().mem().usage());
}

/// The library takes memory for what a script uses of it, and for nothing else.
#[test]
fn the_library_takes_what_is_used() {
    let taken = |source: &str| {
        let mut vm = vm();
        let before = vm.mem().usage().used;
        let script = vm.load(source, Dialect::Siskin).expect("no errors");
        vm.start(script).expect("memory");
        let (outcome, _) = run(&mut vm);
        assert!(matches!(outcome, Outcome::Done), "{source}");
        vm.collect();
        vm.mem().usage().used - before
    };
    let plain = taken("print 1;");
    // Cells of one size are of one page, so the first of a size takes a page.
    const PAGE: usize = 16 << 10;
    for (source, most) in [
        ("print str(1);", 3),
        ("print [1, 2].map(|x| x);", 7),
        ("try { nil(); } catch e { print e.kind; }", 6),
        ("for i in 1..3 { print \"${i}\"; }", 3),
        ("print json.parse(\"[1]\");", 10),
    ] {
        let more = taken(source).saturating_sub(plain);
        assert!(more <= most * PAGE, "{source} takes {more} bytes more than {plain}");
    }
}

/// Many VMs on many threads run one image.
#[test]
fn a_program_is_shared_by_threads() {
    let mem = Mem::new(SYSTEM, 1 << 20).expect("memory");
    let source = "fn f(n) { if (n < 2) { n } else { f(n - 1) + f(n - 2) } } print f(15);";
    let program = Program::compile(&mem, source, Dialect::Siskin, LoadOptions::default()).expect("no errors");
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let program = program.clone();
            std::thread::spawn(move || {
                for _ in 0..20 {
                    let mut vm = vm();
                    let script = vm.load_program(&program).expect("memory");
                    vm.start(script).expect("memory");
                    assert_eq!(run(&mut vm).1, "610\n");
                }
            })
        })
        .collect();
    drop(program);
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    assert!(mem.usage().used < 1000);
}

#[test]
fn undefined_names_are_told() {
    for (source, expected) in [
        ("print nobody;", Some(Undefined::Variable("nobody"))),
        ("nobody = 1;", Some(Undefined::Variable("nobody"))),
        ("class A {} A().field;", Some(Undefined::Property("field"))),
        ("class A {} A().method();", Some(Undefined::Property("method"))),
        ("class A {} class B < A { m() { super.method(); } } B().m();", Some(Undefined::Property("method"))),
        ("-nil;", None),
    ] {
        let mut vm = vm();
        let script = vm.load(source, Dialect::Lox).expect("no errors");
        vm.start(script).expect("memory");
        let (Outcome::Error(error), _) = run(&mut vm) else { panic!("{source} goes well") };
        assert_eq!(error.undefined(), expected, "{source}");
    }
}

#[test]
fn global_names_are_those_that_are_defined() {
    let mut vm = vm();
    assert_eq!(vm.globals().count(), 0);
    let script = vm.load("fun f() { never(); } var a = 1; later; var b;", Dialect::Lox).expect("no errors");
    assert_eq!(vm.globals().count(), 0, "nothing ran yet");
    vm.start(script).expect("memory");
    assert!(matches!(run(&mut vm).0, Outcome::Error(_)));
    let mut names: Vec<_> = vm.globals().map(|(name, _)| name).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "f"]);
}

#[test]
fn starting_anew_forgets_what_was_under_way() {
    let mut vm = vm();
    let endless = vm.load("while (true) {}", Dialect::Lox).expect("no errors");
    let short = vm.load("print 7;", Dialect::Lox).expect("no errors");
    vm.start(endless).expect("memory");
    let mut output = Kept::default();
    let outcome = vm.run(Some(1000), &mut HostIo::new(&mut output).clock(&Nothing));
    assert!(matches!(outcome, Outcome::OutOfFuel));
    vm.start(short).expect("memory");
    assert_eq!(run(&mut vm).1, "7\n");
}

#[test]
fn a_machine_goes_on_in_another_thread_and_leaves_errors_behind() {
    let mut vm = vm();
    let script = vm.load("var s = \"a\"; s.x;", Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let (Outcome::Error(error), _) = run(&mut vm) else { panic!("no error") };
    let broken = vm.compile("print ;", Dialect::Lox).expect_err("an error");
    let program = vm.compile("print 3;", Dialect::Lox).expect("no errors");
    let elsewhere = std::thread::spawn(move || {
        for round in 0..200 {
            let script = vm.load("var l = nil; for (var i = 0; i < 50; i = i + 1) l = l;", Dialect::Lox);
            vm.start(script.expect("no errors")).expect("memory");
            assert!(matches!(run(&mut vm).0, Outcome::Done), "{round}");
        }
        vm
    });
    // Meanwhile this thread gives back memory of the same budget.
    drop((error, broken, program));
    let vm = elsewhere.join().expect("no panic");
    let usage = vm.mem().usage();
    assert!(usage.used <= usage.peak && usage.used > 0);
}

#[test]
fn loading_and_running_again_and_again_keeps_memory_bounded() {
    let mut vm = vm();
    let mut after_some = 0;
    for round in 0..3000 {
        let script = vm.load("fun f(n) { return n; } print f(1) + f(2);", Dialect::Lox).expect("no errors");
        vm.start(script).expect("memory");
        assert_eq!(run(&mut vm).1, "3\n");
        if round % 500 == 0 {
            vm.collect();
        }
        if round == 1000 {
            after_some = vm.mem().usage().used;
        }
    }
    vm.collect();
    assert!(vm.mem().usage().used < after_some * 2, "{} then {}", after_some, vm.mem().usage().used);
}

#[test]
fn a_host_can_interrupt_and_go_on() {
    let mut vm = vm();
    let script =
        vm.load("var n = 0; while (n < 100000) n = n + 1; print n;", Dialect::Lox).expect("it compiles");
    vm.start(script).expect("memory");
    let (mut output, wish) = (Kept::default(), AtomicBool::new(true));
    let mut host = HostIo::new(&mut output).clock(&Nothing).interrupt(&wish);
    assert!(matches!(vm.run(None, &mut host), Outcome::Interrupted));
    assert!(!wish.load(Relaxed), "the wish is granted once");
    assert!(matches!(vm.run(None, &mut host), Outcome::Done));
    assert_eq!(output.0, b"100000\n");
}

/// When memory runs out while a script is loaded, the allocation waits for the collector, like one of a running script.
#[test]
fn pauses_of_loading_are_measured() {
    static NOW: AtomicU64 = AtomicU64::new(0);
    let plain = Options::new().gc_stress(true);
    let timed = plain.clock(|| NOW.fetch_add(1000, Relaxed));
    let source = "fn f() { \"a\" } class A { init() { this.b = f(); } } A();";
    for (options, each) in [(plain, 0), (timed, 1000)] {
        let mut vm = Vm::new(Moody::new(), options).expect("memory");
        let before = vm.stats();
        vm.load(source, Dialect::Siskin).expect("no errors");
        let after = vm.stats();
        let pauses = after.pauses - before.pauses;
        assert!(pauses > 0);
        assert_eq!(after.total_pause - before.total_pause, pauses * each);
        assert_eq!(after.longest_pause, each);
    }
}

/// A clock that jumps from one end of its range to the other.
#[test]
fn a_clock_that_goes_astray_does_no_harm() {
    struct Leaping(Cell<u64>);
    impl Clock for Leaping {
        fn nanoseconds(&self) -> u64 {
            self.0.replace(!self.0.get())
        }
    }
    let mut vm = vm();
    let source = "class A {} for (var i = 0; i < 200000; i = i + 1) A(); print clock() >= 0;";
    let script = vm.load(source, Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let (mut output, clock) = (Kept::default(), Leaping(Cell::new(0)));
    let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&clock));
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
    let stats = vm.stats();
    assert_eq!((stats.longest_pause, stats.total_pause), (u64::MAX, u64::MAX));
}

#[test]
fn load_errors_say_what_is_wrong() {
    let mut vm = Vm::new(Moody::new(), Options::new().max_source(5_000)).expect("memory");
    let mut said = |source: &str| vm.load(source, Dialect::Siskin).expect_err("it is wrong").to_string();
    assert_eq!(said("print ;"), "1 syntax error.");
    assert_eq!(said("print ; print ;"), "2 syntax errors.");
    assert_eq!(said(&"(".repeat(2_000)), "Nested too deeply.");
    assert_eq!(said(&" ".repeat(5_001)), "Source text is too long.");
}

/// As `docs/embedding.md` says.
#[test]
fn a_run_without_a_script_is_done_and_has_no_clock() {
    let mut vm = vm();
    let mut output = Kept::default();
    let mut host = HostIo::new(&mut output);
    assert!(matches!(vm.run(None, &mut host), Outcome::Done));
    let script = vm.load("print clock(); nil.f();", Dialect::Siskin).expect("a script");
    vm.start(script).expect("memory");
    assert!(matches!(vm.run(None, &mut host), Outcome::Error(_)));
    assert!(matches!(vm.run(None, &mut host), Outcome::Done));
    assert_eq!(output.0, b"0\n");
}
