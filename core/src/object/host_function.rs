//! Functions of the host as values.

use super::{Gc, Header, Kind, Object, ShapeTable, Text, Tracer, Tracing};
use crate::entry::Entry;

/// A function of the host.
#[repr(C)]
pub(crate) struct HostFunction {
    header: Header,
    pub(crate) entry: &'static Entry,
}

// SAFETY: repr(C), header first; made by `HostFunction::new` only.
unsafe impl Object for HostFunction {
    const KIND: Kind = Kind::HostFunction;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<HostFunction>, _: &mut impl Tracer) {}

    fn text(_: Gc<HostFunction>, _: &ShapeTable) -> Text {
        Text::plain(b"<native fn>")
    }
}

impl HostFunction {
    pub(crate) fn new(entry: &'static Entry) -> HostFunction {
        HostFunction { header: Header::new(Kind::HostFunction), entry }
    }
}
