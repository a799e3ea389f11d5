//! Marking: the gray list, and how it overflows.
//!
//! ```text
//!              list                         parts of a large object
//!   mark ───> | · | · | · | ──pop──> scan ─────────> 0, 1, 2, ...
//!     │ full                          ^
//!     └──> Age::Remembered ──search───┘              once the list is empty, page by page
//! ```
//!
//! A large object is scanned in parts, so that no step grows with it. When the list is full, the age of an object
//! says that it is yet to be scanned, and a search of the pages finds it.

use super::collect::FRONT;
use super::page::Page;
use super::{Heap, NURSERY};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{Age, BuiltinClass, Gc, Header, Kind, Object, Shape, Tracer, Tracing};
use crate::tunable::tunable;
use crate::value::Value;

/// Capacity of the gray list, in objects. A longer list overflows rather than take more memory.
const MOST_GRAY: usize = tunable(usize::MAX, 8);

/// Objects that are marked and yet to be scanned.
pub(super) struct Gray {
    pub(super) list: Vec<Gc<Header>>,
    /// The object being scanned in parts, and its next part.
    pub(super) large: Option<(Gc<Header>, usize)>,
    /// The list overflowed: some gray object is not in it.
    pub(super) overflow: bool,
    /// Next page of the search for gray objects outside the list: space, index of the page. None if there is no
    /// search.
    search: Option<(usize, usize)>,
    /// Bytes of objects that were put on the list again since marking began.
    pub(super) again: usize,
}

impl Gray {
    pub(super) fn new(mem: &Mem) -> Result<Gray, OutOfMemory> {
        let mut list = Vec::new(mem);
        list.reserve(32)?;
        Ok(Gray { list, large: None, overflow: false, search: None, again: 0 })
    }

    /// Whether no gray object is left.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.large.is_none() && !self.overflow && self.search.is_none()
    }

    /// Forgets all gray objects: a full collection has cleared the marks.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        (self.large, self.overflow, self.search) = (None, false, None);
    }

    fn push(&mut self, header: Gc<Header>) {
        if self.list.len() == MOST_GRAY || self.list.push(header).is_err() {
            header.set_age(Age::Remembered);
            self.overflow = true;
        }
    }

    /// A page or large object was removed from its list. Another one moved to its index, which a search in progress
    /// may miss.
    pub(super) fn pages_moved(&mut self) {
        self.overflow |= self.search.is_some();
    }
}

impl Heap {
    /// Marks what a value refers to.
    #[inline]
    pub(crate) fn mark_value(&mut self, value: Value) {
        if let Some(header) = value.header() {
            self.mark(header);
        }
    }

    /// Marks an object.
    pub(crate) fn mark_object<T: Object>(&mut self, object: Gc<T>) {
        self.mark(object.header());
    }

    /// Marks an object; puts it on the gray list if it refers to others.
    #[inline]
    pub(crate) fn mark(&mut self, header: Gc<Header>) {
        debug_assert!(header.kind() != Kind::Free, "a reference to a dead object");
        let page = Page::of(&header);
        if page.mark(header) {
            self.mark_first(page, header);
        }
    }

    /// Counts a newly marked object.
    #[inline(never)]
    fn mark_first(&mut self, page: &Page, header: Gc<Header>) {
        self.live += page.cell_size();
        if header.kind().tracing() == Tracing::Leaf {
            header.trace_leaf(self);
            return;
        }
        self.live += header.table_bytes();
        self.gray.push(header);
    }

