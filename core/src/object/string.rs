//! Strings.
//!
//! ```text
//!   flat    Str | len | hash | bytes ...                      short results, literals, names
//!   slice   Str | len | allowance | buffer ·--+ | from | allowance before     long results of concatenation
//!                                             v
//!                      Buffer | from | to | capacity | ----......---- |
//!
//!   pending Str | len | 0 | left | right                       sums of a forked slice
//! ```
//!
//! A slice is `len` bytes of a buffer that has spare bytes at its ends. Appending to the slice that ends where the
//! buffer's used part ends writes the new bytes after it and makes a new 32-byte `Str`; the old one still reads its
//! own bytes. Prepending to the slice that begins where the used part begins is the mirror image. So loops of
//! `s = s + x` and of `s = x + s` copy each byte a bounded number of times on average.
//!
//! Two sums cannot both extend the same slice in place: the second is a copy, and is *forked*. A program that did so once
//! may do so at every step, as `o = s + "!"; s = s + x;` does. So sums that extend a forked slice are *pending*: they refer
//! to their operands. The first sum that such a string is an operand of *settles* it, which makes it a slice where it is.
//! Reading it needs no copy: it has two parts.
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

/// The most bytes of a computed string, and of a buffer. The size of its page does not overflow 32 bits.
pub(crate) const MAX_LEN: usize = tunable(1 << 30, 1 << 20);

/// Literals longer than this are not interned.
pub(crate) const INTERN_LIMIT: usize = tunable(64, 8);

/// Results shorter than this are copied whole.
pub(crate) const FLAT: usize = tunable(64, 8);

/// The most spare bytes of a buffer for a sum of two operands of about the same length.
const DOUBLED_SPARE: usize = tunable(4 << 10, 256);

const INTERNED: u16 = 1;
/// A flat string that was computed: the next concatenation gives it a buffer.
const COMPUTED: u16 = 2;
const SLICE: u16 = 4;
/// A slice whose sums are pending.
const FORKED: u16 = 8;
const PENDING: u16 = 16;

/// A string of UTF-8.
#[repr(C)]
pub(crate) struct Str {
    header: Header,
    len: u32,
    /// The hash of an interned string, and of a flat one that was a key of a map; of a slice, the allowance for bytes after it; 0
    /// in others.
    hash_or_allowance: Cell<u32>,
    /// Size 0: aligns the record after that of the string.
    record: [Record; 0],
}

/// What follows the record of a string that is not flat; its `aux` says which.
#[derive(Clone, Copy)]
#[repr(C)]
union Record {
    slice: SliceRecord,
    pending: Pending,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct SliceRecord {
    buffer: Gc<Buffer>,
    from: u32,
    /// The allowance for bytes before the slice.
    before: u32,
}

/// Where the bytes of a slice are.
#[derive(Clone, Copy)]
pub(crate) struct Slice {
    pub(crate) buffer: Gc<Buffer>,
    /// Offset of the first byte from the buffer's start.
    pub(crate) from: u32,
}

/// What sums that extend a string cost: one of fewer bytes than these costs the bytes that it adds. Allowances depend on
/// how the string was computed, never on the buffer. One that is used up is 1. `after` is 0 if another sum took over both.
#[derive(Clone, Copy, Default)]
pub(crate) struct Allowance {
    /// Bytes appended.
    pub(crate) after: usize,
    /// Bytes prepended.
    pub(crate) before: usize,
}

impl Allowance {
    /// Of a sum of `len` bytes that was paid for as a whole.
    pub(crate) fn new(len: usize) -> Allowance {
        Allowance { after: 1 + len, before: 1 + len }
    }

    /// What is left after an append of `more` bytes, if that is within the allowance.
    #[inline]
    pub(crate) fn appended(self, more: usize) -> Option<Allowance> {
        let after = self.after.checked_sub(more).filter(|&rest| rest > 0)?;
        Some(Allowance { after, ..self })
    }

    /// What is left after a prepend of `more` bytes, if that is within the allowance.
    pub(crate) fn prepended(self, more: usize) -> Option<Allowance> {
        let before = self.before.checked_sub(more).filter(|&rest| rest > 0)?;
        Some(Allowance { before, ..self })
    }
}

/// The operands of a sum that is not settled. Neither is pending.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) left: Gc<Str>,
    pub(crate) right: Gc<Str>,
}

