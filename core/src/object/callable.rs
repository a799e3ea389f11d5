//! A callable in one word: a closure or a function of the host.
//!
//! ```text
//!   address of a Closure ... 0     machine code uses the word as the closure
//!   address of an Entry  ... 1
//!   address of a Closure .. 10     a getter: reading the property calls it
//!   0                              nothing
//! ```
//!
//! Frames, inline caches, bound methods and classes hold a `Callable`, so that a method of a string is found, kept
//! and called like a method of an instance.

use super::{BoundMethod, Closure, Gc, HostFunction, Text};
use crate::entry::{Arity, Entry};
use crate::value::Value;

/// A closure, or a function of the host.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Callable(*const ());

/// The bit that distinguishes the address of an entry from that of a closure.
const ENTRY: usize = 1;

/// The bit of a getter.
const GETTER: usize = 2;

// The bits are 0 in addresses of both.
const _: () = assert!(align_of::<Closure>() > GETTER && align_of::<Entry>() > GETTER);

impl Callable {
    /// No callable: in the record of the host's call, and in a free entry of an inline cache.
    pub(crate) const NOTHING: Callable = Callable(core::ptr::null());

    #[inline(always)]
    pub(crate) fn closure(closure: Gc<Closure>) -> Callable {
        Callable(closure.as_ptr().cast_const().cast())
    }

    /// A closure that is called to read a property. It is no method: nothing calls it by that name.
    pub(crate) fn getter(closure: Gc<Closure>) -> Callable {
        Callable(Callable::closure(closure).0.wrapping_byte_add(GETTER))
    }

    pub(crate) fn host(entry: &'static Entry) -> Callable {
        Callable(core::ptr::from_ref(entry).cast::<()>().wrapping_byte_add(ENTRY))
    }

    /// The closure that a getter calls, if this is a getter.
    pub(crate) fn as_getter(self) -> Option<Gc<Closure>> {
        let is_getter = self.0.addr() & GETTER != 0 && !self.is_host();
        is_getter.then(|| Callable(self.0.wrapping_byte_sub(GETTER)).as_closure()).flatten()
    }

    /// The closure, unless this is a getter or a function of the host.
    #[inline(always)]
    pub(crate) fn as_closure(self) -> Option<Gc<Closure>> {
        if self.0.addr() & (ENTRY | GETTER) != 0 {
            return None;
        }
        // SAFETY: `closure` made it, of a live object's pointer. The holder of a Callable keeps its closure alive.
        core::ptr::NonNull::new(self.0.cast_mut().cast()).map(|closure| unsafe { Gc::from_raw(closure) })
    }

    /// The closure, unchecked.
    ///
    /// # Safety
    /// This is a closure.
    #[inline(always)]
    pub(crate) unsafe fn unchecked_closure(self) -> Gc<Closure> {
        debug_assert!(self.as_closure().is_some());
        // SAFETY: passed on from the caller; `closure` made it, of a live object's pointer.
        unsafe { Gc::from_raw(core::ptr::NonNull::new_unchecked(self.0.cast_mut().cast())) }
    }

    /// The host's function, unless this is a closure.
    pub(crate) fn as_host(self) -> Option<&'static Entry> {
        // SAFETY: `host` made it, of an entry that lives for ever.
        self.is_host().then(|| unsafe { &*self.0.wrapping_byte_sub(ENTRY).cast::<Entry>() })
    }

    /// Whether it is a function of the host.
    #[inline(always)]
    pub(crate) fn is_host(self) -> bool {
        self.0.addr() & ENTRY != 0
    }

    /// The function that a value is: a closure, a bound method's, or one of the host.
    pub(crate) fn of(value: Value) -> Option<Callable> {
        if let Some(closure) = value.as_object::<Closure>() {
            return Some(Callable::closure(closure));
        }
        if let Some(bound) = value.as_object::<BoundMethod>() {
            return Some(bound.method);
        }
        value.as_object::<HostFunction>().map(|function| Callable::host(function.entry))
    }

    /// How many arguments it takes; none if it is nothing.
    pub(crate) fn takes(self) -> Option<Arity> {
        match self.as_closure() {
            Some(closure) => Some(closure.function.takes()),
            None => self.as_host().map(Entry::arity),
        }
    }

    /// The text that `print` writes.
    pub(crate) fn text(self) -> Text {
        self.as_closure().map_or(Text::plain(b"<native fn>"), |closure| closure.function.text())
    }
}
