//! The verbs, for ARM64.
//!
//! A verb changes no register but its destination and the scratch registers. Flags are used only within a verb.
//! Operands that may not fit an instruction are left to `operand`.

use siskin_core::mem;

use super::branch::{B, BTI_JC, Flags, blr, br, ret};
use super::constant::pointer;
use super::data_imm::{Arith, Logic, adr, lsr, mov_sp, shift_imm};
use super::data_reg::{add_shifted, cmp_sxtw, msub, sdiv, shift_reg, smull};
use super::fixup::Distance;
use super::float::{Imm8, Op, arith, fcmp, fmov, fmov_from, fmov_imm, fneg, movi_zero, scvtf};
use super::memory::{
    Access, Disp, Index, LDR, LDR_D, LDR_W, LDRB, LDRH, Pair, STR, STR_D, STR_W, STRB, ldp, offset,
    post_index, pre_index, register, stp,
};
use super::reg::{D, Size, X};
use crate::buffer::{Buffer, BufferError, Label};
use crate::masm::{Cond, FCond, FReg, Masm, MemOperand, Reg, Rhs, Shift};

/// The macro assembler of ARM64.
pub struct A64 {
    pub(super) buffer: Buffer<Distance>,
}

impl A64 {
    /// An assembler with an empty buffer.
    #[must_use]
    pub fn new(mem: &mem::Mem) -> A64 {
        A64 { buffer: Buffer::new(mem) }
    }

    /// Loads or stores at `base + index * 8 + disp`.
    fn at_index(&mut self, access: Access<X>, rt: X, base: Reg, index: Reg, disp: i32) {
        let (base, index) = (base.into(), index.into());
        if disp == 0 {
            self.put(register(access, rt, base, index, Index::Units));
        } else {
            self.put(add_shifted(Arith::Add, Size::X, X::SCRATCH, base, index, 3));
            self.access(access, rt, X::SCRATCH, disp, X::SCRATCH2);
        }
    }

    fn float(&mut self, op: Op, dst: FReg, lhs: FReg, rhs: FReg) {
        self.put(arith(op, dst.into(), lhs.into(), rhs.into()));
    }

    fn push_link(&mut self) {
        self.put(pre_index(STR, X::LR, X::SP, -16));
    }

    fn pop_link(&mut self) {
        self.put(post_index(LDR, X::LR, X::SP, 16));
    }
}

/// Pairs of callee-saved registers and the places where they are saved, in words from the stack pointer. Frame pointer
/// and link register are saved below, at 0. Machine code never uses d8 to d15 and x25 to x28.
const SAVED: [(X, X, i8); 3] = [
    (X::of(Reg::Vm), X::of(Reg::Base), 2),
    (X::of(Reg::Frame), X::of(Reg::Fuel), 4),
    (X::of(Reg::IntTag), X::of(Reg::ObjTag), 6),
];

impl Masm for A64 {
    fn offset(&self) -> usize {
        self.buffer.offset()
    }

    fn label(&mut self) -> Label {
        self.buffer.label()
    }

    fn bind(&mut self, label: Label) {
        self.buffer.bind(label);
    }

    fn bind_to(&mut self, label: Label, other: Label) {
        self.buffer.bind_to(label, other);
    }

    fn offset_of(&self, label: Label) -> Option<usize> {
        self.buffer.offset_of(label)
    }

    fn landing(&mut self) {
        self.put(BTI_JC);
    }

    fn jump(&mut self, label: Label) {
        self.refer(B, label, Distance::Imm26);
    }

    fn jump_reg(&mut self, to: Reg) {
        self.put(br(to.into()));
    }

    fn jump_mem(&mut self, to: MemOperand) {
        self.fetch(LDR, X::SCRATCH, to);
        self.put(br(X::SCRATCH));
    }

    fn call_reg(&mut self, to: Reg) {
        self.put(blr(to.into()));
    }

    fn call_mem(&mut self, to: MemOperand) {
        self.fetch(LDR, X::SCRATCH, to);
        self.put(blr(X::SCRATCH));
    }

    fn prologue(&mut self) {
        self.push_link();
    }

    fn epilogue(&mut self) {
        self.pop_link();
        self.ret();
    }

    fn ret(&mut self) {
        self.put(ret(X::LR));
    }

    // Sets the frame pointer, so that profilers and debuggers can unwind from machine code to Rust.
    fn rust_prologue(&mut self) {
        self.put(stp(Pair::Pre, X::FP, X::LR, X::SP, -8));
        self.put(mov_sp(X::FP, X::SP));
        for (first, second, at) in SAVED {
            self.put(stp(Pair::Offset, first, second, X::SP, at));
        }
        self.mov(Reg::Vm, Reg::T0);
    }

    fn rust_epilogue(&mut self) {
        for (first, second, at) in SAVED {
            self.put(ldp(Pair::Offset, first, second, X::SP, at));
        }
        self.put(ldp(Pair::Post, X::FP, X::LR, X::SP, 8));
        self.ret();
    }

