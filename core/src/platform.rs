//! What a platform gives a VM: somewhere to write, and a clock.

use core::fmt;

/// The host could not write what a script printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputError;

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cannot write output.")
    }
}

impl core::error::Error for OutputError {}

/// Where `print` writes.
pub trait Output {
    /// Writes all of `bytes`; a line may come in several parts.
    ///
    /// # Errors
    /// When that is impossible; the script stops with an error.
    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError>;
}

/// A clock that never goes back.
pub trait Clock {
    /// Nanoseconds since some fixed moment.
    fn nanoseconds(&self) -> u64;
}

/// What a running script may use of its host.
pub struct Host<'a> {
    /// Where `print` writes.
    pub output: &'a mut dyn Output,
    /// What `clock()` reads, and what pauses of the collector are measured with.
    pub clock: &'a dyn Clock,
}
