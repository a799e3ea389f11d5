//! Minimal hosts.

use std::string::String;
use std::vec::Vec;

use crate::platform::{Clock, Output, OutputError};

/// An output that discards everything, and a clock that stands still.
#[derive(Debug)]
pub struct Nothing;

impl Output for Nothing {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        Ok(())
    }
}

impl Clock for Nothing {
    fn nanoseconds(&self) -> u64 {
        0
    }
}

/// Output kept in memory.
#[derive(Debug, Default)]
pub struct Kept(pub Vec<u8>);

impl Kept {
    /// The output.
    ///
    /// # Panics
    /// If the output is not UTF-8.
    #[must_use]
    pub fn into_text(self) -> String {
        String::from_utf8(self.0).expect("output is UTF-8")
    }
}

impl Output for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}
