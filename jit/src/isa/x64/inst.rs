//! One instruction, put together from its parts; the drawing is at [`x64`](super).

use super::{Addr, Gpr, Rm, Width, Xmm};

/// The longest that an instruction can be.
const LONGEST: usize = 15;

/// The bytes of one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inst {
    bytes: [u8; LONGEST],
    len: u8,
}

/// The opcode and what comes with it.
#[derive(Clone, Copy)]
pub(super) struct Opcode {
    prefix: Option<u8>,
    escape: bool,
    byte: u8,
    byte_reg: bool,
}

impl Opcode {
    /// A one-byte opcode.
    pub(super) const fn one(byte: u8) -> Opcode {
        Opcode { prefix: None, escape: false, byte, byte_reg: false }
    }

    /// A two-byte opcode: `0F`, then this.
    pub(super) const fn two(byte: u8) -> Opcode {
        Opcode { escape: true, ..Opcode::one(byte) }
    }

    /// With a prefix that is part of the opcode.
    pub(super) const fn after(self, prefix: u8) -> Opcode {
        Opcode { prefix: Some(prefix), ..self }
    }

    /// Whose reg field names a register of one byte.
    pub(super) const fn of_bytes(self) -> Opcode {
        Opcode { byte_reg: true, ..self }
    }

    /// With a register's low bits in the opcode itself (the manual's `+rd`).
    pub(super) fn plus(self, reg: Gpr) -> Opcode {
        Opcode { byte: self.byte | (reg.number() & 7), ..self }
    }
}

/// What the mod and rm fields say.
#[derive(Clone, Copy)]
pub(super) enum Operand {
    /// A register by number.
    Reg(u8),
    /// Memory.
    Mem(Addr),
    /// `[rip + disp32]`; the displacement is left zero.
    Rip,
}

impl From<Rm> for Operand {
    fn from(rm: Rm) -> Operand {
        match rm {
            Rm::Reg(reg) => Operand::Reg(reg.number()),
            Rm::Mem(addr) => Operand::Mem(addr),
        }
    }
}

impl From<Gpr> for Operand {
    fn from(reg: Gpr) -> Operand {
        Operand::Reg(reg.number())
    }
}

impl From<Xmm> for Operand {
    fn from(reg: Xmm) -> Operand {
        Operand::Reg(reg.number())
    }
}

impl From<Addr> for Operand {
    fn from(addr: Addr) -> Operand {
        Operand::Mem(addr)
    }
}

impl Inst {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&[])
    }

    /// An instruction without operands that are encoded.
    pub(super) fn fixed(bytes: &[u8]) -> Inst {
        Inst { bytes: [0; LONGEST], len: 0 }.with(bytes)
    }

    /// An instruction with a ModRM: a register or digit (`reg`), and a register or memory (`rm`).
    pub(super) fn modrm(opcode: Opcode, width: Width, reg: u8, rm: impl Into<Operand>) -> Inst {
        let rm = rm.into();
        let (index, base) = match rm {
            Operand::Reg(rm) => (0, rm),
            Operand::Mem(Addr { base, index, .. }) => {
                (index.map_or(0, |(i, _)| i.reg().number()), base.number())
            }
            Operand::Rip => (0, 0),
        };
        let inst = Inst::fixed(&[]).opcode(opcode, width, reg, index, base);
        match rm {
            Operand::Reg(rm) => inst.with(&[0b11 << 6 | (reg & 7) << 3 | rm & 7]),
            Operand::Mem(addr) => inst.memory(reg, addr),
            Operand::Rip => inst.with(&[(reg & 7) << 3 | 0b101, 0, 0, 0, 0]),
        }
    }

    /// An instruction with a register in its opcode.
    pub(super) fn in_opcode(opcode: Opcode, width: Width, reg: Gpr) -> Inst {
        Inst::fixed(&[]).opcode(opcode.plus(reg), width, 0, 0, reg.number())
    }

    /// With an immediate of one byte.
    pub(super) fn imm8(self, imm: i8) -> Inst {
        self.with(&imm.to_le_bytes())
    }

    /// With an immediate of four bytes.
    pub(super) fn imm32(self, imm: i32) -> Inst {
        self.with(&imm.to_le_bytes())
    }

    /// With an immediate of eight bytes.
    pub(super) fn imm64(self, imm: u64) -> Inst {
        self.with(&imm.to_le_bytes())
    }

    fn opcode(mut self, opcode: Opcode, width: Width, reg: u8, index: u8, base: u8) -> Inst {
        let Opcode { prefix, escape, byte, byte_reg } = opcode;
        if let Some(prefix) = prefix {
            self = self.with(&[prefix]);
        }
        let wide = u8::from(width == Width::Qword);
        let rex = 0x40 | wide << 3 | (reg >> 3) << 2 | (index >> 3) << 1 | base >> 3;
        // Without a REX, byte registers 4 to 7 are ah to bh, not spl to dil.
        if rex != 0x40 || byte_reg && reg >= 4 {
            self = self.with(&[rex]);
        }
        if escape {
            self = self.with(&[0x0F]);
        }
        self.with(&[byte])
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
                self.with(&[mode | reg | 0b100, sib])
            }
            None if base == 0b100 => self.with(&[mode | reg | 0b100, 0b100 << 3 | base]),
            None => self.with(&[mode | reg | base]),
        };
        match short {
            Ok(0) if mode == 0 => inst,
            Ok(short) => inst.imm8(short),
            Err(_) => inst.imm32(disp),
        }
    }

    fn with(mut self, bytes: &[u8]) -> Inst {
        for &byte in bytes {
            if let Some(place) = self.bytes.get_mut(usize::from(self.len)) {
                *place = byte;
                self.len += 1;
            }
        }
        self
    }
}