// SAFETY: repr(C), header first; made by `Str::init_flat`, `Str::init_slice` and `Str::init_pending` only.
unsafe impl Object for Str {
    const KIND: Kind = Kind::Str;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(string: Gc<Str>, tracer: &mut impl Tracer) {
        if let Some(slice) = string.slice() {
            tracer.object(slice.buffer);
        } else if let Some(Pending { left, right }) = string.pending() {
            tracer.object(left);
            tracer.object(right);
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

impl Record {
    fn of_slice(slice: Slice, allowance: Allowance) -> Record {
        let Slice { buffer, from } = slice;
        Record { slice: SliceRecord { buffer, from, before: allowance.before as u32 } }
    }
}

/// The `aux` of a slice.
fn slice_aux(forked: bool) -> u16 {
    if forked { SLICE | FORKED } else { SLICE }
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
    /// Offset of the allowance for bytes after a slice, for machine code.
    pub(crate) const ALLOWANCE_AFTER: usize = core::mem::offset_of!(Str, hash_or_allowance);
    /// Offset of a slice's buffer, for machine code.
    pub(crate) const BUFFER: usize = size_of::<Str>() + core::mem::offset_of!(SliceRecord, buffer);
    /// Offset of the place of a slice in its buffer, for machine code.
    pub(crate) const FROM: usize = size_of::<Str>() + core::mem::offset_of!(SliceRecord, from);
    /// The lower half of `aux` in slices that are not forked, and the least in strings that are not flat, for machine
    /// code.
    pub(crate) const SLICE: u8 = SLICE as u8;
    /// The headers of fresh computed strings, slices and flat ones, for machine code.
    pub(crate) const SLICE_HEADER: u64 = Header::bits(Kind::Str, Kind::Str.shape(), SLICE);
    pub(crate) const FLAT_HEADER: u64 = Header::bits(Kind::Str, Kind::Str.shape(), COMPUTED);

    /// Bytes of the object of a slice, or of a pending string.
    pub(crate) const SLICE_SIZE: usize = size_of::<Str>() + size_of::<Record>();

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
                hash_or_allowance: Cell::new(0),
                record: [],
            });
            let bytes = memory.add(1).cast::<u8>();
            bytes.copy_from_nonoverlapping(parts[0].as_ptr(), parts[0].len());
            bytes.add(parts[0].len()).copy_from_nonoverlapping(parts[1].as_ptr(), parts[1].len());
        }
    }

    /// Writes a computed flat string of NUL bytes into fresh memory, for the writer to write over.
    ///
    /// # Safety
    /// `memory` is the start of `Str::flat_size` bytes for that length, of nobody else while the writer lives.
    pub(crate) unsafe fn init_blank<'a>(memory: *mut Str, len: usize) -> TextWriter<'a> {
        meter::count(len);
        // SAFETY: the caller's memory covers header and bytes.
        unsafe {
            memory.write(Str {
                header: Header::with_aux(Kind::Str, COMPUTED),
                len: len as u32,
                hash_or_allowance: Cell::new(0),
                record: [],
            });
            let bytes = memory.add(1).cast::<u8>();
            bytes.write_bytes(0, len);
            TextWriter { bytes: core::slice::from_raw_parts_mut(bytes, len), at: 0 }
        }
    }

    /// Writes a string of `len` bytes of a buffer into fresh memory.
    ///
    /// # Safety
    /// `memory` is the start of `Str::SLICE_SIZE` bytes of nobody else; the bytes are in the buffer's used part.
    pub(crate) unsafe fn init_slice(
        memory: *mut Str,
        slice: Slice,
        len: usize,
        allowance: Allowance,
        forked: bool,
    ) {
        // SAFETY: the caller's memory covers both records.
        unsafe {
            memory.write(Str {
                header: Header::with_aux(Kind::Str, slice_aux(forked)),
                len: len as u32,
                hash_or_allowance: Cell::new(allowance.after as u32),
                record: [],
            });
            memory.add(1).cast::<Record>().write(Record::of_slice(slice, allowance));
        }
    }

    /// Writes the sum of two strings into fresh memory, without their bytes.
    ///
    /// # Safety
    /// `memory` is the start of `Str::SLICE_SIZE` bytes of nobody else; neither operand is pending.
    pub(crate) unsafe fn init_pending(memory: *mut Str, operands: Pending) {
        let Pending { left, right } = operands;
        debug_assert!(left.pending().is_none() && right.pending().is_none());
        // SAFETY: the caller's memory covers both records.
        unsafe {
            memory.write(Str {
                header: Header::with_aux(Kind::Str, PENDING),
                len: left.len + right.len,
                hash_or_allowance: Cell::new(0),
                record: [],
            });
            memory.add(1).cast::<Record>().write(Record { pending: operands });
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
        self.header.aux() & (COMPUTED | SLICE | PENDING) != 0
    }

    fn is_slice(&self) -> bool {
        self.header.aux() & SLICE != 0
    }

    /// Whether sums that extend the string are pending.
    pub(crate) fn is_forked(&self) -> bool {
        self.header.aux() & FORKED != 0
    }

    /// Whether it is a slice that is not forked.
    #[inline]
    pub(crate) fn is_common_slice(&self) -> bool {
        self.header.aux() == SLICE
    }

    /// Whether it is a slice whose allowance another sum took over.
    pub(crate) fn is_taken(&self) -> bool {
        self.is_slice() && self.hash_or_allowance.get() == 0
    }

    /// The hash of the bytes, if it is known: that of an interned string is. Else 0.
    pub(crate) fn hash(&self) -> u32 {
        if self.is_slice() { 0 } else { self.hash_or_allowance.get() }
    }

    /// Keeps the hash of the bytes, if the string is flat.
    pub(crate) fn note_hash(&self, hash: u32) {
        if self.header.aux() & (SLICE | PENDING) == 0 {
            self.hash_or_allowance.set(hash);
        }
    }

    /// The hash for a table, which looks at the highest bits and the lowest.
    #[inline]
    pub(crate) fn table_hash(&self) -> u64 {
        u64::from(self.hash()) << 32 | u64::from(self.hash())
    }
}

