//! Methods of strings.
//!
//! Indexes and lengths count bytes. A method that reads all of a text charges for its bytes first, and one that makes a
//! longer text also for that text, before it is made. Searching is that of the Rust core library, which takes linear time
//! for every text.

use super::split;
use crate::entry::{Arity, Entry};
use crate::interp::{Call, Fault, entry};
use crate::object::{Gc, Str};
use crate::value::Value;

pub(super) static METHODS: &[Entry] = &[
    entry(
        "at",
        Arity::exactly(1),
        "(i): the character that begins at byte i, from the end if i is negative; nil if none does.",
        at,
    ),
    entry("chars", Arity::exactly(0), "(): a list of the characters.", split::chars),
    entry("code", Arity::exactly(0), "(): the code point of the first character; nil without one.", code),
    entry(
        "compare",
        Arity::exactly(1),
        "(b): -1, 0 or 1, as it comes before b, is b, or comes after b.",
        compare,
    ),
    entry("count", Arity::exactly(1), "(sub): how often sub is in it, without overlaps.", count),
    entry("count_chars", Arity::exactly(0), "(): characters of the text.", count_chars),
    entry("ends_with", Arity::exactly(1), "(s): whether it ends with s.", ends_with),
    entry(
        "find",
        Arity::between(1, 2),
        "(sub, [from]): the index of the first sub, of those from byte from on; nil without one.",
        find,
    ),
    entry("is_alpha", Arity::exactly(0), "(): whether it has bytes, all of them ASCII letters.", is_alpha),
    entry("is_ascii", Arity::exactly(0), "(): whether all its characters are of ASCII.", is_ascii),
    entry("is_digit", Arity::exactly(0), "(): whether it has bytes, all of them ASCII digits.", is_digit),
    entry("is_empty", Arity::exactly(0), "(): whether it has no bytes.", is_empty),
    entry(
        "is_space",
        Arity::exactly(0),
        "(): whether it has bytes, all of them ASCII white space.",
        is_space,
    ),
    entry("len", Arity::exactly(0), "(): bytes of the text, in UTF-8.", len)
        .looking(0, |_, string, _| Some(Value::number(string.as_object::<Str>()?.len() as f64))),
    entry("lines", Arity::exactly(0), "(): a list of the lines, without their ends.", split::lines),
    entry("lower", Arity::exactly(0), "(): the text in small letters, each character by itself.", lower),
    entry(
        "lower_ascii",
        Arity::exactly(0),
        "(): the text with small letters for those of ASCII.",
        lower_ascii,
    ),
    entry(
        "pad_left",
        Arity::between(1, 2),
        "(width, [fill]): the text with fill, or a space, before it, up to width characters.",
        pad_left,
    ),
    entry(
        "pad_right",
        Arity::between(1, 2),
        "(width, [fill]): the text with fill, or a space, after it, up to width characters.",
        pad_right,
    ),
    entry("remove_prefix", Arity::exactly(1), "(s): the text without s at its start.", remove_prefix),
    entry("remove_suffix", Arity::exactly(1), "(s): the text without s at its end.", remove_suffix),
    entry("repeat", Arity::exactly(1), "(n): the text n times.", repeat),
    entry("replace", Arity::exactly(2), "(a, b): the text with b for each a.", replace),
    entry("rfind", Arity::exactly(1), "(sub): the index of the last sub; nil without one.", rfind),
    entry("split", Arity::exactly(1), "(sep): a list of the texts between occurrences of sep.", split::split),
    entry(
        "split_once",
        Arity::exactly(1),
        "(sep): a list of the texts before and after the first sep; nil without one.",
        split::split_once,
    ),
    entry("starts_with", Arity::exactly(1), "(s): whether it starts with s.", starts_with),
    entry("to_bytes", Arity::exactly(0), "(): a byte array of the text's UTF-8.", to_bytes),
    entry(
        "to_number",
        Arity::exactly(0),
        "(): the number that is written there; nil if it is none.",
        to_number,
    ),
    entry("trim", Arity::exactly(0), "(): the text without white space at its ends.", trim),
    entry("trim_end", Arity::exactly(0), "(): the text without white space at its end.", trim_end),
    entry("trim_start", Arity::exactly(0), "(): the text without white space at its start.", trim_start),
    entry("upper", Arity::exactly(0), "(): the text in capitals, each character by itself.", upper),
    entry(
        "upper_ascii",
        Arity::exactly(0),
        "(): the text with capitals for the letters of ASCII.",
        upper_ascii,
    ),
    entry("words", Arity::exactly(0), "(): a list of the texts between white space.", split::words),
];

