//! Inline caches: the place of a property, by the receiver's shape.
//!
//! ```text
//!   InlineCache  name | hits | overflows | IcEntry | IcEntry | IcEntry | IcEntry
//!                                           key, slot, kind, and the next shape or the method
//! ```
//!
//! Hoelzle, Chambers and Ungar, "Optimizing dynamically-typed object-oriented languages with polymorphic inline caches",
//! ECOOP 1991.

use core::cell::Cell;

use super::{Callable, Closure, Gc, Header, Kind, Str};
use crate::value::Value;

/// Shapes that an inline cache remembers. Memory is scarce where addresses have 32 bits.
pub(crate) const ENTRIES: usize = if cfg!(target_pointer_width = "64") { 4 } else { 2 };

/// The key of a free entry of an inline cache.
pub(crate) const FREE_ENTRY: u32 = u32::MAX;

/// Set in the key of an entry whose field is in an outlying slot. No object has a shape with this bit, so handlers and
/// templates, which go to inline slots without a test, miss the entry; their slow paths look for it.
pub(crate) const OUTLYING: u32 = 1 << 31;

/// The kind of property that an entry leads to.
#[repr(u16)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IcKind {
    /// Nothing: the entry is free.
    Empty,
    /// A field in slot `slot` of the instance.
    Inline,
    /// A field that a store adds, in slot `slot` of the instance.
    Added,
    /// A field in slot `slot` of the outlying slots, to which the instance's last slot points.
    Outline,
    /// A field that a store adds, in slot `slot` of the outlying slots, if there is that slot.
    AddedOutline,
    /// A method that is a closure.
    Method,
    /// A method that is a host function.
    HostMethod,
    /// A getter. No site has such an entry.
    Getter,
    /// A variant of the enum whose shape this is. The key has [`OUTLYING`]: no template reads a slot of a class.
    Variant,
}

/// What follows from the kind of an entry.
#[repr(C)]
#[derive(Clone, Copy)]
union Payload {
    /// For a field: the shape, after a store, of the object that the slot is in, or if the store adds it of the instance. As wide as the union, so that all of it
    /// is written.
    next: usize,
    /// For a method. Not a root: while the shape lives, its class keeps the method.
    method: Callable,
    /// For a variant: its class, or its one value. Not a root: the enum keeps it.
    variant: Gc<Header>,
}

/// One shape of an inline cache.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct IcEntry {
    /// The receiver's shape, with [`OUTLYING`] for a field in an outlying slot; or [`FREE_ENTRY`].
    pub(crate) key: u32,
    pub(crate) slot: u16,
    pub(crate) kind: IcKind,
    payload: Payload,
}

impl InlineCache {
    /// The entry with that key. Counts a hit.
    #[inline(always)]
    pub(crate) fn entry(&self, key: u32) -> Option<IcEntry> {
        let entry = self.peek(key)?;
        self.hits.set(self.hits.get().wrapping_add(1));
        Some(entry)
    }

    /// The entry with that key, without counting a hit.
    #[inline(always)]
    pub(crate) fn peek(&self, key: u32) -> Option<IcEntry> {
        self.entries.iter().map(Cell::get).find(|entry| entry.key == key)
    }

    /// The entry for a shape whose field is in an outlying slot. Counts a hit.
    pub(crate) fn outlying(&self, shape: u32) -> Option<IcEntry> {
        self.entry(shape | OUTLYING)
    }

    /// Whether a new entry finds no place. The collector may have emptied an entry before the last one: it is filled at a
    /// miss that the lookup cache does not serve.
    pub(crate) fn is_full(&self) -> bool {
        self.entries.last().is_some_and(|last| last.get().key != FREE_ENTRY)
    }

    /// Puts an entry into a free place, unless one with the same key is there; false if there is no place.
    pub(crate) fn fill(&self, entry: IcEntry) -> bool {
        if self.peek(entry.key).is_some() {
            return true;
        }
        let free = self.entries.iter().find(|old| old.get().key == FREE_ENTRY);
        free.map(|free| free.set(entry)).is_some()
    }
}

impl IcEntry {
    pub(crate) const EMPTY: IcEntry = IcEntry::field(FREE_ENTRY, 0, IcKind::Empty, 0);

    /// A field in an inline slot.
    pub(crate) fn inline(shape: u32, slot: u16) -> IcEntry {
        IcEntry::field(shape, slot, IcKind::Inline, shape)
    }

