//! Values as text for people: in messages, at a prompt, in tools. No script runs, and nothing is allocated.
//!
//! ```text
//!   #{ name: "Ada", seen: [1, 2, ... 94 more] }     Point { x: 1, y: nil }     Shape.Circle(2)     <fn fib/1>
//!   [1, [...]]                                      the inner list is the outer one
//! ```
//!
//! Text, numbers, lists, maps, ranges and enum values are written as the language reads them. [`Limits`] bound the text, and the
//! work with it: little is looked at that is not shown. Whether a value fits its line is found out by writing it to nowhere, up to
//! the end of the line.

use core::fmt::{self, Display, Formatter, Write};

use super::{
    BoundMethod, BuiltinClass, Bytes, Class, ClassSort, Closure, End, Fiber, Function, Gc, Header,
    HostFunction, Instance, List, Map, ModuleObject, Namespace, Random, Range, Shape, ShapeTable, Str,
    TypeObject, is_hidden,
};
use crate::syntax::NAMELESS;
use crate::text::{Line, escaped, is_invisible};
use crate::value::Value;

/// Places of entries of a map that are looked at for each that may be shown: removed entries keep theirs.
const PLACES: usize = 16;

/// The most values inside values that are ever shown.
const DEEPEST: usize = 8;

/// How much of a value is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Values inside values, at most [`DEEPEST`].
    pub(crate) depth: usize,
    /// Items of one value.
    pub(crate) items: usize,
    /// Characters of a string or a name.
    pub(crate) string: usize,
    /// Characters in all after which no further item is shown.
    pub(crate) total: usize,
    /// Columns of a line; a value that is wider takes several lines.
    pub(crate) width: usize,
    /// Whether numbers are written without an exponent, which the dialect Lox does not read.
    pub(crate) decimals: bool,
}

impl Limits {
    /// Those of messages, for about 100 characters in one line.
    #[cfg(feature = "texts")]
    pub(crate) const MESSAGE: Limits =
        Limits { depth: 3, items: 10, string: 40, total: 60, width: usize::MAX, decimals: false };
}

/// Displays a value.
pub(crate) struct Show<'a> {
    pub(crate) value: Value,
    pub(crate) shapes: &'a ShapeTable,
    pub(crate) limits: Limits,
}

impl Display for Show<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Show { value, shapes, limits } = *self;
        let around =
            Around { objects: [None; DEEPEST], depth: 0, indent: 0, is_flat: limits.width == usize::MAX };
        Printer { out: f, shapes, limits, written: 0, column: 0, room: usize::MAX }.value(value, around)
    }
}

/// Writes at most so many characters of a string, as they stand in quotes; returns how many bytes are left out.
pub(crate) fn write_escaped(out: &mut impl Write, string: Gc<Str>, most: usize) -> Result<usize, fmt::Error> {
    let (mut left, mut bytes) = (most, 0);
    for part in string.parts() {
        // Of a long part only what may be shown is looked at. A character that is cut is one too many.
        let part = part.get(..4 * most + 4).unwrap_or(part);
        let mut chars = part.utf8_chunks().flat_map(|chunk| chunk.valid().chars()).peekable();
        while let Some(char) = chars.next() {
            if left == 0 {
                return Ok(string.len().saturating_sub(bytes));
            }
            left -= 1;
            bytes += char.len_utf8();
            if is_invisible(char) && !char.is_control() {
                write!(out, "{}", char.escape_unicode())?;
                continue;
            }
            let mut written = Ok(());
            escaped(char, chars.peek() == Some(&'{'), |piece| written = written.and(out.write_str(piece)));
            written?;
        }
    }
    Ok(string.len().saturating_sub(bytes))
}

/// The values that a value stands in.
#[derive(Clone, Copy)]
struct Around {
    /// Outermost first; `depth` of them.
    objects: [Option<Gc<Header>>; DEEPEST],
    depth: usize,
    /// Columns that lines inside begin with.
    indent: usize,
    /// Whether all that follows fits the line.
    is_flat: bool,
}

