//! The verifier: the boundary between words from a stranger and an interpreter that checks nothing.
//!
//! [`verify`] accepts an [`Image`] only if a machine that does no bounds check on registers, constants,
//! inline caches, upvalues, functions and jump targets can run it without leaving its memory,
//! whatever the words are. What it promises:
//!
//! | of | promise |
//! |---|---|
//! | image | every section is the parts of its functions, or its strings, one after the other |
//! | program | its strings are UTF-8; function 0 exists, takes no arguments and captures nothing |
//! | imports, exports | name strings that are there; exports are in the order of their names |
//! | modules | are programs of which all this holds, without modules of their own, and link to those before them |
//! | globals | are listed with what functions do with them, and nothing else |
//! | every [`Text`] | is a string of the program |
//! | every function | has room for its callee and arguments; every count fits an `i32`, captures a `u16` |
//! | every instruction | is a row of the table, and whole |
//! | arguments that a call may leave out | are given a value before any instruction sees their registers |
//! | registers, upvalues, sites, constants | exist; a constant is of the kind that the row asks for |
//! | a call's window | lies in the registers with all its arguments (and the superclass after them) |
//! | an inline cache | belongs to one instruction, so that what one caches (for its opcode, for its number of arguments) no other reads |
//! | a jump | lands on an instruction of the function, in the direction of its row |
//! | the last instruction | never falls through |
//! | a handler | begins with a `poll`, behind the whole instructions whose errors it catches; its register exists |
//! | `finish` | is in the library only, which alone can be called in the middle of an instruction |
//! | free code | is short: at most [`POLL`](super::POLL) words run without fuel and without a `poll` |
//! | functions | name only later ones, so they form no circle; a closure's captures exist where it is made |
//! | number constants | are numbers: no NaN carries bits that could pass for another value |
//!
//! Which values registers hold is not known here: the interpreter checks kinds as it runs (a cell, a class).
//! Values that a register has never been given are the interpreter's to clear.
//!
//! One pass finds the instructions and marks where they begin, a second checks each, a third follows free code; time and
//! memory are linear in the program.

mod error;
mod function;
mod image;
mod polls;
mod prologue;

pub use error::{Flaw, VerifyError};

use super::{Capture, Code, Const, FnIndex, Handler, Image, Packed, Text};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;

/// Counts and lengths stay below this, so that machines may hold them in an `i32`. The compiler keeps to it, too.
pub(crate) const MOST: usize = tunable(i32::MAX as usize, 1 << 20);

/// Checks that an image can be trusted; see the [module](self).
///
/// Needs working memory of `mem`: some bytes for each word, function, site and string.
///
/// # Errors
/// The first flaw found, or that memory is out.
pub fn verify(image: Image<'_>, mem: &Mem) -> Result<(), VerifyError> {
    if image.is_library() {
        return Err(Flaw::LibraryOnly.into());
    }
    verify_library(image, mem)?;
    // None of them has modules of its own.
    for index in 0..image.module_count() {
        let (_, module) = image.module(index).unwrap_or_default();
        verify_library(Image::new(module)?, mem)?;
    }
    Ok(())
}

/// [`verify`] for an image that may be the library's, whose functions may end the instruction of a caller.
pub(crate) fn verify_library(image: Image<'_>, mem: &Mem) -> Result<(), VerifyError> {
    image::check(image)?;
    let script = image.function(FnIndex(0)).ok_or(Flaw::NoScript)?;
    if script.arity != 0 {
        return Err(Flaw::ScriptTakesArguments.into());
    }
    if !script.captures.is_empty() {
        return Err(Flaw::ScriptCaptures.into());
    }
    let mut needs = Vec::new(mem);
    needs.reserve_exact(image.function_count()).map_err(|OutOfMemory| Flaw::OutOfMemory)?;
    for code in image.functions() {
        needs.push(Needs::of(&code)).map_err(|OutOfMemory| Flaw::OutOfMemory)?;
    }
    let mut globals = image::Globals::new(image, mem)?;
    let mut scratch = function::Scratch::new(mem);
    for (index, code) in image.functions().enumerate() {
        let function = FnIndex(index as u32);
        let checked = check_parts(image, function, &code).map_err(|what| (None, what));
        checked
            .and_then(|()| function::check(&code, image.is_library(), &needs, &mut globals, &mut scratch))
            .and_then(|()| prologue::check(image, &code, mem))
            .map_err(|(at, what)| VerifyError { function: Some(function), at, what })?;
    }
    Ok(globals.check(image)?)
}

/// What the maker of a closure must have for the captures of the function to exist.
#[derive(Clone, Copy)]
struct Needs {
    /// One more than the highest register captured.
    registers: u32,
    /// One more than the highest upvalue captured on.
    upvalues: u32,
}

impl Needs {
    fn of(code: &Code<'_>) -> Needs {
        let mut needs = Needs { registers: 0, upvalues: 0 };
        for capture in code.captures.iter() {
            match capture {
                Capture::Register(index) => needs.registers = needs.registers.max(u32::from(index) + 1),
                Capture::Upvalue(index) => needs.upvalues = needs.upvalues.max(u32::from(index) + 1),
            }
        }
        needs
    }
}

/// Checks all of a function but its words.
fn check_parts(image: Image<'_>, own: FnIndex, code: &Code<'_>) -> Result<(), Flaw> {
    if code.words.len() >= MOST || code.consts.len() >= MOST || code.sites.len() >= MOST {
        return Err(Flaw::TooLarge);
    }
    if code.captures.len() > usize::from(u16::MAX) {
        return Err(Flaw::TooManyCaptures);
    }
    if code.registers <= u16::from(code.arity) {
        return Err(Flaw::TooFewRegisters);
    }
    let captures = code.captures.bits().iter().all(|&bits| Capture::unpack(bits).pack() == bits);
    let handlers = code.handlers.bits().iter().all(|&bits| Handler::unpack(bits).pack() == bits);
    if !captures || !handlers {
        return Err(Flaw::BadRecord);
    }
    let text =
        |text: Text| if (text.0 as usize) < image.text_count() { Ok(()) } else { Err(Flaw::BadText(text)) };
    text(code.name)?;
    for constant in code.consts.iter() {
        match constant {
            Const::Nil | Const::Bool(_) => {}
            Const::Number(number) => check_number(number)?,
            Const::Str(name) | Const::Name(name) | Const::Global(name) => text(name)?,
            Const::Fn(index) => {
                if index.0 as usize >= image.function_count() || index.0 <= own.0 {
                    return Err(Flaw::BadFunction(index));
                }
            }
        }
    }
    code.sites.iter().try_for_each(|site| text(site.name))
}

/// Values that are no numbers ride in NaNs with a payload; only the two plain ones are numbers.
fn check_number(number: f64) -> Result<(), Flaw> {
    const PLAIN: u64 = 0x7FF8_0000_0000_0000;
    const SIGN: u64 = 1 << 63;
    if number.is_nan() && number.to_bits() & !SIGN != PLAIN {
        return Err(Flaw::BadNumber);
    }
    Ok(())
}
