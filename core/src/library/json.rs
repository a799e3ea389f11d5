//! JSON: tokens of a text, and quoted strings, for the script that parses and prints it.
//!
//! ```text
//!   state: [text, offset, value, place]
//!     $json_text   ──> the text, paid for: tokens cost nothing more
//!     $json_next   ──> a number for the token at the offset, which moves past it; a value goes to `value`, the token's offset,
//!                      or that of what is wrong with it, to `place`
//! ```

use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{Gc, INTERN_LIMIT, Instance, List, Map, Str};
use crate::text::escaped;
use crate::value::Value;

/// What the script calls, in the order of the names.
pub(super) const COLUMN: Entry =
    entry("$json_column", Arity::exactly(2), "(text, at): line and column of an offset, as a text.", column);
pub(super) const FOUND: Entry =
    entry("$json_found", Arity::exactly(2), "(text, at): the character at an offset, as a text.", found);
pub(super) const INDENT: Entry = entry("$json_indent", Arity::exactly(1), "(n): a text of n spaces.", indent);
pub(super) const KIND: Entry = entry("$json_kind", Arity::exactly(1), "(x): how a value is printed.", kind);
pub(super) const NEXT: Entry =
    entry("$json_next", Arity::exactly(2), "(state, is_key): the next token.", next);
pub(super) const QUOTED: Entry =
    entry("$json_quoted", Arity::exactly(1), "(text): the string as JSON.", quoted);
pub(super) const TEXT: Entry =
    entry("$json_text", Arity::exactly(1), "(text): the text, whole, whose tokens are paid for.", text);

// Places of a state.
const SOURCE: usize = 0;
const OFFSET: usize = 1;
const VALUE: usize = 2;
const PLACE: usize = 3;

/// What is at the offset, as the script knows it.
#[derive(Clone, Copy)]
#[repr(i32)]
enum Token {
    Value = 0,
    LeftBrace = 1,
    RightBrace = 2,
    LeftBracket = 3,
    RightBracket = 4,
    Comma = 5,
    Colon = 6,
    End = 7,
    /// Nothing begins so.
    Other = 8,
    /// A string that does not end.
    NoQuote = -1,
    /// No escape begins so; or a control character, which has to be one.
    NoEscape = -2,
    /// A `\\u` without four hexadecimal digits.
    NoHex = -3,
    /// Half of a surrogate pair.
    NoPair = -4,
    /// A number without a digit where one must be.
    NoDigit = -5,
    /// A number that no double is near.
    TooLarge = -6,
}

/// What is wrong in a text, and where.
struct Wrong(Token, usize);

fn source(state: Gc<List>) -> Result<&'static str, Fault> {
    let text = state.get(SOURCE).and_then(|text| text.as_object::<Str>()).ok_or(Fault::Bytecode)?;
    // SAFETY: the script never changes this item of its list, which a register of the call holds while the function runs. No
    // text leaves this module.
    Ok(unsafe { text.text_for() })
}

fn text(call: &mut Call<'_>) -> Result<Value, Fault> {
    let found = call.arg(0);
    let wrong = Fault::Argument { name: "parse", wanted: "a string", found, has_type: false };
    let len = found.as_object::<Str>().ok_or(wrong)?.len();
    // Each byte is looked at, that of a string twice, and copied.
    call.prepare(1, 3 * len)?;
    Ok(call.whole(1)?.value())
}

fn next(call: &mut Call<'_>) -> Result<Value, Fault> {
    let state = call.arg(0).as_object::<List>().ok_or(Fault::Bytecode)?;
    let is_key = call.arg(1) == Value::TRUE;
    let text = source(state)?;
    let bytes = text.as_bytes();
    let mut start = state.get(OFFSET).and_then(Value::to_f64).unwrap_or(0.0) as usize;
    if start == 0 && text.starts_with('\u{feff}') {
        start = '\u{feff}'.len_utf8();
    }
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(start) {
        start += 1;
    }
    let word = |word: &str, value| {
        let is_there = text.get(start..).is_some_and(|rest| rest.starts_with(word));
        if is_there { (Token::Value, start + word.len(), value) } else { (Token::Other, start, Value::NIL) }
    };
    let sign = |token| (token, start + 1, Value::NIL);
    let read = match bytes.get(start) {
        None => Ok((Token::End, start, Value::NIL)),
        Some(b'{') => Ok(sign(Token::LeftBrace)),
        Some(b'}') => Ok(sign(Token::RightBrace)),
        Some(b'[') => Ok(sign(Token::LeftBracket)),
        Some(b']') => Ok(sign(Token::RightBracket)),
        Some(b',') => Ok(sign(Token::Comma)),
        Some(b':') => Ok(sign(Token::Colon)),
        Some(b't') => Ok(word("true", Value::TRUE)),
        Some(b'f') => Ok(word("false", Value::FALSE)),
        Some(b'n') => Ok(word("null", Value::NIL)),
        Some(b'"') => match length(text, start + 1) {
            Ok((len, end)) => {
                let string = make(call, text, start + 1, len, end, is_key)?;
                Ok((Token::Value, end, string.value()))
            }
            Err(wrong) => Err(wrong),
        },
        Some(b'-' | b'0'..=b'9') => {
            number(text, start).map(|(number, end)| (Token::Value, end, Value::number(number)))
        }
        Some(_) => Ok((Token::Other, start, Value::NIL)),
    };
    let (token, end, value, place) = match read {
        Ok((token, end, value)) => (token, end, value, start),
        Err(Wrong(token, place)) => (token, start, Value::NIL, place),
    };
    let vm = call.vm();
    vm.set_item(state, OFFSET, Value::number(end as f64));
    vm.set_item(state, VALUE, value);
    vm.set_item(state, PLACE, Value::number(place as f64));
    Ok(Value::int(token as i32))
}