impl Around {
    fn has(&self, object: Gc<Header>) -> bool {
        self.objects.iter().take(self.depth).any(|&other| other == Some(object))
    }

    /// What stands around the items of an object.
    fn and(mut self, object: Gc<Header>) -> Around {
        if let Some(place) = self.objects.get_mut(self.depth) {
            *place = Some(object);
        }
        self.depth += 1;
        self
    }
}

/// A value with items.
#[derive(Clone, Copy)]
enum Whole {
    List(Gc<List>),
    Map(Gc<Map>),
    /// An instance of a class.
    Fields(Gc<Instance>, Gc<Shape>),
    /// The value of a variant, which has fields.
    Payload(Gc<Instance>, Gc<Shape>),
}

/// What stands before an item.
#[derive(Clone, Copy)]
enum Label {
    Nothing,
    Field(Gc<Str>),
    Key(Value),
}

impl Whole {
    fn of(value: Value, shapes: &ShapeTable) -> Option<Whole> {
        if let Some(list) = value.as_object() {
            return Some(Whole::List(list));
        }
        if let Some(map) = value.as_object() {
            return Some(Whole::Map(map));
        }
        let instance = value.as_object::<Instance>()?;
        let shape = shapes.get(instance.header.shape())?;
        let is_variant = shape.class.get().is_some_and(|class| class.is_variant());
        Some(if is_variant { Whole::Payload(instance, shape) } else { Whole::Fields(instance, shape) })
    }

    fn brackets(self) -> [&'static str; 2] {
        match self {
            Whole::List(_) => ["[", "]"],
            Whole::Map(_) => ["#{", "}"],
            Whole::Fields(..) => [" {", "}"],
            Whole::Payload(..) => ["(", ")"],
        }
    }

    /// Whether there are spaces inside the brackets.
    fn is_spaced(self) -> bool {
        match self {
            Whole::List(_) | Whole::Payload(..) => false,
            Whole::Map(_) | Whole::Fields(..) => true,
        }
    }

    /// How many items it has.
    fn len(self) -> usize {
        match self {
            Whole::List(list) => list.len(),
            Whole::Map(map) => map.len(),
            Whole::Payload(_, shape) => usize::from(shape.count),
            Whole::Fields(instance, shape) if shape.dict => instance.dict().map_or(0, |dict| dict.len()),
            Whole::Fields(_, shape) => {
                let mut count = 0;
                shape.each_field(|name, _| count += usize::from(!is_hidden(name)));
                count
            }
        }
    }

    /// Calls `each` for at most so many items.
    fn each(self, most: usize, mut each: impl FnMut(Label, Value) -> fmt::Result) -> fmt::Result {
        match self {
            Whole::List(list) => {
                (0..most).map_while(|index| list.get(index)).try_for_each(|value| each(Label::Nothing, value))
            }
            Whole::Map(map) => (0..map.used().min(PLACES * most))
                .filter_map(|at| map.entry(at))
                .take(most)
                .try_for_each(|(key, value)| each(Label::Key(key), value)),
            Whole::Payload(instance, shape) => {
                let fields = instance.slots().iter().take(most.min(usize::from(shape.count)));
                fields.map(core::cell::Cell::get).try_for_each(|value| each(Label::Nothing, value))
            }
            Whole::Fields(instance, shape) if shape.dict => {
                let Some(dict) = instance.dict() else { return Ok(()) };
                dict.try_each_field(most, |name, value| each(Label::Field(name), value))
            }
            Whole::Fields(instance, shape) => (0..shape.count)
                .filter_map(|slot| Some((shape.field_name(slot)?, instance.field(shape.location(slot))?)))
                .filter(|&(name, _)| !is_hidden(name))
                .take(most)
                .try_for_each(|(name, value)| each(Label::Field(name), value)),
        }
    }
}

/// Takes any text.
struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        Ok(())
    }
}

struct Printer<'a> {
    out: &'a mut dyn Write,
    shapes: &'a ShapeTable,
    limits: Limits,
    /// Characters so far, in all and in the line.
    written: usize,
    column: usize,
    /// Characters after which writing fails: the value is only measured.
    room: usize,
}

