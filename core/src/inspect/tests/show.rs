use std::format;
use std::string::{String, ToString};

use super::{run, vm};
use crate::{Outcome, Vm};

const POINT: &str = "class Point { init(x, y) { this.x = x; this.y = y; } norm() { this.x } }\n";

fn after(source: &str) -> Vm {
    let mut vm = vm();
    assert!(matches!(run(&mut vm, source), Outcome::Done), "{source}");
    vm
}

fn shown(source: &str) -> String {
    after(source).result().shown().to_string()
}

/// The text, which is shown as it is written.
#[track_caller]
fn reads_back(source: &str) {
    assert_eq!(shown(source), source);
}

fn in_columns(source: &str, width: usize) -> String {
    after(source).result().shown().width(width).to_string()
}

#[test]
fn plain_values() {
    for source in ["nil", "true", "1.5", "-7", "0.1", "Stop"] {
        reads_back(source);
    }
    assert_eq!(shown("clock"), "<native fn clock>");
    assert_eq!(shown("fn f(a, ...b) {} f"), "<fn f/2>");
    assert_eq!(shown("[|x| x]"), "[<fn/1>]");
    assert_eq!(shown(&format!("{POINT} Point")), "<class Point>");
    assert_eq!(shown(&format!("{POINT} Point(1, 2).norm")), "<method Point.norm/0>");
    assert_eq!(shown("let m = math; m"), "<module \"math\">");
    assert_eq!(shown("[Number, Fiber(|| 1), Random(1)]"), "[<type Number>, <fiber new>, <random>]");
}

