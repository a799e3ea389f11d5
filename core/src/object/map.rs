//! Maps: entries in the order of their first assignment, found by hash.
//!
//! ```text
//!   Map | len | used | changes | entries · | index · |
//!                                        |         v
//!                                        |  MapIndex | hash, entry | - | hash, entry | ...     more than 8 entries
//!                                        v
//!                     Items | k | v | k | v | removed | - | k | v | - |
//! ```
//!
//! A removed entry keeps its place, with a key that no script has, until the entries are copied to larger ones or, if many
//! are removed, to such of the same size. The index is open addressing with linear probing; a few entries are searched
//! without one.

use core::cell::Cell;

use super::{Gc, Header, Items, Kind, Object, ShapeTable, Text, Tracer, Tracing};
use crate::tunable::tunable;
use crate::value::Value;

/// The most entries of a map, removed ones included.
pub(crate) const MAX_ENTRIES: usize = tunable(1 << 27, 1 << 15);

/// The most entries without an index.
const SEARCHED: usize = tunable(8, 2);

const FROZEN: u16 = 1;

/// A map. `aux` says whether it is frozen.
#[repr(C)]
pub(crate) struct Map {
    header: Header,
    /// Entries that are not removed.
    len: Cell<u32>,
    /// Entries in use, removed ones included.
    used: Cell<u32>,
    /// Counts additions and removals, for loops.
    changes: Cell<u32>,
    entries: Cell<Option<Gc<Items>>>,
    index: Cell<Option<Gc<MapIndex>>>,
}

// SAFETY: repr(C), header first; made by `Map::new` only.
unsafe impl Object for Map {
    const KIND: Kind = Kind::Map;

    fn trace(map: Gc<Map>, tracer: &mut impl Tracer) {
        if let Some(entries) = map.entries.get() {
            tracer.object(entries);
        }
        if let Some(index) = map.index.get() {
            tracer.object(index);
        }
    }

    fn text(_: Gc<Map>, _: &ShapeTable) -> Text {
        Text::plain(b"<map>")
    }
}

impl Map {
    /// An empty map.
    pub(crate) fn new() -> Map {
        Map {
            header: Header::new(Kind::Map),
            len: Cell::new(0),
            used: Cell::new(0),
            changes: Cell::new(0),
            entries: Cell::new(None),
            index: Cell::new(None),
        }
    }

    /// The number of its entries.
    pub(crate) fn len(&self) -> usize {
        self.len.get() as usize
    }

    /// The number of places of entries in use: removed ones are among them.
    pub(crate) fn used(&self) -> usize {
        self.used.get() as usize
    }

    /// A number that changes with each addition and removal.
    pub(crate) fn changes(&self) -> u32 {
        self.changes.get()
    }

    /// Whether it may not change.
    pub(crate) fn is_frozen(&self) -> bool {
        self.header.aux() & FROZEN != 0
    }

    /// Lets it never change again.
    pub(crate) fn freeze(&self) {
        self.header.set_aux(FROZEN);
    }

    /// How many entries it has room for.
    pub(crate) fn capacity(&self) -> usize {
        self.entries.get().map_or(0, |entries| entries.values().len() / 2)
    }

    /// The entry at a place: key and value. `None` past the last, and for one that was removed.
    pub(crate) fn entry(&self, at: usize) -> Option<(Value, Value)> {
        if at >= self.used() {
            return None;
        }
        let entries = self.entries.get()?;
        let key = entries.values().get(2 * at)?.get();
        if key.is_undefined() { None } else { Some((key, entries.values().get(2 * at + 1)?.get())) }
    }

    /// The place of the value of an entry.
    fn value_at(&self, at: usize) -> Option<usize> {
        (at < self.used()).then_some(2 * at + 1)
    }

    /// The place of the entry with a key of that hash: the entry's is identical to it or passes the test.
    #[inline]
    pub(crate) fn find(&self, hash: u32, key: Value, test: impl Fn(Value) -> bool) -> Option<usize> {
        let entries = self.entries.get()?;
        let entries = entries.values();
        // A removed entry has a key that no script has, which passes no test.
        let is_it = |at: usize| {
            entries.get(2 * at).is_some_and(|other| other.get().is_identical(key) || test(other.get()))
        };
        match self.index.get() {
            Some(index) => index.find(hash, is_it),
            None => (0..self.used()).find(|&at| is_it(at)),
        }
    }

    /// The place among the items of the value of an entry, and the items, for a store with its barrier.
    pub(crate) fn value_place(&self, at: usize) -> Option<(Gc<Items>, usize)> {
        Some((self.entries.get()?, self.value_at(at)?))
    }

