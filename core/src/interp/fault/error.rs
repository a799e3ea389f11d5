//! Run-time errors for the host.

use core::fmt;

use super::{ErrorKind, Fault, FaultKind};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{Gc, ShapeTable, Str};

/// A name without a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undefined<'a> {
    /// No such variable.
    Variable(&'a str),
    /// The value has no such field or method.
    Property(&'a str),
}

/// A run-time error. [`Vm::trace`](crate::Vm::trace) says where it happened, until the next script starts.
#[derive(Debug)]
pub struct RuntimeError {
    kind: FaultKind,
    message: Message,
    missing: Option<Missing>,
}

/// An [`Undefined`] that outlives the VM's heap; names are UTF-8.
#[derive(Debug)]
enum Missing {
    Variable(Vec<u8>),
    Property(Vec<u8>),
}

impl Missing {
    /// `None` also if there is no memory for the name: then the error has only its message.
    fn new(fault: Fault, mem: &Mem) -> Option<Missing> {
        let copy = |name: Gc<Str>| Vec::from_slice(mem, name.text().as_bytes()).ok();
        match fault {
            Fault::UndefinedVariable(name) => copy(name).map(Missing::Variable),
            Fault::UndefinedProperty(name) => copy(name).map(Missing::Property),
            Fault::OutOfMemory
            | Fault::StackOverflow
            | Fault::StringTooLong
            | Fault::Output
            | Fault::Panic
            | Fault::OutOfFuel
            | Fault::Interrupted
            | Fault::NoSetter(_)
            | Fault::Type(_)
            | Fault::NotInt32 { .. }
            | Fault::IndexType { .. }
            | Fault::OutOfRange { .. }
            | Fault::Slice { .. }
            | Fault::NoItems(_)
            | Fault::NoKey(_)
            | Fault::InsideCharacter { .. }
            | Fault::NotKey(_)
            | Fault::NoMembers(_)
            | Fault::NotClass(_)
            | Fault::EnumValue
            | Fault::EnumCall(_)
            | Fault::NoVariants(_)
            | Fault::NotInherited(_)
            | Fault::FixedItems(_)
            | Fault::NotIterable(_)
            | Fault::Frozen(_)
            | Fault::Changed(_)
            | Fault::Argument { .. }
            | Fault::Order(..)
            | Fault::BoundType(_)
            | Fault::Bound(_)
            | Fault::ShiftCount { .. }
            | Fault::Format { .. }
            | Fault::Arity { .. }
            | Fault::WrongVm
            | Fault::Thrown(_)
            | Fault::Bytecode
            | Fault::Stopped => None,
        }
    }
}

#[derive(Debug)]
enum Message {
    Static(&'static str),
    /// UTF-8.
    Made(Vec<u8>),
}

impl RuntimeError {
    /// The error for a fault. `shapes` are those of the VM's heap.
    pub(in crate::interp) fn new(fault: Fault, mem: &Mem, shapes: &ShapeTable) -> RuntimeError {
        let kind = fault.kind();
        let message = match fault.message(Text(Vec::new(mem)), shapes) {
            Ok(text) => Message::Static(text),
            Err(Some(text)) => Message::Made(text.0),
            Err(None) => Message::Static(kind.sentence()),
        };
        RuntimeError { kind, message, missing: Missing::new(fault, mem) }
    }

    /// The kind of error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind.error()
    }

    /// The kind's name in scripts: `"Type"`, `"Arity"`.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        self.kind.name()
    }

    /// Whether a script could catch the error.
    #[must_use]
    pub fn is_catchable(&self) -> bool {
        self.kind.is_catchable()
    }

    /// The message, one line.
    #[must_use]
    pub fn message(&self) -> &str {
        match &self.message {
            Message::Static(text) => text,
            Message::Made(bytes) => core::str::from_utf8(bytes).unwrap_or("Error."),
        }
    }

    /// The name that was not found, for errors of undefined names.
    #[must_use]
    pub fn undefined(&self) -> Option<Undefined<'_>> {
        match self.missing.as_ref()? {
            Missing::Variable(name) => core::str::from_utf8(name).ok().map(Undefined::Variable),
            Missing::Property(name) => core::str::from_utf8(name).ok().map(Undefined::Property),
        }
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for RuntimeError {}

struct Text(Vec<u8>);

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes()).map_err(|OutOfMemory| fmt::Error)
    }
}
