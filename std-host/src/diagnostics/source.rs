//! A source text with its name, and places in it.

use std::cell::OnceCell;
use std::fmt::{self, Write as _};
use std::ops::Range;

use siskin_core::inspect::is_invisible;
use siskin_core::{Dialect, LoadOptions};

use super::lines::LineFinder;

/// A source text and its name.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    dialect: Dialect,
    interactive: bool,
    /// Made when the first line or column is asked for.
    lines: OnceCell<Box<LineFinder>>,
}

impl Source {
    /// A text with the name of its file.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>, dialect: Dialect) -> Source {
        Source { name: name.into(), text: text.into(), dialect, interactive: false, lines: OnceCell::new() }
    }

    /// The same text, marked as a person's input at a prompt: see [`LoadOptions::interactive`].
    #[must_use]
    pub fn interactive(self) -> Source {
        Source { interactive: true, ..self }
    }

    /// Its name: a file, or `<input 3>`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its language.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The options to load it with.
    #[must_use]
    pub fn options(&self) -> LoadOptions {
        LoadOptions { interactive: self.interactive, ..LoadOptions::default() }
    }

    /// The place of a range of bytes, or the nearest valid place in this text.
    #[must_use]
    pub fn place(&self, span: Range<usize>) -> Place<'_> {
        let start = self.boundary(span.start);
        let end = self.boundary(span.end.max(start));
        Place { source: self, span: start..end }
    }

    /// The place of a line, counted from 1, without the space around it.
    #[must_use]
    pub fn line(&self, line: usize) -> Place<'_> {
        let Range { start, end } = self.line_bytes(line);
        let text = &self.text[start..end];
        let inner = text.trim();
        let indent = text.len() - text.trim_start().len();
        let start = if inner.is_empty() { start } else { start + indent };
        Place { source: self, span: start..start + inner.len() }
    }

    /// The line and column of a byte.
    #[must_use]
    pub fn position(&self, at: usize) -> Position {
        let at = self.boundary(at);
        let line = self.line_at(at);
        let start = self.line_bytes(line).start;
        let characters = |at| self.lines().characters_before(&self.text, at);
        Position { line, column: characters(at) - characters(start) + 1 }
    }

    /// The line of the byte at `at`. A newline belongs to the line that it ends.
    pub(super) fn line_at(&self, at: usize) -> usize {
        self.lines().line_at(&self.text, at)
    }

    /// The bytes of a line without its newline; for a line after the last one, the empty end of the text.
    pub(super) fn line_bytes(&self, line: usize) -> Range<usize> {
        let newline = |number| self.lines().newline(&self.text, number);
        let start = match line.saturating_sub(1) {
            0 => 0,
            before => newline(before - 1).map_or(self.text.len(), |newline| newline + 1),
        };
        start..newline(line.saturating_sub(1)).unwrap_or(self.text.len())
    }

    fn lines(&self) -> &LineFinder {
        self.lines.get_or_init(|| Box::new(LineFinder::new(&self.text)))
    }

    /// The beginning of the character at `at`, or of the last one before it.
    fn boundary(&self, at: usize) -> usize {
        (0..=at.min(self.text.len())).rev().find(|&at| self.text.is_char_boundary(at)).unwrap_or(0)
    }
}

/// A range of bytes of a source text. Both ends lie between characters.
#[derive(Clone)]
pub struct Place<'s> {
    source: &'s Source,
    span: Range<usize>,
}

/// A line and a column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

impl<'s> Place<'s> {
    /// The source text.
    #[must_use]
    pub fn source(&self) -> &'s Source {
        self.source
    }

    /// The bytes.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The text of the range.
    #[must_use]
    pub fn text(&self) -> &'s str {
        self.source.text.get(self.span.clone()).unwrap_or_default()
    }

    /// The position of its first character.
    #[must_use]
    pub fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// The position after its last character.
    #[must_use]
    pub fn end(&self) -> Position {
        self.source.position(self.span.end)
    }
}

/// `file:line:column`, without invisible characters.
impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.source.name.chars() {
            f.write_char(if is_invisible(char) { char::REPLACEMENT_CHARACTER } else { char })?;
        }
        let Position { line, column } = self.start();
        write!(f, ":{line}:{column}")
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {:?}", self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("a.sk", text, Dialect::Siskin)
    }

    fn at(source: &Source, at: usize) -> (usize, usize) {
        let Position { line, column } = source.position(at);
        (line, column)
    }

    #[test]
    fn positions_count_characters() {
        let source = source("äb\n\n\tc");
        assert_eq!(at(&source, 0), (1, 1));
        assert_eq!(at(&source, 1), (1, 1), "within a character");
        assert_eq!(at(&source, 2), (1, 2));
        assert_eq!(at(&source, 3), (1, 3), "the newline");
        assert_eq!(at(&source, 4), (2, 1));
        assert_eq!(at(&source, 6), (3, 2));
        assert_eq!(at(&source, 99), (3, 3), "the end");
    }

    #[test]
    fn lines_are_places_without_space_around() {
        let source = source("a\r\n  b c \n\n \nlast");
        let lines: Vec<_> = (0..8).map(|line| source.line(line).text()).collect();
        assert_eq!(lines, ["a", "a", "b c", "", "", "last", "", ""]);
        assert_eq!(source.line(2).to_string(), "a.sk:2:3");
        assert_eq!(source.line(4).to_string(), "a.sk:4:1");
    }

    #[test]
    fn places_are_in_the_text() {
        let source = source("aé");
        assert_eq!(source.place(0..2).text(), "a", "ends within a character");
        assert_eq!(source.place(7..9).text(), "");
        assert_eq!(source.place(1..usize::MAX).text(), "é");
    }
}
