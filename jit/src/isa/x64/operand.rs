//! Operands of instructions besides registers.

use super::Gpr;
use crate::masm::{MemOperand, Reg};

/// The width of an integer instruction. One with 32 bits clears the upper half of its destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 32 bits.
    Dword,
    /// 64 bits: REX.W.
    Qword,
}

/// A register that can be an index: any but `rsp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index(Gpr);

impl Index {
    /// The register as an index, unless it is `rsp`.
    #[must_use]
    pub fn new(reg: Gpr) -> Option<Index> {
        (reg != Gpr::Rsp).then_some(Index(reg))
    }

    /// The register.
    #[must_use]
    pub const fn reg(self) -> Gpr {
        self.0
    }
}

/// No role maps to `rsp`.
impl From<Reg> for Index {
    fn from(reg: Reg) -> Index {
        Index(reg.into())
    }
}

/// The factor of an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Scale {
    /// One.
    One,
    /// Two.
    Two,
    /// Four.
    Four,
    /// Eight.
    Eight,
}

/// Memory at `base + index * scale + disp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addr {
    /// The base register.
    pub base: Gpr,
    /// The index and its factor, if any.
    pub index: Option<(Index, Scale)>,
    /// The displacement in bytes.
    pub disp: i32,
}

impl Addr {
    /// Memory at `base + disp`.
    #[must_use]
    pub const fn at(base: Gpr, disp: i32) -> Addr {
        Addr { base, index: None, disp }
    }

    /// Memory at `base + index * scale + disp`.
    #[must_use]
    pub const fn indexed(base: Gpr, index: Index, scale: Scale, disp: i32) -> Addr {
        Addr { base, index: Some((index, scale)), disp }
    }
}

impl From<MemOperand> for Addr {
    fn from(mem: MemOperand) -> Addr {
        Addr::at(mem.base.into(), mem.disp)
    }
}

/// The manual's `r/m`: a register or memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rm {
    /// A register.
    Reg(Gpr),
    /// Memory.
    Mem(Addr),
}

impl Rm {
    /// Whether the operand uses the register.
    #[must_use]
    pub fn uses(self, reg: Gpr) -> bool {
        match self {
            Rm::Reg(own) => own == reg,
            Rm::Mem(Addr { base, index, .. }) => {
                base == reg || index.is_some_and(|(index, _)| index.reg() == reg)
            }
        }
    }
}

impl From<Gpr> for Rm {
    fn from(reg: Gpr) -> Rm {
        Rm::Reg(reg)
    }
}

impl From<Addr> for Rm {
    fn from(addr: Addr) -> Rm {
        Rm::Mem(addr)
    }
}
