//! Fields, cells, upvalues and globals.

use siskin_core::layout::{
    AGE_SCANNED, CELL_VALUE, CLOSURE_UPVALUES, FAR_GLOBALS, FRAME_CLOSURE, IC_ENTRIES, IC_ENTRY_SIZE,
    IC_NEXT, IC_SHAPE, IC_SLOT, INSTANCE_FIELDS, KIND_CELL, OBJECT_AGE, OBJECT_KIND, OBJECT_SHAPE,
    VM_GLOBALS, VM_MARKING, VM_UNDEFINED,
};

use super::Pass;
use super::cold::Cold;
use super::facts::Known;
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, Rhs, at};

impl<M: Masm> Pass<'_, '_, M> {
    /// `T5 = ` the object in `T0`, or `other` if it is none.
    pub(super) fn object(&mut self, known: Known, other: Label) {
        self.masm.xor64(Reg::T5, Reg::T0, Reg::ObjTag);
        if known != Known::Object {
            self.masm.shr64(Reg::T6, Reg::T5, 48);
            self.masm.branch64(Cond::Ne, Reg::T6, 0, other);
        }
    }

    /// Loads an object into `T5`, from a register of the frame.
    pub(super) fn load_object(&mut self, register: u16, other: Label) {
        let known = self.facts.tag(register);
        self.load(Reg::T0, register);
        self.object(known, other);
        self.facts.learn(register, Known::Object);
    }

    /// `T7 = ` the entry of an inline cache for the shape of the object in `T5`, or `other` if it has none.
    pub(super) fn cache_entry(&mut self, site: u32, other: Label) {
        let entries = self.unit.site_address(site).map_or(0, |site| site as u64 + IC_ENTRIES as u64);
        let found = self.masm.label();
        self.masm.load32(Reg::T6, at(Reg::T5, OBJECT_SHAPE));
        self.masm.pointer(Reg::T7, entries);
        self.masm.branch32(Cond::Eq, Reg::T6, Rhs::Mem(at(Reg::T7, IC_SHAPE)), found);
        self.masm.branch32(Cond::Ne, Reg::T6, Rhs::Mem(at(Reg::T7, IC_ENTRY_SIZE + IC_SHAPE)), other);
        self.masm.address(Reg::T7, at(Reg::T7, IC_ENTRY_SIZE));
        self.bind(found);
    }

    /// `dst = object.name`
    pub(super) fn get_field(&mut self, dst: u16, object: u16, site: u32) {
        let rejoin = self.masm.label();
        let miss = self.step(rejoin);
        self.load_object(object, miss);
        self.cache_entry(site, miss);
        self.masm.load16(Reg::T2, at(Reg::T7, IC_SLOT));
        self.masm.load64_index(Reg::T0, Reg::T5, Reg::T2, INSTANCE_FIELDS);
        self.masm.store64(super::slot(dst), Reg::T0);
        self.bind(rejoin);
        self.facts.forget_copies();
        self.facts.write(dst, Known::Anything);
    }

    /// `object.name = src`
    pub(super) fn set_field(&mut self, object: u16, src: u16, site: u32) {
        let rejoin = self.masm.label();
        let miss = self.step(rejoin);
        self.load_object(object, miss);
        self.cache_entry(site, miss);
        self.masm.load32(Reg::T3, at(Reg::T7, IC_NEXT));
        self.masm.load16(Reg::T2, at(Reg::T7, IC_SLOT));
        self.load(Reg::T0, src);
        self.masm.store32(at(Reg::T5, OBJECT_SHAPE), Reg::T3);
        self.masm.store64_index(Reg::T5, Reg::T2, INSTANCE_FIELDS, Reg::T0);
        self.barrier(rejoin);
        self.bind(rejoin);
        self.facts.forget_copies();
    }

    /// The write barrier for the object in `T5`.
    fn barrier(&mut self, rejoin: Label) {
        let label = self.masm.label();
        self.later(Cold::Remember { label, rejoin });
        self.masm.branch8_mem(Cond::Eq, at(Reg::T5, OBJECT_AGE), AGE_SCANNED, label);
    }

