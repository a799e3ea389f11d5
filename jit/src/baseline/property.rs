//! Fields, cells, upvalues and globals.

use siskin_core::layout::{
    AGE_SCANNED, CELL_VALUE, CLOSURE_UPVALUES, FAR_GLOBALS, FRAME_CALLEE, IC_ENTRIES, IC_ENTRY_SIZE, IC_KEY,
    IC_NEXT, IC_SLOT, INSTANCE_FIELDS, KIND_CELL, OBJECT_AGE, OBJECT_KIND, OBJECT_SHAPE, Stub, VM_GLOBALS,
    VM_MARKING, VM_UNDEFINED,
};
use siskin_core::tier::{Global, GlobalState};

use super::cold::Cold;
use super::facts::Known;
use super::{Held, Pass, known_bits};
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, Rhs, at};

/// Entries of an inline cache that templates compare themselves; stubs compare the others.
pub(crate) const COMPARED_ENTRIES: i32 = 2;

impl<M: Masm> Pass<'_, '_, M> {
    /// `T5 = ` the object in `T0`, or `other` if it is none.
    pub(super) fn object(&mut self, known: Known, other: Label) {
        self.masm.xor64(Reg::T5, Reg::T0, Reg::ObjTag);
        if !known.is_object() {
            self.masm.shr64(Reg::T6, Reg::T5, 48);
            self.masm.branch64(Cond::Ne, Reg::T6, 0, other);
        }
    }

    /// Loads an object into `T5`, from a register of the frame.
    pub(super) fn load_object(&mut self, register: u16, other: Label) {
        let known = self.facts.tag(register);
        self.load(Reg::T0, register);
        self.object(known, other);
        if !known.is_object() {
            self.facts.learn(register, Known::Object);
        }
    }

    /// `T7 = ` the entry of an inline cache for the shape of the object in `T5`, or the one that `stub` finds; `other` if it
    /// finds none. A method takes `argc` arguments.
    pub(super) fn cache_entry(&mut self, site: u32, stub: Stub, argc: u8, other: Label) {
        let entries = self.unit.site_address(site).map_or(0, |site| site as u64 + IC_ENTRIES as u64);
        let (found, miss) = (self.masm.label(), self.masm.label());
        self.later(Cold::Find { label: miss, stub, argc, found, other });
        self.masm.load32(Reg::T6, at(Reg::T5, OBJECT_SHAPE));
        self.masm.pointer(Reg::T7, entries);
        self.masm.branch32(Cond::Eq, Reg::T6, Rhs::Mem(at(Reg::T7, IC_KEY)), found);
        self.masm.branch32(Cond::Ne, Reg::T6, Rhs::Mem(at(Reg::T7, IC_ENTRY_SIZE + IC_KEY)), miss);
        self.masm.address(Reg::T7, at(Reg::T7, IC_ENTRY_SIZE));
        self.bind(found);
    }

    /// `dst = object.name`
    pub(super) fn get_field(&mut self, dst: u16, object: u16, site: u32) {
        if let Some(variant) = self.variant_of(object, site) {
            return self.load_variant(dst, variant);
        }
        let rejoin = self.masm.label();
        let miss = self.step(rejoin);
        self.load_object(object, miss);
        self.cache_entry(site, Stub::FindField, 0, miss);
        self.masm.load16(Reg::T2, at(Reg::T7, IC_SLOT));
        self.masm.load64_index(Reg::T0, Reg::T5, Reg::T2, INSTANCE_FIELDS);
        self.masm.store64(super::slot(dst), Reg::T0);
        self.bind(rejoin);
        self.after_step();
        self.facts.write(dst, Known::Anything);
    }

    /// `object.name = src`
    pub(super) fn set_field(&mut self, object: u16, src: u16, site: u32) {
        let rejoin = self.masm.label();
        let miss = self.step(rejoin);
        self.load_object(object, miss);
        self.cache_entry(site, Stub::FindStore, 0, miss);
        self.masm.load32(Reg::T3, at(Reg::T7, IC_NEXT));
        self.masm.load16(Reg::T2, at(Reg::T7, IC_SLOT));
        self.load(Reg::T0, src);
        self.masm.store32(at(Reg::T5, OBJECT_SHAPE), Reg::T3);
        self.masm.store64_index(Reg::T5, Reg::T2, INSTANCE_FIELDS, Reg::T0);
        self.barrier(rejoin);
        self.bind(rejoin);
        self.after_step();
    }

    /// What the interpreter executes in place of a template comes back here, unless it is in an inlined callee: that is
    /// left for good.
    fn after_step(&mut self) {
        if self.inlined.is_none() {
            self.facts.forget_copies();
        }
    }

    /// The write barrier for the object in `T5`.
    fn barrier(&mut self, rejoin: Label) {
        let label = self.masm.label();
        self.later(Cold::Remember { label, rejoin });
        self.masm.branch8_mem(Cond::Eq, at(Reg::T5, OBJECT_AGE), AGE_SCANNED, label);
        self.facts.forget_doubles();
    }