/// The address after the record. A reference to the record does not cover the bytes there.
impl Gc<Str> {
    /// Where the bytes of a slice are.
    #[inline]
    pub(crate) fn slice(self) -> Option<Slice> {
        self.slice_record().map(|SliceRecord { buffer, from, .. }| Slice { buffer, from })
    }

    #[inline]
    fn slice_record(self) -> Option<SliceRecord> {
        // SAFETY: `init_slice` wrote the record after that of the string.
        self.is_slice().then(|| unsafe { (*self.as_ptr().add(1).cast::<Record>()).slice })
    }

    /// What sums that extend the string cost.
    #[inline]
    pub(crate) fn allowance(self) -> Allowance {
        match self.slice_record() {
            Some(SliceRecord { before, .. }) if !self.is_taken() => {
                Allowance { after: self.hash_or_allowance.get() as usize, before: before as usize }
            }
            _ => Allowance::default(),
        }
    }

    /// Ends the allowance of a slice: a sum takes it over.
    #[inline]
    pub(crate) fn end_allowance(self) {
        debug_assert!(self.is_slice());
        self.hash_or_allowance.set(0);
    }

    /// The operands of a pending string.
    #[inline]
    pub(crate) fn pending(self) -> Option<Pending> {
        // SAFETY: `init_pending` wrote the record after that of the string.
        (self.header.aux() & PENDING != 0)
            .then(|| unsafe { (*self.as_ptr().add(1).cast::<Record>()).pending })
    }

    /// Makes a pending string a slice.
    ///
    /// # Safety
    /// The string is pending, and has as many bytes, the same, in the buffer's used part. A barrier follows.
    pub(crate) unsafe fn settle(self, slice: Slice, allowance: Allowance, forked: bool) {
        debug_assert!(self.header.aux() == PENDING);
        // SAFETY: the record after that of a pending string is as large as that of a slice.
        unsafe { self.as_ptr().add(1).cast::<Record>().write(Record::of_slice(slice, allowance)) };
        self.hash_or_allowance.set(allowance.after as u32);
        self.header.set_aux(slice_aux(forked));
    }

    /// Where a slice begins that ends where its buffer's used part does, if `more` bytes fit after it.
    #[inline]
    pub(crate) fn slice_to_append(self, more: usize) -> Option<Slice> {
        self.slice().filter(|slice| {
            let (to, capacity) = (slice.buffer.to.get(), slice.buffer.capacity);
            slice.from + self.len == to && (capacity - to) as usize >= more
        })
    }

