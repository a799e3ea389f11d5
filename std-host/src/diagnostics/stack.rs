//! The active calls, shortened for people: recursion is folded, and the middle of a list that is still too long is left
//! out.

use std::fmt;

use super::record::Frame;

/// The least number of equal calls that are folded into one entry.
const FOLD: usize = 4;
/// Entries that are shown.
const SHOWN: usize = 20;

/// An entry of a stack that is shown.
#[derive(Debug)]
pub(super) enum Entry<'r> {
    /// The calls that follow wait for the fiber of those before.
    Resumed,
    /// A call.
    Frame(&'r Frame<'r>),
    /// The number of further calls equal to the one before.
    Again(usize, &'r Frame<'r>),
    /// The number of calls that are left out.
    LeftOut(usize),
}

impl Entry<'_> {
    /// The number of calls that the entry stands for.
    fn count(&self) -> usize {
        match self {
            Entry::Resumed => 0,
            Entry::Frame(_) => 1,
            Entry::Again(count, _) | Entry::LeftOut(count) => *count,
        }
    }
}

impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Resumed => f.write_str("-- resumed at --"),
            Entry::Frame(frame) => {
                match frame.function {
                    Some(name) => write!(f, "in {name}() at ")?,
                    None => f.write_str("in script at ")?,
                }
                match &frame.place {
                    Some(place) => write!(f, "{place}"),
                    None => write!(f, "line {}", frame.line),
                }
            }
            Entry::Again(count, frame) => {
                let name = frame.function.unwrap_or("script");
                write!(f, "... {count} more of {name} at line {}", frame.line)
            }
            Entry::LeftOut(count) => write!(f, "... {count} more"),
        }
    }
}

/// The entries to show. None if only the script itself is active: the place of the error says the same.
pub(super) fn shown<'r>(frames: &'r [Frame<'r>]) -> Vec<Entry<'r>> {
    if let [Frame { function: None, place: Some(_), .. }] = frames {
        return Vec::new();
    }
    let mut entries = Vec::new();
    let repeats = |a: &Frame<'_>, b: &Frame<'_>| {
        a.function == b.function && a.line == b.line && same_text(a, b) && !b.resumes
    };
    for run in frames.chunk_by(repeats) {
        if run.first().is_some_and(|frame| frame.resumes) {
            entries.push(Entry::Resumed);
        }
        match run {
            [first, rest @ ..] if run.len() >= FOLD => {
                entries.extend([Entry::Frame(first), Entry::Again(rest.len(), first)]);
            }
            _ => entries.extend(run.iter().map(Entry::Frame)),
        }
    }
    if entries.len() > SHOWN {
        let middle = SHOWN / 2..entries.len() - SHOWN / 2;
        let left_out = entries[middle.clone()].iter().map(Entry::count).sum();
        entries.splice(middle, [Entry::LeftOut(left_out)]);
    }
    entries
}

fn same_text(a: &Frame<'_>, b: &Frame<'_>) -> bool {
    let source = |frame: &Frame<'_>| frame.place.as_ref().map(|place| std::ptr::from_ref(place.source()));
    source(a) == source(b)
}
