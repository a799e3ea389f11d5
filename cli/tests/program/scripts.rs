//! The sources of scripts, and their values.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::Command;

use super::{Failing, examples, file, ran, siskin, siskin_into, siskin_on, siskin_with_input};

#[test]
fn runs_a_file() {
    let path = file("runs_a_file", "hello.lox", b"print \"hello\";\nprint 1;\n");
    assert_eq!(siskin([&path]), ran(0, "hello\n1\n", ""));
    assert_eq!(siskin(["run".into(), path]), ran(0, "hello\n1\n", ""));
}

#[test]
fn runs_code_and_standard_input() {
    assert_eq!(siskin(["-e", "print \"x\";"]), ran(0, "x\n", ""));
    assert_eq!(siskin(["run", "--eval", "print \"x\";"]), ran(0, "x\n", ""));
    assert_eq!(siskin_with_input(["-"], b"print \"in\";"), ran(0, "in\n", ""));
    assert_eq!(siskin_with_input(["run", "-"], b"print \"in\";"), ran(0, "in\n", ""));
    assert_eq!(siskin(["-e", ""]), ran(0, "", ""));
    let nothing: [&str; 0] = [];
    assert_eq!(siskin_with_input(nothing, b"print \"in\";"), ran(0, "in\n", ""));
    let wrong = siskin_with_input(nothing, b"print");
    assert_eq!((wrong.code, wrong.out.as_str()), (65, ""));
    assert!(wrong.err.contains("<stdin>:1:6"), "{}", wrong.err);
    assert_eq!(siskin_with_input(nothing, b""), ran(0, "", ""));
}

#[cfg(feature = "repl")]
#[test]
fn value_of_code() {
    assert_eq!(siskin(["-p", "1 + 1"]), ran(0, "2\n", ""));
    assert_eq!(
        siskin(["run", "--print", "let x = 4; print x; \"a\\\\n\" + \"b\""]),
        ran(0, "4\n\"a\\\\nb\"\n", "")
    );
    assert_eq!(siskin(["-p", "class P { init() { this.x = 1; } } P()"]), ran(0, "P { x: 1 }\n", ""));
    assert_eq!(siskin(["-p", "[1, #{ a: \"x\" }, 0..9]"]), ran(0, "[1, #{ a: \"x\" }, 0..9]\n", ""));
    assert_eq!(siskin(["-p", "enum E { A(x) } E.A([nil])"]), ran(0, "E.A([nil])\n", ""));
    let text = "class P { operator string() { \"a\u{7}\" } }";
    assert_eq!(siskin(["-p", &format!("{text} P()")]), ran(0, "a\\u{7}\n", ""));
    assert_eq!(siskin(["-p", &format!("{text} [P()]")]), ran(0, "[P {}]\n", ""));
    let endless = "class P { operator string() { while true {} } } P()";
    assert_eq!(siskin(["--fuel", "100", "-p", endless]), ran(0, "P {}\n", ""));
    assert_eq!(siskin(["--dialect", "lox", "-p", "-3"]), ran(0, "-3\n", ""));
    for nothing in ["", "nil", "1;", "var x = 3", "print 1"] {
        let out = if nothing == "print 1" { "1\n" } else { "" };
        assert_eq!(siskin(["-p", nothing]), ran(0, out, ""), "{nothing}");
    }
    let err = "error: Undefined variable 'y'.\n --> -p:1:5\n  |\n1 | 1 + y\n  |     ^\n";
    assert_eq!(siskin(["-p", "1 + y"]), ran(70, "", err));
    assert_eq!(siskin(["-p", "1 +"]).code, 65);
    assert_eq!(siskin(["--fuel", "10", "-p", "while true {} 1"]).code, 70);
    // No value is shown without the option.
    assert_eq!(siskin(["-e", "1 + 1"]), ran(0, "", ""));
    assert_eq!(siskin_into(Failing { capacity: 0, kind: io::ErrorKind::StorageFull }, &["-p", "1"]).0, 74);
}

#[test]
fn dialect_follows_the_extension() {
    let source = b"fn twice(n) { n * 2 }\nprint twice(21);\n";
    let lox_error = "[line 1] Error at 'twice': Expect ';' after expression.\n";
    let siskin_file = file("dialect", "twice.sk", source);
    let other_file = file("dialect", "twice", source);
    let lox_file = file("dialect", "twice.lox", source);
    assert_eq!(siskin([&siskin_file]), ran(0, "42\n", ""));
    assert_eq!(siskin([&other_file]), ran(0, "42\n", ""));
    assert_eq!(siskin_with_input(["-"], source), ran(0, "42\n", ""));
    assert_eq!(siskin([&lox_file]), ran(65, "", lox_error));

    assert_eq!(siskin(["--dialect".into(), "siskin".into(), lox_file]), ran(0, "42\n", ""));
    assert_eq!(siskin(["--dialect".into(), "lox".into(), siskin_file]), ran(65, "", lox_error));
}

