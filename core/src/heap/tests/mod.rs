//! The heap without a VM, with roots that a test lists.

mod blocks;
mod model;
mod parts;
mod refusal;
mod steps;
mod sweeping;
mod tricolor;

use std::vec::Vec;

use super::page::Page;
use super::{Extent, Heap, Phase, Roots};
use crate::mem::{Mem, OutOfMemory};
use crate::object::{CellObject, Dict, Gc, Header, Object, Origin, Slots, Str};
use crate::testing::mem;
use crate::value::Value;

/// Roots without a barrier, like registers.
#[derive(Default)]
struct Held {
    values: Vec<Value>,
    /// The number of collections that have ended.
    ends: usize,
}

impl Roots for Held {
    fn begin(&mut self) {}

    fn mark(&mut self, heap: &mut Heap, _: usize) -> bool {
        for &value in &self.values {
            heap.mark_value(value);
        }
        true
    }

    fn forget_stale(&mut self) {
        self.ends += 1;
    }
}

/// A heap and its roots. It collects only when told to, unless `turns` is set.
struct World {
    heap: Heap,
    roots: Held,
    /// Allocation gives the collector its turn, as a VM does.
    turns: bool,
}

impl World {
    fn new() -> World {
        World::in_memory(&mem())
    }

    fn in_memory(mem: &Mem) -> World {
        World { heap: Heap::new(mem, false).unwrap(), roots: Held::default(), turns: false }
    }

    fn allocate(&mut self, size: usize, finalize: bool) -> Result<core::ptr::NonNull<u8>, OutOfMemory> {
        let space = Heap::space_of(size, finalize);
        if let Some(cell) = space.and_then(|space| self.heap.bump(space)) {
            return Ok(cell);
        }
        if self.turns {
            self.heap.step(&mut self.roots, size.max(super::PAGE));
        }
        match space {
            Some(space) => self.heap.refill(space),
            None => self.heap.allocate_large(size),
        }
    }

    fn make<T: Object>(&mut self, object: T) -> Gc<T> {
        let memory = self.allocate(size_of::<T>(), T::FINALIZE).unwrap().cast::<T>();
        // SAFETY: the memory is as large as a T.
        unsafe {
            memory.write(object);
            Gc::from_raw(memory)
        }
    }

    fn cell(&mut self, value: Value) -> Gc<CellObject> {
        self.make(CellObject::new(value))
    }

    fn dict(&mut self) -> Gc<Dict> {
        self.make(Dict::new(self.heap.mem()))
    }

    fn slots(&mut self, capacity: u16) -> Gc<Slots> {
        let memory = self.allocate(Slots::size(capacity), false).unwrap().cast::<Slots>();
        // SAFETY: memory of that size.
        unsafe {
            Slots::init(memory.as_ptr(), capacity, &[]);
            Gc::from_raw(memory)
        }
    }

    /// A new interned string. There must be none with these bytes.
    fn name(&mut self, bytes: &[u8]) -> Gc<Str> {
        self.heap.strings.reserve(bytes).unwrap();
        let memory = self.allocate(Str::flat_size(bytes.len()), true).unwrap().cast::<Str>();
        // SAFETY: memory of that size.
        let string = unsafe {
            Str::init_flat(memory.as_ptr(), [bytes, &[]], Origin::Interned);
            Gc::from_raw(memory)
        };
        self.heap.strings.add(string);
        string
    }

    fn find_name(&self, bytes: &[u8]) -> Option<Gc<Str>> {
        self.heap.strings.find(bytes)
    }

    fn hold(&mut self, value: Value) -> usize {
        self.roots.values.push(value);
        self.roots.values.len() - 1
    }

    fn collect(&mut self, extent: Extent) {
        self.heap.collect(&mut self.roots, extent);
    }

    /// Begins a collection and stops before its first step of marking.
    fn begin(&mut self, extent: Extent) {
        assert_eq!(self.heap.phase, Phase::Idle);
        if extent == Extent::Full {
            self.heap.begin_full();
            while let Phase::Clear { space, page } = self.heap.phase {
                self.heap.clear_step(&mut self.roots, space, page);
            }
        } else {
            self.heap.begin_marking(&mut self.roots, extent);
        }
    }

    /// A step of marking of about `work` bytes, or of clearing.
    fn step(&mut self, work: usize) {
        match self.heap.phase {
            Phase::Idle => {}
            Phase::Clear { space, page } => self.heap.clear_step(&mut self.roots, space, page),
            Phase::Mark { extent, rounds } => {
                self.heap.mark_step(&mut self.roots, extent, rounds, work);
            }
        }
    }

    /// Ends the collection that is under way.
    fn end(&mut self) {
        while self.heap.phase != Phase::Idle {
            self.step(usize::MAX);
        }
    }

    fn pages(&self) -> usize {
        self.heap.spaces.iter().map(|space| space.pages().len()).sum()
    }

    /// The number of marked objects, from the counts of their pages.
    fn marked(&self) -> usize {
        let small = self.heap.spaces.iter().flat_map(|space| space.pages());
        // SAFETY: pages in the lists are live.
        small.chain(&*self.heap.large).map(|page| unsafe { page.as_ref() }.live() as usize).sum()
    }
}

fn is_marked(object: Gc<Header>) -> bool {
    Page::of(&object).is_marked(object)
}
