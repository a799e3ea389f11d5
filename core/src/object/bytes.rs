//! Byte arrays.
//!
//! ```text
//!   Bytes | len | storage ·--+
//!                            v
//!              ByteStorage | capacity | b b b b b - - - |
//! ```
//!
//! The bytes are an object of their own, which an array that grows exchanges for a larger one.

use core::cell::Cell;

use super::{Gc, Header, Kind, MAX_LEN, Object, ShapeTable, Text, Tracer, Tracing};
use crate::meter;

/// The most bytes of an array.
pub(crate) const MAX_BYTES: usize = MAX_LEN;

/// The bit of `aux` that says that an array is frozen.
const FROZEN: u16 = 1;

/// An array of bytes. `aux` says whether it is frozen.
#[repr(C)]
pub(crate) struct Bytes {
    header: Header,
    len: Cell<u32>,
    storage: Cell<Option<Gc<ByteStorage>>>,
}

// SAFETY: repr(C), header first; made by `Bytes::new` only.
unsafe impl Object for Bytes {
    const KIND: Kind = Kind::Bytes;

    fn trace(bytes: Gc<Bytes>, tracer: &mut impl Tracer) {
        if let Some(storage) = bytes.storage.get() {
            tracer.object(storage);
        }
    }

    fn text(_: Gc<Bytes>, _: &ShapeTable) -> Text {
        Text::plain(b"<bytes>")
    }
}

impl Bytes {
    /// An empty array.
    pub(crate) fn new() -> Bytes {
        Bytes { header: Header::new(Kind::Bytes), len: Cell::new(0), storage: Cell::new(None) }
    }

    /// The number of its bytes.
    pub(crate) fn len(&self) -> usize {
        self.len.get() as usize
    }

    /// How many bytes it has room for.
    pub(crate) fn capacity(&self) -> usize {
        self.storage.get().map_or(0, |storage| storage.capacity as usize)
    }

    /// Whether it may not change.
    pub(crate) fn is_frozen(&self) -> bool {
        self.header.aux() & FROZEN != 0
    }

    /// Lets it never change again.
    pub(crate) fn freeze(&self) {
        self.header.set_aux(FROZEN);
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[Cell<u8>] {
        // SAFETY: the collector frees no object while a reference to this one is used, since there is no safepoint then; the
        // length is at most the capacity, and `ByteStorage::init` wrote that many bytes.
        self.storage.get().map_or(&[], |storage| unsafe {
            core::slice::from_raw_parts(storage.first(), self.len.get() as usize)
        })
    }

    /// The byte at an index.
    pub(crate) fn get(&self, index: usize) -> Option<u8> {
        self.bytes().get(index).map(Cell::get)
    }

    /// Sets the length, which is at most the capacity.
    pub(crate) fn set_len(&self, len: usize) {
        debug_assert!(len <= self.capacity());
        self.len.set(len.min(self.capacity()) as u32);
    }

    /// Exchanges the storage for another that begins with the same bytes. A barrier follows.
    pub(crate) fn set_storage(&self, storage: Gc<ByteStorage>) {
        debug_assert!(storage.capacity as usize >= self.len());
        self.storage.set(Some(storage));
    }

    /// Copies the bytes of a text from an index on. Those that do not fit are left out.
    pub(crate) fn write(&self, index: usize, text: &[u8]) {
        meter::count(text.len());
        let places = self.bytes().get(index..).unwrap_or_default();
        places.iter().zip(text).for_each(|(place, &byte)| place.set(byte));
    }
}

impl Gc<Bytes> {
    /// The bytes as a slice that outlives the borrow of this pointer.
    ///
    /// # Safety
    /// While it is used there is no safepoint, and nobody changes the array.
    pub(crate) unsafe fn slice_for<'a>(self) -> &'a [u8] {
        let bytes = self.bytes();
        // SAFETY: cells of bytes are laid out as bytes; passed on from the caller.
        unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len()) }
    }
}

/// The bytes of an array.
#[repr(C)]
pub(crate) struct ByteStorage {
    header: Header,
    capacity: u32,
}

// SAFETY: repr(C), header first; made by `ByteStorage::init` only.
unsafe impl Object for ByteStorage {
    const KIND: Kind = Kind::ByteStorage;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<ByteStorage>, _: &mut impl Tracer) {}
}

impl ByteStorage {
    /// Bytes of a storage of that capacity.
    pub(crate) fn size(capacity: usize) -> usize {
        size_of::<ByteStorage>() + capacity
    }

    /// Writes bytes into fresh memory: those of `old`, then zeros.
    ///
    /// # Safety
    /// `memory` is the start of `ByteStorage::size(capacity)` bytes, aligned, of nobody else.
    pub(crate) unsafe fn init(memory: *mut ByteStorage, capacity: usize, old: &[Cell<u8>]) {
        meter::count(capacity);
        // SAFETY: the caller's memory covers header and bytes; cells of bytes are laid out as bytes.
        unsafe {
            memory.write(ByteStorage { header: Header::new(Kind::ByteStorage), capacity: capacity as u32 });
            let bytes = memory.add(1).cast::<u8>();
            let copied = old.len().min(capacity);
            bytes.copy_from_nonoverlapping(old.as_ptr().cast(), copied);
            bytes.add(copied).write_bytes(0, capacity - copied);
        }
    }
}

/// The first byte after the record. A reference to the record does not cover the bytes.
impl Gc<ByteStorage> {
    fn first(self) -> *const Cell<u8> {
        self.as_ptr().wrapping_add(1).cast()
    }
}
