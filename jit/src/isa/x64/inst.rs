//! One instruction, assembled from its parts, which [`x64`](super) draws.

use core::ops::Deref;

use super::{Addr, Gpr, Rm, Width, Xmm};

/// One instruction, of 15 bytes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inst {
    /// Prefix to SIB.
    head: Part,
    /// Displacement and immediate.
    tail: Part,
}

/// Up to eight bytes, as a little-endian number. Missing bytes are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    bytes: u64,
    size: u32,
}

impl Part {
    const NONE: Part = Part { bytes: 0, size: 0 };

    fn with(self, bytes: u64, size: u32) -> Part {
        Part { bytes: self.bytes | bytes.wrapping_shl(self.size * 8), size: self.size + size }
    }
}

/// The bytes of an instruction, which dereference to a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// The bytes, then zeros.
    pub(super) padded: [u8; 16],
    pub(super) size: usize,
}

impl Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.padded.get(..self.size).unwrap_or(&[])
    }
}

/// The opcode, with its prefix and escape.
#[derive(Clone, Copy)]
pub(super) struct Opcode {
    prefix: Option<u8>,
    escape: bool,
    byte: u8,
}

impl Opcode {
    /// A one-byte opcode.
    pub(super) const fn one(byte: u8) -> Opcode {
        Opcode { prefix: None, escape: false, byte }
    }

    /// A two-byte opcode: `0F`, then `byte`.
    pub(super) const fn two(byte: u8) -> Opcode {
        Opcode { escape: true, ..Opcode::one(byte) }
    }

    /// With a prefix that is part of the opcode.
    pub(super) const fn after(self, prefix: u8) -> Opcode {
        Opcode { prefix: Some(prefix), ..self }
    }

    /// With a register's low bits in the opcode itself (the manual's `+rd`).
    pub(super) fn plus(self, reg: Gpr) -> Opcode {
        Opcode { byte: self.byte | (reg.number() & 7), ..self }
    }
}

/// The operand that the fields mod and rm encode.
#[derive(Clone, Copy)]
pub(super) enum ModRm {
    /// A register by number.
    Reg(u8),
    /// Memory.
    Mem(Addr),
    /// `[rip + disp32]`; the displacement is left zero.
    Rip,
}

impl From<Rm> for ModRm {
    fn from(rm: Rm) -> ModRm {
        match rm {
            Rm::Reg(reg) => ModRm::Reg(reg.number()),
            Rm::Mem(addr) => ModRm::Mem(addr),
        }
    }
}

impl From<Gpr> for ModRm {
    fn from(reg: Gpr) -> ModRm {
        ModRm::Reg(reg.number())
    }
}

impl From<Xmm> for ModRm {
    fn from(reg: Xmm) -> ModRm {
        ModRm::Reg(reg.number())
    }
}

impl From<Addr> for ModRm {
    fn from(addr: Addr) -> ModRm {
        ModRm::Mem(addr)
    }
}

impl Inst {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Bytes {
        let tail = u128::from(self.tail.bytes).wrapping_shl(self.head.size * 8);
        Bytes { padded: (u128::from(self.head.bytes) | tail).to_le_bytes(), size: self.size() }
    }

    /// The number of bytes.
    pub(super) fn size(&self) -> usize {
        (self.head.size + self.tail.size) as usize
    }

    /// An instruction that begins with these bytes.
    pub(super) fn fixed<const N: usize>(bytes: [u8; N]) -> Inst {
        bytes.into_iter().fold(Inst { head: Part::NONE, tail: Part::NONE }, Inst::byte)
    }

    /// An instruction with a ModRM: a register or digit (`reg`), and a register or memory (`rm`).
    pub(super) fn modrm(opcode: Opcode, width: Width, reg: u8, rm: impl Into<ModRm>) -> Inst {
        let rm = rm.into();
        let (index, base) = match rm {
            ModRm::Reg(rm) => (0, rm),
            ModRm::Mem(Addr { base, index, .. }) => {
                (index.map_or(0, |(i, _)| i.reg().number()), base.number())
            }
            ModRm::Rip => (0, 0),
        };
        let inst = Inst::fixed([]).opcode(opcode, width, reg, index, base);
        match rm {
            ModRm::Reg(rm) => inst.byte(0b11 << 6 | (reg & 7) << 3 | rm & 7),
            ModRm::Mem(addr) => inst.memory(reg, addr),
            ModRm::Rip => inst.byte((reg & 7) << 3 | 0b101).imm32(0),
        }
    }

    /// An instruction with a register in its opcode.
    pub(super) fn in_opcode(opcode: Opcode, width: Width, reg: Gpr) -> Inst {
        Inst::fixed([]).opcode(opcode.plus(reg), width, 0, 0, reg.number())
    }

    /// With an immediate of one byte.
    pub(super) fn imm8(self, imm: i8) -> Inst {
        Inst { tail: self.tail.with(imm.cast_unsigned().into(), 1), ..self }
    }

    /// With an immediate of four bytes.
    pub(super) fn imm32(self, imm: i32) -> Inst {
        Inst { tail: self.tail.with(imm.cast_unsigned().into(), 4), ..self }
    }

    /// With an immediate of eight bytes.
    pub(super) fn imm64(self, imm: u64) -> Inst {
        Inst { tail: self.tail.with(imm, 8), ..self }
    }

    fn opcode(mut self, opcode: Opcode, width: Width, reg: u8, index: u8, base: u8) -> Inst {
        let Opcode { prefix, escape, byte } = opcode;
        if let Some(prefix) = prefix {
            self = self.byte(prefix);
        }
        let wide = u8::from(width == Width::Qword);
        let rex = 0x40 | wide << 3 | (reg >> 3) << 2 | (index >> 3) << 1 | base >> 3;
        if rex != 0x40 {
            self = self.byte(rex);
        }
        if escape {
            self = self.byte(0x0F);
        }
        self.byte(byte)
    }

    fn memory(self, reg: u8, Addr { base, index, disp }: Addr) -> Inst {
        let (reg, base) = ((reg & 7) << 3, base.number() & 7);
        let short = i8::try_from(disp);
        let mode = match short {
            Ok(0) if base != 0b101 => 0b00 << 6,
            Ok(_) => 0b01 << 6,
            Err(_) => 0b10 << 6,
        };
        let inst = match index {
            Some((index, scale)) => {
                let sib = (scale as u8) << 6 | (index.reg().number() & 7) << 3 | base;
                self.byte(mode | reg | 0b100).byte(sib)
            }
            None if base == 0b100 => self.byte(mode | reg | 0b100).byte(0b100 << 3 | base),
            None => self.byte(mode | reg | base),
        };
        match short {
            Ok(0) if mode == 0 => inst,
            Ok(short) => inst.imm8(short),
            Err(_) => inst.imm32(disp),
        }
    }

    /// Adds a byte before displacement and immediate.
    fn byte(self, byte: u8) -> Inst {
        Inst { head: self.head.with(byte.into(), 1), ..self }
    }
}
