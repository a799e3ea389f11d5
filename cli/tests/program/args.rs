//! The command line.

#[cfg(unix)]
use super::common::program;
use super::{file, ran, siskin, siskin_with_input};

#[test]
fn code_may_begin_with_a_hyphen() {
    assert_eq!(siskin(["-e", "-\"x\";"]).err.lines().next(), Some("error: Operand must be a number."));
}

#[test]
fn usage_errors() {
    let wrong: &[&[&str]] = &[
        &["repl", "a.lox"],
        &["--bogus"],
        &["run"],
        &["check"],
        &["disasm"],
        &["a.lox", "b.lox"],
        &["-e", "print 1;", "a.lox"],
        &["-e"],
        &["--dialect", "python", "a.lox"],
        &["--tier", "jit", "a.lox"],
        &["--dispatch", "goto", "a.lox"],
        &["--fuel", "-1", "a.lox"],
        &["--fuel", "much", "a.lox"],
        &["--slice", "0", "a.lox"],
        &["--memory", "lots", "a.lox"],
        &["--memory", "99999999999g", "a.lox"],
        &["check", "--fuel", "1", "a.lox"],
        &["check", "-p", "1"],
        &["-p", "1", "-e", "1;"],
        &["-p", "1", "a.lox"],
        &["gc", "--fn", "f", "a.lox"],
        &["--error-format", "xml", "a.lox"],
        &["--color", "red", "a.lox"],
    ];
    for args in wrong {
        let ran = siskin(args.iter());
        assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("error: "), "{args:?}: {}", ran.err);
    }
}

/// The message says what is expected, also for a negative number.
#[test]
fn numbers_that_are_wrong() {
    for option in ["--fuel", "--hot", "--max-depth", "--slice", "--memory"] {
        for number in ["-1", "1.5", "much", ""] {
            let wrong = siskin([option, number, "a.lox"]);
            let head = format!("error: invalid value '{number}' for '{option} <");
            assert!(wrong.code == 64 && wrong.err.starts_with(&head), "{}", wrong.err);
            assert!(wrong.err.contains(">': expected a "), "{}", wrong.err);
        }
    }
    let large = siskin(["--max-depth", "4294967296", "a.lox"]);
    assert!(large.err.contains("too large"), "{}", large.err);
    for option in ["--slice", "--max-depth"] {
        assert!(siskin([option, "0", "a.lox"]).err.contains("expected 1 or more"), "{option}");
    }
}

/// With options but no file name, the script comes from standard input.
#[test]
fn options_alone_run_standard_input() {
    for args in [&[][..], &["--memory", "64m"], &["--dialect", "siskin", "--stats", "--fuel", "9"]] {
        let ran = siskin_with_input(args.iter(), b"print 6 * 7;");
        assert_eq!((ran.code, ran.out.as_str()), (0, "42\n"), "{args:?}: {}", ran.err);
    }
    assert_eq!(siskin_with_input(["run", "--memory", "64m"], b"print 1;").code, 64);
}

#[test]
fn slips_in_the_command_line_are_seen() {
    let wrong = siskin(["chek", "f"]);
    let err = "error: there is no command or file 'chek': did you mean 'check'?\n\n\
               For more information, try '--help'.\n";
    assert_eq!(wrong, ran(64, "", err));
    assert_eq!(siskin(["chek"]), ran(64, "", err));
    for (word, meant) in [("-c", "-e"), ("-v", "--version"), ("version", "--version")] {
        let wrong = siskin([word, "1;"]);
        assert!(wrong.code == 64 && wrong.err.contains(&format!("did you mean '{meant}'?")), "{}", wrong.err);
    }
    let version = siskin(["--versoin"]);
    assert_eq!(version.code, 64);
    assert!(version.err.contains("did you mean '--version'?"), "{}", version.err);
    // A word that resembles no command is not a command either. A word that looks like a path is a file.
    let word = "error: there is no command or file 'frobnicate'\n\nFor more information, try '--help'.\n";
    assert_eq!(siskin(["frobnicate"]), ran(64, "", word));
    assert_eq!(siskin(["frobnicate", "--all"]), ran(64, "", word));
    for path in ["frobnicate.sk", "./frobnicate", "frob/nicate"] {
        assert_eq!(siskin([path]).code, 74, "{path}");
    }
    // The name of an existing file is a script, even if it resembles a command.
    let file = file("slips", "chek", b"print 1;");
    assert_eq!(siskin([&file]), ran(0, "1\n", ""));
    let option = siskin(["run", "--fule", "3", "-e", "1;"]);
    assert_eq!(option.code, 64);
    assert!(option.err.contains("'--fuel'"), "{}", option.err);
}

