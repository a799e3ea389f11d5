//! Shapes (hidden classes) map the fields of an instance to slots.
//!
//! ```text
//!   class Point ──> root {} ──"x"──> {x} ──"y"──> {x, y}
//!                                └──"z"──> {x, z}
//! ```
//!
//! A shape belongs to one class and one inline capacity, so its id alone determines the place of each field and all
//! methods: an inline cache compares nothing else. Ids are small integers, given out again only after every inline
//! cache has forgotten them (see [`ShapeTable::release`]).

use core::cell::{Cell, RefCell};
use core::ptr::NonNull;

use super::inline_cache::OUTLYING;
use super::string::NameTable;
use super::{BUILTIN_CLASSES, Class, Gc, Header, Kind, Location, Object, Registry, Str, Tracer};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;

/// The most slots an instance has inline.
pub(crate) const MAX_INLINE: u16 = tunable(63, 7) as u16;

/// Instances with more fields than this keep them in a dictionary.
pub(crate) const DICT_FIELDS: u16 = tunable(256, 12) as u16;

/// The inline capacity for a number of fields: odd, so that header and slots fill 16-byte granules.
pub(crate) fn inline_capacity(fields: u16) -> u16 {
    fields.min(MAX_INLINE) | 1
}

/// A hidden class.
#[repr(C)]
pub(crate) struct Shape {
    header: Header,
    pub(crate) id: u32,
    /// Fields that an instance of this shape has.
    pub(crate) count: u16,
    /// Inline slots of the instance.
    pub(crate) capacity: u16,
    /// The shape of a dictionary, which knows no fields.
    pub(crate) dict: bool,
    /// None only while a class and its first root are being made.
    pub(crate) class: Cell<Option<Gc<Class>>>,
    /// The shape without the last field, and that field.
    pub(crate) parent: Option<(Gc<Shape>, Gc<Str>)>,
    transitions: RefCell<NameTable<Gc<Shape>>>,
    /// Index of each field, made at the first search of a shape with many.
    index: RefCell<Option<NameTable<u16>>>,
}

// SAFETY: repr(C), header first; made by `Shape::new` only.
unsafe impl Object for Shape {
    const KIND: Kind = Kind::Shape;
    const FINALIZE: bool = true;
    const TABLES: bool = true;

    fn trace(shape: Gc<Shape>, tracer: &mut impl Tracer) {
        if let Some(class) = shape.class.get() {
            tracer.object(class);
        }
        if let Some((parent, name)) = shape.parent {
            tracer.object(parent);
            tracer.object(name);
        }
        shape.each_transition(|target| tracer.object(target));
    }

    fn table_bytes(&self) -> usize {
        let transitions = self.transitions.try_borrow().map_or(0, |table| table.allocation_size());
        let index = self.index.try_borrow().ok();
        let index = index.as_ref().and_then(|index| index.as_ref());
        transitions + index.map_or(0, |index| index.allocation_size())
    }

    unsafe fn finalize(this: NonNull<Shape>, registry: &mut impl Registry) {
        // SAFETY: passed on from the caller.
        unsafe {
            registry.retire_shape(this.as_ref().id);
            this.drop_in_place();
        }
    }
}

/// Shapes with more fields than this are searched through an index.
const LINEAR: u16 = tunable(8, 2) as u16;

impl Shape {
    pub(crate) fn new(
        mem: &Mem,
        id: u32,
        class: Option<Gc<Class>>,
        capacity: u16,
        parent: Option<(Gc<Shape>, Gc<Str>)>,
    ) -> Shape {
        Shape {
            header: Header::new(Kind::Shape),
            id,
            count: parent.map_or(0, |(parent, _)| parent.count + 1),
            capacity,
            dict: false,
            class: Cell::new(class),
            parent,
            transitions: RefCell::new(NameTable::new_in(mem.clone())),
            index: RefCell::new(None),
        }
    }

    /// The shape of instances of `class` whose fields are in a dictionary.
    pub(crate) fn new_dict(mem: &Mem, id: u32, class: Gc<Class>, capacity: u16) -> Shape {
        Shape { dict: true, ..Shape::new(mem, id, Some(class), capacity, None) }
    }

