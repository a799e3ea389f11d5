//! Inlining: callees that are compiled in place of their calls.

use siskin::{SYSTEM, Vm, native};
use siskin_core::inspect::ValueKind;

use super::{AT_ONCE, WARM, compiled, in_slices, interpreted, run};

/// Calls of capturing closures and of classes do the same as interpreted, wherever their code is left.
#[test]
fn closures_and_initializers_are_inlined_as_they_are_called() {
    let counter = "fun counter(from) { var n = from; fun next() { n = n + 1; return n; } return next; }
        fun adder(by) { fun add(x) { return x + by; } return add; }
        fun each(f, turns) { var last; for (var i = 0; i < turns; i = i + 1) last = f(); return last; }
        fun all(f, turns) { var sum = 0; for (var i = 0; i < turns; i = i + 1) sum = f(sum); return sum; }";
    let class =
        "class Plain {} class Tiny { init() {} } class Pair { init(a, b) { this.a = a; this.b = b; } }
        class Sum { init(a, b) { this.sum = a + b; } }
        class Odd { init(a) { if (a) return; this.a = a; } }
        fun make(of, a, b, turns) { var p; for (var i = 0; i < turns; i = i + 1) p = of(a, b); return p; }
        fun plain(of, turns) { var p; for (var i = 0; i < turns; i = i + 1) p = of(); return p; }";
    for (source, is_error) in [
        // An int that overflows, other kinds, errors.
        (
            "print each(counter(0), 90); print each(counter(2147483600), 90); print each(counter(0.5), 9);",
            false,
        ),
        ("print all(adder(1), 90); print all(adder(2147483600), 90); print all(adder(0.5), 90);", false),
        ("print each(counter(0), 90); each(counter(nil), 90);", true),
        ("print all(adder(1), 90); print all(adder(\"x\"), 9);", true),
        // Other callees at the same site.
        ("print each(counter(0), 90); print each(clock, 90); print each(adder(1), 90);", true),
        ("print each(counter(0), 90); print each(Plain, 90); print each(adder, 90);", true),
        ("print plain(Plain, 90); print plain(Tiny, 90); print plain(Plain, 90); plain(Pair, 90);", true),
        ("print plain(Tiny, 90); print plain(Plain, 90); print plain(counter(3), 90); plain(7, 90);", true),
        ("var p = make(Pair, 1, 2, 90); print p.a + p.b; print make(Sum, 1, 2, 90).sum;", false),
        (
            "print make(Sum, 1, 2, 90).sum; print make(Sum, \"a\", \"b\", 90).sum; make(Sum, 1, nil, 90);",
            true,
        ),
        ("make(Pair, 1, 2, 90); make(Plain, 1, 2, 90);", true),
        ("make(Pair, 1, 2, 90); make(Odd, 1, 2, 90);", true),
        // Each class has an initializer that captures.
        (
            "fun scale(by) { class C { init(a, b) { this.c = a * b * by; } } return C; }
          print make(scale(2), 3, 4, 90).c; print make(scale(3), 3, 4, 90).c;",
            false,
        ),
        // A global that is a class, and becomes another.
        (
            "fun f(turns) { var p; for (var i = 0; i < turns; i = i + 1) p = Sum(i, 1); return p.sum; }
          print f(90); print f(90); Sum = Pair; print f(90);",
            true,
        ),
    ] {
        let source = format!("{counter} {class} {source}");
        for options in [AT_ONCE, WARM, WARM.gc_stress(true)] {
            let (ran, stats) = compiled(options, &source);
            assert_eq!(ran, interpreted(options, &source), "{source}");
            assert_eq!(ran.end != "Done", is_error, "{}", ran.end);
            assert!(stats.compiled > 0);
        }
        if !is_error {
            let mut vm = Vm::new(SYSTEM, WARM).expect("memory");
            native::install(&mut vm).expect("machine code");
            let mut other = Vm::new(SYSTEM, WARM).expect("memory");
            assert_eq!(in_slices(&mut vm, &source), in_slices(&mut other, &source), "{source}");
        }
    }
}

/// A call of an inlined callee costs as much fuel, and needs as much stack, as any other.
#[test]
fn inlined_calls_are_calls() {
    let source = "fun leaf(a, b, c) { return a * b + c; }
        fun down(n) { print leaf(n, 2, 1); return down(n + 1); }
        fun main() {
            var n = 0;
            for (var i = 0; i < 300; i = i + 1) n = leaf(n, 0.5, i);
            print n;
            down(0);
        }
        main();";
    for max_frames in 1..40 {
        let options = WARM.max_frames(max_frames);
        assert_eq!(compiled(options, source).0, interpreted(options, source), "{max_frames} frames");
    }
}

/// Whether the call in `main` would be inlined by a compilation after the script has run.
fn inlinable_after(source: &str) -> bool {
    let mut vm = Vm::new(SYSTEM, WARM).expect("memory");
    native::install(&mut vm).expect("machine code");
    let ran = run(&mut vm, source);
    assert_eq!(ran, interpreted(WARM, source));
    let Some(ValueKind::Function(main)) = vm.global_value("main").map(|value| value.kind()) else {
        panic!("no main")
    };
    let unit = main.unit();
    let callee =
        (0..unit.words().len() as u32).find_map(|word| unit.callee(word)).expect("a call that was seen");
    callee.inlinable
}

/// An inlined callee that keeps leaving its code for slow paths is called again; one whose new code avoids them is not.
#[test]
fn what_is_no_use_inline_is_called_again() {
    let main = "fun main(a, b) {
            var x = 1; var y = 1;
            for (var i = 0; i < 12000; i = i + 1) { f(x, y); if (i == 3000) { x = a; y = b; } }
        }";
    let sum = "fun f(a, b) { return a + b; }";
    assert!(inlinable_after(&format!("{sum} {main} main(1, 2);")));
    assert!(inlinable_after(&format!("{sum} {main} main(2147483647, 1);")));
    assert!(inlinable_after(&format!("{sum} {main} main(0.5, 1);")));

    let many_shapes = "class O {} fun f(o) { return o.x; }
        fun make(n) {
            var o = O();
            if (n > 0) o.a = 1; if (n > 1) o.b = 1; if (n > 2) o.c = 1; if (n > 3) o.d = 1;
            o.x = n;
            return o;
        }
        fun main() {
            var o = O(); o.x = 1; var n = 0;
            for (var i = 0; i < 12000; i = i + 1) {
                f(o);
                if (i > 3000) { n = n + 1; if (n > 4) n = 0; o = make(n); }
            }
        }
        main();";
    assert!(inlinable_after(many_shapes));

    let bound_methods = "class O {} class P { x() {} } fun f(o) { return o.x; }
        fun main() {
            var o = O(); o.x = 1;
            for (var i = 0; i < 12000; i = i + 1) { f(o); if (i == 3000) o = P(); }
        }
        main();";
    assert!(!inlinable_after(bound_methods));
}

/// A callee that was seen to add strings is not inlined: that would save nothing.
#[test]
fn callees_that_add_strings_are_called() {
    let source = "fun f(a, b) { return a + b; }
        fun main() { for (var i = 0; i < 3000; i = i + 1) f(\"a\", \"b\"); }
        main();";
    let (ran, stats) = compiled(WARM, source);
    assert_eq!(ran, interpreted(WARM, source));
    assert_eq!(stats.compiled, 2, "{stats:?}");
}
