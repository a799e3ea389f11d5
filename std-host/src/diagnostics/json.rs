//! Errors for programs: one JSON object for each, one per line.
//!
//! ```text
//!   {"severity":"error","kind":"compile","message":"Expect expression.","file":"a.sk",
//!    "span":{"start":7,"end":8,"line":1,"column":8,"end_line":1,"end_column":9},
//!    "frames":[],"omitted_frames":0,"causes":[],"help":[]}
//! ```
//!
//! `docs/language.md` says what the fields mean. Fields may be added, but none is removed or renamed.

use std::fmt;

use serde::Serialize;

use super::record::{Frame, Kind, Report};
use super::source::{Place, Position};

/// Frames that are listed at each end of a long stack.
const LISTED: usize = 32;

/// Displays reports as JSON objects, one per line.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a> {
    /// What happened.
    pub reports: &'a [Report<'a>],
}

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for report in self.reports {
            let line = serde_json::to_string(&Object::new(report)).map_err(|_| fmt::Error)?;
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Object<'a> {
    severity: &'static str,
    kind: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    span: Option<JsonSpan>,
    frames: Vec<JsonFrame<'a>>,
    omitted_frames: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    imported: Vec<JsonFrame<'a>>,
    causes: &'a [String],
    help: &'a [String],
}

#[derive(Serialize)]
struct JsonSpan {
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct JsonFrame<'a> {
    function: Option<&'a str>,
    file: Option<&'a str>,
    line: usize,
    column: Option<usize>,
    /// It waits for the fiber of the frames before it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    resumes: bool,
}

impl<'a> Object<'a> {
    fn new(report: &'a Report<'a>) -> Object<'a> {
        let frames = &report.frames;
        let omitted_frames = frames.len().saturating_sub(2 * LISTED);
        let (first, rest) = frames.split_at(if omitted_frames > 0 { LISTED } else { frames.len() });
        Object {
            severity: "error",
            kind: match report.kind {
                Kind::Compile => "compile",
                Kind::Runtime => "runtime",
                Kind::Limit => "limit",
            },
            message: &report.message,
            file: report.place.as_ref().map(file),
            span: report.place.as_ref().map(JsonSpan::new),
            frames: first.iter().chain(&rest[omitted_frames..]).map(JsonFrame::new).collect(),
            omitted_frames,
            imported: report.imported.iter().map(JsonFrame::of_import).collect(),
            causes: &report.causes,
            help: &report.help,
        }
    }
}

impl JsonSpan {
    fn new(place: &Place<'_>) -> JsonSpan {
        let (start, end) = (place.start(), place.end());
        JsonSpan {
            start: place.span().start,
            end: place.span().end,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

impl<'a> JsonFrame<'a> {
    fn of_import(place: &Place<'a>) -> JsonFrame<'a> {
        let Position { line, column } = place.start();
        JsonFrame { function: None, file: Some(file(place)), line, column: Some(column), resumes: false }
    }

    fn new(frame: &'a Frame<'a>) -> JsonFrame<'a> {
        let start = frame.place.as_ref().map(Place::start);
        JsonFrame {
            function: frame.function,
            resumes: frame.resumes,
            file: frame.place.as_ref().map(file),
            line: start.map_or(frame.line as usize, |Position { line, .. }| line),
            column: start.map(|Position { column, .. }| column),
        }
    }
}

fn file<'a>(place: &Place<'a>) -> &'a str {
    place.source().name()
}
