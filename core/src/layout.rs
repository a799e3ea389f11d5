//! Layout: the offsets of everything that machine code may touch.
//!
//! Offsets are in bytes. Each is derived from the type, so that it changes with the field. The end of the file asserts
//! the offsets that must not change.
//!
//! ```text
//!   VM ──frame──> Frame { pc, base, data, callee } ──callee──> Closure { header, function, upvalues.. }
//!   │                      └─> registers, 8 bytes each              └─> Function { entry, data, registers, arity }
//!   ├─ fuel, values_end, frames_end, globals, sp                           data: sites below, constants above
//!   └─ stubs: addresses of shared code;  runtime: of the functions of the VM that they call
//! ```

use core::mem::offset_of;

use crate::context::{Context, NativeContext, region_offset};
use crate::fuel::{BULK, Fuel};
use crate::heap::{self, BumpRegion, Heap, class_of};
use crate::object::stack::{Frame, Stack};
use crate::object::{
    self, Age, Buffer, CellObject, Class, Closure, DataHeader, ENTRIES, FLAT, FREE_ENTRY, Function,
    FunctionNative, Header, INSTANCE_SLOTS, IcEntry, IcKind, InlineCache, Items, Kind, List, LookupLine,
    NAME_SHIFT, Str,
};
use crate::value::{self, Value};

pub use crate::abi::{
    ELSEWHERE, INIT, LEFT, MADE, NOT_MADE, RETURNED, RUNTIME, Runtime, STUBS, Stub, TAKEN, UNCOMPILED,
};

/// Bits of nil; doubles are all below, unsigned.
pub const NIL: u64 = value::NIL;
/// Bits of false.
pub const FALSE: u64 = value::NIL | 1;
/// Bits of true.
pub const TRUE: u64 = value::NIL | 2;
/// Bits of a global that is not defined.
pub const UNDEFINED: u64 = value::NIL | 3;
/// The tag of ints: their bits are it plus the integer's 32. Ints are all values from here on, unsigned.
pub const INT_TAG: u64 = value::INT;
/// The tag of objects: their bits are it plus an address of 48 bits.
pub const OBJ_TAG: u64 = value::OBJECT;

