//! Roots that are scanned in steps keep their objects alive, whatever the script does between the steps, in each tier.
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

use std::fmt::Write;

use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm, native};
use siskin_core::testing::{Kept, Nothing};

/// The output of a script, interpreted and compiled. Asserts that there were collections.
fn printed(source: &str, dialect: Dialect) -> String {
    let [interpreted, compiled] = [false, true].map(|compile| {
        let options = Options::new().max_frames(100_000).hot(0);
        let mut vm = Vm::new(SYSTEM, options).expect("memory");
        if compile {
            native::install(&mut vm).expect("machine code");
        }
        let script = vm.load(source, dialect).expect("no errors");
        vm.start(script).expect("memory");
        let mut output = Kept::default();
        let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
        assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        let stats = vm.stats().heap;
        assert!(stats.young + stats.full > 5, "{stats:?}");
        assert_eq!(vm.native_stats().compiled > 0, compile);
        output.into_text()
    });
    assert_eq!(interpreted, compiled);
    compiled
}

const NODE: &str = "class N { init(n) { this.n = n; } }
    fun junk(n) { var x = nil; for (var i = 0; i < n; i = i + 1) x = N(i); return x; }\n";

#[test]
fn globals_beyond_the_first_thousands_hold_what_is_stored_while_others_are_scanned() {
    let mut source = NODE.to_string();
    for index in 0..9_000 {
        writeln!(source, "var g{index} = nil;").expect("a string takes it");
    }
    let stored = [1, 4_000, 4_095, 4_096, 4_097, 6_000, 8_999];
    let stores: String = stored.iter().map(|index| format!("g{index} = N(g{index}); ")).collect();
    writeln!(
        source,
        "fun store() {{ {stores} }} for (var i = 0; i < 4000; i = i + 1) {{ store(); junk(50); }}"
    )
    .expect("a string takes it");
    source += "fun length(l) { var n = 0; while (l != nil) { n = n + 1; l = l.n; } return n; }";
    for index in stored {
        writeln!(source, "print length(g{index});").expect("a string takes it");
    }
    // These are defined when the scan may be past them.
    for index in 0..300 {
        writeln!(source, "var h{index} = N({index}); junk(300);").expect("a string takes it");
    }
    source += "print h0.n + h150.n + h299.n;";
    // In Lox, a function has at most 256 constants.
    assert_eq!(printed(&source, Dialect::Siskin), "4000\n".repeat(stored.len()) + "449\n");
}

#[test]
fn frames_hold_their_registers_while_calls_return_and_others_begin() {
    let source = NODE.to_string()
        + "fun down(d, junks) {
             var a = N(d); var b = N(a); junk(junks);
             if (d > 0) { var sum = down(d - 1, junks); junk(junks); var c = N(sum); return c.n + b.n.n - a.n + 1; }
             return 0;
           }
           // Deep recursion, with returns that end far below, and shallow recursion within deep.
           print down(9000, 3);
           fun saw(d) { if (d == 0) return 0; var a = N(d); down(d - 50 * (d / 50), 20); var r = saw(d - 1); return r + a.n / d; }
           print saw(6000);
           fun wide(d) { var s = \"x\"; if (d > 0) { s = wide(d - 1) + \"y\"; } junk(2); return s; }
           var s = wide(5000); var t = \"x\"; for (var i = 0; i < 5000; i = i + 1) t = t + \"y\"; print s == t;
           class M { init(d) { this.d = d; this.next = nil; if (d > 0) { this.next = M(d - 1); junk(4); } } }
           var m = M(7000); var n = 0; while (m != nil) { n = n + m.d; m = m.next; } print n;";
    assert_eq!(printed(&source, Dialect::Lox), "9000\n6000\ntrue\n24503500\n");
}

#[test]
fn a_script_that_fails_in_a_deep_frame_is_traced_and_another_runs() {
    let source = NODE.to_string()
        + "fun deep(n) { var a = N(n); junk(10); if (n == 0) return missing; return deep(n - 1); } deep(20000);";
    for compile in [false, true] {
        let options = Options::new().max_frames(100_000).hot(0);
        let mut vm = Vm::new(SYSTEM, options).expect("memory");
        if compile {
            native::install(&mut vm).expect("machine code");
        }
        for _ in 0..3 {
            let script = vm.load(&source, Dialect::Lox).expect("no errors");
            vm.start(script).expect("memory");
            let mut output = Kept::default();
            let mut host = HostIo::new(&mut output).clock(&Nothing);
            // In slices, so that frames are scanned in the middle of a script, too.
            let outcome = loop {
                match vm.run(Some(50_000), &mut host) {
                    Outcome::OutOfFuel => assert!(vm.trace().all(|frame| (1..=3).contains(&frame.line))),
                    outcome => break outcome,
                }
            };
            assert!(matches!(outcome, Outcome::Error(_)), "{outcome:?}");
            let lines: Vec<_> = vm.trace().map(|frame| frame.line).collect();
            assert_eq!(lines, vec![3; 20_002]);
        }
    }
}
