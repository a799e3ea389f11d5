//! The program's three streams.

use std::fmt;
use std::io::{self, Read, Write};

use super::args::Answer;
use super::exit;

pub(super) struct Console<'a> {
    pub(super) stdin: &'a mut dyn Read,
    pub(super) stdout: &'a mut dyn Write,
    pub(super) stderr: &'a mut dyn Write,
}

impl Console<'_> {
    /// Writes to stderr, after all that is waiting for stdout.
    ///
    /// Failure to flush shows again when the program ends; there is no one to tell of a failing stderr.
    pub(super) fn error(&mut self, text: impl fmt::Display) {
        let _ = self.stdout.flush();
        let _ = write!(self.stderr, "{text}");
        let _ = self.stderr.flush();
    }

    /// Writes to stdout; the code to leave with if that fails.
    pub(super) fn print(&mut self, text: impl fmt::Display) -> Result<(), u8> {
        write!(self.stdout, "{text}").map_err(|error| self.cannot_write(&error))
    }

    /// Help and version, or a usage error.
    pub(super) fn answer(&mut self, answer: &Answer) -> u8 {
        match answer {
            Answer::Info(text) => self.print(text).err().unwrap_or(exit::SUCCESS),
            Answer::Usage(text) => {
                self.error(text);
                exit::USAGE
            }
        }
    }

    /// Says that output failed and why; a reader that went away is no news to anyone.
    pub(super) fn cannot_write(&mut self, error: &io::Error) -> u8 {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return exit::BROKEN_PIPE;
        }
        let _ = writeln!(self.stderr, "siskin: cannot write to standard output: {error}");
        exit::IO
    }
}
