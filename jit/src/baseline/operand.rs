//! Operands of templates, operations on doubles, calls.

use siskin_core::bytecode::Window;
use siskin_core::layout::{INT_TAG, Runtime};

use crate::masm::Reg;

/// An operand of arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// A register of the frame.
    Register(u16),
    /// An int.
    Int(i32),
    /// A double, by its bits.
    Double(u64),
}

impl Operand {
    /// The number with these bits.
    pub(super) fn constant(bits: u64) -> Operand {
        if bits >= INT_TAG { Operand::Int(bits as i32) } else { Operand::Double(bits) }
    }
}

/// An operation on doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FOp {
    Add,
    Sub,
    Mul,
    Div,
}

/// Where machine code returns the value of a call, beside the callee's register 0. Templates load their first operand
/// to another register, so the second one may be this value.
pub(super) const RESULT: Reg = Reg::T4;

/// A call instruction.
#[derive(Clone, Copy)]
pub(super) struct CallSite {
    /// The VM's function for the call, which determines how the callee is found.
    pub(super) runtime: Runtime,
    /// The word after the instruction.
    pub(super) next: u32,
    pub(super) argc: u8,
    pub(super) win: u16,
    /// The callee itself, or an object with a shape.
    pub(super) by: u16,
    /// The inline cache for that shape.
    pub(super) site: u32,
}

impl CallSite {
    /// The call with this window. The window's register numbers are those of the frame, since an inlined callee makes
    /// no calls.
    pub(super) fn new(runtime: Runtime, next: u32, window: Window, site: u32) -> CallSite {
        let Window { first: win, argc, .. } = window;
        // Verified windows lie in the registers.
        CallSite { runtime, next, argc, win, by: window.found_by() as u16, site }
    }
}
