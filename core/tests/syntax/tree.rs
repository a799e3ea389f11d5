//! The tree of each construct of Lox.

use siskin_core::syntax::ast::{ExprId, FnKind, Symbol};
use siskin_core::{Dialect, Span};

use crate::dump::{lox, parsed};

#[test]
fn literals() {
    lox("nil; true; false;", "nil true false");
    lox(
        "0; 1.5; 007; 123456789012345; 1234567890123456789;",
        "0.0 1.5 7.0 123456789012345.0 1.2345678901234568e18",
    );
    lox("\"\"; \"a\nb\";", "\"\" \"a\\nb\"");
    lox("a;", "a");
}

#[test]
fn operators_bind_as_they_should() {
    lox("a + b - c;", "(- (+ a b) c)");
    lox("a + b * c / d;", "(+ a (/ (* b c) d))");
    lox("-a * !b;", "(* (- a) (! b))");
    lox("--a; !!a; -(-a);", "(- (- a)) (! (! a)) (- (- a))");
    lox("-a.b(c);", "(- (call (.b a) c))");
    lox("a < b == c >= d;", "(== (< a b) (>= c d))");
    lox("a > b != c <= d;", "(!= (> a b) (<= c d))");
    lox("a == b != c;", "(!= (== a b) c)");
    lox("a + b < c - d;", "(< (+ a b) (- c d))");
    lox("a or b and c == d or e;", "(or a (or (and b (== c d)) e))");
    lox("(a + b) * c; a - (b - c);", "(* (+ a b) c) (- a (- b c))");
}

#[test]
fn logic_leans_to_the_right() {
    lox("a and b and c and d;", "(and a (and b (and c d)))");
    lox("a or b or c;", "(or a (or b c))");
    lox("(a and b) and c;", "(and (and a b) c)");
    lox("a and b or c and d;", "(or (and a b) (and c d))");
}

#[test]
fn assignments() {
    lox("a = b = c;", "(= a (= b c))");
    lox("a = b or c;", "(= a (or b c))");
    lox("a.b = c.d = e;", "(.b= a (.d= c e))");
    lox("a.b.c = d;", "(.c= (.b a) d)");
    lox("a().b = c;", "(.b= (call a) c)");
    lox("{ var a; a = 1; fun f() { a = 2; } }", "{(var %a) (= %a 1.0) (fun %f () {(= %a 2.0)})}");
}

#[test]
fn calls_and_properties() {
    lox("f();", "(call f)");
    lox("f(a, b + c, d);", "(call f a (+ b c) d)");
    lox("f()()(a);", "(call (call (call f)) a)");
    lox("a.b.c;", "(.c (.b a))");
    lox("a.b(c).d(e);", "(call (.d (call (.b a) c)) e)");
    lox("f(a = b);", "(call f (= a b))");
}

/// `(o.m)(x)` reads the property and then calls its value; `o.m(x)` is one operation.
#[test]
fn parentheses_leave_a_node_only_around_a_property_that_is_called() {
    lox("(a.b)(c);", "(call (paren (.b a)) c)");
    lox("((a.b))(c);", "(call (paren (.b a)) c)");
    lox("(a.b)(c)(d);", "(call (call (paren (.b a)) c) d)");
    lox("(a)(c);", "(call a c)");
    lox("(a.b).c(d);", "(call (.c (.b a)) d)");
    lox("(a.b) + c;", "(+ (.b a) c)");
    lox("(a.b(c))(d);", "(call (call (.b a) c) d)");
    lox(
        "class A < B { m() { (super.n)(1); super.n(1); } }",
        "(class A < B %super (method m () {\
         (call (paren (super.n %this %super)) 1.0) (call (super.n %this %super) 1.0)}))",
    );
}

