//! Specs: what stands after the `:` of an interpolation.
//!
//! ```text
//!   [[fill]align][+][#][0][width][,][.digits][type]      align < > ^      type x X b o e
//! ```

/// The greatest width.
const MAX_WIDTH: u32 = 1000;
/// The most digits.
const MAX_DIGITS: u32 = 100;

/// The side of the field on which a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
    Center,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As `print` writes it.
    Plain,
    LowerHex,
    UpperHex,
    Binary,
    Octal,
    /// With an exponent.
    Exponent,
}

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(crate) fill: char,
    /// `None`: numbers on the right, anything else on the left.
    pub(crate) align: Option<Align>,
    /// `+`: positive numbers have a sign, too.
    pub(crate) sign: bool,
    /// `#`: with the prefix `0x`, `0b` or `0o`.
    pub(crate) prefix: bool,
    /// `0`: numbers are filled up with zeros after the sign.
    pub(crate) zeros: bool,
    /// Characters at least.
    pub(crate) width: u32,
    /// `,`: thousands are grouped.
    pub(crate) groups: bool,
    /// Digits after the point; of anything but a number, characters at most.
    pub(crate) digits: Option<u32>,
    pub(crate) form: Form,
}

/// The reason why a text is no spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpecError {
    Malformed,
    Width,
    Digits,
}

/// What a value must be for a spec, with the sign that asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Anything,
    Number(char),
    Integer(char),
}

impl Form {
    const ALL: [Form; 6] =
        [Form::Plain, Form::LowerHex, Form::UpperHex, Form::Binary, Form::Octal, Form::Exponent];

    fn of(char: char) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.letter() == Some(char))
    }

    pub(crate) fn letter(self) -> Option<char> {
        match self {
            Form::Plain => None,
            Form::LowerHex => Some('x'),
            Form::UpperHex => Some('X'),
            Form::Binary => Some('b'),
            Form::Octal => Some('o'),
            Form::Exponent => Some('e'),
        }
    }

    /// Bits of a digit; `None` for forms that are decimal.
    pub(crate) fn digit_bits(self) -> Option<u32> {
        match self {
            Form::Plain | Form::Exponent => None,
            Form::LowerHex | Form::UpperHex => Some(4),
            Form::Binary => Some(1),
            Form::Octal => Some(3),
        }
    }
}

fn align(char: char) -> Option<Align> {
    match char {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        _ => None,
    }
}

impl Spec {
    /// Reads a spec.
    pub(crate) fn parse(text: &str) -> Result<Spec, SpecError> {
        let mut rest = text;
        let mut spec = Spec {
            fill: ' ',
            align: None,
            sign: false,
            prefix: false,
            zeros: false,
            width: 0,
            groups: false,
            digits: None,
            form: Form::Plain,
        };
        let mut chars = rest.chars();
        let (first, second) = (chars.next(), chars.next());
        if let (Some(fill), Some(side)) = (first, second.and_then(align)) {
            (spec.fill, spec.align) = (fill, Some(side));
            rest = rest.get(fill.len_utf8() + 1..).unwrap_or_default();
        } else if let Some(side) = first.and_then(align) {
            spec.align = Some(side);
            rest = rest.get(1..).unwrap_or_default();
        }
        spec.sign = take(&mut rest, "+");
        spec.prefix = take(&mut rest, "#");
        spec.zeros = take(&mut rest, "0");
        spec.width = number(&mut rest, MAX_WIDTH).ok_or(SpecError::Width)?.unwrap_or(0);
        spec.groups = take(&mut rest, ",");
        if take(&mut rest, ".") {
            let digits = number(&mut rest, MAX_DIGITS).ok_or(SpecError::Digits)?;
            spec.digits = Some(digits.ok_or(SpecError::Malformed)?);
        }
        if let Some(form) = rest.chars().next().and_then(Form::of) {
            spec.form = form;
            rest = rest.get(1..).unwrap_or_default();
        }
        let is_integer = spec.form.digit_bits().is_some();
        let fits = spec.prefix <= is_integer
            && !(is_integer && (spec.digits.is_some() || spec.groups))
            && !(spec.form == Form::Exponent && spec.groups);
        if rest.is_empty() && !text.is_empty() && fits { Ok(spec) } else { Err(SpecError::Malformed) }
    }

