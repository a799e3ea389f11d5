//! Inline caches: the place of a property, by the receiver's shape.
//!
//! ```text
//!   InlineCache  name | hits | overflows | IcEntry | IcEntry
//!                                           shape, slot, kind, next shape, target
//! ```
//!
//! Hoelzle, Chambers and Ungar, "Optimizing dynamically-typed object-oriented languages with polymorphic inline caches",
//! ECOOP 1991.

use core::cell::Cell;

use super::{Callable, Gc, Str};

/// Shapes that an inline cache remembers.
pub(crate) const ENTRIES: usize = 2;

/// The shape in a free entry of an inline cache.
pub(crate) const FREE_ENTRY: u32 = u32::MAX;

/// The kind of property that an entry leads to.
#[repr(u16)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IcKind {
    /// Nothing: the entry is free.
    Empty,
    /// A field in slot `slot` of the instance.
    Inline,
    /// A field in slot `slot` of the outlying slots, to which the instance's last slot points.
    Outline,
    /// `target` is the method's closure.
    Method,
    /// `target` is the method's host function.
    HostMethod,
}

/// One shape of an inline cache.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct IcEntry {
    /// The receiver's shape; [`FREE_ENTRY`] in a free entry, which no object has.
    pub(crate) shape: u32,
    pub(crate) slot: u16,
    pub(crate) kind: IcKind,
    /// The shape of the instance after a store.
    pub(crate) next: u32,
    /// The method. Not a root: while the shape lives, its class keeps the method.
    pub(crate) target: Callable,
}

impl InlineCache {
    /// The entry for a shape. Counts a hit.
    #[inline(always)]
    pub(crate) fn entry(&self, shape: u32) -> Option<IcEntry> {
        let entry = self.peek(shape)?;
        self.hits.set(self.hits.get().wrapping_add(1));
        Some(entry)
    }

    /// The entry for a shape, without counting a hit.
    #[inline(always)]
    pub(crate) fn peek(&self, shape: u32) -> Option<IcEntry> {
        let [first, second] = &self.entries;
        let mut entry = first.get();
        if entry.shape != shape {
            entry = second.get();
            if entry.shape != shape {
                return None;
            }
        }
        Some(entry)
    }
}

impl IcEntry {
    pub(crate) const EMPTY: IcEntry = IcEntry {
        shape: FREE_ENTRY,
        slot: 0,
        kind: IcKind::Empty,
        next: FREE_ENTRY,
        target: Callable::NOTHING,
    };
}

/// An inline cache: the entries of a property instruction.
///
/// Handlers and machine code test entries inline, so an entry holds only accesses that need no call of the VM; see
/// `interp::semantics`.
#[repr(C, align(8))]
pub(crate) struct InlineCache {
    pub(crate) name: Gc<Str>,
    /// How often the interpreter found the property in an entry.
    pub(crate) hits: Cell<u32>,
    /// Misses that found no free entry: the site is megamorphic when it has any.
    pub(crate) overflows: Cell<u32>,
    pub(crate) entries: [Cell<IcEntry>; ENTRIES],
}