/// The name of a file that cannot be read is not taken for a mistyped command.
#[cfg(unix)]
#[test]
fn a_link_to_itself_is_a_file() {
    let directory = file("link_to_itself", "other", b"").with_file_name("");
    let _ = std::fs::remove_file(directory.join("loop"));
    std::os::unix::fs::symlink("loop", directory.join("loop")).expect("a link");
    let program = program();
    let mut command = std::process::Command::new(&program[0]);
    let output = command.args(&program[1..]).arg("loop").current_dir(directory).output().expect("it ends");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.starts_with("siskin: cannot read 'loop': "), "{err}");
}

/// Text that others chose, such as the name of a file, cannot control the terminal.
#[test]
fn control_characters_are_escaped() {
    for args in [
        &["a\u{1b}[31mb.lox"][..],
        &["--a\u{1b}[31mb"],
        &["a.lox", "a\u{1b}[31mb"],
        &["--dialect", "a\u{1b}[31mb", "-e", "1;"],
        &["disasm", "--fn", "a\u{1b}[31mb", "-e", "1;"],
    ] {
        let ran = siskin(args);
        assert!(ran.err.contains("a\\u{1b}[31mb"), "{args:?}: {}", ran.err);
        assert!(!ran.err.contains('\u{1b}'), "{args:?}: {}", ran.err);
    }
    let path = file("control_characters", "a\u{1b}[31mb\u{202e}.sk", b"print nil + 1; print ;");
    for format in ["pretty", "short"] {
        let ran = siskin(["--error-format".into(), format.into(), path.clone().into_os_string()]);
        assert_eq!(ran.code, 65);
        assert!(!ran.err.contains(['\u{1b}', '\u{202e}']), "{}", ran.err);
    }
}

#[cfg(not(feature = "tail"))]
#[test]
fn tail_dispatch_takes_a_feature() {
    let ran = siskin(["--dispatch", "tail", "-e", "print 1;"]);
    assert_eq!(ran.code, 64);
    assert!(ran.err.contains("built without the feature `tail`"), "{}", ran.err);
}

#[cfg(feature = "tail")]
#[test]
fn tail_dispatch() {
    assert_eq!(siskin(["--dispatch", "tail", "-e", "print 1;"]), ran(0, "1\n", ""));
}

#[test]
fn modes_change_nothing_to_be_seen() {
    for mode in [
        &["--tier", "interp"][..],
        &["--dispatch", "match"],
        &["--gc-stress"],
        &["--slice", "1"],
        &["--fuel", "1000000"],
        &["--memory", "16m"],
        &["--max-depth", "100"],
        &["--dialect", "siskin"],
    ] {
        let args = mode.iter().chain(&["-e", "print \"a\";\nprint 2;"]);
        assert_eq!(siskin(args), ran(0, "a\n2\n", ""), "{mode:?}");
    }
}

#[test]
fn help_and_version() {
    for args in [&["--help"][..], &["-h"], &["help"], &["run", "--help"], &["check", "-h"], &["help", "run"]]
    {
        let ran = siskin(args.iter());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert!(ran.out.contains("Usage: siskin"), "{args:?}: {}", ran.out);
    }
    let version = concat!("siskin ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(siskin(["--version"]), ran(0, version, ""));
}
