//! Marking: what each kind of object refers to, and the gray list.

use core::ptr::NonNull;

use super::Heap;
use super::page::Page;
use crate::object::{
    Age, BoundMethod, CellObject, Class, Closure, Dict, FREE_WAY, Function, Gc, Header, Instance, Kind,
    Methods, Object, Shape, Slots, Str, Way,
};
use crate::tunable::tunable;
use crate::value::Value;

/// Objects on the gray list, which rather overflows than take up more memory than this.
const MOST_GRAY: usize = tunable(usize::MAX, 8);

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
    pub(crate) fn mark(&mut self, header: Gc<Header>) {
        debug_assert!(header.kind() != Kind::Free, "a reference to a dead object");
        let page = Page::of(&header);
        if !page.mark(header) {
            return;
        }
        self.live += page.cell_size();
        match header.kind() {
            Kind::Buffer | Kind::Native | Kind::Free => return,
            Kind::Str => {
                if let Some(buffer) = header.downcast::<Str>().and_then(|string| string.buffer()) {
                    self.mark(buffer.header());
                }
                return;
            }
            Kind::Function | Kind::Shape | Kind::Dict => self.live += tables_of(header),
            Kind::Instance | Kind::Slots | Kind::Closure | Kind::Cell | Kind::BoundMethod => {}
            Kind::Class | Kind::Methods => {}
        }
        self.push_gray(header);
    }

    /// The barrier's slow path: `header` was scanned and then stored into.
    #[cold]
    #[inline(never)]
    pub(super) fn remember(&mut self, header: Gc<Header>) {
        if Page::of(&header).is_marked(header) {
            header.set_age(Age::Remembered);
            self.push_gray(header);
        } else {
            // Scanned in an earlier collection, not yet reached in this one.
            header.set_age(Age::Young);
        }
    }

    fn push_gray(&mut self, header: Gc<Header>) {
        if self.gray.len() == MOST_GRAY || self.gray.push(header).is_err() {
            header.set_age(Age::Remembered);
            self.gray_overflow = true;
        }
    }

    /// Scans gray objects until none is left or about `work` bytes were scanned; true if none is left.
    pub(super) fn drain(&mut self, work: usize) -> bool {
        let mut left = work;
        loop {
            while let Some(header) = self.gray.pop() {
                self.scan(header);
                let size = Page::of(&header).cell_size();
                self.work.scanned += size as u64;
                if size >= left {
                    return self.gray.is_empty() && !self.gray_overflow;
                }
                left -= size;
            }
            if !self.gray_overflow {
                return true;
            }
            self.recover_gray();
        }
    }

    /// The gray list was too short: finds the objects that should be on it among all marked ones.
    fn recover_gray(&mut self) {
        self.gray_overflow = false;
        for space in 0..super::SPACES {
            let mut index = 0;
            while let Some(&page) = self.spaces.get(space).and_then(|space| space.pages().get(index)) {
                // SAFETY: pages in a space's list are live.
                let page = unsafe { page.as_ref() };
                page.each_cell(|cell, marked| {
                    if marked {
                        self.rescan(cell);
                    }
                });
                index += 1;
            }
        }
        let mut index = 0;
        while let Some(&page) = self.large.get(index) {
            // SAFETY: as above.
            unsafe { page.as_ref() }.each_cell(|cell, marked| {
                if marked {
                    self.rescan(cell);
                }
            });
            index += 1;
        }
    }

    fn rescan(&mut self, cell: NonNull<Header>) {
        // SAFETY: a marked cell holds an object.
        let header = unsafe { Gc::from_raw(cell) };
        if header.age() == Age::Remembered {
            self.scan(header);
        }
    }

    /// Marks everything that an object refers to.
    fn scan(&mut self, header: Gc<Header>) {
        header.set_age(Age::Scanned);
        // SAFETY, for every arm: the kind says what the header heads.
        match header.kind() {
            Kind::Instance => {
                // SAFETY: as above.
                let instance = unsafe { header.cast::<Instance>() };
                if let Some(shape) = self.shapes.get(header.shape()) {
                    self.mark_object(shape);
                }
                for slot in instance.slots() {
                    self.mark_value(slot.get());
                }
            }
            Kind::Slots => {
                // SAFETY: as above.
                let slots = unsafe { header.cast::<Slots>() };
                for slot in slots.values() {
                    self.mark_value(slot.get());
                }
            }
            Kind::Closure => {
                // SAFETY: as above.
                let closure = unsafe { header.cast::<Closure>() };
                self.mark_object(closure.function);
                for capture in closure.captures() {
                    self.mark_value(capture.get());
                }
            }
            Kind::Cell => {
                // SAFETY: as above.
                let cell = unsafe { header.cast::<CellObject>() };
                self.mark_value(cell.value.get());
            }
            Kind::BoundMethod => {
                // SAFETY: as above.
                let bound = unsafe { header.cast::<BoundMethod>() };
                self.mark_value(bound.receiver);
                self.mark_object(bound.method);
            }
            // SAFETY: as above.
            Kind::Class => self.scan_class(unsafe { header.cast() }),
            // SAFETY: as above.
            Kind::Methods => self.scan_methods(unsafe { header.cast() }),
            // SAFETY: as above.
            Kind::Shape => self.scan_shape(unsafe { header.cast() }),
            // SAFETY: as above.
            Kind::Function => self.scan_function(unsafe { header.cast() }),
            Kind::Dict => {
                // SAFETY: as above.
                let dict = unsafe { header.cast::<Dict>() };
                let mut part = 0;
                while dict.each_field_of(part, |name, value| {
                    self.mark_object(name);
                    self.mark_value(value);
                }) {
                    part += 1;
                }
            }
            Kind::Str | Kind::Buffer | Kind::Native | Kind::Free => {}
        }
    }

    fn scan_class(&mut self, class: Gc<Class>) {
        self.mark_object(class.name);
        for shape in [class.root.get(), class.dict.get()].into_iter().flatten() {
            self.mark_object(shape);
        }
        if let Some(init) = class.init.get() {
            self.mark_object(init);
        }
        if let Some(methods) = class.methods.get() {
            self.mark_object(methods);
        }
    }

    fn scan_methods(&mut self, node: Gc<Methods>) {
        for method in node.methods() {
            self.mark_object(method.name);
            self.mark_object(method.closure);
        }
        for &next in node.nodes() {
            self.mark_object(next);
        }
    }

    fn scan_shape(&mut self, shape: Gc<Shape>) {
        if let Some(class) = shape.class.get() {
            self.mark_object(class);
        }
        if let Some((parent, name)) = shape.parent {
            self.mark_object(parent);
            self.mark_object(name);
        }
        shape.each_transition(|target| self.mark_object(target));
    }

    /// Inline caches are weak: a full collection, which visits them all, empties the ways of shapes that died.
    fn scan_function(&mut self, function: Gc<Function>) {
        if let Some(name) = function.name {
            self.mark_object(name);
        }
        for value in function.consts() {
            self.mark_value(value.get());
        }
        for site in function.sites() {
            self.mark_object(site.name);
            for way in &site.ways {
                let shape = way.get().shape;
                if shape != FREE_WAY && self.shapes.entry(shape).is_none() {
                    way.set(Way::EMPTY);
                }
            }
        }
        // Nothing is collected while feedback is being written.
        let feedback = function.feedback.try_borrow();
        debug_assert!(feedback.is_ok());
        if let Ok(Some(feedback)) = feedback.as_deref() {
            for closure in feedback.closures() {
                self.mark_object(closure);
            }
        }
    }
}

/// Bytes that an object holds outside its cell.
#[cold]
pub(super) fn tables_of(header: Gc<Header>) -> usize {
    let function = header.downcast::<Function>().map(|function| function.table_bytes());
    let shape = || header.downcast::<Shape>().map(|shape| shape.table_bytes());
    let dict = || header.downcast::<Dict>().map(|dict| dict.table_bytes());
    function.or_else(shape).or_else(dict).unwrap_or(0)
}
