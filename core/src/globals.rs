//! Globals: values by index, and their names.
//!
//! The first few thousand are *near*: they change without a barrier, and the collector scans them, as it does the
//! current frame's registers, whenever nothing gray is left. Later ones are *far*: they are scanned once in a
//! collection, in steps, and a store into one tells the collector. So a program of a million globals does not hold up
//! its script while they are scanned, and others pay nothing for it.

use crate::heap::Heap;
use crate::mem::{Mem, OutOfMemory, Table, Vec};
use crate::object::stack::VALUE_WORK;
use crate::object::{Gc, Str};
use crate::tunable::tunable;
use crate::value::Value;

/// The number of near globals.
pub(crate) const NEAR: u32 = tunable(4096, 4) as u32;

/// As many globals as machine code can tell apart by an offset of 31 bits.
const MAX: usize = tunable(i32::MAX as usize / size_of::<Value>(), 1 << 12);

/// Values of globals by index, and their names.
pub(crate) struct Globals {
    values: Vec<Value>,
    names: Vec<Gc<Str>>,
    index: Table<u32>,
    /// The number of near globals that are declared.
    near: u32,
    /// Names that the collection under way has marked.
    named: usize,
    /// Globals that the collection under way has scanned, all near ones counted as such.
    scanned: usize,
}

impl Globals {
    pub(crate) fn new(mem: &Mem) -> Globals {
        Globals {
            values: Vec::new(mem),
            names: Vec::new(mem),
            index: Table::new(mem),
            near: 0,
            named: 0,
            scanned: NEAR as usize,
        }
    }

    /// The index of the global with this name, which may be undefined yet.
    pub(crate) fn declare(&mut self, name: Gc<Str>) -> Result<u32, OutOfMemory> {
        if let Some(index) = self.find(name) {
            return Ok(index);
        }
        let hash = name.hash();
        if self.values.len() >= MAX {
            return Err(OutOfMemory);
        }
        let index = self.values.len() as u32;
        self.values.reserve(1)?;
        self.names.reserve(1)?;
        self.index.reserve(hash, |&index| self.names[index as usize].hash())?;
        self.values.push(Value::UNDEFINED)?;
        self.names.push(name)?;
        self.near = NEAR.min(index + 1);
        self.index.insert(hash, index, |&index| self.names[index as usize].hash());
        Ok(index)
    }

    /// Sets a global.
    #[inline(always)]
    pub(crate) fn set(&mut self, index: u32, value: Value, heap: &mut Heap) {
        if !self.set_near(index, value) {
            self.set_far(index, value, heap);
        }
    }

    /// Sets a far global.
    #[cold]
    #[inline(never)]
    fn set_far(&mut self, index: u32, value: Value, heap: &mut Heap) {
        if let Some(global) = self.values.get_mut(index as usize) {
            *global = value;
            heap.root_barrier(value);
        }
    }

    /// Forgets which globals were scanned, because a collection begins.
    pub(crate) fn forget_scanned(&mut self) {
        self.named = 0;
        self.scanned = NEAR as usize;
    }

    /// Marks what has not been scanned of names and far globals, for about `work` bytes; then, if that is all, the near
    /// ones. True if all are marked now.
    pub(crate) fn mark(&mut self, heap: &mut Heap, work: usize) -> bool {
        let mut left = work / VALUE_WORK;
        for &name in next(&self.names, &mut self.named, &mut left) {
            heap.mark_object(name);
        }
        for &value in next(&self.values, &mut self.scanned, &mut left) {
            heap.mark_value(value);
        }
        if self.named < self.names.len() || self.scanned < self.values.len() {
            return false;
        }
        for &value in self.values.iter().take(NEAR as usize) {
            heap.mark_value(value);
        }
        true
    }

    /// The value of a global.
    ///
    /// # Safety
    /// `index` came from [`declare`](Globals::declare).
    #[inline(always)]
    pub(crate) unsafe fn get(&self, index: u32) -> Value {
        // SAFETY: globals are never removed.
        unsafe { *self.values.get_unchecked(index as usize) }
    }

    /// The index of the global with this interned name, if a loaded text names it.
    pub(crate) fn find(&self, name: Gc<Str>) -> Option<u32> {
        self.index.find(name.hash(), |&index| self.names[index as usize] == name).copied()
    }

    /// The address of the values, until the next global is declared.
    pub(crate) fn base(&mut self) -> *mut Value {
        self.values.as_mut_ptr()
    }

    /// Sets a global; false if it is a far one.
    #[inline(always)]
    fn set_near(&mut self, index: u32, value: Value) -> bool {
        if index >= self.near {
            return false;
        }
        // SAFETY: there are at least `near` of them.
        unsafe { *self.values.get_unchecked_mut(index as usize) = value };
        true
    }

    /// Whether a global is defined.
    pub(crate) fn is_defined(&self, index: u32) -> bool {
        self.value(index).is_some()
    }

    /// The value of a global, if it is defined.
    pub(crate) fn value(&self, index: u32) -> Option<Value> {
        self.values.get(index as usize).copied().filter(|value| !value.is_undefined())
    }

    /// The names and values of the defined globals.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Value)> {
        let all = self.names.iter().zip(self.values.iter());
        all.filter(|(_, value)| !value.is_undefined()).map(|(name, value)| {
            // SAFETY: names of globals are roots.
            (unsafe { name.text_for() }, *value)
        })
    }

    /// The name of a global.
    pub(crate) fn name(&self, index: u32) -> Option<Gc<Str>> {
        self.names.get(index as usize).copied()
    }
}

/// Those of `all` that come after the first `done`, at most `left` of them; counts them as done.
fn next<'a, T>(all: &'a [T], done: &mut usize, left: &mut usize) -> &'a [T] {
    let rest = all.get(*done..).unwrap_or_default();
    let next = &rest[..rest.len().min(*left)];
    *done += next.len();
    *left -= next.len();
    next
}
