//! Sources too big to keep as files: the limits of the book's encoding, deep nesting, huge texts. Also texts of almost
//! nothing.
//!
//! The sizes in bytes that appear here are those of the book's bytecode: a constant, local or global is two
//! bytes, `nil`, an operator or a pop is one, a jump three.

mod common;

use std::path::Path;
use std::thread;

use common::{End, Mode, Ran};
use siskin::Dialect;

/// Native stack of the thread that runs the engine.
const STACK: usize = 16 << 20;

impl Ran {
    /// Asserts that the script ran and printed this.
    #[track_caller]
    fn prints(&self, expected: &str) {
        assert_eq!(self.errors_start(), "");
        assert_eq!((self.end, self.output.as_str()), (End::Done, expected));
    }

    /// Asserts that the script did not compile, with exactly these errors.
    #[track_caller]
    fn fails_to_compile(&self, expected: &str) {
        assert_eq!(self.errors_start(), expected);
        assert_eq!(self.end, End::Refused);
    }

    /// Asserts that the script ran correctly, or was refused with an error that has a line.
    #[track_caller]
    fn prints_or_is_refused(&self, expected: &str) {
        if self.end == End::Done {
            self.prints(expected);
        } else {
            self.is_refused();
        }
    }

    /// Asserts that the script was refused with an error that has a line.
    #[track_caller]
    fn is_refused(&self) {
        assert_eq!(self.end, End::Refused, "{}", self.errors_start());
        assert!(self.errors.starts_with("[line "), "{}", self.errors_start());
    }

    /// The beginning of the errors, for the message of a failure.
    fn errors_start(&self) -> &str {
        let mut end = self.errors.len().min(2000);
        while !self.errors.is_char_boundary(end) {
            end -= 1;
        }
        &self.errors[..end]
    }
}

/// Runs a source in the dialect of the name's extension.
fn run(name: &str, source: &str) -> Ran {
    let dialect = if name.ends_with(".lox") { Dialect::Lox } else { Dialect::Siskin };
    let mode = Mode { native: true, ..Mode::default() };
    thread::scope(|scope| {
        thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || common::run(source, dialect, Path::new("."), mode))
            .expect("a thread")
            .join()
            .expect("the engine does not panic")
    })
}

/// Statements that take this many bytes in the book's encoding, without constants.
fn statements(bytes: usize) -> String {
    if bytes.is_multiple_of(2) {
        "nil;".repeat(bytes / 2)
    } else {
        format!("!nil;{}", "nil;".repeat((bytes - 3) / 2))
    }
}

/// An expression of this many bytes: a call of the local `f` with 255 arguments. It is never evaluated.
fn expression(bytes: usize) -> String {
    let arguments = bytes - 4; // the local and the call take two each
    let each = arguments / 255;
    let longer = arguments % 255;
    let list: Vec<String> =
        (0..255).map(|index| format!("{}nil", "!".repeat(each - 1 + usize::from(index < longer)))).collect();
    format!("f({})", list.join(","))
}

const LOOP: &str = "Loop body too large.";
const JUMP: &str = "Too much code to jump over.";

#[test]
fn while_body() {
    // Condition 1, jump 3, pop 1, the body, loop 3: that minus the last two operands may be 65,535.
    let source = |bytes| format!("while (false) {{\n{}\n}}\nprint \"ok\";\n", statements(bytes));
    run("while-fits.lox", &source(65_527)).prints("ok\n");
    run("while-large.lox", &source(65_528)).fails_to_compile(&format!("[line 3] Error at '}}': {LOOP}\n"));
    run("while-large.sk", &source(65_528)).prints("ok\n");
    run("while-huge.sk", &source(300_000)).prints("ok\n");
}

#[test]
fn while_body_that_runs() {
    let source = |bytes| {
        format!(
            "{{ var on = true; while (on) {{ on = false;\n{}\nprint \"turn\"; }}\nprint \"ok\"; }}\n",
            statements(bytes)
        )
    };
    run("while-runs.lox", &source(60_000)).prints("turn\nok\n");
    run("while-runs.sk", &source(200_000)).prints("turn\nok\n");
}

