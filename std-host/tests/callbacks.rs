//! Host functions that call scripts, in every tier.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use siskin::io::SystemClock;
use siskin::platform::{Clock, Output, OutputError};
use siskin::{Dialect, ErrorKind, HostIo, Options, Outcome, SYSTEM, Vm};
use siskin_core::testing::vm_with_callbacks;

/// Keeps the output; a line `interrupt` sets the interrupt.
struct Lines<'a>(String, &'a AtomicBool);

impl Output for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.0.push_str(std::str::from_utf8(bytes).expect("text"));
        if self.0.ends_with("interrupt\n") {
            self.1.store(true, Relaxed);
        }
        Ok(())
    }
}

/// The outcome and the output of a run.
fn run_in(vm: &mut Vm, source: &str, fuel: Option<u64>) -> (Outcome, String) {
    let script = vm.load(source, Dialect::Siskin).expect("no errors");
    vm.start(script).expect("memory");
    let interrupt = AtomicBool::new(false);
    let mut output = Lines(String::new(), &interrupt);
    let clock: &dyn Clock = &SystemClock::start();
    let outcome = vm.run(fuel, &mut HostIo::new(&mut output).clock(clock).interrupt(&interrupt));
    (outcome, output.0)
}

/// A VM for each tier and pace of compiling, with the collector at its usual pace and at each allocation.
fn machines(options: Options) -> Vec<Vm> {
    let mut all = Vec::new();
    for gc_stress in [false, true] {
        for hot in [None, Some(0), Some(3), Some(20), Some(1000)] {
            let options = options.hot(hot.unwrap_or(0)).gc_stress(gc_stress);
            let mut vm = vm_with_callbacks(SYSTEM, options).expect("memory");
            if hot.is_some() && siskin::native::install(&mut vm).is_err() {
                continue;
            }
            all.push(vm);
        }
    }
    all
}

/// A script prints the same in every tier, and is done.
fn prints(source: &str, expected: &str) {
    for mut vm in machines(Options::default()) {
        let (outcome, text) = run_in(&mut vm, source, None);
        assert!(matches!(outcome, Outcome::Done), "{outcome:?} of {source}");
        assert_eq!(text, expected, "{source}");
    }
}

/// A script fails in every tier with this message, and with these functions in its trace, innermost first.
fn fails(source: &str, kind: ErrorKind, message: &str, trace: &[&str]) {
    for mut vm in machines(Options::new().max_frames(200)) {
        let (outcome, _) = run_in(&mut vm, source, None);
        let Outcome::Error(error) = outcome else { panic!("{outcome:?} of {source}") };
        assert_eq!((error.kind(), error.message()), (kind, message), "{source}");
        let names: Vec<&str> =
            vm.trace().take(trace.len()).map(|frame| frame.name.unwrap_or("script")).collect();
        assert_eq!(names, trace, "{source}");
    }
}

#[test]
fn a_callback_gets_its_arguments_and_gives_its_value() {
    prints(
        "fn add(a, b) { return a + b; } print apply(add, 1, 2); print apply(add, \"x\", \"y\");",
        "3\nxy\n",
    );
    prints(
        "class A { init(x) { this.x = x; } get() { return this.x; } }
            let a = apply(A, 7); print a.x; print apply(a.get); print apply(apply, a.get);",
        "7\n7\n7\n",
    );
    prints(
        "print second(1); print second(1, 2); print apply(second, 1); print apply(second, 1, 2);",
        "nil\n2\nnil\n2\n",
    );
}

#[test]
fn callbacks_nest_and_the_stack_grows_under_them() {
    prints(
        "fn down(n) { if n == 0 { return 0; } return 1 + apply(down, n - 1); }
         fn plain(n) { if n == 0 { return 0; } return 1 + plain(n - 1); }
         print down(60); print apply(plain, 3000); print down(60);",
        "60\n3000\n60\n",
    );
}

#[test]
fn loops_that_call_back_go_on_in_machine_code() {
    prints(
        "fn square(n) { return n * n; }
         fn sum(n) { var s = 0; for (var i = 0; i < n; i = i + 1) { s = s + apply(square, i); collect(); } return s; }
         print sum(100); print apply(sum, 100);",
        "328350\n328350\n",
    );
}

