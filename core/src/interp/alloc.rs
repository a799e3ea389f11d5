//! Allocation of objects: a bump in the free run, or, when that is used up, the collector's turn.

use core::ptr::NonNull;

use super::Vm;
use crate::heap::{Heap, Want};
use crate::mem::OutOfMemory;
use crate::object::{Gc, Object, Origin, Str, TextWriter};
use crate::value::Value;

impl Vm {
    /// Memory for an object of `size` bytes. A safepoint.
    #[inline]
    pub(crate) fn allocate(&mut self, size: usize, finalize: bool) -> Result<NonNull<u8>, OutOfMemory> {
        match Heap::space_of(size, finalize) {
            Some(space) => self.allocate_in(space),
            None => self.allocate_large(size),
        }
    }

    /// Memory for an object that `space` serves. A safepoint.
    #[inline(always)]
    pub(crate) fn allocate_in(&mut self, space: usize) -> Result<NonNull<u8>, OutOfMemory> {
        match self.context.heap.bump(space) {
            Some(cell) => Ok(cell),
            None => self.allocate_slow(space),
        }
    }

    #[inline(never)]
    fn allocate_slow(&mut self, space: usize) -> Result<NonNull<u8>, OutOfMemory> {
        if let Some(cell) = self.context.heap.next_run_at_hand(space) {
            return Ok(cell);
        }
        self.end_slice_if_interrupted();
        self.with_collector(0, |heap| heap.refill(space)).or_else(|OutOfMemory| {
            self.collect_for_space(Want::Cell(space))?;
            self.context.heap.refill(space)
        })
    }

    #[cold]
    fn allocate_large(&mut self, size: usize) -> Result<NonNull<u8>, OutOfMemory> {
        self.end_slice_if_interrupted();
        self.with_collector(size, |heap| heap.allocate_large(size)).or_else(|OutOfMemory| {
            self.collect_for_space(Want::Large(size))?;
            self.context.heap.allocate_large(size)
        })
    }

    /// Calls `f`, which takes memory outside objects' cells, such as growing a table. Without memory, collects and
    /// calls it once more. A safepoint: objects that `f` uses are reachable or `kept`.
    pub(super) fn retry_after_gc<T>(
        &mut self,
        kept: Option<Value>,
        mut f: impl FnMut(&mut Vm) -> Result<T, OutOfMemory>,
    ) -> Result<T, OutOfMemory> {
        f(self).or_else(|OutOfMemory| {
            self.scope(|vm, scope| {
                kept.map_or(Ok(()), |kept| scope.keep(kept))?;
                vm.collect_for_space(Want::Table)
            })?;
            f(self)
        })
    }

    /// Puts an object into the heap. A safepoint: the caller roots all that `object` refers to.
    #[inline]
    pub(crate) fn make<T: Object>(&mut self, object: T) -> Result<Gc<T>, OutOfMemory> {
        let memory = self.allocate(size_of::<T>(), T::FINALIZE)?.cast::<T>();
        // SAFETY: as many bytes as a T, aligned to a granule, which is enough for every object.
        unsafe {
            memory.write(object);
            Ok(Gc::from_raw(memory))
        }
    }

    /// The interned string of `bytes`, which are UTF-8. A safepoint.
    pub(crate) fn intern(&mut self, bytes: &[u8]) -> Result<Gc<Str>, OutOfMemory> {
        if let Some(string) = self.context.heap.strings.find(bytes) {
            // The string may be dead and unswept: a mark revives it.
            self.context.heap.mark_object(string);
            return Ok(string);
        }
        // Before the allocation: entries of dead strings may leave the table at a safepoint.
        self.retry_after_gc(None, |vm| vm.context.heap.strings.reserve(bytes))?;
        let memory = self.allocate(Str::flat_size(bytes.len()), true)?;
        // SAFETY: as many bytes as the string needs.
        Ok(unsafe { add_name(&mut self.context.heap, memory, bytes) })
    }

    /// A computed string of `len` bytes, which `write` writes. A safepoint, before that.
    pub(crate) fn new_text(
        &mut self,
        len: usize,
        write: impl FnOnce(&Vm, &mut TextWriter<'_>),
    ) -> Result<Gc<Str>, OutOfMemory> {
        let memory = self.allocate(Str::flat_size(len), false)?.cast::<Str>();
        // SAFETY: as many bytes as the string needs, which is of nobody else until it is returned.
        unsafe {
            let mut writer = Str::init_blank(memory.as_ptr(), len);
            write(self, &mut writer);
            Ok(Gc::from_raw(memory))
        }
    }

    /// A string of the bytes of a literal. A safepoint.
    pub(crate) fn literal(&mut self, bytes: &[u8]) -> Result<Gc<Str>, OutOfMemory> {
        if bytes.len() <= crate::object::INTERN_LIMIT {
            return self.intern(bytes);
        }
        let memory = self.allocate(Str::flat_size(bytes.len()), false)?.cast::<Str>();
        // SAFETY: as many bytes as the string needs.
        unsafe {
            Str::init_flat(memory.as_ptr(), [bytes, &[]], Origin::Literal);
            Ok(Gc::from_raw(memory))
        }
    }
}

/// An interned string in a heap that no VM has yet.
pub(super) fn first_name(heap: &mut Heap, name: &str) -> Result<Gc<Str>, OutOfMemory> {
    let space = Heap::space_of(Str::flat_size(name.len()), true).ok_or(OutOfMemory)?;
    heap.strings.reserve(name.as_bytes())?;
    let memory = heap.refill(space)?;
    // SAFETY: a cell of the space for strings of that length.
    Ok(unsafe { add_name(heap, memory, name.as_bytes()) })
}

/// Writes an interned string into fresh memory. The caller has reserved an entry of the table.
///
/// # Safety
/// `memory` is a cell of at least the string's flat size, which nothing else uses; `bytes` are UTF-8.
unsafe fn add_name(heap: &mut Heap, memory: NonNull<u8>, bytes: &[u8]) -> Gc<Str> {
    let memory = memory.cast::<Str>();
    // SAFETY: passed on from the caller.
    let string = unsafe {
        Str::init_flat(memory.as_ptr(), [bytes, &[]], Origin::Interned);
        Gc::from_raw(memory)
    };
    heap.strings.add(string);
    string
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interp::Options;
    use crate::testing::SYSTEM;

    #[test]
    fn a_name_with_a_page_of_its_own_leaves_the_table_when_it_dies() {
        let mut vm = Vm::new(SYSTEM, Options::default()).unwrap();
        let before = vm.context.heap.strings.len();
        vm.intern(&[b'x'; 5000]).unwrap();
        vm.collect_for_space(Want::Table).unwrap();
        assert_eq!(vm.context.heap.strings.len(), before);
    }
}
