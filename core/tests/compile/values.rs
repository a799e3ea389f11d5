//! Values and the order of evaluation.

use crate::harness::{lox, siskin};

#[test]
fn left_operands_are_read_before_the_right_one_changes_them() {
    lox("{ var a = 1; print a + (a = 5); print a; }", "6\n5");
    lox("{ var a = 1; print a < (a = 5); if (a > (a = 1)) print a; }", "true\n1");
    lox("{ var a = 1; a = a + (a = 5) + a; print a; }", "11");
    lox("fun f(a, b, c) { print a; print b; print c; } { var a = 1; f(a, a = 2, a); }", "1\n2\n2");
    lox("class C {} { var a = C(); var b = a; a.x = (a = 3); print b.x; print a; }", "3\n3");
}

#[test]
fn an_assignment_does_not_spoil_its_own_operands() {
    lox("{ var a = true; a = a and false; print a; }", "false");
    lox("{ var a = nil; var b = 2; a = a or a == nil and b; print a; }", "2");
    lox("fun f(x) { return x; } { var a = 1; a = f(a) + a; print a; }", "2");
    lox("{ var a = 1; var b = 2; a = b - a; print a; a = b = a + 1; print a; print b; }", "1\n2\n2");
    siskin("{ let a = 1; var b = 2; b = { let c = b; let d = a; c + d * b }; print b; }", "4");
    siskin("{ var b = 2; b = if b < 3 { let t = b; t + b } else { b }; print b; }", "4");
}

#[test]
fn nan_has_no_order() {
    lox(
        "var n = 0 / 0; var i = 1; print !(n < i); print n >= i; if (!(n < i)) print 1; if (n >= i) print 2;",
        "true\nfalse\n1",
    );
    lox(
        "print 0/0 == 0/0; if (0/0 != 0/0) print 1; var n = 0/0; if (n == 0/0) print 2; print n == n;",
        "false\n1\nfalse",
    );
    lox(
        "{ var n = 0/0; while (n < 1) print 1; for (; n > 1;) print 2; for (; !(n > 1); n = 2) print 3; }",
        "3",
    );
}

#[test]
fn folding_keeps_signs_and_errors() {
    lox(
        "print -0; print 0 * -1; print -0 + 0; print 1 / -0 < 0; var a = -0; print a + -0;",
        "-0\n-0\n0\ntrue\n-0",
    );
    lox(
        "print 1 + 2 * 3 - 4 / 2; print !nil; print !0; print 1 < 2; print nil == false;",
        "5\ntrue\nfalse\ntrue\nfalse",
    );
    for source in ["print 1 + \"a\";", "var s = \"a\"; print 1 + s;", "var s = \"a\"; print s + 1000.5;"] {
        lox(source, "Error(\"Operands must be two numbers or two strings.\")");
    }
    for source in [
        "print \"a\" < 1;",
        "var s = \"a\"; print 2 * s;",
        "var s = nil; if (1 < s) print s;",
        "print nil - 1;",
    ] {
        lox(source, "Error(\"Operands must be numbers.\")");
    }
    lox("print -nil;", "Error(\"Operand must be a number.\")");
    lox(
        "var s = 5; print 2 * s; print 1 + s; print 1 - s; print 10 / s; print 200 + s; print s - 200;",
        "10\n6\n-4\n2\n205\n-195",
    );
}

#[test]
fn loops_run_as_often_as_they_should() {
    lox(
        "for (var i = 3; i > 0; i = i - 1) print i; for (var i = 3; 1 <= i; i = i + -1) print i;",
        "3\n2\n1\n3\n2\n1",
    );
    lox("{ var n = 2; for (var i = 0; i <= n; i = i + 1) { print i; n = n - 0.5; } }", "0\n1");
    lox("{ var i = 5; while (i < 5) print i; while (i < 6) { i = i + 1; } print i; }", "6");
    lox("{ var i = 0; var j = 9; while (i < 3 and j > 7) { i = i + 1; j = j - 1; print i; } }", "1\n2");
    lox("{ var i = 0; while (i == 0 or i == 1 or !(i != 2)) i = i + 1; print i; }", "3");
    lox("{ var a = true; while (a) { a = nil; print 1; } while (!a) { a = 1; print 2; } }", "1\n2");
    lox("while (false) print 1; while (nil) print 2; while (1 > 2) print 3; print 4;", "4");
    // The step is the last instruction of one branch only.
    lox("{ var i = 0; while (i < 3) { if (i == 0) i = i + 2; else i = i + 1; } print i; }", "3");
    lox(
        "{ var i = 0; var n = 3; while (n > i) i = i + 1; print i; while (i < i + 0) i = i + 1; print i; }",
        "3\n3",
    );
}

#[test]
fn local_functions_and_classes_know_themselves() {
    lox("{ fun f(n) { fun g() { return f; } if (n == 0) return 7; return g()(n - 1); } print f(3); }", "7");
    lox(
        "{ fun f(n) { fun g() { fun h() { return f; } return h; } if (n == 0) return 7; return g()()(n - 1); } print f(3); }",
        "7",
    );
    lox("{ fun f() { f = 3; } f(); print f; }", "3");
    lox("{ fun f() { return f; } var g = f; f = 1; print g(); }", "1");
    lox(
        "{ class A { m() { return A; } n() { A = 1; return A; } } var a = A(); print a.m(); print a.n(); print A; }",
        "A\n1\n1",
    );
    lox(
        "{ class A { m() { return 1; } } class B < A { m() { fun f() { return super.m(); } return f; } } print B().m()(); }",
        "1",
    );
}

#[test]
fn a_property_in_parentheses_is_read_before_it_is_called() {
    lox("var a = nil; a.b();", "Error(\"Only instances have methods.\")");
    lox("var a = nil; (a.b)();", "Error(\"Only instances have properties.\")");
    lox(
        "class A { m() { return 1; } } print (A().m)(); print ( A() . m ) (); print A().m // )\n ();",
        "1\n1\n1",
    );
    lox(
        "class A { m() { return 1; } } class B < A { m() { return (super.m)() + super.m(); } } print B().m();",
        "2",
    );
}

#[test]
fn blocks_and_branches_have_values() {
    siskin(
        "fn f(n) { if n == 1 { 10 } else if n == 2 { let m = n; m * 10 } else if n == 3 {} else { 40 } }
         print f(1); print f(2); print f(3); print f(4);",
        "10\n20\nnil\n40",
    );
    siskin("let a = { let b = 1; let c = 2; b + c }; print a; let e = { print 1; }; print e;", "3\n1\nnil");
    siskin("fn f(x) { let y = if x { return 1; } else { 2 }; y + 1 } print f(true); print f(false);", "1\n3");
    siskin(
        "class A { init() { this.x = 1; 5 } get() { this.x } } print A().get(); print A();",
        "1\nA instance",
    );
    siskin("print 1 + { let a = 2; a } * { let a = 3; { let b = a; b } }; print { 1 } == { 1 };", "7\ntrue");
    siskin("fn f(a, b) { a - b } print f({ let a = 9; a }, if false { 0 } else { 4 });", "5");
}
