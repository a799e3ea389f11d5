//! Scripts that fail.

use crate::case::{Case, pretty, same};
use siskin::diagnostics::Format;

#[test]
fn operands_of_wrong_kinds() {
    same(
        &pretty(
            r#"let width = 3;
let name = "x";
print 2 * (width * name);
"#,
        ),
        r"error: Operands must be numbers.
 --> a.sk:3:12
  |
3 | print 2 * (width * name);
  |            ^^^^^^^^^^^^
",
    );
}

#[test]
fn operand_of_wrong_kind() {
    same(
        &pretty(
            r#"print -"x";
"#,
        ),
        r#"error: Operand must be a number.
 --> a.sk:1:7
  |
1 | print -"x";
  |       ^^^^
"#,
    );
}

#[test]
fn addition() {
    same(
        &pretty("print 1 + nil;\n"),
        r"error: Operands must be two numbers or two strings.
 --> a.sk:1:7
  |
1 | print 1 + nil;
  |       ^^^^^^^
",
    );
}

#[test]
fn comparison() {
    same(
        &pretty(
            r#"if 1 < "2" { print 1; }
"#,
        ),
        r#"error: Operands must be numbers.
 --> a.sk:1:4
  |
1 | if 1 < "2" { print 1; }
  |    ^^^^^^^
"#,
    );
}

#[test]
fn undefined_variable() {
    same(
        &pretty(
            r"let height = 3;
print heigth;
",
        ),
        r"error: Undefined variable 'heigth'.
 --> a.sk:2:7
  |
2 | print heigth;
  |       ^^^^^^
  |
  = help: did you mean 'height'?
",
    );
}

#[test]
fn undefined_variable_like_a_builtin() {
    same(
        &pretty("print Clok();\n"),
        r"error: Undefined variable 'Clok'.
 --> a.sk:1:7
  |
1 | print Clok();
  |       ^^^^
  |
  = help: did you mean 'clock'?
",
    );
}

#[test]
fn undefined_variable_of_another_language() {
    same(
        &pretty("print null;\n"),
        r"error: Undefined variable 'null'.
 --> a.sk:1:7
  |
1 | print null;
  |       ^^^^
  |
  = help: did you mean 'nil'?
",
    );
}

/// A name that resembles a keyword is not taken for one, unless a statement could begin with the keyword.
#[test]
fn undefined_variable_like_a_keyword() {
    for (text, help) in [
        ("print foo;", None),
        ("foo;", None),
        ("print tree;", None),
        ("print prnt;", None),
        ("nill = 3;", Some("declare it first: 'var nill = ...;'")),
        ("prnt(3);", Some("did you mean 'print'?")),
        ("fn f() { retrun; }\nf();", Some("did you mean 'return'?")),
        ("print TRUE;", Some("did you mean 'true'?")),
        ("print none;", Some("did you mean 'nil'?")),
        ("print len(\"abc\");", Some("write 'x.len()'")),
        ("print length (\"abc\");", Some("write 'x.len()'")),
        ("print floor(1.5);", Some("'floor' is a method: write 'value.floor()'")),
        ("let lens = 3; print len;", Some("did you mean 'lens'?")),
    ] {
        let shown = pretty(&format!("{text}\n"));
        assert!(shown.starts_with("error: Undefined variable '"), "{shown}");
        let found = shown.split_once("  = help: ").and_then(|(_, help)| help.lines().next());
        assert_eq!(found, help, "{text}");
    }
    for (word, help) in
        [("break", "a loop ends by its condition"), ("continue", "put the rest of the loop's body")]
    {
        let lox = Case::lox(&format!("while (true) {{ {word}; }}\n")).show(Format::Short);
        assert!(lox.contains(&format!("help: there is no '{word}' in Lox: {help}")), "{lox}");
    }
    let lox = Case::lox("print len(\"abc\");\n").show(Format::Short);
    assert!(!lox.contains("help"), "Lox has no such method: {lox}");
}