    /// Where the sum of `more` bytes and a slice begins, if the slice begins where its buffer's used part does, and the
    /// bytes fit before it.
    pub(crate) fn slice_to_prepend(self, more: usize) -> Option<Slice> {
        let Slice { buffer, from } = self.slice()?;
        let start = (from as usize).checked_sub(more).filter(|_| from == buffer.from.get())?;
        Some(Slice { buffer, from: start as u32 })
    }

    /// The bytes of a string that is not pending: UTF-8.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        let start = if self.header.aux() & (SLICE | PENDING) == 0 {
            // SAFETY: the bytes of a flat string follow its record.
            unsafe { self.as_ptr().add(1).cast() }
        } else if let Some(Slice { buffer, from }) = self.slice() {
            buffer.start().wrapping_add(from as usize).cast_const()
        } else {
            debug_assert!(false, "a pending string has two parts");
            return &[];
        };
        // SAFETY: `len` bytes lie there, and nobody writes to them again.
        unsafe { core::slice::from_raw_parts(start, self.len()) }
    }

    /// The bytes of any string, in two parts: UTF-8, each for itself.
    #[inline]
    pub(crate) fn parts(&self) -> [&[u8]; 2] {
        match self.pending() {
            // SAFETY: the string keeps its operands, whose bytes never change, as long as this pointer keeps the string, or
            // until it is settled, in a safepoint.
            Some(Pending { left, right }) => unsafe {
                [left.text_for().as_bytes(), right.text_for().as_bytes()]
            },
            None => [self.bytes(), &[]],
        }
    }

    /// The text of any string in two parts, for longer than the borrow of this pointer.
    ///
    /// # Safety
    /// The string lives as long as `'a`: a root holds it, or there is no safepoint meanwhile; and there is no sum.
    pub(crate) unsafe fn parts_for<'a>(self) -> [&'a str; 2] {
        // SAFETY: strings are made of whole strs only; the bytes never change, and the operands of a pending string live as
        // long as it is pending.
        self.parts().map(|part| unsafe {
            core::str::from_utf8_unchecked(core::slice::from_raw_parts(part.as_ptr(), part.len()))
        })
    }

    /// The character that begins at a byte; `None` at the end and inside of one.
    pub(crate) fn char_at(&self, index: usize) -> Option<char> {
        let (part, at) = self.part_at(index);
        let bytes = part.get(at..part.len().min(at + 4))?;
        bytes.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next())
    }

    /// Whether a character begins at a byte, or the string ends there.
    pub(crate) fn is_char_boundary(&self, index: usize) -> bool {
        let (part, at) = self.part_at(index);
        // All bytes of a character but the first begin with the bits 10.
        part.get(at).is_none_or(|byte| byte & 0xC0 != 0x80)
    }

    /// The part with a byte, and the place there.
    fn part_at(&self, index: usize) -> (&[u8], usize) {
        let [first, second] = self.parts();
        if index < first.len() { (first, index) } else { (second, index - first.len()) }
    }

    /// The text of a string that is not pending.
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

/// Writes the text of a new string, piece by piece. A piece that does not fit is left out as a whole, so the text is
/// UTF-8 at any time.
pub(crate) struct TextWriter<'a> {
    /// NUL bytes from `at` on.
    bytes: &'a mut [u8],
    at: usize,
}

impl TextWriter<'_> {
    /// Appends a text.
    pub(crate) fn push(&mut self, text: &str) {
        let end = self.at + text.len();
        debug_assert!(end <= self.bytes.len(), "the text was measured");
        if let Some(place) = self.bytes.get_mut(self.at..end) {
            place.copy_from_slice(text.as_bytes());
            self.at = end;
        }
    }

    /// Appends a character `count` times.
    pub(crate) fn fill(&mut self, char: char, count: usize) {
        let mut buffer = [0; 4];
        let text = char.encode_utf8(&mut buffer);
        for _ in 0..count {
            self.push(text);
        }
    }
}

/// Bytes with spare ones before and after them, shared by the strings that are slices of them.
#[repr(C)]
pub(crate) struct Buffer {
    header: Header,
    /// Offset of the used part.
    from: Cell<u32>,
    /// Offset of its end.
    to: Cell<u32>,
    /// Bytes, spare ones included.
    capacity: u32,
}

