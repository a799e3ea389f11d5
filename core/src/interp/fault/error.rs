//! Run-time errors for the host.

use core::fmt;

#[cfg(feature = "texts")]
use super::text::Said;
use super::{ErrorKind, Fault, FaultKind};
use crate::interp::Vm;
#[cfg(feature = "texts")]
use crate::interp::errors::Described;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{BuiltinClass, Gc, ShapeTable, Str};
#[cfg(feature = "texts")]
use crate::value::Value;

/// A name without a definition, or with one that is not used as it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Undefined<'a> {
    /// No such variable.
    Variable(&'a str),
    /// The value has no such field or method.
    Property(&'a str),
    /// A value that is no instance has no such method.
    Method {
        /// The name of the type of the value.
        of: &'static str,
        /// The name of the method.
        name: &'a str,
        /// Whether the value is a map that has a function by this key.
        is_key: bool,
    },
    /// A method of a value that is no instance is named and not called.
    NotCalled {
        /// The name of the method.
        name: &'a str,
        /// How many arguments it takes at least.
        least: u8,
    },
}

/// A run-time error. [`Vm::trace`](crate::Vm::trace) says where it happened, until the next script starts.
#[derive(Debug)]
pub struct RuntimeError {
    kind: FaultKind,
    message: Message,
    missing: Option<Missing>,
    /// The messages of its causes, each that of the one before. UTF-8.
    causes: Vec<Vec<u8>>,
}

/// An [`Undefined`] that outlives the VM's heap.
#[derive(Debug)]
struct Missing {
    sort: Sort,
    /// UTF-8.
    name: Vec<u8>,
}

/// The variants of [`Undefined`] without their names.
#[derive(Clone, Copy, Debug)]
enum Sort {
    Variable,
    Property,
    Method { of: BuiltinClass, is_key: bool },
    NotCalled { least: u8 },
}

impl Missing {
    /// `None` also if there is no memory for the name: then the error has only its message.
    fn new(fault: Fault, mem: &Mem) -> Option<Missing> {
        let missing = |sort, name: Gc<Str>| {
            let name = Vec::from_slice(mem, name.text().as_bytes()).ok()?;
            Some(Missing { sort, name })
        };
        match fault {
            Fault::UndefinedVariable(name) => missing(Sort::Variable, name),
            Fault::UndefinedProperty(name) => missing(Sort::Property, name),
            Fault::NoMethod { of, name, is_key } => missing(Sort::Method { of, is_key }, name),
            Fault::NotCalled { name, least } => missing(Sort::NotCalled { least }, name),
            Fault::OutOfMemory
            | Fault::StackOverflow
            | Fault::StringTooLong
            | Fault::TooLarge { .. }
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
            | Fault::MissingKey(_)
            | Fault::NoMatch(_)
            | Fault::ListOf { .. }
            | Fault::NotMap { .. }
            | Fault::InsideCharacter { .. }
            | Fault::NotKey(_)
            | Fault::NoMembers(_)
            | Fault::NotClass(_)
            | Fault::EnumValue
            | Fault::EnumCall(_)
            | Fault::NoVariants(_)
            | Fault::EnumVariant(_)
            | Fault::NotVariant(_)
            | Fault::NotInherited(_)
            | Fault::FixedItems(_)
            | Fault::NotIterable(_)
            | Fault::Frozen(_)
            | Fault::Changed(_)
            | Fault::Argument { .. }
            | Fault::NotByte(_)
            | Fault::ComparedTooDeep
            | Fault::Order(..)
            | Fault::BoundType(_)
            | Fault::Bound(_)
            | Fault::ShiftCount { .. }
            | Fault::Format { .. }
            | Fault::Resume(_)
            | Fault::YieldOutside
            | Fault::YieldAcrossHost
            | Fault::Arity { .. }
            | Fault::NoExport { .. }
            | Fault::ModuleMember
            | Fault::ModuleLeft
            | Fault::WrongVm
            | Fault::Io(_)
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
        RuntimeError { kind, message, missing: Missing::new(fault, mem), causes: Vec::new(mem) }
    }

    /// The error for a thrown object that is an error; none for other faults.
    #[cfg(feature = "texts")]
    pub(in crate::interp) fn of_thrown(fault: Fault, vm: &Vm) -> Option<RuntimeError> {
        let Fault::Thrown(value) = fault else { return None };
        let Described { label, is_plain, mut cause, .. } = vm.described(value)?;
        let name = label.as_object::<Str>().filter(|_| is_plain);
        let kind = name.and_then(|name| FaultKind::named(name.text())).unwrap_or(FaultKind::Thrown);
        let message = match text_of(value, vm) {
            Some(text) => Message::Made(text.0),
            None => Message::Static(kind.sentence()),
        };
        let mut causes = Vec::new(vm.mem());
        while causes.len() < MOST_CAUSES
            && !cause.is_identical(Value::NIL)
            && let Some(text) = text_of(cause, vm)
            && causes.push(text.0).is_ok()
        {
            cause = vm.described(cause).map_or(Value::NIL, |error| error.cause);
        }
        Some(RuntimeError { kind, message, missing: None, causes })
    }

    /// Without texts an error is as any value that was thrown.
    #[cfg(not(feature = "texts"))]
    pub(in crate::interp) fn of_thrown(_: Fault, _: &Vm) -> Option<RuntimeError> {
        None
    }

    /// The same error, but for what no memory is left.
    pub(in crate::interp) fn copy(&self, mem: &Mem) -> RuntimeError {
        let copy = |text: &Vec<u8>| Vec::from_slice(mem, text);
        let message = match &self.message {
            Message::Static(text) => Message::Static(text),
            Message::Made(text) => copy(text).map_or(Message::Static(self.kind.sentence()), Message::Made),
        };
        let missing = self.missing.as_ref().and_then(|Missing { sort, name }| {
            let name = copy(name).ok()?;
            Some(Missing { sort: *sort, name })
        });
        let mut causes = Vec::new(mem);
        for cause in &self.causes {
            if copy(cause).and_then(|cause| causes.push(cause)).is_err() {
                break;
            }
        }
        RuntimeError { kind: self.kind, message, missing, causes }
    }

    /// The messages of the errors behind an error that scripts threw, the nearest first: its `cause`, the cause of that, and so on,
    /// up to eight.
    pub fn causes(&self) -> impl Iterator<Item = &str> {
        self.causes.iter().map(|text| core::str::from_utf8(text).unwrap_or("Error."))
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

    /// The name that was not found or is not used as it must be, for errors of names.
    #[must_use]
    pub fn undefined(&self) -> Option<Undefined<'_>> {
        let Missing { sort, name } = self.missing.as_ref()?;
        let name = core::str::from_utf8(name).ok()?;
        Some(match *sort {
            Sort::Variable => Undefined::Variable(name),
            Sort::Property => Undefined::Property(name),
            Sort::Method { of, is_key } => Undefined::Method { of: of.name(), name, is_key },
            Sort::NotCalled { least } => Undefined::NotCalled { name, least },
        })
    }
}

impl fmt::Display for RuntimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for RuntimeError {}

/// The most causes that are told: they may go round in a circle.
#[cfg(feature = "texts")]
const MOST_CAUSES: usize = 8;

/// What is said of a thrown value. Errors of the machine are not said to be such. None without memory.
#[cfg(feature = "texts")]
fn text_of(value: Value, vm: &Vm) -> Option<Text> {
    let mut out = Text(Vec::new(vm.mem()));
    let shapes = &vm.context.heap.shapes;
    let write =
        |out: &mut Text, value| fmt::Write::write_fmt(out, format_args!("{}", Said(value, shapes))).ok();
    let Some(Described { label, is_plain, message, .. }) = vm.described(value) else {
        write(&mut out, value)?;
        return Some(out);
    };
    let name = label.as_object::<Str>();
    if !is_plain || name.is_none_or(|name| FaultKind::named(name.text()).is_none()) {
        write(&mut out, label)?;
        fmt::Write::write_str(&mut out, ": ").ok()?;
    }
    write(&mut out, message)?;
    Some(out)
}

struct Text(Vec<u8>);

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes()).map_err(|OutOfMemory| fmt::Error)
    }
}