    /// The place of the field of that name.
    pub(crate) fn find(self: &Shape, name: Gc<Str>) -> Option<Location> {
        let index = if self.count <= LINEAR { self.walk(name) } else { self.look_up(name) };
        index.map(|index| self.location(index))
    }

    /// The place of the field at an index.
    pub(crate) fn location(&self, index: u16) -> Location {
        let inline = if self.count > self.capacity { self.capacity - 1 } else { self.capacity };
        if index < inline { Location::Inline(index) } else { Location::Outline(index - inline) }
    }

    /// The shape after adding a field, if it has been made.
    pub(crate) fn transition(&self, name: Gc<Str>) -> Option<Gc<Shape>> {
        let transitions = self.transitions.try_borrow().ok()?;
        transitions.find(name.table_hash(), |entry| entry.0 == name).map(|entry| entry.1)
    }

    /// Reserves memory for one more transition, so that `add_transition` cannot fail.
    pub(crate) fn reserve_transition(&self) -> Result<(), OutOfMemory> {
        let mut transitions = self.transitions.try_borrow_mut().map_err(|_| OutOfMemory)?;
        transitions.try_reserve(1, |entry| entry.0.table_hash()).map_err(|_| OutOfMemory)
    }

    /// Adds a transition. The caller has called `reserve` for it, and runs the barrier.
    pub(crate) fn add_transition(&self, name: Gc<Str>, shape: Gc<Shape>) {
        if let Ok(mut transitions) = self.transitions.try_borrow_mut() {
            let hash = name.table_hash();
            transitions.insert_unique(hash, (name, shape), |entry| entry.0.table_hash());
        }
    }

    /// Calls `each` for the target of every transition.
    pub(crate) fn each_transition(&self, mut each: impl FnMut(Gc<Shape>)) {
        if let Ok(transitions) = self.transitions.try_borrow() {
            for entry in transitions.iter() {
                each(entry.1);
            }
        }
    }

    /// Calls `each` for every field's name and index, last field first.
    pub(crate) fn each_field(&self, mut each: impl FnMut(Gc<Str>, u16)) {
        let mut parent = self.parent;
        while let Some((shape, name)) = parent {
            each(name, shape.count);
            parent = shape.parent;
        }
    }

    /// The name of the field with that index.
    pub(crate) fn field_name(&self, index: u16) -> Option<Gc<Str>> {
        let mut parent = self.parent;
        while let Some((shape, field)) = parent {
            if shape.count == index {
                return Some(field);
            }
            parent = shape.parent;
        }
        None
    }

    fn walk(&self, name: Gc<Str>) -> Option<u16> {
        let mut parent = self.parent;
        while let Some((shape, field)) = parent {
            if field == name {
                return Some(shape.count);
            }
            parent = shape.parent;
        }
        None
    }

    fn look_up(&self, name: Gc<Str>) -> Option<u16> {
        let hash = name.table_hash();
        let Ok(mut index) = self.index.try_borrow_mut() else { return self.walk(name) };
        if index.is_none() {
            let mem = self.transitions.try_borrow().ok().map(|table| table.allocator().clone());
            let Some(mem) = mem else { return self.walk(name) };
            let mut table: NameTable<u16> = NameTable::new_in(mem);
            if table.try_reserve(usize::from(self.count), |entry| entry.0.table_hash()).is_err() {
                return self.walk(name);
            }
            self.each_field(|field, slot| {
                table.insert_unique(field.table_hash(), (field, slot), |entry| entry.0.table_hash());
            });
            *index = Some(table);
        }
        index.as_ref()?.find(hash, |entry| entry.0 == name).map(|entry| entry.1)
    }
}

/// The owner of an id of a [`ShapeTable`].
#[derive(Clone, Copy)]
pub(crate) enum Identified {
    /// A shape.
    Shape(Gc<Shape>),
    /// A sealed class, whose id inline caches of `super` compare. Its shapes may die before it.
    Class(Gc<Class>),
}

