//! Byte arrays: making them, items and slices, membership, equality.
//!
//! ```text
//!   make_bytes ──> Bytes, then ByteStorage     both reachable before the next safepoint
//!   grow       ──> larger ByteStorage          paid for by the bytes that are copied
//! ```

use super::items::{bounds, within};
use super::machine::Flow;
use super::work::IN_CALL;
use super::{Call, Fault, Vm};
use crate::meter;
use crate::object::{BuiltinClass, ByteStorage, Bytes, Gc, MAX_BYTES, Range, Str};
use crate::value::Value;

const OF: BuiltinClass = BuiltinClass::Bytes;

/// Room that an array gets for its first byte.
const FIRST_CAPACITY: usize = 24;

/// A value as a byte.
pub(crate) fn byte_of(found: Value) -> Result<u8, Fault> {
    let number = found.to_f64().ok_or(Fault::NotByte(found))?;
    let byte = number as u8;
    if f64::from(byte) == number { Ok(byte) } else { Err(Fault::NotByte(found)) }
}

impl Vm {
    /// An array of `len` zeros, which the caller has paid for. A safepoint.
    pub(crate) fn make_bytes(&mut self, len: usize) -> Result<Gc<Bytes>, Fault> {
        let made = self.make(Bytes::new())?;
        if len != 0 {
            self.scope(|vm, scope| {
                scope.keep(made.value())?;
                vm.exchange_storage(made, len)
            })?;
            made.set_len(len);
        }
        Ok(made)
    }

    /// Gives an array, which is reachable, room for `capacity` bytes. A safepoint.
    fn exchange_storage(&mut self, bytes: Gc<Bytes>, capacity: usize) -> Result<(), Fault> {
        if capacity > MAX_BYTES {
            return Err(Fault::OutOfMemory);
        }
        let memory = self.allocate(ByteStorage::size(capacity), false)?.cast::<ByteStorage>();
        // SAFETY: as many bytes as the storage needs.
        let storage = unsafe {
            ByteStorage::init(memory.as_ptr(), capacity, bytes.bytes());
            Gc::from_raw(memory)
        };
        bytes.set_storage(storage);
        self.context.heap.barrier(bytes);
        Ok(())
    }

    /// Makes room for `more` bytes of an array, which is reachable, of whose bytes the caller has paid for the moves. A safepoint.
    pub(super) fn make_room_for_bytes(&mut self, bytes: Gc<Bytes>, more: usize) -> Result<(), Fault> {
        let needed = bytes.len().checked_add(more).ok_or(Fault::OutOfMemory)?;
        if needed <= bytes.capacity() {
            return Ok(());
        }
        let capacity = (2 * bytes.len()).clamp(FIRST_CAPACITY, MAX_BYTES).max(needed);
        self.exchange_storage(bytes, capacity)
    }

    /// The text whose UTF-8 an array is, which is reachable; none if it is none. The caller has paid for twice the bytes. A
    /// safepoint.
    pub(crate) fn text_of_bytes(&mut self, bytes: Gc<Bytes>) -> Result<Option<Gc<Str>>, Fault> {
        // SAFETY: nobody changes the bytes and there is no safepoint while they are looked at.
        if core::str::from_utf8(unsafe { bytes.slice_for() }).is_err() {
            return Ok(None);
        }
        let text = self.new_text(bytes.len(), |_, out| {
            // SAFETY: as above.
            out.push(core::str::from_utf8(unsafe { bytes.slice_for() }).unwrap_or_default());
        })?;
        Ok(Some(text))
    }

    /// A part of an array, which is reachable, as an array: paid for by an instruction of `words` words. A safepoint.
    fn bytes_part(
        &mut self,
        bytes: Gc<Bytes>,
        from: usize,
        to: usize,
        words: usize,
    ) -> Result<Gc<Bytes>, Fault> {
        self.charge_bulk(2 * (to - from), words)?;
        let made = self.make_bytes(to - from)?;
        // SAFETY: there is no safepoint until the bytes are copied, and the new array is another one.
        let part = unsafe { bytes.slice_for() };
        made.write(0, part.get(from..to).unwrap_or_default());
        Ok(made)
    }

    /// `bytes[index]`. A safepoint: both are in registers.
    pub(super) fn bytes_item(&mut self, bytes: Gc<Bytes>, index: Value) -> Result<Value, Fault> {
        if let Some(range) = index.as_object::<Range>() {
            let (from, to) = bounds(&range, bytes.len(), OF)?;
            return Ok(self.bytes_part(bytes, from, to, 1)?.value());
        }
        let byte = bytes.get(within(index, bytes.len(), OF)?).unwrap_or_default();
        Ok(Value::int(i32::from(byte)))
    }

    /// `bytes[index] = value`
    pub(super) fn set_byte(&mut self, bytes: Gc<Bytes>, index: Value, value: Value) -> Result<(), Fault> {
        if bytes.is_frozen() {
            return Err(Fault::Frozen(OF));
        }
        let index = within(index, bytes.len(), OF)?;
        let byte = byte_of(value)?;
        bytes.bytes().get(index).into_iter().for_each(|place| place.set(byte));
        Ok(())
    }

    /// Whether an array has a byte.
    pub(super) fn contains_byte(&mut self, bytes: Gc<Bytes>, value: Value) -> Result<bool, Fault> {
        let Ok(byte) = byte_of(value) else { return Ok(false) };
        self.charge_bulk(bytes.len(), 1)?;
        meter::count(bytes.len());
        Ok(bytes.bytes().iter().any(|other| other.get() == byte))
    }

    /// Whether two arrays have the same bytes. `words` is the length of the instruction.
    pub(super) fn bytes_equal(
        &mut self,
        left: Gc<Bytes>,
        right: Gc<Bytes>,
        words: usize,
    ) -> Result<bool, Flow> {
        if left.len() != right.len() {
            return Ok(false);
        }
        // Every byte is charged for, so that the fuel does not depend on the place of a difference.
        let compared = self.in_pieces(left.len(), words, |vm, range| {
            if vm.work.partial != Value::FALSE {
                meter::count(range.len());
                if left.bytes().get(range.clone()) != right.bytes().get(range) {
                    vm.work.partial = Value::FALSE;
                }
            }
            Ok(())
        });
        compared.map_err(|_| Flow::Stop)?;
        Ok(core::mem::replace(&mut self.work.partial, Value::NIL) != Value::FALSE)
    }
}

impl Call<'_> {
    /// A part of an array, which is reachable; the function's only charge. A safepoint.
    pub(crate) fn bytes_part(
        &mut self,
        bytes: Gc<Bytes>,
        from: usize,
        to: usize,
    ) -> Result<Gc<Bytes>, Fault> {
        self.vm().bytes_part(bytes, from, to, IN_CALL)
    }

    /// Makes room for `more` bytes of an array, which is reachable, and adds as many zeros; pays for them and for the bytes that
    /// move, the function's only charge. A safepoint, before which nothing changes.
    pub(crate) fn grow_bytes(&mut self, bytes: Gc<Bytes>, more: usize) -> Result<(), Fault> {
        let needed = bytes.len().checked_add(more).ok_or(Fault::OutOfMemory)?;
        if needed > MAX_BYTES {
            return Err(Fault::OutOfMemory);
        }
        self.charge(if needed > bytes.capacity() { 2 * needed } else { more })?;
        self.vm().make_room_for_bytes(bytes, more)?;
        bytes.set_len(needed);
        Ok(())
    }
}
