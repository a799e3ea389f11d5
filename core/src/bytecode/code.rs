//! Compiled code, before any heap knows it: what the compiler makes, the verifier checks and an image holds.

use super::lines::Lines;
use crate::Span;
use crate::mem::{Mem, Vec};

/// Index of a function in a [`Program`]; 0 is the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FnIndex(pub u32);

/// A range of bytes of [`Program::text`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The first byte.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
}

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

/// What a property instruction's inline cache is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// The property.
    pub name: Text,
}

/// Where a closure takes an upvalue from, when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// A register of the function that makes the closure.
    Register(u16),
    /// An upvalue of the function that makes the closure.
    Upvalue(u16),
}

/// A compiled function.
#[derive(Debug)]
pub struct Code {
    /// Its name; empty for the script.
    pub name: Text,
    /// How many arguments it takes.
    pub arity: u8,
    /// How many registers its frame has: the callee or receiver, arguments, locals, temporaries, windows.
    pub registers: u16,
    /// Instructions.
    pub words: Vec<u32>,
    /// Constants that instructions name.
    pub consts: Vec<Const>,
    /// Inline caches that instructions name.
    pub sites: Vec<Site>,
    /// Where its upvalues come from, by index.
    pub captures: Vec<Capture>,
    /// Source lines of the instructions.
    pub lines: Lines,
    /// For each instruction, by its first word, in order, the piece of the text that it comes from; empty unless that
    /// was asked for.
    pub spans: Vec<(u32, Span)>,
}

/// A compiled source text.
#[derive(Debug)]
pub struct Program {
    /// Functions; the first is the script.
    pub functions: Vec<Code>,
    /// The bytes of all strings and names (UTF-8).
    pub text: Vec<u8>,
    /// Whether values that are no instances have methods, as in Siskin and unlike Lox.
    pub builtin_methods: bool,
}

impl Program {
    /// A program without functions.
    #[must_use]
    pub fn new(mem: &Mem) -> Program {
        Program { functions: Vec::new(mem), text: Vec::new(mem), builtin_methods: true }
    }

    /// The string that a [`Text`] names; empty if it is none.
    #[must_use]
    pub fn text(&self, text: Text) -> &str {
        let bytes = self.text.get(text.start as usize..).and_then(|rest| rest.get(..text.len as usize));
        bytes.and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or("")
    }
}
