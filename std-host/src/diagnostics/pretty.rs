//! Errors for people: the message, the piece of the text underlined, help, and the active calls.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Renderer, Snippet, Title, normalize_untrusted_str,
};

use super::record::Report;
use super::source::Place;
use super::stack;

/// Errors that are shown. The rest are only counted: the first errors matter most.
const SHOWN: usize = 20;

/// Lines that are underlined. If a place covers more, only the first is.
const LINES: usize = 6;

/// Characters of a message that are shown.
const MESSAGE: usize = 200;

/// Bytes of text that are laid out for one display, all its errors together: laying out a line takes much longer than
/// reading it, and a line may be as long as the text. Further places are shown as file, line and column.
const LAID_OUT: usize = 1 << 20;

/// Displays reports for people to read.
///
/// # Examples
/// ```
/// use siskin::diagnostics::{ModuleSources, Pretty, Report, Source};
/// use siskin::{Dialect, Options, SYSTEM, Vm};
///
/// let vm = Vm::new(SYSTEM, Options::default())?;
/// let source = Source::new("six.sk", "let six = 2 *;\n", Dialect::Siskin);
/// let error = vm.compile(source.text(), source.dialect()).expect_err("something is missing");
/// assert_eq!(
///     Pretty { reports: &Report::load_error(&error, &source, &ModuleSources::default()), color: false }.to_string(),
///     "\
/// error: Expect expression.
///  --> six.sk:1:14
///   |
/// 1 | let six = 2 *;
///   |              ^
/// "
/// );
/// # Ok::<(), siskin::mem::OutOfMemory>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Pretty<'a> {
    /// What happened.
    pub reports: &'a [Report<'a>],
    /// Whether to use a terminal's colours.
    pub color: bool,
}

impl fmt::Display for Pretty<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        let mut left = LAID_OUT;
        for (index, report) in self.reports.iter().take(SHOWN).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            one(report, &renderer, &mut left, f)?;
        }
        match self.reports.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => {
                let rest = Group::with_title(title(&format!("{more} more errors")));
                writeln!(f, "\n{}", renderer.render(&[rest]))
            }
        }
    }
}

/// A message as a title.
fn title(text: &str) -> Title<'static> {
    Level::ERROR.primary_title(shortened(text))
}

/// A message, with the middle left out if the message is too long, as one with a very long name is.
fn shortened(text: &str) -> String {
    let mut text = normalize_untrusted_str(text);
    let cut = |at| text.char_indices().nth(at).map(|(at, _)| at);
    if let (Some(head), Some(_)) = (cut(MESSAGE / 2), cut(MESSAGE)) {
        let tail = text.char_indices().nth_back(MESSAGE / 4).map_or(text.len(), |(at, _)| at);
        text.replace_range(head..tail, "...");
    }
    text
}

/// Shows one report; `left` is the number of bytes of text that may still be laid out.
fn one(
    report: &Report<'_>,
    renderer: &Renderer,
    left: &mut usize,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let place = report.place.as_ref();
    let laid_out = place.and_then(|place| {
        let lines = lines(place);
        *left = left.checked_sub(lines.len())?;
        Some(snippet(place, lines))
    });
    let only_told = place.filter(|_| laid_out.is_none());
    let mut group = title(&report.message).elements(laid_out);
    group = group.elements(report.help.iter().map(|help| Level::HELP.message(normalize_untrusted_str(help))));
    writeln!(f, "{}", renderer.render(&[group]))?;
    if let Some(place) = only_told {
        writeln!(f, "  at {place}")?;
    }
    for entry in stack::shown(&report.frames) {
        writeln!(f, "  {entry}")?;
    }
    for import in &report.imported {
        writeln!(f, "  imported at {import}")?;
    }
    for cause in &report.causes {
        writeln!(f, "Caused by: {}", shortened(cause))?;
    }
    Ok(())
}

/// The bytes of the lines that a place is on.
fn lines(place: &Place<'_>) -> Range<usize> {
    let source = place.source();
    let (first, last) = (place.start().line, place.end().line);
    let last = if last - first < LINES { last } else { first };
    source.line_bytes(first).start..source.line_bytes(last).end
}

/// The lines that a place is on. The whole text is not given to the renderer, which would search it for each error.
fn snippet<'a>(place: &Place<'a>, lines: Range<usize>) -> Snippet<'a, Annotation<'a>> {
    let source = place.source();
    let start = lines.start;
    let text = &source.text()[lines];
    let text = text.strip_suffix('\r').unwrap_or(text);
    let Range { start: from, end: to } = place.span();
    let span = (from - start).min(text.len())..(to - start).min(text.len());
    Snippet::source(text)
        .line_start(place.start().line)
        .path(normalize_untrusted_str(source.name()))
        .annotation(AnnotationKind::Primary.span(span))
}