    /// `T0 = ` an upvalue.
    fn upvalue(&mut self, upvalue: u16) {
        match self.inlined {
            None => self.masm.load64(Reg::T0, at(Reg::Frame, FRAME_CALLEE)),
            Some(_) => {
                // The closure that was called.
                let closure = self.window();
                self.load(Reg::T0, closure);
                self.masm.xor64(Reg::T0, Reg::T0, Reg::ObjTag);
            }
        }
        self.masm.load64(Reg::T0, at(Reg::T0, CLOSURE_UPVALUES + i32::from(upvalue) * 8));
    }

    /// `dst = upvalue`
    pub(super) fn load_upvalue(&mut self, dst: u16, upvalue: u16) {
        self.upvalue(upvalue);
        self.store(dst, Reg::T0, Known::Anything);
    }

    /// `T5 = ` the cell in an upvalue.
    fn upvalue_cell(&mut self, upvalue: u16) {
        self.upvalue(upvalue);
        if self.facts.learn_cell(upvalue) {
            self.masm.xor64(Reg::T5, Reg::T0, Reg::ObjTag);
        } else {
            let other = self.step_on(false);
            self.cell(other);
        }
    }

    /// `T5 = ` the cell in `T0`.
    fn cell(&mut self, other: Label) {
        self.object(Known::Anything, other);
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_CELL, other);
    }

    /// `dst = ` what the cell in `T5` holds.
    fn load_cell(&mut self, dst: u16) {
        self.masm.load64(Reg::T0, at(Reg::T5, CELL_VALUE));
        self.store(dst, Reg::T0, Known::Anything);
    }

    /// The cell in `T5` holds `src`, a register whose value may be `held`.
    fn store_cell(&mut self, src: u16, held: Option<Held>) {
        let rejoin = self.masm.label();
        self.still(held.filter(|held| ![Reg::T0, Reg::T5, Reg::T6].contains(&held.machine)));
        let value = self.value(Reg::T0, src);
        self.masm.store64(at(Reg::T5, CELL_VALUE), value);
        self.barrier(rejoin);
        self.bind(rejoin);
    }

    /// `dst = ` the value of the cell in an upvalue.
    pub(super) fn load_upvalue_cell(&mut self, dst: u16, upvalue: u16) {
        self.upvalue_cell(upvalue);
        self.load_cell(dst);
    }

    /// The cell in an upvalue holds `src`.
    pub(super) fn store_upvalue_cell(&mut self, src: u16, upvalue: u16) {
        let held = self.held();
        self.upvalue_cell(upvalue);
        self.store_cell(src, held);
    }

    /// `dst = ` the value of a cell.
    pub(super) fn load_cell_of(&mut self, dst: u16, cell: u16) {
        let other = self.step_on(false);
        self.load(Reg::T0, cell);
        self.cell(other);
        self.load_cell(dst);
    }

    /// A cell holds `src`.
    pub(super) fn store_cell_of(&mut self, cell: u16, src: u16) {
        let other = self.step_on(false);
        let held = self.held();
        self.load(Reg::T0, cell);
        self.cell(other);
        self.store_cell(src, held);
    }

    /// The global that a constant names.
    fn global(&self, constant: u32) -> Global {
        let unknown = Global { index: 0, state: GlobalState::Undefined };
        self.unit.global(constant).unwrap_or(unknown)
    }

    /// `T5 = ` the values of globals.
    fn globals(&mut self) {
        self.masm.load64(Reg::T5, at(Reg::Vm, VM_GLOBALS));
    }

    /// `T0 = ` a global, which is tested unless it is known to be defined.
    fn global_value(&mut self, global: Global) {
        self.globals();
        self.masm.load64(Reg::T0, at(Reg::T5, place(global)));
        if global.state == GlobalState::Undefined {
            let other = self.step_on(false);
            self.masm.branch64(Cond::Eq, Reg::T0, at(Reg::Vm, VM_UNDEFINED), other);
        }
    }

    /// `dst = global`
    pub(super) fn load_global(&mut self, dst: u16, constant: u32) {
        let global = self.global(constant);
        if let GlobalState::Constant(bits) = global.state {
            self.out_of_memory |= self.globals.push(global.index).is_err();
            if let Known::Is(bits) = known_bits(bits)
                && self.inlined.is_none()
            {
                self.out_of_memory |= self.constants.push((bits, constant)).is_err();
            }
            return self.store_bits(dst, bits, known_bits(bits));
        }
        self.global_value(global);
        self.store(dst, Reg::T0, Known::Anything);
    }

    /// `global = src`, which must be defined.
    pub(super) fn store_global(&mut self, src: u16, constant: u32) {
        let global = self.global(constant);
        if global.index >= FAR_GLOBALS {
            // The collector must hear of it while it marks: the interpreter stores.
            let other = self.step_on(false);
            self.masm.branch8_mem(Cond::Ne, at(Reg::Vm, VM_MARKING), 0, other);
        }
        match global.state {
            GlobalState::Undefined => self.global_value(global),
            GlobalState::Defined | GlobalState::Constant(_) => self.globals(),
        }
        self.load(Reg::T0, src);
        self.masm.store64(at(Reg::T5, place(global)), Reg::T0);
    }
}

/// Where a global lies among the values of all.
fn place(global: Global) -> i32 {
    global.index as i32 * 8
}
