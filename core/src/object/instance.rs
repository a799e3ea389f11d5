//! Instances and the places of their fields.
//!
//! ```text
//!   capacity 3, two fields     capacity 3, five fields        dictionary
//!  +--------+---+---+---+     +--------+---+---+---+         +--------+---+---+---+
//!  | header | x | y | - |     | header | x | y | ·-+--+      | header | ·-+---+---+--> Dict
//!  +--------+---+---+---+     +--------+---+---+---+  |      +--------+---+---+---+
//!                                                     v
//!                                      Slots | z | u | v | - |
//! ```

use core::cell::{Cell, RefCell};
use core::ptr::NonNull;

use super::{Gc, Header, Kind, Object, Registry, ShapeTable, Str, Text, Tracer, Tracing};
use crate::mem::{Mem, OutOfMemory, Table};
use crate::value::Value;

/// The place of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// A slot of the instance.
    Inline(u16),
    /// A slot of the instance's outlying slots.
    Outline(u16),
}

/// An object of a class. The header's shape says which fields it has; `aux` is its number of inline slots.
#[repr(C)]
pub(crate) struct Instance {
    pub(crate) header: Header,
    /// Size 0: aligns the slots that follow.
    slots: [Cell<Value>; 0],
}

// SAFETY: repr(C), header first; instances are made by `Instance::init` only.
unsafe impl Object for Instance {
    const KIND: Kind = Kind::Instance;

    fn trace(instance: Gc<Instance>, tracer: &mut impl Tracer) {
        if let Some(shape) = tracer.shape(instance.header.shape()) {
            tracer.object(shape);
        }
        for slot in instance.slots() {
            tracer.value(slot.get());
        }
    }

    fn text(instance: Gc<Instance>, shapes: &ShapeTable) -> Text {
        match shapes.get(instance.header.shape()).and_then(|shape| shape.class.get()) {
            Some(class) if class.is_variant() => Text::named(class.name),
            Some(class) => Text { before: b"", string: Some(class.name), after: b" instance" },
            None => Text::plain(b"instance"),
        }
    }
}

impl Instance {
    /// Bytes of an instance with `capacity` slots.
    #[inline(always)]
    pub(crate) fn size(capacity: u16) -> usize {
        size_of::<Instance>() + usize::from(capacity) * size_of::<Value>()
    }

    /// The bits of the header of a fresh instance, for machine code.
    pub(crate) fn fresh_header(shape: u32, capacity: u16) -> u64 {
        Header::bits(Kind::Instance, shape, capacity)
    }

    /// Writes an instance with `capacity` nil slots into fresh memory.
    ///
    /// # Safety
    /// `memory` is the start of `Instance::size(capacity)` bytes, aligned, of nobody else.
    #[inline(always)]
    pub(crate) unsafe fn init(memory: *mut Instance, shape: u32, capacity: u16) {
        let header = Header::with_aux(Kind::Instance, capacity);
        header.set_shape(shape);
        // SAFETY: the caller's memory covers header and slots.
        unsafe {
            memory.write(Instance { header, slots: [] });
            let slots = memory.add(1).cast::<Cell<Value>>();
            for index in 0..usize::from(capacity) {
                slots.add(index).write(Cell::new(Value::NIL));
            }
        }
    }
}

/// The first slot after the header. A reference to the header does not cover the slots.
impl Gc<Instance> {
    #[inline(always)]
    fn first_slot(self) -> *const Cell<Value> {
        self.as_ptr().wrapping_add(1).cast()
    }

    /// A slot.
    ///
    /// # Safety
    /// `index` is below the capacity.
    #[inline(always)]
    pub(crate) unsafe fn slot(&self, index: u16) -> &Cell<Value> {
        debug_assert!(index < self.header.aux());
        // SAFETY: that many cells follow the header.
        unsafe { &*self.first_slot().add(usize::from(index)) }
    }

    /// All inline slots.
    pub(crate) fn slots(&self) -> &[Cell<Value>] {
        // SAFETY: `aux` says how many follow the header.
        unsafe { core::slice::from_raw_parts(self.first_slot(), usize::from(self.header.aux())) }
    }

    /// The outlying slots, which exist if the shape has more fields than inline slots.
    pub(crate) fn outline(self) -> Option<Gc<Slots>> {
        self.slots().last()?.get().as_object::<Slots>()
    }

    /// The dictionary of an instance with a dictionary shape.
    pub(crate) fn dict(self) -> Option<Gc<Dict>> {
        self.slots().first()?.get().as_object::<Dict>()
    }

    /// The value at a place.
    pub(crate) fn field(self, location: Location) -> Option<Value> {
        match location {
            Location::Inline(slot) => self.slots().get(usize::from(slot)).map(Cell::get),
            Location::Outline(slot) => self.outline()?.values().get(usize::from(slot)).map(Cell::get),
        }
    }
}

/// Offset of an instance's slots, for machine code.
pub(crate) const INSTANCE_SLOTS: usize = core::mem::offset_of!(Instance, slots);

/// The fields of an instance that do not fit inline; `aux` is the capacity.
#[repr(C)]
pub(crate) struct Slots {
    pub(crate) header: Header,
    /// Size 0: aligns the slots that follow.
    values: [Cell<Value>; 0],
}

// SAFETY: repr(C), header first; made by `Slots::init` only.
unsafe impl Object for Slots {
    const KIND: Kind = Kind::Slots;