/// Functions of the type `String`.
pub(super) static STATICS: &[Entry] =
    &[entry("from_code", Arity::exactly(1), "(n): the character with code point n.", from_code)];

/// What an argument must be that is searched for.
const NOT_EMPTY: &str = "a string that is not empty";

fn len(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::number(call.string()?.len() as f64))
}

fn is_empty(call: &mut Call<'_>) -> Result<Value, Fault> {
    Ok(Value::bool(call.string()?.len() == 0))
}

/// The receiver as a whole text, after a charge for all of it.
fn text(call: &mut Call<'_>) -> Result<Gc<Str>, Fault> {
    let bytes = call.string()?.len();
    call.prepare(0, bytes)?;
    call.whole(0)
}

/// The receiver and the string that is the first argument, as whole texts, after a charge for both.
fn two_texts(call: &mut Call<'_>) -> Result<(Gc<Str>, Gc<Str>), Fault> {
    let bytes = call.string()?.len() + call.string_arg(0)?.len();
    call.prepare(1, bytes)?;
    Ok((call.whole(0)?, call.whole(1)?))
}

fn index(index: Option<usize>) -> Value {
    index.map_or(Value::NIL, |index| Value::number(index as f64))
}

// Characters.

fn at(call: &mut Call<'_>) -> Result<Value, Fault> {
    let index = call.integer_arg(0, "an integer")?;
    call.prepare(0, 0)?;
    let string = call.whole(0)?;
    let from = if index < 0 { string.len() as i64 + index } else { index };
    let rest = usize::try_from(from).ok().and_then(|from| string.text().get(from..));
    match rest.and_then(|rest| rest.chars().next()) {
        Some(char) => {
            let mut buffer = [0; 4];
            let char = char.encode_utf8(&mut buffer);
            call.part(string, char)
        }
        None => Ok(Value::NIL),
    }
}

fn code(call: &mut Call<'_>) -> Result<Value, Fault> {
    let string = call.string()?;
    // Only the bytes of one character are looked at.
    let char = string.char_at(0);
    Ok(char.map_or(Value::NIL, |char| Value::number(f64::from(u32::from(char)))))
}

fn from_code(call: &mut Call<'_>) -> Result<Value, Fault> {
    const WANTED: &str = "the code of a character, from 0 to 0x10FFFF but for 0xD800 to 0xDFFF";
    let code = u32::try_from(call.integer_arg(0, WANTED)?).ok().and_then(char::from_u32);
    let char = code.ok_or_else(|| call.wrong(WANTED, call.arg(0), true))?;
    Ok(call.vm().literal(char.encode_utf8(&mut [0; 4]).as_bytes())?.value())
}

fn count_chars(call: &mut Call<'_>) -> Result<Value, Fault> {
    let string = text(call)?;
    Ok(Value::number(string.text().chars().count() as f64))
}

fn is_ascii(call: &mut Call<'_>) -> Result<Value, Fault> {
    let string = text(call)?;
    Ok(Value::bool(string.bytes().is_ascii()))
}

fn all(call: &mut Call<'_>, wanted: impl Fn(&u8) -> bool) -> Result<Value, Fault> {
    let string = text(call)?;
    Ok(Value::bool(string.len() != 0 && string.bytes().iter().all(wanted)))
}

