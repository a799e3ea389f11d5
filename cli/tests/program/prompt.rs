//! The prompt without a terminal.
#![cfg(feature = "repl")]

use super::{file, piped, ran, siskin_with_input};

#[test]
fn piped_sessions_may_be_long() {
    let inputs: String = (0..20_000).map(|number| format!("{number}\n")).collect();
    let ran = siskin_with_input(["repl"], inputs.as_bytes());
    assert_eq!((ran.code, ran.out.lines().count(), ran.err.as_str()), (0, 20_000, ""));
    let functions: String = (0..5000).map(|number| format!("fn f{number}() {{ {number} }}\n")).collect();
    let ran = siskin_with_input(["repl"], format!("{functions}f4999()\n").as_bytes());
    assert!(ran.out.ends_with("  defined f4999/0\n=> 4999\n"), "{:?}", ran.out.lines().last());
    // Inputs of many lines: a block, a string, an argument list, a sum.
    let lines = |head: &str, line: &str, tail: &str| format!("{head}\n{}{tail}\n", line.repeat(20_000));
    for (text, out) in [
        (lines("{", "  print 1;\n", "}"), "1\n".repeat(20_000)),
        (lines("print \"", "\n", "\";"), "\n".repeat(20_002)),
        (lines("nil == (", "  1 ==\n", "2)"), "=> false\n".into()),
        (lines("1 +", "  1 +\n", "1"), "=> 20002\n".into()),
    ] {
        let ran = siskin_with_input(["repl"], text.as_bytes());
        assert!(ran.out == out, "{:?} {:?}", text.get(..20), ran.err.get(..200));
    }
}

#[test]
fn prompt_without_a_terminal_reads_lines() {
    let input = b"let x = 1\nfn f() {\n\n  print x;\n}\nf()\n";
    assert_eq!(siskin_with_input(["repl"], input), ran(0, "  defined f/0\n1\n", ""));
    assert_eq!(siskin_with_input(["repl"], b"print 1"), ran(0, "1\n", ""));
    assert_eq!(siskin_with_input(["repl"], b"print 1\n:quit\nprint 2\n"), ran(0, "1\n", ""));
    assert_eq!(
        siskin_with_input(["repl", "--dialect", "lox"], b"var let = 1\nprint let\n"),
        ran(0, "1\n", "")
    );

    let wrong = siskin_with_input(["repl"], b")\nprint 1\n{\n");
    assert_eq!((wrong.code, wrong.out.as_str()), (0, "1\n"));
    assert_eq!(wrong.err.matches("error: ").count(), 2, "{}", wrong.err);
    let binary = siskin_with_input(["repl"], b"print \"\xff\"\n");
    assert_eq!(binary, ran(0, "", "  this line is not UTF-8 text\n"));
}

#[test]
fn a_prompt_takes_a_pipe_too() {
    let input = b"fn f(n) {\n  n + 1 }\nf(1)\n-\"x\"\n:nothing\nprint f(_)";
    let out = "  defined f/1\n=> 2\n3\n";
    let err = "error: Operand must be a number.\n --> <input 3>:1:1\n  |\n1 | -\"x\"\n  | ^^^^\n\
               \x20 there is no command ':nothing'; :help lists them\n";
    assert_eq!(piped(&["repl"], input), ran(0, out, err));
    let near = "  there is no command ':dissasm': did you mean ':disasm'?\n";
    assert_eq!(piped(&["repl"], b":dissasm f\n"), ran(0, "", near));
    assert_eq!(piped(&["repl"], b":quit\n1"), ran(0, "", ""));
    assert_eq!(piped(&["repl"], b"f(").code, 0);
    let err = "  this line is not UTF-8 text\n";
    assert_eq!(piped(&["repl"], b"1\ncaf\xff\n2"), ran(0, "=> 1\n=> 2\n", err));
}

/// The limit on memory bounds the inputs of a session and the memory that it holds.
#[test]
fn inputs_and_files_take_memory() {
    let spaces = |count| format!("print 1;{}", " ".repeat(count));
    let fits = file("session_memory", "fits.sk", spaces(300 << 10).as_bytes());
    let long = file("session_memory", "long.sk", spaces(3 << 20).as_bytes());
    let loads = format!(":load {}\n:load {}\nprint 2\n", long.display(), fits.display());
    let why = "the text is too long for the memory that the limit leaves";
    let err = format!("  cannot read '{}': {why}\n", long.display());
    assert_eq!(siskin_with_input(["repl", "--memory", "4m"], loads.as_bytes()), ran(0, "1\n2\n", &err));
    let err = format!("  {why}\n");
    let line = format!("{}\nprint 2\n", spaces(3 << 20));
    assert_eq!(siskin_with_input(["repl", "--memory", "4m"], line.as_bytes()), ran(0, "2\n", &err));
    let lines = format!("f(\n{})\nprint 2\n", "\n".repeat(3 << 20));
    let refused = siskin_with_input(["repl", "--memory", "4m"], lines.as_bytes());
    assert!(refused.err.starts_with(&err) && refused.out.ends_with("2\n"), "{:?}", refused.err.get(..200));
}