    /// The barrier's slow path: `header` was scanned and then stored into.
    ///
    /// Between two steps a script may store into more objects than a step scans. So that marking ends, stores put
    /// objects on the gray list again only until their bytes equal the bytes marked; later stores scan the object at
    /// once.
    #[cold]
    #[inline(never)]
    pub(super) fn remember(&mut self, header: Gc<Header>) {
        let page = Page::of(&header);
        if !page.is_marked(header) {
            // Scanned in an earlier collection, not yet reached in this one.
            header.set_age(Age::Young);
            return;
        }
        let is_small = header.kind().tracing() != Tracing::Parts;
        if self.marking != 0 && is_small {
            self.gray.again = self.gray.again.saturating_add(page.cell_size());
            if self.gray.again > self.live.max(NURSERY) {
                // No step of the collector: it comes with the store.
                let scanned = self.work.scanned;
                self.scan(header);
                self.work.scanned = scanned;
                return;
            }
        }
        header.set_age(Age::Remembered);
        self.gray.push(header);
    }

    /// The barrier for a leaf that was stored into. A leaf has no age: what it refers to is marked together with it.
    pub(crate) fn leaf_barrier<T: Object>(&mut self, owner: Gc<T>) {
        let header = owner.header();
        debug_assert!(header.kind().tracing() == Tracing::Leaf);
        if Page::of(&header).is_marked(header) {
            header.trace_leaf(self);
        }
    }

    /// Marks the objects that an object refers to, or schedules its parts.
    fn scan(&mut self, header: Gc<Header>) {
        header.set_age(Age::Scanned);
        self.work.scanned += Page::of(&header).cell_size() as u64;
        header.trace(self);
    }

    /// Marks the objects that a part refers to, and schedules the next part, if there is one.
    fn scan_part(&mut self, header: Gc<Header>, part: usize) {
        if let Some(bytes) = header.trace_part(part, self) {
            self.work.scanned += bytes as u64;
            self.gray.large = Some((header, part + 1));
        }
    }

    /// Scans gray objects until none is left or about `work` bytes were scanned; true if none is left.
    pub(super) fn drain(&mut self, work: usize) -> bool {
        let begun = self.work.scanned;
        loop {
            if let Some((header, part)) = self.gray.large.take() {
                self.scan_part(header, part);
            } else if let Some(header) = self.gray.list.pop() {
                self.scan(header);
            } else if !self.search() {
                return true;
            }
            if self.work.scanned - begun >= work as u64 {
                return self.gray.is_empty();
            }
        }
    }

    /// Scans gray objects outside the list, in the next page of the search. False if the list did not overflow.
    fn search(&mut self) -> bool {
        if self.gray.search.is_none() && !core::mem::take(&mut self.gray.overflow) {
            return false;
        }
        let (space, index) = self.gray.search.unwrap_or_default();
        self.gray.search = Some((space, index + 1));
        let Some(pages) = self.pages_of(space) else {
            self.gray.search = None;
            return true;
        };
        let Some(&page) = pages.get(index) else {
            self.gray.search = Some((space + 1, 0));
            return true;
        };
        self.work.scanned += FRONT;
        // SAFETY: pages in these lists are live.
        unsafe { page.as_ref() }.each_cell(|cell, marked| {
            if !marked {
                return;
            }
            // SAFETY: a marked cell holds an object.
            let header = unsafe { Gc::from_raw(cell) };
            if header.age() != Age::Remembered {
                return;
            }
            if self.gray.large.is_none() {
                self.scan(header);
            } else {
                // The search looks at this page again after all parts of the object.
                self.gray.search = Some((space, index));
            }
        });
        true
    }
}

impl Tracer for Heap {
    #[inline(always)]
    fn object<T: Object>(&mut self, object: Gc<T>) {
        self.mark_object(object);
    }

    #[inline(always)]
    fn value(&mut self, value: Value) {
        self.mark_value(value);
    }

    fn in_parts<T: Object>(&mut self, object: Gc<T>) {
        debug_assert!(self.gray.large.is_none(), "one object after the other");
        self.gray.large = Some((object.header(), 0));
    }

    #[inline(always)]
    fn shape(&self, id: u32) -> Option<Gc<Shape>> {
        self.shapes.get(id)
    }

    fn is_shape(&self, id: u32) -> bool {
        BuiltinClass::of_shape(id).is_some() || self.shapes.entry(id).is_some()
    }
}
