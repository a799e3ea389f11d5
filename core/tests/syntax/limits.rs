//! Limits: nesting, the native stack that a host allows, and the exact limits of the book's encoding.

use siskin_core::Dialect::{self, Lox, Siskin};
use siskin_core::syntax::{Code, MAX_NESTING, ParseOptions};

use crate::errors::{errors, errors_with};

fn codes(source: &str, dialect: Dialect) -> Vec<Code> {
    errors(source, dialect).iter().map(|error| error.code).collect()
}

/// `count` items with a separator between.
fn join(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(separator)
}

/// Asserts that `most` parse in both dialects, and that one more is this error in Lox and parses in Siskin.
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
    const MOST: usize = MAX_NESTING as usize;
    let nested = |open: &str, depth, close: &str| open.repeat(depth) + "1" + &close.repeat(depth);
    for (open, close) in [("(", ")"), ("-", ""), ("f(", ")"), ("a = ", "")] {
        let source = |depth| nested(open, depth, close) + ";";
        // The expression itself is one level.
        assert_eq!(errors(&source(MOST - 1), Siskin), [], "{open}");
        let beyond = errors(&source(MOST), Siskin);
        assert_eq!(beyond.len(), 1, "{open}");
        assert_eq!(beyond[0].code, Code::NestedTooDeeply);
    }
    // Expressions side by side or in a chain are not nested.
    for flat in ["(1) + (1);", "{} {} {}", "a.b.c.d.e(1)(2);", "1 + 2 + 3 + 4;", "a and b and c and d;"] {
        assert_eq!(errors(&flat.repeat(MOST), Siskin), [], "{flat}");
    }
    let ladder = format!("if (a) {{}} {}", "else if (a) {} ".repeat(5 * MOST));
    assert_eq!(errors(&ladder, Siskin), []);
}

/// With a small native stack, the limit on nesting is lower.
#[test]
fn native_stack() {
    let nested = |depth| "(".repeat(depth) + "1" + &")".repeat(depth) + ";";
    let most = |native_stack| {
        let options = ParseOptions { native_stack, ..ParseOptions::default() };
        let found = (0..MAX_NESTING as usize).find(|&depth| {
            let errors = errors_with(&nested(depth), Lox, options);
            assert!(errors.iter().all(|error| error.code == Code::NestedTooDeeply), "{errors:?}");
            !errors.is_empty()
        });
        found.expect("too deep at last")
    };
    let (none, some, more) = (most(0), most(16 << 10), most(32 << 10));
    assert!(none < 2 && some > 8 && more > some + 8, "{none} {some} {more}");
}

/// Nesting that is too deep ends the parse: no text after it is read.
#[test]
fn depth_is_the_last_error() {
    let errors = errors(&format!("1 + ;\n{}1; 1 + ;", "(".repeat(MAX_NESTING as usize)), Lox);
    let codes: Vec<_> = errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, [Code::ExpectExpression, Code::NestedTooDeeply]);
}

#[test]
fn length_of_the_text() {
    let options = ParseOptions { max_source: 10, ..ParseOptions::default() };
    assert_eq!(errors_with("print  1;\n", Lox, options), []);
    let errors = errors_with("print  10;\n", Lox, options);
    assert_eq!((errors.len(), errors[0].code), (1, Code::SourceTooLong));
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
    // Slot 0 holds the function itself, also in the script.
    limit(255, Code::TooManyLocals, |count| {
        format!("{{ {} }}", join(count, "", |index| format!("var v{index};")))
    });
    limit(254, Code::TooManyLocals, |count| {
        format!("fun f(p) {{ {} }}", join(count, "", |index| format!("var v{index};")))
    });
    // Variables whose scope has ended do not count.
    limit(255, Code::TooManyLocals, |count| {
        let locals = join(count, "", |index| format!("var v{index};"));
        format!("{{ {{ var a; var b; }} {locals} }} {{ var a; }}")
    });
}

#[test]
fn closure_variables() {
    // 300 variables in two functions. The innermost function uses some of them.
    limit(256, Code::TooManyUpvalues, |count| {
        let declare = |prefix: &str| join(150, "", |index| format!("var {prefix}{index};"));
        let uses =
            join(count, "", |index| format!("{}{};", if index < 150 { "a" } else { "b" }, index % 150));
        format!("fun f() {{ {} fun g() {{ {} fun h() {{ {uses} }} }} }}", declare("a"), declare("b"))
    });
    // A variable that is used often counts once.
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
    // Literals with their own opcodes take no constant, and neither do locals.
    assert_eq!(codes(&"nil; true; false;".repeat(300), Lox), []);
    assert_eq!(codes(&format!("{{ var a; {} }}", "a; a = a;".repeat(300)), Lox), []);
    // A function has its own constants, and is a constant of its parent.
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
        // The parser's recovery may skip the text to its end.
        assert_eq!(codes(&source, Lox).get(..1).unwrap_or(&[]), expected, "{bytes}");
        assert_eq!(codes(&source, Siskin), [], "{bytes}");
    };
    // The jump goes over the branch, the pop of the condition before it, and the jump after it.
    check("{ var a; if (a) { BODY } }", 65_531, &[]);
    check("{ var a; if (a) { BODY } }", 65_532, &[Code::JumpTooFar]);
    // The jump goes over the other branch and the pop of the condition.
    check("{ var a; if (a) {} else { BODY } }", 65_534, &[]);
    check("{ var a; if (a) {} else { BODY } }", 65_535, &[Code::JumpTooFar]);
    // The jump goes back over the whole loop: condition, exit, pop, body and the jump itself.
    check("{ var a; while (a) { BODY } }", 65_526, &[]);
    check("{ var a; while (a) { BODY } }", 65_527, &[Code::LoopTooLarge]);
}

/// The parser looks ahead to find the end of a condition. Conditions in its brackets look at the same text again.
#[test]
fn nested_looks_at_what_follows_a_condition() {
    let nested = |depth: usize, end: &str| {
        "if (a) (b({ ".repeat(depth) + &"1; ".repeat(1000) + &format!("}})){end} ").repeat(depth)
    };
    for end in [";", " {}"] {
        assert_eq!(errors(&nested(20, end), Siskin), [], "{end}");
        // At this depth, each byte would be looked at hundreds of times.
        assert_eq!(codes(&nested(200, end), Siskin), [Code::NestedTooDeeply], "{end}");
    }
    // Conditions in sequence look at different text.
    assert_eq!(errors(&"if (a) -b; if (a) -b {} ".repeat(1000), Siskin), []);
}
