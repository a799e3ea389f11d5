//! Run-time errors: what went wrong, and where.

use core::fmt;

use super::Vm;
use crate::entry::Arity;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{Gc, Str};
use crate::platform::OutputError;
use crate::stack::{Frame, StackError};

/// An error on its way to [`Vm::raise`].
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    OutOfMemory,
    StackOverflow,
    StringTooLong,
    Output,
    /// A callback of the host panicked.
    Panic,
    /// The message says it all.
    Type(&'static str),
    UndefinedVariable(Gc<Str>),
    UndefinedProperty(Gc<Str>),
    Arity {
        expected: Arity,
        got: u8,
    },
    /// Below a function of the host, where no run can be resumed.
    OutOfFuel,
    /// The same, by the host's wish.
    Interrupted,
    /// Verified bytecode that no compiler makes.
    Bytecode,
    /// No error: the VM knows why it stops, and its frame where to go on.
    Stopped,
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::OutOfMemory => f.write_str("Out of memory."),
            Fault::StackOverflow => f.write_str("Stack overflow."),
            Fault::StringTooLong => f.write_str("String too long."),
            Fault::Output => f.write_str("Cannot write output."),
            Fault::Panic => f.write_str("A callback of the host panicked."),
            Fault::Type(message) => f.write_str(message),
            Fault::UndefinedVariable(name) => write!(f, "Undefined variable '{}'.", name.text()),
            Fault::UndefinedProperty(name) => write!(f, "Undefined property '{}'.", name.text()),
            Fault::Arity { expected, got } => write!(f, "Expected {expected} arguments but got {got}."),
            Fault::OutOfFuel => f.write_str("The fuel is used up below a function of the host."),
            Fault::Interrupted => f.write_str("Interrupted below a function of the host."),
            Fault::Bytecode => f.write_str("Bytecode uses a value that is not what it must be."),
            Fault::Stopped => f.write_str("Stopped."),
        }
    }
}

/// The sorts of run-time error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The memory limit is reached, or the host has no more.
    OutOfMemory,
    /// Calls too deep.
    StackOverflow,
    /// The host could not write what the script printed.
    Output,
    /// A callback of the host panicked, and its [guard](crate::platform::PanicGuard) did not go on with that.
    Panic,
    /// The fuel was used up in a script that a function of the host called: it cannot be resumed.
    Fuel,
    /// The host interrupted a script that a function of the host called: it cannot be resumed.
    Interrupted,
    /// The script did what its language does not allow.
    Script,
}

/// A name that stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undefined<'a> {
    /// No such variable.
    Variable(&'a str),
    /// The value has no such field or method.
    Property(&'a str),
}

/// What went wrong. Where, [`Vm::trace`] says until the next script starts.
#[derive(Debug)]
pub struct RuntimeError {
    kind: ErrorKind,
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
    /// None also when there is no memory for the name: the message is worth more.
    fn new(fault: Fault, mem: &Mem) -> Option<Missing> {
        let copy = |name: Gc<Str>| Vec::from_slice(mem, name.text().as_bytes()).ok();
        match fault {
            Fault::UndefinedVariable(name) => copy(name).map(Missing::Variable),
            Fault::UndefinedProperty(name) => copy(name).map(Missing::Property),
            _ => None,
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
    pub(super) fn new(fault: Fault, mem: &Mem) -> RuntimeError {
        let (kind, fallback) = match fault {
            Fault::OutOfMemory => (ErrorKind::OutOfMemory, "Out of memory."),
            Fault::StackOverflow => (ErrorKind::StackOverflow, "Stack overflow."),
            Fault::Output => (ErrorKind::Output, "Cannot write output."),
            Fault::Panic => (ErrorKind::Panic, "A callback of the host panicked."),
            Fault::OutOfFuel => (ErrorKind::Fuel, "The fuel is used up below a function of the host."),
            Fault::Interrupted => (ErrorKind::Interrupted, "Interrupted below a function of the host."),
            Fault::Type(message) => (ErrorKind::Script, message),
            Fault::UndefinedVariable(_) => (ErrorKind::Script, "Undefined variable."),
            Fault::UndefinedProperty(_) => (ErrorKind::Script, "Undefined property."),
            Fault::StringTooLong | Fault::Arity { .. } | Fault::Bytecode | Fault::Stopped => {
                (ErrorKind::Script, "Error.")
            }
        };
        let mut text = Text(Vec::new(mem));
        let message = match fault {
            Fault::OutOfMemory
            | Fault::StackOverflow
            | Fault::Output
            | Fault::Panic
            | Fault::OutOfFuel
            | Fault::Interrupted
            | Fault::Type(_) => Message::Static(fallback),
            _ if fmt::write(&mut text, format_args!("{fault}")).is_ok() => Message::Made(text.0),
            _ => Message::Static(fallback),
        };
        RuntimeError { kind, message, missing: Missing::new(fault, mem) }
    }

    /// Which sort it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The message, one line.
    #[must_use]
    pub fn message(&self) -> &str {
        match &self.message {
            Message::Static(text) => text,
            Message::Made(bytes) => core::str::from_utf8(bytes).unwrap_or("Error."),
        }
    }

    /// The name that was not found, if that is what went wrong.
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

/// A function's number among all that a VM ever loaded, dead ones included.
///
/// Those of a script lie together, with the script itself last: see [`Script::functions`](crate::Script::functions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// A frame of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceFrame<'a> {
    /// The function's name; `None` for the script itself.
    pub name: Option<&'a str>,
    /// The line it is at.
    pub line: u32,
    /// The function, by its number among all that the VM ever loaded.
    pub function: FunctionId,
    /// The last word of the instruction it is at.
    pub word: u32,
}

impl Vm {
    /// The frames that are active, innermost first: after an error, those of the place where it happened.
    pub fn trace(&self) -> impl Iterator<Item = TraceFrame<'_>> {
        self.context.stack.frames().filter_map(|frame: Frame| {
            let function = frame.closure()?.function;
            let name = function.name.map(|name| {
                // SAFETY: a frame keeps its closure, function and name alive while the VM is not running.
                unsafe { name.text_for() }
            });
            let word = function.word_index(frame.pc).saturating_sub(1);
            Some(TraceFrame {
                name,
                line: function.line_before(frame.pc),
                function: FunctionId(function.id),
                word,
            })
        })
    }
}
