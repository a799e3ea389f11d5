//! The content of an error report, independent of its format.

use super::source::Place;

/// The sorts of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The text has an error.
    Compile,
    /// The script failed.
    Runtime,
    /// A limit was reached (fuel, memory, depth of calls), or the host interrupted the run.
    Limit,
}

/// A report of an error, or of a run that was stopped.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The sort of report.
    pub kind: Kind,
    /// The message, one sentence.
    pub message: String,
    /// Where it happened, if that is known.
    pub place: Option<Place<'a>>,
    /// The calls that were active, innermost first; the first is at `place`.
    pub frames: Vec<Frame<'a>>,
    /// For an error in a module that a text imports: the places of the imports that lead to it, the nearest first. For imports
    /// in a circle: those after `place`.
    pub imported: Vec<Place<'a>>,
    /// The messages of the errors behind it, the nearest first.
    pub causes: Vec<String>,
    /// Suggestions.
    pub help: Vec<String>,
}

/// An active call.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The function's name; `None` for the script itself.
    pub function: Option<&'a str>,
    /// The line that it has reached.
    pub line: u32,
    /// The piece of the text that it has reached, if the text is known.
    pub place: Option<Place<'a>>,
    /// Whether it waits for a fiber: for the one whose calls come before it.
    pub resumes: bool,
}
