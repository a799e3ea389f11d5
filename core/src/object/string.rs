//! Strings.
//!
//! ```text
//!   flat      Str | len | hash | bytes ...          short results, literals, names
//!   appended  Str | len | hash | buffer ·--+        long results of concatenation
//!                                          v
//!                           Buffer | used | capacity | bytes ......---- |
//! ```
//!
//! An appended string is the first `len` bytes of a buffer with room to spare. Adding to the string that ends
//! where the buffer's used part ends writes the new bytes after it and makes a new 32-byte `Str`; the old one
//! still reads its own prefix. So a loop of `s = s + x` copies each byte a bounded number of times on average.
//!
//! Only names and short literals are interned, when code is loaded: then equal ones are the same object, and
//! properties compare by address. Computed strings are neither interned nor hashed.

use core::cell::Cell;
use core::ptr::NonNull;

use hashbrown::HashTable;

use super::{Gc, Header, Kind, Object, Registry, ShapeTable, Text, Tracer, Tracing};
use crate::mem::{Mem, OutOfMemory, Seed, Table};
use crate::meter;
use crate::tunable::tunable;

/// The most bytes of a computed string. The size of a buffer of twice as many, with its page, does not overflow 32
/// bits.
pub(crate) const MAX_LEN: usize = tunable(1 << 30, 1 << 20);

/// Literals longer than this are not interned.
pub(crate) const INTERN_LIMIT: usize = tunable(64, 8);

/// Results shorter than this are copied whole.
pub(crate) const FLAT: usize = tunable(64, 8);

const INTERNED: u16 = 1;
const APPENDED: u16 = 2;
/// A flat string that was computed: the next concatenation gives it a buffer.
const COMPUTED: u16 = 4;

/// A string of UTF-8.
#[repr(C)]
pub(crate) struct Str {
    header: Header,
    len: u32,
    /// The hash of an interned string; 0 in others.
    hash: Cell<u32>,
    /// Size 0: aligns the pointer after the record of an appended string.
    buffer: [Gc<Buffer>; 0],
}

// SAFETY: repr(C), header first; made by `Str::init_flat` and `Str::init_appended` only.
unsafe impl Object for Str {
    const KIND: Kind = Kind::Str;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(string: Gc<Str>, tracer: &mut impl Tracer) {
        if let Some(buffer) = string.buffer() {
            tracer.object(buffer);
        }
    }

    fn text(string: Gc<Str>, _: &ShapeTable) -> Text {
        Text::named(string)
    }

    unsafe fn finalize(this: NonNull<Str>, registry: &mut impl Registry) {
        // SAFETY: passed on from the caller.
        let string = unsafe { this.as_ref() };
        if string.is_interned() {
            registry.forget_string(this, string.hash());
        }
    }
}

/// The origin of a flat string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Literal,
    Interned,
    Computed,
}

impl Str {
    /// Bytes of a flat string.
    pub(crate) fn flat_size(len: usize) -> usize {
        size_of::<Str>() + len
    }

    /// Offset of the length, for machine code.
    pub(crate) const LEN: usize = core::mem::offset_of!(Str, len);
    /// The lower half of `aux` in appended strings only, for machine code.
    pub(crate) const APPENDED: u8 = APPENDED as u8;
    /// The headers of fresh computed strings, appended and flat, for machine code.
    pub(crate) const APPENDED_HEADER: u64 = Header::bits(Kind::Str, Kind::Str.shape(), APPENDED);
    pub(crate) const FLAT_HEADER: u64 = Header::bits(Kind::Str, Kind::Str.shape(), COMPUTED);

    /// Bytes of an appended string.
    pub(crate) const APPENDED_SIZE: usize = size_of::<Str>() + size_of::<Gc<Buffer>>();

