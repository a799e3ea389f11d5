//! String literals of the Siskin dialect: where their text ends, and what it means.
//!
//! ```text
//!   "a\n"     r"C:\x"     r#"say "x""#     """            "a${ b }c${ d : >8 }e"
//!                                            one          └┬─┘   └┬─┘   └┬┘ └┬┘
//!                                          """         StrStart StrMid   │ StrEnd
//!                                                                   FormatSpec
//! ```
//!
//! The lexer keeps the interpolations that are open in [`OpenStrings`]. The parser reports the mistakes in a text, and
//! the compiler reads the same [`Contents`] for its value.

use super::bytes::prefix_len;
use crate::Span;

/// What ends a piece of a string's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PieceEnd {
    /// The closing quotes.
    Quotes,
    /// `${`
    Interpolation,
    /// The end of the source text.
    Source,
}

/// Opens and closes a string that stands on lines of its own.
pub(super) const BLOCK_QUOTES: &[u8] = b"\"\"\"";

/// Bytes that mean something in the text of a string.
static IS_SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table[b'$' as usize] = true;
    table
};

/// What ends the text at the start of `bytes`, and its length with that end. `block` says that three quotes close it.
pub(super) fn scan_piece(bytes: &[u8], block: bool) -> (PieceEnd, usize) {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let len = prefix_len(rest, |byte| !IS_SPECIAL[usize::from(byte)]);
        at += len;
        match rest.get(len..).unwrap_or_default() {
            [] => return (PieceEnd::Source, bytes.len()),
            [b'"', ..] if !block => return (PieceEnd::Quotes, at + 1),
            special if block && special.starts_with(BLOCK_QUOTES) => return (PieceEnd::Quotes, at + 3),
            [b'$', b'{', ..] => return (PieceEnd::Interpolation, at + 2),
            [b'\\', _, ..] => at += 2,
            _ => at += 1,
        }
    }
}

/// The length of the raw string at the start of `bytes`, which begin with `r`; `Err` if nothing closes it, `None` if there is
/// none.
#[cold]
pub(super) fn raw_len(bytes: &[u8]) -> Option<Result<usize, usize>> {
    let hashes = prefix_len(&bytes[1..], |byte| byte == b'#');
    let quotes = bytes.get(1 + hashes..)?;
    if quotes.first() != Some(&b'"') {
        return None;
    }
    let width = if hashes == 0 && quotes.starts_with(BLOCK_QUOTES) { 3 } else { 1 };
    let mut at = 1 + hashes + width;
    while let Some(rest) = bytes.get(at..) {
        let len = prefix_len(rest, |byte| byte != b'"');
        let Some(closing) = rest.get(len..).filter(|closing| !closing.is_empty()) else { break };
        at += len;
        let quotes = prefix_len(closing, |byte| byte == b'"');
        if width == 3 {
            if quotes >= 3 {
                return Some(Ok(at + 3));
            }
        } else {
            // Of the hashes after the last quote as many close the string as opened it.
            let found = prefix_len(&closing[quotes..], |byte| byte == b'#');
            if hashes == 0 {
                return Some(Ok(at + 1));
            }
            if found >= hashes {
                return Some(Ok(at + quotes + hashes));
            }
        }
        at += quotes;
    }
    Some(Err(bytes.len()))
}

/// How many interpolations may be open inside each other.
pub(super) const MAX_OPEN: usize = 64;

/// The interpolations that are open, the innermost last.
#[derive(Clone, Debug)]
pub(super) struct OpenStrings {
    /// Where the outermost string begins; kept when it turns out that nothing closes it.
    start: Option<u32>,
    len: usize,
    /// The brackets that are open in each, and in the lowest bit, whether three quotes close the string.
    levels: [u32; MAX_OPEN],
}

