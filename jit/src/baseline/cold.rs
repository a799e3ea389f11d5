//! Cold paths: what is rare, after the blocks.

use siskin_core::layout::{ELSEWHERE, INT_TAG, Runtime, Stub, TAKEN, VM_NIL, VM_STUBS, VM_UNDEFINED};

use super::Pass;
use super::facts::FSCRATCH;
use super::operand::{CallSite, FOp, Operand};
use crate::buffer::Label;
use crate::masm::{Cond, FCond, FReg, Masm, Reg, at};

/// A path to be emitted.
#[derive(Clone, Copy)]
pub(super) enum Cold {
    /// The interpreter executes the instruction; then `rejoin` if the next one follows.
    Step { label: Label, word: u32, rejoin: Label },
    /// The interpreter executes the instruction, a jump to word `target`; then `rejoin` if the next one follows, or `taken`.
    StepJump { label: Label, word: u32, target: u32, taken: Label, rejoin: Label },
    /// The interpreter continues from the instruction to an entry point. `refund` units of fuel were charged too
    /// early.
    StepOn { label: Label, word: u32, refund: bool },
    /// As `StepOn`, for unexpected operands.
    Unexpected { label: Label, word: u32, refund: bool },
    /// The VM begins the call; the callee is called, then `rejoin`.
    Call { label: Label, call: CallSite, rejoin: Label },
    /// The callee is not the one that was expected.
    CallAny { label: Label, call: CallSite, rejoin: Label },
    /// The inlined callee is left at the word in `T4`, then `rejoin`. Its closure is at `closure`, or was called itself.
    DeoptInlined { label: Label, call: CallSite, closure: Option<u64>, rejoin: Label },
    /// It is left at `word`: `leave` does it.
    DeoptInlinedAt { label: Label, word: u32, leave: Label },
    /// A charge is given back, then `then`.
    Refund { label: Label, then: Label },
    /// The object in `T5`, not a closure, is called: if it is a class, an instance is made. `enter` calls the
    /// initializer.
    Construct { label: Label, call: CallSite, rejoin: Label, enter: Label, other: Label },
    /// The value in `from` is no double: an int is converted to a double in `to`.
    IntToDouble { label: Label, from: Reg, to: FReg, rejoin: Label, other: Label },
    /// The value in `from`, that of a register of the frame, is no int: a double is moved to `to`.
    Double { label: Label, from: Reg, to: FReg, register: u16, rejoin: Label, other: Label },
    /// An operation of numbers, of which at least one is a double or the result no int.
    Mixed { label: Label, op: FOp, dst: u16, lhs: Operand, rhs: Operand, rejoin: Label, other: Label },
    /// The product of two ints, in `T3`, is zero: an int if neither factor is negative.
    Zero { label: Label, lhs: Operand, rhs: Operand, rejoin: Label, other: Label },
    /// The sum of two strings takes fuel or the collector, or an operand is no string; then `rejoin` with the sum in
    /// `T0`.
    Concat { label: Label, next: u32, dst: u16, lhs: Operand, rhs: Operand, rejoin: Label, other: Label },
    /// A jump on two numbers, at least one a double.
    Compare { label: Label, cond: FCond, lhs: Operand, rhs: Operand, to: Label, rejoin: Label, other: Label },
    /// The negation of a number that is a double, or whose negation is no int.
    Negate { label: Label, dst: u16, src: u16, rejoin: Label, other: Label },
    /// The first entries of the inline cache at `T7` missed, for the shape in `T6` of the object in `T5`: `found` if `stub`
    /// finds another. A method takes `argc` arguments.
    Find { label: Label, stub: Stub, argc: u8, found: Label, other: Label },
    /// An object is no list, or an index none of its items: `other` if more than a look is needed.
    Item { label: Label, dst: u16, object: u16, index: Operand, rejoin: Label, other: Label },
    /// The same for a store.
    SetItem { label: Label, object: u16, index: Operand, src: u16, rejoin: Label, other: Label },
    /// What a loop goes over is no list, or the list changed: a look, `item` with the next item, `done` without. The charge for
    /// the iteration is given back before `step`.
    NextItem { label: Label, iter: u16, with_key: bool, item: Label, done: Label, step: Label },
    /// The division of numbers that are not both ints; of other values `other`.
    Divide { label: Label, by: Runtime, dst: u16, lhs: Operand, rhs: Operand, rejoin: Label, other: Label },
    /// The object in `T5` was scanned and stored into.
    Remember { label: Label, rejoin: Label },
    /// The items in `T6` were scanned, and the value in `T0` stored into them.
    RememberItem { label: Label, rejoin: Label },
}

