//! The script's text: read within bounds, checked to be text, and given a dialect.
//!
//! ```text
//!   a file                 refused before it is read if it is larger than the limit
//!   a pipe, a terminal     read to its end, but no further than the limit
//!   a device, a pipe without a writer, a directory          refused
//!        |
//!      text, without a byte order mark; a first line of `#!` is a comment
//! ```
//!
//! The limit is that of memory, as the text is held as long as the script runs, or 4 GB.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use siskin::diagnostics::Source;
use siskin::{dialect_of, script_text};
use siskin_core::{Dialect, LoadError, Options};

use crate::args::Compile;
use crate::console::Console;
use crate::visible::Visible;
use crate::{compiled, exit};

/// Positions in a source text are 32 bits; beyond this nothing is read.
const MAX_BYTES: u64 = u32::MAX as u64;

/// Why there is no text.
enum Unreadable {
    /// It cannot be read.
    Io(io::Error),
    /// It does not fit in memory.
    Memory,
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Unreadable {
        Unreadable::Io(error)
    }
}

/// Gets the script that the command line names; when that fails, says so and returns the exit code.
pub(crate) fn read(args: &Compile, console: &mut Console<'_>) -> Result<Source, u8> {
    compiled::refuse(args, console)?;
    let file = args.input.file.as_deref();
    let dialect = args.dialect.unwrap_or_else(|| file.map_or(Dialect::Siskin, dialect_of));
    let memory = args.options().memory;
    let (what, read) = match (&args.input.eval, file) {
        (Some(code), _) => (String::new(), Ok(code.clone())),
        (None, Some(path)) if path != Path::new("-") => {
            (format!("'{}'", Visible(&path.to_string_lossy())), read_path(path, memory))
        }
        (None, _) => ("standard input".to_owned(), read_text(console.stdin, 0, memory)),
    };
    let name = args.input.name();
    match read {
        Ok(text) if text.len() <= memory => Ok(Source::new(name, text, dialect)),
        Ok(_) | Err(Unreadable::Memory) => {
            let unread = Source::new(name, "", dialect);
            Err(console.load_error(&args.errors, &LoadError::OutOfMemory, &unread))
        }
        Err(Unreadable::Io(error)) => {
            console.error(format_args!("siskin: cannot read {what}: {error}\n"));
            Err(exit::IO)
        }
    }
}

/// What is left for the engine of a limit on memory, of which the text takes its part.
pub(crate) fn rest(options: Options, source: &Source) -> Options {
    let memory = match options.memory {
        usize::MAX => usize::MAX,
        limit => limit.saturating_sub(source.text().len()),
    };
    options.memory(memory)
}

/// A script in a file, in the dialect that the file's name says. Nothing is read of a text of more than `memory` bytes.
#[cfg(feature = "repl")]
pub(crate) fn read_file(path: &Path, memory: usize) -> io::Result<Source> {
    match read_path(path, memory) {
        Ok(text) => Ok(Source::new(path.display().to_string(), text, dialect_of(path))),
        Err(Unreadable::Io(error)) => Err(error),
        Err(Unreadable::Memory) => Err(io::Error::new(io::ErrorKind::OutOfMemory, TOO_LONG)),
    }
}

/// Why a session does not take a text.
#[cfg(feature = "repl")]
pub(crate) const TOO_LONG: &str = "the text is too long for the memory that the limit leaves";

fn read_path(path: &Path, memory: usize) -> Result<String, Unreadable> {
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() || metadata.is_dir() {
        return read_text(&mut file, metadata.len(), memory);
    }
    let mut begin = [0; 1024];
    let count = special::begin(&mut file, &mut begin)?;
    read_text(&mut begin[..count].chain(file), 0, memory)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Opens without waiting: a pipe may have no writer.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    File::options().read(true).custom_flags(flags).open(path)
}

/// A source that is neither a file nor a directory.
#[cfg(unix)]
mod special {
    use std::fs::File;
    use std::io::{self, IsTerminal, Read};
    use std::os::unix::fs::FileTypeExt;

    use rustix::fs::{OFlags, fcntl_setfl};

    /// Reads what is there at once, and makes later reads wait.
    ///
    /// A pipe needs somebody who writes to it. A device other than a terminal has no text, unless it ends at once
    /// (`/dev/null`); most have no end (`/dev/zero`).
    pub(crate) fn begin(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
        let is_pipe = file.metadata()?.file_type().is_fifo();
        let is_stream = is_pipe || file.is_terminal();
        let count = match file.read(buffer) {
            Ok(0) if is_pipe => return Err(io::Error::other("a pipe without a writer")),
            Ok(count) if is_stream || count == 0 => count,
            Err(error) if is_stream && error.kind() == io::ErrorKind::WouldBlock => 0,
            Ok(_) => return Err(io::Error::other("a device, not a file")),
            Err(error) => return Err(error),
        };
        fcntl_setfl(&*file, OFlags::empty())?;
        Ok(count)
    }
}

#[cfg(not(unix))]
mod special {
    pub(crate) fn begin(file: &mut std::fs::File, buffer: &mut [u8]) -> std::io::Result<usize> {
        std::io::Read::read(file, buffer)
    }
}

/// Reads all of `input`, of which about `size` bytes are expected, if that is no more than `memory`.
fn read_text(input: &mut dyn Read, size: u64, memory: usize) -> Result<String, Unreadable> {
    let limit = MAX_BYTES.min(memory as u64);
    let too_long = || match limit {
        MAX_BYTES => Unreadable::Io(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 4 GB")),
        _ => Unreadable::Memory,
    };
    if size > limit {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size as usize + 1).map_err(|_| Unreadable::Memory)?;
    input.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_long());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, NotText::at(at, error.as_bytes()))
    })?;
    Ok(script_text(text))
}

/// Why bytes are not UTF-8.
#[derive(Debug)]
enum NotText {
    /// They begin with a byte order mark of UTF-16.
    Utf16,
    /// A byte that is wrong: its line, and its number in the line, both from 1.
    Byte { line: usize, byte: usize },
}

impl NotText {
    /// The byte with the index `at` is the first that is wrong.
    fn at(at: usize, bytes: &[u8]) -> NotText {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return NotText::Utf16;
        }
        let before = &bytes[..at];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        NotText::Byte { line, byte: at - line_start + 1 }
    }
}

impl fmt::Display for NotText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotText::Utf16 => f.write_str("the text is UTF-16; a script is UTF-8"),
            NotText::Byte { line, byte } => write!(f, "not UTF-8 text (line {line}, byte {byte})"),
        }
    }
}

impl std::error::Error for NotText {}