/// Whether the right operand may assign a local that the left operand reads.
#[test]
fn clobbers() {
    lox("{ var a; a + (a = 1); }", "{(var %a) (+! %a (= %a 1.0))}");
    lox("{ var a; var b; a < (b = 1); }", "{(var %a) (var %b) (<! %a (= %b 1.0))}");
    lox("{ var a; a + a; a = a + 1; }", "{(var %a) (+ %a %a) (= %a (+ %a 1.0))}");
    lox("{ var a; a.b = (a = 1); a.b = a; }", "{(var %a) (.b=! %a (= %a 1.0)) (.b= %a %a)}");
    lox("{ var a; a == f(1, -(a = 2)); }", "{(var %a) (==! %a (call f 1.0 (- (= %a 2.0))))}");
    // Only the operator counts whose right operand assigns.
    lox("{ var a; (a = 1) + a; }", "{(var %a) (+ (= %a 1.0) %a)}");
    lox("{ var a; a + (a = 1) + a; }", "{(var %a) (+ (+! %a (= %a 1.0)) %a)}");
    // A global, or a variable of an enclosing function (which is in a cell), is copied to a register by an instruction.
    lox("a + (a = 1);", "(+ a (= a 1.0))");
    lox("{ var a; fun f(b) { b + (a = 1); } }", "{(var %a) (fun %f (%b) {(+ %b (= %a 1.0))})}");
}

#[test]
fn declarations() {
    lox("var a; var b = 1;", "(var a) (var b 1.0)");
    lox("fun f() {} fun g(a, b) { return a; }", "(fun f () {}) (fun g (%a %b) {(return %a)})");
    lox("fun f() { return; }", "(fun f () {(return)})");
    lox("{ fun f() { f(); } }", "{(fun %f () {(call %f)})}");
    lox("class A {}", "(class A)");
    lox(
        "class A { init(x) { return; } m() { this.x = 1; } init() {} }",
        "(class A (initializer init (%x) {(return)}) (method m () {(.x= %this 1.0)}) (initializer init () {}))",
    );
    lox("{ class A { m() { A(); } } }", "{(class %A (method m () {(call %A)}))}");
    lox("{ class A {} class B < A {} }", "{(class %A) (class %B < %A %super)}");
    // A function `init` of the script is an ordinary function.
    lox("fun init() { return 1; }", "(fun init () {(return 1.0)})");
}

#[test]
fn statements() {
    lox("print 1;", "(print 1.0)");
    lox("{}", "{}");
    lox("{ print 1; { 2; } }", "{(print 1.0) {2.0}}");
    lox("if (a) b;", "(if a b)");
    lox("if (a) b; else c;", "(if a b c)");
    lox("if (a) { b; } else if (c) {} else d;", "(if a {b} (if c {} d))");
    lox("if (a) if (b) c; else d;", "(if a (if b c d))");
    lox("while (a) { b; }", "(loop a _ {b})");
    lox("for (;;) a;", "(loop _ _ a)");
    lox(
        "for (var i = 0; i < 9; i = i + 1) print i;",
        "{(var %i 0.0) (loop (< %i 9.0) (= %i (+ %i 1.0)) (print %i))}",
    );
    lox("for (a = 1; ; a = 2) {}", "{(= a 1.0) (loop _ (= a 2.0) {})}");
    lox("", "");
}

/// The text of a span.
fn at(source: &str, span: Span) -> &str {
    &source[span.start as usize..span.end as usize]
}

/// The span of a node ends with the last token that belonged to it when it was complete. The line of that token is the
/// line of errors.
#[test]
fn spans() {
    let source = "fun f(a) { return (a) + b.c ; }\nclass C { m ( ) { } }\nx = f ( \"s\" ) ;";
    let parsed = parsed(source, Dialect::Lox);
    let ast = &parsed.ast;
    let ids = (0..ast.exprs.len()).map(|index| ExprId::new(index as u32));
    let exprs: Vec<_> = ids.map(|id| at(source, ast.span(id))).collect();
    // The semicolon belongs to `return`, not to the assignment.
    assert_eq!(
        exprs,
        [
            "a",
            "b",
            "b.c",
            "(a) + b.c",
            "return (a) + b.c ;",
            "fun f(a) { return (a) + b.c ; }",
            "class C { m ( ) { } }",
            "f",
            "\"s\"",
            "f ( \"s\" )",
            "x = f ( \"s\" )",
        ]
    );
    let functions: Vec<_> = ast.functions.iter().map(|f| (f.kind, at(source, f.span))).collect();
    assert_eq!(
        functions,
        [
            (FnKind::Script, source),
            (FnKind::Function, "f(a) { return (a) + b.c ; }"),
            (FnKind::Method, "m ( ) { }"),
        ]
    );
    assert_eq!(ast.functions[0].name, Symbol::EMPTY);
    assert_eq!(at(source, ast.classes[0].name_span), "C");
}
