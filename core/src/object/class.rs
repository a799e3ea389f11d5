//! Classes and bound methods.

use core::cell::Cell;
use core::ptr::NonNull;

use super::{
    BuiltinClass, Callable, Closure, Declaration, Dict, Gc, Header, Kind, List, Method, Methods, Object,
    Registry, Shape, ShapeTable, Str, Text, Tracer,
};
use crate::value::Value;

/// What the instances of a class are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClassSort {
    /// Objects.
    Plain,
    /// None: the class is an enum, whose variants are classes of their own.
    Enum,
    /// Values of a variant, which have all fields from the start and never change.
    Variant,
}

/// A class: open while its declaration runs, sealed before anything can depend on its methods.
///
/// The header of a sealed class holds a shape id that no instance has; inline caches of `super` compare it.
#[repr(C)]
pub(crate) struct Class {
    pub(crate) header: Header,
    pub(crate) name: Gc<Str>,
    /// The shape of a fresh instance, once sealed. A shape with more inline slots replaces it when instances prove
    /// larger.
    pub(crate) root: Cell<Option<Gc<Shape>>>,
    /// For machine code: the header of a fresh instance, and the offset of its bump region from the VM, 0 if there is
    /// none.
    pub(crate) fresh: Cell<u64>,
    pub(crate) region: Cell<usize>,
    /// The shape of instances with a dictionary; none before the first.
    pub(crate) dict: Cell<Option<Gc<Shape>>>,
    pub(crate) init: Cell<Option<Gc<Closure>>>,
    /// Expected number of fields of an instance.
    pub(crate) fields: Cell<u16>,
    /// Shapes made so far.
    pub(crate) shapes: Cell<u32>,
    /// All methods, inherited ones included; none if the class has none.
    pub(crate) methods: Cell<Option<Gc<Methods>>>,
    /// What its instances are.
    pub(crate) sort: Cell<ClassSort>,
    /// The names of the variants of an enum.
    pub(crate) variants: Cell<Option<Gc<List>>>,
    /// The superclass.
    pub(crate) superclass: Cell<Option<Gc<Class>>>,
    /// Number of superclasses above.
    pub(crate) depth: Cell<u32>,
    /// Number of methods, inherited ones included.
    pub(crate) method_count: Cell<u32>,
    /// Setters by the names of their properties, inherited ones included. A property with only a getter has
    /// [`Callable::NOTHING`].
    pub(crate) setters: Cell<Option<Gc<Methods>>>,
    /// The class of this class, whose methods, getters and setters are the static ones; see `interp::members`.
    pub(crate) meta: Cell<Option<Gc<Class>>>,
    /// Static fields.
    pub(crate) static_fields: Cell<Option<Gc<Dict>>>,
    pub(crate) declaration: Declaration,
    /// Whether it is the library's Error, or inherits from that.
    pub(crate) is_error: Cell<bool>,
}

// SAFETY: repr(C), header first; made by `Class::new` only.
unsafe impl Object for Class {
    const KIND: Kind = Kind::Class;
    const FINALIZE: bool = true;

    fn trace(class: Gc<Class>, tracer: &mut impl Tracer) {
        tracer.object(class.name);
        for shape in [class.root.get(), class.dict.get()].into_iter().flatten() {
            tracer.object(shape);
        }
        if let Some(init) = class.init.get() {
            tracer.object(init);
        }
        for methods in [class.methods.get(), class.setters.get()].into_iter().flatten() {
            tracer.object(methods);
        }
        for other in [class.meta.get(), class.superclass.get()].into_iter().flatten() {
            tracer.object(other);
        }
        if let Some(fields) = class.static_fields.get() {
            tracer.object(fields);
        }
        if let Some(variants) = class.variants.get() {
            tracer.object(variants);
        }
    }

    fn text(class: Gc<Class>, _: &ShapeTable) -> Text {
        Text::named(class.name)
    }

