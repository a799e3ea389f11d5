//! Calls and returns.
//!
//! ```text
//!   caller                                        callee
//!     callee tested, fuel and room
//!     record: pc of the caller, base, data, closure of the callee
//!     FRAME, BASE = the callee's
//!     call [function.entry] ────────────────────>  prologue ...
//!     BASE -= window          <────────────────── RESULT = register 0 = value, FRAME -= record, return
//! ```
//!
//! The stack of values may move while the callee runs, so the caller finds its registers from the callee's.

use siskin_core::bytecode::Window;
use siskin_core::layout::{
    CLOSURE_FUNCTION, FRAME_BASE, FRAME_CLOSURE, FRAME_DATA, FRAME_PC, FRAME_SIZE, FUNCTION_ARITY,
    FUNCTION_DATA, FUNCTION_ENTRY, FUNCTION_REGISTERS, IC_KIND, IC_METHOD, IC_TARGET, KIND_CLASS,
    KIND_CLOSURE, MADE, NOT_MADE, OBJ_TAG, OBJECT_KIND, Runtime, Stub, VM_FRAMES_END, VM_STUBS,
    VM_VALUES_END,
};
use siskin_core::tier::Callee;

use super::cold::Cold;
use super::facts::Known;
use super::inline::is_inlinable;
use super::operand::{Call, RESULT};
use super::{Pass, slot};
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, Rhs, at};