    /// Writes a flat string of `parts` into fresh memory.
    ///
    /// # Safety
    /// `memory` is the start of `Str::flat_size` bytes for the sum of their lengths, of nobody else.
    pub(crate) unsafe fn init_flat(memory: *mut Str, parts: [&[u8]; 2], origin: Origin) {
        let aux = match origin {
            Origin::Literal => 0,
            Origin::Interned => INTERNED,
            Origin::Computed => COMPUTED,
        };
        let len = (parts[0].len() + parts[1].len()) as u32;
        meter::count(len as usize);
        // SAFETY: the caller's memory covers header and bytes.
        unsafe {
            memory.write(Str {
                header: Header::with_aux(Kind::Str, aux),
                len,
                hash: Cell::new(0),
                buffer: [],
            });
            let bytes = memory.add(1).cast::<u8>();
            bytes.copy_from_nonoverlapping(parts[0].as_ptr(), parts[0].len());
            bytes.add(parts[0].len()).copy_from_nonoverlapping(parts[1].as_ptr(), parts[1].len());
        }
    }

    /// Writes a string of the first `len` bytes of `buffer` into fresh memory.
    ///
    /// # Safety
    /// `memory` is the start of `Str::APPENDED_SIZE` bytes of nobody else; the buffer's used part is that long.
    pub(crate) unsafe fn init_appended(memory: *mut Str, len: u32, buffer: Gc<Buffer>) {
        // SAFETY: the caller's memory covers header and the buffer's pointer.
        unsafe {
            memory.write(Str {
                header: Header::with_aux(Kind::Str, APPENDED),
                len,
                hash: Cell::new(0),
                buffer: [],
            });
            memory.add(1).cast::<Gc<Buffer>>().write(buffer);
        }
    }

    /// Length in bytes.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    pub(crate) fn is_interned(&self) -> bool {
        self.header.aux() & INTERNED != 0
    }

    pub(crate) fn is_computed(&self) -> bool {
        self.header.aux() & COMPUTED != 0
    }

    /// The hash of the bytes; 0 if the string is not interned.
    pub(crate) fn hash(&self) -> u32 {
        self.hash.get()
    }

    /// The hash for a table, which looks at the highest bits and the lowest.
    #[inline]
    pub(crate) fn table_hash(&self) -> u64 {
        u64::from(self.hash()) << 32 | u64::from(self.hash())
    }
}

/// The address after the record. A reference to the record does not cover the bytes there.
impl Gc<Str> {
    /// The buffer of an appended string.
    #[inline]
    pub(crate) fn buffer(self) -> Option<Gc<Buffer>> {
        // SAFETY: `init_appended` wrote the pointer after the record.
        (self.header.aux() & APPENDED != 0).then(|| unsafe { *self.as_ptr().add(1).cast::<Gc<Buffer>>() })
    }

    /// The buffer of a string that ends where the buffer's used part does, if `more` bytes fit after it.
    #[inline]
    pub(crate) fn buffer_to_append(self, more: usize) -> Option<Gc<Buffer>> {
        self.buffer().filter(|buffer| buffer.used() == self.len() && buffer.spare() >= more)
    }

    /// The bytes: UTF-8.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        let start = match self.buffer() {
            Some(buffer) => buffer.start(),
            // SAFETY: the bytes of a flat string follow its record.
            None => unsafe { self.as_ptr().add(1).cast() },
        };
        // SAFETY: `len` bytes lie there, and nobody writes to them again.
        unsafe { core::slice::from_raw_parts(start, self.len()) }
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        // SAFETY: strings are made of whole strs only.
        unsafe { core::str::from_utf8_unchecked(self.bytes()) }
    }

    /// The text, for longer than the borrow of this pointer.
    ///
    /// # Safety
    /// The string lives as long as `'a`: a root holds it, or there is no safepoint meanwhile.
    pub(crate) unsafe fn text_for<'a>(self) -> &'a str {
        // SAFETY: the bytes are those of the object or of its buffer, which it keeps alive, and never change.
        unsafe { &*core::ptr::from_ref(self.text()) }
    }
}

/// Bytes with room to grow, shared by the strings that are prefixes of them.
#[repr(C)]
pub(crate) struct Buffer {
    header: Header,
    used: Cell<u32>,
    capacity: u32,
}

// SAFETY: repr(C), header first; made by `Buffer::new` only.
unsafe impl Object for Buffer {
    const KIND: Kind = Kind::Buffer;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<Buffer>, _: &mut impl Tracer) {}
}

