//! The lexer: text to tokens.

use super::bytes::{IN_NAME, prefix_len};
use super::literal::{BLOCK_QUOTES, OpenStrings, PieceEnd, raw_len, scan_piece};
use super::token::{SIGNS, Token, TokenKind, keyword};
use super::{Dialect, number};
use crate::Span;

/// The class of the first byte of a token, which determines how the rest is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Starts no token.
    Other,
    /// A letter or `_`.
    Letter,
    Digit,
    Space,
    /// A quote, where strings have neither escapes nor interpolations.
    Quote,
    /// The quote before the name of a loop.
    Label,
    /// A quote, where they have.
    StringForm,
    /// `r`, which begins a raw string or a name.
    Raw,
    /// Any byte while an interpolation is open.
    Inside,
    /// A sign of one byte: no other token begins with the byte.
    Single(TokenKind),
    /// One of some signs, or a comment; the index of the first one in [`SIGNS`] that the dialect has.
    Sign(u8),
}

/// The classes of bytes in a dialect.
type Classes = [Class; 256];

static LOX: Classes = classes(Dialect::Lox);
static SISKIN: Classes = classes(Dialect::Siskin);
/// While an interpolation is open: what follows is read by the classes of the dialect, and brackets are counted.
static INSIDE: Classes = [Class::Inside; 256];

const fn classes_of(dialect: Dialect) -> &'static Classes {
    match dialect {
        Dialect::Lox => &LOX,
        Dialect::Siskin => &SISKIN,
    }
}

const fn classes(dialect: Dialect) -> Classes {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'r' if dialect.has_string_forms() => Class::Raw,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b' ' | b'\t' | b'\r' | b'\n' => Class::Space,
            b'"' if dialect.has_string_forms() => Class::StringForm,
            b'"' => Class::Quote,
            b'\'' if dialect as u8 == Dialect::Siskin as u8 => Class::Label,
            _ => Class::Other,
        };
        byte += 1;
    }
    let mut index = 0;
    while index < SIGNS.len() {
        let sign = &SIGNS[index];
        let byte = sign.text[0] as usize;
        // The table must be in this order.
        if index > 0 && SIGNS[index - 1].text[0] as usize == byte {
            assert!(SIGNS[index - 1].text.len() >= sign.text.len());
        }
        if sign.is_in(dialect) {
            classes[byte] = match classes[byte] {
                Class::Other if sign.text.len() == 1 && byte != COMMENT[0] as usize => {
                    Class::Single(sign.kind)
                }
                Class::Other => Class::Sign(index as u8),
                Class::Sign(first) => Class::Sign(first),
                Class::Single(_)
                | Class::Letter
                | Class::Digit
                | Class::Space
                | Class::Quote
                | Class::Label
                | Class::StringForm
                | Class::Raw
                | Class::Inside => {
                    panic!("no sign begins like this")
                }
            };
        }
        index += 1;
    }
    classes
}

/// The beginning of a comment, which ends with the line.
const COMMENT: &[u8] = b"//";
/// The beginning of a comment that ends with [`COMMENT_END`], in a dialect that has it.
const NESTING_COMMENT: &[u8] = b"/*";
const COMMENT_END: &[u8] = b"*/";

/// Splits a source text into tokens, on demand.
#[derive(Clone, Debug)]
pub struct Lexer<'s> {
    source: &'s [u8],
    at: usize,
    dialect: Dialect,
    classes: &'static Classes,
    strings: OpenStrings,
}

