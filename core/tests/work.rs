//! Fuel bounds the work of scripts: work is paid for before it is done, and continues where it stopped.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use siskin_core::platform::{HostIo, Output, OutputError};
use siskin_core::testing::{Kept, Moody, Nothing};
use siskin_core::{Dialect, Options, Outcome, Vm};

/// Strings of a little more than 2 MB: 32 slices of fuel and a part of one.
const LARGE: &str = "fun grown(text) { for (var i = 0; i < 17; i = i + 1) text = text + text; return text; }
    var a = grown(\"sixteen letters.\") + \"end\";
    var b = grown(\"sixteen letters.\") + \"end\";
    var c = grown(\"sixteen letters.\") + \"END\";
    var d = \"_\" + a; ";

fn started(source: &str, options: Options) -> Vm {
    let mut vm = Vm::new(Moody::new(), options).expect("memory");
    let script = vm.load(source, Dialect::Siskin).expect("no errors");
    vm.start(script).expect("memory");
    vm
}

/// The output and the fuel of a script that runs in slices. Between two slices the host collects.
fn sliced(source: &str, options: Options, slice: u64) -> (Vec<u8>, u64) {
    let mut vm = started(source, options);
    let mut output = Kept::default();
    loop {
        let before = vm.stats().fuel;
        let outcome = vm.run(Some(slice), &mut HostIo::new(&mut output).clock(&Nothing));
        let spent = vm.stats().fuel - before;
        assert!(spent <= slice, "{spent} of {slice}");
        match outcome {
            Outcome::Done => return (output.0, vm.stats().fuel),
            Outcome::OutOfFuel => assert_eq!(spent, slice),
            other => panic!("{other:?}"),
        }
        if vm.stats().fuel.is_multiple_of(5) {
            vm.collect();
        }
    }
}

#[test]
fn string_operations_cost_the_same_in_any_slices() {
    let uses = "print a == b; print a == c; if (a != c) print \"differ\"; print d != \"_\" + b; print d == a;
        print (a + c) == (b + c); print (d + \"_\") == (\"_\" + (a + \"_\")); print a; print d;";
    let source = format!("{LARGE}{uses}");
    let whole = sliced(&source, Options::default(), u64::MAX);
    let large = "sixteen letters.".repeat(1 << 17) + "end";
    let expected = format!("true\nfalse\ndiffer\nfalse\nfalse\ntrue\ntrue\n{large}\n_{large}\n");
    assert!(whole.0 == expected.as_bytes());
    for slice in [7_001, 16_384, 16_385, 100_000] {
        assert!(sliced(&source, Options::default(), slice) == whole, "{slice}");
    }
    assert!(sliced(&source, Options::new().gc_stress(true), 5_000) == whole);
}

#[test]
fn small_slices_cost_the_same_too() {
    let text = "0123456789".repeat(200);
    let name = "n".repeat(3_000);
    let fields: String = (0..300).map(|n| format!("o.f{n} = {n}; ")).collect();
    let methods: String = (0..300).map(|n| format!("m{n}() {{}} ")).collect();
    let locals: String = (0..200).map(|n| format!("var v{n} = {n}; ")).collect();
    let sum: String = (0..200).map(|n| format!("v{n} + ")).collect();
    for source in [
        format!("var a = \"{text}\" + \"!\"; a = a + \"{text}\"; a = a + a; print a; print a == a + \"\";"),
        format!("class {name} {{}} fun f{name}() {{}} print {name}; print {name}(); print f{name};"),
        format!("class A {{}} var o = A(); {fields} print o.f299;"),
        format!("class A {{ {methods} }} class B < A {{}} print B().m299;"),
        format!("{{ {locals} fun f() {{ return {sum} 0; }} print f(); }}"),
    ] {
        let whole = sliced(&source, Options::default(), u64::MAX);
        for slice in [1, 7, 64, 1000] {
            assert_eq!(sliced(&source, Options::default(), slice), whole, "{slice}: {source:.40}");
        }
        assert_eq!(sliced(&source, Options::new().gc_stress(true), 3), whole);
    }
}

#[test]
fn the_library_costs_the_same_in_any_slices() {
    for source in [
        "var b = Bytes(3000); b[7] = 1; let c = b.copy(); print b == c; c[2999] = 1; print b == c; print 9 in b;
            b.extend(c); print b.to_hex(); print b[5..4000].len(); for i in 0..300 { b.push(i % 256); } print b.len();
            print Bytes.from(0..200).to_text(); print \"é\".repeat(2000).to_bytes().to_text().len();",
        "let xs = List.filled(500, 0); for i in 0..500 { xs[i] = i; } let r = Random(5); r.shuffle(xs);
            print xs; print r.sample(xs, 9); print r.int(0..2 ** 40); print Random(\"a\".repeat(1000)).float();",
        "let text = \"[\" + \"{\\\"a\\\": [1.5, true, \\\"b\\\\n\\\"]}, \".repeat(40) + \"null]\";
            let value = json.parse(text); print value.len(); print json.print(value); print json.print(value, 2);
            try { json.parse(text + \"]\"); } catch e { print e; }
            print json.print(\"\\n\".repeat(1000)).len();",
    ] {
        let whole = sliced(source, Options::default(), u64::MAX);
        for slice in [1, 7, 64, 1000] {
            assert_eq!(sliced(source, Options::default(), slice), whole, "{slice}: {source:.40}");
        }
        assert_eq!(sliced(source, Options::new().gc_stress(true), 50), whole);
    }
}

#[test]
fn json_takes_linear_time() {
    let spent = |items: usize| {
        let source = format!(
            "let text = \"[\" + \"{{\\\"key\\\": [1, \\\"text\\\"]}},\".repeat({items}) + \"0]\"; json.print(json.parse(text));"
        );
        sliced(&source, Options::default(), u64::MAX).1
    };
    let (some, more) = (spent(500), spent(5_000));
    assert!(some > 5_000 && (9 * some..11 * some).contains(&more), "{some} {more}");
}

/// Free operations cost nothing; others cost a unit for each 64 bytes.
#[test]
fn bulk_work_is_charged_for() {
    let spent = |source: &str| {
        let mut vm = started(source, Options::default());
        let outcome = vm.run(None, &mut HostIo::new(&mut Kept::default()).clock(&Nothing));
        assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
        vm.stats().fuel
    };
    let name = "n".repeat(6_400);
    assert_eq!(spent(&format!("class {name} {{ {name}() {{}} }}")), 0, "names are hashed when loaded");
    assert_eq!(spent(&format!("class {name} {{}} print {name};")), 100);
    assert_eq!(spent(&format!("class {name} {{}} print {name}();")), 1 + 100);
    assert_eq!(spent(&format!("fun {name}() {{}} print {name};")), 100);
    assert_eq!(spent(&format!("class A {{ {name}() {{}} }} print A().{name};")), 1 + 100);
    assert_eq!(spent(&format!("print \"{name}\";")), 100);
    assert_eq!(spent(&format!("\"{name}\" == \"{name}\";")), 0, "one object");
    assert_eq!(spent(&format!("\"{name}\" + \"{name}\";")), 200);
    assert_eq!(
        spent("print 1; print nil; print clock; class A {} print A; print A(); var a = \"a\" + \"b\";"),
        1
    );
    assert_eq!(spent("Bytes(6400);"), 1 + 100);
    assert_eq!(spent("let b = Bytes(6400); b == Bytes(6400);"), 2 * (1 + 100) + 100);
    assert_eq!(spent("math.sqrt(2); math.pi;"), 1);
    // Tables double when they hold 4, 8, ... entries, of 16 bytes.
    let methods = |count| (0..count).map(|n| format!("m{n}() {{}} ")).collect::<String>();
    assert_eq!(spent(&format!("class A {{ {} }}", methods(4))), 0);
    assert_eq!(spent(&format!("class A {{ {} }}", methods(64))), 0);
    assert_eq!(spent(&format!("class A {{ {} }}", methods(1000))), 1000 - 64);
    assert_eq!(
        spent(&format!("class A {{ {} }} class B < A {{ {} }}", methods(70), methods(70))),
        6 + 70,
        "a method that replaces an inherited one copies as much"
    );
    assert_eq!(spent(&format!("class A {{ {} }} class B < A {{ x() {{}} }}", methods(70))), 6 + 1);
    let fields = |count| (0..count).map(|n| format!("a.f{n} = {n}; ")).collect::<String>();
    let inline = spent(&format!("class A {{}} var a = A(); {}", fields(1)));
    let some = spent(&format!("class A {{}} var a = A(); {}", fields(100)));
    let many = spent(&format!("class A {{}} var a = A(); {}", fields(5_000)));
    assert!(inline == 1 && some > 10 && many > 5_000 / 8, "{inline} {some} {many}");
}

/// Sets the interrupt when the first bytes are written.
struct Interrupts<'a>(Vec<u8>, &'a AtomicBool);

impl Output for Interrupts<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        if self.0.is_empty() {
            self.1.store(true, Relaxed);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

#[test]
fn an_interrupt_is_heard_in_the_middle_of_a_string() {
    let mut vm = started(&format!("{LARGE} print a; print d;"), Options::default());
    let interrupt = AtomicBool::new(false);
    let mut output = Interrupts(Vec::new(), &interrupt);
    let mut run = |vm: &mut Vm| {
        let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing).interrupt(&interrupt));
        (outcome, output.0.len())
    };
    let (outcome, written) = run(&mut vm);
    assert!(matches!(outcome, Outcome::Interrupted), "{outcome:?}");
    assert!(written <= 64 << 10, "{written}");
    let (outcome, written) = run(&mut vm);
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
    assert_eq!(written, 2 * ((16 << 17) + 3) + 3);
    let large = "sixteen letters.".repeat(1 << 17) + "end";
    assert!(output.0 == format!("{large}\n_{large}\n").as_bytes());
}

/// A script that is abandoned between two pieces leaves no work to the next script.
#[test]
fn another_script_may_start_in_the_middle_of_a_string() {
    for operation in ["print a;", "a == b;", "a + b;", "d + a;", "\"_\" + a;"] {
        let mut vm = started(LARGE, Options::default());
        let mut output = Kept::default();
        let mut run = |vm: &mut Vm, fuel| vm.run(fuel, &mut HostIo::new(&mut output).clock(&Nothing));
        assert!(matches!(run(&mut vm, None), Outcome::Done));
        for given_up in [true, false] {
            let script = vm.load(operation, Dialect::Siskin).expect("no errors");
            vm.start(script).expect("memory");
            assert!(matches!(run(&mut vm, Some(1000)), Outcome::OutOfFuel), "{operation}");
            vm.collect();
            if given_up {
                let next = "print \"-\" + b == d; print a == c; print (a + b) == (b + a);";
                let script = vm.load(next, Dialect::Siskin).expect("no errors");
                vm.start(script).expect("memory");
            }
            assert!(matches!(run(&mut vm, None), Outcome::Done), "{operation}");
        }
        let lines: Vec<_> = output.0.split(|&byte| byte == b'\n').collect();
        assert!(lines.windows(3).any(|lines| lines[1..] == [&b"false"[..], b"true"]), "{operation}");
    }
}

/// The fuel that a script spends from its output, which sets the interrupt, until it stops for the interrupt.
fn spent_until_interrupted(source: &str) -> u64 {
    let mut vm = started(source, Options::default());
    let interrupt = AtomicBool::new(false);
    let mut output = Interrupts(Vec::new(), &interrupt);
    let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing).interrupt(&interrupt));
    assert!(matches!(outcome, Outcome::Interrupted), "{outcome:?}");
    assert!(!interrupt.load(Relaxed), "the run takes the wish back");
    vm.stats().fuel
}

#[test]
fn an_interrupt_is_heard_where_a_slice_ends() {
    let body = "a = b; ".repeat(100_000);
    let long = format!("fun f(a, b) {{ {body} }} f(1, 2); print 1; while (true) f(1, 2);");
    let short = "fun f(a, b) { a = b; } f(1, 2); print 1; while (true) f(1, 2);";
    assert_eq!(spent_until_interrupted(short), 1024);
    assert_eq!(spent_until_interrupted(&long), 2);
}

#[test]
fn an_interrupt_is_heard_where_pages_of_objects_are_used_up() {
    let spent = spent_until_interrupted(
        "class A { init() { this.a = 1; this.b = 2; this.c = 3; this.d = 4; this.e = 5; } }
        A(); print 1; while (true) A();",
    );
    assert!(spent < 1024, "{spent}: before the end of the slice");
}
