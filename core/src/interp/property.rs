//! Properties off the fast path: search, inline caches, new fields, new shapes, classes.
//!
//! ```text
//!   entries of the site ──hit──> done, inline (semantics)
//!           │ miss
//!   lookup cache ──hit──> done          many shapes at one site, bound methods
//!           │ miss
//!   shape, then class ──> fill a free entry, or the lookup cache
//! ```

use super::work::entries;
use super::{Fault, Vm};
use crate::bytecode::Op;
use crate::context::region_offset;
use crate::fuel::BULK;
use crate::heap::Heap;
use crate::mem::OutOfMemory;
use crate::object::{
    Callable, Class, ClassSort, DICT_FIELDS, Dict, Gc, IcEntry, IcKind, Identified, InlineCache, Instance,
    Location, Object, Shape, Slots, Str, inline_capacity, is_hidden,
};
use crate::tunable::tunable;
use crate::value::Value;

/// A class with more shapes than this gives new instances with new fields a dictionary.
const MANY_SHAPES: u32 = tunable(1024, 8) as u32;

/// Words of `set.field`.
const WORDS: usize = Op::SetField.words();

/// The result of a property lookup.
#[derive(Clone, Copy)]
pub(super) enum Found {
    /// A field, with its value.
    Field(Value),
    /// A method of the class.
    Method(Callable),
    /// A getter of the class.
    Getter(Callable),
}

impl Found {
    /// A method or getter.
    pub(super) fn of_member(member: Callable) -> Found {
        if member.as_getter().is_some() { Found::Getter(member) } else { Found::Method(member) }
    }
}

impl Vm {
    /// Finds a property after the site missed, and adds an entry. `accept` says which entries the site may hold:
    /// those that handlers and machine code handle inline.
    pub(super) fn find_property(
        &mut self,
        site: &InlineCache,
        instance: Gc<Instance>,
        accept: impl Fn(&IcEntry) -> bool,
    ) -> Option<Found> {
        let id = instance.header.shape();
        let shape = self.context.heap.shapes.get(id)?;
        if is_hidden(site.name) && !self.runs_library() {
            return None;
        }
        if shape.dict {
            let field = instance.dict().and_then(|dict| dict.get(site.name)).map(Found::Field);
            return field.or_else(|| shape.class.get()?.method(site.name).map(Found::of_member));
        }
        // A field that a store would add is not there to be read; a method of that name may be.
        let known = self.look_up(site, id, &accept).filter(|entry| !is_added(entry));
        let entry = match known {
            Some(entry) => entry,
            None => {
                let entry = search(shape, site.name)?;
                if entry.member().is_none() && shape.class.get().is_some_and(|class| class.is_variant()) {
                    // Stores ask the lookup cache, too, and the value never changes.
                    site.fill(entry);
                } else {
                    self.remember_entry(site, entry, accept);
                }
                entry
            }
        };
        match entry.kind {
            IcKind::Inline => instance.field(Location::Inline(entry.slot)).map(Found::Field),
            IcKind::Outline => instance.field(Location::Outline(entry.slot)).map(Found::Field),
            IcKind::Method | IcKind::HostMethod | IcKind::Getter => entry.member().map(Found::of_member),
            IcKind::Empty | IcKind::Added | IcKind::AddedOutline | IcKind::Variant => None,
        }
    }

    /// Whether the running function is one of the library.
    fn runs_library(&self) -> bool {
        self.context.stack.top().closure().is_some_and(|closure| closure.function.is_library())
    }

    /// Whether an instance has a field or method of that name.
    pub(super) fn has_property(&self, instance: Gc<Instance>, name: Gc<Str>) -> bool {
        let Some(shape) = self.context.heap.shapes.get(instance.header.shape()) else { return false };
        if is_hidden(name) {
            return false;
        }
        if shape.dict {
            let is_field = instance.dict().is_some_and(|dict| dict.get(name).is_some());
            return is_field || shape.class.get().is_some_and(|class| class.method(name).is_some());
        }
        search(shape, name).is_some()
    }

    /// Whether the class of an instance has a method with this name.
    pub(crate) fn has_method(&self, instance: Gc<Instance>, name: &str) -> bool {
        // A name that no string has is that of no method.
        let name = self.context.heap.strings.find(name.as_bytes());
        let class = self.class_of(instance);
        name.zip(class).is_some_and(|(name, class)| class.method(name).is_some())
    }

