//! The messages of faults.
//!
//! Without the feature `texts`, a message is the name of the fault's kind.

#[cfg(feature = "texts")]
use core::fmt;
use core::fmt::Write;

use super::Fault;
#[cfg(feature = "texts")]
use crate::entry::Arity;
use crate::object::ShapeTable;
#[cfg(feature = "texts")]
use crate::object::{BuiltinClass, FiberState, Limits, List, Show, Str, write_escaped};
#[cfg(feature = "texts")]
use crate::value::Value;

macro_rules! type_faults {
    ($($(#[doc = $doc:literal])* $fault:ident $text:literal;)*) => {
        /// An operation with an operand of the wrong type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum TypeFault { $($(#[doc = $doc])* $fault,)* }

        #[cfg(feature = "texts")]
        impl TypeFault {
            fn text(self) -> &'static str {
                match self { $(TypeFault::$fault => $text,)* }
            }
        }
    };
}

type_faults! {
    /// A call.
    Callable "Can only call functions and classes.";
    /// Reading a property.
    Properties "Only instances have properties.";
    /// Setting a field.
    Fields "Only instances have fields.";
    /// Calling a method.
    Methods "Only instances have methods.";
    /// Arithmetic and order.
    Numbers "Operands must be numbers.";
    /// Negation.
    Number "Operand must be a number.";
    /// Addition.
    NumbersOrStrings "Operands must be two numbers or two strings.";
    /// A class declaration.
    Superclass "Superclass must be a class.";
}

impl Fault {
    /// A constant message. `None` if the message was appended to `written`, or lost because memory is short.
    #[cfg(feature = "texts")]
    pub(super) fn message<W: Write>(
        self,
        written: W,
        shapes: &ShapeTable,
    ) -> Result<&'static str, Option<W>> {
        let mut out = written;
        let result = match self {
            Fault::Type(fault) => return Ok(fault.text()),
            Fault::NotInt32 { op, found } => {
                let op = op.text().unwrap_or_default();
                write!(out, "Operand of '{op}' must be a 32-bit integer, found {}.", Found(found, shapes))
            }
            Fault::ShiftCount { found } => {
                let found = Found(found, shapes);
                write!(out, "Count of a shift must be an integer from 0 to 31, found {found}.")
            }
            Fault::IndexType { of, found } => {
                let found = Found(found, shapes);
                write!(out, "{} index must be an integer, found {found}.", of.name())
            }
            Fault::OutOfRange { of, index, len } => {
                let index = Found(index, shapes);
                write!(out, "{} index {index} is out of range for length {len}.", of.name())
            }
            Fault::Slice { of, from, to } => {
                write!(out, "{} slice from {from} to {to} ends before it begins.", of.name())
            }
            Fault::InsideCharacter { string, index } => {
                let start = (0..index).rev().find(|&at| string.is_char_boundary(at as usize)).unwrap_or(0);
                let char = string.char_at(start as usize).unwrap_or(char::REPLACEMENT_CHARACTER);
                write!(out, "Index {index} is inside a character ({char} at {start}).")
            }
            Fault::ListOf { least, most, found } => {
                let of = ListOf { least, most };
                match found.as_object::<List>() {
                    Some(list) => write!(out, "Expected {of}, found one of {}.", list.len()),
                    None => write!(out, "Expected {of}, found {}.", Noun(found)),
                }
            }
            Fault::NotMap { or_instance, found } => {
                let wanted = if or_instance { "a map or an instance" } else { "a map" };
                write!(out, "Expected {wanted}, found {}.", Noun(found))
            }
            Fault::NoMatch(value) => write!(out, "No arm matches {}.", Found(value, shapes)),
            Fault::MissingKey(key) => write!(out, "Missing key {}.", KeyText(key, shapes)),
            Fault::NoKey(key) => write!(out, "Map has no key {}.", KeyText(key, shapes)),
            Fault::NotKey(value) if value.is_double() => out.write_str("nan can't be a key."),
            Fault::NotKey(value) => write!(out, "{} can't be a key.", Capital(OfType(value))),
            Fault::NoMembers(value) => write!(out, "Can't look for a value in {}.", OfType(value)),
            Fault::EnumValue => return Ok("Can't change a field of an enum value."),
            Fault::EnumCall(name) => {
                write!(out, "Can't call the enum {}: values are made by its variants.", name.text())
            }
            Fault::EnumVariant(name) => {
                write!(out, "Can't assign to '{}': it is a variant of an enum.", name.text())
            }
            Fault::NotVariant(value) => {
                write!(
                    out,
                    "A pattern with fields needs a variant of an enum, found {}.",
                    Found(value, shapes)
                )
            }
            Fault::NoVariants(class) => {
                let text = crate::interp::format::write(&mut out, class, shapes);
                text.and_then(|()| out.write_str(" is no enum."))
            }
            Fault::NotInherited(class) => {
                let text = out.write_str("Can't inherit from ");
                let text = text.and_then(|()| crate::interp::format::write(&mut out, class, shapes));
                text.and_then(|()| out.write_str("."))
            }
            Fault::NotClass(value) => {
                write!(out, "'is' needs a class or a type, found {}.", Found(value, shapes))
            }
            Fault::NoItems(value) => write!(out, "Can't index {}.", OfType(value)),
            Fault::FixedItems(of) => write!(out, "Can't assign to an item of a {}.", of.name()),
            Fault::NotIterable(value) => write!(out, "Can't iterate over {}.", OfType(value)),
            Fault::Frozen(of) => write!(out, "The {} is frozen.", of.noun()),
            Fault::Changed(of) => {
                write!(out, "The {} changed its length while a loop was going over it.", of.noun())
            }
            Fault::NotByte(found) => {
                write!(out, "A byte must be an integer from 0 to 255, found {}.", Found(found, shapes))
            }
            Fault::ComparedTooDeep => return Ok("Nested too deeply to compare."),
            Fault::Order(a, b) => write!(out, "Can't order {} and {}.", Noun(a), Noun(b)),
            Fault::BoundType(value) => {
                write!(out, "Bounds of a range must be numbers, found {}.", Found(value, shapes))
            }
            Fault::Bound(value) => {
                let found = Found(value, shapes);
                write!(out, "Bounds of a range must be finite and at most 2^53 - 1, found {found}.")
            }
            Fault::Format { sign, integer, found } => {
                let wanted = if integer { "an integer" } else { "a number" };
                write!(out, "Format '{sign}' needs {wanted}, found {}.", Found(found, shapes))
            }
            Fault::Argument { name, wanted, found, .. } => {
                write!(out, "'{name}' wants {wanted}, found {}.", Found(found, shapes))
            }
            Fault::Resume(state) => {
                let what = match state {
                    FiberState::Running => "runs",
                    FiberState::Waiting => "waits for another one",
                    FiberState::Failed => "has failed",
                    FiberState::New | FiberState::Suspended | FiberState::Done => "is done",
                };
                write!(out, "Can't resume a fiber that {what}.")
            }
            Fault::YieldOutside => return Ok("Can't yield outside a fiber."),
            Fault::YieldAcrossHost => return Ok("Can't yield across a call from the host."),
            Fault::UndefinedVariable(name) => write!(out, "Undefined variable '{}'.", name.text()),
            Fault::UndefinedProperty(name) => write!(out, "Undefined property '{}'.", name.text()),
            Fault::NoMethod { of, name, .. } => {
                let of = if of == BuiltinClass::Nil { "nil" } else { of.name() };
                write!(out, "{of} has no method '{}'.", name.text())
            }
            Fault::NotCalled { name, .. } => write!(out, "Method '{}' must be called.", name.text()),
            Fault::NoExport { module, name } => {
                write!(out, "Module \"{}\" exports no '{}'.", module.text(), name.text())
            }
            Fault::Io(message) => out.write_str(message.text()),
            Fault::ModuleMember => return Ok("Can't assign to an import."),
            Fault::NoSetter(name) => write!(out, "Property '{}' has no setter.", name.text()),
            // Any number would do, but no call has so many.
            Fault::Arity { expected, got }
                if expected.most().is_none() && got > u32::from(expected.least()) =>
            {
                write!(out, "A call has at most 65,535 arguments, found {got}.")
            }
            Fault::Arity { expected, got } => {
                let noun = if expected == Arity::at_least(1) { "argument" } else { "arguments" };
                write!(out, "Expected {expected} {noun} but got {got}.")
            }
            Fault::TooLarge { bytes } => write!(out, "{bytes} bytes are more than memory may hold."),
            Fault::Thrown(value) => {
                write!(out, "Uncaught: {}", Said(value, shapes))
            }
            Fault::OutOfMemory
            | Fault::StackOverflow
            | Fault::StringTooLong
            | Fault::Output
            | Fault::ModuleLeft
            | Fault::Panic
            | Fault::WrongVm
            | Fault::OutOfFuel
            | Fault::Interrupted
            | Fault::Bytecode
            | Fault::Stopped => return Ok(self.kind().sentence()),
        };
        Err(result.ok().map(|()| out))
    }

    /// The message is the name of the kind.
    #[cfg(not(feature = "texts"))]
    pub(super) fn message<W: Write>(self, _: W, _: &ShapeTable) -> Result<&'static str, Option<W>> {
        Ok(self.kind().sentence())
    }
}

