//! Colours: the language's own lexer splits the text into spans, which the line editor draws.
//!
//! Colours are those of the terminal's palette, so that they fit its background.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use nu_ansi_term::{Color, Style};
use reedline::{Highlighter, StyledText};
use siskin_core::Dialect;
use siskin_core::syntax::{Lexer, TokenKind, comment_len};

use super::Known;
use super::keys::View;
use crate::input;

/// The class of a piece of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Names, blanks and punctuation.
    Plain,
    Keyword,
    /// `true`, `false`, `nil`, `this`, `super`.
    Constant,
    Number,
    Str,
    Comment,
    Operator,
    /// An error: a character that starts no token, or the quote of an unterminated string.
    Error,
    /// A command to the prompt.
    Command,
    /// One of the two brackets at the cursor.
    Pair,
}

/// The pieces of a text, in order and without gaps; no two neighbours are of one class.
pub(super) fn spans(text: &str, cursor: usize, dialect: Dialect) -> Vec<(Range<usize>, Class)> {
    let mut spans = Spans(Vec::new());
    let mut at = 0;
    if input::is_command(text) {
        let colon = text.len() - text.trim_start().len();
        at = text[colon..].find(char::is_whitespace).map_or(text.len(), |length| colon + length);
        spans.push(0..at, Class::Command);
    }
    let rest = text.get(at..).unwrap_or_default();
    let base = at;
    let mut brackets = Pairs::new(cursor);
    let mut lexer = Lexer::new(rest, dialect);
    loop {
        let token = lexer.next_token();
        let (start, end) = (base + token.span.start as usize, base + token.span.end as usize);
        gap(&mut spans, text, at..start);
        at = end;
        match token.kind {
            TokenKind::End => break,
            TokenKind::UnterminatedString | TokenKind::DeepString => {
                let quote = (start + 1).min(end);
                spans.push(start..quote, Class::Error);
                spans.push(quote..end, Class::Str);
            }
            // The signs around an interpolation stand out from the text.
            TokenKind::StrStart | TokenKind::StrMid | TokenKind::StrEnd => {
                let first = start + usize::from(token.kind != TokenKind::StrStart);
                let last = end - if token.kind == TokenKind::StrEnd { 0 } else { 2 };
                spans.push(start..first, Class::Operator);
                spans.push(first..last, Class::Str);
                spans.push(last..end, Class::Operator);
            }
            kind => {
                brackets.see(kind, start);
                spans.push(start..end, class(kind));
            }
        }
    }
    let mut spans = spans.0;
    if let Some(pair) = brackets.found {
        for at in pair {
            mark(&mut spans, at);
        }
    }
    spans
}

/// Adds the text between two tokens: blanks and comments.
fn gap(spans: &mut Spans, text: &str, range: Range<usize>) {
    let Range { mut start, end } = range;
    while let Some(blanks) = text.get(start..end).and_then(|gap| gap.find('/')) {
        let comment = start + blanks;
        spans.push(start..comment, Class::Plain);
        // Between tokens nothing else begins with a slash.
        start = comment + comment_len(&text[comment..end]).unwrap_or(end - comment);
        spans.push(comment..start, Class::Comment);
    }
    spans.push(start..end, Class::Plain);
}

fn class(kind: TokenKind) -> Class {
    use TokenKind as T;
    match kind {
        T::Identifier | T::LeftParen | T::RightParen | T::LeftBrace | T::RightBrace => Class::Plain,
        T::HashBrace
        | T::LeftBracket
        | T::RightBracket
        | T::Comma
        | T::Colon
        | T::Dot
        | T::Semicolon
        | T::Label
        | T::End => Class::Plain,
        T::QuestionDot | T::QuestionBracket | T::DotDot | T::DotDotEqual | T::DotDotDot | T::FatArrow => {
            Class::Operator
        }
        T::Minus | T::Plus | T::Slash | T::Star | T::Bang | T::BangEqual | T::Equal => Class::Operator,
        T::EqualEqual | T::Greater | T::GreaterEqual | T::Less | T::LessEqual => Class::Operator,
        T::PlusEqual | T::MinusEqual | T::StarEqual | T::SlashEqual | T::Percent => Class::Operator,
        T::PercentEqual | T::TildeSlash | T::TildeSlashEqual | T::StarStar => Class::Operator,
        T::StarStarEqual | T::Tilde | T::Amp | T::AmpEqual | T::Pipe | T::PipeEqual => Class::Operator,
        T::Caret | T::CaretEqual | T::LessLess | T::LessLessEqual => Class::Operator,
        T::GreaterGreater | T::GreaterGreaterEqual | T::GreaterGreaterGreater => Class::Operator,
        T::GreaterGreaterGreaterEqual | T::QuestionQuestion | T::QuestionQuestionEqual => Class::Operator,
        T::Str | T::StrStart | T::StrMid | T::StrEnd | T::FormatSpec => Class::Str,
        T::Number => Class::Number,
        T::True | T::False | T::Nil | T::This | T::Super => Class::Constant,
        T::And | T::Class | T::Else | T::Enum | T::For | T::Fun | T::If | T::In | T::Is | T::Let => {
            Class::Keyword
        }
        T::Export | T::Import | T::Or | T::Print | T::Return | T::Var | T::While => Class::Keyword,
        T::Break
        | T::Catch
        | T::Continue
        | T::Finally
        | T::Loop
        | T::Match
        | T::Throw
        | T::Try
        | T::Yield => Class::Keyword,
        T::UnterminatedComment => Class::Comment,
        T::UnexpectedCharacter | T::UnterminatedString | T::DeepString | T::BadNumber => Class::Error,
        T::PipePipe => Class::Operator,
        T::AmpAmp => Class::Error,
    }
}