#[test]
fn unreadable_files() {
    let missing = siskin(["no/such/file.lox"]);
    assert_eq!((missing.code, missing.out.as_str()), (74, ""));
    assert!(
        missing.err.starts_with("siskin: cannot read 'no/such/file.lox': No such file"),
        "{}",
        missing.err
    );

    let directory = siskin([env!("CARGO_TARGET_TMPDIR")]);
    assert_eq!(directory.code, 74, "{}", directory.err);

    let bytes = file("unreadable_files", "latin1.lox", b"print 1;\nprint \"caf\xE9\";\n");
    let err = format!("siskin: cannot read '{}': not UTF-8 text (line 2, byte 11)\n", bytes.display());
    assert_eq!(siskin([&bytes]), ran(74, "", &err));
    assert_eq!(siskin([OsString::from("check"), bytes.into()]), ran(74, "", &err));

    let err = "siskin: cannot read standard input: not UTF-8 text (line 1, byte 1)\n";
    assert_eq!(siskin_with_input(["-"], b"\xFF"), ran(74, "", err));
    let err = "siskin: cannot read standard input: the text is UTF-16; a script is UTF-8\n";
    for utf16 in [b"\xFF\xFE1\0;\0", b"\xFE\xFF\x001\0;"] {
        assert_eq!(siskin_with_input(["-"], utf16), ran(74, "", err));
    }
}

/// A source that is refused is not read or waited for.
#[cfg(unix)]
#[test]
fn files_that_are_no_files() {
    let refused = |path: &std::path::Path, why: &str| {
        let err = format!("siskin: cannot read '{}': {why}\n", path.display());
        assert_eq!(siskin([path]), ran(74, "", &err));
    };
    refused("/dev/zero".as_ref(), "a device, not a file");
    assert_eq!(siskin(["/dev/null"]), ran(0, "", ""));
    assert_eq!(siskin([env!("CARGO_TARGET_TMPDIR")]).code, 74);

    let pipe = file("no_files", "beside", b"").with_file_name("pipe.sk");
    let _ = std::fs::remove_file(&pipe);
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    refused(&pipe, "a pipe without a writer");
    std::fs::remove_file(&pipe).expect("it is there");
    // A pipe serves as a file, even if its writer comes later.
    for wait in [0, 30] {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let writes = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(wait));
            writer.write_all(b"print \"piped\";").expect("there is a reader");
        });
        let path = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&reader));
        assert_eq!(siskin([path]), ran(0, "piped\n", ""));
        writes.join().expect("it has written");
    }

    let large = file("no_files", "large.sk", b"");
    let sparse = std::fs::File::options().write(true).open(&large).expect("a file");
    sparse.set_len(5 << 30).expect("a sparse file");
    refused(&large, "longer than 4 GB");
    std::fs::remove_file(large).expect("it was there");
}

/// The text is kept while its script runs.
#[test]
fn source_text_takes_memory() {
    let padded = |count| [&b"print 1;"[..], &vec![b' '; count]].concat();
    let path = file("source_takes_memory", "long.lox", &padded(3 << 20));
    let run = |memory: &str| siskin(["--memory".into(), memory.into(), path.clone().into_os_string()]);
    assert_eq!(run("4m"), ran(0, "1\n", ""));
    for memory in ["3m", "2m", "1"] {
        assert_eq!(run(memory), ran(70, "", "Out of memory.\n"), "{memory}");
    }
    assert_eq!(siskin_with_input(["--memory", "3m", "-"], &padded(3 << 20)).code, 70);
    // Besides the text, an engine needs more than 4 kB on every processor.
    assert_eq!(siskin_with_input(["--memory", "3200k", "-"], &padded((3200 << 10) - 4_000)).code, 70);
    for command in ["check", "disasm"] {
        let args = [command.into(), "--memory".into(), "2m".into(), path.clone().into_os_string()];
        assert_eq!(siskin(args), ran(70, "", "Out of memory.\n"), "{command}");
    }
    // An endless stream is not read further.
    let endless = siskin_on(["--memory", "1m", "-"], &mut io::repeat(b' '), &mut io::sink());
    assert_eq!(endless, (70, "error: Out of memory.\n".into()));
}

#[test]
fn marks_at_the_beginning_are_no_code() {
    for begin in ["\u{feff}", "#!/usr/bin/env siskin\n", "\u{feff}#!/usr/bin/env -S siskin run\n", "#!x\r\n"]
    {
        for name in ["marks.lox", "marks.sk"] {
            let path = file("marks", name, format!("{begin}print 1;").as_bytes());
            assert_eq!(siskin([&path]), ran(0, "1\n", ""), "{begin:?} in {name}");
        }
        let text = format!("{begin}print nil + 1;\n");
        let line = 1 + begin.matches('\n').count();
        let wrong = siskin_with_input(["--error-format", "short", "-"], text.as_bytes());
        let err = format!("<stdin>:{line}:7: error: Operands must be two numbers or two strings.\n");
        assert_eq!(wrong, ran(70, "", &err), "{begin:?}");
    }
    assert_eq!(siskin_with_input(["-"], b"#!"), ran(0, "", ""));
    // These marks are errors elsewhere in the text.
    assert_eq!(siskin_with_input(["-"], b"\n#!\n").code, 65);
    assert_eq!(siskin_with_input(["-"], " \u{feff}1;".as_bytes()).code, 65);
    assert_eq!(siskin_with_input(["-"], "\u{feff}\u{feff}1;".as_bytes()).code, 65);
}

/// Each example ends with a comment that has its output.
#[test]
fn examples_print_what_they_say() {
    let mut count = 0;
    for path in examples() {
        let source = std::fs::read_to_string(&path).expect("readable text");
        let (_, comment) = source.split_once("\n// Prints:\n").expect("a comment `// Prints:` at the end");
        let lines = comment.lines().map(|line| line.strip_prefix("//").unwrap_or(line));
        let expected: String =
            lines.flat_map(|line| [line.strip_prefix(' ').unwrap_or(line), "\n"]).collect();
        assert_eq!(siskin([&path]), ran(0, &expected, ""), "{}", path.display());
        count += 1;
    }
    assert!(count >= 20, "only {count} examples");
}
