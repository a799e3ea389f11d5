//! Machine code in a VM: what it costs, what it does without memory of either kind, and what the system sees of it.
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

use std::cell::Cell;

use siskin::diagnostics::Traceback;
use siskin::platform::{CodeError, CodeMemory, CodeSpan, Output, OutputError};
use siskin::{Dialect, HostIo, NativeStats, Options, Outcome, SYSTEM, Vm, native};
use siskin_core::inspect::ValueKind;
use siskin_core::testing::{self, End, Kept, Moody, Nothing, PROGRAMS, run_in};
use siskin_core::tier::Bail;
use siskin_hosted::{HostedCode, NullCode};
use siskin_jit::{Isa, Jit, assemble};

/// Everything is compiled before it runs.
const AT_ONCE: Options = Options::new().hot(0);

/// What gets warm is compiled soon, after it was sampled.
const WARM: Options = AT_ONCE.hot(20);

/// How a script went.
#[derive(Debug, PartialEq)]
struct Ran {
    output: String,
    /// How it ended, with the trace.
    end: String,
    fuel: u64,
}

fn run(vm: &mut Vm, source: &str) -> Ran {
    let mut output = Kept::default();
    let end = run_to(vm, source, &mut output);
    Ran { output: output.into_text(), end, fuel: vm.stats().fuel }
}

fn run_to(vm: &mut Vm, source: &str, output: &mut dyn Output) -> String {
    let script = vm.load(source, Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    match vm.run(None, &mut HostIo::new(output).clock(&Nothing)) {
        Outcome::Error(error) => Traceback { message: error.message(), vm }.to_string(),
        outcome => format!("{outcome:?}"),
    }
}

fn interpreted(options: Options, source: &str) -> Ran {
    run(&mut Vm::new(SYSTEM, options).expect("memory"), source)
}

fn compiled(options: Options, source: &str) -> (Ran, NativeStats) {
    let mut vm = Vm::new(SYSTEM, options).expect("memory");
    native::install(&mut vm).expect("machine code");
    let ran = run(&mut vm, source);
    (ran, vm.native_stats())
}

/// The same with code memory of the test's choice.
fn compiled_into<C: CodeMemory + 'static>(
    options: Options,
    make: fn() -> Result<C, CodeError>,
    source: &str,
) -> (Ran, NativeStats) {
    let mut vm = Vm::new(SYSTEM, options).expect("memory");
    let jit = Jit::new(make, vm.mem());
    vm.install_tier(jit).expect("memory");
    let ran = run(&mut vm, source);
    (ran, vm.native_stats())
}

/// Runs scripts one after the other in one VM, with machine code or without.
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

/// Machine code contains the values of globals that nothing assigns, until something does.
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

/// Code is given up for globals that change again and again only so often; then it loads them.
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

/// What calls of closures that capture and of classes do, whichever way their code is left.
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

/// Whichever way a turn of a loop leaves the code, it costs one unit.
#[test]
fn a_loop_whose_code_is_given_up_costs_no_more() {
    let source = "fun f(limit) { var n = 0; while (n < limit) n = n + 1; return n; }
        fun g(limit) { for (var n = 0; n < limit; n = n + 0.5) {} return limit; }
        fun next(n) { return n + 1; }
        fun h(limit) { var n = 0; while (n < limit) n = next(n); return n; }
        print f(2000.5); print f(2000); print g(2000.5); print g(2000); print h(2000.5); print h(2000);";
    let (ran, stats) = compiled(AT_ONCE, source);
    assert_eq!(ran, interpreted(AT_ONCE, source));
    assert!(stats.compiled > 5, "nothing was compiled again: {stats:?}");
}

/// A call whose callee is inlined costs as much, and needs as much room, as any other.
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

/// Most slices end without a sample: the call that finds its slice empty is made all the same.
#[test]
fn calls_are_made_where_a_slice_ends() {
    let source =
        "class A { get() { return 1; } sum(n) { if (n == 0) return 0; return 1 + this.sum(n - 1); } }
        class B < A { get() { return super.get() + 1; } }
        class C { init(n) { this.n = n; } }
        class D {}
        fun one() { return 1; }
        fun main(k) {
            var a = A(); var b = B(); var bound = a.get; var t = 0;
            for (var i = 0; i < k; i = i + 1) {
                t = t + a.get() + b.get() + a.sum(2) + bound() + one() + C(3).n;
                D();
            }
            return t;
        }
        print main(30000);";
    for options in [AT_ONCE, WARM] {
        let (ran, stats) = compiled(options, source);
        assert_eq!(ran, interpreted(options, source));
        assert_eq!(ran.output, "300000\n");
        assert!(stats.compiled >= 3, "{stats:?}");
    }
}