impl<'u, M: Masm> Pass<'_, 'u, M> {
    /// What the call at `word` was seen to call, if that takes as many arguments.
    pub(super) fn callee(&self, word: u32, argc: u8) -> Option<Callee<'u>> {
        self.unit.callee(word).filter(|callee| callee.unit.arity() == argc)
    }

    /// `call`
    pub(super) fn call_window(&mut self, window: Window) {
        self.call(Call::new(Runtime::Call, self.next, window, 0));
    }

    /// `invoke`
    pub(super) fn invoke_window(&mut self, window: Window, site: u32) {
        self.call(Call::new(Runtime::Invoke, self.next, window, site));
    }

    /// `super.invoke`
    pub(super) fn super_window(&mut self, window: Window, site: u32) {
        self.call(Call::new(Runtime::SuperInvoke, self.next, window, site));
    }

    fn call(&mut self, call: Call) {
        let callee = self.callee(self.at, call.argc);
        if let Some(callee) = callee.filter(|callee| is_inlinable(callee, call.win)) {
            return self.call_inlined(call, &callee);
        }
        let rejoin = self.masm.label();
        match callee {
            Some(callee) => {
                self.expect_callee(call, &callee, rejoin);
                self.check_stack_for(call, &callee, rejoin);
                self.masm.address(Reg::T2, slot(call.win));
                self.masm.pointer(Reg::T3, callee.function);
                self.masm.pointer(Reg::T5, callee.closure);
                self.call_closure(call);
            }
            None => self.call_any(call, rejoin),
        }
        self.behind_call(call, rejoin);
    }

    /// Whatever is called. Who comes back by a cold path goes to `rejoin`; the others fall through.
    pub(super) fn call_any(&mut self, call: Call, rejoin: Label) {
        let (enter, other) = (self.masm.label(), self.call_cold(call, rejoin));
        if call.runtime == Runtime::Call {
            let no_closure = self.masm.label();
            self.later(Cold::Construct { label: no_closure, call, rejoin, enter, other });
            self.load(Reg::T0, call.by);
            self.object(self.facts.tag(call.by), other);
            self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_CLOSURE, no_closure);
            self.masm.load64(Reg::T3, at(Reg::T5, CLOSURE_FUNCTION));
            self.masm.branch8_mem(Cond::Ne, at(Reg::T3, FUNCTION_ARITY), call.argc, other);
        } else {
            // The site has methods of the right arity only.
            self.load_object(call.by, other);
            self.cache_entry(call.site, other);
            self.masm.branch8_mem(Cond::Ne, at(Reg::T7, IC_KIND), IC_METHOD, other);
            self.masm.load64(Reg::T5, at(Reg::T7, IC_TARGET));
            self.masm.load64(Reg::T3, at(Reg::T5, CLOSURE_FUNCTION));
        }
        self.check_stack(call, other);
        self.bind(enter);
        self.call_closure(call);
    }

    /// Goes on if the callee is the one that was seen; if not, whatever is called comes back at `rejoin`.
    pub(super) fn expect_callee(&mut self, call: Call, callee: &Callee<'_>, rejoin: Label) {
        let other = self.masm.label();
        self.later(Cold::CallAny { label: other, call, rejoin });
        if call.runtime == Runtime::Call {
            let (held, value) = (self.held(), self.second(call.by));
            self.masm.pointer(Reg::T2, OBJ_TAG | callee.closure);
            self.masm.branch64(Cond::Ne, Reg::T2, value, other);
            self.still(held.filter(|held| held.machine != Reg::T2));
        } else {
            self.load_object(call.by, other);
            self.cache_entry(call.site, other);
            self.masm.pointer(Reg::T2, callee.closure);
            self.masm.branch64(Cond::Ne, Reg::T2, at(Reg::T7, IC_TARGET), other);
        }
    }

    /// Where the VM does the call.
    fn call_cold(&mut self, call: Call, rejoin: Label) -> Label {
        let label = self.masm.label();
        self.later(Cold::Call { label, call, rejoin });
        label
    }

    /// On a cold path: the VM does the call.
    pub(super) fn call_vm(&mut self, call: Call, rejoin: Label) {
        self.masm.imm(Reg::T1, u64::from(call.next));
        self.masm.imm(Reg::T2, u64::from(call.argc));
        self.masm.imm(Reg::T3, u64::from(call.win));
        if call.runtime != Runtime::Call {
            let site = self.unit.site_address(call.site).unwrap_or_default();
            self.masm.pointer(Reg::T4, site as u64);
        }
        self.masm.call_mem(Self::runtime(call.runtime));
        let done = self.masm.label();
        self.masm.branch64(Cond::Eq, Reg::T0, 0, done);
        self.masm.call_reg(Reg::T0);
        self.masm.add64(Reg::Base, Reg::Base, -(i32::from(call.win) * 8));
        self.masm.jump(rejoin);
        self.rejoin_with_value(done, call, rejoin);
    }

    /// On a cold path: an instance of the class in `T5`, if it is one.
    pub(super) fn construct(&mut self, call: Call, rejoin: Label, enter: Label, other: Label) {
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_CLASS, other);
        self.masm.address(Reg::T2, slot(call.win));
        self.masm.imm(Reg::T4, u64::from(call.argc));
        self.masm.call_mem(at(Reg::Vm, VM_STUBS + Stub::Construct as i32 * 8));
        let made = self.masm.label();
        self.masm.branch64(Cond::Eq, Reg::T0, MADE as i32, made);
        self.masm.branch64(Cond::Ne, Reg::T0, NOT_MADE as i32, enter);
        // The class is where it was.
        self.masm.jump(other);
        self.rejoin_with_value(made, call, rejoin);
    }

    /// Where the VM made the value of a call and put it in its register.
    pub(super) fn rejoin_with_value(&mut self, label: Label, call: Call, rejoin: Label) {
        self.bind(label);
        self.masm.load64(RESULT, slot(call.win));
        self.masm.jump(rejoin);
    }

    /// Charges for a call of the closure in `T5`, whose function is in `T3`, and sees to it that there is room.
    /// `T2` is the callee's base then; else `other`.
    fn check_stack(&mut self, call: Call, other: Label) {
        let refused = self.charge(other);
        self.masm.load32(Reg::T6, at(Reg::T3, FUNCTION_REGISTERS));
        self.masm.address(Reg::T2, slot(call.win));
        self.masm.address_index(Reg::T6, Reg::T2, Reg::T6, 0);
        self.check_ends(refused);
    }

    /// The same for a callee that is known. Without fuel or room the VM does the call, then `rejoin`.
    pub(super) fn check_stack_for(&mut self, call: Call, callee: &Callee<'_>, rejoin: Label) {
        let other = self.call_cold(call, rejoin);
        let refused = self.charge(other);
        let needed = u32::from(call.win) + callee.unit.registers();
        if self.facts.stack_checked_to < needed {
            self.check_stack_to(needed, refused);
        }
    }

    /// Whether there is room for so many registers, counted from the frame's first, and for a record.
    pub(super) fn check_stack_to(&mut self, needed: u32, refused: Label) {
        self.masm.address(Reg::T6, at(Reg::Base, needed as i32 * 8));
        self.check_ends(refused);
        self.facts.stack_checked_to = needed;
    }

    /// Charges for a call. Who is refused later goes to the label that comes back, and from there to `other`.
    fn charge(&mut self, other: Label) -> Label {
        let refused = self.masm.label();
        self.later(Cold::Refund { label: refused, then: other });
        let held = self.held();
        self.masm.count_down(Reg::Fuel, refused);
        self.still(held);
        refused
    }

    /// Whether there is room for registers up to `T6`, and for a record.
    fn check_ends(&mut self, refused: Label) {
        let masm = &mut *self.masm;
        masm.branch64(Cond::Above, Reg::T6, Rhs::Mem(at(Reg::Vm, VM_VALUES_END)), refused);
        masm.address(Reg::T7, at(Reg::Frame, FRAME_SIZE));
        masm.branch64(Cond::AboveEq, Reg::T7, Rhs::Mem(at(Reg::Vm, VM_FRAMES_END)), refused);
    }

    /// Calls the closure in `T5`, whose function is in `T3`, with its base in `T2`.
    fn call_closure(&mut self, call: Call) {
        let pc = self.pc(call.next);
        let masm = &mut *self.masm;
        masm.load64(Reg::T6, at(Reg::T3, FUNCTION_DATA));
        masm.pointer(Reg::T0, pc);
        masm.store64(at(Reg::Frame, FRAME_PC), Reg::T0);
        masm.store64(at(Reg::Frame, FRAME_SIZE + FRAME_BASE), Reg::T2);
        masm.store64(at(Reg::Frame, FRAME_SIZE + FRAME_DATA), Reg::T6);
        masm.store64(at(Reg::Frame, FRAME_SIZE + FRAME_CLOSURE), Reg::T5);
        masm.add64(Reg::Frame, Reg::Frame, FRAME_SIZE);
        masm.mov(Reg::Base, Reg::T2);
        masm.call_mem(at(Reg::T3, FUNCTION_ENTRY));
        masm.add64(Reg::Base, Reg::Base, -(i32::from(call.win) * 8));
    }

    /// Behind a call that was not inlined nothing is known but where its value is.
    fn behind_call(&mut self, call: Call, rejoin: Label) {
        self.bind(rejoin);
        self.facts.forget_all();
        self.hold(call.win, RESULT);
    }

    /// `return`
    pub(super) fn return_to_caller(&mut self, src: Option<u16>) {
        match src {
            Some(src) => self.load(RESULT, src),
            None => self.masm.imm(RESULT, siskin_core::layout::NIL),
        }
        if src != Some(0) {
            self.store(0, RESULT, Known::Anything);
        }
        self.masm.sub64(Reg::Frame, Reg::Frame, FRAME_SIZE);
        self.masm.epilogue();
    }
}
