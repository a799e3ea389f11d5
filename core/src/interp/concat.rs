//! Strings at run time: concatenation and equality.

use core::ops::Range;
use core::ptr::NonNull;

use super::machine::Flow;
use super::stop::Stop;
use super::work::{PIECE, each_part};
use super::{Fault, TypeFault, Vm};
use crate::fuel::BULK;
use crate::heap::Heap;
use crate::mem::OutOfMemory;
use crate::meter;
use crate::object::{Allowance, Buffer, FLAT, Gc, MAX_LEN, Object, Origin, Pending, Slice, Str};
use crate::operator::Operator;
use crate::tunable::tunable;
use crate::value::Value;

/// A prepended sum gets a buffer if its right operand was computed and has this many bytes. A shorter one is copied in
/// less time than a buffer takes.
const PREPEND: usize = tunable(1 << 10, 128);

impl Vm {
    /// `dst = lhs + rhs` for operands that are not both numbers, in registers: the instruction `add`, of one word, which a
    /// method may end. A safepoint.
    pub(super) fn add_values(&mut self, dst: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
        let (Some(left), Some(right)) = (lhs.as_object::<Str>(), rhs.as_object::<Str>()) else {
            let none = Fault::Type(TypeFault::NumbersOrStrings);
            return self.finish_by_operator(Operator::Add, lhs, &[rhs], 1, none);
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
        for operand in [left, right] {
            if let Some(operands) = operand.pending() {
                self.settle(operand, operands)?;
            }
        }
        let terms = Terms::of(left, right);
        if left.is_forked() || right.is_forked() && terms.extends_right(left, right) {
            let memory = self.allocate(Str::SLICE_SIZE, false)?;
            // SAFETY: as many bytes as the string needs; both are settled.
            return Ok(unsafe { pending_sum(memory, left, right) });
        }
        if len < FLAT || !grows(left, right) && len <= PIECE {
            self.charge_bulk(len, 1)?;
            let memory = self.allocate(Str::flat_size(len), false)?;
            // SAFETY: as many bytes as the string needs.
            return Ok(unsafe { flat_sum(memory, left, right) });
        }
        let (slice, missing) = self.place(left, right, &terms)?;
        // Before it is paid for, because without memory the instruction may run again.
        let memory = self.allocate(Str::SLICE_SIZE, false)?;
        self.write_sum(left, right, &terms, slice, missing)?;
        // SAFETY: memory of a slice, whose bytes are in use.
        Ok(unsafe { slice_sum(memory, slice, len, terms.allowance, terms.forked) })
    }

    /// Makes a pending string a slice, for what an eager sum would have cost. If it stops, the string is as it was, and
    /// the instruction runs again.
    fn settle(&mut self, string: Gc<Str>, Pending { left, right }: Pending) -> Result<(), Fault> {
        let terms = Terms::of(left, right);
        let (slice, missing) = self.place(left, right, &terms)?;
        self.write_sum(left, right, &terms, slice, missing)?;
        // SAFETY: the slice has the bytes of both; the barrier is next.
        unsafe { string.settle(slice, terms.allowance, terms.forked) };
        self.context.heap.leaf_barrier(string);
        Ok(())
    }

    /// Where the bytes of a sum go, and which of them are yet to be written.
    fn place(
        &mut self,
        left: Gc<Str>,
        right: Gc<Str>,
        terms: &Terms,
    ) -> Result<(Slice, Range<usize>), Fault> {
        let len = left.len() + right.len();
        // Within an allowance only the bytes of one operand are paid for, and written.
        if terms.base != Base::Right
            && let Some(slice) = left.slice_to_append(right.len())
        {
            return Ok((slice, left.len()..len));
        }
        if terms.base != Base::Left
            && let Some(slice) = right.slice_to_prepend(left.len())
        {
            return Ok((slice, 0..left.len()));
        }
        let buffer = self.buffer_for(left, right, terms.base)?;
        let from = buffer.from();
        let (from, missing) = match terms.base {
            Base::None => (from, 0..len),
            Base::Left => {
                self.copy_unpaid(left, buffer, 1)?;
                (from, left.len()..len)
            }
            Base::Right => {
                self.copy_unpaid(right, buffer, 1)?;
                (from - left.len(), 0..left.len())
            }
        };
        Ok((Slice { buffer, from: from as u32 }, missing))
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
        if !left.is_common_slice() || right.len() >= BULK {
            return None;
        }
        // Builds for fuzzing have strings that are not flat and as short.
        if FLAT < BULK && right.pending().is_some() {
            return None;
        }
        let slice = left.slice_to_append(right.len())?;
        let rest = left.allowance().appended(right.len())?;
        let memory = self.context.heap.bump(Heap::space_of(Str::SLICE_SIZE, false)?)?;
        left.end_allowance();
        // SAFETY: the bytes fit; memory of a slice, which ends where the buffer's used part does then.
        unsafe {
            slice.buffer.append(right.bytes());
            Some(slice_sum(memory, slice, len, rest, false))
        }
    }

    /// Pays for a sum and writes its `missing` bytes; the others are in the slice.
    fn write_sum(
        &mut self,
        left: Gc<Str>,
        right: Gc<Str>,
        terms: &Terms,
        slice: Slice,
        missing: Range<usize>,
    ) -> Result<(), Fault> {
        let (len, paid) = (left.len() + right.len(), &terms.paid);
        // The bytes that are written count as used only in the end: until then nobody else reads or writes them.
        if self.pays_at_once(paid.len()) {
            write_part(left, right, slice, missing);
        } else {
            self.in_pieces(paid.len(), 1, |_, range| {
                let end = (paid.start + range.end).min(missing.end);
                write_part(left, right, slice, (paid.start + range.start).max(missing.start)..end);
                Ok(())
            })?;
        }
        self.work.partial = Value::NIL;
        match terms.base {
            Base::None => {}
            Base::Left => left.end_allowance(),
            Base::Right => right.end_allowance(),
        }
        let from = slice.from as usize;
        // SAFETY: the pieces are all that was missing.
        unsafe { slice.buffer.extend_used(from, from + len) };
        Ok(())
    }

    /// A buffer for the sum, which the instruction under way keeps, with spare bytes if it grows. Its used part begins where
    /// the base does, and is what earlier runs of the instruction copied.
    fn buffer_for(&mut self, left: Gc<Str>, right: Gc<Str>, base: Base) -> Result<Gc<Buffer>, OutOfMemory> {
        let len = left.len() + right.len();
        let spare = if grows(left, right) { Buffer::spare_for(len, left.len().min(right.len())) } else { 0 };
        // A string that grows at its front may well grow at its end too, as in `"(" + s + ")"`.
        let grows_in_front = left.len() < right.len() || left.slice().is_some_and(|slice| slice.from > 0);
        let front = if grows_in_front { spare / 2 } else { 0 };
        let from = if base == Base::Right { front + left.len() } else { front };
        self.buffer_of(len, spare, from)
    }

    /// A buffer for a sum of `len` bytes from `from` on, which the instruction under way keeps. Its used part is what
    /// earlier runs of the instruction copied.
    pub(super) fn buffer_of(
        &mut self,
        len: usize,
        spare: usize,
        from: usize,
    ) -> Result<Gc<Buffer>, OutOfMemory> {
        if let Some(buffer) = self.work.partial.as_object::<Buffer>() {
            return Ok(buffer);
        }
        let memory = self.allocate(Buffer::size(len + spare), false)?.cast::<Buffer>();
        // SAFETY: memory of that size.
        let buffer = unsafe {
            memory.write(Buffer::new(from, len + spare));
            Gc::from_raw(memory)
        };
        self.work.partial = buffer.value();
        Ok(buffer)
    }

    /// Copies the operand whose allowance pays for a sum to a new buffer. It costs no fuel, but an interrupt does not wait for
    /// its end.
    ///
    /// All such copies are at most four times the bytes that sums paid for. Between two sums that pay for all their bytes,
    /// `n` in the first of them, at most `n` bytes are added at either end. The first copy is at most as long as what was paid
    /// for until then. It goes to a buffer that has as many spare bytes, of which a half or all are at an end, so a string is
    /// longer by half before it is copied again, or both ends were filled. So between `n` and `3 n` bytes there are three
    /// copies, of less than `n`, `1.5 n` and `2.25 n` more. The others belong to sums of `r` bytes that double the string:
    /// their own copy is at most `1.5 r`, and the one after it `2.5 r`. If a string loses spare bytes to another in the same
    /// buffer, then one of the two paid for all its bytes.
    ///
    /// `words` is the length of the instruction.
    pub(super) fn copy_unpaid(
        &mut self,
        base: Gc<Str>,
        buffer: Gc<Buffer>,
        words: usize,
    ) -> Result<(), Fault> {
        let from = buffer.from();
        loop {
            let rest = base.bytes().get(buffer.used()..).unwrap_or_default();
            let (piece, rest) = rest.split_at(rest.len().min(PIECE));
            let to = from + buffer.used();
            // SAFETY: there is space for the sum, and no string is in this buffer yet.
            unsafe {
                buffer.write(to, piece);
                buffer.extend_used(from, to + piece.len());
            }
            if rest.is_empty() {
                return Ok(());
            }
            if self.take_interrupt() {
                self.rewind(words);
                self.stop = Stop::Interrupt;
                return Err(Fault::Stopped);
            }
        }
    }

    /// Whether two different objects are equal; the flow to continue with if there is no fuel to find out, or the library
    /// does. `words` is the length of the instruction.
    #[inline(never)]
    pub(super) fn objects_equal(&mut self, lhs: Value, rhs: Value, words: usize) -> Result<bool, Flow> {
        let (Some(left), Some(right)) = (lhs.as_object::<Str>(), rhs.as_object::<Str>()) else {
            return self.collections_equal(lhs, rhs, words);
        };
        if left.len() != right.len() {
            return Ok(false);
        }
        // Equal names are one object. Every byte is charged for, so that the fuel does not depend on the place of a
        // difference.
        let other_name = left != right && left.is_interned() && right.is_interned();
        if self.pays_at_once(left.len()) {
            meter::count(if other_name { 0 } else { left.len() });
            return Ok(!other_name && equal_in(left, right, 0..left.len()));
        }
        let compared = self.in_pieces(left.len(), words, |vm, range| {
            let known = other_name || vm.work.partial == Value::FALSE;
            if !known {
                meter::count(range.len());
                if !equal_in(left, right, range) {
                    vm.work.partial = Value::FALSE;
                }
            }
            Ok(())
        });
        compared.map_err(|_| Flow::Stop)?;
        let equal = core::mem::replace(&mut self.work.partial, Value::NIL) != Value::FALSE;
        Ok(equal && !other_name)
    }
}

/// The operand whose allowance a sum is within.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    /// Neither: the whole sum is paid for.
    None,
    Left,
    Right,
}