/// A class gets roomier instances when its first ones outgrow theirs. A collection for space that is left unfinished on the
/// way is none of the script's business: machine code goes on, and returns to frames that were scanned.
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

/// Compiling takes milliseconds for thousands of words: what gets hot at once is compiled bit by bit.
#[test]
fn long_functions_that_get_hot_together_are_compiled_one_by_one() {
    let add = "a = a + 1; ".repeat(1500);
    let functions: String = (0..9).map(|n| format!("fn f{n}(a) {{ {add} return a; }}\n")).collect();
    let calls: String = (0..9).map(|n| format!("t = t + f{n}(0); ")).collect();
    let source = format!("{functions} var t = 0; for (var k = 0; k < 40; k = k + 1) {{ {calls} }} print t;");
    let mut vm = Vm::new(SYSTEM, WARM).expect("memory");
    native::install(&mut vm).expect("machine code");
    let script = vm.load(&source, Dialect::Siskin).expect("no errors");
    vm.start(script).expect("memory");
    let (mut output, mut compiled) = (Kept::default(), 0);
    while let Outcome::OutOfFuel = vm.run(Some(1), &mut HostIo::new(&mut output).clock(&Nothing)) {
        let more = vm.native_stats().compiled - compiled;
        // Five fit, and the script may be there, too.
        assert!(more <= 6, "{more} at once");
        compiled += more;
    }
    assert!(output.0 == b"540000\n" && compiled >= 9, "{compiled}");
}

/// A turn may be too long for samples to see all of it: what the code was not made for is learned when it happens.
#[test]
fn long_turns_are_compiled_anew_once() {
    let sums = "t = t + far(k); ".repeat(12);
    let source = format!(
        "fun far(k) {{ for (var i = 0; i < k; i = i + 8) {{}} return k; }}
        fun main() {{ var t = 2147400000; for (var k = 0; k < 400; k = k + 1) {{ {sums} }} print t; }}
        main();"
    );
    let (ran, stats) = compiled(WARM, &source);
    assert_eq!(ran, interpreted(WARM, &source));
    assert_eq!(stats.compiled, 3, "{stats:?}");
}

