//! What a person types at a prompt: is it all, or does more follow?
//!
//! ```text
//!   text --lexer--> a brace, string or comment open at the end? ------> incomplete
//!              \--> a bracket closed that nobody opened? ------------> complete: no more text mends it
//!        --parser-> understood, maybe once a `;` is supplied? -------> complete
//!              \--> the first error is that the text ended? ---------> incomplete
//!              \--> an error before that ----------------------------> complete: show it
//! ```
//!
//! In an open block errors wait until the block is closed, so that a block is refused as a whole and its later lines
//! are not taken for inputs of their own. With only a parenthesis open an error shows at once: `f(1;` is a slip.

#[cfg(feature = "repl")]
mod lines;

use std::borrow::Cow;

use siskin::SYSTEM;
use siskin_core::Dialect;
use siskin_core::mem::Mem;
use siskin_core::syntax::{Diagnostic, FoundAt, Lexer, ParseFailure, ParseOptions, TokenKind, parse};

#[cfg(feature = "repl")]
pub(crate) use lines::{Grown, PartialInput};

/// Whether an input can be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It can be evaluated, or shown to be wrong.
    Complete,
    /// It ended too early: more must follow.
    Incomplete,
}

/// Whether `text` is a command to the prompt rather than code.
#[must_use]
pub fn is_command(text: &str) -> bool {
    text.trim_start().starts_with(':')
}

/// Whether a text that was typed at a prompt is all that is meant.
///
/// # Examples
/// ```
/// use siskin::Dialect;
/// use siskin_cli::input::{Completeness, completeness};
///
/// assert_eq!(completeness("fn f() {", Dialect::Siskin), Completeness::Incomplete);
/// assert_eq!(completeness("fn f() { 1 }", Dialect::Siskin), Completeness::Complete);
/// assert_eq!(completeness("let x = 1", Dialect::Siskin), Completeness::Complete); // the `;` is supplied
/// assert_eq!(completeness("1 + )", Dialect::Siskin), Completeness::Complete); // an error to show
/// ```
#[must_use]
pub fn completeness(text: &str, dialect: Dialect) -> Completeness {
    completeness_within(text, dialect, usize::MAX)
}

/// The same, where parsing takes at most `memory` bytes. A text that needs more is complete: loading it says so.
fn completeness_within(text: &str, dialect: Dialect, memory: usize) -> Completeness {
    if is_command(text) {
        return Completeness::Complete;
    }
    match Scan::new(text, dialect).end() {
        End::Broken => Completeness::Complete,
        End::InBlock | End::InToken => Completeness::Incomplete,
        End::Plain => match first_error(text, dialect, memory) {
            Some(Diagnostic { found: FoundAt::End, .. }) if supplied(text, dialect, memory).is_none() => {
                Completeness::Incomplete
            }
            _ => Completeness::Complete,
        },
    }
}

/// The text with a `;` after its last token if that, and nothing less, makes it parse.
///
/// # Examples
/// ```
/// use siskin::Dialect;
/// use siskin_cli::input::with_semicolon;
///
/// assert_eq!(with_semicolon("let x = 1 // one", Dialect::Siskin), "let x = 1; // one");
/// assert_eq!(with_semicolon("x + 1", Dialect::Siskin), "x + 1"); // a value needs none
/// ```
#[must_use]
pub fn with_semicolon(text: &str, dialect: Dialect) -> Cow<'_, str> {
    with_semicolon_within(text, dialect, usize::MAX)
}

/// The same, where parsing takes at most `memory` bytes. A text that needs more is left as it is.
pub(crate) fn with_semicolon_within(text: &str, dialect: Dialect, memory: usize) -> Cow<'_, str> {
    match first_error(text, dialect, memory) {
        Some(Diagnostic { found: FoundAt::End, .. }) => {
            supplied(text, dialect, memory).map_or(text.into(), Cow::Owned)
        }
        _ => text.into(),
    }
}

/// The text such that more may follow it in a file: with a `;` after its last token if that parses, in at most `memory`
/// bytes.
#[cfg(feature = "repl")]
pub(crate) fn as_file_text(text: &str, dialect: Dialect, memory: usize) -> Cow<'_, str> {
    supplied(text, dialect, memory).map_or(text.into(), Cow::Owned)
}

