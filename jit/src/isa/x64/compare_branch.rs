//! Comparing and branching.
//!
//! A backward jump is short if that reaches. A forward jump is long: its distance is not known when it is written.

use super::alu::{self, Alu};
use super::branch::{self, Cc, Rel};
use super::lower::Source;
use super::{Addr, Gpr, Inst, Width, X64, Xmm, mov, sse};
use crate::buffer::Label;
use crate::masm::{Cond, FCond, Rhs};

impl From<Cond> for Cc {
    fn from(cond: Cond) -> Cc {
        match cond {
            Cond::Eq => Cc::E,
            Cond::Ne => Cc::Ne,
            Cond::Lt => Cc::L,
            Cond::Le => Cc::Le,
            Cond::Gt => Cc::G,
            Cond::Ge => Cc::Ge,
            Cond::Below => Cc::B,
            Cond::BelowEq => Cc::Be,
            Cond::Above => Cc::A,
            Cond::AboveEq => Cc::Ae,
        }
    }
}

/// The same comparison for unsigned numbers.
fn unsigned(cond: Cond) -> Cond {
    match cond {
        Cond::Lt => Cond::Below,
        Cond::Le => Cond::BelowEq,
        Cond::Gt => Cond::Above,
        Cond::Ge => Cond::AboveEq,
        _ => cond,
    }
}

impl X64 {
    /// Jumps to `label`.
    #[inline(never)]
    pub(super) fn jmp(&mut self, label: Label) {
        match self.distance_back(label) {
            Some(distance) => self.emit(branch::jmp_short(distance)),
            None => self.emit_to(branch::jmp(0), Rel::Dword, label),
        }
    }

    /// Jumps to `label` if `cc`.
    #[inline(never)]
    pub(super) fn jcc(&mut self, cc: Cc, label: Label) {
        match self.distance_back(label) {
            Some(distance) => self.emit(branch::jcc_short(cc, distance)),
            None => self.emit_to(branch::jcc(cc, 0), Rel::Dword, label),
        }
    }

    /// The distance of a short jump from here to `label`, if one reaches.
    fn distance_back(&self, label: Label) -> Option<i8> {
        let end = self.buffer.offset() + branch::jmp_short(0).size();
        let back = end.checked_sub(self.buffer.offset_of(label)?)?;
        i8::try_from(-i64::try_from(back).ok()?).ok()
    }

    /// Appends an instruction that ends with the distance to `label`.
    pub(super) fn emit_to(&mut self, inst: Inst, form: Rel, label: Label) {
        self.emit(inst);
        let at = self.buffer.offset().saturating_sub(form.size());
        self.buffer.refer(at, label, form);
    }

    /// Compares a register, setting the flags.
    pub(super) fn compare(&mut self, width: Width, lhs: Gpr, rhs: Rhs) {
        let inst = match self.source(width, rhs, Gpr::SCRATCH) {
            // `test` sets all flags that conditions read as `cmp` with zero does.
            Source::Imm(0) => alu::test(width, lhs, lhs),
            Source::Imm(imm) => alu::rm_imm(Alu::Cmp, width, lhs, imm),
            Source::Rm(rhs) => alu::reg_rm(Alu::Cmp, width, lhs, rhs),
        };
        self.emit(inst);
    }

    /// Compares a byte of memory. Returns the condition on the flags for `cond`.
    pub(super) fn compare_mem8(&mut self, cond: Cond, lhs: Addr, rhs: u8) -> Cc {
        self.emit(alu::mem8_imm(Alu::Cmp, lhs, rhs));
        unsigned(cond).into()
    }

    /// Jumps to `label` if `lhs cond rhs`.
    ///
    /// `ucomisd` sets CF for less and unordered, ZF for equal and unordered, PF for unordered. So `a` and `ae` are
    /// false for NaN and their negations true, and "less" is "greater" with the operands exchanged.
    pub(super) fn fcompare(&mut self, cond: FCond, lhs: Xmm, rhs: Xmm, label: Label) {
        let (lhs, rhs) = match cond {
            FCond::Lt | FCond::NotLt | FCond::Le | FCond::NotLe => (rhs, lhs),
            _ => (lhs, rhs),
        };
        self.emit(sse::ucomisd(lhs, rhs));
        match cond {
            FCond::Lt | FCond::Gt => self.jcc(Cc::A, label),
            FCond::Le | FCond::Ge => self.jcc(Cc::Ae, label),
            FCond::NotLt | FCond::NotGt => self.jcc(Cc::Be, label),
            FCond::NotLe | FCond::NotGe => self.jcc(Cc::B, label),
            FCond::Eq => {
                let unordered = self.buffer.label();
                self.emit_to(branch::jcc_short(Cc::P, 0), Rel::Byte, unordered);
                self.jcc(Cc::E, label);
                self.buffer.bind(unordered);
            }
            FCond::Ne => {
                self.jcc(Cc::Ne, label);
                self.jcc(Cc::P, label);
            }
        }
    }

    /// Calls a runtime function with a stack pointer that is a multiple of 16. The old one is saved on the stack.
    pub(super) fn call_aligned(&mut self, to: Addr) {
        self.emit(mov::mov(Width::Qword, Gpr::SCRATCH, Gpr::Rsp));
        self.emit(alu::rm_imm(Alu::And, Width::Qword, Gpr::Rsp, -16));
        // Pushed twice, so that the stack pointer stays a multiple of 16.
        self.emit(mov::push(Gpr::SCRATCH));
        self.emit(mov::push(Gpr::SCRATCH));
        self.emit(mov::mov(Width::Qword, Gpr::Rdi, Gpr::Rbx));
        self.emit(branch::call_rm(to));
        self.emit(mov::mov(Width::Qword, Gpr::Rsp, Addr::at(Gpr::Rsp, 0)));
    }
}
