//! The verbs, for x86-64.

use siskin_core::mem;

use super::alu::{self, Alu};
use super::branch::{self, Cc, Rel};
use super::sse::{self, Sse};
use super::{Addr, Gpr, Index, Inst, Scale, Width, mov};
use crate::buffer::{Buffer, BufferError, Label};
use crate::masm::{Cond, FCond, FReg, Masm, MemOperand, Reg, Rhs, Shift};

/// The callee-saved registers of the System V convention, in the order in which they are pushed.
const KEPT: [Gpr; 6] = [Gpr::Rbx, Gpr::Rbp, Gpr::R12, Gpr::R13, Gpr::R14, Gpr::R15];

/// The macro assembler for x86-64.
///
/// A call of machine code pushes only the return address, so the stack pointer is a multiple of 8;
/// [`call_rust`](Masm::call_rust) aligns it. Calls to and from Rust follow the System V convention, Rust's
/// `extern "sysv64"`, on every system.
pub struct X64 {
    pub(super) buffer: Buffer<Rel>,
}

impl X64 {
    /// An assembler with an empty buffer.
    #[must_use]
    pub fn new(mem: &mem::Mem) -> X64 {
        X64 { buffer: Buffer::new(mem) }
    }

    /// Appends an instruction.
    #[inline(never)]
    pub(super) fn emit(&mut self, inst: Inst) {
        let bytes = inst.bytes();
        self.buffer.emit_first(bytes.size, &bytes.padded);
    }
}

/// Memory at `base + index * 8 + disp`.
fn element(base: Reg, index: Reg, disp: i32) -> Addr {
    Addr::indexed(base.into(), Index::from(index), Scale::Eight, disp)
}

