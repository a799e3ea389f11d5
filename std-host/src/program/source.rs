//! The script's text: read, checked to be text, and given a dialect.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use siskin_core::Dialect;

use super::args::Compile;
use super::console::Console;
use super::exit;
use crate::diagnostics::Source;

/// Positions in a source text are 32 bits; beyond this nothing is read.
const MAX_BYTES: u64 = u32::MAX as u64;

/// Gets the script that the command line names; when that fails, says so and returns the exit code.
pub(super) fn read(args: &Compile, console: &mut Console<'_>) -> Result<Source, u8> {
    let file = args.input.file.as_deref();
    let dialect = args.dialect.unwrap_or_else(|| file.map_or(Dialect::Siskin, dialect_of));
    let read = match (&args.input.eval, file) {
        (Some(code), _) => Ok(code.clone()),
        (None, Some(path)) if path != Path::new("-") => {
            read_path(path).map_err(|error| (format!("'{}'", path.display()), error))
        }
        (None, _) => read_text(console.stdin, 0).map_err(|error| ("standard input".to_owned(), error)),
    };
    match read {
        Ok(text) => Ok(Source::new(args.input.name(), text, dialect)),
        Err((what, error)) => {
            console.error(format_args!("siskin: cannot read {what}: {error}\n"));
            Err(exit::IO)
        }
    }
}

/// A script in a file, in the dialect that the file's name says.
#[cfg(feature = "repl")]
pub(super) fn read_file(path: &Path) -> io::Result<Source> {
    Ok(Source::new(path.display().to_string(), read_path(path)?, dialect_of(path)))
}

fn read_path(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let size = file.metadata().map_or(0, |metadata| metadata.len());
    read_text(&mut file, size)
}

/// Files that end in `.lox` are Lox, all others Siskin.
pub(super) fn dialect_of(path: &Path) -> Dialect {
    if path.extension().is_some_and(|extension| extension == "lox") { Dialect::Lox } else { Dialect::Siskin }
}

/// Reads all of `input`, of which about `size` bytes are expected.
fn read_text(input: &mut dyn Read, size: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size.min(MAX_BYTES) as usize + 1)?;
    let mut limited = input.take(MAX_BYTES + 1);
    limited.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 4 GB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let error = NotText { line: line_of(&error), at: error.utf8_error().valid_up_to() };
        io::Error::new(io::ErrorKind::InvalidData, error)
    })
}

fn line_of(error: &std::string::FromUtf8Error) -> usize {
    let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}

#[derive(Debug)]
struct NotText {
    line: usize,
    at: usize,
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not UTF-8 text (line {}, byte {})", self.line, self.at)
    }
}

impl std::error::Error for NotText {}
