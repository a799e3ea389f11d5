//! The `siskin` program from outside: arguments and files in, text and exit codes out.

mod args;
mod build;
#[path = "../common/mod.rs"]
mod common;
mod errors;
mod limits;
mod listings;
mod modules;
mod pages;
mod prompt;
mod scripts;
mod streams;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The result of a run of the program.
#[derive(Debug, PartialEq)]
struct Ran {
    code: u8,
    out: String,
    err: String,
}

fn ran(code: u8, out: &str, err: &str) -> Ran {
    Ran { code, out: out.into(), err: err.into() }
}

/// Runs the program in this process. Returns its exit code and the text on standard error.
fn siskin_on<A: Into<OsString>>(
    args: impl IntoIterator<Item = A>,
    stdin: &mut dyn Read,
    stdout: &mut dyn Write,
) -> (u8, String) {
    let mut err = Vec::new();
    let code = siskin_cli::run(args.into_iter().map(Into::into).collect(), stdin, stdout, &mut err);
    (code, text(err))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the program writes UTF-8")
}

fn siskin_with_input<A: Into<OsString>>(args: impl IntoIterator<Item = A>, mut input: &[u8]) -> Ran {
    let mut out = Vec::new();
    let (code, err) = siskin_on(args, &mut input, &mut out);
    Ran { code, out: text(out), err }
}

fn siskin<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Ran {
    siskin_with_input(args, b"")
}

/// Runs the program, and gives what it writes, which need not be text.
fn siskin_into_bytes<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Vec<u8> {
    let mut out = Vec::new();
    assert_eq!(siskin_on(args, &mut io::empty(), &mut out), (0, String::new()));
    out
}

/// A file of that name, alone in a directory of this test's own.
fn file(test: &str, name: &str, contents: &[u8]) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("program").join(test);
    std::fs::create_dir_all(&directory).expect("a scratch directory");
    let path = directory.join(name);
    std::fs::write(&path, contents).expect("a scratch file");
    path
}

/// The scripts in `examples`; of a folder there, its main script.
fn examples() -> impl Iterator<Item = PathBuf> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let paths = std::fs::read_dir(directory).expect("the examples").map(|entry| {
        let path = entry.expect("an example").path();
        if path.is_dir() { path.join("main.sk") } else { path }
    });
    paths.filter(|path| path.extension().is_some_and(|end| end == "lox" || end == "sk"))
}

/// A stream that takes some bytes, then fails.
struct Failing {
    capacity: usize,
    kind: io::ErrorKind,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.capacity == 0 {
            return Err(self.kind.into());
        }
        let taken = bytes.len().min(self.capacity);
        self.capacity -= taken;
        Ok(taken)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn siskin_into(mut stdout: Failing, args: &[&str]) -> (u8, String) {
    siskin_on(args, &mut io::empty(), &mut stdout)
}

/// Starts the program as a process, with pipes as its streams.
fn spawn(args: &[&str]) -> Child {
    let program = common::program();
    let mut command = Command::new(&program[0]);
    command.args(&program[1..]).args(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// Runs the program with this input in a pipe.
fn piped(args: &[&str], input: &[u8]) -> Ran {
    let mut child = spawn(args);
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input).expect("the program reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let code = output.status.code().and_then(|code| u8::try_from(code).ok());
    ran(code.expect("no signal ended it"), &text(output.stdout), &text(output.stderr))
}