// SAFETY: repr(C), header first; made by `Buffer::new` only.
unsafe impl Object for Buffer {
    const KIND: Kind = Kind::Buffer;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<Buffer>, _: &mut impl Tracer) {}
}

impl Buffer {
    /// Offset of the end of the used part, for machine code.
    pub(crate) const TO: usize = core::mem::offset_of!(Buffer, to);
    /// Offset of the capacity, for machine code.
    pub(crate) const CAPACITY: usize = core::mem::offset_of!(Buffer, capacity);

    /// Bytes of a buffer of that capacity.
    pub(crate) const fn size(capacity: usize) -> usize {
        size_of::<Buffer>() + capacity
    }

    /// Spare bytes of a new buffer for a sum of `len` bytes, `shorter` of them those of the shorter operand: as many as
    /// the sum has, so that copies to larger buffers are rare. Operands that double a string need none for that.
    pub(crate) fn spare_for(len: usize, shorter: usize) -> usize {
        let doubles = shorter >= len / 5 * 2;
        // A string that fits into a buffer is never too long.
        let most = MAX_LEN - len;
        if doubles && len > DOUBLED_SPARE { DOUBLED_SPARE.min(most) } else { len.min(most) }
    }

    /// A buffer whose used part begins at `from`, and is empty; to be written at the start of `Buffer::size(capacity)`
    /// bytes.
    pub(crate) fn new(from: usize, capacity: usize) -> Buffer {
        let from = from as u32;
        Buffer {
            header: Header::new(Kind::Buffer),
            from: Cell::new(from),
            to: Cell::new(from),
            capacity: capacity as u32,
        }
    }

    /// Offset of the used part.
    pub(crate) fn from(&self) -> usize {
        self.from.get() as usize
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> usize {
        (self.to.get() - self.from.get()) as usize
    }

    /// Counts the bytes from `from` to `to` as used, besides those that are.
    ///
    /// # Safety
    /// They are in the buffer, adjoin or include its used part, and were written.
    pub(crate) unsafe fn extend_used(&self, from: usize, to: usize) {
        debug_assert!(from <= to && to <= self.capacity as usize);
        self.from.set(self.from.get().min(from as u32));
        self.to.set(self.to.get().max(to as u32));
    }
}

const _: () = assert!(MAX_LEN <= u32::MAX as usize);
// Machine code writes the length of a flat string and the hash, 0, at once, and copies the place of a slice and the allowance
// before it at once.
const _: () = assert!(
    Str::ALLOWANCE_AFTER == Str::LEN + 4
        && core::mem::offset_of!(SliceRecord, before) == core::mem::offset_of!(SliceRecord, from) + 4
);
// Machine code tells slices by the lower byte of `aux`.
const _: () = assert!(SLICE <= 0xFF);

impl Gc<Buffer> {
    /// The bytes follow the record.
    fn start(self) -> *mut u8 {
        self.as_ptr().wrapping_add(1).cast()
    }

    /// Appends bytes to the used part.
    ///
    /// # Safety
    /// They fit.
    #[inline]
    pub(crate) unsafe fn append(self, bytes: &[u8]) {
        let to = self.to.get();
        // SAFETY: passed on from the caller; no string has spare bytes.
        unsafe { self.write(to as usize, bytes) };
        self.to.set(to + bytes.len() as u32);
    }

    /// Writes bytes outside the used part.
    ///
    /// # Safety
    /// They fit from `offset` on, and no string has the bytes there.
    pub(crate) unsafe fn write(self, offset: usize, bytes: &[u8]) {
        debug_assert!(offset + bytes.len() <= self.capacity as usize);
        debug_assert!(offset >= self.to.get() as usize || offset + bytes.len() <= self.from());
        meter::count(bytes.len());
        // SAFETY: passed on from the caller.
        unsafe { self.start().add(offset).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
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
        string.hash_or_allowance.set(self.hash(string.bytes()));
        self.table.insert(string.hash(), string, |entry| entry.hash());
    }

    /// The number of interned strings, dead ones that are not swept included.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    /// The hash of the bytes of a string.
    pub(crate) fn hash(&self, bytes: &[u8]) -> u32 {
        (crate::mem::hash(self.seed, bytes) >> 32) as u32
    }

    /// Removes a dead string.
    pub(crate) fn remove(&mut self, string: NonNull<Str>, hash: u32) {
        self.table.remove(hash, |entry| entry.as_ptr() == string.as_ptr());
    }
}
