//! The `siskin` program: the process around [`siskin::program::run`].

use std::ffi::OsStr;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use siskin::program::{self, Console};

/// Holds many short `print`s, so that a script that writes much is not a script that waits.
const BUFFER: usize = 64 * 1024;

fn main() -> ExitCode {
    let args = std::env::args_os().skip(1).collect();
    let mut stdin = io::stdin();
    let mut stdout = io::stdout().lock();
    let mut stderr = io::stderr().lock();
    let color = stderr.is_terminal() && wants_color();
    let is_terminal = stdin.is_terminal() && stdout.is_terminal();
    // The standard stream buffers lines, which is what a person at a terminal wants to see.
    let mut buffered;
    let stdout: &mut dyn Write = if stdout.is_terminal() {
        &mut stdout
    } else {
        buffered = BufWriter::with_capacity(BUFFER, stdout);
        &mut buffered
    };
    let console = Console { stdin: &mut stdin, stdout, stderr: &mut stderr, color, is_terminal, ends: true };
    ExitCode::from(program::run_on(args, console))
}

/// Whether the environment has nothing against colours: <https://no-color.org>.
fn wants_color() -> bool {
    let is = |name, wrong: fn(&OsStr) -> bool| std::env::var_os(name).is_some_and(|value| wrong(&value));
    !is("NO_COLOR", |value| !value.is_empty()) && !is("TERM", |value| value == "dumb")
}