    /// Puts an entry into a site, or into the lookup cache when the site is full or must not hold it.
    pub(super) fn remember_entry(
        &mut self,
        site: &InlineCache,
        entry: IcEntry,
        accept: impl Fn(&IcEntry) -> bool,
    ) {
        if accept(&entry) {
            // The site may have the entry and miss for another reason, such as a call that did not fit on the stack.
            if site.fill(entry) {
                return;
            }
            site.overflows.set(site.overflows.get().saturating_add(1));
        }
        if self.lookups.insert(site.name, entry) {
            self.point_to_lookups();
        }
    }

    /// The entry of the lookup cache for a site. If the site may hold it and has a place, it hits the next time.
    pub(super) fn look_up(
        &self,
        site: &InlineCache,
        shape: u32,
        accept: impl Fn(&IcEntry) -> bool,
    ) -> Option<IcEntry> {
        let entry = self.lookups.find(shape, site.name)?;
        if !site.is_full() && accept(&entry) {
            site.fill(entry);
        }
        Some(entry)
    }

    /// Sets a field for a site that missed. A safepoint: instance and value are in registers.
    pub(super) fn set_field(
        &mut self,
        site: &InlineCache,
        instance: Gc<Instance>,
        value: Value,
    ) -> Result<(), Fault> {
        let id = instance.header.shape();
        if let Some(class) = self.class_of(instance).filter(|class| class.is_variant()) {
            let assigned = self.assigns_by_setter(class, instance.value(), site.name, value)?;
            return if assigned { Ok(()) } else { Err(Fault::EnumValue) };
        }
        if let Some(entry) = site.outlying(id).or_else(|| self.look_up(site, id, is_stored)) {
            match entry.kind {
                IcKind::Inline => return self.store(instance, Location::Inline(entry.slot), value),
                IcKind::Outline => return self.store(instance, Location::Outline(entry.slot), value),
                IcKind::Added => {
                    instance.header.set_shape(entry.next());
                    return self.store(instance, Location::Inline(entry.slot), value);
                }
                IcKind::AddedOutline => {
                    let slots = instance.outline();
                    if slots.is_some_and(|slots| entry.slot < slots.header.aux()) {
                        instance.header.set_shape(entry.next());
                        return self.store(instance, Location::Outline(entry.slot), value);
                    }
                }
                IcKind::Empty | IcKind::Method | IcKind::HostMethod | IcKind::Getter | IcKind::Variant => {}
            }
        }
        let shape = self.context.heap.shapes.get(id).ok_or(Fault::Bytecode)?;
        if shape.dict {
            let dict = instance.dict().ok_or(Fault::Bytecode)?;
            if dict.get(site.name).is_none() {
                if self.assigns_instead(instance, shape, site.name, value)? {
                    return Ok(());
                }
                // A flat charge, about the worth of a unit: the bytes moved depend on hashes, and fuel must not.
                self.charge_bulk(BULK, WORDS)?;
            }
            self.retry_after_gc(None, |_| dict.set(site.name, value))?;
            self.context.heap.part_barrier(dict, site.name.value());
            self.context.heap.part_barrier(dict, value);
            return Ok(());
        }
        let Some(location) = shape.find(site.name) else {
            if self.assigns_instead(instance, shape, site.name, value)? {
                return Ok(());
            }
            return self.add_field(site, instance, shape, value);
        };
        self.remember_entry(site, field_entry(id, location), is_stored);
        self.store(instance, location, value)
    }

    /// Whether a setter is called in place of adding a field.
    fn assigns_instead(
        &mut self,
        instance: Gc<Instance>,
        shape: Gc<Shape>,
        name: Gc<Str>,
        value: Value,
    ) -> Result<bool, Fault> {
        match shape.class.get() {
            Some(class) => self.assigns_by_setter(class, instance.value(), name, value),
            None => Ok(false),
        }
    }

    /// Stores into an existing field.
    pub(super) fn store(
        &mut self,
        instance: Gc<Instance>,
        location: Location,
        value: Value,
    ) -> Result<(), Fault> {
        match location {
            Location::Inline(slot) => {
                let field = instance.slots().get(usize::from(slot)).ok_or(Fault::Bytecode)?;
                self.context.heap.set(instance, field, value);
            }
            Location::Outline(slot) => {
                let outline = instance.outline().ok_or(Fault::Bytecode)?;
                let field = outline.values().get(usize::from(slot)).ok_or(Fault::Bytecode)?;
                self.context.heap.set(outline, field, value);
            }
        }
        Ok(())
    }