    fn store_sp(&mut self, to: MemOperand) {
        self.put(mov_sp(X::SCRATCH2, X::SP));
        self.at(STR, X::SCRATCH2, to);
    }

    fn load_sp(&mut self, from: MemOperand) {
        self.fetch(LDR, X::SCRATCH, from);
        self.put(mov_sp(X::SP, X::SCRATCH));
    }

    fn call_rust(&mut self, to: MemOperand) {
        self.push_link();
        self.mov(Reg::T0, Reg::Vm);
        self.call_mem(to);
        self.pop_link();
    }

    fn mov(&mut self, dst: Reg, src: Reg) {
        self.copy(Size::X, dst.into(), src.into());
    }

    fn imm(&mut self, dst: Reg, value: u64) {
        self.constant(dst.into(), value);
    }

    fn pointer(&mut self, dst: Reg, value: u64) {
        for word in pointer(dst.into(), value) {
            self.put(word);
        }
    }

    fn load64(&mut self, dst: Reg, from: MemOperand) {
        self.at(LDR, dst.into(), from);
    }

    fn load32(&mut self, dst: Reg, from: MemOperand) {
        self.at(LDR_W, dst.into(), from);
    }

    fn load16(&mut self, dst: Reg, from: MemOperand) {
        self.at(LDRH, dst.into(), from);
    }

    fn load8(&mut self, dst: Reg, from: MemOperand) {
        self.at(LDRB, dst.into(), from);
    }

    fn load64_index(&mut self, dst: Reg, base: Reg, index: Reg, disp: i32) {
        self.at_index(LDR, dst.into(), base, index, disp);
    }

    fn store64(&mut self, to: MemOperand, src: Reg) {
        self.at(STR, src.into(), to);
    }

    fn store32(&mut self, to: MemOperand, src: Reg) {
        self.at(STR_W, src.into(), to);
    }

    fn store64_index(&mut self, base: Reg, index: Reg, disp: i32, src: Reg) {
        self.at_index(STR, src.into(), base, index, disp);
    }

    fn store64_imm(&mut self, to: MemOperand, value: u64) {
        if value == 0 {
            self.at(STR, X::ZR, to);
        } else {
            self.constant(X::SCRATCH2, value);
            self.at(STR, X::SCRATCH2, to);
        }
    }

    fn set_byte(&mut self, address: u64) {
        for word in pointer(X::SCRATCH, address) {
            self.put(word);
        }
        self.constant(X::SCRATCH2, 1);
        self.put(offset(STRB, X::SCRATCH2, X::SCRATCH, Disp::Scaled(0)));
    }

    fn address(&mut self, dst: Reg, of: MemOperand) {
        self.sum(Size::X, dst.into(), of.base.into(), i64::from(of.disp));
    }

    fn address_index(&mut self, dst: Reg, base: Reg, index: Reg, disp: i32) {
        let dst = dst.into();
        self.put(add_shifted(Arith::Add, Size::X, dst, base.into(), index.into(), 3));
        self.sum(Size::X, dst, dst, i64::from(disp));
    }

    fn address_label(&mut self, dst: Reg, label: Label) {
        self.refer(adr(dst.into()), label, Distance::Adr);
    }