fn is_alpha(call: &mut Call<'_>) -> Result<Value, Fault> {
    all(call, u8::is_ascii_alphabetic)
}

fn is_digit(call: &mut Call<'_>) -> Result<Value, Fault> {
    all(call, u8::is_ascii_digit)
}

fn is_space(call: &mut Call<'_>) -> Result<Value, Fault> {
    all(call, |byte| matches!(byte, b' ' | b'\t'..=b'\r'))
}

// Searching.

fn compare(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, other) = two_texts(call)?;
    Ok(Value::int(string.bytes().cmp(other.bytes()) as i32))
}

fn starts_with(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, start) = two_texts(call)?;
    Ok(Value::bool(string.bytes().starts_with(start.bytes())))
}

fn ends_with(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, end) = two_texts(call)?;
    Ok(Value::bool(string.bytes().ends_with(end.bytes())))
}

fn find(call: &mut Call<'_>) -> Result<Value, Fault> {
    const WANTED: &str = "an index at which a character begins";
    let from = if call.argc() > 1 { call.integer_arg(1, WANTED)? } else { 0 };
    let (string, sub) = two_texts(call)?;
    let from = usize::try_from(from).ok().filter(|&from| string.text().is_char_boundary(from));
    let from = from.ok_or_else(|| call.wrong(WANTED, call.arg(1), true))?;
    let found = string.text().get(from..).and_then(|rest| rest.find(sub.text()));
    Ok(index(found.map(|found| from + found)))
}

fn rfind(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, sub) = two_texts(call)?;
    Ok(index(string.text().rfind(sub.text())))
}

fn count(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, sub) = two_texts(call)?;
    if sub.len() == 0 {
        return Err(call.wrong(NOT_EMPTY, sub.value(), true));
    }
    Ok(Value::number(string.text().matches(sub.text()).count() as f64))
}

// Parts.

fn trim_by(call: &mut Call<'_>, cut: impl Fn(&str) -> &str) -> Result<Value, Fault> {
    let string = text(call)?;
    call.part(string, cut(string.text()))
}

/// White space of Unicode, and the byte order mark.
fn is_white(char: char) -> bool {
    char.is_whitespace() || char == '\u{feff}'
}

fn trim(call: &mut Call<'_>) -> Result<Value, Fault> {
    trim_by(call, |text| text.trim_matches(is_white))
}

fn trim_start(call: &mut Call<'_>) -> Result<Value, Fault> {
    trim_by(call, |text| text.trim_start_matches(is_white))
}

fn trim_end(call: &mut Call<'_>) -> Result<Value, Fault> {
    trim_by(call, |text| text.trim_end_matches(is_white))
}

fn remove_prefix(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, start) = two_texts(call)?;
    call.part(string, string.text().strip_prefix(start.text()).unwrap_or(string.text()))
}

fn remove_suffix(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, end) = two_texts(call)?;
    call.part(string, string.text().strip_suffix(end.text()).unwrap_or(string.text()))
}

// Longer texts.

fn repeat(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, times) = (call.string()?, call.count_arg(0)?);
    let len = call.measure(0, 0, |_| Ok(string.len().checked_mul(times)))?;
    let string = call.whole(0)?;
    let result = call.vm().new_text(len, |_, out| {
        if !string.text().is_empty() {
            (0..times).for_each(|_| out.push(string.text()));
        }
    })?;
    Ok(result.value())
}

fn pad_left(call: &mut Call<'_>) -> Result<Value, Fault> {
    pad(call, true)
}

fn pad_right(call: &mut Call<'_>) -> Result<Value, Fault> {
    pad(call, false)
}