/// The spans so far.
struct Spans(Vec<(Range<usize>, Class)>);

impl Spans {
    fn push(&mut self, range: Range<usize>, class: Class) {
        if range.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some((last, same)) if *same == class => last.end = range.end,
            _ => self.0.push((range, class)),
        }
    }
}

/// Finds the pair of brackets of which one is at the cursor or just before it.
struct Pairs {
    cursor: usize,
    open: Vec<(TokenKind, usize)>,
    found: Option<[usize; 2]>,
}

impl Pairs {
    fn new(cursor: usize) -> Pairs {
        Pairs { cursor, open: Vec::new(), found: None }
    }

    fn see(&mut self, kind: TokenKind, at: usize) {
        let opener = match kind {
            TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::LeftBrace => {
                return self.open.push((kind, at));
            }
            // The bracket is the second character.
            TokenKind::HashBrace => return self.open.push((TokenKind::LeftBrace, at + 1)),
            TokenKind::QuestionBracket => return self.open.push((TokenKind::LeftBracket, at + 1)),
            TokenKind::RightParen => TokenKind::LeftParen,
            TokenKind::RightBracket => TokenKind::LeftBracket,
            TokenKind::RightBrace => TokenKind::LeftBrace,
            _ => return,
        };
        if let Some((kind, start)) = self.open.pop()
            && kind == opener
            && [start, at].iter().any(|&at| at == self.cursor || at + 1 == self.cursor)
            && self.found.is_none()
        {
            self.found = Some([start, at]);
        }
    }
}

/// Splits the bracket at `at` into a separate span.
fn mark(spans: &mut Vec<(Range<usize>, Class)>, at: usize) {
    let Some(index) = spans.iter().position(|(range, _)| range.contains(&at)) else { return };
    let (range, class) = spans[index].clone();
    let parts = [(range.start..at, class), (at..at + 1, Class::Pair), (at + 1..range.end, class)];
    spans.splice(index..=index, parts.into_iter().filter(|(range, _)| !range.is_empty()));
}

fn style(class: Class) -> Style {
    let style = Style::new();
    match class {
        Class::Plain => style,
        Class::Keyword => style.fg(Color::Magenta),
        Class::Constant | Class::Number => style.fg(Color::Cyan),
        Class::Str => style.fg(Color::Green),
        Class::Comment => style.fg(Color::DarkGray),
        Class::Operator => style.fg(Color::Yellow),
        Class::Error => style.fg(Color::Red).underline(),
        Class::Command => style.fg(Color::Blue).bold(),
        Class::Pair => style.bold().underline(),
    }
}

/// Colours the text, and passes the drawn text to [`View`] for the keys.
pub(super) struct Highlight {
    pub(super) known: Arc<Mutex<Known>>,
    pub(super) view: Arc<Mutex<View>>,
    pub(super) color: bool,
}

impl Highlighter for Highlight {
    fn highlight(&self, text: &str, cursor: usize) -> StyledText {
        let accepted = View::of(&self.view).show(text, cursor);
        let near = near(text, cursor);
        // Brackets are not marked in a text that is no longer edited.
        let pointed = if accepted { usize::MAX } else { cursor };
        let mut styled = StyledText::new();
        styled.push((Style::new(), unseen(&text[..near.start])));
        if self.color {
            let dialect = Known::of(&self.known).dialect;
            for (range, class) in spans(text, pointed, dialect) {
                let seen = range.start.max(near.start)..range.end.min(near.end);
                if !seen.is_empty() {
                    styled.push((style(class), text[seen].to_owned()));
                }
            }
        } else {
            styled.push((Style::new(), text[near.clone()].to_owned()));
        }
        styled.push((Style::new(), unseen(&text[near.end..])));
        styled
    }
}

/// Lines on either side of the cursor that are coloured, more than a screen has.
const SCREEN: usize = 200;

/// The lines around the cursor that can be on the screen.
fn near(text: &str, cursor: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(cursor).unwrap_or((text, ""));
    let start = before.rmatch_indices('\n').nth(SCREEN).map_or(0, |(at, _)| at);
    let end = after.match_indices('\n').nth(SCREEN).map_or(text.len(), |(at, _)| before.len() + at);
    start..end
}

