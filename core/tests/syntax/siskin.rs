//! The trees of Siskin's additions: values of blocks and `if`, conditions without parentheses, `fn`, `let`.

use crate::dump::siskin;

#[test]
fn fn_and_let() {
    siskin("fn f(a) { a }", "(fun f (%a) {=> %a})");
    siskin("fun f(a) { return a; }", "(fun f (%a) {(return %a)})");
    siskin("let a = 1; { let b = a; }", "(var a 1.0) {(var %b a)}");
    siskin("for (let i = 1; i < 2;) {}", "{(var %i 1.0) (loop (< %i 2.0) _ {})}");
}

#[test]
fn a_last_expression_without_semicolon_is_the_value() {
    siskin("1", "=> 1.0");
    siskin("1; 2", "1.0 => 2.0");
    siskin("fn f() { 1; }", "(fun f () {1.0})");
    siskin("fn f() { a = 1 }", "(fun f () {=> (= a 1.0)})");
    siskin(
        "class A { init() { 1 } m() { this } }",
        "(class A (initializer init () {=> 1.0}) (method m () {=> %this}))",
    );
}

#[test]
fn blocks_as_values() {
    siskin("let a = { 1 };", "(var a {=> 1.0})");
    siskin("let a = { let b = 1; b + { b } };", "(var a {(var %b 1.0) => (+ %b {=> %b})})");
    siskin("f({ 1; }, {});", "(call f {1.0} {})");
    siskin("return_({ fn g() { 1 } g });", "(call return_ {(fun %g () {=> 1.0}) => %g})");
    siskin("-{ 1 } * { 2 };", "(* (- {=> 1.0}) {=> 2.0})");
}

#[test]
fn if_as_a_value() {
    siskin("let a = if b { 1 } else { 2 };", "(var a (if b {=> 1.0} {=> 2.0}))");
    siskin("let a = if b { 1 };", "(var a (if b {=> 1.0}))");
    siskin(
        "let a = if b { 1 } else if c { 2 } else { 3 };",
        "(var a (if b {=> 1.0} (if c {=> 2.0} {=> 3.0})))",
    );
    siskin("let a = if (b) { 1 } else { 2 } + 3;", "(var a (+ (if b {=> 1.0} {=> 2.0}) 3.0))");
    siskin("f(if a { 1 } else {});", "(call f (if a {=> 1.0} {}))");
}

/// In statement position, a block or `if` is a value if it is the last statement of a block and has a value.
#[test]
fn statements_that_turn_out_to_be_values() {
    siskin("fn f(a) { if a { 1 } else { 2 } }", "(fun f (%a) {=> (if %a {=> 1.0} {=> 2.0})})");
    siskin("fn f(a) { if a { 1 } }", "(fun f (%a) {=> (if %a {=> 1.0})})");
    siskin("fn f(a) { if a { 1; } else { 2 } }", "(fun f (%a) {=> (if %a {1.0} {=> 2.0})})");
    siskin("fn f() { { 1 } }", "(fun f () {=> {=> 1.0}})");
    siskin("fn f() { { { 1 } } }", "(fun f () {=> {=> {=> 1.0}}})");
    siskin("{ 1 }", "=> {=> 1.0}");
    // Without a value they stay statements,
    siskin("fn f(a) { if a { 1; } else {} }", "(fun f (%a) {(if %a {1.0} {})})");
    siskin("fn f() { { 1; } }", "(fun f () {{1.0}})");
    siskin("fn f(a) { if a { return 1; } }", "(fun f (%a) {(if %a {(return 1.0)})})");
    // and when a statement follows, their values are not used.
    siskin("fn f(a) { if a { 1 } else { 2 } 3 }", "(fun f (%a) {(if %a {=> 1.0} {=> 2.0}) => 3.0})");
    siskin("fn f(a) { { 1 } if a { 2 } a; }", "(fun f (%a) {{=> 1.0} (if %a {=> 2.0}) %a})");
    siskin("fn f(a) { if a { if a { 1 } } 2 }", "(fun f (%a) {(if %a {=> (if %a {=> 1.0})}) => 2.0})");
    siskin("while a { 1 }", "(loop a _ {=> 1.0})");
    siskin("for (;;) { 1 }", "(loop _ _ {=> 1.0})");
}

#[test]
fn conditions_without_parentheses() {
    siskin("if a { b; } c;", "(if a {b}) c");
    siskin("if a == b and c { d; } else if !c { e; } c;", "(if (and (== a b) c) {d} (if (! c) {e})) c");
    siskin("while a.b(c) { d; }", "(loop (call (.b a) c) _ {d})");
    siskin("while { a } { b; }", "(loop {=> a} _ {b})");
    siskin("if if a { b } else { c } { d; } e;", "(if (if a {=> b} {=> c}) {d}) e");
    // With parentheses, the body need not be a block. The condition is as long as possible.
    siskin("if (a) b; else c;", "(if a b c)");
    siskin("while (a) b;", "(loop a _ b)");
    siskin("if (a) + b { c; } d;", "(if (+ a b) {c}) d");
    siskin("if (a) (b) { c; } d;", "(if (call a b) {c}) d");
    siskin("if (a or b) and c { d; } e;", "(if (and (or a b) c) {d}) e");
}

#[test]
fn assignments_in_blocks_count_for_the_operands_around() {
    siskin("fn f(a) { a + { a = 1; a } }", "(fun f (%a) {=> (+! %a {(= %a 1.0) => %a})})");
    siskin(
        "fn f(a) { a + if a { a = 1 } else { 2 } }",
        "(fun f (%a) {=> (+! %a (if %a {=> (= %a 1.0)} {=> 2.0}))})",
    );
    siskin(
        "fn f(a) { a + { fn g(b) { b = 1; } 2 } }",
        "(fun f (%a) {=> (+ %a {(fun %g (%b) {(= %b 1.0)}) => 2.0})})",
    );
}