/// The text with the `;` supplied, if it parses then.
fn supplied(text: &str, dialect: Dialect, memory: usize) -> Option<String> {
    let last = Scan::new(text, dialect).last;
    let (before, after) = text.split_at_checked(last)?;
    let longer = format!("{before};{after}");
    if first_error(&longer, dialect, memory).is_some() {
        return None;
    }
    // Where any statement may stand, the `;` would be an empty one: it ends nothing.
    let statement = format!("{before} print nil;{after}");
    let ends_nothing = dialect.has_empty_statement() && first_error(&statement, dialect, memory).is_none();
    (!ends_nothing).then_some(longer)
}

/// The first error in the text, if it has any, and `memory` bytes suffice to look for one.
fn first_error(text: &str, dialect: Dialect, memory: usize) -> Option<Diagnostic> {
    let mem = Mem::new(SYSTEM, memory).ok()?;
    let options = ParseOptions { interactive: true, ..ParseOptions::default() };
    match parse(text, dialect, &options, &mem) {
        Err(ParseFailure::Syntax(errors)) => errors.first().copied(),
        Err(ParseFailure::OutOfMemory) | Ok(_) => None,
    }
}

/// What the tokens of a text say of its end. A text that grows is scanned on.
#[derive(Default)]
struct Scan {
    /// The brackets that are open.
    open: Vec<TokenKind>,
    /// Braces among them.
    braces: usize,
    /// Where the last token ends.
    last: usize,
    /// The kind of the last token.
    kind: Option<TokenKind>,
    /// A string or comment that nothing ends.
    unended: Option<Unended>,
    /// The interpolations that are open. Brackets inside them do not count.
    interpolations: usize,
    /// Whether a bracket closed nothing. What follows it is not scanned.
    broken: bool,
}

/// A token that nothing ends.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "repl"), expect(dead_code, reason = "sessions alone read on from there"))]
struct Unended {
    /// Where it begins.
    start: usize,
    /// What may end it.
    end: &'static str,
}

/// Where the end of a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// In no block, string or comment; parentheses may be open.
    Plain,
    /// In a block, a body or a class.
    InBlock,
    /// In a string or a comment.
    InToken,
    /// After a bracket that closed nothing.
    Broken,
}

impl Scan {
    fn new(text: &str, dialect: Dialect) -> Scan {
        let mut scan = Scan::default();
        scan.read(text, 0, dialect);
        scan
    }

    /// Scans the text from `from` on: what stands before was scanned, and `from` is inside no token.
    fn read(&mut self, text: &str, from: usize, dialect: Dialect) {
        let mut lexer = Lexer::new(text.get(from..).unwrap_or_default(), dialect);
        self.unended = None;
        self.interpolations = 0;
        // Where the outermost of the strings that are open begins.
        let mut outermost = 0;
        while !self.broken {
            let token = lexer.next_token();
            match token.kind {
                TokenKind::End => break,
                TokenKind::StrStart => {
                    if self.interpolations == 0 {
                        outermost = from + token.span.start as usize;
                    }
                    self.interpolations += 1;
                }
                TokenKind::StrEnd => self.interpolations = self.interpolations.saturating_sub(1),
                TokenKind::UnterminatedString | TokenKind::UnterminatedComment if self.interpolations > 0 => {
                    // Whatever is open, the outermost string needs its quotes.
                    self.unended_at(outermost, "\"");
                }
                _ if self.interpolations > 0 => {}
                TokenKind::LeftBrace | TokenKind::LeftParen | TokenKind::LeftBracket => self.open(token.kind),
                TokenKind::HashBrace => self.open(TokenKind::LeftBrace),
                TokenKind::QuestionBracket => self.open(TokenKind::LeftBracket),
                TokenKind::RightParen | TokenKind::RightBracket => match self.open.last() {
                    Some(TokenKind::LeftParen) if token.kind == TokenKind::RightParen => {
                        self.close(self.open.len() - 1)
                    }
                    Some(TokenKind::LeftBracket) if token.kind == TokenKind::RightBracket => {
                        self.close(self.open.len() - 1)
                    }
                    // The block that it stands in can still be closed.
                    Some(_) => {}
                    None => self.broken = true,
                },
                TokenKind::RightBrace => {
                    match self.open.iter().rposition(|&kind| kind == TokenKind::LeftBrace) {
                        Some(at) => self.close(at),
                        None => self.broken = true,
                    }
                }
                TokenKind::UnterminatedString => {
                    let start = from + token.span.start as usize;
                    self.unended_at(start, "\"");
                }
                TokenKind::UnterminatedComment => self.unended_at(from + token.span.start as usize, "*/"),
                _ => {}
            }
            if !self.broken {
                self.last = from + token.span.end as usize;
                self.kind = Some(token.kind);
            }
        }
    }

