//! The `siskin` program: the process around [`siskin_cli::run_on`].

use std::ffi::OsStr;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::process::ExitCode;

use siskin_cli::Console;

/// Holds many short `print`s, so that a script that writes much is not a script that waits.
const BUFFER: usize = 64 * 1024;

fn main() -> ExitCode {
    let args = std::env::args_os().skip(1).collect();
    let (mut stdin, mut unreadable) = (io::stdin(), closed::Stream);
    let (mut stdout, mut unwritable) = (io::stdout().lock(), closed::Stream);
    let mut stderr = io::stderr().lock();
    let color = stderr.is_terminal() && wants_color();
    let is_terminal = stdin.is_terminal() && stdout.is_terminal();
    let stdin: &mut dyn Read = if closed::stdin() { &mut unreadable } else { &mut stdin };
    // The standard stream buffers lines, which is what a person at a terminal wants to see.
    let mut buffered;
    let stdout: &mut dyn Write = if closed::stdout() {
        &mut unwritable
    } else if stdout.is_terminal() {
        &mut stdout
    } else {
        buffered = BufWriter::with_capacity(BUFFER, stdout);
        &mut buffered
    };
    let console = Console { stdin, stdout, stderr: &mut stderr, color, is_terminal, ends: true };
    ExitCode::from(siskin_cli::run_on(args, console))
}

/// Whether the environment has nothing against colours: <https://no-color.org>.
fn wants_color() -> bool {
    let is = |name, wrong: fn(&OsStr) -> bool| std::env::var_os(name).is_some_and(|value| wrong(&value));
    !is("NO_COLOR", |value| !value.is_empty()) && !is("TERM", |value| value == "dumb")
}

/// Standard streams that were closed when the process began (`siskin f.sk >&-`).
///
/// Before `main`, the standard library opens `/dev/null` in the place of a closed stream, so that no file gets its
/// number. Output would be lost without a word then: the streams are looked at before that.
mod closed {
    use std::io::{self, Read, Write};
    use std::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering::Relaxed;

    static STDIN: AtomicBool = AtomicBool::new(false);
    static STDOUT: AtomicBool = AtomicBool::new(false);

    pub(super) fn stdin() -> bool {
        STDIN.load(Relaxed)
    }

    pub(super) fn stdout() -> bool {
        STDOUT.load(Relaxed)
    }

    /// Reading and writing fail, as they do on a closed stream.
    pub(super) struct Stream;

    impl Read for Stream {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(error())
        }
    }

    impl Write for Stream {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(error())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn error() -> io::Error {
        io::Error::other("the stream is closed")
    }

    // SAFETY: the section holds pointers to C functions, which are called once, in turn, before `main`. `look` takes
    // nothing of what it may be called with, returns nothing, cannot unwind, and needs nothing that is set up later: it
    // makes system calls and stores to atomics.
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    #[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
    #[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
    #[used]
    static LOOK: extern "C" fn() = look;

    #[cfg(any(target_os = "linux", target_os = "macos"))]
    extern "C" fn look() {
        use rustix::fs::{OFlags, fcntl_getfl};
        use rustix::stdio;

        // A stream that is open the wrong way round serves as little.
        let is_closed = |stream, wrong| match fcntl_getfl(stream) {
            Ok(flags) => flags & OFlags::ACCMODE == wrong,
            Err(_) => true,
        };
        STDIN.store(is_closed(stdio::stdin(), OFlags::WRONLY), Relaxed);
        STDOUT.store(is_closed(stdio::stdout(), OFlags::RDONLY), Relaxed);
    }
}