/// Text too far from the cursor to be on the screen, replaced by as many NUL bytes, which no terminal shows.
///
/// At each key reedline strips escape sequences from everything that it draws, three times and character by character.
/// NUL bytes do not count as characters there.
fn unseen(text: &str) -> String {
    "\0".repeat(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces with their classes, without plain ones.
    fn pieces(text: &str) -> Vec<(&str, Class)> {
        pieces_at(text, usize::MAX)
    }

    fn pieces_at(text: &str, cursor: usize) -> Vec<(&str, Class)> {
        let spans = spans(text, cursor, Dialect::Siskin);
        let mut at = 0;
        for (range, _) in &spans {
            assert_eq!(range.start, at, "no gap, no overlap");
            at = range.end;
        }
        assert_eq!(at, text.len(), "to the end");
        assert!(spans.windows(2).all(|two| two[0].1 != two[1].1), "{spans:?}");
        let named = spans.into_iter().filter(|(_, class)| *class != Class::Plain);
        named.map(|(range, class)| (&text[range], class)).collect()
    }

    #[test]
    fn tokens_have_classes() {
        assert_eq!(
            pieces("let x = 1.5; // half"),
            [
                ("let", Class::Keyword),
                ("=", Class::Operator),
                ("1.5", Class::Number),
                ("// half", Class::Comment)
            ]
        );
        assert_eq!(pieces("f(true, \"é\")"), [("true", Class::Constant), ("\"é\"", Class::Str)]);
        assert_eq!(pieces(""), []);
        assert_eq!(pieces("fn"), [("fn", Class::Keyword)]);
    }

    #[test]
    fn interpolations_are_code_in_a_string() {
        use Class::{Number, Operator, Plain, Str};
        let text = "\"a${x + 1:>8}b${{ \"c\" }}\"";
        let all: Vec<_> = spans(text, usize::MAX, Dialect::Siskin)
            .into_iter()
            .map(|(range, class)| (&text[range], class))
            .collect();
        assert_eq!(
            all,
            [
                ("\"a", Str),
                ("${", Operator),
                ("x ", Plain),
                ("+", Operator),
                (" ", Plain),
                ("1", Number),
                (":>8", Str),
                ("}", Operator),
                ("b", Str),
                ("${", Operator),
                ("{ ", Plain),
                ("\"c\"", Str),
                (" }", Plain),
                ("}", Operator),
                ("\"", Str),
            ]
        );
        for unended in ["\"${", "\"${x", "\"${x}", "\"${\"", "\"${x}é", "\"${x:"] {
            pieces(unended);
        }
        pieces(&"\"${".repeat(100));
    }

    #[test]
    fn comments_end_with_their_line() {
        let text = "// a\n// b\nx // c";
        assert_eq!(
            pieces(text),
            [("// a", Class::Comment), ("// b", Class::Comment), ("// c", Class::Comment)]
        );
    }

    #[test]
    fn errors_stand_out() {
        assert_eq!(pieces("@"), [("@", Class::Error)]);
        assert_eq!(pieces("x \"abc"), [("\"", Class::Error), ("abc", Class::Str)]);
        assert_eq!(pieces("é"), [("é", Class::Error)]);
    }

    #[test]
    fn commands_stand_out() {
        assert_eq!(pieces(":quit"), [(":quit", Class::Command)]);
        assert_eq!(
            pieces(":time 1 + x"),
            [(":time", Class::Command), ("1", Class::Number), ("+", Class::Operator)]
        );
    }

    #[test]
    fn only_what_can_be_seen_is_drawn() {
        let text = "let é = 1;\n".repeat(1000);
        for cursor in [0, text.len() / 2, text.len()] {
            for color in [false, true] {
                let known = Arc::new(Mutex::new(Known::new(Dialect::Siskin)));
                let drawn = Highlight { known, view: Arc::default(), color }.highlight(&text, cursor);
                let drawn: String = drawn.buffer.into_iter().map(|(_, text)| text).collect();
                assert_eq!(drawn.len(), text.len());
                let near = near(&text, cursor);
                assert_eq!(drawn[near.clone()], text[near.clone()]);
                assert!((SCREEN..=2 * SCREEN + 2).contains(&text[near].lines().count()));
            }
        }
        assert_eq!(near("a\nb", 1), 0..3);
        assert_eq!(near("é", 1), 0..2, "no cursor is in a character");
    }

    #[test]
    fn brackets_at_the_cursor_are_paired() {
        let text = "f(g(x))";
        assert_eq!(pieces_at(text, 7), [("(", Class::Pair), (")", Class::Pair)]);
        let at: Vec<_> = spans(text, 7, Dialect::Siskin).into_iter().filter(|s| s.1 == Class::Pair).collect();
        assert_eq!(at, [(1..2, Class::Pair), (6..7, Class::Pair)]);
        assert_eq!(pieces_at("f(", 2), []);
        assert_eq!(pieces_at("(}", 2), []);
    }
}