    fn unended_at(&mut self, start: usize, end: &'static str) {
        self.unended = Some(Unended { start, end });
    }

    fn open(&mut self, bracket: TokenKind) {
        self.open.push(bracket);
        self.braces += usize::from(bracket == TokenKind::LeftBrace);
    }

    /// Closes the bracket at that index, and those inside it.
    fn close(&mut self, at: usize) {
        let closed = self.open.drain(at..).filter(|&kind| kind == TokenKind::LeftBrace);
        self.braces -= closed.count();
    }

    fn end(&self) -> End {
        if self.broken {
            End::Broken
        } else if self.unended.is_some() {
            End::InToken
        } else if self.braces > 0 {
            End::InBlock
        } else {
            End::Plain
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Dialect::{Lox, Siskin};

    #[track_caller]
    fn complete(dialect: Dialect, texts: &[&str]) {
        for text in texts {
            assert_eq!(completeness(text, dialect), Completeness::Complete, "{text:?}");
        }
    }

    #[track_caller]
    fn incomplete(dialect: Dialect, texts: &[&str]) {
        for text in texts {
            assert_eq!(completeness(text, dialect), Completeness::Incomplete, "{text:?}");
        }
    }

    #[test]
    fn what_parses_is_complete() {
        for dialect in [Lox, Siskin] {
            complete(dialect, &["", "  ", "\n\n", "// note", "1", "1 + 2", "x", "f(1, 2)", "print 1;", "{}"]);
            complete(dialect, &["fun f() { return 1; }", "class A { init() {} }", "for (;;) {}"]);
        }
        complete(Siskin, &["fn f() { 1 }", "if true { 1 } else { 2 }", "let f = 1;", "while true {}"]);
    }

    #[test]
    fn a_missing_last_semicolon_is_supplied() {
        for dialect in [Lox, Siskin] {
            complete(
                dialect,
                &["print 1", "var x = 1", "x = 2", "print 1 // one", "var x", "print f(\n1\n)"],
            );
        }
        complete(Siskin, &["let x = 1", "let x = if a { 1 } else { 2 }"]);
        complete(Lox, &["if (x) print 1", "while (x) y()"]);
        assert_eq!(with_semicolon("print 1 // one", Lox), "print 1; // one");
        assert_eq!(with_semicolon("print 1\n", Lox), "print 1;\n");
        assert_eq!(with_semicolon("let s = \"é\"", Siskin), "let s = \"é\";");
        for text in
            ["", "1", "print 1;", "print", "1 +", "let x = 1 let y = 2", "f(", "\"a", "{ print 1", ")"]
        {
            assert!(matches!(with_semicolon(text, Siskin), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[cfg(feature = "repl")]
    #[test]
    fn in_a_file_values_end_with_a_semicolon() {
        for dialect in [Lox, Siskin] {
            assert_eq!(as_file_text("f(1) // one", dialect, usize::MAX), "f(1); // one");
            for text in ["", "// note", "1;", "{}", "fun f() {}", "class A {}", "print 1;", "while (f()) {}"]
            {
                assert!(
                    matches!(as_file_text(text, dialect, usize::MAX), Cow::Borrowed(same) if same == text),
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn open_blocks_go_on() {
        for dialect in [Lox, Siskin] {
            incomplete(
                dialect,
                &["{", "fun f() {", "fun f() {\n  return 1;\n", "class A {", "class A { m() { }"],
            );
            incomplete(dialect, &["{ {", "{ } {", "fun f() { // }", "fun f() { \"}\""]);
        }
        incomplete(Siskin, &["fn f() { if true {", "fn f() {\n\n", "let x = {", "let x = if a { 1 } else {"]);
    }

    #[test]
    fn open_parentheses_go_on() {
        for dialect in [Lox, Siskin] {
            incomplete(
                dialect,
                &["f(", "f(1,", "f(1", "(1 + 2", "f(g(1), (2", "fun f(", "fun f(a,", "for (;;"],
            );
        }
    }

    #[test]
    fn open_strings_go_on() {
        for dialect in [Lox, Siskin] {
            incomplete(dialect, &["\"", "\"abc", "print \"abc", "f(\"a\", \"b", "\"a\nb", "\"// no comment"]);
        }
    }

    #[test]
    fn open_interpolations_go_on() {
        incomplete(
            Siskin,
            &[
                "\"${",
                "\"a ${x",
                "\"${x}",
                "\"${f(",
                "\"${x:>8",
                "\"${\"",
                "\"${\"a\"",
                "f(\"${{ 1 }",
                "\"${ /* \" */",
            ],
        );
        incomplete(Siskin, &["\"a\\\"", "r\"", "r#\"a\"", "\"\"\"", "\"\"\"\na\"", "\"\"\"\n${x}\n\"\""]);
        complete(
            Siskin,
            &["\"${x}\"", "\"${\"a\"}\"", "\"${{ \"}\" }}\"", "r\"\\\"", "\"\"\"\n${x}\n\"\"\""],
        );
        complete(Siskin, &["\"${)}\"", "\"${1 2}\"", "\"\\q\""]);
        complete(Lox, &["\"${\"", "\"\\\"", "r\"\""]);
    }

    #[test]
    fn what_ends_too_early_goes_on() {
        for dialect in [Lox, Siskin] {
            incomplete(
                dialect,
                &["1 +", "x =", "var", "var x =", "print", "x.", "-", "a and", "fun", "fun f"],
            );
            incomplete(
                dialect,
                &["fun f()", "class", "class A", "class A <", "while", "for", "if", "1 + // one"],
            );
        }
        incomplete(Siskin, &["loop", "'a:", "'a", "|x|", "let f = |x", "fn f(a =", "x ?? 1 +"]);
        incomplete(Siskin, &["if true", "while x", "let", "let x =", "if true { 1 } else"]);
        incomplete(Lox, &["if (x)", "while (x)", "if (x) print 1; else"]);
    }

    #[test]
    fn errors_are_shown_at_once() {
        for dialect in [Lox, Siskin] {
            complete(
                dialect,
                &[")", "}", "} {", ") (", ") \"", "1 2", "1 + ;", "print ;", "var 1", "@", "f(1;", "(1 }"],
            );
            complete(dialect, &["var x = 1 var y", "return", "return 1", "print this", "f)"]);
        }
        complete(Siskin, &["let x = 1\nlet y = 2", "if true 1", "let x = 1; x = 2;"]);
    }

    #[test]
    fn errors_in_an_open_block_wait() {
        for dialect in [Lox, Siskin] {
            incomplete(dialect, &["fun f() { 1 2", "fun f() { g(1; ", "{ )", "{ ( } {", "{ @"]);
            complete(dialect, &["fun f() { 1 2 }", "fun f() { g(1; }", "{ ) }", "{ ( }"]);
        }
    }

    #[test]
    fn commands_are_complete() {
        for dialect in [Lox, Siskin] {
            complete(dialect, &[":", ":help", "  :load {", ":type f(", "\n:time \"x"]);
        }
    }

    #[test]
    fn dialects_differ() {
        complete(Lox, &["fn f() {}", "let x = 1"]);
        complete(Siskin, &["fn f() {}", "let x = 1"]);
        complete(Lox, &["let"]);
        incomplete(Siskin, &["let"]);
    }

    /// An input that does not fit counts as complete: loading it reports that it is too large.
    #[test]
    fn parsing_takes_no_more_memory_than_it_may() {
        let sum = "1 +\n".repeat(1000);
        assert_eq!(completeness_within(&sum, Siskin, 1 << 20), Completeness::Incomplete);
        assert_eq!(completeness_within(&sum, Siskin, 1 << 10), Completeness::Complete);
        let list = format!("let x = {sum}1");
        assert!(with_semicolon_within(&list, Siskin, 1 << 20).ends_with("1;"));
        assert_eq!(with_semicolon_within(&list, Siskin, 1 << 10), list);
    }

    #[test]
    fn deep_and_long_texts_are_fine() {
        let deep = "(".repeat(100_000);
        complete(Siskin, &[&deep]);
        incomplete(Siskin, &[&"{".repeat(100_000)]);
        complete(Siskin, &[&format!("{}{}", "{".repeat(100_000), "}".repeat(100_000))]);
        incomplete(Siskin, &[&format!("fn f() {{\n{}", "  print 1 + 2;\n".repeat(10_000))]);
    }
}