// Strings.

/// Bytes of the string whose text begins at an offset, and the offset past its closing quote.
fn length(text: &str, from: usize) -> Result<(usize, usize), Wrong> {
    let mut len = 0;
    let end = pieces(text, from, |piece| len += piece.len())?;
    Ok((len, end))
}

/// The string of `len` bytes between an offset and its closing quote, which is before `end`.
fn make(
    call: &mut Call<'_>,
    text: &str,
    from: usize,
    len: usize,
    end: usize,
    is_key: bool,
) -> Result<Gc<Str>, Fault> {
    if is_key
        && len <= INTERN_LIMIT
        && let Some(name) = text.get(from..end - 1).filter(|name| name.len() == len)
    {
        // Without escapes.
        return Ok(call.vm().intern(name.as_bytes())?);
    }
    let string = call.vm().new_text(len, |_, out| {
        // It was read before.
        let _ = pieces(text, from, |piece| out.push(piece));
    })?;
    Ok(string)
}

/// Calls `each` for the pieces of the string whose text begins at an offset. Returns the offset past the closing quote.
fn pieces(text: &str, from: usize, mut each: impl FnMut(&str)) -> Result<usize, Wrong> {
    let mut at = from;
    loop {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let plain = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
        let plain = plain.ok_or(Wrong(Token::NoQuote, text.len()))?;
        each(text.get(at..at + plain).unwrap_or_default());
        at += plain;
        match rest.get(plain) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => {
                let (char, end) = escape(text, at)?;
                each(char.encode_utf8(&mut [0; 4]));
                at = end;
            }
            Some(_) | None => return Err(Wrong(Token::NoEscape, at)),
        }
    }
}

/// The character that the escape at an offset means, and the offset past it.
fn escape(text: &str, at: usize) -> Result<(char, usize), Wrong> {
    let char = match text.as_bytes().get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text, at),
        Some(_) => return Err(Wrong(Token::NoEscape, at + 1)),
        None => return Err(Wrong(Token::NoQuote, at + 1)),
    };
    Ok((char, at + 2))
}

/// The character of `\uXXXX` at an offset, or of two of them that are a surrogate pair.
fn unicode(text: &str, at: usize) -> Result<(char, usize), Wrong> {
    let first = hex(text, at + 2)?;
    if let Some(char) = char::from_u32(first) {
        return Ok((char, at + 6));
    }
    let second =
        if text.get(at + 6..).is_some_and(|rest| rest.starts_with("\\u")) { hex(text, at + 8)? } else { 0 };
    let is_pair = (0xD800..0xDC00).contains(&first) && (0xDC00..0xE000).contains(&second);
    let code = is_pair.then(|| 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
    let char = code.and_then(char::from_u32).ok_or(Wrong(Token::NoPair, at))?;
    Ok((char, at + 12))
}

/// The number of four hexadecimal digits.
fn hex(text: &str, from: usize) -> Result<u32, Wrong> {
    (from..from + 4).try_fold(0, |number, at| {
        let digit = text.as_bytes().get(at).and_then(|&byte| char::from(byte).to_digit(16));
        Ok(number << 4 | digit.ok_or(Wrong(Token::NoHex, at.min(text.len())))?)
    })
}

// Numbers.

/// The number at an offset, and the offset past it.
fn number(text: &str, start: usize) -> Result<(f64, usize), Wrong> {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let end = from + rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if end == from { Err(Wrong(Token::NoDigit, from)) } else { Ok(end) }
    };
    let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
    // Nothing follows a zero at the beginning.
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { digits(at)? };
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let has_sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits(at + 1 + usize::from(has_sign))?;
    }
    let number = text.get(start..at).and_then(|text| text.parse().ok());
    match number.filter(|number: &f64| number.is_finite()) {
        Some(number) => Ok((number, at)),
        None => Err(Wrong(Token::TooLarge, start)),
    }
}