#[test]
fn collections_are_read_back() {
    for source in [
        "[]",
        "[1, \"a\", [2, [nil]]]",
        "#{}",
        "#{ name: 1, \"a b\": 2, if: 3, 4: 5, 0.5: 6, [-1]: 7, [nil]: 8, [0..3]: 9, \"\": 10 }",
        "0..9",
        "0..=9",
        "[-1..]",
        "(0..9).step(3)",
        "Bytes.from_hex(\"00ff10\")",
    ] {
        reads_back(source);
    }
    reads_back(r#"["a\"\\\n\t\r\0\u{7}", "$ \${x}", "Grüße 鳥", "\u{202e}"]"#);
}

#[test]
fn values_of_enums_have_the_name_of_the_enum() {
    let shape = "enum Shape { Circle(r), Pair(a, b), Empty }\n";
    for source in ["Shape.Circle(2)", "Shape.Empty", "[Shape.Pair(\"x\", Shape.Circle([1]))]"] {
        assert_eq!(shown(&format!("{shape}{source}")), source);
    }
    assert_eq!(shown(&format!("{shape}[Shape, Shape.Pair]")), "[<enum Shape>, <variant Shape.Pair/2>]");
    assert_eq!(after(&format!("{shape}Shape.Circle(2)")).result().to_string(), "Shape.Circle(2)");
}

#[test]
fn instances_show_their_fields() {
    assert_eq!(shown("class A {} A()"), "A {}");
    assert_eq!(shown(&format!("{POINT} Point(1, \"é\")")), "Point { x: 1, y: \"é\" }");
    let thrown = "try { throw Error(\"no\"); } catch e { e }";
    assert_eq!(shown(thrown), "Error { message: \"no\", kind: \"Error\", cause: nil }");
}

#[test]
fn numbers_have_no_exponent() {
    for source in ["100000000000000000000000", "-1500000000000000000000000000", "0.00000000000000000000012"] {
        reads_back(source);
    }
    assert_eq!(shown("[1e23, -1.25e22]"), "[100000000000000000000000, -12500000000000000000000]");
    let largest = shown(&"9".repeat(308));
    reads_back(&largest);
}

#[test]
fn what_is_long_is_cut() {
    assert!(shown("(0..194).to_list()").ends_with(", 98, 99, ... 94 more]"));
    assert!(shown("Map.from((0..102).iter().map(|i| [i, i]))").ends_with("99: 99, ... 2 more }"));
    assert_eq!(shown("\"x\".repeat(500)"), format!("\"{}\" ... 100 more bytes", "x".repeat(400)));
    assert!(shown("Bytes(300)").ends_with("0000\" ... 100 more bytes)"));
    let assigns: String = (0..140).map(|index| format!("a.f{index} = {index};")).collect();
    assert!(shown(&format!("class A {{}} let a = A(); {assigns} a")).ends_with("f99: 99, ... 40 more }"));
    let assigns: String = (0..400).map(|index| format!("a.f{index} = {index};")).collect();
    assert!(shown(&format!("class A {{}} let a = A(); {assigns} a")).ends_with(", ... 300 more }"));
    let text = after("(0..50).to_list()").result().shown().longest(20).to_string();
    assert_eq!(text, "[0, 1, 2, 3, 4, 5, 6, ... 43 more]");
}

#[test]
fn removed_entries_are_not_counted() {
    let source = "let m = #{}; for i in 0..5000 { m[i] = i; } for i in 0..4990 { m.remove(i); } m";
    let text = shown(source);
    assert!(text == "#{ ... 10 more }" || text.starts_with("#{ 4990: 4990,"), "{text}");
}

#[test]
fn cycles_and_depth_are_marked() {
    assert_eq!(shown("let a = [1]; a.push(a); a"), "[1, [...]]");
    assert_eq!(shown("let m = #{ a: 1 }; m.m = [m]; m"), "#{ a: 1, m: [#{...}] }");
    assert_eq!(shown(&format!("{POINT} let p = Point(1, 2); p.x = p; p")), "Point { x: Point {...}, y: 2 }");
    // The same value twice is no cycle.
    assert_eq!(shown("let a = [1]; [a, a]"), "[[1], [1]]");
    assert_eq!(shown("enum E { A(x) } let a = []; a.push(E.A(a)); a"), "[E.A([...])]");
    assert_eq!(shown("[[[[[[[[1, 2]]]]]]]]"), "[[[[[[[... 1 more]]]]]]]");
    assert_eq!(shown("[[[[[[#{ a: 1 }, #{}, []]]]]]]"), "[[[[[[#{ ... 1 more }, #{}, []]]]]]]");
}

#[test]
fn what_is_wide_is_broken_into_lines() {
    assert_eq!(
        in_columns(&format!("{POINT} Point(Point(1, 2), Point(3, Point(4, 5)))"), 44),
        "Point {\n  x: Point { x: 1, y: 2 },\n  y: Point { x: 3, y: Point { x: 4, y: 5 } }\n}"
    );
    assert_eq!(
        in_columns("(0..30).to_list()", 40),
        "[\n  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,\n  12, 13, 14, 15, 16, 17, 18, 19, 20,\n  21, 22, \
         23, 24, 25, 26, 27, 28, 29\n]"
    );
    assert_eq!(
        in_columns("[#{ a: [1, 2] }, #{ a: [1, 2, 3] }, 4, 5]", 30),
        "[\n  #{ a: [1, 2] },\n  #{ a: [1, 2, 3] },\n  4, 5\n]"
    );
    assert_eq!(in_columns("[1, 2, 3]", 0), "[\n  1,\n  2,\n  3\n]");
}

#[test]
fn wide_trees_end() {
    let tree = format!(
        "{POINT} fn tree(n) {{ if n == 0 {{ \"{}\" }} else {{ Point(tree(n - 1), [tree(n - 1)]) }} }} tree(10)",
        "x".repeat(300)
    );
    assert!(shown(&tree).len() < 6_000);
    assert!(in_columns(&tree, 80).len() < 10_000);
    let shared = "var a = []; for i in 0..90 { let b = a; a = []; for j in 0..90 { a.push(b); } } a";
    assert!(shown(shared).len() < 6_000);
}
