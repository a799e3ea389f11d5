//! The `siskin` program, as a function: arguments and streams in, exit code out.
//!
//! The process around it is `main.rs`.
//!
//! ```text
//!   args      the command line              commands      a file for each subcommand
//!   console   the streams, and how errors reach them
//!   source    the script's text and dialect compiled    compiled programs in files
//!   modules   what it imports
//!   loaded    its functions, before it runs paths         what functions are called
//!   machine_code   machine code as text
//!   repl      read, evaluate, print         session       its machine, without a terminal
//!   input     whether a typed text is complete
//!   stats     what --stats prints           figures       numbers for people
//!   visible   text from outside, as it may reach a terminal
//! ```
//!
//! # Features
//! | feature | default | what it brings | crates in all |
//! |---|---|---|---:|
//! | none | | `run`, `check`, `build`, `disasm` | 31 |
//! | `jit` | yes | machine code | 32 |
//! | `views` | yes | `asm`, `jit`, `views`; brings `jit`. The disassemblers are a third of the program | 42 |
//! | `repl` | yes | the prompt, `caches`, `gc`, `time` and `-p`; brings `views` | 75 |
//! | `tail` | no | the dispatcher by tail calls; nightly Rust | |
//!
//! # What is stable
//! The program: its subcommands, options and exit codes. The library is one only so that tests can call it; nothing in it is kept
//! stable. Hosts depend on the crate `siskin`.

mod args;
mod commands;
mod compiled;
mod console;
mod figures;
pub mod input;
#[cfg(feature = "views")]
mod loaded;
#[cfg(feature = "views")]
mod machine_code;
mod modules;
mod paths;
#[cfg(feature = "repl")]
mod repl;
#[cfg(feature = "repl")]
mod session;
mod source;
mod stats;
mod visible;

use std::ffi::OsString;
use std::io::{Read, Write};

use args::Command;
pub use console::Console;

/// Exit codes, those of the book (and of BSD's `sysexits.h`).
mod exit {
    pub(crate) const SUCCESS: u8 = 0;
    /// The command line makes no sense.
    pub(crate) const USAGE: u8 = 64;
    /// The script does not compile.
    pub(crate) const COMPILE: u8 = 65;
    /// The script failed, or was stopped by a limit.
    pub(crate) const RUNTIME: u8 = 70;
    /// A file cannot be read, or output cannot be written.
    pub(crate) const IO: u8 = 74;
    /// Nobody reads the output any more: what a shell reports for a program stopped by SIGPIPE.
    pub(crate) const BROKEN_PIPE: u8 = 128 + 13;
}

/// Runs the command line and returns the exit code.
///
/// `args` come without the program's name; if they are options alone, `stdin` is run. `stdout` may buffer: it is flushed before
/// anything goes to `stderr`, and at the end. None of them is taken for a terminal.
pub fn run(args: Vec<OsString>, stdin: &mut dyn Read, stdout: &mut dyn Write, stderr: &mut dyn Write) -> u8 {
    run_on(args, Console { stdin, stdout, stderr, color: false, is_terminal: false, ends: false })
}

/// The same, on streams of which something is known. Without a script, a prompt opens at a terminal.
pub fn run_on(args: Vec<OsString>, mut console: Console<'_>) -> u8 {
    let code = match args::parse(args, console.is_terminal) {
        Ok(Command::Run(args)) => commands::run::run(&args, &mut console),
        #[cfg(feature = "repl")]
        Ok(Command::Repl(args)) => repl::repl(&args, &mut console),
        Ok(Command::Check(args)) => commands::check::check(&args, &mut console),
        Ok(Command::Build(args)) => commands::build::build(&args, &mut console),
        Ok(Command::Disasm(args)) => commands::disasm::disasm(&args, &mut console),
        #[cfg(feature = "views")]
        Ok(Command::Asm(args)) => commands::asm::asm(&args, &mut console),
        #[cfg(feature = "views")]
        Ok(Command::Jit(args)) => commands::jit::jit(&args, &mut console),
        #[cfg(feature = "views")]
        Ok(Command::Views(args)) => commands::views::views(&args, &mut console),
        #[cfg(feature = "repl")]
        Ok(Command::Caches(args)) => commands::caches::caches(&args, &mut console),
        #[cfg(feature = "repl")]
        Ok(Command::Gc(args)) => commands::gc::gc(&args, &mut console),
        #[cfg(feature = "repl")]
        Ok(Command::Time(args)) => commands::time::time(&args, &mut console),
        Err(answer) => console.answer(&answer),
    };
    match console.stdout.flush() {
        Ok(()) => code,
        // The failure was reported before; unwritten output still cannot be written.
        Err(_) if matches!(code, exit::IO | exit::BROKEN_PIPE) => code,
        Err(error) => console.cannot_write(&error),
    }
}