/// Displays as lists of so many items: `a list of 1 to 2 values`.
#[cfg(feature = "texts")]
struct ListOf {
    least: u8,
    most: Option<u8>,
}

#[cfg(feature = "texts")]
impl fmt::Display for ListOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ListOf { least, most } = *self;
        match most {
            Some(most) if most == least => write!(f, "a list of {most}")?,
            Some(most) => write!(f, "a list of {least} to {most}")?,
            None => write!(f, "a list of at least {least}")?,
        }
        f.write_str(if most.unwrap_or(least) == 1 { " value" } else { " values" })
    }
}

/// Displays as a key: a string in single quotes.
#[cfg(feature = "texts")]
struct KeyText<'a>(Value, &'a ShapeTable);

#[cfg(feature = "texts")]
impl fmt::Display for KeyText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let KeyText(key, shapes) = *self;
        let Some(string) = key.as_object::<Str>() else { return Found(key, shapes).fmt(f) };
        f.write_char('\'')?;
        let more = write_escaped(f, string, Limits::MESSAGE.string)?;
        f.write_str(if more > 0 { "...'" } else { "'" })
    }
}

/// Displays with a capital letter at the beginning of a sentence.
#[cfg(feature = "texts")]
struct Capital(OfType);

#[cfg(feature = "texts")]
impl fmt::Display for Capital {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.0.builtin_class() {
            Some(class) => write!(f, "A {}", class.name()),
            None => f.write_str("An instance"),
        }
    }
}

