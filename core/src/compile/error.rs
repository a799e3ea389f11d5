//! Errors of the compiler: as its caller gets them, and as its parts return them.

use core::fmt;

use crate::Span;
use crate::mem::{OutOfMemory, Vec};
use crate::syntax::{Diagnostic, ParseFailure};

/// Why a text could not be compiled.
#[derive(Debug)]
pub enum CompileError {
    /// The text has errors, at least one, in the order found.
    Syntax(Vec<Diagnostic>),
    /// Memory ran out.
    OutOfMemory,
    /// Something exceeds what an instruction can name.
    TooLarge {
        /// The function or statement.
        span: Span,
        /// What there is too much of: "registers", "arguments" and so on.
        what: &'static str,
    },
    /// The tree nests deeper than there is native stack for.
    TooDeep {
        /// The statement or expression that is too deep.
        span: Span,
    },
}

impl From<OutOfMemory> for CompileError {
    fn from(_: OutOfMemory) -> CompileError {
        CompileError::OutOfMemory
    }
}

impl From<ParseFailure> for CompileError {
    fn from(failure: ParseFailure) -> CompileError {
        match failure {
            ParseFailure::Syntax(diagnostics) => CompileError::Syntax(diagnostics),
            ParseFailure::OutOfMemory => CompileError::OutOfMemory,
        }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CompileError::Syntax(diagnostics) => write!(f, "{} syntax error(s)", diagnostics.len()),
            CompileError::OutOfMemory => f.write_str("Out of memory."),
            CompileError::TooLarge { what, .. } => write!(f, "Too many {what}."),
            CompileError::TooDeep { .. } => f.write_str("Nested too deeply."),
        }
    }
}

impl core::error::Error for CompileError {}

/// Why compiling stops; small, as every step of the compiler returns it.
#[derive(Clone, Copy, Debug)]
pub(super) enum CompileAbort {
    OutOfMemory,
    TooLarge(What),
    TooDeep,
}

impl CompileAbort {
    /// The error, from where the compiler was.
    pub(super) fn at(self, span: Span) -> CompileError {
        match self {
            CompileAbort::OutOfMemory => CompileError::OutOfMemory,
            CompileAbort::TooDeep => CompileError::TooDeep { span },
            CompileAbort::TooLarge(what) => CompileError::TooLarge {
                span: Span { start: span.end.saturating_sub(1), end: span.end },
                what: what.text(),
            },
        }
    }
}

/// What there is too much of.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Registers,
    Captures,
    Arguments,
    Code,
    Words,
}

impl What {
    pub(super) fn text(self) -> &'static str {
        match self {
            What::Registers => "local variables and temporaries",
            What::Captures => "captured variables",
            What::Arguments => "arguments",
            What::Code => "instructions to jump over",
            What::Words => "instructions",
        }
    }
}

impl From<OutOfMemory> for CompileAbort {
    fn from(_: OutOfMemory) -> CompileAbort {
        CompileAbort::OutOfMemory
    }
}
