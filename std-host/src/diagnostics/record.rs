//! What is to be said of an error, however it will be said.

use super::source::Place;

/// The sorts of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The text has an error.
    Compile,
    /// The script did what it must not.
    Runtime,
    /// A limit was met: fuel, memory, the depth of calls, or the host's patience.
    Limit,
}

/// An error, or that a run was stopped.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Which sort it is.
    pub kind: Kind,
    /// What went wrong, in a sentence.
    pub message: String,
    /// Where, if it is known.
    pub place: Option<Place<'a>>,
    /// The calls that were active, innermost first; the first is at `place`.
    pub frames: Vec<Frame<'a>>,
    /// What may help.
    pub help: Vec<String>,
}

/// An active call.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The function's name; `None` for the script itself.
    pub function: Option<&'a str>,
    /// The line it is at.
    pub line: u32,
    /// The piece of the text it is at, if the text is known.
    pub place: Option<Place<'a>>,
}