#[test]
fn for_body() {
    let source = |bytes| format!("for (; false;) {{\n{}\n}}\nprint \"ok\";\n", statements(bytes));
    run("for-fits.lox", &source(65_527)).prints("ok\n");
    run("for-large.lox", &source(65_528)).fails_to_compile(&format!("[line 3] Error at '}}': {LOOP}\n"));
    run("for-large.sk", &source(65_528)).prints("ok\n");
}

#[test]
fn for_body_with_increment() {
    // With an increment, the jump out of the loop is longer than the jump back.
    let source = |bytes| format!("for (; false; nil) {{\n{}\n}}\nprint \"ok\";\n", statements(bytes));
    run("for-step-fits.lox", &source(65_523)).prints("ok\n");
    run("for-step-jump.lox", &source(65_524)).fails_to_compile(&format!("[line 3] Error at '}}': {JUMP}\n"));
    run("for-step-loop.lox", &source(65_528)).fails_to_compile(&format!("[line 3] Error at '}}': {LOOP}\n"));
    run("for-step-large.sk", &source(65_528)).prints("ok\n");
}

#[test]
fn if_branch() {
    // Pop 1, the branch, jump 3.
    let source = |bytes| format!("if (false) {{\n{}\n}} else print \"else\";\n", statements(bytes));
    run("if-fits.lox", &source(65_531)).prints("else\n");
    run("if-large.lox", &source(65_532)).fails_to_compile(&format!("[line 3] Error at '}}': {JUMP}\n"));
    run("if-large.sk", &source(65_532)).prints("else\n");
    run("if-huge.sk", &source(300_000)).prints("else\n");
}

#[test]
fn else_branch() {
    // Pop 1, the branch.
    let source = |bytes| format!("if (true) print \"then\"; else {{\n{}\n}}\n", statements(bytes));
    run("else-fits.lox", &source(65_534)).prints("then\n");
    run("else-large.lox", &source(65_535)).fails_to_compile(&format!("[line 3] Error at '}}': {JUMP}\n"));
    run("else-large.sk", &source(65_535)).prints("then\n");
}

#[test]
fn and_operand() {
    // Pop 1, the operand.
    let source = |bytes| format!("{{ var f;\nprint false and {};\n}}\n", expression(bytes));
    run("and-fits.lox", &source(65_534)).prints("false\n");
    run("and-large.lox", &source(65_535)).fails_to_compile(&format!("[line 2] Error at ')': {JUMP}\n"));
    run("and-large.sk", &source(65_535)).prints("false\n");
}

#[test]
fn or_operand() {
    let source = |bytes| format!("{{ var f;\nprint 1 or {};\n}}\n", expression(bytes));
    run("or-fits.lox", &source(65_534)).prints("1\n");
    run("or-large.lox", &source(65_535)).fails_to_compile(&format!("[line 2] Error at ')': {JUMP}\n"));
    run("or-large.sk", &source(65_535)).prints("1\n");
}

#[test]
fn encoding_limits_are_per_function() {
    // 40,000 bytes in each of two functions, one inside the other.
    let body = statements(40_000);
    let source = format!(
        "fun f() {{ while (false) {{ {body} fun g() {{ while (false) {{ {body} }} return 1; }} }} return 2; }}\nprint f();\n"
    );
    run("per-function.lox", &source).prints("2\n");
}

#[test]
fn constants_without_limit() {
    let numbers: String = (0..70_000).map(|number| format!("s = s + {number}.5;\n")).collect();
    let expected: f64 = (0..70_000).map(|number| f64::from(number) + 0.5).sum();
    run("constants.sk", &format!("fn f() {{ var s = 0;\n{numbers} s }}\nprint f();\n"))
        .prints(&format!("{expected}\n"));
}

