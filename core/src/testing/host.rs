//! A host that takes all and gives nothing.

use crate::platform::{Clock, Output, OutputError};

/// Takes all output and shows no time.
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
