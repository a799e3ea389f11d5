//! Lists.
//!
//! ```text
//!   List | len | capacity | items ·--+
//!                                    v
//!                      Items | capacity | v | v | v | - | - |
//! ```
//!
//! The items are an object of their own, which a list that grows exchanges for a larger one. Items past the length are
//! nil.

use core::cell::Cell;

use super::{Gc, Header, Kind, Object, ShapeTable, Text, Tracer, Tracing};
use crate::tunable::tunable;
use crate::value::Value;

/// The most items of a list. Its bytes do not overflow 32 bits.
pub(crate) const MAX_ITEMS: usize = tunable(1 << 28, 1 << 17);

/// The bit of `aux` that says that a list is frozen.
const FROZEN: u16 = 1;

/// A list of values. `aux` says whether it is frozen.
#[repr(C)]
pub(crate) struct List {
    header: Header,
    len: Cell<u32>,
    /// Of `items`; 0 without.
    capacity: Cell<u32>,
    items: Cell<Option<Gc<Items>>>,
}

// SAFETY: repr(C), header first; made by `List::new` only.
unsafe impl Object for List {
    const KIND: Kind = Kind::List;

    fn trace(list: Gc<List>, tracer: &mut impl Tracer) {
        if let Some(items) = list.items.get() {
            tracer.object(items);
        }
    }

    fn text(_: Gc<List>, _: &ShapeTable) -> Text {
        Text::plain(b"<list>")
    }
}

impl List {
    /// An empty list.
    pub(crate) fn new() -> List {
        List {
            header: Header::new(Kind::List),
            len: Cell::new(0),
            capacity: Cell::new(0),
            items: Cell::new(None),
        }
    }

    /// Offset of the length, for machine code.
    #[cfg(feature = "native")]
    pub(crate) const LEN: usize = core::mem::offset_of!(List, len);
    /// Offset of the items, for machine code.
    #[cfg(feature = "native")]
    pub(crate) const ITEMS: usize = core::mem::offset_of!(List, items);

    /// The number of its items.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len.get() as usize
    }

    /// How many items it has room for.
    #[inline(always)]
    pub(crate) fn capacity(&self) -> usize {
        self.capacity.get() as usize
    }

    /// Whether it may not change.
    #[inline(always)]
    pub(crate) fn is_frozen(&self) -> bool {
        self.header.aux() & FROZEN != 0
    }

    /// Lets it never change again.
    pub(crate) fn freeze(&self) {
        self.header.set_aux(FROZEN);
    }

    /// The object that has the items, if there is room for any.
    #[inline(always)]
    pub(crate) fn items(&self) -> Option<Gc<Items>> {
        self.items.get()
    }

    /// The items.
    #[inline(always)]
    pub(crate) fn values(&self) -> &[Cell<Value>] {
        // SAFETY: the collector frees no object while a reference to this one is used, since there is no safepoint then;
        // the length is at most the capacity.
        self.items.get().map_or(&[], |items| unsafe {
            core::slice::from_raw_parts(items.first(), self.len.get() as usize)
        })
    }

    /// The item at an index.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> Option<Value> {
        self.values().get(index).map(Cell::get)
    }

    /// Sets the length, which is at most the capacity. A barrier follows for items that were added.
    #[inline(always)]
    pub(crate) fn set_len(&self, len: usize) {
        debug_assert!(len <= self.capacity());
        self.len.set((len as u32).min(self.capacity.get()));
    }

    /// Removes the items from an index on, which is at most the length.
    pub(crate) fn shorten(&self, len: usize) {
        // What is removed must not stay alive.
        for item in self.values().get(len..).unwrap_or_default() {
            item.set(Value::NIL);
        }
        self.set_len(len);
    }

    /// Exchanges the items for others that begin with the same values. A barrier follows.
    pub(crate) fn set_items(&self, items: Gc<Items>) {
        debug_assert!(items.capacity as usize >= self.len());
        self.capacity.set(items.capacity);
        self.items.set(Some(items));
    }

    /// Gives up the items. A list without a length has none that are looked at.
    pub(crate) fn drop_items(&self) {
        self.len.set(0);
        self.capacity.set(0);
        self.items.set(None);
    }
}

/// The items of a list.
#[repr(C)]
pub(crate) struct Items {
    header: Header,
    capacity: u32,
    /// Size 0: aligns the values that follow.
    values: [Cell<Value>; 0],
}

/// Values in a part of the items that is traced at a time.
const PART: usize = tunable(2048, 2);

// SAFETY: repr(C), header first; made by `Items::init` only.
unsafe impl Object for Items {
    const KIND: Kind = Kind::Items;
    const TRACING: Tracing = Tracing::Parts;

    fn trace(items: Gc<Items>, tracer: &mut impl Tracer) {
        tracer.in_parts(items);
    }

    fn trace_part(items: Gc<Items>, part: usize, tracer: &mut impl Tracer) -> Option<usize> {
        let values = items.values();
        let from = part.checked_mul(PART).filter(|&from| from < values.len())?;
        let part = values.get(from..values.len().min(from + PART))?;
        for value in part {
            tracer.value(value.get());
        }
        Some(size_of_val(part))
    }
}

impl Items {
    /// Bytes of so many items.
    pub(crate) fn size(capacity: usize) -> usize {
        size_of::<Items>() + capacity * size_of::<Value>()
    }

    /// Writes items into fresh memory: those of `old`, then nil.
    ///
    /// # Safety
    /// `memory` is the start of `Items::size(capacity)` bytes, aligned, of nobody else.
    pub(crate) unsafe fn init(memory: *mut Items, capacity: usize, old: &[Cell<Value>]) {
        crate::meter::count(size_of_val(old));
        // SAFETY: the caller's memory covers header and values.
        unsafe {
            memory.write(Items { header: Header::new(Kind::Items), capacity: capacity as u32, values: [] });
            let values = memory.add(1).cast::<Cell<Value>>();
            let copied = old.len().min(capacity);
            values.copy_from_nonoverlapping(old.as_ptr(), copied);
            for index in copied..capacity {
                values.add(index).write(Cell::new(Value::NIL));
            }
        }
    }
}

/// The first value after the record. A reference to the record does not cover the values.
impl Gc<Items> {
    #[inline(always)]
    fn first(self) -> *const Cell<Value> {
        self.as_ptr().wrapping_add(1).cast()
    }

    /// All values.
    pub(crate) fn values(&self) -> &[Cell<Value>] {
        // SAFETY: `init` wrote that many after the record.
        unsafe { core::slice::from_raw_parts(self.first(), self.capacity as usize) }
    }
}
