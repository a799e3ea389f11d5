//! What a compiled function is made of.

use super::lines::Lines;
use super::list::{List, Packed};
use crate::Span;

/// Index of a function in a program; 0 is the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FnIndex(pub u32);

/// Index of a string of a program; 0 is the empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text(pub u32);

/// A constant of a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Const {
    /// `nil`
    Nil,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Str(Text),
    /// The name of a class or method: a string that is interned, however long.
    Name(Text),
    /// A reference to the global of that name.
    Global(Text),
    /// A function of the program.
    Fn(FnIndex),
}

// Tags of constants in an image.
const NIL: u64 = 0xFFF9;
const BOOL: u64 = 0xFFFA;
const STR: u64 = 0xFFFB;
const NAME: u64 = 0xFFFC;
const GLOBAL: u64 = 0xFFFD;
const FN: u64 = 0xFFFE;

/// In an image a number is as it is, and anything else in a NaN that no operation on numbers gives:
///
/// ```text
///   tag, 16 bits | zeros, 16 bits | payload, 32 bits
/// ```
///
/// Other bits read as a number that the verifier refuses.
impl Packed for Const {
    type Bits = u64;

    fn pack(self) -> u64 {
        let tagged = |tag: u64, payload: u32| tag << 48 | u64::from(payload);
        match self {
            Const::Nil => tagged(NIL, 0),
            Const::Bool(value) => tagged(BOOL, value.into()),
            Const::Number(number) => number.to_bits(),
            Const::Str(text) => tagged(STR, text.0),
            Const::Name(text) => tagged(NAME, text.0),
            Const::Global(text) => tagged(GLOBAL, text.0),
            Const::Fn(index) => tagged(FN, index.0),
        }
    }

    fn unpack(bits: u64) -> Const {
        let payload = bits as u32;
        match (bits >> 48, bits >> 32 & 0xFFFF) {
            (NIL, 0) if payload == 0 => Const::Nil,
            (BOOL, 0) if payload <= 1 => Const::Bool(payload == 1),
            (STR, 0) => Const::Str(Text(payload)),
            (NAME, 0) => Const::Name(Text(payload)),
            (GLOBAL, 0) => Const::Global(Text(payload)),
            (FN, 0) => Const::Fn(FnIndex(payload)),
            _ => Const::Number(f64::from_bits(bits)),
        }
    }
}

/// What a property instruction's inline cache is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// The property.
    pub name: Text,
}

impl Packed for Site {
    type Bits = u32;

    fn pack(self) -> u32 {
        self.name.0
    }

    fn unpack(bits: u32) -> Site {
        Site { name: Text(bits) }
    }
}

/// Where a closure takes an upvalue from, when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// A register of the function that makes the closure.
    Register(u16),
    /// An upvalue of the function that makes the closure.
    Upvalue(u16),
}

/// In an image an index, and a bit above it that tells an upvalue.
const UPVALUE: u32 = 1 << 16;

impl Packed for Capture {
    type Bits = u32;

    fn pack(self) -> u32 {
        match self {
            Capture::Register(index) => index.into(),
            Capture::Upvalue(index) => UPVALUE | u32::from(index),
        }
    }

    #[inline]
    fn unpack(bits: u32) -> Capture {
        let index = bits as u16;
        if bits & UPVALUE == 0 { Capture::Register(index) } else { Capture::Upvalue(index) }
    }
}

/// A part of a function whose errors the function catches.
///
/// An error of an instruction, or below a call, whose last word lies in the part goes to the first handler of the function
/// that says so: its value to the register, and the frame on at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    /// The first word of the part.
    pub from: u32,
    /// One past its last word.
    pub to: u32,
    /// Where the frame goes on: a poll, not before `to`.
    pub target: u32,
    /// The register that gets the error.
    pub register: u16,
}

impl Packed for Handler {
    type Bits = [u32; 4];

    fn pack(self) -> [u32; 4] {
        [self.from, self.to, self.target, self.register.into()]
    }

    #[inline]
    fn unpack([from, to, target, register]: [u32; 4]) -> Handler {
        Handler { from, to, target, register: register as u16 }
    }
}

/// Which piece of the text an instruction comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InsnSpan {
    /// The first word of the instruction.
    pub word: u32,
    /// The first byte of the piece.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

impl InsnSpan {
    /// The piece.
    #[must_use]
    pub fn span(self) -> Span {
        Span { start: self.start, end: self.end }
    }
}

impl Packed for InsnSpan {
    type Bits = [u32; 3];

    fn pack(self) -> [u32; 3] {
        [self.word, self.start, self.end]
    }

    fn unpack([word, start, end]: [u32; 3]) -> InsnSpan {
        InsnSpan { word, start, end }
    }
}

/// A function of an image.
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    /// Its name; empty for the script.
    pub name: Text,
    /// How many arguments it takes.
    pub arity: u8,
    /// How many of its arguments a call may not leave out.
    pub required: u8,
    /// Whether the last parameter is a list of all further arguments. Then fewer are required than there are.
    pub rest: bool,
    /// How many registers its frame has: the callee or receiver, arguments, locals, temporaries, windows.
    pub registers: u16,
    /// Instructions.
    pub words: &'a [u32],
    /// Constants that instructions name.
    pub consts: List<'a, Const>,
    /// Inline caches that instructions name.
    pub sites: List<'a, Site>,
    /// Where its upvalues come from, by index.
    pub captures: List<'a, Capture>,
    /// Which of its errors it catches, and where; of parts inside one another the inner first.
    pub handlers: List<'a, Handler>,
    /// Source lines of the instructions.
    pub lines: Lines<'a>,
    /// For each instruction, in order, the piece of the text that it comes from; empty unless that was asked for.
    pub spans: List<'a, InsnSpan>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_come_back() {
        let numbers = [0.0, -0.0, 1.5, f64::INFINITY, f64::NAN, -f64::NAN, f64::MIN].map(Const::Number);
        let (text, index) = (Text(u32::MAX), FnIndex(7));
        let others = [
            Const::Nil,
            Const::Bool(false),
            Const::Bool(true),
            Const::Str(text),
            Const::Name(text),
            Const::Global(text),
            Const::Fn(index),
        ];
        for constant in numbers.into_iter().chain(others) {
            let back = Const::unpack(constant.pack());
            match (constant, back) {
                (Const::Number(a), Const::Number(b)) => assert_eq!(a.to_bits(), b.to_bits()),
                _ => assert_eq!(constant, back),
            }
        }
        for bits in [0xFFF9_0000_0000_0001, 0xFFFA_0000_0000_0002, 0xFFFB_0001_0000_0000, u64::MAX] {
            assert!(matches!(Const::unpack(bits), Const::Number(n) if n.is_nan()), "{bits:x}");
        }
    }
}
