//! What comes of an input.

use crate::session::NotFound;

/// What to do after an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Read another.
    Stay,
    /// Leave with this exit code.
    Leave(u8),
}

/// Why a command was not done.
pub(super) enum Wrong {
    /// It says so.
    Said(String),
    /// An input failed, which has been shown.
    Shown,
    /// Output cannot be written: the code to leave with.
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
