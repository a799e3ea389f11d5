//! Many errors, and long texts: a report takes time and space in proportion to their number and length.
//!
//! Nothing is timed. With these sizes, time in proportion to the square would be hours.

use serde_json::Value;
use siskin::diagnostics::Format;

use crate::case::{Case, same};

/// Errors in each text.
const COUNT: usize = 200_000;

/// Bytes of text for each error: `var a = ; `
const EACH: usize = 10;

fn on_one_line() -> Case {
    Case { fuel: None, ..Case::new(&"var a = ; ".repeat(COUNT)) }
}

#[test]
fn on_one_line_short() {
    let text = on_one_line().show(Format::Short);
    assert_eq!(text.lines().count(), COUNT);
    let last = format!("a.sk:1:{}: error: Expect expression.", EACH * COUNT - 1);
    assert_eq!(text.lines().last(), Some(&*last));
}

#[test]
fn on_one_line_json() {
    let text = on_one_line().show(Format::Json);
    assert_eq!(text.lines().count(), COUNT);
    let last: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).expect("JSON");
    assert_eq!(last["span"]["column"], EACH * COUNT - 1);
    assert_eq!(last["span"]["end_column"], EACH * COUNT);
}

#[test]
fn on_one_line_lox() {
    let text = on_one_line().show(Format::Lox);
    assert_eq!(text.lines().count(), COUNT);
    assert_eq!(text.lines().last(), Some("[line 1] Error at ';': Expect expression."));
}

/// Twenty are shown: the first with its line, which is too long to be laid out a second time.
#[test]
fn on_one_line_pretty() {
    let text = Case::new(&"var a = ; ".repeat(COUNT / 2)).show(Format::Pretty);
    let mut lines = text.lines();
    assert_eq!(lines.nth(3).and_then(|line| line.get(..26)), Some("1 | var a = ; var a = ; va"));
    same(
        &lines.skip(1).take(5).collect::<Vec<_>>().join("\n"),
        "\nerror: Expect expression.\n  at a.sk:1:19\n\nerror: Expect expression.",
    );
    assert!(text.ends_with("\n\nerror: 99980 more errors\n"), "{}", &text[text.len() - 100..]);
}

#[test]
fn on_many_lines() {
    for format in [Format::Short, Format::Json, Format::Lox] {
        let text = Case::new(&"var a = ;\n".repeat(COUNT)).show(format);
        assert_eq!(text.lines().count(), COUNT);
    }
}

/// Each function that is open at the end of the text is an error, and its report would search for the open brace. Of
/// equal errors in a row, one is shown.
#[test]
fn open_braces() {
    let text = "fn f() { ".repeat(900) + &"1;".repeat(1_000_000);
    let shown = Case::new(&text).show(Format::Short);
    same(
        &shown,
        "a.sk:1:2008101: error: Expect '}' after block.\n    help: the '{' on line 1 is not closed\n",
    );
    assert_eq!(Case::new(&text).show(Format::Lox).lines().count(), 1, "the rest is missed because of it");
    let lox = Case::lox(&text.replace("fn", "fun").replace('1', "nil")).show(Format::Lox);
    assert_eq!(lox.lines().count(), 900, "the book has them all");
}

#[test]
fn long_names_are_not_compared() {
    let name = "x".repeat(4_000_000);
    let shown = Case::new(&format!("var {name} = 1;\nprint {name}y;")).show(Format::Short);
    assert!(shown.starts_with("a.sk:2:7: error: Undefined variable 'xxxxx"), "{}", &shown[..50]);
    assert!(!shown.contains("help"), "nobody mistypes that");
}

/// Looks up the line of each call in a function of very many lines.
#[test]
fn deep_calls_from_the_end_of_a_long_function() {
    let text = format!("fn f(n) {{\nif n < 0 {{\n{}}}\nf(n + 1); }}\nf(0);", "n();\n".repeat(COUNT));
    for (format, last) in
        [(Format::Short, "... 16382 more of f at line"), (Format::Lox, "[line 200004] in f()")]
    {
        let shown = Case { fuel: None, ..Case::new(&text) }.show(format);
        assert!(shown.contains(last), "{shown}");
    }
}
