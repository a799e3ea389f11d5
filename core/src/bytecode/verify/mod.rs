//! The verifier: the boundary between words from a stranger and an interpreter that checks nothing.
//!
//! [`verify`] accepts a [`Program`] only if a machine that does no bounds check on registers, constants,
//! inline caches, upvalues, functions and jump targets can run it without leaving its memory,
//! whatever the words are. What it promises:
//!
//! | of | promise |
//! |---|---|
//! | program | its text is UTF-8; function 0 exists, takes no arguments and captures nothing |
//! | every [`Text`] | lies in the text, on character boundaries |
//! | every function | has room for its callee and arguments; every count fits an `i32`, captures a `u16` |
//! | every instruction | is a row of the table, and whole |
//! | registers, upvalues, sites, constants | exist; a constant is of the kind that the row asks for |
//! | a call's window | lies in the registers with all its arguments (and the superclass after them) |
//! | an inline cache | belongs to one instruction, so that what one caches (for its opcode, for its number of arguments) no other reads |
//! | a jump | lands on an instruction of the function, in the direction of its row |
//! | the last instruction | never falls through |
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
mod polls;

pub use error::{Flaw, VerifyError};

use super::{Capture, Code, Const, FnIndex, Program, Text};
use crate::mem::{OutOfMemory, Vec};
use crate::tunable::tunable;

/// Counts and lengths stay below this, so that machines may hold them in an `i32`. The compiler keeps to it, too.
pub(crate) const MOST: usize = tunable(i32::MAX as usize, 1 << 20);

/// Checks that `program` can be trusted; see the [module](self).
///
/// Needs working memory, which it takes from the memory of the program: some bytes for each word, function and site.
///
/// # Errors
/// The first flaw found, or that memory is out.
pub fn verify(program: &Program) -> Result<(), VerifyError> {
    let whole = |what| VerifyError { function: FnIndex(0), at: None, what };
    let text = core::str::from_utf8(&program.text).map_err(|_| whole(Flaw::NotUtf8))?;
    let script = program.functions.first().ok_or(whole(Flaw::NoScript))?;
    if script.arity != 0 {
        return Err(whole(Flaw::ScriptTakesArguments));
    }
    if !script.captures.is_empty() {
        return Err(whole(Flaw::ScriptCaptures));
    }
    if program.functions.len() >= MOST || program.text.len() > u32::MAX as usize {
        return Err(whole(Flaw::TooLarge));
    }

    let mem = program.functions.mem();
    let no_memory = |OutOfMemory| whole(Flaw::OutOfMemory);
    let mut needs = Vec::new(mem);
    needs.reserve_exact(program.functions.len()).map_err(no_memory)?;
    for code in &program.functions {
        needs.push(Needs::of(code)).map_err(no_memory)?;
    }

    let mut scratch = function::Scratch::new(mem);
    for (index, code) in program.functions.iter().enumerate() {
        let function = FnIndex(index as u32);
        let checked = check_parts(text, needs.len(), function, code).map_err(|what| (None, what));
        checked
            .and_then(|()| function::check(code, &needs, &mut scratch))
            .map_err(|(at, what)| VerifyError { function, at, what })?;
    }
    Ok(())
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
    fn of(code: &Code) -> Needs {
        let mut needs = Needs { registers: 0, upvalues: 0 };
        for capture in &code.captures {
            match *capture {
                Capture::Register(index) => needs.registers = needs.registers.max(u32::from(index) + 1),
                Capture::Upvalue(index) => needs.upvalues = needs.upvalues.max(u32::from(index) + 1),
            }
        }
        needs
    }
}

/// Checks all of a function but its words.
fn check_parts(text: &str, functions: usize, own: FnIndex, code: &Code) -> Result<(), Flaw> {
    if code.words.len() >= MOST || code.consts.len() >= MOST || code.sites.len() >= MOST {
        return Err(Flaw::TooLarge);
    }
    if code.captures.len() > usize::from(u16::MAX) {
        return Err(Flaw::TooManyCaptures);
    }
    if code.registers <= u16::from(code.arity) {
        return Err(Flaw::TooFewRegisters);
    }
    check_text(text, code.name)?;
    for constant in &code.consts {
        match *constant {
            Const::Nil | Const::Bool(_) => {}
            Const::Number(number) => check_number(number)?,
            Const::Str(name) | Const::Name(name) | Const::Global(name) => check_text(text, name)?,
            Const::Fn(index) => {
                if index.0 as usize >= functions || index.0 <= own.0 {
                    return Err(Flaw::BadFunction(index));
                }
            }
        }
    }
    code.sites.iter().try_for_each(|site| check_text(text, site.name))
}

fn check_text(text: &str, Text { start, len }: Text) -> Result<(), Flaw> {
    let found = (start as usize)
        .checked_add(len as usize)
        .is_some_and(|end| text.is_char_boundary(start as usize) && text.is_char_boundary(end));
    if found { Ok(()) } else { Err(Flaw::BadText(Text { start, len })) }
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
