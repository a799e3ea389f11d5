//! Errors in scripts, as the program shows them.

use std::io;

use siskin_cli::Console;

use super::{file, ran, siskin};

#[test]
fn compile_errors() {
    let err = "[line 2] Error at ';': Expect expression.\n[line 4] Error at end: Expect expression.\n";
    let source = "print 1;\nprint ;\n\nprint";
    let path = file("compile_errors", "bad.lox", source.as_bytes());
    assert_eq!(siskin([&path]), ran(65, "", err));
    assert_eq!(siskin(["check".into(), path]), ran(65, "", err));
    assert_eq!(siskin(["--error-format", "lox", "-e", source]), ran(65, "", err));
}

#[test]
fn format_of_errors_follows_the_dialect() {
    let pretty = "error: Expect expression.\n --> -e:1:7\n  |\n1 | print ;\n  |       ^\n";
    let lox = "[line 1] Error at ';': Expect expression.\n";
    assert_eq!(siskin(["-e", "print ;"]), ran(65, "", pretty));
    assert_eq!(siskin(["--dialect", "lox", "-e", "print ;"]), ran(65, "", lox));
    assert_eq!(
        siskin(["--dialect", "lox", "--error-format", "pretty", "-e", "print ;"]),
        ran(65, "", pretty)
    );
    let short = "-e:1:7: error: Expect expression.\n";
    for command in ["run", "check", "disasm"] {
        assert_eq!(siskin([command, "--error-format", "short", "-e", "print ;"]), ran(65, "", short));
    }
}

#[test]
fn colours_when_asked_for() {
    let is_plain = |color: &str| !siskin(["--color", color, "-e", "print ;"]).err.contains('\x1b');
    assert!(is_plain("auto"), "this is no terminal");
    assert!(is_plain("never"));
    assert!(!is_plain("always"));
    let json = siskin(["--color", "always", "--error-format", "json", "-e", "print ;"]).err;
    assert!(!json.contains('\x1b'), "{json}");

    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = Console {
        stdin: &mut io::empty(),
        stdout: &mut out,
        stderr: &mut err,
        color: true,
        is_terminal: false,
        ends: false,
    };
    assert_eq!(siskin_cli::run_on(vec!["-e".into(), "print ;".into()], streams), 65);
    assert!(err.contains(&0x1b), "they were said to be welcome");
}

#[test]
fn check_runs_nothing() {
    assert_eq!(siskin(["check", "-e", "print 1;"]), ran(0, "", ""));
    assert_eq!(siskin(["check", "-e", "-\"x\";"]), ran(0, "", ""));
}

#[test]
fn run_time_errors() {
    let source = "print \"before\";\nfun f() {\n  -\"x\";\n}\nf();\n";
    let path = file("run_time_errors", "fails.lox", source.as_bytes());
    let err = "Operand must be a number.\n[line 3] in f()\n[line 5] in script\n";
    assert_eq!(siskin([&path]), ran(70, "before\n", err));
}

#[test]
fn long_traces_lose_their_middle() {
    let trace = |depth: &str| {
        let ran = siskin(["--dialect", "lox", "--max-depth", depth, "-e", "fun grow() { grow(); }\ngrow();"]);
        assert!(ran.err.ends_with("\n[line 2] in script\n"), "{}", ran.err);
        (ran.err.lines().count(), ran.err.lines().nth(33).map(str::to_owned))
    };
    let frame = Some("[line 1] in grow()".to_owned());
    assert_eq!(trace("60"), (61, frame.clone()));
    assert_eq!(trace("64"), (65, frame));
    assert_eq!(trace("65"), (66, Some("[1 more]".into())));
    assert_eq!(trace("5000"), (66, Some("[4936 more]".into())));
}
