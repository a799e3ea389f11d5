//! Standard streams that are closed, full, or not read.

use std::io::{self, Write};
use std::process::{Command, Stdio};

#[cfg(target_os = "linux")]
use super::common::program;
use super::{Failing, Ran, piped, ran, siskin_into, spawn};

#[test]
fn output_fails() {
    let forever = ["-e", "while (true) print 1;"];
    let full = "siskin: cannot write to standard output: no storage space\n";
    for capacity in [0, 1, 2, 99] {
        let stdout = Failing { capacity, kind: io::ErrorKind::StorageFull };
        assert_eq!(siskin_into(stdout, &forever), (74, full.into()), "{capacity}");
        let stdout = Failing { capacity, kind: io::ErrorKind::BrokenPipe };
        assert_eq!(siskin_into(stdout, &forever), (141, String::new()), "{capacity}");
    }
    for args in [&["--help"][..], &["--version"], &["disasm", "-e", "print 1;"]] {
        let stdout = Failing { capacity: 0, kind: io::ErrorKind::StorageFull };
        assert_eq!(siskin_into(stdout, args), (74, full.into()), "{args:?}");
    }
}

/// A shell closes standard streams, or redirects them to the device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn streams_that_serve_nothing() {
    let run = |redirections: &str, args: &[&str]| {
        let script = format!("exec \"$@\" {redirections}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh"]).args(program()).args(args);
        let output = command.stdin(Stdio::null()).output().expect("the program ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let said = |why: &str| (Some(74), format!("siskin: cannot write to standard output: {why}\n"));
    let closed = said("the stream is closed");
    let full = said("No space left on device (os error 28)");
    let long = "var i = 0; while (i < 20000) { print i; i = i + 1; }";
    for args in [&["-e", "print 1;"][..], &["-e", long], &["--version"], &["disasm", "-e", "print 1;"]] {
        assert_eq!(run(">&-", args), closed, "{args:?}");
        assert_eq!(run("1</dev/null", args), closed, "{args:?}");
        assert_eq!(run(">/dev/full", args), full, "{args:?}");
    }
    for redirections in [">&-", ">/dev/full", ">/dev/null"] {
        assert_eq!(run(redirections, &["-e", "1;"]), (Some(0), String::new()), "nothing is lost");
    }
    assert_eq!(run(">/dev/null", &["-e", "print 1;"]), (Some(0), String::new()));
    let unread = "siskin: cannot read standard input: the stream is closed\n".to_owned();
    assert_eq!(run("<&-", &["-"]), (Some(74), unread.clone()));
    assert_eq!(run("<&-", &[]), (Some(74), unread));
    assert_eq!(run("2>&-", &["-e", "print ;"]), (Some(65), String::new()));
}

#[cfg(all(target_os = "linux", feature = "repl"))]
#[test]
fn a_session_says_once_that_its_output_is_lost() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the device");
    let program = program();
    let mut child = Command::new(&program[0])
        .args(&program[1..])
        .arg("repl")
        .stdin(Stdio::piped())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    // The child may end before it has read everything.
    let _ = child.stdin.take().expect("a pipe").write_all(b"1\n2\n3\n");
    let output = child.wait_with_output().expect("the program ends");
    let err = "siskin: cannot write to standard output: No space left on device (os error 28)\n";
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(74), err));
}

#[test]
fn stderr_may_be_closed() {
    let mut stderr = Failing { capacity: 0, kind: io::ErrorKind::BrokenPipe };
    let args = vec!["-e".into(), "print ;".into()];
    assert_eq!(siskin_cli::run(args, &mut io::empty(), &mut io::sink(), &mut stderr), 65);
}

#[cfg(unix)]
#[test]
fn stops_quietly_when_nobody_reads() {
    let mut child = spawn(&["-e", "while (true) print 1;"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_process_itself() {
    let Ran { code, out, err } = piped(&["-"], b"print \"a\";\n-\"x\";\n");
    assert_eq!((code, out.as_str()), (70, "a\n"));
    assert!(err.starts_with("error: Operand must be a number.\n --> <stdin>:2:1\n"), "{err}");
}

#[test]
fn what_is_piped_in_is_a_script() {
    assert_eq!(piped(&[], b"1+1"), ran(0, "", ""));
    assert_eq!(piped(&[], b"print 1+1;"), ran(0, "2\n", ""));
    assert_eq!(piped(&[], b"print 1"), ran(0, "1\n", ""));
    let Ran { code, out, err } = piped(&[], b"1\n2;");
    assert_eq!((code, out.as_str()), (65, ""));
    assert!(err.starts_with("error: Expect ';' after expression.\n --> <stdin>:1:2\n"), "{err}");
}
