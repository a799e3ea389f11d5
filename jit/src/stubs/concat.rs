//! The sum of two strings, where it takes neither fuel nor the collector nor a new buffer.
//!
//! ```text
//!   flat       Str | len | lhs' bytes, rhs' bytes            a short sum
//!   slice      Str | len | allowance | buffer ·--+ | from | allowance before     `lhs` ends where its buffer's
//!                                                v                               used part does, `rhs` is short
//!              Buffer | from | to | capacity | ....lhs' bytes | rhs' bytes .... |
//! ```
//!
//! Eight bytes are copied at a time, so up to seven too many. Reads stay in the same cell: its size is a multiple of
//! 8, and a record lies before the bytes. Surplus bytes of a flat sum are overwritten later; a buffer must have space
//! for them.

use siskin_core::layout::{
    BUFFER_BYTES, BUFFER_CAPACITY, BUFFER_TO, BULK_BYTES, GRANULE, KIND_STR, OBJECT_AUX, OBJECT_KIND,
    REGION_CELL, REGION_END, REGION_NEXT, STR_ALLOWANCE_AFTER, STR_BUFFER, STR_BYTES, STR_FLAT,
    STR_FLAT_HEADER, STR_FROM, STR_LEN, STR_SLICE, STR_SLICE_HEADER, VM_REGIONS, VM_SLICE_REGION,
};

use crate::buffer::Label;
use crate::masm::{Cond, Masm, MemOperand, Reg, at};

/// Bytes copied at a time.
const CHUNK: i32 = 8;

/// [`Stub::ConcatNow`](siskin_core::layout::Stub::ConcatNow).
pub(super) fn concat(masm: &mut impl Masm) {
    let [refuse, left, right, append] = core::array::from_fn(|_| masm.label());
    masm.landing();
    masm.xor64(Reg::T5, Reg::T1, Reg::ObjTag);
    masm.xor64(Reg::T6, Reg::T2, Reg::ObjTag);
    masm.or64(Reg::T0, Reg::T5, Reg::T6);
    masm.shr64(Reg::T0, Reg::T0, 48);
    masm.branch64(Cond::Ne, Reg::T0, 0, refuse);
    for string in [Reg::T5, Reg::T6] {
        masm.branch8_mem(Cond::Ne, at(string, OBJECT_KIND), KIND_STR, refuse);
    }
    masm.load32(Reg::T0, at(Reg::T5, STR_LEN));
    masm.load32(Reg::T3, at(Reg::T6, STR_LEN));
    masm.branch32(Cond::Eq, Reg::T3, 0, left);
    masm.branch32(Cond::Eq, Reg::T0, 0, right);
    masm.add64(Reg::T4, Reg::T0, Reg::T3);
    masm.branch64(Cond::AboveEq, Reg::T4, STR_FLAT as i32, append);
    flat(masm, refuse);
    masm.bind(append);
    appended(masm, refuse);
    for (label, string) in [(left, Reg::T1), (right, Reg::T2)] {
        masm.bind(label);
        masm.mov(Reg::T0, string);
        masm.ret();
    }
    masm.bind(refuse);
    masm.imm(Reg::T0, 0);
    masm.ret();
}

/// A string of `T4` bytes: the `T0` of the string at `T5`, the `T3` of that at `T6`.
fn flat(masm: &mut impl Masm, refuse: Label) {
    masm.add64(Reg::T7, Reg::T4, GRANULE - 1);
    masm.shr64(Reg::T7, Reg::T7, GRANULE.trailing_zeros() as u8);
    // A bump region is three words.
    masm.add64(Reg::T5, Reg::T7, Reg::T7);
    masm.add64(Reg::T7, Reg::T7, Reg::T5);
    masm.address_index(Reg::T7, Reg::Vm, Reg::T7, VM_REGIONS);
    take(masm, |field| at(Reg::T7, field), refuse);

    // Each ends with a whole chunk. What that begins too early, the other string and the record are written over.
    excess(masm, Reg::T3);
    masm.sub64(Reg::T6, Reg::T6, Reg::T7);
    masm.sub64(Reg::T7, Reg::T0, Reg::T7);
    masm.add64(Reg::T7, Reg::T7, Reg::T5);
    copy(masm, Reg::T6, Reg::T7, STR_BYTES, Reg::T3);
    excess(masm, Reg::T0);
    masm.xor64(Reg::T1, Reg::T1, Reg::ObjTag);
    masm.sub64(Reg::T1, Reg::T1, Reg::T7);
    masm.sub64(Reg::T7, Reg::T5, Reg::T7);
    copy(masm, Reg::T1, Reg::T7, STR_BYTES, Reg::T0);
    masm.store64_imm(at(Reg::T5, 0), STR_FLAT_HEADER);
    masm.store64(at(Reg::T5, STR_LEN), Reg::T4);
    masm.or64(Reg::T0, Reg::T5, Reg::ObjTag);
    masm.ret();
}