impl OpenStrings {
    pub(super) const NONE: OpenStrings = OpenStrings { start: None, len: 0, levels: [0; MAX_OPEN] };

    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.len != 0
    }

    /// How many are open.
    pub(super) fn depth(&self) -> usize {
        self.len
    }

    /// Where the outermost string begins, while it is open, and after its end was not found.
    pub(super) fn start(&self) -> Option<u32> {
        self.start
    }

    /// Begins an interpolation of the string at `start`; false if too many are open.
    pub(super) fn push(&mut self, start: usize, block: bool) -> bool {
        let Some(level) = self.levels.get_mut(self.len) else { return false };
        *level = block.into();
        if self.len == 0 {
            self.start = Some(start as u32);
        }
        self.len += 1;
        true
    }

    /// Ends the innermost string.
    pub(super) fn pop(&mut self) {
        self.len = self.len.saturating_sub(1);
        if self.len == 0 {
            self.start = None;
        }
    }

    /// Gives up: nothing closes the strings.
    pub(super) fn give_up(&mut self) {
        self.len = 0;
    }

    fn innermost(&mut self) -> Option<&mut u32> {
        self.levels.get_mut(self.len.checked_sub(1)?)
    }

    /// Whether three quotes close the innermost string.
    pub(super) fn is_block(&mut self) -> bool {
        self.innermost().is_some_and(|level| *level & 1 != 0)
    }

    /// Whether no bracket is open in the innermost interpolation.
    pub(super) fn is_outside_brackets(&mut self) -> bool {
        self.innermost().is_none_or(|level| *level <= 1)
    }

    /// Counts a bracket that opens. A text has fewer than 2^31 that are open at once, or nests too deeply anyway.
    pub(super) fn open_bracket(&mut self) {
        if let Some(level) = self.innermost() {
            *level = level.saturating_add(2);
        }
    }

    /// Counts a bracket that closes.
    pub(super) fn close_bracket(&mut self) {
        if let Some(level) = self.innermost().filter(|level| **level > 1) {
            *level -= 2;
        }
    }
}

/// The text of a string literal, or a piece of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Its place in the source text, without quotes.
    pub span: Span,
    /// Whether `\` means something in it.
    pub escapes: bool,
    /// Where the closing quotes of a string on lines of its own are; 0 for any other string. The white space before
    /// them is taken off each line.
    pub close: u32,
}

/// A mistake in the text of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mistake {
    /// An escape that means nothing.
    UnknownEscape(Span),
    /// `\x` without two digits up to 7F.
    ByteEscape(Span),
    /// `\u` without a scalar value in braces.
    UnicodeEscape(Span),
    /// A line with less white space than the closing quotes.
    LessIndented,
}

/// The reason why reading a text stopped.
pub(super) enum Stopped<E> {
    Mistake(Mistake),
    Reader(E),
}

impl Contents {
    /// The text of a string in which every character stands for itself.
    #[must_use]
    pub fn plain(span: Span) -> Contents {
        Contents { span, escapes: false, close: 0 }
    }

    /// Whether every character stands for itself.
    #[must_use]
    pub fn is_plain(self, source: &str) -> bool {
        let text = self.bytes(source);
        self.close == 0 && !(self.escapes && text.contains(&b'\\'))
    }

    fn bytes(self, source: &str) -> &[u8] {
        source.as_bytes().get(self.span.start as usize..self.span.end as usize).unwrap_or_default()
    }

    /// Calls `each` for the pieces of the text's value. A mistake, which no text has that was parsed, ends it.
    ///
    /// # Errors
    /// Those of `each`.
    pub fn value<E>(self, source: &str, each: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        match self.read(source, each) {
            Err(Stopped::Reader(error)) => Err(error),
            Ok(()) | Err(Stopped::Mistake(_)) => Ok(()),
        }
    }

    /// The first mistake.
    pub(super) fn mistake(self, source: &str) -> Option<Mistake> {
        match self.read(source, |_| Ok::<(), core::convert::Infallible>(())) {
            Err(Stopped::Mistake(mistake)) => Some(mistake),
            Ok(()) => None,
        }
    }