macro_rules! offsets {
    ($($(#[doc = $doc:literal])* $name:ident = $value:expr;)*) => {
        $($(#[doc = $doc])* pub const $name: i32 = $value as i32;)*
    };
}

offsets! {
    /// In the VM: the current frame's record.
    VM_FRAME = offset_of!(Context, stack) + offset_of!(Stack, frame);
    /// In the VM: the end of the registers that frames may use.
    VM_VALUES_END = offset_of!(Context, stack) + offset_of!(Stack, end);
    /// In the VM: 32 bits, units left in the slice of fuel.
    VM_FUEL = offset_of!(Context, fuel) + offset_of!(Fuel, slice);
    /// In the VM: the address of a byte that is not 0 if the host wants the run to stop.
    VM_INTERRUPT = offset_of!(Context, interrupt);
    /// In the VM: the end of the frame records that machine code may use.
    VM_FRAMES_END = offset_of!(Context, native) + offset_of!(NativeContext, frames_end);
    /// In the VM: the values of globals.
    VM_GLOBALS = offset_of!(Context, native) + offset_of!(NativeContext, globals);
    /// In the VM: a byte, 1 while the collector is marking, else 0.
    VM_MARKING = offset_of!(Context, heap) + Heap::MARKING;
    /// In the VM: the native stack pointer where machine code was entered.
    VM_SP = offset_of!(Context, native) + offset_of!(NativeContext, sp);
    /// In the VM: where the stub [`Switch`](Stub::Switch) goes.
    VM_TARGET = offset_of!(Context, native) + offset_of!(NativeContext, target);
    /// In the VM: the addresses of stubs, in the order of [`Stub`].
    VM_STUBS = offset_of!(Context, native) + offset_of!(NativeContext, stubs);
    /// In the VM: the addresses of runtime functions, in the order of [`Runtime`].
    VM_RUNTIME = offset_of!(Context, native) + offset_of!(NativeContext, runtime);
    /// In the VM: the address of the first line of the lookup cache.
    VM_LOOKUPS = offset_of!(Context, native) + offset_of!(NativeContext, lookups);
    /// In the VM: the number of lines of the lookup cache less one.
    VM_LOOKUP_MASK = offset_of!(Context, native) + offset_of!(NativeContext, lookup_mask);
    /// In the VM: the bits of nil, which doubles are below.
    VM_NIL = offset_of!(Context, native) + offset_of!(NativeContext, nil);
    /// In the VM: the bits of a global that is not defined.
    VM_UNDEFINED = offset_of!(Context, native) + offset_of!(NativeContext, undefined);
    /// In the VM: the bump regions, by their size in granules less one.
    VM_REGIONS = region_offset(0);
    /// In the VM: the bump region that slices are allocated from.
    VM_SLICE_REGION = region_offset(class_of(Str::SLICE_SIZE));

    /// In a frame's record: its pc.
    FRAME_PC = offset_of!(Frame, pc);
    /// In a frame's record: its register 0.
    FRAME_BASE = offset_of!(Frame, base);
    /// In a frame's record: its function's constants.
    FRAME_DATA = offset_of!(Frame, data);
    /// In a frame's record: its closure, if it is a script's.
    FRAME_CALLEE = offset_of!(Frame, callee);
    /// Bytes of a frame's record.
    FRAME_SIZE = size_of::<Frame>();

    /// In an object: 32 bits, its shape.
    OBJECT_SHAPE = Header::SHAPE;
    /// In an object: a byte, its kind.
    OBJECT_KIND = Header::KIND;
    /// In an object: a byte, its age.
    OBJECT_AGE = Header::AGE;
    /// In an object: the lower byte of 16 bits whose meaning depends on the kind.
    OBJECT_AUX = Header::AUX;

    /// In a string: 32 bits, its length in bytes.
    STR_LEN = Str::LEN;
    /// In a slice: 32 bits, the allowance for bytes after it; 0 if another sum took over both allowances.
    STR_ALLOWANCE_AFTER = Str::ALLOWANCE_AFTER;
    /// In a flat string: its bytes.
    STR_BYTES = size_of::<Str>();
    /// In a slice: its buffer.
    STR_BUFFER = Str::BUFFER;
    /// In a slice: 32 bits, the offset of its first byte from those of the buffer. The allowance for bytes before the slice
    /// follows.
    STR_FROM = Str::FROM;
    /// In a buffer: 32 bits, the offset of the end of the used part.
    BUFFER_TO = Buffer::TO;
    /// In a buffer: 32 bits, the capacity in bytes.
    BUFFER_CAPACITY = Buffer::CAPACITY;
    /// In a buffer: its bytes.
    BUFFER_BYTES = size_of::<Buffer>();

    /// In a list: 32 bits, how many items it has.
    LIST_LEN = List::LEN;
    /// In a list: the object with its items.
    LIST_ITEMS = List::ITEMS;
    /// In the items of a list: the first.
    ITEMS_VALUES = size_of::<Items>();
    /// In a closure: its function.
    CLOSURE_FUNCTION = offset_of!(Closure, function);
    /// In a closure: its upvalues, 8 bytes each.
    CLOSURE_UPVALUES = size_of::<Closure>();
    /// From a function's constants: 32 bits, exits for operands that its code was not made for, until it is given up.
    DATA_EXITS_LEFT = offset_of!(DataHeader, exits_left) as isize - size_of::<DataHeader>() as isize;
    /// In a function: its bytecode.
    FUNCTION_CODE = Function::CODE;
    /// In a function: its constants.
    FUNCTION_DATA = Function::DATA;
    /// In a function: the address to call.
    FUNCTION_ENTRY = offset_of!(Function, native) + offset_of!(FunctionNative, entry);
    /// In a function: 32 bits, how many registers its frames have.
    FUNCTION_REGISTERS = offset_of!(Function, registers);
    /// In a function: a byte, how many parameters it has.
    FUNCTION_ARITY = offset_of!(Function, arity);
    /// In a cell: its value.
    CELL_VALUE = offset_of!(CellObject, value);
    /// In an instance: its slots, 8 bytes each.
    INSTANCE_FIELDS = INSTANCE_SLOTS;

    /// In a class: 64 bits, the header of a fresh instance; its upper 16 are the number of its slots.
    CLASS_FRESH = offset_of!(Class, fresh);
    /// In a class: how far from the VM the bump region lies that instances are allocated from; 0 if the VM has to do it.
    CLASS_REGION = offset_of!(Class, region);
    /// In a class: the closure of its initializer, null if it has none.
    CLASS_INIT = offset_of!(Class, init);
    /// In a bump region: the next free byte.
    REGION_NEXT = offset_of!(BumpRegion, next);
    /// In a bump region: its end.
    REGION_END = offset_of!(BumpRegion, end);
    /// In a bump region: bytes of a cell, by which `REGION_NEXT` advances.
    REGION_CELL = offset_of!(BumpRegion, size);

    /// In an instance: 16 bits, how many slots it has.
    INSTANCE_CAPACITY = Header::AUX;

    /// In an inline cache: the name.
    IC_NAME = offset_of!(InlineCache, name);
    /// In an inline cache: its entries.
    IC_ENTRIES = offset_of!(InlineCache, entries);
    /// How many there are.
    IC_ENTRY_COUNT = ENTRIES;
    /// Bytes of an entry.
    IC_ENTRY_SIZE = size_of::<IcEntry>();
    /// In an entry: 32 bits, the shape, with [`OUTLYING`] for a field in an outlying slot.
    IC_KEY = offset_of!(IcEntry, key);
    /// In an entry: 16 bits, the slot.
    IC_SLOT = offset_of!(IcEntry, slot);
    /// In an entry: a byte, one of [`IC_INLINE`], [`IC_ADDED`], [`IC_OUTLINE`], [`IC_METHOD`], or another.
    IC_KIND = offset_of!(IcEntry, kind);
    /// In the entry of a field: 32 bits, the shape, after a store, of the object that the slot is in.
    IC_NEXT = IcEntry::PAYLOAD;
    /// In the entry of a method: its closure.
    IC_TARGET = IcEntry::PAYLOAD;

    /// In a line of the lookup cache: the name, null if the line is free.
    LOOKUP_NAME = offset_of!(LookupLine, name);
    /// In a line of the lookup cache: the entry.
    LOOKUP_ENTRY = offset_of!(LookupLine, entry);
}

/// Set in [`IC_KEY`] if the slot is not one of the instance, but of the object in its last slot.
pub const OUTLYING: u32 = object::OUTLYING;
/// What [`IC_KEY`] is of a free entry.
pub const IC_FREE: i32 = FREE_ENTRY as i32;
/// What [`IC_KIND`] is of a field in a slot of the instance.
pub const IC_INLINE: u8 = IcKind::Inline as u8;
/// What [`IC_KIND`] is of a field in an outlying slot that there is already.
pub const IC_OUTLINE: u8 = IcKind::Outline as u8;
/// What [`IC_KIND`] is of a field that a store adds, in a slot of the instance.
pub const IC_ADDED: u8 = IcKind::Added as u8;

/// The line of the lookup cache for a shape and a name: the shape times [`LOOKUP_STRIDE`], plus the address of the name
/// without this many low bits, modulo one more than [`VM_LOOKUP_MASK`] holds; or the line whose index differs from that in the
/// lowest bit.
pub const LOOKUP_SHIFT: u8 = NAME_SHIFT as u8;
/// See [`LOOKUP_SHIFT`].
pub const LOOKUP_STRIDE: i32 = object::LOOKUP_STRIDE as i32;

/// Globals from this index on need a test of [`VM_MARKING`] before a store: if it is 1, the interpreter stores.
pub const FAR_GLOBALS: u32 = crate::globals::NEAR;

/// Bytes of a granule: cells are multiples of it, and a record of a string is one.
pub const GRANULE: i32 = heap::GRANULE as i32;
/// The kind of a string.
pub const KIND_STR: u8 = Kind::Str as u8;
/// What the lower byte of [`OBJECT_AUX`] is of slices that are not forked, and less in flat strings only.
pub const STR_SLICE: u8 = Str::SLICE;
/// The header of a fresh slice.
pub const STR_SLICE_HEADER: u64 = Str::SLICE_HEADER;
/// The header of a fresh string that is flat and was computed.
pub const STR_FLAT_HEADER: u64 = Str::FLAT_HEADER;
/// Sums of fewer bytes are flat.
pub const STR_FLAT: usize = FLAT;
/// Copying fewer bytes costs no fuel.
pub const BULK_BYTES: usize = BULK;
/// The value of [`IC_KIND`] in an entry whose target is a closure.
pub const IC_METHOD: u8 = IcKind::Method as u8;
/// The kind of a closure.
pub const KIND_CLOSURE: u8 = Kind::Closure as u8;
/// The kind of a class.
pub const KIND_CLASS: u8 = Kind::Class as u8;
/// The kind of a cell.
pub const KIND_CELL: u8 = Kind::Cell as u8;
/// The kind of lists.
pub const KIND_LIST: u8 = Kind::List as u8;
/// The age of an object that was scanned: a store into it must be told to the collector.
pub const AGE_SCANNED: u8 = Age::Scanned as u8;

// Machine code takes an `Option<Gc>` for an address, null for `None`.
const _: () = assert!(size_of::<Option<object::Gc<Closure>>>() == size_of::<usize>());
const _: () = assert!(size_of::<Value>() == 8);
// What sums of strings count on: the class of so many granules is known without a table, and the record is one of them.
const _: () = assert!(
    size_of::<Str>() == heap::GRANULE && class_of(size_of::<Str>() + FLAT) == FLAT.div_ceil(heap::GRANULE)
);
// Offsets that fit a byte, for shorter code.
const _: () = assert!(FUNCTION_ENTRY < 128 && FUNCTION_REGISTERS < 128 && FUNCTION_ARITY < 128);
// Only where there is machine code.
const _: () = assert!(size_of::<usize>() != 8 || size_of::<BumpRegion>() == 24);
const _: () = assert!(size_of::<usize>() != 8 || size_of::<LookupLine>() == 24);
