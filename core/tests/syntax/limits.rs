//! Limits: the nesting that a host allows, and what the book's encoding can hold, to the last one.

use siskin_core::Dialect::{self, Lox, Siskin};
use siskin_core::syntax::Code;

use crate::errors::errors;

fn codes(source: &str, dialect: Dialect) -> Vec<Code> {
    errors(source, dialect, 1000).iter().map(|error| error.code).collect()
}

/// `count` items with a separator between.
fn join(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(separator)
}

/// Up to `most` is right in both dialects, one more is this error in Lox and right in Siskin.
#[track_caller]
fn limit(most: usize, code: Code, source: impl Fn(usize) -> String) {
    for count in [0, 1, most - 1, most] {
        assert_eq!(codes(&source(count), Lox), [], "{count}");
        assert_eq!(codes(&source(count), Siskin), [], "{count}");
    }
    assert_eq!(codes(&source(most + 1), Lox), [code]);
    assert_eq!(codes(&source(most + 1), Siskin), []);
}

#[test]
fn depth() {
    let nested = |open: &str, depth, close: &str| open.repeat(depth) + "1" + &close.repeat(depth);
    for (open, close) in [("(", ")"), ("-", ""), ("f(", ")"), ("a = ", "")] {
        let source = |depth| nested(open, depth, close) + ";";
        for max in [1, 2, 10, 100] {
            // The expression itself is one level.
            let most = max as usize - 1;
            assert_eq!(errors(&source(most), Lox, max), [], "{open} {max}");
            let beyond = errors(&source(most + 1), Lox, max);
            assert_eq!(beyond.len(), 1, "{open} {max}");
            assert_eq!(beyond[0].code, Code::NestedTooDeeply);
        }
    }
    // What is side by side, or a chain, is not nested.
    for flat in ["(1) + (1);", "{} {} {}", "a.b.c.d.e(1)(2);", "1 + 2 + 3 + 4;", "a and b and c and d;"] {
        assert_eq!(errors(&flat.repeat(20), Siskin, 3), [], "{flat}");
    }
    let ladder = format!("if (a) {{}} {}", "else if (a) {} ".repeat(500));
    assert_eq!(errors(&ladder, Siskin, 3), []);
    assert_eq!(errors("1;", Lox, 0)[0].code, Code::NestedTooDeeply);
    assert_eq!(errors("", Lox, 0), []);
}

/// Nesting that is too deep ends the work: nothing behind it is looked at.
#[test]
fn depth_is_the_last_error() {
    let errors = errors(&format!("1 + ;\n{}1; 1 + ;", "(".repeat(50)), Lox, 20);
    let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, [Code::ExpectExpression, Code::NestedTooDeeply]);
}

#[test]
fn parameters_and_arguments() {
    for dialect in [Lox, Siskin] {
        for count in [255, 256, 300] {
            let params = format!("fun f({}) {{}}", join(count, ",", |index| format!("p{index}")));
            let args = format!("f({});", join(count, ",", |_| "nil".to_owned()));
            let (params, args) = (codes(&params, dialect), codes(&args, dialect));
            if count == 255 {
                assert_eq!((params, args), (vec![], vec![]));
            } else {
                assert_eq!(params[0], Code::TooManyParameters);
                assert_eq!(args, [Code::TooManyArguments]);
            }
        }
    }
}

#[test]
fn locals() {
    // Slot 0 is the function's own, in the script too.
    limit(255, Code::TooManyLocals, |count| {
        format!("{{ {} }}", join(count, "", |index| format!("var v{index};")))
    });
    limit(254, Code::TooManyLocals, |count| {
        format!("fun f(p) {{ {} }}", join(count, "", |index| format!("var v{index};")))
    });
    // Those whose scope has ended do not count.
    limit(255, Code::TooManyLocals, |count| {
        let locals = join(count, "", |index| format!("var v{index};"));
        format!("{{ {{ var a; var b; }} {locals} }} {{ var a; }}")
    });
}

#[test]
fn closure_variables() {
    // 300 variables in two functions, of which the innermost uses some.
    limit(256, Code::TooManyUpvalues, |count| {
        let declare = |prefix: &str| join(150, "", |index| format!("var {prefix}{index};"));
        let uses =
            join(count, "", |index| format!("{}{};", if index < 150 { "a" } else { "b" }, index % 150));
        format!("fun f() {{ {} fun g() {{ {} fun h() {{ {uses} }} }} }}", declare("a"), declare("b"))
    });
    // One used often is one.
    let often = format!("{{ var a; fun f() {{ {} }} }}", "a; a = nil;".repeat(1000));
    assert_eq!(codes(&often, Lox), []);
}

#[test]
fn constants() {
    limit(256, Code::TooManyConstants, |count| "1;".repeat(count));
    limit(256, Code::TooManyConstants, |count| "\"a\";".repeat(count));
    limit(256, Code::TooManyConstants, |count| "a;".repeat(count));
    limit(128, Code::TooManyConstants, |count| "a.b;".repeat(count));
    limit(128, Code::TooManyConstants, |count| "var a = 1;".repeat(count));
    // Literals that have opcodes of their own are free, and so are locals.
    assert_eq!(codes(&"nil; true; false;".repeat(300), Lox), []);
    assert_eq!(codes(&format!("{{ var a; {} }}", "a; a = a;".repeat(300)), Lox), []);
    // A function counts for itself and takes one in its parent.
    let functions = join(8, "", |index| format!("fun f{index}() {{ {} }}", "1;".repeat(256)));
    assert_eq!(codes(&functions, Lox), []);
}

/// `nil;` is two bytes of the book's bytecode, `a;` with a local `a` three.
#[test]
fn jumps() {
    let body = |bytes: usize| match bytes % 2 {
        0 => "nil;".repeat(bytes / 2),
        _ => "nil;".repeat((bytes - 3) / 2) + "a;",
    };
    let check = |source: &str, bytes: usize, expected: &[Code]| {
        let source = source.replace("BODY", &body(bytes));
        // The parser may not find its way back before the end.
        assert_eq!(codes(&source, Lox).get(..1).unwrap_or(&[]), expected, "{bytes}");
        assert_eq!(codes(&source, Siskin), [], "{bytes}");
    };
    // Over the branch, the pop of the condition before it and the jump behind it.
    check("{ var a; if (a) { BODY } }", 65_531, &[]);
    check("{ var a; if (a) { BODY } }", 65_532, &[Code::JumpTooFar]);
    // Over the other branch and the pop of the condition.
    check("{ var a; if (a) {} else { BODY } }", 65_534, &[]);
    check("{ var a; if (a) {} else { BODY } }", 65_535, &[Code::JumpTooFar]);
    // Back over all of the loop: condition, exit, pop, body and the jump itself.
    check("{ var a; while (a) { BODY } }", 65_526, &[]);
    check("{ var a; while (a) { BODY } }", 65_527, &[Code::LoopTooLarge]);
}