#[test]
fn strings_have_methods_that_hit_and_call_back() {
    prints(
        "fn twice(s) { return s + s; }
         fn run(n) { var t = \"\"; for (var i = 0; i < n; i = i + 1) t = \"ab\".apply(twice); return t; }
         print run(50); print apply(|f| \"cd\".apply(f), twice);",
        "abab\ncdcd\n",
    );
}

/// No function of the host keeps an error that its script does not catch, even one that ignores it.
#[test]
fn errors_are_caught_below_functions_of_the_host() {
    prints(
        "try { apply(|| throw(5)); } catch e { print e; } try { throw(6); } catch e { print e; }",
        "5\n6\n",
    );
    for through in ["apply", "ignore", "again"] {
        let source = format!(
            "fn bad(n) {{ if n == 0 {{ throw(\"bottom\"); }} {through}(|| bad(n - 1)); print \"not here\"; }}
             fn sum(n) {{
               var all = 0;
               for (var i = 0; i < n; i += 1) {{
                 all += try {{ bad(i % 7); collect(); 0 }} catch e {{ if e == \"bottom\" {{ i }} else {{ 0 }} }};
                 if i % 5 == 0 {{ collect(); }}
               }}
               all
             }}
             print sum(100); print apply(sum, 100);"
        );
        prints(&source, "4950\n4950\n");
    }
    // Caught above the function, and not at all.
    prints("print apply(|| try { apply(|| throw(1)) } catch e { e + 1 });", "2\n");
    fails(
        "try { apply(|| 1); } catch e { print e; } fn f() { throw(\"why\"); } ignore(f);",
        ErrorKind::Script,
        "Uncaught: why",
        &["f", "script"],
    );
}

#[test]
fn errors_end_the_run_with_the_trace_of_scripts() {
    let source = "fn bad() { return nil + 1; } fn f() { return apply(bad); } f();";
    fails(source, ErrorKind::Script, "Operands must be two numbers or two strings.", &["bad", "f", "script"]);
    let source = "fn bad() { return nil + 1; } ignore(bad); print \"not reached\";";
    fails(source, ErrorKind::Script, "Operands must be two numbers or two strings.", &["bad", "script"]);
    fails("apply();", ErrorKind::Script, "Expected at least 1 argument but got 0.", &["script"]);
    fails("second();", ErrorKind::Script, "Expected 1 to 2 arguments but got 0.", &["script"]);
    fails("fn f(a) {} apply(f);", ErrorKind::Script, "Expected 1 arguments but got 0.", &["script"]);
    fails("throw(1.5);", ErrorKind::Script, "Uncaught: 1.5", &["script"]);
    fails("fn f(x) { throw(x); } apply(f, \"why\");", ErrorKind::Script, "Uncaught: why", &["f", "script"]);
    fails("class A {} throw(A());", ErrorKind::Script, "Uncaught: A {}", &["script"]);
    fails("apply(1);", ErrorKind::Script, "Can only call functions and classes.", &["script"]);
    fails("\"x\".none();", ErrorKind::Script, "String has no method 'none'.", &["script"]);
}

#[test]
fn calls_of_the_host_are_no_calls_of_scripts() {
    let deepest = |vm: &mut Vm, call: &str| {
        let source = format!("var deepest = 0; fn f(n) {{ deepest = n; {call}; }} f(1);");
        let (outcome, _) = run_in(vm, &source, None);
        assert!(
            matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::StackOverflow),
            "{outcome:?}"
        );
        vm.global_value("deepest").expect("defined").to_string()
    };
    for mut vm in machines(Options::new().max_frames(100)) {
        let plain = deepest(&mut vm, "f(n + 1)");
        assert_eq!(deepest(&mut vm, "apply(f, n + 1)"), plain);
        assert_eq!(deepest(&mut vm, "f(n + 1)"), plain, "room that calls of the host had is no longer there");
        let (outcome, text) = run_in(&mut vm, "print apply(second, 1, 2);", None);
        assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        assert_eq!(text, "2\n");
    }
}

#[test]
fn calls_of_the_host_nest_as_deep_in_every_tier() {
    let source = "var deepest = 0; fn f(n) { deepest = n; apply(f, n + 1); } f(0);";
    let deepest = |options: Options| -> Vec<String> {
        let ends = |mut vm: Vm| {
            let (outcome, _) = run_in(&mut vm, source, None);
            assert!(
                matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::StackOverflow),
                "{outcome:?}"
            );
            vm.global_value("deepest").expect("defined").to_string()
        };
        machines(options).into_iter().map(ends).collect()
    };
    let mut options = Options::new().max_frames(1_000_000);
    if cfg!(fuzzing) {
        // The frames of builds with a sanitizer are several times as large.
        options = options.native_stack(1536 << 10);
    }
    let all = deepest(options);
    assert!(all.iter().all(|depth| depth == "150"), "{all:?}");
    // With less native stack than that needs, the run ends in an error as well.
    deepest(Options::new().max_frames(1_000_000).native_stack(16 << 10));
}

/// A fiber that a function of the host resumes has a stack of its own, above that of the function.
#[test]
fn fibers_run_below_functions_of_the_host() {
    prints(
        "let f = Fiber(|a| { let b = yield a + 1; yield apply(|x| x * 2, b); \"end\" });
         print apply(|v| f.resume(v), 1); print apply(|v| f.resume(v), 10); print apply(|| f.resume()); print f.state();",
        "2\n20\nend\ndone\n",
    );
    // A loop over a fiber below the host, and the host below the fiber.
    prints(
        "fn sum(n) { var s = 0; for x in Fiber(|| { for i in 0..n { yield apply(|v| v + 1, i); collect(); } }) { s += x; } s }
         print apply(sum, 40); print sum(40);",
        "820\n820\n",
    );
    // The host is a wall for what yields, and only for that.
    prints(
        "let f = Fiber(|| { let said = try { apply(|| { yield 1; }) } catch e { e.message }; yield said; 5 });
         print f.resume(); print f.resume();
         print try { apply(|| { yield 1; }) } catch e { e.message };",
        "Can't yield across a call from the host.\n5\nCan't yield outside a fiber.\n",
    );
}

#[test]
fn errors_of_fibers_go_through_functions_of_the_host() {
    // The handler is below the host, which is below the fiber that fails.
    prints(
        "let f = Fiber(|| { yield 1; throw \"why\"; });
         fn g() { f.resume(); f.resume(); }
         for (var i = 0; i < 3; i += 1) { print try { apply(g); } catch e { e }; print f.state(); }",
        "why\nfailed\nFiber: Can't resume a fiber that has failed.\nfailed\n\
         Fiber: Can't resume a fiber that has failed.\nfailed\n",
    );
    // The host is called in a fiber, and the handler is in what resumed that.
    prints(
        "let inner = Fiber(|| throw(\"deep\"));
         let outer = Fiber(|| apply(|| inner.resume()));
         print try { outer.resume() } catch e { e };
         print inner.state(); print outer.state(); print apply(|| 7);",
        "deep\nfailed\nfailed\n7\n",
    );
    // Two functions of the host on two stacks, with a handler between them.
    prints(
        "let f = Fiber(|| try { apply(|| Fiber(|| apply(|| nil + 1)).resume()) } catch e { e.kind });
         print apply(|| f.resume()); print ignore(|| f.state());",
        "Type\nnil\n",
    );
    let source = "fn bad() { nil + 1; } let f = Fiber(|| apply(bad)); fn g() { f.resume(); } ignore(g);";
    for mut vm in machines(Options::default()) {
        for _ in 0..2 {
            let (outcome, _) = run_in(&mut vm, source, None);
            assert!(
                matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::Script),
                "{outcome:?}"
            );
            let names: Vec<&str> = vm.trace().map(|frame| frame.name.unwrap_or("script")).collect();
            assert_eq!(names, ["bad", "<fn>", "g", "script"]);
        }
    }
}

#[test]
fn a_stop_in_a_fiber_below_the_host_is_an_error() {
    let forever =
        "let f = Fiber(|| { yield 1; while true {} }); fn g() { f.resume(); f.resume(); } again(g);";
    for mut vm in machines(Options::default()) {
        let (outcome, _) = run_in(&mut vm, forever, Some(100_000));
        assert!(matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::Fuel), "{outcome:?}");
        let interrupted = "Fiber(|| apply(|| { print \"interrupt\"; while true {} })).resume();";
        let (outcome, _) = run_in(&mut vm, interrupted, None);
        assert!(
            matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::Interrupted),
            "{outcome:?}"
        );
        vm.collect();
        let (outcome, text) = run_in(&mut vm, "print Fiber(|| { yield 1; }).resume();", None);
        assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        assert_eq!(text, "1\n");
    }
}