    fn add64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        match rhs.into() {
            Rhs::Imm(value) => self.sum(Size::X, dst.into(), lhs.into(), value),
            rhs => self.arith(Arith::Add, Size::X, dst.into(), lhs.into(), rhs),
        }
    }

    fn sub64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        match rhs.into() {
            Rhs::Imm(value) => self.sum(Size::X, dst.into(), lhs.into(), value.wrapping_neg()),
            rhs => self.arith(Arith::Sub, Size::X, dst.into(), lhs.into(), rhs),
        }
    }

    fn and64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.logic(Logic::And, Size::X, dst.into(), lhs.into(), rhs.into());
    }

    fn or64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.logic(Logic::Orr, Size::X, dst.into(), lhs.into(), rhs.into());
    }

    fn xor64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.logic(Logic::Eor, Size::X, dst.into(), lhs.into(), rhs.into());
    }

    fn shr64(&mut self, dst: Reg, src: Reg, by: u8) {
        self.put(lsr(dst.into(), src.into(), by));
    }

    fn add32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label) {
        self.arith(Arith::Adds, Size::W, dst.into(), lhs.into(), rhs.into());
        self.branch_if(Flags::Vs, overflow);
    }

    fn sub32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label) {
        self.arith(Arith::Subs, Size::W, dst.into(), lhs.into(), rhs.into());
        self.branch_if(Flags::Vs, overflow);
    }

    // A scratch register gets the 64-bit product. It fits into 32 bits if it equals its lower half, sign-extended.
    fn mul32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label) {
        let rhs = rhs.into();
        if let Rhs::Imm(value) = rhs
            && value as i32 == 2
        {
            return self.add32(dst, lhs, lhs, overflow);
        }
        let product = X::SCRATCH;
        let rhs = self.operand(Size::W, rhs);
        self.put(smull(product, lhs.into(), rhs));
        self.put(cmp_sxtw(product, product));
        self.branch_if(Flags::Ne, overflow);
        self.copy(Size::W, dst.into(), product);
    }

    fn or32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.logic(Logic::Orr, Size::W, dst.into(), lhs.into(), rhs.into());
    }

    fn and32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.logic(Logic::And, Size::W, dst.into(), lhs.into(), rhs.into());
    }

    fn xor32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.logic(Logic::Eor, Size::W, dst.into(), lhs.into(), rhs.into());
    }

    fn shift32(&mut self, shift: Shift, dst: Reg, src: Reg, by: u8) {
        debug_assert!(by < 32);
        self.put(shift_imm(shift.into(), dst.into(), src.into(), by));
    }

    fn shift32_by_t3(&mut self, shift: Shift) {
        let value = Reg::T2.into();
        self.put(shift_reg(shift.into(), value, value, Reg::T3.into()));
    }

    fn divide32_by_t3(&mut self) {
        let (value, by, quotient) = (Reg::T0.into(), Reg::T3.into(), X::SCRATCH);
        self.put(sdiv(quotient, value, by));
        self.put(msub(Reg::T2.into(), quotient, by, value));
        self.copy(Size::W, value, quotient);
    }

    fn bump32(&mut self, dst: Reg, by: i32) {
        self.sum(Size::W, dst.into(), dst.into(), i64::from(by));
    }

    fn count_down(&mut self, reg: Reg, empty: Label) {
        self.arith(Arith::Subs, Size::W, reg.into(), reg.into(), Rhs::Imm(1));
        self.branch_if(Flags::Lo, empty);
    }

    fn branch64(&mut self, cond: Cond, lhs: Reg, rhs: impl Into<Rhs>, label: Label) {
        self.compare(Size::X, cond, lhs.into(), rhs.into(), label);
    }

    fn branch32(&mut self, cond: Cond, lhs: Reg, rhs: impl Into<Rhs>, label: Label) {
        self.compare(Size::W, cond, lhs.into(), rhs.into(), label);
    }

    fn branch8_mem(&mut self, cond: Cond, lhs: MemOperand, rhs: u8, label: Label) {
        self.fetch(LDRB, X::SCRATCH, lhs);
        self.compare(Size::W, cond, X::SCRATCH, Rhs::Imm(i64::from(rhs)), label);
    }

    fn fload(&mut self, dst: FReg, from: MemOperand) {
        self.at(LDR_D, D::of(dst), from);
    }

    fn fstore(&mut self, to: MemOperand, src: FReg) {
        self.at(STR_D, D::of(src), to);
    }

    fn fmov(&mut self, dst: FReg, src: FReg) {
        if dst != src {
            self.put(fmov(dst.into(), src.into()));
        }
    }

    fn fimm(&mut self, dst: FReg, bits: u64) {
        let dst = dst.into();
        if bits == 0 {
            self.put(movi_zero(dst));
        } else if let Some(imm) = Imm8::new(bits) {
            self.put(fmov_imm(dst, imm));
        } else {
            self.constant(X::SCRATCH, bits);
            self.put(fmov_from(dst, X::SCRATCH));
        }
    }

    fn fmov_from(&mut self, dst: FReg, src: Reg) {
        self.put(fmov_from(dst.into(), src.into()));
    }

    fn fcvt32(&mut self, dst: FReg, src: Reg) {
        self.put(scvtf(dst.into(), src.into()));
    }

    fn fadd(&mut self, dst: FReg, lhs: FReg, rhs: FReg) {
        self.float(Op::Add, dst, lhs, rhs);
    }

    fn fsub(&mut self, dst: FReg, lhs: FReg, rhs: FReg) {
        self.float(Op::Sub, dst, lhs, rhs);
    }

    fn fmul(&mut self, dst: FReg, lhs: FReg, rhs: FReg) {
        self.float(Op::Mul, dst, lhs, rhs);
    }

    fn fdiv(&mut self, dst: FReg, lhs: FReg, rhs: FReg) {
        self.float(Op::Div, dst, lhs, rhs);
    }

    fn fneg(&mut self, dst: FReg, src: FReg) {
        self.put(fneg(dst.into(), src.into()));
    }

    // A comparison with NaN sets C and V and clears the other flags. Each of these conditions has the right value then.
    fn fbranch(&mut self, cond: FCond, lhs: FReg, rhs: FReg, label: Label) {
        self.put(fcmp(lhs.into(), rhs.into()));
        let when = match cond {
            FCond::Eq => Flags::Eq,
            FCond::Ne => Flags::Ne,
            FCond::Lt => Flags::Mi,
            FCond::NotLt => Flags::Pl,
            FCond::Le => Flags::Ls,
            FCond::NotLe => Flags::Hi,
            FCond::Gt => Flags::Gt,
            FCond::NotGt => Flags::Le,
            FCond::Ge => Flags::Ge,
            FCond::NotGe => Flags::Lt,
        };
        self.branch_if(when, label);
    }

    fn finish(&mut self) -> Result<&[u8], BufferError> {
        self.buffer.finish()
    }
}
