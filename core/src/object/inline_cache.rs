//! Inline caches: where a property instruction found its property, by the receiver's shape.
//!
//! ```text
//!   InlineCache  name | hits | misses | IcEntry | IcEntry
//!                                        shape, slot, kind, next shape, target
//! ```
//!
//! Hoelzle, Chambers and Ungar, "Optimizing dynamically-typed object-oriented languages with polymorphic inline caches",
//! ECOOP 1991.

use core::cell::Cell;

use super::{Callable, Gc, Str};

/// How many shapes an inline cache remembers.
pub(crate) const ENTRIES: usize = 2;

/// The shape in a free way of an inline cache.
pub(crate) const FREE_ENTRY: u32 = u32::MAX;

/// What an inline cache knows of a shape.
#[repr(u16)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IcKind {
    /// Nothing: the entry is free.
    Empty,
    /// A field in slot `slot` of the instance.
    Inline,
    /// A field in slot `slot` of the slots that the instance's last slot points to.
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
    /// The shape after a store.
    pub(crate) next: u32,
    /// The method; not a root: while the shape lives, its class keeps the method.
    pub(crate) target: Callable,
}

impl InlineCache {
    /// The entry for a shape. An entry that is found is a hit.
    #[inline(always)]
    pub(crate) fn entry(&self, shape: u32) -> Option<IcEntry> {
        let entry = self.peek(shape)?;
        self.hits.set(self.hits.get().wrapping_add(1));
        Some(entry)
    }

    /// The same for who only wants to know.
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

/// An inline cache: the entries that a property instruction has gone.
///
/// Machines test the entries inline, so they only hold what the instruction can do without a call of the VM; see
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
