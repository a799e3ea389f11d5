//! Values that are objects.

use super::{Gc, Header, Kind, Object};
use crate::value::Value;

impl Value {
    #[inline(always)]
    pub(crate) fn object<T: Object>(object: Gc<T>) -> Value {
        // SAFETY: an object starts with its header.
        unsafe { Value::at(object.0) }
    }

    /// The object's header, if it is an object.
    #[inline(always)]
    pub(crate) fn header(self) -> Option<Gc<Header>> {
        // SAFETY: values refer to live objects, by the rules of `Gc`.
        self.address().map(|header| unsafe { Gc::from_raw(header) })
    }

    /// The object, if it is one of type `T`.
    #[inline(always)]
    pub(crate) fn as_object<T: Object>(self) -> Option<Gc<T>> {
        self.header().and_then(Gc::downcast)
    }

    /// The kind of object, if it is one.
    #[inline]
    pub(crate) fn kind(self) -> Option<Kind> {
        self.header().map(|header| header.kind())
    }
}
