//! Globals whose values machine code contains.

use siskin::inspect::{NativeState, ValueKind, ValueView};
use siskin::{Dialect, HostIo, NativeStats, Outcome, SYSTEM, Vm, native};
use siskin_core::testing::{Kept, Nothing};

use super::{AT_ONCE, run_to};

/// Runs scripts one after the other in one VM, with or without machine code.
fn one_after_the_other(machine_code: bool, sources: &[&str]) -> (String, NativeStats) {
    let mut vm = Vm::new(SYSTEM, AT_ONCE).expect("memory");
    if machine_code {
        native::install(&mut vm).expect("machine code");
    }
    let mut output = Kept::default();
    for source in sources {
        assert_eq!(run_to(&mut vm, source, &mut output), "Done");
    }
    (output.into_text(), vm.native_stats())
}

/// Machine code contains the value of a global that is never assigned, until it is assigned.
#[test]
fn code_is_made_anew_when_a_global_changes() {
    let users = "var scale = 2; class A { value() { return scale; } }
        fun one() { return scale; } fun twice() { return one() + one(); }
        var object = A(); fun other() { return object.value(); }
        print one(); print twice(); print other();";
    let uses = "print one(); print twice(); print other();";
    let change_type = "fun set() { scale = 0.5; } set();";
    let redefine = "fun one() { return \"redefined\"; }";
    for scripts in [
        &[users, "scale = 3;", uses][..],
        &[users, change_type, uses],
        &[users, "var scale = nil;", "print one(); print other();"],
        &[users, redefine, uses, "var object = A();", "scale = object; print other() == object;"],
        &[
            "var n = clock; fun f() { return clock; } print f() == n; fun clock() { return 7; } print f()(); print n();",
        ],
    ] {
        let interpreted = one_after_the_other(false, scripts).0;
        let (compiled, stats) = one_after_the_other(true, scripts);
        assert_eq!(compiled, interpreted, "{scripts:?}");
        assert!(stats.compiled > 1, "{stats:?}");
    }
}

/// A change gives up the code that contains the global, however many changes there were before, and no other code.
#[test]
fn a_change_gives_up_the_code_that_contains_the_global() {
    let mut vm = Vm::new(SYSTEM, AT_ONCE).expect("memory");
    native::install(&mut vm).expect("machine code");
    let mut output = Kept::default();
    let mut run = |vm: &mut Vm, source: &str| run_to(vm, source, &mut output);
    for index in 0..1200 {
        let uses =
            format!("var g{index} = {index}; fun f{index}() {{ return g{index}; }} f{index}(); f{index}();");
        assert_eq!(run(&mut vm, &uses), "Done");
        let changes = format!("g{index} = nil; if (f{index}() != nil) print {index};");
        assert_eq!(run(&mut vm, &changes), "Done");
    }
    let users = "var last = 1; fun f() { return last; } fun other() { return 3; }
        for (var i = 0; i < 9; i = i + 1) { f(); other(); }";
    assert_eq!(run(&mut vm, users), "Done");
    assert_eq!((has_code(&vm, "f"), has_code(&vm, "other")), (true, true));
    assert_eq!(run(&mut vm, "last = 2;"), "Done");
    assert_eq!((has_code(&vm, "f"), has_code(&vm, "other")), (false, true));
    assert_eq!(run(&mut vm, "for (var i = 0; i < 9; i = i + 1) f(); print f();"), "Done");
    assert!(has_code(&vm, "f"));
    assert_eq!(output.into_text(), "2\n");
}

fn has_code(vm: &Vm, name: &str) -> bool {
    match vm.global_value(name).map(ValueView::kind) {
        Some(ValueKind::Function(function)) => matches!(function.native(), NativeState::Compiled { .. }),
        other => panic!("{other:?}"),
    }
}

/// A host may give a global another value, too, which no loaded code says.
#[test]
fn code_follows_globals_that_the_host_sets() {
    for machine_code in [false, true] {
        let mut vm = Vm::new(SYSTEM, AT_ONCE.gc_stress(true)).expect("memory");
        if machine_code {
            native::install(&mut vm).expect("machine code");
        }
        let mut seen = Vec::new();
        let script = vm.load("\"first\" + \" value\"", Dialect::Siskin).expect("no errors");
        vm.start(script).expect("memory");
        let mut run = |vm: &mut Vm, source: &str| {
            if !source.is_empty() {
                let script = vm.load(source, Dialect::Siskin).expect("no errors");
                vm.start(script).expect("memory");
            }
            let mut output = Kept::default();
            let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
            assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
            seen.push(vm.result().to_string());
        };
        run(&mut vm, "");
        vm.bind_result("it").expect("memory");
        run(&mut vm, "fn f() { it } f(); f(); f(); f(); f()");
        for second in ["\"second\" + \" value\"", "3"] {
            run(&mut vm, second);
            vm.bind_result("it").expect("memory");
            run(&mut vm, "f(); f(); f(); f(); f()");
        }
        let expected = ["first value", "first value", "second value", "second value", "3", "3"];
        assert_eq!(seen, expected, "{machine_code}");
    }
}
