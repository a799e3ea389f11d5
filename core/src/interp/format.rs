//! Values as text.

#[cfg(feature = "texts")]
use core::fmt;
use core::fmt::Write;

use super::work::each_part;
use super::{Fault, Vm};
use crate::fuel::BULK;
use crate::object::{Kind, ShapeTable, Str, Text};
use crate::text::Line;
#[cfg(feature = "texts")]
use crate::text::Number;
use crate::value::Value;

impl Vm {
    /// `print`: the value and a line end.
    #[inline(never)]
    pub(super) fn print(&mut self, value: Value) -> Result<(), Fault> {
        if self.has_made_text(value) {
            return self.finish_by_text(value, 1);
        }
        // Most texts are short: text and line end are one call of the host.
        let mut line = Line::new();
        let done = if value.is_int() {
            write!(line, "{}", value.as_int())
        } else if value.is_double() {
            line.number(value.as_double())
        } else {
            let Text { before, string, after } = text(value, &self.context.heap.shapes);
            let [first, second] = string.as_ref().map_or([&[][..]; 2], |string| string.parts());
            let parts = [before, first, second, after];
            let len = parts.iter().map(|part| part.len()).sum();
            if len >= BULK {
                self.in_pieces(len, 1, |vm, range| each_part(&parts, range, |bytes| vm.write(bytes)))?;
                return self.write(b"\n");
            }
            parts.iter().try_for_each(|part| line.push(part))
        };
        let done = done.and_then(|()| line.push(b"\n"));
        debug_assert!(done.is_ok(), "a short text and a line end fit");
        self.write(line.bytes())
    }

    /// Writes to the host of the run.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        crate::meter::count(bytes.len());
        Ok(self.call_host(|host| host.output.write(bytes))??)
    }
}

/// Whether the text of a value contains those of others: the library makes it.
pub(super) fn has_parts(value: Value) -> bool {
    value
        .header()
        .is_some_and(|header| matches!(header.kind(), Kind::List | Kind::Map | Kind::Range | Kind::Bytes))
}

/// The text of a value in pieces, as `print` writes it. Of one that [has parts](has_parts) it is none that a script sees.
pub(crate) enum Pieces {
    Number(Line),
    Other(Text),
}

impl Pieces {
    pub(crate) fn of(value: Value, shapes: &ShapeTable) -> Pieces {
        let mut line = Line::new();
        let written = if value.is_int() {
            write!(line, "{}", value.as_int())
        } else if value.is_double() {
            line.number(value.as_double())
        } else {
            return Pieces::Other(text(value, shapes));
        };
        debug_assert!(written.is_ok(), "a number fits");
        Pieces::Number(line)
    }

    /// Bytes of the text of a value.
    pub(crate) fn len_of(value: Value, shapes: &ShapeTable) -> usize {
        match value.as_object::<Str>() {
            Some(string) => string.len(),
            None => {
                let mut len = 0;
                Pieces::of(value, shapes).each(|text| len += text.len());
                len
            }
        }
    }

    /// Calls `each` for the pieces. Not a safepoint.
    pub(crate) fn each(&self, mut each: impl FnMut(&str)) {
        match self {
            Pieces::Number(line) => each(line.text()),
            Pieces::Other(Text { before, string, after }) => {
                // Most are strings alone.
                if !before.is_empty() {
                    each(core::str::from_utf8(before).unwrap_or_default());
                }
                if let Some(string) = string {
                    // SAFETY: this borrows the text, and `each` has no VM for a safepoint.
                    let [first, second] = unsafe { string.parts_for() };
                    each(first);
                    if !second.is_empty() {
                        each(second);
                    }
                }
                if !after.is_empty() {
                    each(core::str::from_utf8(after).unwrap_or_default());
                }
            }
        }
    }
}

/// The text of a value other than a number.
fn text(value: Value, shapes: &ShapeTable) -> Text {
    if let Some(object) = value.header() {
        return object.text(shapes);
    }
    match value {
        Value::TRUE => Text::plain(b"true"),
        Value::FALSE => Text::plain(b"false"),
        _ => Text::plain(b"nil"),
    }
}

/// Writes a value in the format of `print`.
#[cfg(feature = "texts")]
pub(super) fn write(out: &mut impl Write, value: Value, shapes: &ShapeTable) -> fmt::Result {
    if let Some(number) = value.to_f64() {
        return write!(out, "{}", Number(number));
    }
    let Text { before, string, after } = text(value, shapes);
    let [first, second] = string.as_ref().map_or([&[][..]; 2], |string| string.parts());
    [before, first, second, after]
        .into_iter()
        .try_for_each(|part| out.write_str(core::str::from_utf8(part).unwrap_or_default()))
}
