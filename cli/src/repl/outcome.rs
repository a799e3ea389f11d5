//! Results of an input.

use crate::session::NotFound;

/// The action after an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Read another input.
    Stay,
    /// Leave the program with this exit code.
    Leave(u8),
}

/// The reason why a command failed.
pub(super) enum Wrong {
    /// A message to show.
    Said(String),
    /// An input failed, and the error was shown.
    Shown,
    /// Output cannot be written; leave the program with this exit code.
    Leave(u8),
}

impl From<NotFound> for Wrong {
    fn from(error: NotFound) -> Wrong {
        Wrong::Said(error.to_string())
    }
}

impl From<u8> for Wrong {
    fn from(code: u8) -> Wrong {
        Wrong::Leave(code)
    }
}
