//! Globals whose values machine code contains.

use siskin::{NativeStats, SYSTEM, Vm, native};
use siskin_core::testing::Kept;

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

/// After code was given up several times because a global changed, the next code loads the global.
#[test]
fn globals_that_change_again_and_again_are_loaded() {
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
    assert_eq!(run(&mut vm, "var last = 1; fun f() { return last; } f(); print f();"), "Done");
    let before = vm.native_stats().compiled;
    assert_eq!(run(&mut vm, "last = 2; print f();"), "Done");
    assert_eq!(output.into_text(), "1\n2\n");
    assert_eq!(vm.native_stats().compiled, before + 1, "only the script was compiled");
}
