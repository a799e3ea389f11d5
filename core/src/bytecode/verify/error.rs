//! What the verifier finds.

use core::fmt;

use crate::bytecode::image::VERSION;
use crate::bytecode::{AnyOperand, FnIndex, OP_COUNT, OperandName, POLL, Section, Text};

/// Why a program was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// The function with the flaw, if it is in one.
    pub function: Option<FnIndex>,
    /// The first word of the instruction with the flaw, if it is in one.
    pub at: Option<u32>,
    /// The kind of flaw, with its operands.
    pub what: Flaw,
}

/// What can be wrong with a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// There was no memory to find out.
    OutOfMemory,
    /// The bytes do not begin as an image does.
    NoImage,
    /// The image does not begin at a multiple of 8 bytes.
    Misaligned,
    /// The image is of this version of the format, which is not [`VERSION`].
    OtherVersion(u32),
    /// The image is of an engine with other instructions.
    OtherOpcodes,
    /// The header or the directory does not say where the sections are, which end with the image.
    BadDirectory,
    /// A section is cut off, or its parts do not follow one another to its end.
    BadSection(Section),
    /// A record of a function, or of a global, has bits that mean nothing.
    BadRecord,
    /// The section of globals does not say what the functions do.
    BadGlobals,
    /// The text of the program is not UTF-8.
    NotUtf8,
    /// There is no function 0.
    NoScript,
    /// Function 0 takes arguments.
    ScriptTakesArguments,
    /// Function 0 captures variables.
    ScriptCaptures,
    /// A list is longer than machines can count.
    TooLarge,
    /// A function captures more variables than instructions can name.
    TooManyCaptures,
    /// There is no register for each argument and the callee.
    TooFewRegisters,
    /// There is no such string.
    BadText(Text),
    /// A number constant is a NaN with a payload, so it could pass for another value.
    BadNumber,
    /// A function constant names no function, or none that comes later.
    BadFunction(FnIndex),
    /// No row of the table has this number.
    UnknownOpcode(u8),
    /// The words end within an instruction.
    Truncated,
    /// The words end after an instruction that falls through, or there are none.
    FallsOff,
    /// An operand, by its name in the row, that names nothing, or not what the row asks for; or a jump that
    /// does not land on an instruction in its direction; or a window that leaves the registers.
    BadOperand(OperandName, AnyOperand),
    /// A closure of this function would capture what its maker does not have.
    BadCapture(FnIndex),
    /// An inline cache that another instruction uses too.
    SharedSite(u32),
    /// The register of an argument that a call may leave out can be seen before it has a value.
    NoDefault,
    /// A part whose errors are caught, by its place in the list, that does not lie between instructions before a `poll` that
    /// catches them, or a register that is not there.
    BadHandler(u32),
    /// More than [`POLL`] words may run one after the other without fuel and without a `poll`.
    NoPoll,
    /// Something that only the library has.
    LibraryOnly,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::OutOfMemory => f.write_str("out of memory"),
            Flaw::NoImage => f.write_str("this is no image of a program"),
            Flaw::Misaligned => f.write_str("the image does not begin at a multiple of 8 bytes"),
            Flaw::OtherVersion(version) => {
                write!(f, "the image is of version {version} of the format, this engine reads {VERSION}")
            }
            Flaw::OtherOpcodes => f.write_str("the image is of an engine with other instructions"),
            Flaw::BadDirectory => f.write_str("the image is cut off, or its directory is wrong"),
            Flaw::BadSection(section) => write!(f, "the section of {} is wrong", section.name()),
            Flaw::BadRecord => f.write_str("a record has bits that mean nothing"),
            Flaw::BadGlobals => f.write_str("the section of globals does not say what the functions do"),
            Flaw::NotUtf8 => f.write_str("the text is not UTF-8"),
            Flaw::NoScript => f.write_str("there is no script"),
            Flaw::ScriptTakesArguments => f.write_str("the script takes arguments"),
            Flaw::ScriptCaptures => f.write_str("the script captures variables"),
            Flaw::TooLarge => f.write_str("too large"),
            Flaw::TooManyCaptures => f.write_str("too many captured variables"),
            Flaw::TooFewRegisters => f.write_str("fewer registers than the callee and arguments need"),
            Flaw::BadText(text) => write!(f, "there is no string {}", text.0),
            Flaw::BadNumber => f.write_str("a number constant is a NaN with a payload"),
            Flaw::BadFunction(index) => {
                write!(f, "a constant names function {}, which is no later one", index.0)
            }
            Flaw::UnknownOpcode(byte) => {
                write!(f, "no instruction has opcode {byte}; the last is {}", OP_COUNT - 1)
            }
            Flaw::Truncated => f.write_str("the instruction is cut off"),
            Flaw::FallsOff => f.write_str("control leaves the end of the function"),
            Flaw::BadOperand(operand, found) => {
                write!(f, "operand {} ({}) must not be {found}", operand.text(), found.kind().text())
            }
            Flaw::BadCapture(index) => write!(f, "function {} captures what is not there", index.0),
            Flaw::SharedSite(site) => write!(f, "another instruction uses inline cache s{site} too"),
            Flaw::NoDefault => f.write_str("an argument that a call may leave out has no value here"),
            Flaw::BadHandler(index) => write!(f, "handler {index} is wrong"),
            Flaw::LibraryOnly => f.write_str("only the library has this"),
            Flaw::NoPoll => write!(f, "more than {POLL} words may run without fuel and without a poll"),
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = self.function {
            write!(f, "function {}", function.0)?;
            if let Some(at) = self.at {
                write!(f, " at {at:04}")?;
            }
            f.write_str(": ")?;
        }
        self.what.fmt(f)
    }
}

impl core::error::Error for VerifyError {}

/// A flaw of the whole program.
impl From<Flaw> for VerifyError {
    fn from(what: Flaw) -> VerifyError {
        VerifyError { function: None, at: None, what }
    }
}

/// A flaw, and the word where it is if it is in an instruction.
pub(super) type Refusal = (Option<u32>, Flaw);
