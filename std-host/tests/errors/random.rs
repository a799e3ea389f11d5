//! The errors of any text can be shown.

use proptest::prelude::*;
use siskin::diagnostics::{Format, Source};
use siskin::{Dialect, Options};

use crate::case::Case;

/// Pieces of scripts, and text that is hard to underline.
const PIECES: &[&str] = &[
    "fn f(x) {",
    "class A {",
    "}",
    "{",
    "(",
    ")",
    ";",
    "let a = ",
    "var b = ",
    "a",
    "b",
    "f(",
    "1",
    "+",
    "-",
    "= ",
    "\"s\"",
    "\"",
    ".c",
    "this",
    "print ",
    "return ",
    "whlie ",
    "null",
    "\n",
    "\r\n",
    "\t",
    " ",
    "// x\n",
    "größe",
    "大",
    "\u{200d}",
    "e\u{301}",
    "\u{1b}",
    "\u{2028}",
    "\0",
    "&",
    "++",
    "===",
    "\"${",
    "#{ a: ",
    "[",
    "]",
    ", ",
    "=> ",
    "match a { ",
    "enum E { A(",
    "class B < A { static c = ",
    "get ",
    "for (",
    "for a in ",
    "if a ",
    "else ",
    "|x| ",
    "try ",
    "catch ",
    "function g",
    "import { ",
    "export ",
];

/// One of [`PIECES`], or any text.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(PIECES).prop_map(str::to_owned);
    prop_oneof![8 => known, 1 => any::<char>().prop_map(String::from)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_error_can_be_shown(pieces in prop::collection::vec(piece(), 0..40), lox: bool) {
        let text = pieces.concat();
        let dialect = if lox { Dialect::Lox } else { Dialect::Siskin };
        for format in [Format::Pretty, Format::Short, Format::Json, Format::Lox] {
            let options = Options::new().max_frames(100);
            let source = Source::new("a.sk", text.as_str(), dialect);
            let shown = Case { source, options, fuel: Some(1000) }.show(format);
            prop_assert!(shown.is_empty() || shown.ends_with('\n'), "{}", shown);
        }
    }
}
