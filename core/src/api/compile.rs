//! Compiling source texts to programs, and why a text could not be loaded.

use core::fmt;

use super::resolver::ImportError;
use crate::bytecode::{Flaw, Program, VerifyError};
use crate::compile::{CompileError, CompileOptions, compile};
use crate::interp::Options;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::syntax::{Code, Diagnostic, Dialect, FoundAt, LineIndex, ParseOptions};

/// The reason why a source text could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The text has errors, at least one.
    Syntax(Vec<Diagnostic>),
    /// A function has more parts of some sort than its bytecode can name.
    TooLarge {
        /// The line where the function ends.
        line: u32,
        /// The sort of parts, such as "registers".
        what: &'static str,
    },
    /// Imports cannot be had, or modules have errors: the first 32 at most, each with the nearest 256 imports that lead to it.
    Imports(Vec<ImportError>),
    /// Memory ran out.
    OutOfMemory,
}

impl From<OutOfMemory> for LoadError {
    fn from(OutOfMemory: OutOfMemory) -> LoadError {
        LoadError::OutOfMemory
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Syntax(errors) => match &errors[..] {
                // Errors about limits, whose messages need no source text.
                [Diagnostic { code: code @ (Code::NestedTooDeeply | Code::SourceTooLong), .. }] => {
                    code.message("").fmt(f)
                }
                [_] => f.write_str("1 syntax error."),
                _ => write!(f, "{} syntax errors.", errors.len()),
            },
            LoadError::TooLarge { line, what } => {
                write!(f, "Too many {what} in the function that ends on line {line}.")
            }
            LoadError::Imports(errors) => match &errors[..] {
                [error] => error.fmt(f),
                _ => write!(f, "{} errors of imports.", errors.len()),
            },
            LoadError::OutOfMemory => OutOfMemory.fmt(f),
        }
    }
}

impl core::error::Error for LoadError {}

/// Options for compiling a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Whether the text is a person's input at a prompt: its last expression needs no semicolon in either dialect.
    pub interactive: bool,
    /// Whether the program contains, for each instruction, the piece of the text that it comes from.
    pub spans: bool,
}

impl Program {
    /// Compiles a source text into memory of its own, for any number of VMs.
    ///
    /// # Errors
    /// When the text has errors, something in it is too large, or memory is out.
    pub fn compile(
        mem: &Mem,
        source: &str,
        dialect: Dialect,
        options: LoadOptions,
    ) -> Result<Program, LoadError> {
        compile_program(mem, &Options::new(), source, dialect, options)
    }
}

/// Compiles a source text within the limits of `limits`.
pub(super) fn compile_program(
    mem: &Mem,
    limits: &Options,
    source: &str,
    dialect: Dialect,
    options: LoadOptions,
) -> Result<Program, LoadError> {
    let Options { native_stack, max_source, .. } = *limits;
    let parsing = ParseOptions { native_stack, max_source, interactive: options.interactive };
    let image = match compile(
        source,
        dialect,
        &CompileOptions { parsing, spans: options.spans, library: false },
        mem,
    ) {
        Ok(image) => image,
        Err(CompileError::Syntax(errors)) => return Err(LoadError::Syntax(errors)),
        Err(CompileError::OutOfMemory) => return Err(LoadError::OutOfMemory),
        Err(CompileError::TooLarge { span, what }) => {
            let line = LineIndex::new(source, mem)?.line(span.end);
            return Err(LoadError::TooLarge { line, what });
        }
        Err(CompileError::TooDeep { span }) => {
            let error = Diagnostic { code: Code::NestedTooDeeply, span, found: FoundAt::Nothing };
            return Err(LoadError::Syntax(Vec::from_slice(mem, &[error])?));
        }
    };
    Program::compiled(image, mem).map_err(refusal)
}

/// Why a program of our own is refused: for want of memory.
pub(super) fn refusal(error: VerifyError) -> LoadError {
    debug_assert!(error.what == Flaw::OutOfMemory, "the compiler made bytecode that is refused: {error:?}");
    LoadError::OutOfMemory
}