/// What a sum of two strings that are not pending costs, and what sums of it cost. That follows from how both were computed.
struct Terms {
    base: Base,
    /// The bytes of the sum that are paid for.
    paid: Range<usize>,
    allowance: Allowance,
    forked: bool,
}

impl Terms {
    fn of(left: Gc<Str>, right: Gc<Str>) -> Terms {
        let len = left.len() + right.len();
        if let Some(allowance) = left.allowance().appended(right.len()) {
            let paid = left.len()..len;
            return Terms { base: Base::Left, paid, allowance, forked: left.is_forked() };
        }
        if let Some(allowance) = right.allowance().prepended(left.len()) {
            let paid = 0..left.len();
            return Terms { base: Base::Right, paid, allowance, forked: right.is_forked() };
        }
        let allowance = Allowance::new(if grows(left, right) { len } else { 0 });
        let forked = left.is_taken() || right.is_taken() && right.len() > left.len();
        Terms { base: Base::None, paid: 0..len, allowance, forked }
    }

    /// Whether the sum extends its right operand.
    fn extends_right(&self, left: Gc<Str>, right: Gc<Str>) -> bool {
        match self.base {
            Base::None => right.len() > left.len(),
            Base::Left => false,
            Base::Right => true,
        }
    }
}

/// Whether a sum may be appended or prepended to, so that spare bytes are worth it.
fn grows(left: Gc<Str>, right: Gc<Str>) -> bool {
    left.is_computed() || right.is_computed() && right.len() >= PREPEND
}

