//! Code in the making: what the compiler writes, and tests by hand, before it is packed into an image.

use super::lines::LineMarks;
use super::{Capture, Const, InsnSpan, Site, Text};
use crate::mem::{Mem, OutOfMemory, Vec};

/// A function.
#[derive(Debug)]
pub struct FnCode {
    /// Its name; empty for the script.
    pub name: Text,
    /// How many arguments it takes.
    pub arity: u8,
    /// How many registers its frame has.
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
    pub lines: LineMarks,
    /// For each instruction, in order, the piece of the text that it comes from; or nothing.
    pub spans: Vec<InsnSpan>,
}

/// A program that can still change. It may be anything: an image of it is verified.
#[derive(Debug)]
pub struct Assembly {
    /// Functions; the first is the script.
    pub functions: Vec<FnCode>,
    /// The bytes of all strings and names (UTF-8), one after the other.
    pub text: Vec<u8>,
    /// Where each string ends in `text`; the first is empty.
    pub ends: Vec<u32>,
    /// Whether values that are no instances have methods, as in Siskin and unlike Lox.
    pub builtin_methods: bool,
}

impl Assembly {
    /// A program without functions, with the empty string.
    ///
    /// # Errors
    /// When memory is out.
    pub fn new(mem: &Mem) -> Result<Assembly, OutOfMemory> {
        let ends = Vec::from_slice(mem, &[0])?;
        Ok(Assembly { functions: Vec::new(mem), text: Vec::new(mem), ends, builtin_methods: true })
    }

    /// Adds a string.
    ///
    /// # Errors
    /// When memory is out.
    pub fn add(&mut self, string: &str) -> Result<Text, OutOfMemory> {
        self.text.extend_from_slice(string.as_bytes())?;
        self.ends.push(self.text.len() as u32)?;
        Ok(Text(self.ends.len() as u32 - 1))
    }

    /// The bytes of a string; none if there is no such string.
    #[must_use]
    pub fn bytes(&self, Text(index): Text) -> &[u8] {
        let start = (index as usize).checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(index as usize).copied().unwrap_or(0);
        self.text.get(start.unwrap_or(0) as usize..end as usize).unwrap_or(&[])
    }
}