impl<M: Masm> Pass<'_, '_, M> {
    /// Queues a cold path to be emitted after the blocks.
    pub(super) fn later(&mut self, cold: Cold) {
        self.out_of_memory |= self.cold.push(cold).is_err();
        self.list_cold();
    }

    /// Where the interpreter executes this instruction, then goes on at `rejoin`. As for the two below, an inlined callee
    /// is left there for good.
    pub(super) fn step(&mut self, rejoin: Label) -> Label {
        if let Some(label) = self.deopt_inlined() {
            return label;
        }
        let label = self.masm.label();
        self.later(Cold::Step { label, word: self.at, rejoin });
        label
    }

    /// Where the interpreter executes this jump, by `distance` words, then goes on at `rejoin` or where it leads.
    pub(super) fn step_jump(&mut self, distance: i32, rejoin: Label) -> Label {
        if let Some(label) = self.deopt_inlined() {
            return label;
        }
        let (label, taken) = (self.masm.label(), self.target(distance));
        let target = self.next.wrapping_add_signed(distance);
        self.later(Cold::StepJump { label, word: self.at, target, taken, rejoin });
        label
    }

    /// Where the interpreter goes on from this instruction, with the charge for an iteration given back if it was `charged`.
    pub(super) fn step_on(&mut self, charged: bool) -> Label {
        if let Some(label) = self.deopt_inlined() {
            return label;
        }
        let label = self.masm.label();
        self.later(Cold::StepOn { label, word: self.at, refund: charged });
        label
    }

    /// As `step_on`, for unexpected operands.
    pub(super) fn unexpected(&mut self, charged: bool) -> Label {
        if let Some(label) = self.deopt_inlined() {
            return label;
        }
        let label = self.masm.label();
        self.later(Cold::Unexpected { label, word: self.at, refund: charged });
        label
    }

    pub(super) fn emit_cold(&mut self) {
        // Cold paths may have cold paths.
        let mut index = 0;
        while let Some(&cold) = self.cold.get(index) {
            self.mark_cold(index);
            index += 1;
            // Cold paths start from places with different facts.
            self.facts.forget_all();
            self.emit_one(cold);
        }
    }

    fn refund(&mut self, charged: bool) {
        if charged {
            self.masm.bump32(Reg::Fuel, 1);
        }
    }

    /// Leaves for good: a stub calls the VM and goes on where it says.
    fn go_on(&mut self, word: u32, by: Runtime) {
        self.masm.imm(Reg::T1, u64::from(word));
        self.masm.jump_mem(Self::runtime(by));
    }

    /// Both operands as doubles, in the last two registers for doubles, without use of facts.
    fn as_doubles(&mut self, lhs: Operand, rhs: Operand, other: Label) -> [FReg; 2] {
        self.load_operand(Reg::T0, lhs);
        self.load_operand(Reg::T2, rhs);
        self.masm.call_mem(at(Reg::Vm, VM_STUBS + Stub::Doubles as i32 * 8));
        self.masm.branch64(Cond::Eq, Reg::T0, 0, other);
        FSCRATCH
    }

    pub(super) fn load_operand(&mut self, to: Reg, operand: Operand) {
        match operand {
            Operand::Register(register) => self.load(to, register),
            Operand::Int(value) => self.masm.imm(to, INT_TAG | u64::from(value as u32)),
            Operand::Double(bits) => self.masm.imm(to, bits),
        }
    }