    /// Adds a field to an instance. A safepoint.
    fn add_field(
        &mut self,
        site: &InlineCache,
        instance: Gc<Instance>,
        shape: Gc<Shape>,
        value: Value,
    ) -> Result<(), Fault> {
        let Some(next) = self.next_shape(shape, site.name)? else {
            self.move_to_dict(instance, shape)?;
            return self.set_field(site, instance, value);
        };
        if next.count > next.capacity {
            self.reserve_slots(instance, next)?;
        }
        let location = next.location(next.count - 1);
        let entry = match location {
            Location::Inline(slot) => IcEntry::added(shape.id, slot, next.id),
            Location::Outline(slot) => IcEntry::added_outline(shape.id, slot, next.id),
        };
        self.remember_entry(site, entry, is_stored);
        instance.header.set_shape(next.id);
        self.store(instance, location, value)
    }

    /// The shape with one more field; none if the instance should have a dictionary. A safepoint.
    pub(super) fn next_shape(&mut self, shape: Gc<Shape>, name: Gc<Str>) -> Result<Option<Gc<Shape>>, Fault> {
        if let Some(next) = shape.transition(name) {
            return Ok(Some(next));
        }
        let class = shape.class.get().ok_or(Fault::Bytecode)?;
        if shape.count >= DICT_FIELDS || class.shapes.get() >= MANY_SHAPES {
            return Ok(None);
        }
        self.retry_after_gc(None, |_| shape.reserve_transition())?;
        let next = self.make_shape(class, shape.capacity, Some((shape, name)))?;
        shape.add_transition(name, next);
        self.context.heap.barrier(shape);
        Ok(Some(next))
    }

    /// A new shape. A safepoint; `class` and `parent` are reachable.
    fn make_shape(
        &mut self,
        class: Gc<Class>,
        capacity: u16,
        parent: Option<(Gc<Shape>, Gc<Str>)>,
    ) -> Result<Gc<Shape>, OutOfMemory> {
        let id = self.retry_after_gc(None, |vm| vm.context.heap.shapes.reserve())?;
        let shape = Shape::new(self.context.heap.mem(), id, Some(class), capacity, parent);
        self.register_shape(class, shape)
    }

    fn register_shape(&mut self, class: Gc<Class>, shape: Shape) -> Result<Gc<Shape>, OutOfMemory> {
        let id = shape.id;
        match self.make(shape) {
            Ok(shape) => {
                self.context.heap.shapes.set(id, Identified::Shape(shape));
                class.shapes.set(class.shapes.get().saturating_add(1));
                Ok(shape)
            }
            Err(error) => {
                self.context.heap.shapes.give_back(id);
                Err(error)
            }
        }
    }

    /// Makes the outlying slots large enough for the fields of `next`. A safepoint.
    fn reserve_slots(&mut self, instance: Gc<Instance>, next: Gc<Shape>) -> Result<(), Fault> {
        let outside = next.count - (next.capacity - 1);
        let have = if outside > 2 { instance.outline() } else { None };
        if have.is_some_and(|slots| slots.header.aux() >= outside) {
            return Ok(());
        }
        let capacity = outside.saturating_mul(2).max(4) | 1;
        self.charge_bulk(Slots::size(capacity), WORDS)?;
        let memory = self.allocate(Slots::size(capacity), false)?.cast::<Slots>();
        let last = instance.slots().last().ok_or(Fault::Bytecode)?;
        // The field in the last inline slot moves out when that slot begins to point elsewhere.
        let old = match &have {
            Some(outline) => outline.values(),
            None => core::slice::from_ref(last),
        };
        // SAFETY: memory of that size; `old` is the instance's own.
        let slots = unsafe {
            Slots::init(memory.as_ptr(), capacity, old);
            Gc::from_raw(memory)
        };
        self.context.heap.set(instance, last, slots.value());
        self.widen_class(next);
        Ok(())
    }

    /// Instances of this class outgrow their slots: new instances get more. A safepoint.
    fn widen_class(&mut self, shape: Gc<Shape>) {
        let Some(class) = shape.class.get() else { return };
        let capacity = inline_capacity(shape.count.saturating_mul(2));
        if class.root.get().is_some_and(|root| root.capacity < capacity) {
            // Only a better guess: it may fail for want of memory or because the script is to stop.
            if let Ok(root) = self.make_shape(class, capacity, None) {
                set_root(class, root);
                self.context.heap.barrier(class);
            }
            self.suspended = false;
        }
    }

