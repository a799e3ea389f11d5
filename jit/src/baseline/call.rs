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
    CLASS_INIT, CLOSURE_FUNCTION, FRAME_BASE, FRAME_CALLEE, FRAME_DATA, FRAME_PC, FRAME_SIZE, FUNCTION_ARITY,
    FUNCTION_DATA, FUNCTION_ENTRY, FUNCTION_REGISTERS, IC_KIND, IC_METHOD, IC_TARGET, KIND_CLASS,
    KIND_CLOSURE, MADE, NOT_MADE, OBJ_TAG, OBJECT_KIND, Runtime, Stub, VM_FRAMES_END, VM_STUBS, VM_UNDEFINED,
    VM_VALUES_END,
};
use siskin_core::tier::{Called, Callee};

use super::cold::Cold;
use super::facts::Known;
use super::inline::is_inlinable;
use super::operand::{CallSite, RESULT};
use super::{Pass, slot};
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, Rhs, at};

impl<'u, M: Masm> Pass<'_, 'u, M> {
    /// The callee seen by the call at `word`, if its arity fits.
    pub(super) fn callee(&self, word: u32, argc: u8) -> Option<Callee<'u>> {
        self.unit.callee(word).filter(|callee| callee.unit.arity() == argc)
    }

    /// `call`
    pub(super) fn call_window(&mut self, window: Window) {
        self.call(CallSite::new(Runtime::Call, self.next, window, 0));
    }

    /// `invoke`
    pub(super) fn invoke_window(&mut self, window: Window, site: u32) {
        self.call(CallSite::new(Runtime::Invoke, self.next, window, site));
    }

    /// `super.invoke`
    pub(super) fn super_window(&mut self, window: Window, site: u32) {
        self.call(CallSite::new(Runtime::SuperInvoke, self.next, window, site));
    }

    fn call(&mut self, call: CallSite) {
        let callee = self.callee(self.at, call.argc);
        if let Some(callee) = &callee {
            self.out_of_memory |= self.roots.push(callee.root).is_err();
        }
        if let Some(callee) = callee.filter(|callee| is_inlinable(callee, call.runtime, call.win)) {
            return self.call_inlined(call, &callee);
        }
        let rejoin = self.masm.label();
        match callee {
            Some(callee) => {
                self.begin_call(call, &callee, rejoin);
                self.masm.address(Reg::T2, slot(call.win));
                self.masm.pointer(Reg::T3, callee.function);
                if let Called::Always(closure) | Called::Initializer(closure) = callee.closure {
                    self.masm.pointer(Reg::T5, closure);
                }
                self.call_closure(call);
            }
            None if call.runtime == Runtime::Invoke && self.unit.looks(call.site, call.argc) => {
                self.look(call, rejoin);
            }
            None if self.unit.makes_plain_instances(self.at) && call.argc == 0 => {
                let other = self.call_any_later(call, rejoin);
                self.expect_class(call, other);
                self.masm.load64(Reg::T6, at(Reg::T5, CLASS_INIT));
                self.masm.branch64(Cond::Ne, Reg::T6, 0, other);
                let refused = self.call_cold(call, rejoin);
                let refused = self.charge(refused);
                self.make_instance(call, refused);
                self.masm.load64(RESULT, slot(call.win));
            }
            None => self.call_any(call, rejoin),
        }
        self.after_call(call, rejoin);
    }

    /// Calls a method of the host that mostly has its value with a look.
    fn look(&mut self, call: CallSite, rejoin: Label) {
        let other = self.call_cold(call, rejoin);
        let refused = self.charge(other);
        self.load(Reg::T2, call.by);
        match call.argc {
            0 => self.masm.imm(Reg::T3, siskin_core::layout::NIL),
            _ => self.load(Reg::T3, call.win + 1),
        }
        let site = self.unit.site_address(call.site).unwrap_or_default();
        self.masm.pointer(Reg::T1, site as u64);
        self.masm.imm(Reg::T4, u64::from(call.argc));
        self.masm.call_mem(Self::runtime(Runtime::Look));
        self.masm.branch64(Cond::Eq, Reg::T0, at(Reg::Vm, VM_UNDEFINED), refused);
        self.masm.store64(slot(call.win), Reg::T0);
        self.masm.mov(RESULT, Reg::T0);
    }

    /// Tests that the callee is the expected one, charges for the call and checks the stack. If any of these fails, a cold
    /// path makes the call and goes to `rejoin`. Then the callee is in `T5` if it is [`Called::Any`].
    pub(super) fn begin_call(&mut self, call: CallSite, callee: &Callee<'_>, rejoin: Label) {
        match callee.closure {
            Called::Always(closure) => self.expect_closure(call, closure, rejoin),
            Called::Any => self.expect_function(call, callee.function, rejoin),
            Called::Initializer(closure) => {
                let other = self.call_any_later(call, rejoin);
                self.expect_class(call, other);
                self.masm.pointer(Reg::T6, closure);
                self.masm.branch64(Cond::Ne, Reg::T6, at(Reg::T5, CLASS_INIT), other);
                let refused = self.check_stack_for(call, callee, rejoin);
                return self.make_instance(call, refused);
            }
        }
        self.check_stack_for(call, callee, rejoin);
    }

    /// Whatever is called. Who comes back by a cold path goes to `rejoin`; the others fall through.
    pub(super) fn call_any(&mut self, call: CallSite, rejoin: Label) {
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
            // The site and the stub have methods of the right arity only.
            self.load_object(call.by, other);
            self.cache_entry(call.site, Stub::FindMethod, call.argc, other);
            self.masm.branch8_mem(Cond::Ne, at(Reg::T7, IC_KIND), IC_METHOD, other);
            self.masm.load64(Reg::T5, at(Reg::T7, IC_TARGET));
            self.masm.load64(Reg::T3, at(Reg::T5, CLOSURE_FUNCTION));
        }
        self.check_stack(call, other);
        self.bind(enter);
        self.call_closure(call);
    }

    /// A cold path that calls any value, then goes to `rejoin`.
    fn call_any_later(&mut self, call: CallSite, rejoin: Label) -> Label {
        let label = self.masm.label();
        self.later(Cold::CallAny { label, call, rejoin });
        label
    }

    /// Tests that the callee is that closure.
    fn expect_closure(&mut self, call: CallSite, closure: u64, rejoin: Label) {
        if call.runtime == Runtime::Call {
            if self.facts.tag(call.by) == Known::Is(OBJ_TAG | closure) {
                return;
            }
            let other = self.call_any_later(call, rejoin);
            let (held, value) = (self.held(), self.second(call.by));
            self.masm.pointer(Reg::T2, OBJ_TAG | closure);
            self.masm.branch64(Cond::Ne, Reg::T2, value, other);
            self.still(held.filter(|held| held.machine != Reg::T2));
        } else {
            let other = self.call_any_later(call, rejoin);
            self.load_object(call.by, other);
            self.cache_entry(call.site, Stub::FindMethod, call.argc, other);
            self.masm.pointer(Reg::T2, closure);
            self.masm.branch64(Cond::Ne, Reg::T2, at(Reg::T7, IC_TARGET), other);
        }
    }

    /// Tests that the callee is a closure of that function. Then it is in `T5`.
    fn expect_function(&mut self, call: CallSite, function: u64, rejoin: Label) {
        let other = self.call_any_later(call, rejoin);
        self.load_object(call.by, other);
        if call.runtime == Runtime::Call {
            self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_CLOSURE, other);
        } else {
            self.cache_entry(call.site, Stub::FindMethod, call.argc, other);
            self.masm.branch8_mem(Cond::Ne, at(Reg::T7, IC_KIND), IC_METHOD, other);
            self.masm.load64(Reg::T5, at(Reg::T7, IC_TARGET));
        }
        self.masm.pointer(Reg::T2, function);
        self.masm.branch64(Cond::Ne, Reg::T2, at(Reg::T5, CLOSURE_FUNCTION), other);
    }

    /// Tests that the value called is a class. Then it is in `T5`.
    fn expect_class(&mut self, call: CallSite, other: Label) {
        self.load_object(call.by, other);
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_CLASS, other);
    }

    /// Replaces the class in the window, which is in `T5`, by a new instance. `refused`: there is no memory at hand.
    fn make_instance(&mut self, call: CallSite, refused: Label) {
        self.masm.address(Reg::T2, slot(call.win));
        self.masm.call_mem(at(Reg::Vm, VM_STUBS + Stub::Instance as i32 * 8));
        self.masm.branch64(Cond::Eq, Reg::T0, NOT_MADE as i32, refused);
        self.facts.write(call.win, Known::Object);
    }

    /// Where the VM does the call.
    fn call_cold(&mut self, call: CallSite, rejoin: Label) -> Label {
        let label = self.masm.label();
        self.later(Cold::Call { label, call, rejoin });
        label
    }

    /// On a cold path: the VM does the call.
    pub(super) fn call_vm(&mut self, call: CallSite, rejoin: Label) {
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

    /// On a cold path: makes an instance of the class in `T5`, if the object is a class.
    pub(super) fn construct(&mut self, call: CallSite, rejoin: Label, enter: Label, other: Label) {
        self.masm.branch8_mem(Cond::Ne, at(Reg::T5, OBJECT_KIND), KIND_CLASS, other);
        self.masm.address(Reg::T2, slot(call.win));
        self.masm.imm(Reg::T4, u64::from(call.argc));
        self.masm.call_mem(at(Reg::Vm, VM_STUBS + Stub::Construct as i32 * 8));
        let made = self.masm.label();
        self.masm.branch64(Cond::Eq, Reg::T0, MADE as i32, made);
        self.masm.branch64(Cond::Ne, Reg::T0, NOT_MADE as i32, enter);
        // The stub leaves the class in its register.
        self.masm.jump(other);
        self.rejoin_with_value(made, call, rejoin);
    }

    /// The place after a call whose value the VM has put into its register.
    pub(super) fn rejoin_with_value(&mut self, label: Label, call: CallSite, rejoin: Label) {
        self.bind(label);
        self.masm.load64(RESULT, slot(call.win));
        self.masm.jump(rejoin);
    }

    /// Charges for a call of the closure in `T5`, whose function is in `T3`, and checks the stack. Then `T2` is the
    /// callee's base; if refused goes to `other`.
    fn check_stack(&mut self, call: CallSite, other: Label) {
        let refused = self.charge(other);
        self.masm.load32(Reg::T6, at(Reg::T3, FUNCTION_REGISTERS));
        self.masm.address(Reg::T2, slot(call.win));
        self.masm.address_index(Reg::T6, Reg::T2, Reg::T6, 0);
        self.check_ends(refused);
    }

    /// Charges for a call of a known callee, and checks the stack. Without fuel or stack the VM makes the call, then goes
    /// to `rejoin`. The returned label does the same, after a refund, for calls that are refused later.
    fn check_stack_for(&mut self, call: CallSite, callee: &Callee<'_>, rejoin: Label) -> Label {
        let other = self.call_cold(call, rejoin);
        let refused = self.charge(other);
        let needed = u32::from(call.win) + callee.unit.registers();
        if self.facts.stack_checked_to < needed {
            self.check_stack_to(needed, refused);
        }
        refused
    }

    /// Checks that the stack holds this many registers of the frame, and one more record.
    pub(super) fn check_stack_to(&mut self, needed: u32, refused: Label) {
        self.masm.address(Reg::T6, at(Reg::Base, needed as i32 * 8));
        self.check_ends(refused);
        self.facts.stack_checked_to = needed;
    }

    /// Charges for a call. The returned label refunds the charge, for calls that are refused later, and goes to
    /// `other`.
    fn charge(&mut self, other: Label) -> Label {
        let refused = self.masm.label();
        self.later(Cold::Refund { label: refused, then: other });
        let held = self.held();
        self.masm.count_down(Reg::Fuel, refused);
        self.still(held);
        refused
    }

    /// Checks that the stack holds values up to the address in `T6`, and one more record.
    fn check_ends(&mut self, refused: Label) {
        let masm = &mut *self.masm;
        masm.branch64(Cond::Above, Reg::T6, Rhs::Mem(at(Reg::Vm, VM_VALUES_END)), refused);
        masm.address(Reg::T7, at(Reg::Frame, FRAME_SIZE));
        masm.branch64(Cond::AboveEq, Reg::T7, Rhs::Mem(at(Reg::Vm, VM_FRAMES_END)), refused);
    }

    /// Calls the closure in `T5`, whose function is in `T3`, with its base in `T2`.
    fn call_closure(&mut self, call: CallSite) {
        let pc = self.pc(call.next);
        let masm = &mut *self.masm;
        masm.load64(Reg::T6, at(Reg::T3, FUNCTION_DATA));
        masm.pointer(Reg::T0, pc);
        masm.store64(at(Reg::Frame, FRAME_PC), Reg::T0);
        masm.store64(at(Reg::Frame, FRAME_SIZE + FRAME_BASE), Reg::T2);
        masm.store64(at(Reg::Frame, FRAME_SIZE + FRAME_DATA), Reg::T6);
        masm.store64(at(Reg::Frame, FRAME_SIZE + FRAME_CALLEE), Reg::T5);
        masm.add64(Reg::Frame, Reg::Frame, FRAME_SIZE);
        masm.mov(Reg::Base, Reg::T2);
        masm.call_mem(at(Reg::T3, FUNCTION_ENTRY));
        masm.add64(Reg::Base, Reg::Base, -(i32::from(call.win) * 8));
    }

    /// After a call that was not inlined nothing is known but where its value is.
    fn after_call(&mut self, call: CallSite, rejoin: Label) {
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