    unsafe fn finalize(this: NonNull<Class>, registry: &mut impl Registry) {
        // SAFETY: passed on from the caller.
        unsafe {
            let id = this.as_ref().header.shape();
            if id != Kind::Class.shape() {
                registry.retire_shape(id);
            }
            this.drop_in_place();
        }
    }
}

impl Class {
    /// An open class without methods.
    pub(crate) fn new(name: Gc<Str>, fields: u16, declaration: Declaration) -> Class {
        Class {
            header: Header::new(Kind::Class),
            name,
            root: Cell::new(None),
            fresh: Cell::new(0),
            region: Cell::new(0),
            dict: Cell::new(None),
            init: Cell::new(None),
            fields: Cell::new(fields),
            shapes: Cell::new(0),
            methods: Cell::new(None),
            sort: Cell::new(ClassSort::Plain),
            variants: Cell::new(None),
            superclass: Cell::new(None),
            depth: Cell::new(0),
            method_count: Cell::new(0),
            setters: Cell::new(None),
            meta: Cell::new(None),
            static_fields: Cell::new(None),
            declaration,
            is_error: Cell::new(false),
        }
    }

    /// Whether it is a variant of an enum.
    pub(crate) fn is_variant(&self) -> bool {
        self.sort.get() == ClassSort::Variant
    }

    /// Whether methods can no longer be added.
    pub(crate) fn is_sealed(&self) -> bool {
        self.root.get().is_some()
    }

    /// The own or inherited method of that name.
    pub(crate) fn method(&self, name: Gc<Str>) -> Option<Callable> {
        self.methods.get()?.find(name)
    }

    /// The own or inherited setter of the property with that name; [`Callable::NOTHING`] if it has a getter only.
    pub(crate) fn setter(&self, name: Gc<Str>) -> Option<Callable> {
        self.setters.get()?.find(name)
    }

    /// Inherits every method of `superclass`; the caller runs the barrier.
    pub(crate) fn inherit(&self, superclass: Gc<Class>) {
        self.superclass.set(Some(superclass));
        self.depth.set(superclass.depth.get().saturating_add(1));
        self.methods.set(superclass.methods.get());
        self.method_count.set(superclass.method_count.get());
        self.setters.set(superclass.setters.get());
        self.meta.set(superclass.meta.get());
        self.init.set(superclass.init.get());
        self.is_error.set(superclass.is_error.get());
        self.fields.set(self.fields.get().saturating_add(superclass.fields.get()));
    }

    /// Calls `each` for every method.
    pub(crate) fn each_method(&self, mut each: impl FnMut(Method)) {
        if let Some(methods) = self.methods.get() {
            methods.each(&mut each);
        }
    }
}

/// A method read as a value, with its receiver.
#[repr(C)]
pub(crate) struct BoundMethod {
    header: Header,
    pub(crate) receiver: Value,
    pub(crate) method: Callable,
}

// SAFETY: repr(C), header first; made by `BoundMethod::new` only.
unsafe impl Object for BoundMethod {
    const KIND: Kind = Kind::BoundMethod;

    fn trace(bound: Gc<BoundMethod>, tracer: &mut impl Tracer) {
        tracer.value(bound.receiver);
        tracer.callable(bound.method);
    }

    fn text(bound: Gc<BoundMethod>, _: &ShapeTable) -> Text {
        bound.method.text()
    }
}

impl BoundMethod {
    pub(crate) fn new(receiver: Value, method: Callable) -> BoundMethod {
        BoundMethod { header: Header::new(Kind::BoundMethod), receiver, method }
    }

    /// A value that a getter gave to an `invoke`, in the place of the receiver. It has a shape of no class that scripts
    /// see, so no inline cache takes it for a function.
    pub(crate) fn read(value: Value) -> BoundMethod {
        let read = BoundMethod::new(value, Callable::NOTHING);
        read.header.set_shape(BuiltinClass::Internal.shape());
        read
    }
}
