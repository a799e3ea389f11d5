//! Scanning: what each kind of object refers to.

use super::Heap;
use super::page::Page;
use crate::object::{
    Age, BoundMethod, CellObject, Class, Closure, Dict, FREE_WAY, Function, Gc, Header, Instance, Kind,
    Methods, Shape, Site, Slots, Str, Way,
};
use crate::tunable::tunable;
use crate::value::Value;

/// Constants and sites of a function that are a part of it.
const PART: usize = tunable(512, 2);

impl Heap {
    /// Marks everything that an object refers to, or that a large one does in its first part; the gray list has the
    /// others.
    pub(super) fn scan(&mut self, header: Gc<Header>) {
        header.set_age(Age::Scanned);
        self.work.scanned += Page::of(&header).cell_size() as u64;
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
            Kind::Function => {
                // SAFETY: as above.
                self.scan_function(unsafe { header.cast() });
                self.scan_part(header, 0);
            }
            Kind::Dict => self.scan_part(header, 0),
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
        for next in node.nodes() {
            self.mark_object(next.get());
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

    fn scan_function(&mut self, function: Gc<Function>) {
        if let Some(name) = function.name {
            self.mark_object(name);
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

    /// Marks what a part of a large object refers to, and has the gray list go on with the next one.
    pub(super) fn scan_part(&mut self, header: Gc<Header>, part: usize) {
        // SAFETY, for every arm: the kind says what the header heads.
        let bytes = match header.kind() {
            // SAFETY: as above.
            Kind::Function => self.scan_data(unsafe { header.cast() }, part),
            // SAFETY: as above.
            Kind::Dict => self.scan_fields(unsafe { header.cast() }, part),
            Kind::Instance | Kind::Slots | Kind::Closure | Kind::Cell | Kind::BoundMethod => None,
            Kind::Class | Kind::Methods | Kind::Shape => None,
            Kind::Str | Kind::Buffer | Kind::Native | Kind::Free => None,
        };
        if let Some(bytes) = bytes {
            self.work.scanned += bytes as u64;
            self.gray.large = Some((header, part + 1));
        }
    }

    /// Marks a part of a dictionary's fields; tells how many bytes they are, none if there is no such part.
    fn scan_fields(&mut self, dict: Gc<Dict>, part: usize) -> Option<usize> {
        let mut fields = 0;
        let found = dict.each_field_of(part, |name, value| {
            self.mark_object(name);
            self.mark_value(value);
            fields += 1;
        });
        found.then_some(fields * size_of::<(Gc<Str>, Value)>())
    }

    /// Marks a part of a function's constants, and of its sites past those; tells how many bytes they are, none if there
    /// is no such part.
    ///
    /// Inline caches are weak: a full collection, which visits them all, empties the ways of shapes that died.
    fn scan_data(&mut self, function: Gc<Function>, part: usize) -> Option<usize> {
        let consts = function.consts();
        let first = part * PART;
        for value in consts.iter().skip(first).take(PART) {
            self.mark_value(value.get());
        }
        let scanned = consts.len().saturating_sub(first).min(PART);
        let first = first.saturating_sub(consts.len());
        let sites = (first..).take(PART - scanned).map_while(|index| function.site(index));
        let mut visited = 0;
        for site in sites {
            self.mark_object(site.name);
            for way in &site.ways {
                let shape = way.get().shape;
                if shape != FREE_WAY && self.shapes.entry(shape).is_none() {
                    way.set(Way::EMPTY);
                }
            }
            visited += 1;
        }
        let bytes = scanned * size_of::<Value>() + visited * size_of::<Site>();
        (bytes > 0).then_some(bytes)
    }
}