    fn read<E>(self, source: &str, mut each: impl FnMut(&str) -> Result<(), E>) -> Result<(), Stopped<E>> {
        let (mut at, end) = (self.span.start as usize, self.span.end as usize);
        let bytes = source.as_bytes().get(..end).unwrap_or_default();
        let mut give =
            |text: &str| if text.is_empty() { Ok(()) } else { each(text).map_err(Stopped::Reader) };
        let is_block = self.close != 0;
        // The first piece of such a string begins a line.
        if is_block && at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\n') {
            at = self.after_indentation(source, at)?;
        }
        while at < end {
            let rest = &bytes[at..];
            let wanted = |byte| (byte != b'\\' || !self.escapes) && (byte != b'\n' || !is_block);
            let len = prefix_len(rest, wanted);
            let mut text = source.get(at..at + len).unwrap_or_default();
            at += len;
            match rest.get(len) {
                None => give(text)?,
                Some(b'\n') => {
                    text = text.strip_suffix('\r').unwrap_or(text);
                    give(text)?;
                    give("\n")?;
                    at = self.after_indentation(source, at + 1)?;
                }
                Some(_) => {
                    give(text)?;
                    let (char, len) = escape(&source[at..end], at).map_err(Stopped::Mistake)?;
                    if let Some(char) = char {
                        give(char.encode_utf8(&mut [0; 4]))?;
                    }
                    at += len;
                }
            }
        }
        Ok(())
    }

    /// Where the text of the line at `line` begins: past the indentation of the closing quotes. A line of white space
    /// alone may have less.
    fn after_indentation<E>(self, source: &str, line: usize) -> Result<usize, Stopped<E>> {
        let before = source.get(..self.close as usize).unwrap_or_default();
        let indentation = before.rfind('\n').map_or("", |end| &before[end + 1..]);
        let rest = source.get(line..).unwrap_or_default();
        if rest.starts_with(indentation) {
            return Ok(line + indentation.len());
        }
        let blank = prefix_len(rest.as_bytes(), |byte| matches!(byte, b' ' | b'\t'));
        match rest.as_bytes().get(blank..) {
            Some([b'\n', ..] | [b'\r', b'\n', ..]) => Ok(line + blank),
            _ => Err(Stopped::Mistake(Mistake::LessIndented)),
        }
    }
}

/// The character of the escape at the start of `text`, which is at `start` in the source text, and its length. One before a
/// line end has no character.
fn escape(text: &str, start: usize) -> Result<(Option<char>, usize), Mistake> {
    let span = |len: usize| Span { start: start as u32, end: (start + len) as u32 };
    let plain = |char| Ok((Some(char), 2));
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'n') => plain('\n'),
        Some(b'r') => plain('\r'),
        Some(b't') => plain('\t'),
        Some(b'0') => plain('\0'),
        Some(&byte @ (b'\\' | b'"' | b'$')) => plain(char::from(byte)),
        Some(b'\n' | b'\r') => {
            let is_space = |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            Ok((None, 1 + prefix_len(&bytes[1..], is_space)))
        }
        Some(b'x') => {
            let digits = bytes.get(2..4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            let value = digits.and_then(hexadecimal).filter(|&value| value < 0x80);
            let char = value.and_then(char::from_u32);
            let shown = 2 + prefix_len(bytes.get(2..4).unwrap_or_default(), |byte| byte.is_ascii_hexdigit());
            char.map(|char| (Some(char), 4)).ok_or(Mistake::ByteEscape(span(shown)))
        }
        Some(b'u') => {
            let digits = match bytes.get(2) {
                Some(b'{') => prefix_len(&bytes[3..], |byte| byte.is_ascii_hexdigit()),
                _ => return Err(Mistake::UnicodeEscape(span(2))),
            };
            let end = 3 + digits;
            let value = if bytes.get(end) == Some(&b'}') { hexadecimal(&bytes[3..end]) } else { None };
            let char = value.and_then(char::from_u32);
            let shown = end + usize::from(bytes.get(end) == Some(&b'}'));
            char.map(|char| (Some(char), end + 1)).ok_or(Mistake::UnicodeEscape(span(shown)))
        }
        Some(_) => {
            let len = text[1..].chars().next().map_or(0, char::len_utf8);
            Err(Mistake::UnknownEscape(span(1 + len)))
        }
        None => Err(Mistake::UnknownEscape(span(1))),
    }
}

/// The value of hexadecimal digits, of which there are some; `None` if it exceeds 32 bits.
fn hexadecimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u32, |value, &digit| {
        let digit = char::from(digit).to_digit(16)?;
        value.checked_mul(16)?.checked_add(digit)
    })
}
