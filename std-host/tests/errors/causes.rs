//! Errors behind an error, in every format.

use crate::case::{Case, same};
use siskin::diagnostics::Format;

/// An error that another one has caused, which yet another one has.
const SOURCE: &str = r#"class Broken < Error { }
fn read() { throw Error("no file", "NotFound", "the disk"); }
fn load() {
  try { read(); } catch e { throw Broken("can't load", "Load", e); }
}
load();
"#;

#[test]
fn causes_follow_the_calls() {
    let shown = |format| Case::new(SOURCE).show(format);
    same(
        &shown(Format::Pretty),
        r#"error: Broken: can't load
 --> a.sk:4:29
  |
4 |   try { read(); } catch e { throw Broken("can't load", "Load", e); }
  |                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  in load() at a.sk:4:29
  in script at a.sk:6:1
Caused by: NotFound: no file
Caused by: the disk
"#,
    );
    same(
        &shown(Format::Short),
        r#"a.sk:4:29: error: Broken: can't load
    in load() at a.sk:4:29
    in script at a.sk:6:1
    caused by: NotFound: no file
    caused by: the disk
"#,
    );
    same(
        &shown(Format::Lox),
        "Broken: can't load\n[line 4] in load()\n[line 6] in script\nCaused by: NotFound: no file\nCaused by: the disk\n",
    );
    assert!(shown(Format::Json).contains(r#""causes":["NotFound: no file","the disk"]"#));
}

#[test]
fn causes_that_go_round_end() {
    let text =
        Case::new("let e = Error(\"a\"); e.cause = Error(\"b\", \"Error\", e); throw e;").show(Format::Lox);
    assert_eq!(text.lines().filter(|line| line.starts_with("Caused by: ")).count(), 8, "{text}");
}