#[test]
fn undefined_variable_like_no_other() {
    same(
        &pretty("print abracadabra;\n"),
        r"error: Undefined variable 'abracadabra'.
 --> a.sk:1:7
  |
1 | print abracadabra;
  |       ^^^^^^^^^^^
",
    );
}

#[test]
fn assignment_to_an_undefined_variable() {
    same(
        &pretty("total = 1;\n"),
        r"error: Undefined variable 'total'.
 --> a.sk:1:1
  |
1 | total = 1;
  | ^^^^^^^^^
  |
  = help: declare it first: 'var total = ...;'
",
    );
}

#[test]
fn undefined_property() {
    same(
        &pretty(
            r"class Box {
  init(size) { this.size = size; }
  volume() { this.size * this.size * this.sise }
}
print Box(2).volume();
",
        ),
        r"error: Undefined property 'sise'.
 --> a.sk:3:43
  |
3 |   volume() { this.size * this.size * this.sise }
  |                                           ^^^^
  |
  = help: did you mean 'size'?
  in volume() at a.sk:3:43
  in script at a.sk:5:7
",
    );
}

#[test]
fn undefined_method() {
    same(
        &pretty(
            r"class Box {
  volume() { 1 }
}
Box().volum();
",
        ),
        r"error: Undefined property 'volum'.
 --> a.sk:4:7
  |
4 | Box().volum();
  |       ^^^^^
  |
  = help: did you mean 'volume'?
",
    );
}

#[test]
fn undefined_method_of_a_string() {
    for (call, help) in [
        ("\"abc\".lenght()", Some("len")),
        ("\"abc\".size()", Some("len")),
        ("\"abc\".is_emty()", Some("is_empty")),
        ("\"abc\".frobnicate()", None),
    ] {
        let shown = pretty(&format!("print {call};\n"));
        let help = help.map(|name| format!("  = help: did you mean '{name}'?\n"));
        assert!(shown.starts_with("error: String has no method '"), "{shown}");
        assert_eq!(shown.split_once("  = help").map(|(_, help)| format!("  = help{help}")), help, "{call}");
    }
}

#[test]
fn undefined_superclass_method() {
    same(
        &pretty(
            r"class A {}
class B < A {
  f() { super.g(); }
}
B().f();
",
        ),
        r"error: Undefined property 'g'.
 --> a.sk:3:15
  |
3 |   f() { super.g(); }
  |               ^
  in f() at a.sk:3:15
  in script at a.sk:5:1
",
    );
}

#[test]
fn property_of_nil() {
    same(
        &pretty(
            r"let a = nil;
print a.size;
",
        ),
        r"error: Only instances have properties.
 --> a.sk:2:7
  |
2 | print a.size;
  |       ^^^^^^
",
    );
}

#[test]
fn methods_of_values() {
    let helps = [
        (
            "let xs = [];\nxs.push;\n",
            "Method 'push' must be called.",
            "write 'xs.push(x)', or '|x| xs.push(x)' for a function that calls it",
        ),
        (
            "let f = \"a\".len;\n",
            "Method 'len' must be called.",
            "write 'value.len()', or '|| value.len()' for a function that calls it",
        ),
        ("\"a\".lenght();\n", "String has no method 'lenght'.", "did you mean 'len'?"),
        ("[1].mapp(|x| x);\n", "List has no method 'mapp'.", "did you mean 'map'?"),
        (
            "let m = #{ f: |x| x };\nm.f(1);\n",
            "Map has no method 'f'.",
            "'f' is a key, not a method: write 'm[\"f\"](...)'",
        ),
    ];
    for (source, message, help) in helps {
        let shown = pretty(source);
        assert!(shown.starts_with(&format!("error: {message}\n")), "{shown}");
        assert!(shown.ends_with(&format!("  = help: {help}\n")), "{shown}");
    }
    assert!(!pretty("nil.lenght();\n").contains("help"));
}

