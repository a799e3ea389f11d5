//! Marking: the gray list, and what becomes of it when it finds no memory.
//!
//! ```text
//!              list                         parts of a large object
//!   mark ───> | · | · | · | ──pop──> scan ─────────> 0, 1, 2, ...
//!     │ full                          ^
//!     └──> Age::Remembered ──search───┘              once the list is empty, page by page
//! ```
//!
//! A large object is scanned in parts, so that no step grows with it. An object that finds no room in the list is not
//! lost: its age says that it is yet to be scanned, and it is searched for.

use super::collect::FRONT;
use super::page::Page;
use super::{Heap, NURSERY};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{Age, BuiltinClass, Gc, Header, Kind, Object, Shape, Tracer, Tracing};
use crate::tunable::tunable;
use crate::value::Value;

/// Objects on the gray list, which rather overflows than take up more memory than this.
const MOST_GRAY: usize = tunable(usize::MAX, 8);

/// Objects that are marked and yet to be scanned.
pub(super) struct Gray {
    pub(super) list: Vec<Gc<Header>>,
    /// The object that is being scanned in parts, and its next part.
    pub(super) large: Option<(Gc<Header>, usize)>,
    /// Some object found no room in the list.
    pub(super) overflow: bool,
    /// Where the search for such objects goes on: space, index of the page. None if there is no search.
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

    /// Whether nothing is left to be scanned.
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

    /// A page was removed from a space, or a large object: others took its place, so that a search may miss them.
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

    /// An object was marked that was not before.
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
    /// A script may store into more objects between two steps than a step scans. So that marking ends, the gray list takes
    /// objects again for as many bytes as are marked at the most; from then on they are scanned as they are stored into.
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

    /// Marks everything that an object refers to, or has its parts scanned next.
    fn scan(&mut self, header: Gc<Header>) {
        header.set_age(Age::Scanned);
        self.work.scanned += Page::of(&header).cell_size() as u64;
        header.trace(self);
    }

    /// Marks what a part of an object refers to, and has the next one scanned next, if there is one.
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

    /// Scans what found no room in the list, in the next page that the search comes to; false if there is nothing to
    /// search for.
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
                // The page has its turn again once that object is done with.
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
