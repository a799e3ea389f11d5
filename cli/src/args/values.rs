//! What values of options mean.

use std::num::{IntErrorKind, ParseIntError};
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use siskin::Grants;
use siskin::diagnostics::{Format, suggest};
use siskin_core::{Dialect, Dispatch};
#[cfg(feature = "views")]
use siskin_jit::Isa;

use super::{Allow, Color, Tier};

/// One of the names in a table.
fn one_of<T: Copy + Send + Sync>(table: &'static [(&'static str, T)]) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(table.iter().map(|&(name, _)| name)).try_map(|name| {
        let row = table.iter().find(|(known, _)| *known == name);
        row.map(|&(_, value)| value).ok_or("no such name")
    })
}

pub(super) fn dialects() -> impl TypedValueParser<Value = Dialect> {
    one_of(&[("lox", Dialect::Lox), ("siskin", Dialect::Siskin)])
}

pub(super) fn formats() -> impl TypedValueParser<Value = Format> {
    one_of(&[
        ("pretty", Format::Pretty),
        ("short", Format::Short),
        ("json", Format::Json),
        ("lox", Format::Lox),
    ])
}

pub(super) fn colors() -> impl TypedValueParser<Value = Color> {
    one_of(&[("auto", Color::Auto), ("always", Color::Always), ("never", Color::Never)])
}

pub(super) fn tiers() -> impl TypedValueParser<Value = Tier> {
    one_of(&[("off", Tier::Interp), ("interp", Tier::Interp), ("baseline", Tier::Baseline)])
}

#[cfg(feature = "views")]
pub(super) fn isas() -> impl TypedValueParser<Value = Isa> {
    const ISAS: [(&str, Isa); 2] = [(Isa::X64.name(), Isa::X64), (Isa::A64.name(), Isa::A64)];
    one_of(&ISAS)
}

pub(super) fn dispatch(name: &str) -> Result<Dispatch, &'static str> {
    match name {
        "match" => Ok(Dispatch::Match),
        #[cfg(feature = "tail")]
        "tail" => Ok(Dispatch::Tail),
        #[cfg(not(feature = "tail"))]
        "tail" => Err("this siskin was built without the feature `tail`, which takes a nightly compiler"),
        _ => Err("expected match or tail"),
    }
}

/// A module of the host: `time`, `fs=DIR`.
pub(super) fn allow(text: &str) -> Result<Allow, String> {
    let (name, folder) = text.split_once('=').map_or((text, None), |(name, folder)| (name, Some(folder)));
    match (name, folder) {
        ("fs", Some("")) => Err("expected a folder after 'fs='".to_owned()),
        ("fs", folder) => Ok(Allow::Fs(folder.unwrap_or(".").into())),
        ("entropy", None) => Ok(Allow::Entropy),
        ("env", None) => Ok(Allow::Env),
        ("io", None) => Ok(Allow::Io),
        ("time", None) => Ok(Allow::Time),
        (_, Some(_)) if Grants::names().any(|known| known == name) => {
            Err(format!("only 'fs' takes a folder: write '{name}'"))
        }
        _ => {
            let near =
                suggest::nearest(name, Grants::names()).map(|near| format!("; did you mean '{near}'?"));
            let names: Vec<&str> = Grants::names().collect();
            Err(format!("expected {}{}", names.join(", "), near.unwrap_or_default()))
        }
    }
}

/// A number of times.
pub(super) fn count<N: FromStr<Err = ParseIntError>>(text: &str) -> Result<N, &'static str> {
    text.parse().map_err(|error: ParseIntError| match error.kind() {
        IntErrorKind::PosOverflow => "too large",
        IntErrorKind::Zero => "expected 1 or more",
        _ => "expected a whole number, such as 1000",
    })
}

/// A number of bytes: `4096`, `64k`, `16m`, `2g`.
pub(super) fn bytes(text: &str) -> Result<usize, &'static str> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number: usize =
        digits.parse().map_err(|_| "expected a number of bytes, such as 4096, 64k, 16m or 2g")?;
    number.checked_mul(1 << shift).ok_or("too many bytes for this machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_sizes() {
        assert_eq!(bytes("0"), Ok(0));
        assert_eq!(bytes("4096"), Ok(4096));
        assert_eq!(bytes("64k"), Ok(64 << 10));
        assert_eq!(bytes("16M"), Ok(16 << 20));
        assert_eq!(bytes("1g"), Ok(1 << 30));
        for wrong in ["", "k", "-1", "1.5m", "1kk", "ten"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
        assert!(bytes("99999999999999999999").is_err());
        assert!(bytes("9999999999999999g").is_err());
    }
}