/// Displays as the type of a value: `a Number`, `nil`.
#[cfg(feature = "texts")]
struct OfType(Value);

#[cfg(feature = "texts")]
impl fmt::Display for OfType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.builtin_class() {
            Some(BuiltinClass::Nil) => f.write_str("nil"),
            Some(class) => write!(f, "a {}", class.name()),
            None => f.write_str("an instance"),
        }
    }
}

/// Displays as what kind of value it is: `a number`, `nil`.
#[cfg(feature = "texts")]
struct Noun(Value);

#[cfg(feature = "texts")]
impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.builtin_class() {
            Some(BuiltinClass::Nil) => f.write_str("nil"),
            Some(class) => write!(f, "a {}", class.noun()),
            None => f.write_str("an instance"),
        }
    }
}

/// Displays as a value that was found, and no more of it than helps.
#[cfg(feature = "texts")]
struct Found<'a>(Value, &'a ShapeTable);

#[cfg(feature = "texts")]
impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found(value, shapes) = *self;
        Show { value, shapes, limits: Limits::MESSAGE }.fmt(f)
    }
}

/// The most bytes of a string that a message repeats as it is.
#[cfg(feature = "texts")]
const LONGEST: usize = 10_000;

/// Displays as what a script says of an error: a string as it is, any other value as one that was found.
#[cfg(feature = "texts")]
pub(super) struct Said<'a>(pub(super) Value, pub(super) &'a ShapeTable);

#[cfg(feature = "texts")]
impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Said(value, shapes) = *self;
        let Some(string) = value.as_object::<Str>() else { return Found(value, shapes).fmt(f) };
        let mut left = LONGEST;
        for part in string.parts() {
            let shown = part.get(..left).unwrap_or(part);
            left -= shown.len();
            // A character that is cut is left out.
            shown.utf8_chunks().try_for_each(|chunk| f.write_str(chunk.valid()))?;
        }
        if string.len() > LONGEST { f.write_str("...") } else { Ok(()) }
    }
}
