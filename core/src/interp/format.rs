//! Values as text.

use core::fmt::{self, Write};

use super::{Fault, Vm};
use crate::object::{BoundMethod, Class, Closure, Function, Gc, Instance, Kind, Str};
use crate::platform::{Output, OutputError};
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

/// Writes to the host, and keeps its error.
struct Sink<'a> {
    output: &'a mut dyn Output,
    result: Result<(), OutputError>,
}

impl Sink<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        if self.result.is_ok() {
            self.result = self.output.write(bytes);
        }
    }
}

impl Write for Sink<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        self.result.map_err(|OutputError| fmt::Error)
    }
}

impl Vm {
    /// `print`: the value and a line end.
    #[inline(never)]
    pub(super) fn print(&mut self, value: Value) -> Result<(), Fault> {
        if let Some(string) = value.as_object::<Str>() {
            self.charge_bulk(string.len(), 1)?;
        }
        let class = value.as_object::<Instance>().and_then(|instance| self.class_of(instance));
        let Some(host) = self.host() else { return Err(Fault::Output) };
        let mut sink = Sink { output: &mut *host.output, result: Ok(()) };
        match class {
            Some(class) => {
                sink.bytes(class.name.bytes());
                sink.bytes(b" instance");
            }
            None => write_value(&mut sink, value),
        }
        sink.bytes(b"\n");
        sink.result?;
        Ok(())
    }
}

impl Vm {
    fn class_of(&self, instance: Gc<Instance>) -> Option<Gc<Class>> {
        self.heap.shapes.get(instance.header.shape())?.class.get()
    }
}

fn write_value(sink: &mut Sink<'_>, value: Value) {
    if value.is_int() {
        let _ = write!(sink, "{}", value.as_int());
    } else if value.is_double() {
        let _ = write!(sink, "{}", Number(value.as_double()));
    } else if let Some(kind) = value.kind() {
        write_object(sink, kind, value);
    } else {
        let text: &[u8] = match value {
            Value::TRUE => b"true",
            Value::FALSE => b"false",
            _ => b"nil",
        };
        sink.bytes(text);
    }
}

fn write_object(sink: &mut Sink<'_>, kind: Kind, value: Value) {
    let function = |function: &Function| function.name;
    match kind {
        Kind::Str => {
            if let Some(string) = value.as_object::<Str>() {
                sink.bytes(string.bytes());
            }
        }
        Kind::Closure => {
            write_function(
                sink,
                value.as_object::<Closure>().and_then(|closure| function(&closure.function)),
            );
        }
        Kind::Function => {
            write_function(sink, value.as_object::<Function>().and_then(|code| function(&code)));
        }
        Kind::BoundMethod => {
            write_function(
                sink,
                value.as_object::<BoundMethod>().and_then(|bound| function(&bound.method.function)),
            );
        }
        Kind::Class => {
            if let Some(class) = value.as_object::<Class>() {
                sink.bytes(class.name.bytes());
            }
        }
        // `print` knows the class.
        Kind::Instance => sink.bytes(b"instance"),
        Kind::Native => sink.bytes(b"<native fn>"),
        // Nothing that a compiler makes lets a script see these.
        Kind::Free | Kind::Buffer | Kind::Cell | Kind::Shape | Kind::Slots | Kind::Dict => {
            sink.bytes(b"<internal>")
        }
    }
}

fn write_function(sink: &mut Sink<'_>, name: Option<Gc<Str>>) {
    match name {
        Some(name) => {
            sink.bytes(b"<fn ");
            sink.bytes(name.bytes());
            sink.bytes(b">");
        }
        None => sink.bytes(b"<script>"),
    }
}
