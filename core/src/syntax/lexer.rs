//! The lexer: text to tokens.

use super::Dialect;
use super::token::{SIGNS, Token, TokenKind, keyword};
use crate::Span;

/// The class of the first byte of a token, which determines how the rest is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Starts no token.
    Other,
    /// A letter or `_`.
    Letter,
    Digit,
    Space,
    Quote,
    /// A sign of one byte: no other token begins with the byte.
    Single(TokenKind),
    /// One of some signs, or a comment; the index of the first one in [`SIGNS`] that begins with the byte.
    Sign(u8),
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b' ' | b'\t' | b'\r' | b'\n' => Class::Space,
            b'"' => Class::Quote,
            _ => Class::Other,
        };
        byte += 1;
    }
    let mut index = 0;
    while index < SIGNS.len() {
        let byte = SIGNS[index].text[0] as usize;
        match classes[byte] {
            Class::Other if SIGNS[index].is_single() && byte != COMMENT[0] as usize => {
                classes[byte] = Class::Single(SIGNS[index].kind);
            }
            Class::Other => classes[byte] = Class::Sign(index as u8),
            // The table must be in this order.
            Class::Single(_) | Class::Sign(_) => {
                let before = SIGNS[index - 1].text;
                assert!(before[0] as usize == byte && before.len() >= SIGNS[index].text.len());
                classes[byte] = Class::Sign(first_like(index));
            }
            Class::Letter | Class::Digit | Class::Space | Class::Quote => panic!("no sign begins like this"),
        }
        index += 1;
    }
    classes
};

/// The first of the signs that begin as the one at `index` does, which stand together.
const fn first_like(index: usize) -> u8 {
    let mut first = index;
    while first > 0 && SIGNS[first - 1].text[0] == SIGNS[index].text[0] {
        first -= 1;
    }
    first as u8
}

/// The beginning of a comment, which ends with the line.
const COMMENT: &[u8] = b"//";

/// Whether a byte can be in a name after its first.
static IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(CLASSES[byte], Class::Letter | Class::Digit);
        byte += 1;
    }
    table
};

/// Splits a source text into tokens, on demand.
#[derive(Clone, Debug)]
pub struct Lexer<'s> {
    source: &'s [u8],
    at: usize,
    dialect: Dialect,
}

impl<'s> Lexer<'s> {
    /// A lexer at the start of `source`, which must be shorter than 4 GiB.
    #[must_use]
    pub fn new(source: &'s str, dialect: Dialect) -> Lexer<'s> {
        Lexer { source: source.as_bytes(), at: 0, dialect }
    }

    /// The next token; always [`TokenKind::End`] at the end.
    pub fn next_token(&mut self) -> Token {
        let source = self.source;
        let mut at = self.at;
        loop {
            let Some(&byte) = source.get(at) else { return self.token(TokenKind::End, at, at) };
            match CLASSES[byte as usize] {
                Class::Space => at += 1,
                Class::Letter => {
                    let end = at + 1 + prefix_len(&source[at + 1..], |b| IN_NAME[b as usize]);
                    return self.token(keyword(&source[at..end], self.dialect), at, end);
                }
                Class::Single(kind) => return self.token(kind, at, at + 1),
                Class::Sign(_) if source[at..].starts_with(COMMENT) => {
                    at += prefix_len(&source[at..], |b| b != b'\n');
                }
                Class::Sign(first) => return self.sign(first, at),
                Class::Digit => return self.number(at),
                Class::Quote => return self.string(at),
                Class::Other => return self.unexpected(at),
            }
        }
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

    #[cold]
    fn unexpected(&mut self, start: usize) -> Token {
        // The span has the whole character, so that it never splits one.
        let len = 1 + prefix_len(&self.source[start + 1..], |b| b & 0xc0 == 0x80);
        self.token(TokenKind::UnexpectedCharacter, start, start + len)
    }
}

/// The number of bytes at the start of `bytes` that satisfy `wanted`.
#[inline]
fn prefix_len(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&byte| !wanted(byte)).unwrap_or(bytes.len())
}

/// As `starts_with`, for a few bytes.
#[inline]
fn begins_with(bytes: &[u8], start: &[u8]) -> bool {
    bytes.len() >= start.len() && start.iter().zip(bytes).all(|(a, b)| a == b)
}
