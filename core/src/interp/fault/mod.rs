//! Faults: errors as data, and the errors that hosts get.
//!
//! ```text
//!   Fault { operands } ──kind──> FaultKind: a row of one table      its names for scripts and hosts, catchable or not
//!     │
//!     └──raise──> RuntimeError                                      with its message, from `text`
//! ```

mod error;
mod kind;
mod text;
mod trace;

pub use error::{RuntimeError, Undefined};
pub use kind::ErrorKind;
use kind::FaultKind;
pub(crate) use text::TypeFault;
pub use trace::{FunctionId, TraceFrame};

use crate::entry::Arity;
use crate::mem::OutOfMemory;
use crate::object::{Gc, Str};
use crate::platform::OutputError;
use crate::stack::StackError;
use crate::syntax::TokenKind;
use crate::value::Value;

/// An error on its way to [`Vm::raise`](super::Vm::raise).
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "texts"), allow(dead_code, reason = "particulars are for texts"))]
pub(crate) enum Fault {
    OutOfMemory,
    StackOverflow,
    StringTooLong,
    Output,
    /// A callback of the host panicked.
    Panic,
    /// A value with an unexpected type.
    Type(TypeFault),
    /// An operand of a bit operator that is not an integer of 32 bits.
    NotInt32 {
        op: TokenKind,
        found: Value,
    },
    /// A count of a shift that is not an integer from 0 to 31.
    ShiftCount {
        found: Value,
    },
    UndefinedVariable(Gc<Str>),
    UndefinedProperty(Gc<Str>),
    Arity {
        expected: Arity,
        got: u8,
    },
    /// A value was thrown. Code that holds the fault across an allocation keeps the value alive.
    #[cfg_attr(
        not(any(test, feature = "testing")),
        expect(dead_code, reason = "nothing throws yet but functions of tests")
    )]
    Thrown(Value),
    /// A script of another VM.
    WrongVm,
    /// Out of fuel in a callback, where no run can be resumed.
    OutOfFuel,
    /// Interrupted in a callback, where no run can be resumed.
    Interrupted,
    /// Verified bytecode that no compiler makes.
    Bytecode,
    /// No error: `Vm::stop` holds the reason of the stop, and the frame the place to continue.
    Stopped,
}

impl Fault {
    /// The kind of fault.
    pub(super) fn kind(self) -> FaultKind {
        match self {
            Fault::OutOfMemory => FaultKind::Memory,
            Fault::StackOverflow => FaultKind::Stack,
            Fault::StringTooLong => FaultKind::Size,
            Fault::Output => FaultKind::Output,
            Fault::Panic => FaultKind::Panic,
            Fault::Type(_) | Fault::NotInt32 { .. } => FaultKind::Type,
            Fault::ShiftCount { .. } => FaultKind::Value,
            Fault::UndefinedVariable(_) => FaultKind::Name,
            Fault::UndefinedProperty(_) => FaultKind::Property,
            Fault::Arity { .. } => FaultKind::Arity,
            Fault::Thrown(_) => FaultKind::Thrown,
            Fault::WrongVm => FaultKind::WrongVm,
            Fault::OutOfFuel => FaultKind::Fuel,
            Fault::Interrupted => FaultKind::Interrupted,
            Fault::Bytecode => FaultKind::Bytecode,
            Fault::Stopped => FaultKind::Stopped,
        }
    }
}

impl From<OutOfMemory> for Fault {
    fn from(OutOfMemory: OutOfMemory) -> Fault {
        Fault::OutOfMemory
    }
}

impl From<StackError> for Fault {
    fn from(error: StackError) -> Fault {
        match error {
            StackError::OutOfMemory => Fault::OutOfMemory,
            StackError::Overflow => Fault::StackOverflow,
        }
    }
}

impl From<OutputError> for Fault {
    fn from(OutputError: OutputError) -> Fault {
        Fault::Output
    }
}
