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
use crate::object::stack::StackError;
use crate::object::{BuiltinClass, FiberState, Gc, Str};
use crate::platform::OutputError;
use crate::syntax::TokenKind;
use crate::value::Value;

/// An error on its way to [`Vm::raise`](super::Vm::raise).
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "texts"), allow(dead_code, reason = "particulars are for texts"))]
pub(crate) enum Fault {
    OutOfMemory,
    StackOverflow,
    StringTooLong,
    /// More bytes than the limit of memory, or of one object.
    TooLarge {
        bytes: u64,
    },
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
    /// An index that is no integer.
    IndexType {
        of: BuiltinClass,
        found: Value,
    },
    /// An index, or a bound of a slice, that is not within the length.
    OutOfRange {
        of: BuiltinClass,
        index: Value,
        len: u32,
    },
    /// A slice that ends before it begins.
    Slice {
        of: BuiltinClass,
        from: u32,
        to: u32,
    },
    /// An index of a string that is inside of a character.
    InsideCharacter {
        string: Gc<Str>,
        index: u32,
    },
    /// A value that is no list of `least` to `most` items, or of any more without `most`.
    ListOf {
        least: u8,
        most: Option<u8>,
        found: Value,
    },
    /// A value that is no map and, if `or_instance`, no instance.
    NotMap {
        or_instance: bool,
        found: Value,
    },
    /// A map or an instance does not have a key that a pattern names.
    MissingKey(Value),
    /// A value that no arm of a `match` fits.
    NoMatch(Value),
    /// A map does not have the key.
    NoKey(Value),
    /// A value that can be no key.
    NotKey(Value),
    /// The right operand of `in` contains nothing.
    NoMembers(Value),
    /// The right operand of `is` is neither a class nor a type.
    NotClass(Value),
    /// A value that has no items.
    NoItems(Value),
    /// Items that cannot be assigned.
    FixedItems(BuiltinClass),
    /// A value over which no loop goes.
    NotIterable(Value),
    /// A change of a value of an enum.
    EnumValue,
    /// A call of an enum.
    EnumCall(Gc<Str>),
    /// An assignment to a variant of an enum.
    EnumVariant(Gc<Str>),
    /// What a pattern with fields names is no variant.
    NotVariant(Value),
    /// A class that is no enum.
    NoVariants(Value),
    /// A class from which no other one inherits.
    NotInherited(Value),
    /// A change of a frozen object.
    Frozen(BuiltinClass),
    /// An object whose length changed in a loop over it.
    Changed(BuiltinClass),
    /// A value that is no byte.
    NotByte(Value),
    /// Values that nest too deeply to be compared.
    ComparedTooDeep,
    /// Two values that have no order.
    Order(Value, Value),
    /// A bound of a range that is no number.
    BoundType(Value),
    /// A bound of a range that no range has.
    Bound(Value),
    /// A value that a format does not take: one that is no number, or for `integer`, no integer.
    Format {
        sign: char,
        integer: bool,
        found: Value,
    },
    /// An argument that a function of the library does not take.
    Argument {
        name: &'static str,
        wanted: &'static str,
        found: Value,
        /// Whether its type is right.
        has_type: bool,
    },
    /// A fiber in this state cannot be resumed.
    Resume(FiberState),
    /// No fiber runs that could yield.
    YieldOutside,
    /// A function of the host waits for what yields.
    YieldAcrossHost,
    UndefinedVariable(Gc<Str>),
    UndefinedProperty(Gc<Str>),
    /// A call of a method that values of a built-in class lack.
    NoMethod {
        of: BuiltinClass,
        name: Gc<Str>,
        /// Whether it is a map that has a function by this key.
        is_key: bool,
    },
    /// A method of a built-in class, of `least` arguments, that is named and not called.
    NotCalled {
        name: Gc<Str>,
        least: u8,
    },
    /// An assignment to a property that has only a getter.
    NoSetter(Gc<Str>),
    /// A module does not export a name.
    NoExport {
        module: Gc<Str>,
        name: Gc<Str>,
    },
    /// A change of a module.
    ModuleMember,
    /// A module began to run, and was not run to its end.
    ModuleLeft,
    Arity {
        expected: Arity,
        got: u32,
    },
    /// What the system refuses to a function of the host, in a sentence.
    Io(Gc<Str>),
    /// A value was thrown. Code that holds the fault across an allocation keeps the value alive.
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
            Fault::StringTooLong | Fault::TooLarge { .. } => FaultKind::Size,
            Fault::Output => FaultKind::Output,
            Fault::Panic => FaultKind::Panic,
            // nan is the one number that is no key.
            Fault::NotKey(key) if key.is_number() => FaultKind::Value,
            Fault::ShiftCount { found } | Fault::NotByte(found) if !found.is_number() => FaultKind::Type,
            Fault::Type(_)
            | Fault::NotInt32 { .. }
            | Fault::IndexType { .. }
            | Fault::ListOf { .. }
            | Fault::NotMap { .. }
            | Fault::NoItems(_)
            | Fault::NotKey(_)
            | Fault::NoMembers(_)
            | Fault::NotClass(_)
            | Fault::EnumCall(_)
            | Fault::NoVariants(_)
            | Fault::NotVariant(_)
            | Fault::NotInherited(_)
            | Fault::FixedItems(_)
            | Fault::NotIterable(_)
            | Fault::Argument { has_type: false, .. }
            | Fault::Format { .. }
            | Fault::Order(..)
            | Fault::BoundType(_) => FaultKind::Type,
            Fault::ShiftCount { .. }
            | Fault::NotByte(_)
            | Fault::Argument { .. }
            | Fault::Bound(_)
            | Fault::ComparedTooDeep => FaultKind::Value,
            Fault::OutOfRange { .. } | Fault::Slice { .. } | Fault::InsideCharacter { .. } => {
                FaultKind::Index
            }
            Fault::NoKey(_) | Fault::MissingKey(_) => FaultKind::Key,
            Fault::NoMatch(_) => FaultKind::Match,
            Fault::Frozen(_) | Fault::EnumValue | Fault::EnumVariant(_) | Fault::ModuleMember => {
                FaultKind::Frozen
            }
            Fault::ModuleLeft => FaultKind::Import,
            Fault::Changed(_) => FaultKind::Iteration,
            Fault::UndefinedVariable(_) => FaultKind::Name,
            Fault::UndefinedProperty(_)
            | Fault::NoMethod { .. }
            | Fault::NotCalled { .. }
            | Fault::NoSetter(_)
            | Fault::NoExport { .. } => FaultKind::Property,
            Fault::Resume(_) | Fault::YieldOutside | Fault::YieldAcrossHost => FaultKind::Fiber,
            Fault::Arity { .. } => FaultKind::Arity,
            Fault::Io(_) => FaultKind::Io,
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
