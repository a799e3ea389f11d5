//! Text to tokens.

use super::Dialect;
use super::token::{Token, TokenKind};
use crate::Span;

/// What the first byte of a token says about the rest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Starts no token.
    Other,
    /// A letter or `_`.
    Letter,
    Digit,
    Space,
    Quote,
    Slash,
    /// A token by itself.
    Single(TokenKind),
    /// One token by itself, the other before `=`.
    BeforeEqual(TokenKind, TokenKind),
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
            b'/' => Class::Slash,
            b'(' => Class::Single(TokenKind::LeftParen),
            b')' => Class::Single(TokenKind::RightParen),
            b'{' => Class::Single(TokenKind::LeftBrace),
            b'}' => Class::Single(TokenKind::RightBrace),
            b',' => Class::Single(TokenKind::Comma),
            b'.' => Class::Single(TokenKind::Dot),
            b'-' => Class::Single(TokenKind::Minus),
            b'+' => Class::Single(TokenKind::Plus),
            b';' => Class::Single(TokenKind::Semicolon),
            b'*' => Class::Single(TokenKind::Star),
            b'!' => Class::BeforeEqual(TokenKind::Bang, TokenKind::BangEqual),
            b'=' => Class::BeforeEqual(TokenKind::Equal, TokenKind::EqualEqual),
            b'<' => Class::BeforeEqual(TokenKind::Less, TokenKind::LessEqual),
            b'>' => Class::BeforeEqual(TokenKind::Greater, TokenKind::GreaterEqual),
            _ => Class::Other,
        };
        byte += 1;
    }
    classes
};

/// Whether a byte can go on a name.
static IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = matches!(CLASSES[byte], Class::Letter | Class::Digit);
        byte += 1;
    }
    table
};

/// Cuts a source text into tokens, on demand.
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

    /// The next token; [`TokenKind::End`] for ever at the end.
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
                Class::BeforeEqual(alone, with_equal) => {
                    return match source.get(at + 1) {
                        Some(b'=') => self.token(with_equal, at, at + 2),
                        _ => self.token(alone, at, at + 1),
                    };
                }
                Class::Digit => return self.number(at),
                Class::Slash => {
                    if source.get(at + 1) != Some(&b'/') {
                        return self.token(TokenKind::Slash, at, at + 1);
                    }
                    at += prefix_len(&source[at..], |b| b != b'\n');
                }
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
        // The whole character, so that a span never cuts one.
        let len = 1 + prefix_len(&self.source[start + 1..], |b| b & 0xc0 == 0x80);
        self.token(TokenKind::UnexpectedCharacter, start, start + len)
    }
}

/// How many bytes at the start of `bytes` are wanted.
#[inline]
fn prefix_len(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&byte| !wanted(byte)).unwrap_or(bytes.len())
}

/// The keyword that `name` is, or an identifier.
#[inline]
fn keyword(name: &[u8], dialect: Dialect) -> TokenKind {
    use TokenKind as T;
    match name {
        b"if" => T::If,
        b"or" => T::Or,
        b"fn" if dialect.has_fn_and_let() => T::Fun,
        b"and" => T::And,
        b"for" => T::For,
        b"fun" => T::Fun,
        b"let" if dialect.has_fn_and_let() => T::Let,
        b"nil" => T::Nil,
        b"var" => T::Var,
        b"else" => T::Else,
        b"this" => T::This,
        b"true" => T::True,
        b"class" => T::Class,
        b"false" => T::False,
        b"print" => T::Print,
        b"super" => T::Super,
        b"while" => T::While,
        b"return" => T::Return,
        _ => T::Identifier,
    }
}
