//! Values.

use core::fmt;

use super::{FunctionView, Shown, StringView};
use crate::entry::{Arity, Entry};
use crate::interp::Vm;
use crate::object::{
    BoundMethod, BuiltinClass, Callable, Class, Closure, Gc, Header, HostFunction, Instance, Shape, Str,
    is_hidden,
};
use crate::text::Number;
use crate::value::Value;

/// A value.
#[derive(Clone, Copy)]
pub struct ValueView<'v> {
    pub(super) value: Value,
    pub(super) vm: &'v Vm,
}

/// The kinds of value.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ValueKind<'v> {
    /// `nil`
    Nil,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Str(StringView<'v>),
    /// A function.
    Function(FunctionView<'v>),
    /// A function of the library, or of the host.
    HostFunction(&'static Entry),
    /// A class.
    Class(ClassView<'v>),
    /// An instance of a class.
    Instance(InstanceView<'v>),
    /// A method with its receiver.
    Method {
        /// The receiver.
        receiver: ValueView<'v>,
        /// The method.
        method: MethodView<'v>,
    },
    /// A value of another built-in type, which has this name: `"List"`, `"Map"`. [`ValueView::shown`] shows what is in it.
    Builtin(&'static str),
    /// Nothing that a script can see.
    Internal,
}

/// A method.
#[derive(Clone, Copy, Debug)]
pub enum MethodView<'v> {
    /// A function of a script.
    Script(FunctionView<'v>),
    /// A function of the library, or of the host.
    Host(&'static Entry),
}

impl<'v> MethodView<'v> {
    pub(super) fn new(callable: Callable, vm: &'v Vm) -> Option<MethodView<'v>> {
        let script = |closure: Gc<Closure>| MethodView::Script(FunctionView::new(closure.function, vm));
        callable.as_closure().map(script).or_else(|| callable.as_host().map(MethodView::Host))
    }

    /// Its name, if it has one.
    #[must_use]
    pub fn name(&self) -> Option<&'v str> {
        match self {
            MethodView::Script(function) => function.name(),
            MethodView::Host(entry) => Some(entry.name()),
        }
    }

    /// The number of arguments that it takes.
    #[must_use]
    pub fn arity(&self) -> Arity {
        match self {
            MethodView::Script(function) => function.takes(),
            MethodView::Host(entry) => entry.arity(),
        }
    }
}

impl<'v> ValueView<'v> {
    pub(crate) fn new(value: Value, vm: &'v Vm) -> ValueView<'v> {
        ValueView { value, vm }
    }

    /// Its kind.
    #[must_use]
    pub fn kind(self) -> ValueKind<'v> {
        if self.value.is_int() || self.value.is_double() {
            return ValueKind::Number(self.number());
        }
        if let Some(object) = self.value.header() {
            return self.object_kind(object);
        }
        match self.value {
            Value::NIL => ValueKind::Nil,
            Value::TRUE => ValueKind::Bool(true),
            Value::FALSE => ValueKind::Bool(false),
            _ => ValueKind::Internal,
        }
    }

    fn object_kind(self, object: Gc<Header>) -> ValueKind<'v> {
        let vm = self.vm;
        let function = |function| FunctionView::new(function, vm);
        if let Some(string) = object.downcast() {
            ValueKind::Str(StringView::new(string, vm))
        } else if let Some(closure) = object.downcast::<Closure>() {
            ValueKind::Function(function(closure.function))
        } else if let Some(code) = object.downcast() {
            ValueKind::Function(function(code))
        } else if let Some(function) = object.downcast::<HostFunction>() {
            ValueKind::HostFunction(function.entry)
        } else if let Some(class) = object.downcast() {
            ValueKind::Class(ClassView { class, vm })
        } else if let Some(instance) = object.downcast() {
            ValueKind::Instance(InstanceView { instance, vm })
        } else if let Some(bound) = object.downcast::<BoundMethod>() {
            let receiver = ValueView::new(bound.receiver, vm);
            MethodView::new(bound.method, vm)
                .map_or(ValueKind::Internal, |method| ValueKind::Method { receiver, method })
        } else {
            match object.kind().class() {
                None | Some(BuiltinClass::Internal) => ValueKind::Internal,
                Some(class) => ValueKind::Builtin(class.name()),
            }
        }
    }

    /// The name of its type, for people.
    #[must_use]
    pub fn type_name(self) -> &'v str {
        match self.kind() {
            ValueKind::Nil => "nil",
            ValueKind::Bool(_) => "boolean",
            ValueKind::Number(_) => "number",
            ValueKind::Str(_) => "string",
            ValueKind::Function(_) => "function",
            ValueKind::HostFunction(_) => "native function",
            ValueKind::Class(_) => "class",
            ValueKind::Instance(instance) => instance.class().map_or("instance", ClassView::name),
            ValueKind::Method { .. } => "method",
            ValueKind::Builtin(_) => self.value.builtin_class().map_or("", BuiltinClass::noun),
            ValueKind::Internal => "internal",
        }
    }

    /// Whether it is an instance whose class defines its text. [`shown`](ValueView::shown) does not show that text, since a script
    /// makes it; `"${x}"` does.
    #[must_use]
    pub fn has_operator_string(self) -> bool {
        self.vm.has_operator_string(self.value)
    }

    /// The value with what is in it, to be displayed.
    #[must_use]
    pub fn shown(self) -> Shown<'v> {
        Shown::new(self)
    }

    /// The library's methods of the value, sorted by name. An instance has none.
    #[must_use]
    pub fn builtin_methods(self) -> &'static [Entry] {
        self.value.method_class().map_or(&[], |class| self.vm.library.methods(class))
    }

    /// The address of its object, which identifies it among live objects. `None` for values that are not objects.
    #[must_use]
    pub fn address(self) -> Option<usize> {
        self.value.header().map(Gc::address)
    }

    fn number(self) -> f64 {
        if self.value.is_int() { f64::from(self.value.as_int()) } else { self.value.as_double() }
    }
}

/// As `print` shows it; enum values, and those of built-in types that hold others, as they are [`shown`](ValueView::shown).
impl fmt::Display for ValueView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = |f: &mut fmt::Formatter<'_>, function: FunctionView<'_>| match function.name() {
            Some(name) => write!(f, "<fn {name}>"),
            None => f.write_str("<script>"),
        };
        match self.kind() {
            ValueKind::Nil => f.write_str("nil"),
            ValueKind::Bool(value) => write!(f, "{value}"),
            ValueKind::Number(value) => Number(value).fmt(f),
            ValueKind::Str(text) => text.fmt(f),
            ValueKind::Function(view) | ValueKind::Method { method: MethodView::Script(view), .. } => {
                function(f, view)
            }
            ValueKind::HostFunction(_) | ValueKind::Method { method: MethodView::Host(_), .. } => {
                f.write_str("<native fn>")
            }
            ValueKind::Class(class) => f.write_str(class.name()),
            ValueKind::Instance(instance) if !instance.is_variant() => {
                write!(f, "{} instance", instance.class().map_or("", ClassView::name))
            }
            ValueKind::Instance(_) | ValueKind::Builtin(_) => self.shown().fmt(f),
            ValueKind::Internal => f.write_str("<internal>"),
        }
    }
}