    /// What a value must be.
    pub(crate) fn wants(self) -> Wanted {
        match self.form.letter() {
            Some(letter) if self.form.digit_bits().is_some() => Wanted::Integer(letter),
            Some(letter) => Wanted::Number(letter),
            None if self.sign => Wanted::Number('+'),
            None if self.groups => Wanted::Number(','),
            None => Wanted::Anything,
        }
    }

    /// The spec as an integer that a double has exactly.
    pub(crate) fn pack(self) -> u64 {
        let mut bits = 0_u64;
        let mut field = |value: u64, width: u32| bits = bits << width | value;
        field(u64::from(u32::from(self.fill)), 21);
        field(self.align.map_or(0, |align| align as u64 + 1), 2);
        field(self.sign.into(), 1);
        field(self.prefix.into(), 1);
        field(self.zeros.into(), 1);
        field(self.width.into(), 10);
        field(self.groups.into(), 1);
        field(self.digits.map_or(0, |digits| u64::from(digits) + 1), 7);
        field(self.form as u64, 3);
        bits
    }

    /// Back from that integer; `None` for one that no spec gives.
    pub(crate) fn unpack(bits: u64) -> Option<Spec> {
        let mut rest = bits;
        let mut field = |width: u32| {
            let value = rest & ((1 << width) - 1);
            rest >>= width;
            value as u32
        };
        let form = field(3);
        let digits = field(7);
        let groups = field(1);
        let width = field(10);
        let (zeros, prefix, sign) = (field(1), field(1), field(1));
        let align = field(2);
        let fill = field(21);
        let spec = Spec {
            fill: char::from_u32(fill)?,
            align: [None, Some(Align::Left), Some(Align::Right), Some(Align::Center)][align as usize],
            sign: sign != 0,
            prefix: prefix != 0,
            zeros: zeros != 0,
            width,
            groups: groups != 0,
            digits: digits.checked_sub(1),
            form: *Form::ALL.get(form as usize)?,
        };
        (rest == 0 && width <= MAX_WIDTH && digits <= MAX_DIGITS + 1).then_some(spec)
    }
}

fn take(rest: &mut &str, sign: &str) -> bool {
    match rest.strip_prefix(sign) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

/// The number at the start, if there is one; `None` if it exceeds `most`.
fn number(rest: &mut &str, most: u32) -> Option<Option<u32>> {
    let len = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = rest.split_at(len);
    if digits.is_empty() {
        return Some(None);
    }
    *rest = after;
    let value = digits.bytes().try_fold(0_u32, |value, digit| {
        let value = value * 10 + u32::from(digit - b'0');
        (value <= most).then_some(value)
    });
    value.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_comes_back_from_its_integer() {
        let texts = [
            ">8",
            "<",
            "^10",
            "*^10",
            "\u{10FFFF}>1000",
            "}<3",
            "+",
            "#x",
            "+#010x",
            "0",
            "08.2",
            ",",
            ",.2",
            "12,.100",
            ".0",
            "e",
            ".3e",
            "+.3e",
            "X",
            "b",
            "#o",
            "+<5",
            ">>4",
            "0>5",
            "1000.100e",
        ];
        for text in texts {
            let spec = Spec::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert!(spec.pack() < 1 << 53, "{text}");
            assert_eq!(Spec::unpack(spec.pack()), Some(spec), "{text}");
        }
        assert_eq!(Spec::unpack(1 << 48), None);
        assert_eq!(Spec::unpack(7), None, "no such form");
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "", " ", "x8", ".", ".x", "8 ", "#", "#8", "#e", "d", "8.2f", ",x", ".2x", ",e", "++", "+-3",
            "<<<", "8,,",
        ] {
            assert_eq!(Spec::parse(text), Err(SpecError::Malformed), "{text}");
        }
        for text in ["1001", "99999999999", "<1001"] {
            assert_eq!(Spec::parse(text), Err(SpecError::Width), "{text}");
        }
        assert_eq!(Spec::parse(".101"), Err(SpecError::Digits));
        assert_eq!(Spec::parse("<"), Spec::parse(" <"));
    }
}