/// Strings that are put together cost code no patience.
#[test]
fn texts_are_expected_where_they_were_seen() {
    let source =
        "fun repeat(text, n) { var all = \"\"; for (; n > 0; n = n - 1) all = all + text; return all; }
        fun twice(x) { return x + x; }
        print twice(1); print twice(\"a\");
        for (var k = 0; k < 3000; k = k + 1) { twice(k); twice(\"b\"); }
        print repeat(\"ab\", 4000) == repeat(\"abab\", 2000);
        print twice(\"c\") + twice(\"d\"); print repeat(nil, 2);";
    let (ran, stats) = compiled(WARM, source);
    assert_eq!(ran, interpreted(WARM, source));
    assert_eq!(stats.compiled, 3, "{stats:?}");
}

/// What a script prints when it gets three units of fuel at a time, in how many slices, and what it spent.
fn in_slices(vm: &mut Vm, source: &str) -> (String, u32, u64) {
    let script = vm.load(source, Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let (mut output, mut slices) = (Kept::default(), 0);
    while let Outcome::OutOfFuel = vm.run(Some(3), &mut HostIo::new(&mut output).clock(&Nothing)) {
        slices += 1;
    }
    (output.into_text(), slices, vm.stats().fuel)
}

/// Adding strings charges for what it copies, needs memory, and may have to wait for either.
#[test]
fn adding_strings_stops_and_goes_on() {
    let source =
        "fun repeat(text, n) { var all = \"\"; for (; n > 0; n = n - 1) all = all + text; return all; }
        var word = repeat(\"siskin\", 30); print repeat(word, 300) == repeat(word + word, 150);";
    let interpreted_vm = Vm::new(SYSTEM, WARM).expect("memory");
    let mut vm = Vm::new(SYSTEM, WARM).expect("memory");
    native::install(&mut vm).expect("machine code");
    let [(ran, _), (native, stats)] =
        [interpreted_vm, vm].map(|mut vm| (in_slices(&mut vm, source), vm.native_stats()));
    assert_eq!(native, ran);
    assert!(ran.1 > 500 && stats.compiled > 0, "{ran:?}, {stats:?}");

    let endless = "fun grow(text) { while (true) text = text + text; } grow(\"siskin\");";
    let small = WARM.memory(1 << 20);
    let (ran, stats) = compiled(small, endless);
    assert_eq!(ran.end, interpreted(small, endless).end);
    assert!(ran.end.starts_with("Out of memory"), "{}", ran.end);
    assert_eq!(stats.bailed, 0, "{stats:?}");
}

/// What costs many units stops in the middle and goes on, at the same cost in each tier.
#[test]
fn bulk_work_costs_the_same_in_each_tier() {
    let name = "n".repeat(300);
    let methods: String = (0..70).map(|n| format!("m{n}() {{}} ")).collect();
    let fields: String = (0..200).map(|n| format!("o.f{n} = i; ")).collect();
    let source = format!(
        "fun grown(s) {{ for (var i = 0; i < 8; i = i + 1) s = s + s; return s; }}
        fun declared() {{ class {name} {{ {methods} }} return {name}; }}
        fun filled(o, i) {{ {fields} return o; }}
        fun {name}(text, i) {{
            var {name} = declared();
            class B < {name} {{}}
            var o = filled(B(), i);
            print {name}(); print {name}; print o.m0;
            var longer = text + text; var other = \"_\" + text;
            if (longer == text + other) print \"equal\";
            return longer == text + text;
        }}
        for (var i = 0; i < 30; i = i + 1) print {name}(grown(\"sixteen letters.\"), i);
        print {name};"
    );
    let interpreted_vm = Vm::new(SYSTEM, WARM).expect("memory");
    let mut vm = Vm::new(SYSTEM, WARM).expect("memory");
    native::install(&mut vm).expect("machine code");
    let [(ran, _), (native, stats)] =
        [interpreted_vm, vm].map(|mut vm| (in_slices(&mut vm, &source), vm.native_stats()));
    assert!(native == ran);
    assert!(ran.1 > 5000 && stats.compiled > 0, "{} {stats:?}", ran.1);
    let whole = compiled(WARM, &source).0;
    assert_eq!((&whole.output, whole.fuel), (&ran.0, ran.2));
    assert_eq!(whole, interpreted(WARM, &source));
}

/// A product that is zero is an int, unless a factor is negative: code that expects ints is not left for it.
#[test]
fn products_may_be_zero() {
    let source = "fun sum(n, m) { var s = 0; for (var i = 0; i < n; i = i + 1) s = s + i * m; return s; }
        var s = 0; for (var k = 0; k < 2000; k = k + 1) s = s + sum(10, k * 0);
        print s; print 1 / (s * -1); print 1 / (0 * sum(3, -1)); print sum(3, 1) * 0;";
    let (ran, stats) = compiled(WARM, source);
    assert_eq!(ran, interpreted(WARM, source));
    assert_eq!(ran.output, "0\n-inf\n-inf\n0\n");
    assert_eq!((stats.compiled, stats.bailed), (2, 0), "{stats:?}");
}

/// Whether the call in `main` of a script that has run is to be inlined from here on.
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

/// An inlined callee that turns out to need what is not inline is called again; one that learns is not.
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
    assert!(!inlinable_after(many_shapes));
}

/// Where a callee was seen to add strings, inlining it would be of no use.
#[test]
fn callees_that_add_strings_are_called() {
    let source = "fun f(a, b) { return a + b; }
        fun main() { for (var i = 0; i < 3000; i = i + 1) f(\"a\", \"b\"); }
        main();";
    let (ran, stats) = compiled(WARM, source);
    assert_eq!(ran, interpreted(WARM, source));
    assert_eq!(stats.compiled, 2, "{stats:?}");
}

/// A loop without an end may be the last thing in a function.
#[test]
fn nothing_need_follow_a_loop() {
    let source = "fun f(n) { while (true) { n = n + 1; if (n > 100) return n; } }
        fun g(n) { while (true) {} }
        print f(0); g(0);";
    for isa in [Isa::X64, Isa::A64] {
        let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory");
        let script = vm.load(source, Dialect::Siskin).expect("no errors");
        for (_, unit) in vm.units(&script).expect("memory") {
            assemble(&unit, isa).unwrap_or_else(|why| panic!("{:?}: {why}", unit.name()));
        }
    }
}

/// Runs a program with the requests of some numbers refused; true if none of them was made.
fn survives(source: &str, from: usize, to: usize, options: Options, whole: &End) -> bool {
    let alloc = Moody::refusing(from, to);
    let end = match Vm::new(alloc, options) {
        Err(_) => End::OutOfMemory,
        // Without memory for the tier, the program runs all the same.
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

/// Where the code ends up is the system's choice, but not how much there is room for.
#[test]
fn a_full_code_cache_leaves_the_rest_interpreted() {
    let (ran, stats) = compiled_into(AT_ONCE, || HostedCode::new(4096), MANY_FUNCTIONS);
    assert_eq!(ran, interpreted(AT_ONCE, MANY_FUNCTIONS));
    assert!(stats.compiled > 0 && stats.bailed > 0, "{stats:?}");
    assert_eq!(stats.full, stats.bailed);
    assert!(stats.code <= 4096, "{stats:?}");
    assert_eq!(stats.last_bail, Some(Bail::Code(CodeError::Full)));
}

thread_local! {
    /// How often this thread's code memory was sealed, and how often it may be.
    static SEALS: Cell<(u32, u32)> = const { Cell::new((0, u32::MAX)) };
}

/// Code memory that counts its seals.
struct Sealed(HostedCode);

// SAFETY: all is left to the memory inside, but for a refusal to seal it, which leaves it as it is when the system
// refuses: nothing was run of it since it was opened.
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

/// Twelve functions that get hot in one turn of a loop.
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

/// Each seal is several calls of the system.
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
    // Where it is allowed, there is nothing to be done for the next such program.
    SEALS.set((0, u32::MAX));
    let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory");
    vm.install_tier(Jit::new(|| HostedCode::new(1 << 20).map(Sealed), vm.mem())).expect("memory");
    for _ in 0..3 {
        vm.load(&source, Dialect::Lox).expect("no errors");
        assert_eq!(SEALS.get().0, 1);
    }
}

/// Code of functions that died makes room for others.
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

/// What a VM keeps for code that was freed long ago is nothing.
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
    // By then the heap is as large as it gets between collections, give or take a block of pages.
    let (early, few) = used_after(1000);
    let (late, many) = used_after(10_000);
    let each = late.saturating_sub(early) / (many - few) as usize;
    assert!(each < 20, "{each} bytes for each that was compiled");
}

#[test]
fn machine_code_counts_as_memory() {
    let functions: String =
        (0..40).map(|n| format!("fun f{n}(a, b) {{ return a * b + b * a - a; }} f{n}(2, 3);\n")).collect();
    let counting = Moody::new();
    let mut vm = Vm::new(counting, AT_ONCE).expect("memory");
    native::install(&mut vm).expect("machine code");
    run(&mut vm, &functions);
    let (code, used) = (vm.native_stats().code, vm.mem().usage().used);
    assert!(code > 10_000, "{code} bytes of code");
    assert_eq!(used, counting.bytes() + code);

    // There is room for half of it.
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

/// Where there is memory for the code that all functions share, and none to compile a function, too.
#[test]
fn machine_code_counts_as_memory_from_its_first_byte() {
    let source = format!("fun f(a) {{ {} return a; }} f(1);", "a = a * 2 - a;".repeat(40));
    let mut tight = 0;
    for more in (0..40 << 10).step_by(256) {
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

/// A collection for space does not wait for machine code to be left, which it cannot be before the collection ends.
#[test]
fn memory_runs_out_below_many_frames_of_machine_code() {
    // More registers than the collector scans in one go while machine code is active, and no room for twice as many.
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

/// A thread's stack need not be as deep as the script's.
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

/// Looks at the pages of the process whenever something is printed.
#[cfg(target_os = "linux")]
#[derive(Default)]
struct Watch {
    looks: u32,
    /// Executable pages of no file.
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

/// `print` is called by machine code, of a function that was compiled while others were active.
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
