//! Facts about variables in the tree: the function, and whether the variable is captured or assigned.

use siskin_core::Dialect;
use siskin_core::syntax::ast::VarKind;

use crate::dump::parsed;

/// The variables in the order of their declaration: name, function, and `c` if captured, `a` if assigned.
#[track_caller]
fn vars(source: &str, expected: &[(&str, u32, &str)]) {
    let parsed = parsed(source, Dialect::Lox);
    let vars = parsed.ast.vars.iter().map(|var| {
        let flags = match (var.captured, var.assigned) {
            (false, false) => "",
            (true, false) => "c",
            (false, true) => "a",
            (true, true) => "ca",
        };
        assert_eq!(var.needs_cell(), flags == "ca");
        (parsed.symbols.text(var.name), u32::from(var.function), flags)
    });
    assert_eq!(vars.collect::<Vec<_>>(), expected, "in {source}");
}

#[test]
fn captured_and_assigned() {
    vars("{ var a; }", &[("a", 0, "")]);
    vars("{ var a = 1; print a; a = 2; }", &[("a", 0, "a")]);
    vars("{ var a; fun f() { a; } }", &[("a", 0, "c"), ("f", 0, "")]);
    vars("{ var a; fun f() { a = 1; } }", &[("a", 0, "ca"), ("f", 0, "")]);
    vars("{ var a; fun f() { a; } a = 1; }", &[("a", 0, "ca"), ("f", 0, "")]);
    vars("{ var a; a = 1; fun f() { a; } }", &[("a", 0, "ca"), ("f", 0, "")]);
    vars("var a; fun f() { a = 1; }", &[]);
    vars("fun f(a, b) { a = b; }", &[("a", 1, "a"), ("b", 1, "")]);
    vars("for (var i = 0; i < 1; i = i + 1) { fun f() { i; } }", &[("i", 0, "ca"), ("f", 0, "")]);
}

#[test]
fn through_functions_between() {
    vars("fun f(a) { fun g() { fun h() { return a; } } }", &[("a", 1, "c"), ("g", 1, ""), ("h", 2, "")]);
    // The name of a function, used inside it, is captured from the enclosing function; so is that of a class.
    vars("{ fun f() { f(); } }", &[("f", 0, "c")]);
    vars("{ fun f() { f = nil; } }", &[("f", 0, "ca")]);
    vars("{ class A { m() { A = A; } } }", &[("A", 0, "ca"), ("this", 1, "")]);
}

#[test]
fn the_innermost_of_a_name_is_meant() {
    vars("{ var a; { var a; a = 1; } }", &[("a", 0, ""), ("a", 0, "a")]);
    vars("{ var a; { var a; } a = 1; }", &[("a", 0, "a"), ("a", 0, "")]);
    vars("{ var a; fun f(a) { a = 1; } }", &[("a", 0, ""), ("f", 0, ""), ("a", 1, "a")]);
    vars("{ var a; fun f() { a; var a = 1; a; } }", &[("a", 0, "c"), ("f", 0, ""), ("a", 1, "")]);
    vars("{ var a; { fun f() { a; } } { var a; a = 1; } }", &[("a", 0, "c"), ("f", 0, ""), ("a", 0, "a")]);
}

#[test]
fn this_and_super() {
    vars("class A { m() { this; } }", &[("this", 1, "")]);
    vars("class A { m() { fun f() { this; } } }", &[("this", 1, "c"), ("f", 1, "")]);
    vars("class A < B { m() { super.m(); } }", &[("super", 0, "c"), ("this", 1, "")]);
    vars("class A < B { m() {} }", &[("super", 0, ""), ("this", 1, "")]);
    // In nested classes, each method has its own `this`.
    vars(
        "class A { m() { class B { n() { this; } } this; } }",
        &[("this", 1, ""), ("B", 1, ""), ("this", 2, "")],
    );
}

#[test]
fn kinds() {
    let parsed = parsed("{ var a; let b = 1; fn f(c) {} class D < F { m(e) {} } }", Dialect::Siskin);
    let kinds: Vec<_> = parsed.ast.vars.iter().map(|var| (parsed.symbols.text(var.name), var.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("a", VarKind::Var),
            ("b", VarKind::Let),
            ("f", VarKind::Fn),
            ("c", VarKind::Param),
            ("D", VarKind::Class),
            ("super", VarKind::Implicit),
            ("this", VarKind::Implicit),
            ("e", VarKind::Param),
        ]
    );
}