    fn emit_one(&mut self, cold: Cold) {
        match cold {
            Cold::Step { label, word, rejoin } => {
                self.bind(label);
                self.masm.imm(Reg::T1, u64::from(word));
                self.masm.call_mem(Self::runtime(Runtime::Step));
                self.masm.branch64(Cond::Eq, Reg::T0, 0, rejoin);
                self.masm.jump_reg(Reg::T0);
            }
            Cold::StepJump { label, word, target, taken, rejoin } => {
                self.bind(label);
                self.masm.imm(Reg::T1, u64::from(word));
                self.masm.imm(Reg::T2, u64::from(target));
                self.masm.call_mem(Self::runtime(Runtime::StepJump));
                self.masm.branch64(Cond::Eq, Reg::T0, 0, rejoin);
                self.masm.branch64(Cond::Eq, Reg::T0, TAKEN as i32, taken);
                self.masm.jump_reg(Reg::T0);
            }
            Cold::StepOn { label, word, refund } => {
                self.bind(label);
                self.refund(refund);
                self.go_on(word, Runtime::StepOn);
            }
            Cold::Unexpected { label, word, refund } => {
                self.bind(label);
                self.refund(refund);
                self.go_on(word, Runtime::Unexpected);
            }
            Cold::Call { label, call, rejoin } => {
                self.bind(label);
                self.call_vm(call, rejoin);
            }
            Cold::CallAny { label, call, rejoin } => {
                self.bind(label);
                self.call_any(call, rejoin);
                self.masm.jump(rejoin);
            }
            Cold::DeoptInlined { label, call, closure, rejoin } => {
                self.bind(label);
                self.deopt_inlined_by_vm(call, closure, rejoin);
            }
            Cold::DeoptInlinedAt { label, word, leave } => {
                self.bind(label);
                self.masm.imm(Reg::T4, u64::from(word));
                self.masm.jump(leave);
            }
            Cold::Refund { label, then } => {
                self.bind(label);
                self.refund(true);
                self.masm.jump(then);
            }
            Cold::Construct { label, call, rejoin, enter, other } => {
                self.bind(label);
                self.construct(call, rejoin, enter, other);
            }
            Cold::IntToDouble { label, from, to, rejoin, other } => {
                self.bind(label);
                self.masm.branch64(Cond::Below, from, Reg::IntTag, other);
                self.masm.fcvt32(to, from);
                self.masm.jump(rejoin);
            }
            Cold::Double { label, from, to, register, rejoin, other } => {
                self.bind(label);
                self.masm.branch64(Cond::AboveEq, from, at(Reg::Vm, VM_NIL), other);
                self.masm.fload(to, super::slot(register));
                self.masm.jump(rejoin);
            }
            Cold::Mixed { label, op, dst, lhs, rhs, rejoin, other } => {
                self.bind(label);
                let [x, y] = self.as_doubles(lhs, rhs, other);
                self.float(op, x, x, y);
                self.masm.fstore(super::slot(dst), x);
                self.masm.jump(rejoin);
            }
            Cold::Zero { label, lhs, rhs, rejoin, other } => {
                self.bind(label);
                self.load_operand(Reg::T0, lhs);
                self.load_operand(Reg::T2, rhs);
                self.masm.or32(Reg::T0, Reg::T0, Reg::T2);
                self.masm.branch32(Cond::Lt, Reg::T0, 0, other);
                self.masm.jump(rejoin);
            }
            Cold::Concat { label, next, dst, lhs, rhs, rejoin, other } => {
                self.bind(label);
                let done = self.masm.label();
                self.load_operand(Reg::T3, lhs);
                self.masm.branch64(Cond::AboveEq, Reg::T3, Reg::IntTag, other);
                self.masm.branch64(Cond::Below, Reg::T3, at(Reg::Vm, VM_NIL), other);
                self.load_operand(Reg::T4, rhs);
                self.masm.imm(Reg::T1, u64::from(next));
                self.masm.imm(Reg::T2, u64::from(dst));
                self.masm.call_mem(Self::runtime(Runtime::Concat));
                self.masm.branch64(Cond::Eq, Reg::T0, 0, done);
                self.masm.jump_reg(Reg::T0);
                self.bind(done);
                self.masm.load64(Reg::T0, super::slot(dst));
                self.masm.jump(rejoin);
            }
            Cold::Compare { label, cond, lhs, rhs, to, rejoin, other } => {
                self.bind(label);
                let [x, y] = self.as_doubles(lhs, rhs, other);
                self.masm.fbranch(cond, x, y, to);
                self.masm.jump(rejoin);
            }
            Cold::Negate { label, dst, src, rejoin, other } => {
                self.bind(label);
                let [x, _] = self.as_doubles(Operand::Register(src), Operand::Int(0), other);
                self.masm.fneg(x, x);
                self.masm.fstore(super::slot(dst), x);
                self.masm.jump(rejoin);
            }
            Cold::Find { label, stub, argc, found, other } => {
                self.bind(label);
                if stub == Stub::FindMethod {
                    self.masm.imm(Reg::T4, u64::from(argc));
                }
                self.masm.call_mem(at(Reg::Vm, VM_STUBS + stub as i32 * 8));
                self.masm.branch64(Cond::Ne, Reg::T7, 0, found);
                self.masm.jump(other);
            }
            Cold::Item { label, dst, object, index, rejoin, other } => {
                self.bind(label);
                self.load_item(object, index);
                self.masm.branch64(Cond::Eq, Reg::T0, at(Reg::Vm, VM_UNDEFINED), other);
                self.masm.store64(super::slot(dst), Reg::T0);
                self.masm.jump(rejoin);
            }
            Cold::SetItem { label, object, index, src, rejoin, other } => {
                self.bind(label);
                self.load_operand(Reg::T2, index);
                self.load(Reg::T1, object);
                self.load(Reg::T3, src);
                self.masm.call_mem(Self::runtime(Runtime::SetItem));
                self.masm.branch64(Cond::Eq, Reg::T0, 0, other);
                self.masm.jump(rejoin);
            }
            Cold::NextItem { label, iter, with_key, item, done, step } => {
                self.bind(label);
                self.masm.imm(Reg::T1, u64::from(iter));
                self.masm.imm(Reg::T2, u64::from(with_key));
                self.masm.call_mem(Self::runtime(Runtime::NextItem));
                self.masm.branch64(Cond::Eq, Reg::T0, 0, done);
                self.masm.branch64(Cond::Ne, Reg::T0, ELSEWHERE as i32, item);
                self.refund(true);
                self.masm.jump(step);
            }
            Cold::Divide { label, by, dst, lhs, rhs, rejoin, other } => {
                self.bind(label);
                self.load_operand(Reg::T1, lhs);
                self.load_operand(Reg::T2, rhs);
                self.masm.call_mem(Self::runtime(by));
                self.masm.branch64(Cond::Eq, Reg::T0, at(Reg::Vm, VM_UNDEFINED), other);
                self.masm.store64(super::slot(dst), Reg::T0);
                self.masm.jump(rejoin);
            }
            Cold::Remember { label, rejoin } => {
                self.bind(label);
                self.masm.mov(Reg::T1, Reg::T5);
                self.masm.call_mem(Self::runtime(Runtime::Remember));
                self.masm.jump(rejoin);
            }
            Cold::RememberItem { label, rejoin } => {
                self.bind(label);
                self.masm.xor64(Reg::T5, Reg::T0, Reg::ObjTag);
                self.masm.shr64(Reg::T5, Reg::T5, 48);
                self.masm.branch64(Cond::Ne, Reg::T5, 0, rejoin);
                self.masm.mov(Reg::T1, Reg::T6);
                self.masm.mov(Reg::T2, Reg::T0);
                self.masm.call_mem(Self::runtime(Runtime::RememberItem));
                self.masm.jump(rejoin);
            }
        }
    }
}
