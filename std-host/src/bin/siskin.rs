//! The `siskin` program: the process around [`siskin::program::run`].

use std::io::{self, BufWriter, IsTerminal};
use std::process::ExitCode;

use siskin::program;

/// Holds many short `print`s, so that a script that writes much is not a script that waits.
const BUFFER: usize = 64 * 1024;

fn main() -> ExitCode {
    let args = std::env::args_os().skip(1).collect();
    let mut stdin = io::stdin();
    let mut stdout = io::stdout().lock();
    let mut stderr = io::stderr().lock();
    // The standard stream buffers lines, which is what a person at a terminal wants to see.
    let code = if stdout.is_terminal() {
        program::run(args, &mut stdin, &mut stdout, &mut stderr)
    } else {
        program::run(args, &mut stdin, &mut BufWriter::with_capacity(BUFFER, stdout), &mut stderr)
    };
    ExitCode::from(code)
}