impl fmt::Debug for ValueView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ValueView({self})")
    }
}

/// A class.
#[derive(Clone, Copy)]
pub struct ClassView<'v> {
    class: Gc<Class>,
    vm: &'v Vm,
}

impl<'v> ClassView<'v> {
    pub(super) fn new(class: Gc<Class>, vm: &'v Vm) -> ClassView<'v> {
        ClassView { class, vm }
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'v str {
        text(self.class.name, self.vm)
    }

    /// Calls `each` for every method, including inherited ones, in no particular order.
    pub fn each_method(self, mut each: impl FnMut(&'v str, FunctionView<'v>)) {
        self.class.each_method(|method| {
            if let Some(closure) = method.callable.as_closure() {
                each(text(method.name, self.vm), FunctionView::new(closure.function, self.vm));
            }
        });
    }

    /// The method with this name, which may be inherited.
    #[must_use]
    pub fn method(self, name: &str) -> Option<FunctionView<'v>> {
        let mut found = None;
        self.each_method(|of, method| {
            if of == name {
                found = Some(method);
            }
        });
        found
    }
}

impl fmt::Debug for ClassView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClassView({})", self.name())
    }
}

/// An instance.
#[derive(Clone, Copy)]
pub struct InstanceView<'v> {
    instance: Gc<Instance>,
    vm: &'v Vm,
}

impl<'v> InstanceView<'v> {
    fn shape(self) -> Option<Gc<Shape>> {
        self.vm.context.heap.shapes.get(self.instance.header.shape())
    }

    /// Whether it is a value of an enum.
    fn is_variant(self) -> bool {
        self.class().is_some_and(|class| class.class.is_variant())
    }

    /// Its class.
    #[must_use]
    pub fn class(self) -> Option<ClassView<'v>> {
        Some(ClassView::new(self.shape()?.class.get()?, self.vm))
    }

    /// Calls `each` for every field, in the order of the first assignments. If the instance has so many fields that
    /// they are in a dictionary, the order is arbitrary.
    pub fn each_field(self, mut each: impl FnMut(&'v str, ValueView<'v>)) {
        let Some(shape) = self.shape() else { return };
        if shape.dict {
            if let Some(dict) = self.instance.dict() {
                dict.each_field(|name, value| {
                    if !is_hidden(name) {
                        each(text(name, self.vm), ValueView::new(value, self.vm));
                    }
                });
            }
            return;
        }
        for slot in 0..shape.count {
            let value = self.instance.field(shape.location(slot));
            if let (Some(name), Some(value)) =
                (shape.field_name(slot).filter(|&name| !is_hidden(name)), value)
            {
                each(text(name, self.vm), ValueView::new(value, self.vm));
            }
        }
    }
}

impl fmt::Debug for InstanceView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstanceView({})", self.class().map_or("", ClassView::name))
    }
}

/// The text of a name that is alive, for as long as the VM is borrowed.
pub(super) fn text(string: Gc<Str>, _: &Vm) -> &str {
    // SAFETY: every safepoint borrows the VM mutably, so there is none while this borrow lasts.
    unsafe { string.text_for() }
}
