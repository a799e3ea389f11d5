//! Values as text.

use core::fmt::{self, Write};

use super::work::each_part;
use super::{Fault, Vm};
use crate::object::{BoundMethod, Class, Closure, Function, Gc, Instance, Kind, Str};
use crate::value::Value;

/// From here on, and below its reciprocal's hundredth, numbers are written with an exponent.
const BIG: f64 = 1e21;
const SMALL: f64 = 1e-7;

/// A number as the shortest decimal that reads back the same.
pub(crate) struct Number(pub(crate) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.abs();
        if self.0.is_nan() {
            f.write_str("nan")
        } else if magnitude == f64::INFINITY || magnitude == 0.0 || (SMALL..BIG).contains(&magnitude) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}

/// A value's text in parts: `before`, a name or a string, `after`.
struct Text {
    before: &'static [u8],
    string: Option<Gc<Str>>,
    after: &'static [u8],
}

/// Writes to the host, and keeps its error.
struct Sink<'a> {
    vm: &'a mut Vm,
    result: Result<(), Fault>,
}

impl Write for Sink<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.result = self.vm.write(text.as_bytes());
        self.result.map_err(|_| fmt::Error)
    }
}

impl Vm {
    /// `print`: the value and a line end.
    #[inline(never)]
    pub(super) fn print(&mut self, value: Value) -> Result<(), Fault> {
        if value.is_int() || value.is_double() {
            let mut sink = Sink { vm: self, result: Ok(()) };
            // The sink has the error.
            let _ = if value.is_int() {
                write!(sink, "{}", value.as_int())
            } else {
                write!(sink, "{}", Number(value.as_double()))
            };
            sink.result?;
        } else {
            let Text { before, string, after } = self.text(value);
            let string = string.as_ref().map_or(&[][..], |string| string.bytes());
            let parts = [before, string, after];
            let len = parts.iter().map(|part| part.len()).sum();
            self.in_pieces(len, 1, |vm, range| each_part(&parts, range, |bytes| vm.write(bytes)))?;
        }
        self.write(b"\n")
    }

    /// Writes to the host of the run.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let host = self.host().ok_or(Fault::Output)?;
        Ok(host.output.write(bytes)?)
    }

    /// The text of a value that is no number.
    fn text(&self, value: Value) -> Text {
        let plain = |before| Text { before, string: None, after: b"" };
        let named = |name| Text { before: b"", string: name, after: b"" };
        let function = |function: Option<Gc<Function>>| match function.and_then(|function| function.name) {
            Some(name) => Text { before: b"<fn ", string: Some(name), after: b">" },
            None => plain(b"<script>"),
        };
        let Some(kind) = value.kind() else {
            return plain(match value {
                Value::TRUE => b"true",
                Value::FALSE => b"false",
                _ => b"nil",
            });
        };
        match kind {
            Kind::Str => named(value.as_object()),
            Kind::Closure => function(value.as_object::<Closure>().map(|closure| closure.function)),
            Kind::Function => function(value.as_object()),
            Kind::BoundMethod => {
                function(value.as_object::<BoundMethod>().map(|bound| bound.method.function))
            }
            Kind::Class => named(value.as_object::<Class>().map(|class| class.name)),
            Kind::Instance => {
                match value.as_object::<Instance>().and_then(|instance| self.class_of(instance)) {
                    Some(class) => Text { before: b"", string: Some(class.name), after: b" instance" },
                    None => plain(b"instance"),
                }
            }
            Kind::Native => plain(b"<native fn>"),
            // Nothing that a compiler makes lets a script see these.
            Kind::Free
            | Kind::Buffer
            | Kind::Cell
            | Kind::Shape
            | Kind::Slots
            | Kind::Dict
            | Kind::Methods => plain(b"<internal>"),
        }
    }

    fn class_of(&self, instance: Gc<Instance>) -> Option<Gc<Class>> {
        self.heap.shapes.get(instance.header.shape())?.class.get()
    }
}