    /// `T0 = ` an upvalue.
    fn upvalue(&mut self, upvalue: u16) {
        self.masm.load64(Reg::T0, at(Reg::Frame, FRAME_CLOSURE));
        self.masm.load64(Reg::T0, at(Reg::T0, CLOSURE_UPVALUES + i32::from(upvalue) * 8));
    }

    /// `dst = upvalue`
    pub(super) fn load_upvalue(&mut self, dst: u16, upvalue: u16) {
        self.upvalue(upvalue);
        self.store(dst, Reg::T0, Known::Anything);
    }

    /// `dst = ` the value of the cell in `T0`.
    fn load_cell(&mut self, dst: u16, other: Label) {
        self.cell(other);
        self.masm.load64(Reg::T0, at(Reg::T5, CELL_VALUE));
        self.store(dst, Reg::T0, Known::Anything);
    }

    fn cell(&mut self, other: Label) {
        self.object(Known::Anything, other);
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_CELL, other);
    }

    fn store_cell(&mut self, src: u16, other: Label) {
        let rejoin = self.masm.label();
        self.cell(other);
        self.load(Reg::T0, src);
        self.masm.store64(at(Reg::T5, CELL_VALUE), Reg::T0);
        self.barrier(rejoin);
        self.bind(rejoin);
        self.facts.forget_copies();
    }

    /// `dst = ` the value of the cell in an upvalue.
    pub(super) fn load_upvalue_cell(&mut self, dst: u16, upvalue: u16) {
        let other = self.step_on(false);
        self.upvalue(upvalue);
        self.load_cell(dst, other);
    }

    /// The cell in an upvalue holds `src`.
    pub(super) fn store_upvalue_cell(&mut self, src: u16, upvalue: u16) {
        let other = self.step_on(false);
        self.upvalue(upvalue);
        self.store_cell(src, other);
    }

    /// `dst = ` the value of a cell.
    pub(super) fn load_cell_of(&mut self, dst: u16, cell: u16) {
        let other = self.step_on(false);
        self.load(Reg::T0, cell);
        self.load_cell(dst, other);
    }

    /// A cell holds `src`.
    pub(super) fn store_cell_of(&mut self, cell: u16, src: u16) {
        let other = self.step_on(false);
        self.load(Reg::T0, cell);
        self.store_cell(src, other);
    }

    /// A store into the global follows: if the collector must hear of it, the interpreter stores.
    fn global_barrier(&mut self, constant: u32) {
        let (index, _) = self.unit.global(constant).unwrap_or((0, false));
        if index >= FAR_GLOBALS {
            let other = self.step_on(false);
            self.masm.branch8_mem(Cond::Ne, at(Reg::Vm, VM_MARKING), 0, other);
        }
    }

    /// `T5 = ` the values of globals, and what the constant says of one: its place, and whether it is defined.
    fn global(&mut self, constant: u32) -> (i32, bool) {
        let (index, defined) = self.unit.global(constant).unwrap_or((0, false));
        self.masm.load64(Reg::T5, at(Reg::Vm, VM_GLOBALS));
        (index as i32 * 8, defined)
    }

    /// `dst = global`
    pub(super) fn load_global(&mut self, dst: u16, constant: u32) {
        let (place, defined) = self.global(constant);
        self.masm.load64(Reg::T0, at(Reg::T5, place));
        if !defined {
            let other = self.step_on(false);
            self.masm.branch64(Cond::Eq, Reg::T0, at(Reg::Vm, VM_UNDEFINED), other);
        }
        self.store(dst, Reg::T0, Known::Anything);
    }

    /// `global = src`, which must be defined.
    pub(super) fn store_global(&mut self, src: u16, constant: u32) {
        self.global_barrier(constant);
        let (place, defined) = self.global(constant);
        if !defined {
            let other = self.step_on(false);
            self.masm.load64(Reg::T0, at(Reg::T5, place));
            self.masm.branch64(Cond::Eq, Reg::T0, at(Reg::Vm, VM_UNDEFINED), other);
        }
        self.load(Reg::T0, src);
        self.masm.store64(at(Reg::T5, place), Reg::T0);
    }

    /// `global = src`, defined from here on.
    pub(super) fn define_global(&mut self, src: u16, constant: u32) {
        self.global_barrier(constant);
        let (place, _) = self.global(constant);
        self.load(Reg::T0, src);
        self.masm.store64(at(Reg::T5, place), Reg::T0);
    }
}
