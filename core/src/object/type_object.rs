//! Built-in classes as values: what `Number` and `List` mean in a script.

use super::{BuiltinClass, Gc, Header, Kind, Object, ShapeTable, Text, Tracer, Tracing};

/// A built-in class as a value. A VM has one of each class at most, so identity is equality.
#[repr(C)]
pub(crate) struct TypeObject {
    header: Header,
    /// The class.
    pub(crate) class: BuiltinClass,
}

// SAFETY: repr(C), header first; made by `TypeObject::new` only.
unsafe impl Object for TypeObject {
    const KIND: Kind = Kind::Type;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<TypeObject>, _: &mut impl Tracer) {}

    fn text(this: Gc<TypeObject>, _: &ShapeTable) -> Text {
        Text::plain(this.class.name().as_bytes())
    }
}

impl TypeObject {
    pub(crate) fn new(class: BuiltinClass) -> TypeObject {
        TypeObject { header: Header::new(Kind::Type), class }
    }
}