#[test]
fn error_in_a_fiber() {
    let source = r#"fn inner() { throw Error("oops"); }
fn outer(f) { f.resume(); }
outer(Fiber(|| inner()));
"#;
    same(
        &pretty(source),
        r#"error: Error: oops
 --> a.sk:1:14
  |
1 | fn inner() { throw Error("oops"); }
  |              ^^^^^^^^^^^^^^^^^^^
  in inner() at a.sk:1:14
  in <fn>() at a.sk:3:16
  -- resumed at --
  in outer() at a.sk:2:15
  in script at a.sk:3:1
"#,
    );
}

/// The error keeps the calls of both fibers.
#[test]
fn error_of_a_fiber_thrown_on() {
    let source = r#"let f = Fiber(|| {
  throw Error("oops");
});
try { f.resume(); } catch e { throw e; }
"#;
    same(
        &pretty(source),
        r#"error: Error: oops
 --> a.sk:2:3
  |
2 |   throw Error("oops");
  |   ^^^^^^^^^^^^^^^^^^^
  in <fn>() at a.sk:2:3
  -- resumed at --
  in script at a.sk:4:7
"#,
    );
}

#[test]
fn wrong_number_of_arguments() {
    same(
        &pretty(
            r"fn add(a, b) { a + b }
fn f() { add(1) }
f();
",
        ),
        r"error: Expected 2 arguments but got 1.
 --> a.sk:2:10
  |
2 | fn f() { add(1) }
  |          ^^^^^^
  in f() at a.sk:2:10
  in script at a.sk:3:1
",
    );
}

#[test]
fn call_of_what_is_no_function() {
    same(
        &pretty(
            r#"let a = "f";
a(1, 2);
"#,
        ),
        r"error: Can only call functions and classes.
 --> a.sk:2:1
  |
2 | a(1, 2);
  | ^^^^^^^
",
    );
}

#[test]
fn error_in_a_method_that_a_constructor_calls() {
    same(
        &pretty(
            r#"class Account {
  init(owner) {
    this.owner = owner;
    this.check();
  }
  check() { this.owner - 1 }
}
Account("me");
"#,
        ),
        r"error: Operands must be numbers.
 --> a.sk:6:13
  |
6 |   check() { this.owner - 1 }
  |             ^^^^^^^^^^^^^^
  in check() at a.sk:6:13
  in init() at a.sk:4:5
  in script at a.sk:8:1
",
    );
}

#[test]
fn error_in_nested_closures() {
    same(
        &pretty(
            r"fn outer(x) {
  fn middle() {
    fn inner() { x * 2 }
    inner()
  }
  middle
}
let f = outer(nil);
f();
",
        ),
        r"error: Operands must be numbers.
 --> a.sk:3:18
  |
3 |     fn inner() { x * 2 }
  |                  ^^^^^
  in inner() at a.sk:3:18
  in middle() at a.sk:4:5
  in script at a.sk:9:1
",
    );
}

#[test]
fn expression_of_two_lines() {
    same(
        &pretty(
            r"let a =
  1 +
  nil;
",
        ),
        r"error: Operands must be two numbers or two strings.
 --> a.sk:2:3
  |
2 | /   1 +
3 | |   nil;
  | |_____^
",
    );
}

#[test]
fn call_of_many_lines_is_its_first_one() {
    same(
        &pretty(
            r"fn f(a) { a }
f(
  1,
  2,
  3,
  4,
  5,
  6
);
",
        ),
        r"error: Expected 1 arguments but got 6.
 --> a.sk:2:1
  |
2 | f(
  | ^^
",
    );
}

#[test]
fn calls_in_a_chain() {
    same(
        &pretty(
            r"class A { next() { this } }
print A().next().next().prev().next();
",
        ),
        r"error: Undefined property 'prev'.
 --> a.sk:2:25
  |
2 | print A().next().next().prev().next();
  |                         ^^^^
",
    );
}
