//! Strings at run time: concatenation, equality, interning.

use core::ptr::NonNull;

use super::work::{PIECE, each_part};
use super::{Fault, TypeFault, Vm};
use crate::fuel::BULK;
use crate::heap::Heap;
use crate::mem::OutOfMemory;
use crate::meter;
use crate::object::{Buffer, FLAT, Gc, MAX_LEN, Object, Origin, Str};
use crate::value::Value;

impl Vm {
    /// `dst = lhs + rhs` for operands that are not both numbers, in registers: the instruction `add`, of one word. A
    /// safepoint.
    pub(super) fn add_values(&mut self, dst: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
        let (Some(left), Some(right)) = (lhs.as_object::<Str>(), rhs.as_object::<Str>()) else {
            return Err(Fault::Type(TypeFault::NumbersOrStrings));
        };
        let sum = self.concat(left, right)?;
        self.set_register(dst, sum.value());
        Ok(())
    }

    #[inline(always)]
    fn concat(&mut self, left: Gc<Str>, right: Gc<Str>) -> Result<Gc<Str>, Fault> {
        match self.concat_now(left, right) {
            Some(sum) => Ok(sum),
            None => self.concat_slow(left, right),
        }
    }

    /// Concatenation beyond [`concat_now`](Vm::concat_now), with fuel, the collector or a new buffer.
    #[inline(never)]
    fn concat_slow(&mut self, left: Gc<Str>, right: Gc<Str>) -> Result<Gc<Str>, Fault> {
        let len = left.len().checked_add(right.len()).filter(|&len| len <= MAX_LEN);
        let len = len.ok_or(Fault::StringTooLong)?;
        if len >= FLAT {
            if let Some(buffer) = left.buffer_to_append(right.len()) {
                return self.append(len, buffer, right);
            }
            if left.buffer().is_some() || left.is_computed() {
                // Twice the length, for later appends.
                return self.fill(len, len * 2, left, right);
            }
        }
        if len > PIECE {
            return self.fill(len, len, left, right);
        }
        self.charge_bulk(len, 1)?;
        let memory = self.allocate(Str::flat_size(len), false)?;
        // SAFETY: as many bytes as the string needs.
        Ok(unsafe { flat_sum(memory, left, right) })
    }

    /// `left + right`, if that costs no fuel and a free run or buffer has space for it. Not a safepoint.
    #[inline(always)]
    fn concat_now(&mut self, left: Gc<Str>, right: Gc<Str>) -> Option<Gc<Str>> {
        if right.len() == 0 {
            return Some(left);
        }
        if left.len() == 0 {
            return Some(right);
        }
        let len = left.len().checked_add(right.len())?;
        if len < FLAT {
            let memory = self.context.heap.bump(Heap::space_of(Str::flat_size(len), false)?)?;
            // SAFETY: as many bytes as the string needs.
            return Some(unsafe { flat_sum(memory, left, right) });
        }
        let buffer = left.buffer_to_append(right.len()).filter(|_| right.len() < BULK && len <= MAX_LEN)?;
        let memory = self.context.heap.bump(Heap::space_of(Str::APPENDED_SIZE, false)?)?;
        // SAFETY: memory of an appended string; the bytes fit.
        Some(unsafe { appended_sum(memory, len, buffer, right) })
    }

    /// `right` appended to a buffer with enough spare bytes.
    fn append(&mut self, len: usize, buffer: Gc<Buffer>, right: Gc<Str>) -> Result<Gc<Str>, Fault> {
        // First, because without memory the instruction may run again.
        let memory = self.allocate(Str::APPENDED_SIZE, false)?.cast::<Str>();
        // The buffer's bytes count as used in the end only: until then nobody else reads or writes them.
        self.in_pieces(right.len(), 1, |_, range| {
            // SAFETY: they fit, and nobody has the buffer's spare bytes.
            unsafe { buffer.write_spare(range.start, &right.bytes()[range]) };
            Ok(())
        })?;
        // SAFETY: memory of an appended string; the pieces are all of `right`.
        unsafe {
            buffer.use_spare(right.len());
            Str::init_appended(memory.as_ptr(), len as u32, buffer);
            Ok(Gc::from_raw(memory))
        }
    }

