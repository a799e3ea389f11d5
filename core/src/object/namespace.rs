//! Modules of the library: what `math` means in a script.
//!
//! Each has a shape, so that an inline cache finds its functions as it finds methods.

use super::{BuiltinClass, Gc, Header, Kind, Object, ShapeTable, Text, Tracer, Tracing};

/// A module of the library. A VM has one of each at most, so identity is equality.
#[repr(C)]
pub(crate) struct Namespace {
    header: Header,
    /// Has its functions as methods, and its constants.
    pub(crate) class: BuiltinClass,
}

/// Texts by the class.
const TEXTS: [(BuiltinClass, &[u8]); 2] =
    [(BuiltinClass::Math, b"<module \"math\">"), (BuiltinClass::Json, b"<module \"json\">")];

// SAFETY: repr(C), header first; made by `Namespace::new` only.
unsafe impl Object for Namespace {
    const KIND: Kind = Kind::Namespace;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<Namespace>, _: &mut impl Tracer) {}

    fn text(this: Gc<Namespace>, _: &ShapeTable) -> Text {
        let text = TEXTS.iter().find(|(class, _)| *class == this.class);
        text.map_or(Text::INTERNAL, |&(_, text)| Text::plain(text))
    }
}

impl Namespace {
    /// The module with the functions of this class.
    pub(crate) fn new(class: BuiltinClass) -> Namespace {
        let namespace = Namespace { header: Header::new(Kind::Namespace), class };
        namespace.header.set_shape(class.shape());
        namespace
    }
}