impl Masm for X64 {
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
        self.emit(branch::endbr64());
    }

    fn jump(&mut self, label: Label) {
        self.jmp(label);
    }

    fn jump_reg(&mut self, to: Reg) {
        self.emit(branch::jmp_rm(Gpr::from(to)));
    }

    fn jump_mem(&mut self, to: MemOperand) {
        self.emit(branch::jmp_rm(Addr::from(to)));
    }

    fn call_reg(&mut self, to: Reg) {
        self.emit(branch::call_rm(Gpr::from(to)));
    }

    fn call_mem(&mut self, to: MemOperand) {
        self.emit(branch::call_rm(Addr::from(to)));
    }

    fn prologue(&mut self) {}

    fn epilogue(&mut self) {
        self.ret();
    }

    fn ret(&mut self) {
        self.emit(branch::ret());
    }

    fn rust_prologue(&mut self) {
        for reg in KEPT {
            self.emit(mov::push(reg));
        }
        // The second argument is in rsi, which is T1.
        self.emit(mov::mov(Width::Qword, Gpr::Rbx, Gpr::Rdi));
    }

    fn rust_epilogue(&mut self) {
        for reg in KEPT.into_iter().rev() {
            self.emit(mov::pop(reg));
        }
        self.ret();
    }

    fn store_sp(&mut self, to: MemOperand) {
        self.emit(mov::store(Width::Qword, to.into(), Gpr::Rsp));
    }

    fn load_sp(&mut self, from: MemOperand) {
        self.emit(mov::mov(Width::Qword, Gpr::Rsp, Addr::from(from)));
    }

    fn call_rust(&mut self, to: MemOperand) {
        self.call_aligned(to.into());
    }

    fn mov(&mut self, dst: Reg, src: Reg) {
        self.copy(Width::Qword, dst.into(), Gpr::from(src));
    }

    fn imm(&mut self, dst: Reg, value: u64) {
        let dst = dst.into();
        self.emit(match value {
            0 => alu::reg_rm(Alu::Xor, Width::Dword, dst, dst),
            _ => mov::imm(dst, value),
        });
    }

    fn pointer(&mut self, dst: Reg, value: u64) {
        self.emit(mov::imm64(dst.into(), value));
    }

    fn load64(&mut self, dst: Reg, from: MemOperand) {
        self.emit(mov::mov(Width::Qword, dst.into(), Addr::from(from)));
    }

    fn load32(&mut self, dst: Reg, from: MemOperand) {
        self.emit(mov::mov(Width::Dword, dst.into(), Addr::from(from)));
    }

    fn load16(&mut self, dst: Reg, from: MemOperand) {
        self.emit(mov::load16(dst.into(), from.into()));
    }

    fn load8(&mut self, dst: Reg, from: MemOperand) {
        self.emit(mov::load8(dst.into(), from.into()));
    }

    fn load64_index(&mut self, dst: Reg, base: Reg, index: Reg, disp: i32) {
        self.emit(mov::mov(Width::Qword, dst.into(), element(base, index, disp)));
    }

    fn store64(&mut self, to: MemOperand, src: Reg) {
        self.emit(mov::store(Width::Qword, to.into(), src.into()));
    }

    fn store32(&mut self, to: MemOperand, src: Reg) {
        self.emit(mov::store(Width::Dword, to.into(), src.into()));
    }

    fn store64_index(&mut self, base: Reg, index: Reg, disp: i32, src: Reg) {
        self.emit(mov::store(Width::Qword, element(base, index, disp), src.into()));
    }

    fn store64_imm(&mut self, to: MemOperand, value: u64) {
        match i32::try_from(value.cast_signed()) {
            Ok(imm) => self.emit(mov::store_imm(Width::Qword, to.into(), imm)),
            Err(_) => {
                self.emit(mov::imm(Gpr::SCRATCH, value));
                self.emit(mov::store(Width::Qword, to.into(), Gpr::SCRATCH));
            }
        }
    }

    fn set_byte(&mut self, address: u64) {
        self.emit(mov::imm64(Gpr::SCRATCH, address));
        self.emit(mov::store8_imm(Addr::at(Gpr::SCRATCH, 0), 1));
    }

    fn address(&mut self, dst: Reg, of: MemOperand) {
        self.add64(dst, of.base, of.disp);
    }

    fn address_index(&mut self, dst: Reg, base: Reg, index: Reg, disp: i32) {
        self.emit(mov::lea(dst.into(), element(base, index, disp)));
    }

    fn address_label(&mut self, dst: Reg, label: Label) {
        self.emit_to(mov::lea_rip(dst.into()), Rel::Dword, label);
    }

    fn add64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.add(dst.into(), lhs.into(), rhs.into());
    }

    fn sub64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.sub(dst.into(), lhs.into(), rhs.into());
    }

    fn and64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.and(dst.into(), lhs.into(), rhs.into());
    }

    fn or64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.binary(Alu::Or, Width::Qword, dst.into(), lhs.into(), rhs.into());
    }

    fn xor64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.binary(Alu::Xor, Width::Qword, dst.into(), lhs.into(), rhs.into());
    }

    fn shr64(&mut self, dst: Reg, src: Reg, by: u8) {
        self.shr(dst.into(), src.into(), by);
    }

    fn add32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label) {
        self.binary(Alu::Add, Width::Dword, dst.into(), lhs.into(), rhs.into());
        self.jcc(Cc::O, overflow);
    }

    fn sub32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label) {
        self.binary(Alu::Sub, Width::Dword, dst.into(), lhs.into(), rhs.into());
        self.jcc(Cc::O, overflow);
    }

    fn mul32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label) {
        self.mul(dst.into(), lhs.into(), rhs.into());
        self.jcc(Cc::O, overflow);
    }

    fn or32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.binary(Alu::Or, Width::Dword, dst.into(), lhs.into(), rhs.into());
    }

    fn and32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.binary(Alu::And, Width::Dword, dst.into(), lhs.into(), rhs.into());
    }

    fn xor32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>) {
        self.binary(Alu::Xor, Width::Dword, dst.into(), lhs.into(), rhs.into());
    }

    fn shift32(&mut self, shift: Shift, dst: Reg, src: Reg, by: u8) {
        debug_assert!(by < 32);
        let (dst, src) = (Gpr::from(dst), Gpr::from(src));
        // A shift by zero would not clear the upper half.
        if dst != src || by == 0 {
            self.emit(mov::mov(Width::Dword, dst, src));
        }
        if by != 0 {
            self.emit(alu::shift(shift.into(), Width::Dword, dst, by));
        }
    }

    fn shift32_by_t3(&mut self, shift: Shift) {
        self.emit(alu::shift_cl(shift.into(), Width::Dword, Reg::T2.into()));
    }

    fn divide32_by_t3(&mut self) {
        self.emit(alu::cdq());
        self.emit(alu::idiv(Width::Dword, Reg::T3.into()));
    }

    fn bump32(&mut self, dst: Reg, by: i32) {
        self.emit(alu::rm_imm(Alu::Add, Width::Dword, Gpr::from(dst), by));
    }

    fn count_down(&mut self, reg: Reg, empty: Label) {
        self.emit(alu::rm_imm(Alu::Sub, Width::Dword, Gpr::from(reg), 1));
        self.jcc(Cc::B, empty);
    }

    fn branch64(&mut self, cond: Cond, lhs: Reg, rhs: impl Into<Rhs>, label: Label) {
        self.compare(Width::Qword, lhs.into(), rhs.into());
        self.jcc(cond.into(), label);
    }

    fn branch32(&mut self, cond: Cond, lhs: Reg, rhs: impl Into<Rhs>, label: Label) {
        self.compare(Width::Dword, lhs.into(), rhs.into());
        self.jcc(cond.into(), label);
    }

    fn branch8_mem(&mut self, cond: Cond, lhs: MemOperand, rhs: u8, label: Label) {
        let cc = self.compare_mem8(cond, lhs.into(), rhs);
        self.jcc(cc, label);
    }

    fn fload(&mut self, dst: FReg, from: MemOperand) {
        self.emit(sse::load(dst.into(), from.into()));
    }

    fn fstore(&mut self, to: MemOperand, src: FReg) {
        self.emit(sse::store(to.into(), src.into()));
    }

    fn fmov(&mut self, dst: FReg, src: FReg) {
        self.fcopy(dst.into(), src.into());
    }

    fn fimm(&mut self, dst: FReg, bits: u64) {
        let dst = dst.into();
        if bits == 0 {
            self.emit(sse::xorps(dst, dst));
        } else {
            self.emit(mov::imm(Gpr::SCRATCH, bits));
            self.emit(sse::movq_from(dst, Gpr::SCRATCH));
        }
    }

    fn fmov_from(&mut self, dst: FReg, src: Reg) {
        self.emit(sse::movq_from(dst.into(), src.into()));
    }

    fn fcvt32(&mut self, dst: FReg, src: Reg) {
        let dst = dst.into();
        // The conversion keeps the upper half, so it would wait for the instruction that wrote the register last.
        self.emit(sse::xorps(dst, dst));
        self.emit(sse::cvtsi2sd(dst, src.into()));
    }

    fn fadd(&mut self, dst: FReg, lhs: FReg, rhs: FReg) {
        self.fbinary(Sse::Add, dst.into(), lhs.into(), rhs.into());
    }

    fn fsub(&mut self, dst: FReg, lhs: FReg, rhs: FReg) {
        self.fbinary(Sse::Sub, dst.into(), lhs.into(), rhs.into());
    }

    fn fmul(&mut self, dst: FReg, lhs: FReg, rhs: FReg) {
        self.fbinary(Sse::Mul, dst.into(), lhs.into(), rhs.into());
    }

    fn fdiv(&mut self, dst: FReg, lhs: FReg, rhs: FReg) {
        self.fbinary(Sse::Div, dst.into(), lhs.into(), rhs.into());
    }

    fn fneg(&mut self, dst: FReg, src: FReg) {
        self.negate(dst.into(), src.into());
    }

    fn fbranch(&mut self, cond: FCond, lhs: FReg, rhs: FReg, label: Label) {
        self.fcompare(cond, lhs.into(), rhs.into(), label);
    }

    fn finish(&mut self) -> Result<&[u8], BufferError> {
        self.buffer.finish()
    }
}