    /// The sum of `len` bytes in a new buffer of `capacity` bytes.
    fn fill(&mut self, len: usize, capacity: usize, left: Gc<Str>, right: Gc<Str>) -> Result<Gc<Str>, Fault> {
        // Both first, because without memory the instruction may run again.
        let buffer = match self.work.partial.as_object::<Buffer>() {
            Some(buffer) => buffer,
            None => self.new_buffer(capacity)?,
        };
        let memory = self.allocate(Str::APPENDED_SIZE, false)?.cast::<Str>();
        self.in_pieces(len, 1, |_, range| {
            debug_assert_eq!(buffer.used(), range.start);
            each_part(&[left.bytes(), right.bytes()], range, |bytes| {
                // SAFETY: there is room for both strings, which do not lie in this buffer.
                unsafe { buffer.append(bytes) };
                Ok(())
            })
        })?;
        self.work.partial = Value::NIL;
        // SAFETY: memory of that size; `len` bytes are used.
        unsafe {
            Str::init_appended(memory.as_ptr(), len as u32, buffer);
            Ok(Gc::from_raw(memory))
        }
    }

    /// An empty buffer, which the instruction under way keeps.
    fn new_buffer(&mut self, capacity: usize) -> Result<Gc<Buffer>, OutOfMemory> {
        let memory = self.allocate(Buffer::size(capacity), false)?.cast::<Buffer>();
        // SAFETY: memory of that size.
        let buffer = unsafe {
            memory.write(Buffer::new(capacity as u32));
            Gc::from_raw(memory)
        };
        self.work.partial = buffer.value();
        Ok(buffer)
    }

    /// Whether two values with different bits, not both numbers, are equal; none without fuel to find out. `words` is
    /// the length of the instruction.
    #[inline(never)]
    pub(super) fn strings_equal(&mut self, lhs: Value, rhs: Value, words: usize) -> Option<bool> {
        let (Some(left), Some(right)) = (lhs.as_object::<Str>(), rhs.as_object::<Str>()) else {
            return Some(false);
        };
        if left.len() != right.len() {
            return Some(false);
        }
        // Equal names are one object. Every byte is charged for, so that the fuel does not depend on the place of a
        // difference.
        let other_name = left != right && left.is_interned() && right.is_interned();
        let compared = self.in_pieces(left.len(), words, |vm, range| {
            let known = other_name || vm.work.partial == Value::FALSE;
            if !known {
                meter::count(range.len());
                if left.bytes()[range.clone()] != right.bytes()[range] {
                    vm.work.partial = Value::FALSE;
                }
            }
            Ok(())
        });
        compared.ok()?;
        let equal = core::mem::replace(&mut self.work.partial, Value::NIL) != Value::FALSE;
        Some(equal && !other_name)
    }
}

/// Writes the flat string of both into fresh memory.
///
/// # Safety
/// `memory` is the start of `Str::flat_size` bytes for the sum of their lengths, of nobody else.
unsafe fn flat_sum(memory: NonNull<u8>, left: Gc<Str>, right: Gc<Str>) -> Gc<Str> {
    let memory = memory.cast::<Str>();
    // SAFETY: passed on from the caller.
    unsafe {
        Str::init_flat(memory.as_ptr(), [left.bytes(), right.bytes()], Origin::Computed);
        Gc::from_raw(memory)
    }
}

/// Appends `right` to a buffer, and writes the string of its now `len` bytes into fresh memory.
///
/// # Safety
/// `memory` is the start of `Str::APPENDED_SIZE` bytes of nobody else; the buffer has room for `right`.
unsafe fn appended_sum(memory: NonNull<u8>, len: usize, buffer: Gc<Buffer>, right: Gc<Str>) -> Gc<Str> {
    let memory = memory.cast::<Str>();
    // SAFETY: passed on from the caller; no string has the buffer's spare bytes.
    unsafe {
        buffer.append(right.bytes());
        Str::init_appended(memory.as_ptr(), len as u32, buffer);
        Gc::from_raw(memory)
    }
}

// A short result costs no fuel.
const _: () = assert!(FLAT <= BULK);
const _: () = assert!(!Str::FINALIZE && !Buffer::FINALIZE);

#[cfg(test)]
mod tests;
