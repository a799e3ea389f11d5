//! Globals: values by index, and their names.
//!
//! Each module has its own names; the values of all are one list.
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

/// A module, to which globals belong. Texts that a host loads one after the other share the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ModuleId(pub(crate) u32);

impl ModuleId {
    /// The module of the texts that a host loads, and of the library's.
    pub(crate) const HOST: ModuleId = ModuleId(0);
}

/// Values of globals by index, and their names.
pub(crate) struct Globals {
    values: Vec<Value>,
    names: Vec<Gc<Str>>,
    /// By index: the module.
    modules: Vec<ModuleId>,
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
            modules: Vec::new(mem),
            index: Table::new(mem),
            near: 0,
            named: 0,
            scanned: NEAR as usize,
        }
    }

    /// The index of a module's global with this name, which may be undefined yet.
    pub(crate) fn declare(&mut self, module: ModuleId, name: Gc<Str>) -> Result<u32, OutOfMemory> {
        if let Some(index) = self.find(module, name) {
            return Ok(index);
        }
        let hash = hash(module, name);
        if self.values.len() >= MAX {
            return Err(OutOfMemory);
        }
        let index = self.values.len() as u32;
        self.values.reserve(1)?;
        self.names.reserve(1)?;
        self.modules.reserve(1)?;
        let hash_at = |&index: &u32| hash_of(&self.names, &self.modules, index);
        self.index.reserve(hash, hash_at)?;
        self.values.push(Value::UNDEFINED)?;
        self.names.push(name)?;
        self.modules.push(module)?;
        self.near = NEAR.min(index + 1);
        self.index.insert(hash, index, |&index| hash_of(&self.names, &self.modules, index));
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

    /// The index of a module's global with this interned name, if a loaded text of the module names it.
    pub(crate) fn find(&self, module: ModuleId, name: Gc<Str>) -> Option<u32> {
        let is_it =
            |&index: &u32| self.names[index as usize] == name && self.modules[index as usize] == module;
        self.index.find(hash(module, name), is_it).copied()
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

    /// The names and values of a module's defined globals.
    pub(crate) fn iter(&self, module: ModuleId) -> impl Iterator<Item = (&str, Value)> {
        let all = self.names.iter().zip(self.values.iter()).zip(self.modules.iter());
        let own = all.filter(move |&((_, value), of)| *of == module && !value.is_undefined());
        own.map(|((name, value), _)| {
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

/// The hash of the name of a module's global.
fn hash(ModuleId(module): ModuleId, name: Gc<Str>) -> u32 {
    // An odd factor with bits in all places; the first module's names keep their hashes.
    name.hash() ^ module.wrapping_mul(0x9E37_79B9)
}

/// The hash of the name of the global at an index.
fn hash_of(names: &[Gc<Str>], modules: &[ModuleId], index: u32) -> u32 {
    hash(modules[index as usize], names[index as usize])
}
