//! Machine code in a VM: it does the same as the interpreter, at the same cost, and copes without memory.
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

mod coverage;
mod eviction;
mod globals;
mod inlining;
mod memory;

use siskin::diagnostics::Traceback;
use siskin::platform::{CodeError, CodeMemory, Output};
use siskin::{Dialect, HostIo, NativeStats, Options, Outcome, SYSTEM, Vm, native};
use siskin_core::testing::{Kept, Nothing};
use siskin_jit::{Isa, Jit, assemble};

/// Everything is compiled before it runs.
const AT_ONCE: Options = Options::new().hot(0);

/// What gets warm is compiled soon, after it was sampled.
const WARM: Options = AT_ONCE.hot(80);

/// The result of a script.
#[derive(Debug, PartialEq)]
struct Ran {
    output: String,
    /// Its end, with the trace.
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

/// An iteration costs one unit, wherever it leaves machine code.
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

/// Machine code leaves for each call of a cold function, and its caller is interpreted for a while then.
#[test]
fn a_compiled_loop_over_cold_functions_does_the_same() {
    let make = |n: usize| format!("fun make{n}() {{ fun f(x) {{ return x + {n}; }} add(f); }} make{n}();\n");
    let fill = |part: usize| {
        let makes: String = (part..part + 50).map(make).collect();
        format!("fun fill{part}() {{ {makes} }} fill{part}();\n")
    };
    let source = format!(
        "class Node {{ init(f, next) {{ this.f = f; this.next = next; }} }}
        var head = nil; fun add(f) {{ head = Node(f, head); }}
        {}
        fun round() {{ var s = 0; var n = head; while (n != nil) {{ var f = n.f; s = s + f(1); n = n.next; }} return s; }}
        for (var i = 0; i < 30; i = i + 1) print round();",
        (0..1000).step_by(50).map(fill).collect::<String>()
    );
    // The functions themselves get hot late, early, or with their caller.
    for hot in [4000, 60, 20, 0] {
        let options = Options::new().hot(hot);
        let (ran, stats) = compiled(options, &source);
        assert_eq!(ran, interpreted(options, &source), "{hot}");
        assert!(stats.compiled >= 1 && (hot == 4000 || stats.compiled > 1000), "{hot}: {stats:?}");
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

/// Compiling thousands of words takes milliseconds, so functions that get hot together are compiled one by one.
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
        // Five functions fit, and perhaps the script.
        assert!(more <= 6, "{more} at once");
        compiled += more;
    }
    assert!(output.0 == b"540000\n" && compiled >= 9, "{compiled}");
}

/// An iteration may be too long for samples to cover. The code is made again for operands that they missed, when these
/// occur.
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

/// Adding strings does not use up the bailout budget of code.
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

/// The output of a script that gets three units of fuel at a time, the number of slices, and the fuel spent.
fn in_slices(vm: &mut Vm, source: &str) -> (String, u32, u64) {
    let script = vm.load(source, Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let (mut output, mut slices) = (Kept::default(), 0);
    while let Outcome::OutOfFuel = vm.run(Some(3), &mut HostIo::new(&mut output).clock(&Nothing)) {
        slices += 1;
    }
    (output.into_text(), slices, vm.stats().fuel)
}

/// Adding strings charges fuel for the copied bytes and needs memory; it may have to stop for either.
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

/// An instruction that costs many units stops in the middle and continues, at the same cost in each tier.
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

/// A product of zero is an int unless a factor is negative, so code that expects ints is not left for it.
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

/// An endless loop may be the end of a function.
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