fn pad(call: &mut Call<'_>, left: bool) -> Result<Value, Fault> {
    const WANTED: &str = "one character to fill with";
    let (bytes, width) = (call.string()?.len(), call.count_arg(0)?);
    let mut fill = ' ';
    if call.argc() > 1 {
        let string = call.string_arg(1)?;
        // A longer text is not looked at.
        let short = if string.len() <= 4 { string.parts() } else { [&[][..]; 2] };
        let mut chars =
            short.iter().flat_map(|part| part.utf8_chunks()).flat_map(|chunk| chunk.valid().chars());
        match (chars.next(), chars.next()) {
            (Some(char), None) => fill = char,
            _ => return Err(call.wrong(WANTED, string.value(), true)),
        }
    }
    let len = call.measure(0, bytes, |call| {
        let missing = width.saturating_sub(call.whole(0)?.text().chars().count());
        Ok(missing.checked_mul(fill.len_utf8()).and_then(|more| more.checked_add(bytes)))
    })?;
    let string = call.whole(0)?;
    let missing = (len - bytes) / fill.len_utf8();
    if missing == 0 {
        return Ok(string.value());
    }
    let result = call.vm().new_text(len, |_, out| {
        if left {
            out.fill(fill, missing);
        }
        out.push(string.text());
        if !left {
            out.fill(fill, missing);
        }
    })?;
    Ok(result.value())
}

fn replace(call: &mut Call<'_>) -> Result<Value, Fault> {
    let (string, old, new) = (call.string()?, call.string_arg(0)?, call.string_arg(1)?);
    if old.len() == 0 {
        return Err(call.wrong(NOT_EMPTY, old.value(), true));
    }
    let bytes = string.len() + old.len() + new.len();
    let len = call.measure(2, bytes, |call| {
        let (string, old) = (call.whole(0)?, call.whole(1)?);
        let found = string.text().matches(old.text()).count();
        Ok(found.checked_mul(new.len()).and_then(|more| (string.len() - found * old.len()).checked_add(more)))
    })?;
    let (string, old, new) = (call.whole(0)?, call.whole(1)?, call.whole(2)?);
    let result = call.vm().new_text(len, |_, out| {
        for (index, rest) in string.text().split(old.text()).enumerate() {
            if index > 0 {
                out.push(new.text());
            }
            out.push(rest);
        }
    })?;
    Ok(result.value())
}

// Letters.

fn upper(call: &mut Call<'_>) -> Result<Value, Fault> {
    mapped(call, char::to_uppercase)
}

fn lower(call: &mut Call<'_>) -> Result<Value, Fault> {
    mapped(call, char::to_lowercase)
}

fn upper_ascii(call: &mut Call<'_>) -> Result<Value, Fault> {
    mapped(call, |char| core::iter::once(char.to_ascii_uppercase()))
}

fn lower_ascii(call: &mut Call<'_>) -> Result<Value, Fault> {
    mapped(call, |char| core::iter::once(char.to_ascii_lowercase()))
}

/// The text with what `map` gives for each character.
fn mapped<I: Iterator<Item = char>>(call: &mut Call<'_>, map: impl Fn(char) -> I) -> Result<Value, Fault> {
    let bytes = call.string()?.len();
    let len = call.measure(0, bytes, |call| {
        Ok(Some(call.whole(0)?.text().chars().flat_map(&map).map(char::len_utf8).sum()))
    })?;
    let string = call.whole(0)?;
    let result = call.vm().new_text(len, |_, out| {
        for char in string.text().chars().flat_map(&map) {
            out.push(char.encode_utf8(&mut [0; 4]));
        }
    })?;
    Ok(result.value())
}

fn to_bytes(call: &mut Call<'_>) -> Result<Value, Fault> {
    let bytes = 2 * call.string()?.len();
    call.prepare(0, bytes)?;
    let string = call.whole(0)?;
    let made = call.vm().make_bytes(string.len())?;
    made.write(0, string.bytes());
    Ok(made.value())
}

fn to_number(call: &mut Call<'_>) -> Result<Value, Fault> {
    let string = text(call)?;
    let mem = call.vm().mem().clone();
    let number = crate::syntax::number_of(string.text().trim_matches(is_white), &mem)?;
    Ok(number.map_or(Value::NIL, Value::number))
}