/// All shapes and sealed classes by id. Holds them weakly: the sweeper removes dead ones.
///
/// An unused id is in one of three lists, which move as a whole:
///
/// ```text
///            dies             full collection begins           and ends
///   in use ───────> retired ──────────────────────> leaving ───────────> free ───> in use
/// ```
pub(crate) struct ShapeTable {
    entries: Vec<Option<Identified>>,
    /// For each id in a list, the next; 0 for the last.
    next: Vec<u32>,
    /// Ids that may be given out.
    free: List,
    /// Ids of shapes that died; inline caches may still name them.
    retired: List,
    /// Ids that every inline cache will have forgotten when this full collection ends.
    leaving: List,
}

/// Ids are below this, so that no key of an inline cache is that of a free entry.
const MAX_ID: u32 = OUTLYING - 1;

/// The first and the last id of a list; 0 if it is empty.
#[derive(Clone, Copy, Default)]
struct List {
    first: u32,
    last: u32,
}

impl ShapeTable {
    /// An empty table, which never gives out the ids of [built-in classes](super::BuiltinClass).
    pub(crate) fn new(mem: &Mem) -> Result<ShapeTable, OutOfMemory> {
        let (mut entries, mut next) = (Vec::new(mem), Vec::new(mem));
        entries.resize(BUILTIN_CLASSES, None)?;
        next.resize(BUILTIN_CLASSES, 0)?;
        let [free, retired, leaving] = [List::default(); 3];
        Ok(ShapeTable { entries, next, free, retired, leaving })
    }

    /// The shape of that id, which the id of a live instance has.
    #[inline]
    pub(crate) fn get(&self, id: u32) -> Option<Gc<Shape>> {
        match self.entry(id) {
            Some(Identified::Shape(shape)) => Some(shape),
            Some(Identified::Class(_)) | None => None,
        }
    }

    /// The owner of that id. It may be dead and unswept, unless a live object refers to it.
    #[inline]
    pub(crate) fn entry(&self, id: u32) -> Option<Identified> {
        self.entries.get(id as usize).copied().flatten()
    }

    /// An id for a new shape or class. The caller calls `set` or `give_back` next.
    pub(crate) fn reserve(&mut self) -> Result<u32, OutOfMemory> {
        let id = self.free.first;
        if id != 0 {
            self.free.first = self.after(id);
            return Ok(id);
        }
        let id = u32::try_from(self.entries.len()).ok().filter(|&id| id < MAX_ID).ok_or(OutOfMemory)?;
        self.next.reserve(1)?;
        self.entries.push(None)?;
        self.next.push(0)?;
        Ok(id)
    }

    pub(crate) fn set(&mut self, id: u32, of: Identified) {
        if let Some(entry) = self.entries.get_mut(id as usize) {
            *entry = Some(of);
        }
    }

    /// Takes back an id that was not set.
    pub(crate) fn give_back(&mut self, id: u32) {
        self.free = self.joined(List { first: id, last: id }, self.free);
    }

    /// Forgets a dead shape or class. Its id stays out of use until inline caches have forgotten it too.
    pub(crate) fn retire(&mut self, id: u32) {
        if let Some(entry) = self.entries.get_mut(id as usize) {
            *entry = None;
            self.retired = self.joined(List { first: id, last: id }, self.retired);
        }
    }

    /// A full collection begins. It will visit every inline cache, so ids retired before it become free at its end.
    pub(crate) fn full_collection_begins(&mut self) {
        let retired = core::mem::take(&mut self.retired);
        self.leaving = self.joined(retired, self.leaving);
    }

    /// A full collection ended: every inline cache has dropped the ids retired before it.
    pub(crate) fn release(&mut self) {
        let leaving = core::mem::take(&mut self.leaving);
        self.free = self.joined(leaving, self.free);
    }

    fn after(&self, id: u32) -> u32 {
        self.next.get(id as usize).copied().unwrap_or(0)
    }

    /// Appends a list to another.
    fn joined(&mut self, list: List, tail: List) -> List {
        if list.first == 0 {
            return tail;
        }
        if let Some(next) = self.next.get_mut(list.last as usize) {
            *next = tail.first;
        }
        List { first: list.first, last: if tail.first == 0 { list.last } else { tail.last } }
    }
}