impl Write for Printer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let count = text.chars().count();
        self.written += count;
        self.column += count;
        self.room = self.room.checked_sub(count).ok_or(fmt::Error)?;
        self.out.write_str(text)
    }
}

impl Printer<'_> {
    fn value(&mut self, value: Value, around: Around) -> fmt::Result {
        match Whole::of(value, self.shapes).zip(value.header()) {
            Some((whole, object)) => self.whole(whole, object, around),
            None => self.single(value),
        }
    }

    /// Whether what `write` writes fits the line.
    fn fits(&self, write: impl FnOnce(&mut Printer<'_>) -> fmt::Result) -> bool {
        let Printer { shapes, limits, written, column, .. } = *self;
        let room = limits.width.saturating_sub(column);
        write(&mut Printer { out: &mut Nowhere, shapes, limits, written, column, room }).is_ok()
    }

    /// Begins a line.
    fn line(&mut self, indent: usize) -> fmt::Result {
        self.write_str("\n")?;
        self.column = 0;
        (0..indent).try_for_each(|_| self.write_str(" "))
    }

    fn item(&mut self, label: Label, value: Value, around: Around) -> fmt::Result {
        match label {
            Label::Nothing => {}
            Label::Field(name) => {
                self.name(name)?;
                self.write_str(": ")?;
            }
            Label::Key(key) => {
                self.key(key, around)?;
                self.write_str(": ")?;
            }
        }
        self.value(value, around)
    }

    /// A key of a map, as it is written in one.
    fn key(&mut self, key: Value, around: Around) -> fmt::Result {
        let string = key.as_object::<Str>();
        if let Some(name) = string.filter(|&string| string.len() <= self.limits.string && is_name(string)) {
            return self.name(name);
        }
        let is_literal = key.to_f64().is_some_and(|number| number.is_finite() && number.is_sign_positive());
        if string.is_some() || is_literal {
            return self.value(key, around);
        }
        self.write_str("[")?;
        self.value(key, Around { is_flat: true, ..around })?;
        self.write_str("]")
    }

    fn whole(&mut self, whole: Whole, object: Gc<Header>, around: Around) -> fmt::Result {
        self.class_of(whole)?;
        let [begin, end] = whole.brackets();
        let len = whole.len();
        if len == 0 {
            // A variant without fields is its name.
            return if let Whole::Payload(..) = whole { Ok(()) } else { write!(self, "{begin}{end}") };
        }
        if around.has(object) {
            return write!(self, "{begin}...{end}");
        }
        let flat = Around { is_flat: true, ..around };
        let is_flat = around.is_flat || self.fits(|printer| printer.items(whole, object, len, flat));
        self.items(whole, object, len, Around { is_flat, ..around })
    }

    /// The items in their brackets: in the line, or each in a line of its own. Of those without labels and items, as many go in a
    /// line as fit.
    fn items(&mut self, whole: Whole, object: Gc<Header>, len: usize, around: Around) -> fmt::Result {
        let [begin, end] = whole.brackets();
        self.write_str(begin)?;
        let Around { indent, is_flat, .. } = around;
        let inner = Around { indent: if is_flat { indent } else { indent + 2 }, ..around.and(object) };
        let most = if around.depth < self.limits.depth.min(DEEPEST) { self.limits.items } else { 0 };
        let (mut shown, mut is_full, mut joins) = (0, false, false);
        let written = whole.each(most, |label, value| {
            is_full = self.written >= self.limits.total;
            if is_full {
                return Err(fmt::Error);
            }
            let is_single = matches!(label, Label::Nothing) && Whole::of(value, self.shapes).is_none();
            // With the comma after it.
            let fits =
                |printer: &mut Printer<'_>| write!(printer, ",  ").and_then(|()| printer.single(value));
            let same_line = is_flat || shown > 0 && joins && is_single && self.fits(fits);
            self.separate(whole, shown, same_line, inner.indent)?;
            (shown, joins) = (shown + 1, is_single);
            self.item(label, value, inner)
        });
        if !is_full {
            written?;
        }
        if shown < len {
            self.separate(whole, shown, is_flat, inner.indent)?;
            write!(self, "... {} more", len - shown)?;
        }
        if !is_flat {
            self.line(indent)?;
        } else if whole.is_spaced() {
            self.write_str(" ")?;
        }
        self.write_str(end)
    }

    /// What stands before the item after `shown` others.
    fn separate(&mut self, whole: Whole, shown: usize, in_line: bool, indent: usize) -> fmt::Result {
        if shown > 0 {
            self.write_str(",")?;
        }
        if !in_line {
            self.line(indent)
        } else if shown > 0 || whole.is_spaced() {
            self.write_str(" ")
        } else {
            Ok(())
        }
    }

    /// The name of the class of a value with fields.
    fn class_of(&mut self, whole: Whole) -> fmt::Result {
        match whole {
            Whole::List(_) | Whole::Map(_) => Ok(()),
            Whole::Fields(_, shape) => match shape.class.get() {
                Some(class) => self.name(class.name),
                None => Ok(()),
            },
            Whole::Payload(_, shape) => match shape.class.get() {
                Some(class) => self.variant(class),
                None => Ok(()),
            },
        }
    }

    /// `Shape.Circle`
    fn variant(&mut self, class: Gc<Class>) -> fmt::Result {
        if let Some(of) = class.superclass.get() {
            self.name(of.name)?;
            self.write_str(".")?;
        }
        self.name(class.name)
    }

    /// A name, or the beginning of one that is long.
    fn name(&mut self, name: Gc<Str>) -> fmt::Result {
        let most = self.limits.string;
        if write_escaped(self, name, most)? > 0 { self.write_str("...") } else { Ok(()) }
    }

    /// A string in quotes, or the beginning of one that is long.
    fn quoted(&mut self, string: Gc<Str>) -> fmt::Result {
        self.write_str("\"")?;
        let most = self.limits.string;
        let more = write_escaped(self, string, most)?;
        self.write_str("\"")?;
        if more > 0 { write!(self, " ... {more} more bytes") } else { Ok(()) }
    }

    /// A value without items.
    fn single(&mut self, value: Value) -> fmt::Result {
        if let Some(number) = value.to_f64() {
            return self.number(number);
        }
        let Some(object) = value.header() else {
            return self.write_str(match value {
                Value::TRUE => "true",
                Value::FALSE => "false",
                _ => "nil",
            });
        };
        if let Some(string) = object.downcast::<Str>() {
            self.quoted(string)
        } else if let Some(closure) = object.downcast::<Closure>() {
            self.function(closure.function)
        } else if let Some(function) = object.downcast::<Function>() {
            self.function(function)
        } else if let Some(function) = object.downcast::<HostFunction>() {
            write!(self, "<native fn {}>", function.entry.name())
        } else if let Some(bound) = object.downcast::<BoundMethod>() {
            self.method(bound)
        } else if let Some(class) = object.downcast::<Class>() {
            self.class(class)
        } else if let Some(of) = object.downcast::<TypeObject>() {
            match of.class {
                BuiltinClass::Stop => self.write_str("Stop"),
                class => write!(self, "<type {}>", class.name()),
            }
        } else if let Some(range) = object.downcast::<Range>() {
            self.range(range)
        } else if let Some(bytes) = object.downcast::<Bytes>() {
            self.bytes(bytes)
        } else if let Some(fiber) = object.downcast::<Fiber>() {
            write!(self, "<fiber {}>", fiber.state.get().name())
        } else if object.downcast::<Random>().is_some() {
            self.write_str("<random>")
        } else if let Some(module) = object.downcast::<Namespace>() {
            write!(self, "<module \"{}\">", module.class.name())
        } else if let Some(module) = object.downcast::<ModuleObject>() {
            self.write_str("<module ")?;
            self.quoted(module.name)?;
            self.write_str(">")
        } else {
            self.write_str("<internal>")
        }
    }

    fn number(&mut self, number: f64) -> fmt::Result {
        let mut line = Line::new();
        line.number(number)?;
        match line.text().split_once('e') {
            Some((digits, exponent)) if self.limits.decimals => {
                self.decimal(digits, exponent.parse().map_err(|_| fmt::Error)?)
            }
            _ => self.write_str(line.text()),
        }
    }

    /// A number with an exponent, written without one.
    fn decimal(&mut self, digits: &str, exponent: i32) -> fmt::Result {
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let digit = |at: i32| {
            let at = usize::try_from(at).ok();
            at.and_then(|at| whole.bytes().chain(fraction.bytes()).nth(at)).map_or('0', char::from)
        };
        // The point stands before the digit of this index.
        let point = whole.len() as i32 + exponent;
        self.write_str(sign)?;
        if point <= 0 {
            self.write_str("0.")?;
            (point..0).try_for_each(|_| self.write_str("0"))?;
        }
        for at in 0..point.max((whole.len() + fraction.len()) as i32) {
            if at > 0 && at == point {
                self.write_str(".")?;
            }
            self.write_char(digit(at))?;
        }
        Ok(())
    }

    /// `<fn fib/1>`: the name, and the number of parameters.
    fn function(&mut self, function: Gc<Function>) -> fmt::Result {
        let Some(name) = function.name else { return self.write_str("<script>") };
        self.write_str("<fn")?;
        if name.text() != NAMELESS {
            self.write_str(" ")?;
            self.name(name)?;
        }
        write!(self, "/{}>", function.parameters())
    }

    /// `<method Point.norm/0>`
    fn method(&mut self, bound: Gc<BoundMethod>) -> fmt::Result {
        let instance = bound.receiver.as_object::<Instance>();
        let of = instance.and_then(|instance| self.shapes.get(instance.header.shape())?.class.get());
        self.write_str("<method ")?;
        match (of, bound.receiver.method_class()) {
            (Some(class), _) => self.name(class.name)?,
            (None, Some(class)) => self.write_str(class.name())?,
            (None, None) => {}
        }
        self.write_str(".")?;
        let count = if let Some(closure) = bound.method.as_closure() {
            closure.function.name.map_or(Ok(()), |name| self.name(name))?;
            closure.function.parameters()
        } else if let Some(entry) = bound.method.as_host() {
            self.write_str(entry.name())?;
            entry.arity().most().unwrap_or(entry.arity().least())
        } else {
            0
        };
        write!(self, "/{count}>")
    }

    fn class(&mut self, class: Gc<Class>) -> fmt::Result {
        match class.sort.get() {
            ClassSort::Plain => self.write_str("<class ")?,
            ClassSort::Enum => self.write_str("<enum ")?,
            ClassSort::Variant => {
                self.write_str("<variant ")?;
                self.variant(class)?;
                return write!(self, "/{}>", class.fields.get());
            }
        }
        self.name(class.name)?;
        self.write_str(">")
    }

    fn range(&mut self, range: Gc<Range>) -> fmt::Result {
        let is_plain = range.step().to_bits() == 1.0_f64.to_bits();
        if !is_plain {
            self.write_str("(")?;
        }
        self.number(range.start())?;
        match range.end() {
            End::Before(end) => self.write_str("..").and_then(|()| self.number(end))?,
            End::With(end) => self.write_str("..=").and_then(|()| self.number(end))?,
            End::Open => self.write_str("..")?,
        }
        if !is_plain {
            self.write_str(").step(")?;
            self.number(range.step())?;
            self.write_str(")")?;
        }
        Ok(())
    }

    /// `Bytes.from_hex("00ff")`
    fn bytes(&mut self, bytes: Gc<Bytes>) -> fmt::Result {
        let most = self.limits.string / 2;
        self.write_str("Bytes.from_hex(\"")?;
        for byte in bytes.bytes().iter().take(most) {
            write!(self, "{:02x}", byte.get())?;
        }
        self.write_str("\"")?;
        if bytes.len() > most {
            write!(self, " ... {} more bytes", bytes.len() - most)?;
        }
        self.write_str(")")
    }
}

/// Whether a string is a name, which a map has as a key without quotes.
fn is_name(string: Gc<Str>) -> bool {
    let mut bytes = string.parts().into_iter().flatten();
    let first = bytes.next().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && bytes.all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