/// Text of the form `open open ... middle close close ...`.
fn nested(open: &str, depth: usize, middle: &str, close: &str) -> String {
    format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn parentheses_nested_deeply() {
    for name in ["parens.lox", "parens.sk"] {
        run(name, &format!("print {};\n", nested("(", 200, "1", ")"))).prints("1\n");
        run(name, &format!("print {};\n", nested("(", 100_000, "1", ")"))).prints_or_is_refused("1\n");
        run(name, &"(".repeat(100_000)).is_refused();
        run(name, &format!("print {}", nested("(", 100_000, "", ")"))).is_refused();
    }
}

#[test]
fn operators_nested_deeply() {
    let depth = 100_000;
    for name in ["operators.lox", "operators.sk"] {
        run(name, &format!("print {}true;\n", "!".repeat(depth))).prints_or_is_refused("true\n");
        run(name, &format!("{{ var a = 1; print {}a; }}\n", "-".repeat(depth))).prints_or_is_refused("1\n");
        run(name, &format!("{{ var a; print {}2; }}\n", "a = ".repeat(depth))).prints_or_is_refused("2\n");
        run(name, &format!("{{ var a = 1; print {}; }}\n", nested("a + (", 20_000, "a", ")")))
            .prints_or_is_refused("20001\n");
        run(name, &"!".repeat(depth)).is_refused();
    }
}

#[test]
fn logic_nested_deeply() {
    let depth = 100_000;
    // In the book's encoding their jumps are too long. The test is that nothing breaks.
    for name in ["logic.lox", "logic.sk"] {
        run(name, &format!("{{ var a; print {}2; }}\n", "a or ".repeat(depth))).prints_or_is_refused("2\n");
        run(name, &format!("{{ var a = 1; print {}2; }}\n", "a and ".repeat(depth)))
            .prints_or_is_refused("2\n");
    }
}

#[test]
fn statements_nested_deeply() {
    let depth = 100_000;
    for name in ["nested.lox", "nested.sk"] {
        run(name, &nested("{", depth, "print 1;", "}")).prints_or_is_refused("1\n");
        run(name, &format!("{}print 1;", "if (true) ".repeat(depth))).prints_or_is_refused("1\n");
        run(name, &format!("{}print 1;", "while (false) ".repeat(depth))).prints_or_is_refused("");
        run(name, &format!("{}print 1;", "for (;false;) ".repeat(depth))).prints_or_is_refused("");
        run(name, &"{".repeat(depth)).is_refused();
        run(name, &"fun f() {".repeat(depth)).is_refused();
        run(name, &"class A { m() {".repeat(depth)).is_refused();
        run(name, &nested("fun f() {", depth, "", "}")).prints_or_is_refused("");
        run(name, &nested("class A { m() {", depth, "", "}}")).prints_or_is_refused("");
    }
}

#[test]
fn values_nested_deeply() {
    let depth = 100_000;
    run("values.sk", &format!("let a = {};\nprint a;\n", nested("{", depth, "1", "}")))
        .prints_or_is_refused("1\n");
    let ifs = nested("if true { ", depth, "1", " } else { 2 }");
    run("values.sk", &format!("let a = {ifs};\nprint a;\n")).prints_or_is_refused("1\n");
    run("values.sk", &format!("let a = {}", "{".repeat(depth))).is_refused();
    run("values.sk", &format!("let a = {}", "if ".repeat(depth))).is_refused();
}

#[test]
fn calls_nested_deeply() {
    for name in ["calls.lox", "calls.sk"] {
        let source = |depth| {
            format!(
                "fun f(x) {{ return x; }}\nfun g(f) {{ print {}; }}\ng(f);\n",
                nested("f(", depth, "7", ")")
            )
        };
        run(name, &source(150)).prints("7\n");
        run(name, &source(100_000)).prints_or_is_refused("7\n");
        run(name, &"f(".repeat(100_000)).is_refused();
    }
}

#[test]
fn chains_to_the_right() {
    let depth = 100_000;
    for name in ["chains.lox", "chains.sk"] {
        run(name, &format!("fun f() {{ return f; }}\n{{ var g = f; print g{}; }}\n", "()".repeat(depth)))
            .prints_or_is_refused("<fn f>\n");
        run(name, &format!("{{ var a = 1; print a{}; }}\n", " - a".repeat(depth)))
            .prints_or_is_refused("-99999\n");
        run(name, &format!("{{ var a = 1; print a{}; }}\n", " == a".repeat(depth)))
            .prints_or_is_refused("false\n");
    }
    let chain = format!("class A {{}} let a = A(); a.b = a;\nprint a{};\n", ".b".repeat(depth));
    run("chains.sk", &chain).prints_or_is_refused("A instance\n");
}

#[test]
fn sum_of_ten_thousand_terms() {
    for name in ["sum.lox", "sum.sk"] {
        run(name, &format!("{{ var a = 1; print a{}; }}\n", " + a".repeat(9_999))).prints("10000\n");
        run(name, &format!("{{ var a = 0.5; print a{}; }}\n", "\n + a".repeat(9_999))).prints("5000\n");
    }
    let numbers: String = (1..10_000).map(|number| format!(" + {number}")).collect();
    run("numbers.sk", &format!("print 0{numbers};\n")).prints("49995000\n");
}

#[test]
fn ladder_of_five_thousand_conditions() {
    // Ten bytes for each level, so the whole is within a jump.
    let source =
        format!("{{ var n; if (n) {{}}\n{}else print \"end\"; }}\n", "else if (n) {}\n".repeat(4_999));
    run("ladder.lox", &source).prints("end\n");
    run("ladder.sk", &source).prints("end\n");
    let rungs: String = (1..5_000).map(|number| format!("else if n == {number} {{ {number} }}\n")).collect();
    let source = format!(
        "fn f(n) {{ if n == 0 {{ 0 }}\n{rungs} else {{ -1 }} }}\nprint f(0); print f(4999); print f(5000);\n"
    );
    run("ladder-values.sk", &source).prints("0\n4999\n-1\n");
}

#[test]
fn identifier_of_a_megabyte() {
    let name = "n".repeat(1 << 20);
    for file in ["identifier.lox", "identifier.sk"] {
        run(file, &format!("var {name} = 1; print {name} + {name};\n")).prints("2\n");
        run(file, &format!("{{ var {name} = 1; fun f() {{ return {name}; }} print f(); }}\n")).prints("1\n");
        run(file, &format!("class A {{}} var a = A(); a.{name} = 3; print a.{name};\n")).prints("3\n");
        run(file, &format!("var {name} = 1; var {name}x = 2; print {name}x - {name};\n")).prints("1\n");
        let outcome = run(file, &format!("print {name};\n"));
        assert_eq!((outcome.end, outcome.output.as_str()), (End::Failed, ""));
        assert!(outcome.errors.starts_with("Undefined variable 'nnnn"), "{}", outcome.errors_start());
        assert!(outcome.errors.ends_with("'.\n[line 1] in script\n"));
    }
}

#[test]
fn string_of_megabytes() {
    let text = "0123456789abcdef".repeat(1 << 18);
    for file in ["string.lox", "string.sk"] {
        run(file, &format!("print \"{text}\";\n")).prints(&format!("{text}\n"));
        run(file, &format!("print \"{text}\" == \"{text}\";\n")).prints("true\n");
        run(file, &format!("print \"{text}\" + \"a\" == \"{text}\" + \"b\";\n")).prints("false\n");
        run(file, &format!("print \"{text}")).fails_to_compile("[line 1] Error: Unterminated string.\n");
    }
}

#[test]
fn number_of_many_digits() {
    let nines = "9".repeat(400);
    for file in ["digits.lox", "digits.sk"] {
        run(file, &format!("print {nines};\n")).prints("inf\n");
        run(file, &format!("print 0.{}1;\n", "0".repeat(400))).prints("0\n");
        run(file, &format!("print 1.{};\n", "0".repeat(1 << 20))).prints("1\n");
        run(file, &format!("print {}1;\n", "0".repeat(1 << 20))).prints("1\n");
    }
}

#[test]
fn file_of_fifty_megabytes() {
    // 500,000 statements of 100 bytes each.
    let line = format!("n = n + 1; // {}\n", "-".repeat(85));
    assert_eq!(line.len(), 100);
    let source = format!("{{ var n = 0;\n{}print n; }}\n", line.repeat(500_000));
    run("large.sk", &source).prints_or_is_refused("500000\n");

    // A text of comments and white space, nearly.
    let source = format!(
        "print 1;\n{}print missing;\n",
        "// nothing to see here, and on to the next\n \t\r\n".repeat(1_100_000)
    );
    let outcome = run("comments.lox", &source);
    assert_eq!((outcome.end, outcome.output.as_str()), (End::Failed, "1\n"));
    assert_eq!(outcome.errors, "Undefined variable 'missing'.\n[line 2200002] in script\n");
}

#[test]
fn list_of_many_objects() {
    let source = "class Node { init(next) { this.next = next; } }\n\
                  var list; for (var i = 0; i < 300000; i = i + 1) list = Node(list);\n\
                  var n = 0; while (list != nil) { n = n + 1; list = list.next; }\n\
                  print n;\n";
    run("list.lox", source).prints("300000\n");
}

#[test]
fn errors_without_end() {
    // Every statement is wrong, and every one is reported.
    let outcome = run("errors.lox", &"print ;\n".repeat(10_000));
    assert_eq!(outcome.end, End::Refused);
    assert_eq!(outcome.errors.lines().count(), 10_000);
    assert!(outcome.errors.ends_with("[line 10000] Error at ';': Expect expression.\n"));
}

#[test]
fn empty_files() {
    for name in ["empty.lox", "empty.sk"] {
        for source in
            ["", "\n", "   ", "\t\r\n\n", "// only a comment", "// only a comment\n", "//", "//\n//\n\n"]
        {
            run(name, source).prints("");
        }
    }
}

#[test]
fn no_newline_at_the_end() {
    for name in ["last.lox", "last.sk"] {
        run(name, "print 1;").prints("1\n");
        run(name, "print 1; // one").prints("1\n");
        run(name, "print 1; /").fails_to_compile("[line 1] Error at '/': Expect expression.\n");
        run(name, "print \"a").fails_to_compile("[line 1] Error: Unterminated string.\n");
        run(name, "print \"a\n").fails_to_compile("[line 2] Error: Unterminated string.\n");
    }
    for (text, line) in [("print 1", 1), ("print 1\n", 2), ("print 12", 1), ("print abc", 1)] {
        let error = format!("[line {line}] Error at end: Expect ';' after value.\n");
        run("last.lox", text).fails_to_compile(&error);
    }
    // The last statement of a Siskin text needs none.
    run("last.sk", "print 12").prints("12\n");
    run("last.sk", "print 12\n").prints("12\n");
}

#[test]
fn carriage_returns() {
    for name in ["crlf.lox", "crlf.sk"] {
        run(name, "var a = 1;\r\nprint a;\r\n// note\r\nprint 2;\r\n").prints("1\n2\n");
        run(name, "print 1\r\n;\r\nprint\r2;\r").prints("1\n2\n");
        run(name, "print \"a\r\nb\";\r\n").prints("a\r\nb\n");
        run(name, "\r\nprint ;\r\n").fails_to_compile("[line 2] Error at ';': Expect expression.\n");
        let outcome = run(name, "\r\n\r\nprint -nil;\r\n");
        assert_eq!(
            (outcome.end, outcome.errors.as_str()),
            (End::Failed, "Operand must be a number.\n[line 3] in script\n")
        );
    }
}

#[test]
fn characters_beyond_the_basic_plane() {
    for name in ["unicode.lox", "unicode.sk"] {
        run(name, "print \"\u{1F426}\" + \"\u{10FFFF}\"; // \u{1F426}\n").prints("\u{1F426}\u{10FFFF}\n");
        run(name, "print \u{1F426};\n").fails_to_compile("[line 1] Error: Unexpected character.\n");
    }
}

#[test]
fn string_of_a_hundred_thousand_values() {
    let values: String = (0..100_000).map(|index| format!("${{{}}},", index % 10)).collect();
    run("values.sk", &format!("let text = \"{values}\"; print text.len(); print text == \"{values}\";"))
        .prints("200000\ntrue\n");
}

#[test]
fn strings_nested_deeply() {
    let nested = |depth| nested("\"${", depth, "1", "}\"");
    run("strings.sk", &format!("print {};", nested(64))).prints("1\n");
    run("strings.sk", &format!("print {};", nested(65)))
        .fails_to_compile("[line 1] Error: Nested too deeply.\n");
    // In an interpolation the other limits hold.
    let deep = format!("print \"${{{}1{}}}\";", "(".repeat(100_000), ")".repeat(100_000));
    run("strings.sk", &deep).is_refused();
}

#[test]
fn string_of_many_escapes_and_lines() {
    run("escapes.sk", &format!("print \"{}\".len();", r"\u{e9}\n".repeat(100_000))).prints("300000\n");
    let lines = " ".repeat(100) + &"    ${1}x\n".repeat(3000) + &" ".repeat(4);
    run("lines.sk", &format!("print \"\"\"\n{lines}\"\"\".len();"))
        .prints(&format!("{}\n", 100 + 3000 * 3 - 1));
}