    /// A field in an outlying slot. A store changes the shape of `Slots` to what it is.
    pub(crate) fn outline(shape: u32, slot: u16) -> IcEntry {
        IcEntry::field(shape | OUTLYING, slot, IcKind::Outline, Kind::Slots.shape())
    }

    /// A field that a store adds in an inline slot; the instance then has shape `next`.
    pub(crate) fn added(shape: u32, slot: u16, next: u32) -> IcEntry {
        IcEntry::field(shape, slot, IcKind::Added, next)
    }

    /// A field that a store adds in an outlying slot; the instance then has shape `next`.
    pub(crate) fn added_outline(shape: u32, slot: u16, next: u32) -> IcEntry {
        IcEntry::field(shape | OUTLYING, slot, IcKind::AddedOutline, next)
    }

    const fn field(key: u32, slot: u16, kind: IcKind, next: u32) -> IcEntry {
        IcEntry { key, slot, kind, payload: Payload { next: next as usize } }
    }

    /// A method or getter of the shape's class.
    pub(crate) fn method(shape: u32, method: Callable) -> IcEntry {
        let kind = if method.is_host() {
            IcKind::HostMethod
        } else if method.as_getter().is_some() {
            IcKind::Getter
        } else {
            IcKind::Method
        };
        IcEntry { key: shape, slot: 0, kind, payload: Payload { method } }
    }

    /// A variant of the enum with that shape.
    pub(crate) fn variant(shape: u32, variant: Gc<Header>) -> IcEntry {
        IcEntry { key: shape | OUTLYING, slot: 0, kind: IcKind::Variant, payload: Payload { variant } }
    }

    /// The variant, if this is the entry of one.
    pub(crate) fn as_variant(&self) -> Option<Value> {
        // SAFETY: `variant` alone makes such entries.
        (self.kind == IcKind::Variant).then(|| unsafe { self.payload.variant }.value())
    }

    /// The receiver's shape; none in a free entry.
    pub(crate) fn shape(&self) -> Option<u32> {
        (self.key != FREE_ENTRY).then_some(self.key & !OUTLYING)
    }

    /// The shape after a store, if this is the entry of a field: of the instance if the store adds the field, else of the
    /// object that the slot is in.
    #[inline(always)]
    pub(crate) fn next(&self) -> u32 {
        debug_assert!(self.target().is_none());
        // SAFETY: both fields of the union are as wide as it, and any bits are a number.
        unsafe { self.payload.next as u32 }
    }

    /// The method, if this is the entry of one.
    #[inline(always)]
    pub(crate) fn target(&self) -> Option<Callable> {
        // SAFETY: `method` alone makes such entries.
        matches!(self.kind, IcKind::Method | IcKind::HostMethod).then(|| unsafe { self.payload.method })
    }

    /// The method or getter, if this is the entry of one.
    pub(crate) fn member(&self) -> Option<Callable> {
        if self.kind == IcKind::Getter {
            // SAFETY: `method` alone makes entries of getters.
            return Some(unsafe { self.payload.method });
        }
        self.target()
    }

    /// The method, if this is the entry of one that is a closure.
    #[inline(always)]
    pub(crate) fn closure(&self) -> Option<Gc<Closure>> {
        // SAFETY: `method` made the entry, of a closure; while the shape lives, its class keeps it.
        (self.kind == IcKind::Method).then(|| unsafe { self.payload.method.unchecked_closure() })
    }

    /// Offset of the next shape or the method, for machine code.
    pub(crate) const PAYLOAD: usize = core::mem::offset_of!(IcEntry, payload);
}

const _: () = assert!(size_of::<IcEntry>() == 8 + size_of::<usize>());

/// An inline cache: the entries of a property instruction.
///
/// Handlers and machine code test entries inline, so an entry whose key is an object's shape holds only accesses that
/// need no call of the VM; see `interp::semantics`.
#[repr(C, align(8))]
pub(crate) struct InlineCache {
    pub(crate) name: Gc<Str>,
    /// How often the interpreter found the property in an entry.
    pub(crate) hits: Cell<u32>,
    /// Misses that found no free entry: the site is megamorphic when it has any.
    pub(crate) overflows: Cell<u32>,
    pub(crate) entries: [Cell<IcEntry>; ENTRIES],
}
