//! The program's three streams, and how errors reach them.

use std::fmt;
use std::io::{self, Read, Write};

use siskin::Grants;
use siskin::diagnostics::{Format, Printer, Source};
use siskin_core::{Dialect, LoadError};

use crate::args::{Answer, Color, Errors, Granted};
use crate::exit;
use crate::modules::Modules;
use crate::visible::Visible;

/// The program's streams, and what it should know of them.
pub struct Console<'a> {
    /// Where `-` is read from.
    pub stdin: &'a mut dyn Read,
    /// What scripts print. It may buffer: it is flushed before anything goes to `stderr`, and at the end.
    pub stdout: &'a mut dyn Write,
    /// Errors.
    pub stderr: &'a mut dyn Write,
    /// Whether colours are welcome on `stderr`, if the command line leaves that open.
    pub color: bool,
    /// Whether `stdin` and `stdout` are the process's own, and a person sits at them.
    pub is_terminal: bool,
    /// Whether the process ends next: memory is left to the system then, which takes it back all at once.
    pub ends: bool,
}

impl Console<'_> {
    /// Writes to stderr, after all that is waiting for stdout.
    ///
    /// Failure to flush shows again when the program ends; there is no one to tell of a failing stderr.
    pub(crate) fn error(&mut self, text: impl fmt::Display) {
        let _ = self.stdout.flush();
        let _ = write!(self.stderr, "{text}");
        let _ = self.stderr.flush();
    }

    /// How errors in a script are shown.
    pub(crate) fn printer(&self, errors: &Errors, dialect: Dialect) -> Printer {
        let usual = if dialect == Dialect::Lox { Format::Lox } else { Format::Pretty };
        let color = match errors.color {
            Color::Auto => self.color,
            Color::Always => true,
            Color::Never => false,
        };
        Printer { format: errors.error_format.unwrap_or(usual), color }
    }

    /// Says why a script does not load, and returns the exit code.
    pub(crate) fn load_error(&mut self, errors: &Errors, error: &LoadError, source: &Source) -> u8 {
        self.load_error_of(errors, error, source, &Modules::default())
    }

    /// The same for a script that imports modules.
    pub(crate) fn load_error_of(
        &mut self,
        errors: &Errors,
        error: &LoadError,
        source: &Source,
        modules: &Modules,
    ) -> u8 {
        let printer = self.printer(errors, source.dialect());
        self.error(printer.load_error_of(error, source, &modules.sources()));
        match error {
            LoadError::Syntax(_) | LoadError::TooLarge { .. } | LoadError::Imports(_) => exit::COMPILE,
            LoadError::OutOfMemory => exit::RUNTIME,
        }
    }

    /// What the command line grants to scripts; when that cannot be had, says so and returns the exit code.
    pub(crate) fn grants(&mut self, granted: &Granted) -> Result<Grants, u8> {
        granted.grants().map_err(|(folder, error)| {
            let folder = folder.display().to_string();
            self.error(format_args!("siskin: cannot grant the folder {}: {error}\n", Visible(&folder)));
            exit::IO
        })
    }

    /// Writes to stdout; the code to leave with if that fails.
    pub(crate) fn print(&mut self, text: impl fmt::Display) -> Result<(), u8> {
        write!(self.stdout, "{text}").map_err(|error| self.cannot_write(&error))
    }

    /// Help and version, or a usage error.
    pub(crate) fn answer(&mut self, answer: &Answer) -> u8 {
        match answer {
            Answer::Info(text) => self.print(text).err().unwrap_or(exit::SUCCESS),
            Answer::Usage(text) => {
                for line in text.lines() {
                    self.error(format_args!("{}\n", Visible(line)));
                }
                exit::USAGE
            }
        }
    }

    /// Says that output failed and why; a reader that went away is no news to anyone.
    pub(crate) fn cannot_write(&mut self, error: &io::Error) -> u8 {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return exit::BROKEN_PIPE;
        }
        let _ = writeln!(self.stderr, "siskin: cannot write to standard output: {error}");
        exit::IO
    }
}