    /// Moves the fields of an instance to a dictionary. A safepoint.
    fn move_to_dict(&mut self, instance: Gc<Instance>, shape: Gc<Shape>) -> Result<(), Fault> {
        let class = shape.class.get().ok_or(Fault::Bytecode)?;
        let dict_shape = match class.dict.get() {
            Some(dict_shape) => dict_shape,
            None => {
                let id = self.retry_after_gc(None, |vm| vm.context.heap.shapes.reserve())?;
                let made = Shape::new_dict(self.context.heap.mem(), id, class, shape.capacity);
                let made = self.register_shape(class, made)?;
                class.dict.set(Some(made));
                self.context.heap.barrier(class);
                made
            }
        };
        self.charge_bulk(entries(usize::from(shape.count)), WORDS)?;
        let dict = self.make(Dict::new(self.context.heap.mem()))?;
        self.retry_after_gc(Some(dict.value()), |_| {
            let mut result = Ok(());
            shape.each_field(|name, index| {
                let value = instance.field(shape.location(index)).unwrap_or(Value::NIL);
                result = result.and(dict.set(name, value));
            });
            result
        })?;
        // The collector may have scanned the dictionary meanwhile.
        self.context.heap.barrier(dict);
        let (first, others) = instance.slots().split_first().ok_or(Fault::Bytecode)?;
        instance.header.set_shape(dict_shape.id);
        self.context.heap.set(instance, first, dict.value());
        // Stale slots would keep old values of the fields alive.
        others.iter().for_each(|slot| slot.set(Value::NIL));
        Ok(())
    }

    /// Seals a class: makes its first shape and its id. A safepoint; the class is reachable.
    pub(super) fn seal(&mut self, class: Gc<Class>) -> Result<Gc<Shape>, OutOfMemory> {
        if let Some(root) = class.root.get() {
            return Ok(root);
        }
        let identity = self.retry_after_gc(None, |vm| vm.context.heap.shapes.reserve())?;
        match self.make_shape(class, inline_capacity(class.fields.get()), None) {
            Ok(root) => {
                self.context.heap.shapes.set(identity, Identified::Class(class));
                class.header.set_shape(identity);
                set_root(class, root);
                self.context.heap.barrier(class);
                Ok(root)
            }
            Err(error) => {
                self.context.heap.shapes.give_back(identity);
                Err(error)
            }
        }
    }

    /// A fresh instance. A safepoint; the class is reachable.
    pub(super) fn instantiate(&mut self, class: Gc<Class>) -> Result<Gc<Instance>, OutOfMemory> {
        let root = self.seal(class)?;
        let memory = self.allocate(Instance::size(root.capacity), false)?.cast::<Instance>();
        // SAFETY: memory of that size.
        unsafe {
            Instance::init(memory.as_ptr(), root.id, root.capacity);
            Ok(Gc::from_raw(memory))
        }
    }

    /// A method bound to its receiver. A safepoint; both are reachable.
    pub(super) fn bind(&mut self, receiver: Value, method: Callable) -> Result<Value, OutOfMemory> {
        Ok(self.make(crate::object::BoundMethod::new(receiver, method))?.value())
    }
}

/// Sets the shape of fresh instances of a class.
pub(super) fn set_root(class: Gc<Class>, root: Gc<Shape>) {
    class.root.set(Some(root));
    class.fresh.set(Instance::fresh_header(root.id, root.capacity));
    // Machine code makes objects only: enums have none, and values of variants get their fields at once.
    let region = Heap::space_of(Instance::size(root.capacity), false).map_or(0, region_offset);
    class.region.set(if class.sort.get() == ClassSort::Plain { region } else { 0 });
}

/// Searches a property in the shape, then in its class.
fn search(shape: Gc<Shape>, name: Gc<Str>) -> Option<IcEntry> {
    if let Some(location) = shape.find(name) {
        return Some(field_entry(shape.id, location));
    }
    let method = shape.class.get()?.method(name)?;
    Some(IcEntry::method(shape.id, method))
}

fn field_entry(shape: u32, location: Location) -> IcEntry {
    match location {
        Location::Inline(slot) => IcEntry::inline(shape, slot),
        Location::Outline(slot) => IcEntry::outline(shape, slot),
    }
}

/// Whether the site of a `get.field` may hold an entry: fields.
pub(super) fn is_read(entry: &IcEntry) -> bool {
    matches!(entry.kind, IcKind::Inline | IcKind::Outline)
}

/// Whether the site of a `set.field` may hold an entry: fields, also those that it adds.
fn is_stored(entry: &IcEntry) -> bool {
    is_read(entry) || is_added(entry)
}

fn is_added(entry: &IcEntry) -> bool {
    matches!(entry.kind, IcKind::Added | IcKind::AddedOutline)
}

const _: () = assert!(!Instance::FINALIZE && !Slots::FINALIZE);

#[cfg(test)]
mod tests;