impl<'s> Lexer<'s> {
    /// A lexer at the start of `source`, which must be shorter than 4 GiB.
    #[must_use]
    pub fn new(source: &'s str, dialect: Dialect) -> Lexer<'s> {
        let strings = OpenStrings::NONE;
        Lexer { source: source.as_bytes(), at: 0, dialect, classes: classes_of(dialect), strings }
    }

    /// Where the outermost string begins whose end was not found, if a token has said so and the string has
    /// interpolations.
    pub(super) fn unterminated_string(&self) -> Option<u32> {
        self.strings.start()
    }

    /// The next token; always [`TokenKind::End`] at the end.
    pub fn next_token(&mut self) -> Token {
        let source = self.source;
        let mut at = self.at;
        loop {
            let Some(&byte) = source.get(at) else { return self.end(at) };
            match self.classes[byte as usize] {
                Class::Space => at += 1,
                Class::Letter => {
                    let end = at + 1 + prefix_len(&source[at + 1..], |b| IN_NAME[b as usize]);
                    return self.token(keyword(&source[at..end], self.dialect), at, end);
                }
                Class::Single(kind) => return self.token(kind, at, at + 1),
                Class::Sign(_) if byte == COMMENT[0] && source[at..].starts_with(COMMENT) => {
                    at += prefix_len(&source[at..], |b| b != b'\n');
                }
                Class::Sign(_) if byte == COMMENT[0] && self.begins_nesting_comment(at) => {
                    match nesting_comment_len(&source[at..]) {
                        Some(len) => at += len,
                        None => return self.token(TokenKind::UnterminatedComment, at, source.len()),
                    }
                }
                Class::Sign(first) => return self.sign(first, at),
                Class::Digit => return self.number(at),
                Class::Quote => return self.string(at),
                Class::Label => return self.label(at),
                Class::StringForm => return self.string_form(at),
                Class::Raw => {
                    if matches!(source.get(at + 1), Some(b'"' | b'#'))
                        && let Some(len) = raw_len(&source[at..])
                    {
                        return match len {
                            Ok(len) => self.token(TokenKind::Str, at, at + len),
                            Err(len) => self.unterminated(at, at + len),
                        };
                    }
                    let end = at + 1 + prefix_len(&source[at + 1..], |b| IN_NAME[b as usize]);
                    return self.token(keyword(&source[at..end], self.dialect), at, end);
                }
                Class::Inside => {
                    self.at = at;
                    return self.token_inside();
                }
                Class::Other => return self.unexpected(at),
            }
        }
    }

    fn begins_nesting_comment(&self, at: usize) -> bool {
        self.dialect.has_nesting_comments() && self.source[at..].starts_with(NESTING_COMMENT)
    }

    #[inline]
    fn token(&mut self, kind: TokenKind, start: usize, end: usize) -> Token {
        self.at = end;
        Token { kind, span: Span { start: start as u32, end: end as u32 } }
    }

    /// The longest sign of the dialect at `start`; `first` is the first in [`SIGNS`] that begins with that byte.
    #[inline]
    fn sign(&mut self, first: u8, start: usize) -> Token {
        let rest = &self.source[start..];
        let alike = SIGNS[usize::from(first)..].iter().take_while(|sign| sign.text[0] == rest[0]);
        for sign in alike {
            if sign.is_in(self.dialect) && begins_with(rest, sign.text) {
                return self.token(sign.kind, start, start + sign.text.len());
            }
        }
        self.unexpected(start)
    }

    fn number(&mut self, start: usize) -> Token {
        let rest = &self.source[start..];
        if self.dialect.has_number_forms() {
            let (kind, len) = number::scan(rest);
            return self.token(kind, start, start + len);
        }
        let mut len = prefix_len(rest, |b| b.is_ascii_digit());
        // A point belongs to the number only when a digit follows.
        if rest.get(len) == Some(&b'.') {
            let fraction = prefix_len(&rest[len + 1..], |b| b.is_ascii_digit());
            if fraction != 0 {
                len += 1 + fraction;
            }
        }
        self.token(TokenKind::Number, start, start + len)
    }

    fn string(&mut self, start: usize) -> Token {
        let contents = &self.source[start + 1..];
        let end = start + 1 + prefix_len(contents, |b| b != b'"');
        if end == self.source.len() {
            return self.token(TokenKind::UnterminatedString, start, end);
        }
        self.token(TokenKind::Str, start, end + 1)
    }

    /// `'name`. With a quote after it, it is meant as a string, which has other quotes.
    fn label(&mut self, start: usize) -> Token {
        let rest = &self.source[start + 1..];
        let len = prefix_len(rest, |b| IN_NAME[b as usize]);
        match rest.first() {
            Some(first) if !first.is_ascii_digit() && len != 0 && rest.get(len) != Some(&b'\'') => {
                self.token(TokenKind::Label, start, start + 1 + len)
            }
            _ => self.unexpected(start),
        }
    }

    /// A string that may have escapes and interpolations.
    #[inline(never)]
    fn string_form(&mut self, start: usize) -> Token {
        let block = self.source[start..].starts_with(BLOCK_QUOTES);
        let from = start + if block { BLOCK_QUOTES.len() } else { 1 };
        let (end, len) = scan_piece(&self.source[from..], block);
        let to = from + len;
        match end {
            PieceEnd::Quotes => self.token(TokenKind::Str, start, to),
            PieceEnd::Source => self.unterminated(start, to),
            PieceEnd::Interpolation if self.strings.push(start, block) => {
                self.classes = &INSIDE;
                self.token(TokenKind::StrStart, start, to)
            }
            PieceEnd::Interpolation => {
                self.strings.give_up();
                self.token(TokenKind::DeepString, start, self.source.len())
            }
        }
    }

    /// A token inside an interpolation.
    #[inline(never)]
    fn token_inside(&mut self) -> Token {
        self.classes = classes_of(self.dialect);
        let before = self.strings.depth();
        let mut token = self.next_token();
        if self.strings.depth() == before {
            let Span { start, end } = token.span;
            let (start, end) = (start as usize, end as usize);
            let outside = self.strings.is_outside_brackets();
            match (self.source.get(start), self.source.get(end.saturating_sub(1))) {
                _ if matches!(token.kind, TokenKind::Str | TokenKind::UnterminatedComment) => {}
                (Some(b'}'), _) if outside => token = self.next_piece(start),
                (Some(b':'), _) if outside => token = self.spec(start),
                (Some(b')' | b']' | b'}'), _) => self.strings.close_bracket(),
                (_, Some(b'(' | b'[' | b'{')) => self.strings.open_bracket(),
                _ => {}
            }
        }
        if self.strings.is_open() {
            self.classes = &INSIDE;
        }
        token
    }

    /// The text after an interpolation, whose `}` is at `start`.
    fn next_piece(&mut self, start: usize) -> Token {
        let block = self.strings.is_block();
        let (end, len) = scan_piece(&self.source[start + 1..], block);
        let to = start + 1 + len;
        match end {
            PieceEnd::Quotes => {
                self.strings.pop();
                self.token(TokenKind::StrEnd, start, to)
            }
            PieceEnd::Interpolation => self.token(TokenKind::StrMid, start, to),
            PieceEnd::Source => self.unterminated(start, to),
        }
    }

    /// The format of an interpolation, from its `:` to before the `}`, or the end of the line.
    fn spec(&mut self, start: usize) -> Token {
        let len = prefix_len(&self.source[start..], |byte| byte != b'}' && byte != b'\n');
        self.token(TokenKind::FormatSpec, start, start + len)
    }

    #[cold]
    fn unterminated(&mut self, start: usize, end: usize) -> Token {
        self.strings.give_up();
        self.token(TokenKind::UnterminatedString, start, end)
    }

    /// The end of the text, or first, that a string is open there.
    #[cold]
    fn end(&mut self, at: usize) -> Token {
        if self.strings.is_open() {
            self.classes = classes_of(self.dialect);
            return self.unterminated(at, at);
        }
        self.token(TokenKind::End, at, at)
    }

    #[cold]
    fn unexpected(&mut self, start: usize) -> Token {
        // The span has the whole character, so that it never splits one.
        let len = 1 + prefix_len(&self.source[start + 1..], |b| b & 0xc0 == 0x80);
        self.token(TokenKind::UnexpectedCharacter, start, start + len)
    }
}

/// The length of the comment at the start of a text of the dialect that has `/*`, if there is one. A comment that does not
/// end takes all of the text.
#[must_use]
pub fn comment_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.starts_with(COMMENT) {
        Some(prefix_len(bytes, |byte| byte != b'\n'))
    } else if bytes.starts_with(NESTING_COMMENT) {
        Some(nesting_comment_len(bytes).unwrap_or(bytes.len()))
    } else {
        None
    }
}

/// The length of the comment at the start of `bytes`, with those inside it; `None` if it does not end.
#[cold]
fn nesting_comment_len(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = bytes.get(at..) {
        if rest.starts_with(NESTING_COMMENT) {
            depth += 1;
            at += NESTING_COMMENT.len();
        } else if rest.starts_with(COMMENT_END) {
            depth -= 1;
            at += COMMENT_END.len();
            if depth == 0 {
                return Some(at);
            }
        } else if rest.is_empty() {
            return None;
        } else {
            at += 1;
        }
    }
    None
}

/// As `starts_with`, for a few bytes.
#[inline]
fn begins_with(bytes: &[u8], start: &[u8]) -> bool {
    bytes.len() >= start.len() && start.iter().zip(bytes).all(|(a, b)| a == b)
}
