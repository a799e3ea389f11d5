//! The sum of two strings, where it takes neither fuel nor the collector nor a new buffer.
//!
//! ```text
//!   flat       Str | len | lhs' bytes, rhs' bytes            a short sum
//!   appended   Str | len | buffer ·--+                       `lhs` ends where its buffer's used part does,
//!                                    v                       and `rhs` is short
//!              Buffer | used | room | lhs' bytes | rhs' bytes .... |
//! ```
//!
//! Eight bytes are copied at a time. Up to seven too many are read, from the same cell, whose size is a multiple of that,
//! and written; there has to be room for them too.

use siskin_core::layout::{
    BUFFER_BYTES, BUFFER_ROOM, BUFFER_USED, BULK_BYTES, GAP_CELL, GAP_END, GAP_NEXT, GRANULE, KIND_STR,
    OBJECT_AUX, OBJECT_KIND, STR_APPENDED, STR_APPENDED_HEADER, STR_BYTES, STR_FLAT, STR_FLAT_HEADER,
    STR_LEN, STR_MOST, VM_APPENDED_GAP, VM_GAPS,
};

use crate::buffer::Label;
use crate::masm::{Cond, Masm, Mem, Reg, at};

/// Bytes copied at a time.
const CHUNK: i32 = 8;

/// Returns with the sum of the values in `T1` and `T2` in `T0`. Where there is more to it, it goes on behind, with both
/// values where they were.
pub(super) fn concat(masm: &mut impl Masm) {
    let [slow, append] = core::array::from_fn(|_| masm.label());
    masm.xor64(Reg::T5, Reg::T1, Reg::ObjTag);
    masm.xor64(Reg::T6, Reg::T2, Reg::ObjTag);
    masm.or64(Reg::T0, Reg::T5, Reg::T6);
    masm.shr64(Reg::T0, Reg::T0, 48);
    masm.branch64(Cond::Ne, Reg::T0, 0, slow);
    for string in [Reg::T5, Reg::T6] {
        masm.branch8_mem(Cond::Ne, at(string, OBJECT_KIND), KIND_STR, slow);
    }
    masm.load32(Reg::T0, at(Reg::T5, STR_LEN));
    masm.load32(Reg::T3, at(Reg::T6, STR_LEN));
    masm.branch32(Cond::Eq, Reg::T3, 0, slow);
    masm.add64(Reg::T4, Reg::T0, Reg::T3);
    masm.branch64(Cond::AboveEq, Reg::T4, STR_FLAT as i32, append);
    masm.branch32(Cond::Eq, Reg::T0, 0, slow);
    flat(masm, slow);
    masm.bind(append);
    appended(masm, slow);
    masm.bind(slow);
}

/// A string of `T4` bytes: the `T0` of the string at `T5`, the `T3` of that at `T6`.
fn flat(masm: &mut impl Masm, slow: Label) {
    // The granules of what is written behind the record, which must not be more than those of the cell.
    masm.add64(Reg::T5, Reg::T3, CHUNK - 1);
    masm.and64(Reg::T5, Reg::T5, -CHUNK);
    masm.add64(Reg::T5, Reg::T5, Reg::T0);
    for (granules, bytes) in [(Reg::T5, Reg::T5), (Reg::T7, Reg::T4)] {
        masm.add64(granules, bytes, GRANULE - 1);
        masm.shr64(granules, granules, GRANULE.trailing_zeros() as u8);
    }
    masm.branch64(Cond::Above, Reg::T5, Reg::T7, slow);
    // A gap is three words.
    masm.add64(Reg::T5, Reg::T7, Reg::T7);
    masm.add64(Reg::T7, Reg::T7, Reg::T5);
    masm.address_index(Reg::T7, Reg::Vm, Reg::T7, VM_GAPS);
    take(masm, |field| at(Reg::T7, field), slow);

    masm.store64_imm(at(Reg::T5, 0), STR_FLAT_HEADER);
    masm.store64(at(Reg::T5, STR_LEN), Reg::T4);
    masm.xor64(Reg::T1, Reg::T1, Reg::ObjTag);
    masm.mov(Reg::T7, Reg::T0);
    copy(masm, Reg::T1, Reg::T5, STR_BYTES, Reg::T7);
    masm.add64(Reg::T0, Reg::T0, Reg::T5);
    copy(masm, Reg::T6, Reg::T0, STR_BYTES, Reg::T3);
    masm.or64(Reg::T0, Reg::T5, Reg::ObjTag);
    masm.ret();
}

/// A string of `T4` bytes: the `T0` of the string at `T5`, which has a buffer with room, and the `T3` of that at `T6`.
fn appended(masm: &mut impl Masm, slow: Label) {
    masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_AUX), STR_APPENDED, slow);
    masm.branch8_mem(Cond::Eq, at(Reg::T6, OBJECT_AUX), STR_APPENDED, slow);
    masm.branch32(Cond::AboveEq, Reg::T3, BULK_BYTES as i32, slow);
    masm.branch64(Cond::Above, Reg::T4, STR_MOST as i32, slow);
    masm.load64(Reg::T7, at(Reg::T5, STR_BYTES));
    masm.branch32(Cond::Ne, Reg::T0, at(Reg::T7, BUFFER_USED), slow);
    masm.load32(Reg::T5, at(Reg::T7, BUFFER_ROOM));
    masm.sub64(Reg::T5, Reg::T5, Reg::T4);
    masm.branch64(Cond::Lt, Reg::T5, CHUNK - 1, slow);
    take(masm, |field| at(Reg::Vm, VM_APPENDED_GAP + field), slow);

    masm.store64_imm(at(Reg::T5, 0), STR_APPENDED_HEADER);
    masm.store64(at(Reg::T5, STR_LEN), Reg::T4);
    masm.store64(at(Reg::T5, STR_BYTES), Reg::T7);
    masm.store32(at(Reg::T7, BUFFER_USED), Reg::T4);
    masm.add64(Reg::T0, Reg::T0, Reg::T7);
    copy(masm, Reg::T6, Reg::T0, BUFFER_BYTES, Reg::T3);
    masm.or64(Reg::T0, Reg::T5, Reg::ObjTag);
    masm.ret();
}

/// Takes a cell from a gap, to `T5`, if it has one. The value in `T2` is lost then.
fn take(masm: &mut impl Masm, gap: impl Fn(i32) -> Mem, slow: Label) {
    masm.load64(Reg::T5, gap(GAP_NEXT));
    masm.branch64(Cond::Eq, Reg::T5, gap(GAP_END), slow);
    masm.add64(Reg::T2, Reg::T5, gap(GAP_CELL));
    masm.store64(gap(GAP_NEXT), Reg::T2);
}

/// Copies `count` bytes, one at least, behind the record of a string to `to + disp`, and what is left of a chunk. `count`
/// and the value in `T2` are lost.
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
