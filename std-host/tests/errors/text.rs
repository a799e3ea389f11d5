//! Text that is hard to underline: wide and invisible characters, long lines, ends of lines and texts.

use crate::case::{Case, pretty, same, short};
use siskin::Dialect;
use siskin::diagnostics::{Format, Source};

#[test]
fn tabs() {
    same(
        &pretty("\tlet a = 1;\n\tprint a\t+\tnil;\n"),
        r"error: Operands must be two numbers or two strings.
 --> a.sk:2:8
  |
2 |     print a    +    nil;
  |           ^^^^^^^^^^^^^
",
    );
}

#[test]
fn characters_before_the_place_count_once() {
    same(
        &pretty(
            r#"print "größe 大きい 🐦" + nil;
"#,
        ),
        r#"error: Operands must be two numbers or two strings.
 --> a.sk:1:7
  |
1 | print "größe 大きい 🐦" + nil;
  |       ^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: write the value into the text, '"${x}"', or 'str(x)' for its text
"#,
    );
}

#[test]
fn characters_of_two_columns_in_the_place() {
    same(
        &pretty(
            r#"let name = "大"; print name - "きい" - 1;
"#,
        ),
        r#"error: Operands must be numbers.
 --> a.sk:1:23
  |
1 | let name = "大"; print name - "きい" - 1;
  |                        ^^^^^^^^^^^^^
"#,
    );
}

#[test]
fn names_are_ascii() {
    same(
        &pretty("let größe = 1;\n"),
        r"error: Unexpected character.
 --> a.sk:1:7
  |
1 | let größe = 1;
  |       ^
  |
  = help: names have the letters a to z, digits and '_'
",
    );
}

#[test]
fn birds() {
    same(
        &pretty("print 🐦;\n"),
        r"error: Unexpected character.
 --> a.sk:1:7
  |
1 | print 🐦;
  |       ^^
",
    );
}

#[test]
fn control_characters_are_shown() {
    same(
        &pretty("print \"\u{1b}[31m\" + nil;\n"),
        r#"error: Operands must be two numbers or two strings.
 --> a.sk:1:7
  |
1 | print "␛[31m" + nil;
  |       ^^^^^^^^^^^^^
  |
  = help: write the value into the text, '"${x}"', or 'str(x)' for its text
"#,
    );
}

#[test]
fn very_long_line() {
    same(
        &pretty(&format!("var a = 1; {0}a = a + nil; {0}", "a = a + 1; ".repeat(100))),
        r"error: Operands must be two numbers or two strings.
 --> a.sk:1:1116
  |
1 | ...; a = a + 1; a = a + 1; a = a + 1; a = a + 1; a = a + 1; a = a + nil; a = a + 1; a = a + 1; a = a + 1; a = a + 1; a = a + 1; a = a...
  |                                                                 ^^^^^^^
",
    );
}

#[test]
fn very_long_name() {
    same(
        &pretty(&format!("print {};", "n".repeat(1000))),
        r"error: Undefined variable 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn'.
 --> a.sk:1:7
  |
1 | print nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn;
  |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn last_line_without_newline() {
    same(
        &pretty(
            r"let a = 1;
print a + nil;",
        ),
        r"error: Operands must be two numbers or two strings.
 --> a.sk:2:7
  |
2 | print a + nil;
  |       ^^^^^^^
",
    );
}

#[test]
fn last_line_without_newline_and_without_end() {
    same(
        &pretty(
            r"let a = 1;
print a +",
        ),
        r"error: Expect expression.
 --> a.sk:2:10
  |
2 | print a +
  |          ^
",
    );
}

#[test]
fn carriage_returns() {
    same(
        &pretty("let a = 1;\r\nprint a + nil;\r\n"),
        r"error: Operands must be two numbers or two strings.
 --> a.sk:2:7
  |
2 | print a + nil;
  |       ^^^^^^^
",
    );
    same(
        &pretty("print 1 +\r\n  nil;\r\nlet"),
        r"error: Expect variable name.
 --> a.sk:3:4
  |
3 | let
  |    ^
",
    );
    same(
        &pretty("print 1 +\r\n  nil;\r\n"),
        r"error: Operands must be two numbers or two strings.
 --> a.sk:1:7
  |
1 |   print 1 +
  |  _______^
2 | |   nil;
  | |_____^
",
    );
    same(
        &pretty("print \"abc\r\n;\r\n"),
        r#"error: Unterminated string.
 --> a.sk:1:7
  |
1 | print "abc
  |       ^^^^
"#,
    );
}

#[test]
fn nothing_at_all() {
    assert_eq!(pretty(""), "");
    assert_eq!(pretty("\n\n"), "");
    same(
        &short("{"),
        "a.sk:1:2: error: Expect '}' after block.\n    help: the '{' on line 1 is not closed\n",
    );
    same(&short("(\n\n\n"), "a.sk:1:2: error: Expect expression.\n");
}

#[test]
fn columns_count_characters() {
    assert!(
        short("print \"ä\" + nil;")
            .starts_with("a.sk:1:7: error: Operands must be two numbers or two strings.\n")
    );
    assert_eq!(short("\"äöü\"; -nil;"), "a.sk:1:8: error: Operand must be a number.\n");
    assert_eq!(short("\t\t-nil;"), "a.sk:1:3: error: Operand must be a number.\n");
}

#[test]
fn names_of_files() {
    let named = |name: &str| Case { source: Source::new(name, "-nil;", Dialect::Siskin), ..Case::new("") };
    let first = |name: &str, format| named(name).show(format).lines().take(2).collect::<Vec<_>>().join("\n");
    same(
        &first("große Vögel.sk", Format::Pretty),
        "error: Operand must be a number.\n --> große Vögel.sk:1:1",
    );
    same(&first("-e", Format::Short), "-e:1:1: error: Operand must be a number.");
    same(&first("", Format::Short), ":1:1: error: Operand must be a number.");
    same(&first("a\u{1b}\nb", Format::Short), "a\u{fffd}\u{fffd}b:1:1: error: Operand must be a number.");
    assert!(!first("a\u{1b}[0m", Format::Pretty).contains('\u{1b}'));
}