#[test]
fn a_stop_below_the_host_is_an_error() {
    let forever = "fn f() { while true {} } apply(f);";
    for mut vm in machines(Options::default()) {
        let (outcome, _) = run_in(&mut vm, forever, Some(100_000));
        assert!(matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::Fuel), "{outcome:?}");
        let (outcome, _) = run_in(&mut vm, "fn f() { print \"interrupt\"; while true {} } apply(f);", None);
        assert!(
            matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::Interrupted),
            "{outcome:?}"
        );
        let (outcome, text) = run_in(&mut vm, "print 1;", None);
        assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        assert_eq!(text, "1\n");
    }
}

#[test]
fn fuel_is_the_same_in_every_tier() {
    let source = "fn square(n) { return n * n; } fn same(s) { return s; } var s = 0;
        for (var i = 0; i < 5000; i = i + 1) { s = s + apply(square, i); \"x\".apply(same); }";
    let mut all = Vec::new();
    for mut vm in machines(Options::default()) {
        let (outcome, _) = run_in(&mut vm, source, None);
        assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        all.push(vm.stats().fuel);
    }
    // Each iteration costs five units: one for the loop, two for host calls, and two for calls of scripts.
    assert!(all.iter().all(|&fuel| fuel == all[0] && (24_990..=25_010).contains(&fuel)), "{all:?}");
}

/// While a host function allocates, the collector scans the function's caller.
#[test]
fn steps_of_the_collector_in_a_call_of_the_host_change_nothing_for_its_caller() {
    let source = "class N { init(n) { this.n = n; } }
        var l = nil; for (var i = 0; i < 30000; i = i + 1) { l = N(l); }
        class A {} var n = 0;
        for (var i = 0; i < 200000; i = i + 1) { apply(A); n = n + 1; }
        fn deep(n) { if n == 0 { return 0; } var a = apply(A); return 1 + apply(deep, n - 1); }
        for (var i = 0; i < 300; i = i + 1) { deep(40); }
        var count = 0; for (var at = l; at != nil; at = at.n) { count = count + 1; }
        print n; print count;";
    for hot in [None, Some(0), Some(20), Some(1000)] {
        let mut vm = vm_with_callbacks(SYSTEM, Options::new().hot(hot.unwrap_or(0))).expect("memory");
        if hot.is_some() && siskin::native::install(&mut vm).is_err() {
            continue;
        }
        let (outcome, text) = run_in(&mut vm, source, None);
        assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        assert_eq!(text, "200000\n30000\n");
    }
}

/// Samples that are taken when a function gets warm run it to its end.
#[test]
fn a_callback_that_gets_hot_goes_on() {
    prints(
        "fn f(n) {} for (var i = 0; i < 3000; i = i + 1) { apply(f, i); } print \"end\";
         fn g(n) { var s = 0; for (var i = 0; i < n; i = i + 1) { s = s + i; } return s; }
         var s = 0; for (var i = 0; i < 300; i = i + 1) { s = s + apply(g, i); } print s;",
        "end\n4455100\n",
    );
}

/// A host function that tries to continue after its callback ended the run cannot.
#[test]
fn no_function_of_the_host_swallows_the_end_of_a_run() {
    let loops = "fn f() {} print \"interrupt\"; for (var i = 0; i < 100000; i = i + 1) { ignore(f); }";
    for mut vm in machines(Options::new()) {
        for before in 0..12 {
            let source = format!("for (var i = 0; i < {before}; i = i + 1) {{}} {loops}");
            let (outcome, _) = run_in(&mut vm, &source, None);
            // A run that stopped in the script itself can be resumed.
            let is_heard = match &outcome {
                Outcome::Interrupted => true,
                Outcome::Error(error) => error.kind() == ErrorKind::Interrupted,
                Outcome::Done | Outcome::OutOfFuel => false,
            };
            assert!(is_heard, "{outcome:?} after {before}");
        }
    }
    let twice =
        "fn f() { g(); print \"after\"; } fn g() { return nil + 1; } again(f); print \"not reached\";";
    for mut vm in machines(Options::new()) {
        let (outcome, text) = run_in(&mut vm, twice, None);
        assert!(
            matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::Script),
            "{outcome:?}"
        );
        assert_eq!(text, "");
        assert_eq!(vm.trace().map(|frame| frame.name).collect::<Vec<_>>(), [Some("g"), Some("f"), None]);
    }
}

/// If fuel runs out in a callback of a host function, the run ends there; elsewhere the run can be resumed.
#[test]
fn slices_never_resume_below_a_function_of_the_host() {
    let source = "fn f(n) { var s = 0; for (var i = 0; i < n; i = i + 1) { s = s + i; } return s; }
        var s = 0; for (var i = 0; i < 40; i = i + 1) { s = s + apply(f, 3); } print s;";
    for slice in [1, 2, 3, 7, 50, 1000] {
        for mut vm in machines(Options::new()) {
            let script = vm.load(source, Dialect::Siskin).expect("no errors");
            vm.start(script).expect("memory");
            let interrupt = AtomicBool::new(false);
            let mut output = Lines(String::new(), &interrupt);
            loop {
                match vm.run(Some(slice), &mut HostIo::new(&mut output)) {
                    Outcome::OutOfFuel => {}
                    Outcome::Done => {
                        assert_eq!(output.0, "120\n", "in slices of {slice}");
                        break;
                    }
                    Outcome::Error(error) => {
                        assert_eq!(error.kind(), ErrorKind::Fuel, "{error} in slices of {slice}");
                        break;
                    }
                    outcome => panic!("{outcome:?}"),
                }
            }
        }
    }
}