    fn trace(slots: Gc<Slots>, tracer: &mut impl Tracer) {
        for slot in slots.values() {
            tracer.value(slot.get());
        }
    }
}

impl Slots {
    /// Bytes of `capacity` slots.
    pub(crate) fn size(capacity: u16) -> usize {
        size_of::<Slots>() + usize::from(capacity) * size_of::<Value>()
    }

    /// Writes `capacity` slots into fresh memory, the first ones copied from `old`.
    ///
    /// # Safety
    /// `memory` is the start of `Slots::size(capacity)` bytes, aligned, of nobody else.
    pub(crate) unsafe fn init(memory: *mut Slots, capacity: u16, old: &[Cell<Value>]) {
        // SAFETY: the caller's memory covers header and values.
        unsafe {
            memory.write(Slots { header: Header::with_aux(Kind::Slots, capacity), values: [] });
            let values = memory.add(1).cast::<Cell<Value>>();
            for index in 0..usize::from(capacity) {
                let value = old.get(index).map_or(Value::NIL, Cell::get);
                values.add(index).write(Cell::new(value));
            }
        }
    }
}

// Machine code finds a slot of either at the same offset.
const _: () = assert!(core::mem::offset_of!(Slots, values) == INSTANCE_SLOTS);

impl Gc<Slots> {
    /// All slots.
    pub(crate) fn values(&self) -> &[Cell<Value>] {
        let first = self.as_ptr().wrapping_add(1).cast::<Cell<Value>>();
        // SAFETY: `aux` says how many follow the header.
        unsafe { core::slice::from_raw_parts(first, usize::from(self.header.aux())) }
    }
}

/// The fields of an instance with too many for slots.
#[repr(C)]
pub(crate) struct Dict {
    pub(crate) header: Header,
    fields: RefCell<Table<(Gc<Str>, Value)>>,
}

// SAFETY: repr(C), header first; made by `Dict::new` only.
unsafe impl Object for Dict {
    const KIND: Kind = Kind::Dict;
    const TRACING: Tracing = Tracing::Parts;
    const FINALIZE: bool = true;
    const TABLES: bool = true;

    fn trace(dict: Gc<Dict>, tracer: &mut impl Tracer) {
        tracer.in_parts(dict);
    }

    /// A part has some two thousand fields at most. See [`Table::part`] for fields that are added between two parts.
    fn trace_part(dict: Gc<Dict>, part: usize, tracer: &mut impl Tracer) -> Option<usize> {
        let fields = dict.fields.try_borrow().ok()?;
        let mut count = 0;
        for &(name, value) in fields.part(part)? {
            tracer.object(name);
            tracer.value(value);
            count += 1;
        }
        Some(count * size_of::<(Gc<Str>, Value)>())
    }

    fn table_bytes(&self) -> usize {
        self.fields.try_borrow().map_or(0, |fields| fields.bytes())
    }

    unsafe fn finalize(this: NonNull<Dict>, _: &mut impl Registry) {
        // SAFETY: passed on from the caller.
        unsafe { this.drop_in_place() };
    }
}

impl Dict {
    pub(crate) fn new(mem: &Mem) -> Dict {
        Dict { header: Header::new(Kind::Dict), fields: RefCell::new(Table::new(mem)) }
    }

    pub(crate) fn get(&self, name: Gc<Str>) -> Option<Value> {
        let fields = self.fields.try_borrow().ok()?;
        fields.find(name.hash(), |entry| entry.0 == name).map(|entry| entry.1)
    }

    /// Sets a field; the caller runs the barrier.
    pub(crate) fn set(&self, name: Gc<Str>, value: Value) -> Result<(), OutOfMemory> {
        let mut fields = self.fields.try_borrow_mut().map_err(|_| OutOfMemory)?;
        let hash = name.hash();
        if let Some(entry) = fields.find_mut(hash, |entry| entry.0 == name) {
            entry.1 = value;
            return Ok(());
        }
        fields.reserve(hash, |entry| entry.0.hash())?;
        fields.insert(hash, (name, value), |entry| entry.0.hash());
        Ok(())
    }

    /// The number of fields.
    pub(crate) fn len(&self) -> usize {
        self.fields.try_borrow().map_or(0, |fields| fields.len())
    }

    /// Calls `each` for at most so many of the fields that scripts see, as long as that succeeds.
    pub(crate) fn try_each_field<E>(
        &self,
        most: usize,
        mut each: impl FnMut(Gc<Str>, Value) -> Result<(), E>,
    ) -> Result<(), E> {
        let Ok(fields) = self.fields.try_borrow() else { return Ok(()) };
        let seen = fields.iter().filter(|&&(name, _)| !is_hidden(name)).take(most);
        seen.copied().try_for_each(|(name, value)| each(name, value))
    }

    /// Calls `each` for every field.
    pub(crate) fn each_field(&self, mut each: impl FnMut(Gc<Str>, Value)) {
        if let Ok(fields) = self.fields.try_borrow() {
            for &(name, value) in fields.iter() {
                each(name, value);
            }
        }
    }
}

/// Whether a field with this name is the machine's or the library's own. A script names it only by the key of a pattern.
pub(crate) fn is_hidden(name: Gc<Str>) -> bool {
    name.text().starts_with('$')
}