/// Whether two strings have the same bytes in a range.
fn equal_in(left: Gc<Str>, right: Gc<Str>, range: Range<usize>) -> bool {
    if left.pending().is_none() && right.pending().is_none() {
        return left.bytes().get(range.clone()) == right.bytes().get(range);
    }
    let mut from = range.start;
    let compared = each_part(&left.parts(), range, |bytes| {
        let mut rest = bytes;
        each_part(&right.parts(), from..from + bytes.len(), |others| {
            let (same, after) = rest.split_at_checked(others.len()).ok_or(())?;
            rest = after;
            if same == others { Ok(()) } else { Err(()) }
        })?;
        from += bytes.len();
        if rest.is_empty() { Ok(()) } else { Err(()) }
    });
    compared.is_ok()
}

/// Writes the bytes of a range of a sum to where the slice has them. No string has these bytes.
fn write_part(left: Gc<Str>, right: Gc<Str>, slice: Slice, range: Range<usize>) {
    let middle = left.len();
    let parts =
        [(left, 0, range.start..range.end.min(middle)), (right, middle, range.start.max(middle)..range.end)];
    for (string, from, range) in parts {
        if let Some(bytes) = string.bytes().get(range.start.wrapping_sub(from)..range.end.wrapping_sub(from))
            && !bytes.is_empty()
        {
            // SAFETY: the caller's buffer has space for the sum there, and no string has these bytes.
            unsafe { slice.buffer.write(slice.from as usize + range.start, bytes) };
        }
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

/// Writes the string of `len` bytes of a buffer into fresh memory.
///
/// # Safety
/// `memory` is the start of `Str::SLICE_SIZE` bytes of nobody else; the bytes are in the buffer's used part.
unsafe fn slice_sum(
    memory: NonNull<u8>,
    slice: Slice,
    len: usize,
    allowance: Allowance,
    forked: bool,
) -> Gc<Str> {
    let memory = memory.cast::<Str>();
    // SAFETY: passed on from the caller.
    unsafe {
        Str::init_slice(memory.as_ptr(), slice, len, allowance, forked);
        Gc::from_raw(memory)
    }
}

/// Writes the sum of both, without their bytes, into fresh memory.
///
/// # Safety
/// `memory` is the start of `Str::SLICE_SIZE` bytes of nobody else; neither is pending.
unsafe fn pending_sum(memory: NonNull<u8>, left: Gc<Str>, right: Gc<Str>) -> Gc<Str> {
    let memory = memory.cast::<Str>();
    // SAFETY: passed on from the caller.
    unsafe {
        Str::init_pending(memory.as_ptr(), Pending { left, right });
        Gc::from_raw(memory)
    }
}

// A short result costs no fuel.
const _: () = assert!(FLAT <= BULK);
const _: () = assert!(!Str::FINALIZE && !Buffer::FINALIZE);

#[cfg(test)]
mod tests;
