//! The rest of an inline cache: what follows after a template compared the first two entries.
//!
//! ```text
//!   further entries ──> entries of outlying fields ──> lines of the lookup cache ──> 0: the VM finds it
//! ```
//!
//! The lines serve a site only if the site is full: else the VM puts the entry into the site, so that it hits the next
//! time. Any instruction may have put the entry into a line, so its kind is tested, and a method's number of parameters.

use siskin_core::layout::{
    CLOSURE_FUNCTION, FUNCTION_ARITY, IC_ADDED, IC_ENTRIES, IC_ENTRY_COUNT, IC_ENTRY_SIZE, IC_FREE,
    IC_INLINE, IC_KEY, IC_KIND, IC_METHOD, IC_NAME, IC_OUTLINE, IC_TARGET, INSTANCE_CAPACITY,
    INSTANCE_FIELDS, LOOKUP_ENTRY, LOOKUP_NAME, LOOKUP_SHIFT, LOOKUP_STRIDE, OUTLYING, VM_LOOKUP_MASK,
    VM_LOOKUPS,
};

use crate::baseline::COMPARED_ENTRIES;
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, at};

/// [`Stub::FindField`](siskin_core::layout::Stub::FindField), or `FindStore` if fields may be added.
pub(super) fn field(masm: &mut impl Masm, adds: bool) {
    let [found, outlying, miss] = core::array::from_fn(|_| masm.label());
    masm.landing();
    masm.mov(Reg::T1, Reg::T7);
    compare(masm, COMPARED_ENTRIES, Reg::T6, found);
    masm.imm(Reg::T0, u64::from(OUTLYING));
    masm.or64(Reg::T0, Reg::T0, Reg::T6);
    compare(masm, 0, Reg::T0, outlying);
    let line = masm.label();
    look_up(masm, &[(Reg::T0, outlying), (Reg::T6, line)], miss);
    masm.bind(line);
    if adds {
        masm.branch8_mem(Cond::Eq, at(Reg::T7, IC_KIND), IC_ADDED, found);
    }
    masm.branch8_mem(Cond::Ne, at(Reg::T7, IC_KIND), IC_INLINE, miss);
    masm.bind(found);
    masm.ret();

    masm.bind(outlying);
    // What adds an outlying field is left to the VM.
    masm.branch8_mem(Cond::Ne, at(Reg::T7, IC_KIND), IC_OUTLINE, miss);
    masm.load16(Reg::T0, at(Reg::T5, INSTANCE_CAPACITY));
    masm.load64_index(Reg::T5, Reg::T5, Reg::T0, INSTANCE_FIELDS - 8);
    masm.xor64(Reg::T5, Reg::T5, Reg::ObjTag);
    masm.ret();

    refuse(masm, miss);
}

/// [`Stub::FindMethod`](siskin_core::layout::Stub::FindMethod).
pub(super) fn method(masm: &mut impl Masm) {
    let [found, miss] = core::array::from_fn(|_| masm.label());
    masm.landing();
    masm.mov(Reg::T1, Reg::T7);
    compare(masm, COMPARED_ENTRIES, Reg::T6, found);
    let line = masm.label();
    look_up(masm, &[(Reg::T6, line)], miss);
    masm.bind(line);
    masm.branch8_mem(Cond::Ne, at(Reg::T7, IC_KIND), IC_METHOD, miss);
    masm.load64(Reg::T2, at(Reg::T7, IC_TARGET));
    masm.load64(Reg::T2, at(Reg::T2, CLOSURE_FUNCTION));
    masm.load8(Reg::T2, at(Reg::T2, FUNCTION_ARITY));
    masm.branch32(Cond::Ne, Reg::T2, Reg::T4, miss);
    masm.bind(found);
    masm.ret();

    refuse(masm, miss);
}

/// Goes to `found`, with `T7` at the entry, if one of the entries at `T1`, from `first` on, has that key.
fn compare(masm: &mut impl Masm, first: i32, key: Reg, found: Label) {
    for entry in first..IC_ENTRY_COUNT {
        masm.address(Reg::T7, at(Reg::T1, entry * IC_ENTRY_SIZE));
        masm.branch32(Cond::Eq, key, at(Reg::T7, IC_KEY), found);
    }
}

/// Goes to the label of one of the keys, with `T7` at the entry, if one of the two lines of the lookup cache for the shape in
/// `T6` and the site whose entries are at `T1` is of the site's name and has that key; else, or if the site has a place, to
/// `miss`.
fn look_up(masm: &mut impl Masm, keys: &[(Reg, Label)], miss: Label) {
    masm.load32(Reg::T2, at(Reg::T1, (IC_ENTRY_COUNT - 1) * IC_ENTRY_SIZE + IC_KEY));
    masm.branch32(Cond::Eq, Reg::T2, IC_FREE, miss);
    masm.load64(Reg::T7, at(Reg::T1, IC_NAME - IC_ENTRIES));
    masm.shr64(Reg::T2, Reg::T7, LOOKUP_SHIFT);
    // Shapes for which this overflows are left to the VM.
    masm.mul32(Reg::T3, Reg::T6, LOOKUP_STRIDE, miss);
    masm.add64(Reg::T2, Reg::T2, Reg::T3);
    masm.and64(Reg::T2, Reg::T2, at(Reg::Vm, VM_LOOKUP_MASK));
    let second = masm.label();
    line(masm, keys, second);
    masm.bind(second);
    masm.xor64(Reg::T2, Reg::T2, 1);
    masm.load64(Reg::T7, at(Reg::T1, IC_NAME - IC_ENTRIES));
    line(masm, keys, miss);
    masm.jump(miss);
}

/// Goes to the label of one of the keys, with `T7` at the entry, if the line with the index in `T2` is of the name at `T7`
/// and has that key. Goes to `other` if it is of another name.
fn line(masm: &mut impl Masm, keys: &[(Reg, Label)], other: Label) {
    masm.load64(Reg::T3, at(Reg::Vm, VM_LOOKUPS));
    // A line is three words.
    for _ in 0..3 {
        masm.address_index(Reg::T3, Reg::T3, Reg::T2, 0);
    }
    masm.branch64(Cond::Ne, Reg::T7, at(Reg::T3, LOOKUP_NAME), other);
    masm.address(Reg::T7, at(Reg::T3, LOOKUP_ENTRY));
    for &(key, found) in keys {
        masm.branch32(Cond::Eq, key, at(Reg::T7, IC_KEY), found);
    }
}

fn refuse(masm: &mut impl Masm, miss: Label) {
    masm.bind(miss);
    masm.imm(Reg::T7, 0);
    masm.ret();
}