    /// Adds an entry with a new key, for which there is room, and an entry of the index if there are many. A barrier for the
    /// entries follows; returns their object.
    pub(crate) fn add(&self, hash: u32, key: Value, value: Value) -> Option<Gc<Items>> {
        let entries = self.entries.get()?;
        let at = self.used();
        entries.values().get(2 * at)?.set(key);
        entries.values().get(2 * at + 1)?.set(value);
        self.used.set(at as u32 + 1);
        self.len.set(self.len.get() + 1);
        self.changes.set(self.changes.get().wrapping_add(1));
        if let Some(index) = self.index.get() {
            index.insert(hash, at as u32);
        }
        Some(entries)
    }

    /// Removes the entry at a place. What the index says of it, it says of an entry that is found no more.
    pub(crate) fn remove(&self, at: usize) {
        let Some(entries) = self.entries.get() else { return };
        if let Some([key, value]) = entries.values().get(2 * at..2 * at + 2) {
            key.set(Value::UNDEFINED);
            value.set(Value::NIL);
            self.len.set(self.len.get() - 1);
            self.changes.set(self.changes.get().wrapping_add(1));
        }
    }

    /// Whether the map needs an index for so many entries.
    pub(crate) fn wants_index(capacity: usize) -> bool {
        capacity > SEARCHED
    }

    /// Gives an empty map room for entries, and an index if it wants one. A barrier follows.
    pub(crate) fn set_room(&self, entries: Gc<Items>, index: Option<Gc<MapIndex>>) {
        debug_assert!(self.used() == 0);
        self.entries.set(Some(entries));
        self.index.set(index);
    }

    /// Takes over the entries of another map with the same ones. A barrier follows.
    pub(crate) fn take_over(&self, other: &Map) {
        debug_assert!(self.len() == other.len());
        self.used.set(other.used.get());
        self.entries.set(other.entries.get());
        self.index.set(other.index.get());
    }

    /// Gives up all entries.
    pub(crate) fn clear(&self) {
        self.len.set(0);
        self.used.set(0);
        self.changes.set(self.changes.get().wrapping_add(1));
        self.entries.set(None);
        self.index.set(None);
    }
}

/// The index of a map with many entries: a power of two of slots, of which at most three quarters are in use.
#[repr(C)]
pub(crate) struct MapIndex {
    header: Header,
    /// The number of slots, less one.
    mask: u32,
    /// Size 0: aligns the slots that follow.
    slots: [Cell<Slot>; 0],
}

/// A slot: an entry's hash and, plus one, its place; 0 if it is free.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
struct Slot {
    hash: u32,
    entry: u32,
}

// SAFETY: repr(C), header first; made by `MapIndex::init` only.
unsafe impl Object for MapIndex {
    const KIND: Kind = Kind::MapIndex;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<MapIndex>, _: &mut impl Tracer) {}
}

impl MapIndex {
    /// The slots for so many entries.
    pub(crate) fn slots_for(capacity: usize) -> usize {
        (capacity + capacity / 3 + 1).next_power_of_two()
    }

    /// Bytes of so many slots.
    pub(crate) fn size(slots: usize) -> usize {
        size_of::<MapIndex>() + slots * size_of::<Slot>()
    }

    /// Writes an index with free slots, a power of two of them, into fresh memory.
    ///
    /// # Safety
    /// `memory` is the start of `MapIndex::size(slots)` bytes, aligned, of nobody else.
    pub(crate) unsafe fn init(memory: *mut MapIndex, slots: usize) {
        debug_assert!(slots.is_power_of_two());
        // SAFETY: the caller's memory covers header and slots.
        unsafe {
            memory.write(MapIndex { header: Header::new(Kind::MapIndex), mask: slots as u32 - 1, slots: [] });
            memory.add(1).cast::<Slot>().write_bytes(0, slots);
        }
    }
}

/// The slots after the record. A reference to the record does not cover them.
impl Gc<MapIndex> {
    fn slot(&self, index: u32) -> &Cell<Slot> {
        let first = self.as_ptr().wrapping_add(1).cast::<Cell<Slot>>();
        // SAFETY: `init` wrote a slot for each index up to the mask.
        unsafe { &*first.add((index & self.mask) as usize) }
    }

    #[inline]
    fn find(&self, hash: u32, test: impl Fn(usize) -> bool) -> Option<usize> {
        for probe in 0..=self.mask {
            let slot = self.slot(hash.wrapping_add(probe)).get();
            if slot.entry == 0 {
                return None;
            }
            let at = slot.entry as usize - 1;
            if slot.hash == hash && test(at) {
                return Some(at);
            }
        }
        None
    }

    fn insert(&self, hash: u32, entry: u32) {
        for probe in 0..=self.mask {
            let slot = self.slot(hash.wrapping_add(probe));
            if slot.get().entry == 0 {
                slot.set(Slot { hash, entry: entry + 1 });
                return;
            }
        }
        debug_assert!(false, "a quarter of the slots is free");
    }
}