impl Buffer {
    /// Offset of the number of bytes in use, for machine code.
    pub(crate) const USED: usize = core::mem::offset_of!(Buffer, used);
    /// Offset of the capacity, for machine code.
    pub(crate) const CAPACITY: usize = core::mem::offset_of!(Buffer, capacity);

    /// Bytes of a buffer of that capacity.
    pub(crate) const fn size(capacity: usize) -> usize {
        size_of::<Buffer>() + capacity
    }

    /// An empty buffer, to be written at the start of `Buffer::size(capacity)` bytes.
    pub(crate) fn new(capacity: u32) -> Buffer {
        Buffer { header: Header::new(Kind::Buffer), used: Cell::new(0), capacity }
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> usize {
        self.used.get() as usize
    }

    /// Bytes that still fit.
    pub(crate) fn spare(&self) -> usize {
        (self.capacity - self.used.get()) as usize
    }
}

const _: () = assert!(Buffer::size(MAX_LEN * 2) > MAX_LEN * 2);
// Machine code writes length and hash, 0, at once.
const _: () = assert!(core::mem::offset_of!(Str, hash) == Str::LEN + 4);

impl Gc<Buffer> {
    /// The bytes follow the record.
    fn start(self) -> *const u8 {
        self.as_ptr().wrapping_add(1).cast()
    }

    /// Appends bytes.
    ///
    /// # Safety
    /// They fit: `bytes.len() <= spare()`; they are not this buffer's own spare part.
    pub(crate) unsafe fn append(self, bytes: &[u8]) {
        // SAFETY: passed on from the caller.
        unsafe {
            self.write_spare(0, bytes);
            self.use_spare(bytes.len());
        }
    }

    /// Writes bytes to the spare part, `offset` bytes from its start.
    ///
    /// # Safety
    /// They fit: `offset + bytes.len() <= spare()`; they are not this buffer's own spare part.
    pub(crate) unsafe fn write_spare(self, offset: usize, bytes: &[u8]) {
        debug_assert!(offset + bytes.len() <= self.spare());
        meter::count(bytes.len());
        // SAFETY: the bytes lie after the record, and nobody reads its spare part.
        unsafe {
            let start = self.as_ptr().add(1).cast::<u8>().add(self.used() + offset);
            start.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
    }

    /// Counts the first `len` bytes of the spare part as used.
    ///
    /// # Safety
    /// They fit, and were written.
    pub(crate) unsafe fn use_spare(self, len: usize) {
        debug_assert!(len <= self.spare());
        self.used.set((self.used() + len) as u32);
    }
}

/// A value for each of a few names.
pub(super) type NameTable<T> = HashTable<(Gc<Str>, T), Mem>;

/// The interned strings, held weakly: the sweeper removes dead ones.
pub(crate) struct StringTable {
    table: Table<Gc<Str>>,
    seed: Seed,
}

impl StringTable {
    pub(crate) fn new(mem: &Mem) -> StringTable {
        StringTable { table: Table::new(mem), seed: mem.seed() }
    }

    pub(crate) fn find(&self, bytes: &[u8]) -> Option<Gc<Str>> {
        self.table.find(self.hash(bytes), |entry| entry.bytes() == bytes).copied()
    }

    /// Reserves an entry for a string of those bytes.
    pub(crate) fn reserve(&mut self, bytes: &[u8]) -> Result<(), OutOfMemory> {
        self.table.reserve(self.hash(bytes), |entry| entry.hash())
    }

    /// Adds a string that `find` did not find, and sets its hash. The caller has called `reserve`.
    pub(crate) fn add(&mut self, string: Gc<Str>) {
        string.hash.set(self.hash(string.bytes()));
        self.table.insert(string.hash(), string, |entry| entry.hash());
    }

    /// The number of interned strings, dead ones that are not swept included.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    fn hash(&self, bytes: &[u8]) -> u32 {
        (crate::mem::hash(self.seed, bytes) >> 32) as u32
    }

    /// Removes a dead string.
    pub(crate) fn remove(&mut self, string: NonNull<Str>, hash: u32) {
        self.table.remove(hash, |entry| entry.as_ptr() == string.as_ptr());
    }
}
