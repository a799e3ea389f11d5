//! Strings at run time: concatenation, equality, interning.

use super::{Fault, Vm};
use crate::mem::OutOfMemory;
use crate::object::{Buffer, Gc, MAX_LEN, Object, Origin, Str};
use crate::threshold::threshold;
use crate::value::Value;

/// Results shorter than this are copied whole.
const FLAT: usize = threshold(64, 8);

impl Vm {
    /// `lhs + rhs` when they are not both numbers, into register `dst`: the instruction `add`, of one word. A
    /// safepoint; both are in registers.
    pub(super) fn add_values(&mut self, dst: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
        let (Some(left), Some(right)) = (lhs.as_object::<Str>(), rhs.as_object::<Str>()) else {
            return Err(Fault::Type("Operands must be two numbers or two strings."));
        };
        let sum = self.concat(left, right)?;
        self.set_register(dst, sum.value());
        Ok(())
    }

    fn concat(&mut self, left: Gc<Str>, right: Gc<Str>) -> Result<Gc<Str>, Fault> {
        if right.len() == 0 {
            return Ok(left);
        }
        if left.len() == 0 {
            return Ok(right);
        }
        let len = left.len().checked_add(right.len()).filter(|&len| len <= MAX_LEN);
        let len = len.ok_or(Fault::StringTooLong)?;
        if len >= FLAT {
            if let Some(buffer) = left.buffer().filter(|buffer| buffer.used() == left.len())
                && buffer.spare() >= right.len()
            {
                return self.append(len, buffer, right);
            }
            if left.buffer().is_some() || left.is_computed() {
                return self.grow(len, left, right);
            }
        }
        self.charge_bulk(len, 1)?;
        let memory = self.allocate(Str::flat_size(len), false)?.cast::<Str>();
        // SAFETY: as many bytes as the string needs.
        unsafe {
            Str::init_flat(memory.as_ptr(), [left.bytes(), right.bytes()], Origin::Computed);
            Ok(Gc::from_raw(memory))
        }
    }

    /// `right` appended to a buffer that has room for it.
    fn append(&mut self, len: usize, buffer: Gc<Buffer>, right: Gc<Str>) -> Result<Gc<Str>, Fault> {
        self.charge_bulk(right.len(), 1)?;
        let memory = self.allocate(Str::APPENDED_SIZE, false)?.cast::<Str>();
        // SAFETY: the bytes fit, and are not the buffer's spare ones; the string's memory is of that size.
        unsafe {
            buffer.append(right.bytes());
            Str::init_appended(memory.as_ptr(), len as u32, buffer);
            Ok(Gc::from_raw(memory))
        }
    }

    /// A new buffer, with room to append as much again.
    fn grow(&mut self, len: usize, left: Gc<Str>, right: Gc<Str>) -> Result<Gc<Str>, Fault> {
        self.charge_bulk(len, 1)?;
        let room = len * 2;
        let memory = self.allocate(Buffer::size(room), false)?.cast::<Buffer>();
        // SAFETY: memory of that size, with room for more than both.
        let buffer = unsafe {
            memory.write(Buffer::new(room as u32));
            let buffer = Gc::from_raw(memory);
            buffer.append(left.bytes());
            buffer.append(right.bytes());
            buffer
        };
        self.pinned.push(buffer.value())?;
        let memory = self.allocate(Str::APPENDED_SIZE, false);
        self.pinned.pop();
        let memory = memory?.cast::<Str>();
        // SAFETY: memory of that size; `len` bytes are used.
        unsafe {
            Str::init_appended(memory.as_ptr(), len as u32, buffer);
            Ok(Gc::from_raw(memory))
        }
    }

    /// Whether two values that differ in their bits, and are not both numbers, are equal; none if there is no fuel
    /// to find out, for an instruction of so many words.
    #[inline(never)]
    pub(super) fn strings_equal(&mut self, lhs: Value, rhs: Value, words: usize) -> Option<bool> {
        match (lhs.as_object::<Str>(), rhs.as_object::<Str>()) {
            (Some(left), Some(right)) => {
                if left.len() == right.len() {
                    self.charge_bulk(left.len(), words).ok()?;
                }
                Some(left.equals(&right))
            }
            _ => Some(false),
        }
    }

    /// The interned string with the bytes of `string`. A safepoint; the string is reachable.
    pub(super) fn intern_str(&mut self, string: Gc<Str>) -> Result<Gc<Str>, OutOfMemory> {
        if string.is_interned() { Ok(string) } else { self.intern(string.bytes()) }
    }
}

const _: () = assert!(!Str::FINALIZE && !Buffer::FINALIZE);

#[cfg(test)]
mod tests;