// What errors say.

/// The text and the offset that are the arguments.
fn place(call: &mut Call<'_>) -> Result<(Gc<Str>, usize), Fault> {
    let at = call.arg(1).to_f64().ok_or(Fault::Bytecode)? as usize;
    call.prepare(1, at)?;
    Ok((call.whole(1)?, at))
}

fn column(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (text, at) = place(call)?;
    let before = text.text().get(..at).unwrap_or_default();
    // The mark is no part of the text.
    let before = before.strip_prefix('\u{feff}').unwrap_or(before);
    let line = 1 + before.matches('\n').count();
    let column = 1 + before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    let mut out = crate::text::Line::new();
    let written = core::fmt::Write::write_fmt(&mut out, format_args!("line {line}, column {column}"));
    debug_assert!(written.is_ok(), "two numbers fit");
    Ok(call.vm().new_text(out.text().len(), |_, text| text.push(out.text()))?.value())
}

fn found(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (text, at) = place(call)?;
    let char = text.text().get(at..).and_then(|rest| rest.chars().next());
    let Some(char) = char else { return Ok(call.vm().literal(b"the end")?.value()) };
    let mut len = 2;
    escaped(char, false, |piece| len += piece.len());
    let found = call.vm().new_text(len, |_, out| {
        out.push("'");
        escaped(char, false, |piece| out.push(piece));
        out.push("'");
    })?;
    Ok(found.value())
}

// Printing.

fn indent(call: &mut Call<'_>) -> Result<Value, Fault> {
    let found = call.arg(0);
    let wrong =
        |has_type| Fault::Argument { name: "print", wanted: "an integer from 0 to 100", found, has_type };
    let number = found.to_f64().ok_or_else(|| wrong(false))?;
    if !(0.0..=100.0).contains(&number) || number != libm::trunc(number) {
        return Err(wrong(true));
    }
    let count = number as usize;
    Ok(call.vm().new_text(count, |_, out| out.fill(' ', count))?.value())
}

/// 0 for a value whose text is that of `print`, 1 for nil, 2 for a string, 3 for a list, 4 for a map, 5 for an instance that has
/// `to_json`, 6 for what JSON does not have.
fn kind(call: &mut Call<'_>) -> Result<Value, Fault> {
    let value = call.arg(0);
    let kind = match value {
        Value::TRUE | Value::FALSE => 0,
        Value::NIL => 1,
        _ if value.to_f64().is_some_and(f64::is_finite) => 0,
        _ if value.as_object::<Str>().is_some() => 2,
        _ if value.as_object::<List>().is_some() => 3,
        _ if value.as_object::<Map>().is_some() => 4,
        _ => match value.as_object::<Instance>() {
            Some(instance) if call.vm().has_method(instance, "to_json") => 5,
            Some(_) | None => 6,
        },
    };
    Ok(Value::int(kind))
}

fn quoted(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = call.arg(0).as_object::<Str>().ok_or(Fault::Bytecode)?.len();
    let len = call.measure(1, bytes, |call| {
        let mut len = 2_usize;
        quote(call.whole(1)?.text(), |piece| len += piece.len());
        Ok(Some(len))
    })?;
    let string = call.whole(1)?;
    let made = call.vm().new_text(len, |_, out| {
        out.push("\"");
        quote(string.text(), |piece| out.push(piece));
        out.push("\"");
    })?;
    Ok(made.value())
}

/// Calls `each` for the pieces of a string in JSON, without its quotes.
fn quote(text: &str, mut each: impl FnMut(&str)) {
    let is_plain = |char: char| !matches!(char, '"' | '\\' | '\0'..='\u{1f}');
    let mut rest = text;
    while let Some(at) = rest.find(|char| !is_plain(char)) {
        let (plain, special) = rest.split_at(at);
        each(plain);
        // It is one byte long.
        let (char, after) = special.split_at(1);
        rest = after;
        match char {
            "\"" => each("\\\""),
            "\\" => each("\\\\"),
            "\n" => each("\\n"),
            "\r" => each("\\r"),
            "\t" => each("\\t"),
            _ => {
                let code = char.bytes().next().map_or(0, u32::from);
                each("\\u00");
                for digit in [code >> 4, code & 15] {
                    each(char::from_digit(digit, 16).unwrap_or_default().encode_utf8(&mut [0; 4]));
                }
            }
        }
    }
    each(rest);
}
