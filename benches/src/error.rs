//! The harness' one error type: a sentence for the person who ran it.

use std::fmt;
use std::path::Path;

/// Why the harness can't go on, in words.
#[derive(Debug)]
pub(crate) struct Error(String);

/// What a fallible step of the harness returns.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error that says `message`.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// An error about the file or program at `path`.
pub(crate) fn at(path: &Path, error: &dyn fmt::Display) -> Error {
    Error(format!("{}: {error}", path.display()))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}
