//! Code in the making: what tests write by hand and fuzzing changes, before it is packed into an image. The compiler writes
//! to the sections of an image at once.

use super::image::{FnParts, ImageBuf, ImageBuilder, ImageKind};
use super::lines::LineMarks;
use super::{Capture, Const, Flaw, Handler, InsnSpan, Packed, Site, Strings, Text};
use crate::mem::{Mem, OutOfMemory, Vec};

/// A function.
#[derive(Debug)]
pub struct FnCode {
    /// Its name; empty for the script.
    pub name: Text,
    /// How many arguments it takes.
    pub arity: u8,
    /// How many of its arguments a call may not leave out.
    pub required: u8,
    /// Whether the last parameter is a list of all further arguments; it is not required.
    pub rest: bool,
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
    /// Which of its errors it catches, and where.
    pub handlers: Vec<Handler>,
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
    /// Strings and names.
    pub strings: Strings,
    /// Whether values that are no instances have methods, as in Siskin and unlike Lox.
    pub builtin_methods: bool,
}

impl Assembly {
    /// A program without functions, with the empty string.
    ///
    /// # Errors
    /// When memory is out.
    pub fn new(mem: &Mem) -> Result<Assembly, OutOfMemory> {
        Ok(Assembly { functions: Vec::new(mem), strings: Strings::new(mem)?, builtin_methods: true })
    }

    /// Adds a string.
    ///
    /// # Errors
    /// When memory is out.
    pub fn add(&mut self, string: &str) -> Result<Text, OutOfMemory> {
        self.strings.add(string)
    }

    /// The image of the program, as it is: equal programs have equal images.
    ///
    /// # Errors
    /// When memory is out, or lengths do not fit 32 bits.
    pub fn pack(&self, mem: &Mem) -> Result<ImageBuf, Flaw> {
        let out_of_memory = |OutOfMemory| Flaw::OutOfMemory;
        let mut image = ImageBuilder::new(mem).map_err(out_of_memory)?;
        image.strings.text.extend_from_slice(&self.strings.text).map_err(out_of_memory)?;
        image.strings.ends.clear();
        image.strings.ends.extend_from_slice(&self.strings.ends).map_err(out_of_memory)?;
        let mut consts = Vec::new(mem);
        for code in &self.functions {
            consts.clear();
            for constant in &code.consts {
                consts.push(constant.pack()).map_err(out_of_memory)?;
            }
            let index = image.next_index().map_err(out_of_memory)?;
            let parts = FnParts {
                name: code.name,
                arity: code.arity,
                required: code.required,
                rest: code.rest,
                registers: code.registers,
                words: &code.words,
                consts: &consts,
                sites: &code.sites,
                captures: &code.captures,
                handlers: &code.handlers,
                lines: &code.lines,
                spans: &code.spans,
            };
            image.put(index, &parts)?;
        }
        image.pack(if self.builtin_methods { ImageKind::Siskin } else { ImageKind::Lox })
    }
}