/// A string of `T4` bytes: the `T0` of the string at `T5`, a slice with an allowance and spare bytes after it, and the
/// `T3` of that at `T6`.
fn appended(masm: &mut impl Masm, refuse: Label) {
    masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_AUX), STR_SLICE, refuse);
    if STR_FLAT < BULK_BYTES {
        // Builds for fuzzing have strings that are not flat and as short.
        masm.branch8_mem(Cond::AboveEq, at(Reg::T6, OBJECT_AUX), STR_SLICE, refuse);
    }
    masm.branch32(Cond::AboveEq, Reg::T3, BULK_BYTES as i32, refuse);
    masm.branch32(Cond::AboveEq, Reg::T3, at(Reg::T5, STR_ALLOWANCE_AFTER), refuse);
    masm.mov(Reg::T1, Reg::T5);
    masm.load64(Reg::T7, at(Reg::T1, STR_BUFFER));
    masm.load32(Reg::T5, at(Reg::T1, STR_FROM));
    masm.add64(Reg::T0, Reg::T0, Reg::T5);
    masm.branch32(Cond::Ne, Reg::T0, at(Reg::T7, BUFFER_TO), refuse);
    masm.load32(Reg::T5, at(Reg::T7, BUFFER_CAPACITY));
    masm.sub64(Reg::T5, Reg::T5, Reg::T0);
    masm.sub64(Reg::T5, Reg::T5, Reg::T3);
    masm.branch64(Cond::Lt, Reg::T5, CHUNK - 1, refuse);
    take(masm, |field| at(Reg::Vm, VM_SLICE_REGION + field), refuse);

    // The sum takes over the rest of the allowances.
    masm.load32(Reg::T2, at(Reg::T1, STR_ALLOWANCE_AFTER));
    masm.sub64(Reg::T2, Reg::T2, Reg::T3);
    masm.store32(at(Reg::T5, STR_LEN), Reg::T4);
    masm.store32(at(Reg::T5, STR_ALLOWANCE_AFTER), Reg::T2);
    masm.imm(Reg::T2, 0);
    masm.store32(at(Reg::T1, STR_ALLOWANCE_AFTER), Reg::T2);
    // It begins where `lhs` does. The allowance for bytes before it is in the same word.
    masm.load64(Reg::T2, at(Reg::T1, STR_FROM));
    masm.store64(at(Reg::T5, STR_FROM), Reg::T2);
    masm.store64_imm(at(Reg::T5, 0), STR_SLICE_HEADER);
    masm.store64(at(Reg::T5, STR_BUFFER), Reg::T7);
    masm.add64(Reg::T2, Reg::T0, Reg::T3);
    masm.store32(at(Reg::T7, BUFFER_TO), Reg::T2);
    masm.add64(Reg::T0, Reg::T0, Reg::T7);
    copy(masm, Reg::T6, Reg::T0, BUFFER_BYTES, Reg::T3);
    masm.or64(Reg::T0, Reg::T5, Reg::ObjTag);
    masm.ret();
}

/// Takes a cell from a bump region, to `T5`, if it has one. `T2` is lost.
fn take(masm: &mut impl Masm, region: impl Fn(i32) -> MemOperand, refuse: Label) {
    masm.load64(Reg::T5, region(REGION_NEXT));
    masm.branch64(Cond::AboveEq, Reg::T5, region(REGION_END), refuse);
    masm.add64(Reg::T2, Reg::T5, region(REGION_CELL));
    masm.store64(region(REGION_NEXT), Reg::T2);
}

/// How many more bytes than `len` are whole chunks, to `T7`.
fn excess(masm: &mut impl Masm, len: Reg) {
    masm.add64(Reg::T7, len, CHUNK - 1);
    masm.and64(Reg::T7, Reg::T7, -CHUNK);
    masm.sub64(Reg::T7, Reg::T7, len);
}

/// Copies `count` bytes, one at least, after the record of a string to `to + disp`, and what is left of a chunk. `count`
/// and `T2` are lost.
fn copy(masm: &mut impl Masm, from: Reg, to: Reg, disp: i32, count: Reg) {
    let chunk = masm.label();
    masm.add64(count, count, CHUNK - 1);
    masm.shr64(count, count, CHUNK.trailing_zeros() as u8);
    masm.bind(chunk);
    masm.sub64(count, count, 1);
    masm.load64_index(Reg::T2, from, count, STR_BYTES);
    masm.store64_index(to, count, disp, Reg::T2);
    masm.branch64(Cond::Ne, count, 0, chunk);
}
