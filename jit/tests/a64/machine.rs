//! A simulated processor: interprets the instructions that the encoders make, as a disassembler reads them.

use std::collections::BTreeMap;

use siskin_jit::masm::{FReg, MemOperand, Reg};
use yaxpeax_arm::armv8::a64::{Instruction, Opcode, Operand, SIMDSizeCode, ShiftStyle, SizeCode};

use crate::common::decode;

/// The address of code, far from any value that a test puts into a register.
pub(crate) const CODE: u64 = 0x5A5A_1234_9870;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Machine {
    /// General registers, by number. The last one is not used.
    pub(crate) x: [u64; 32],
    pub(crate) sp: u64,
    pub(crate) d: [u64; 32],
    /// Bytes that were written. The value of any other byte depends on its address.
    pub(crate) memory: BTreeMap<u64, u8>,
    pub(crate) pc: u64,
    n: bool,
    z: bool,
    c: bool,
    v: bool,
}

impl Machine {
    /// A machine with a different value in each register.
    pub(crate) fn new() -> Machine {
        Machine {
            x: std::array::from_fn(|index| 0x1234_5678_0000_0000 + index as u64 * 0x0001_0001_0001),
            sp: 0x7FFF_FFF0_0000,
            d: std::array::from_fn(|index| (index as f64 + 0.5).to_bits()),
            memory: BTreeMap::new(),
            pc: CODE,
            n: false,
            z: false,
            c: false,
            v: false,
        }
    }

    /// Runs until the pc leaves the code.
    pub(crate) fn run(&mut self, code: &[u8]) {
        for _ in 0..1000 {
            let at = self.pc.wrapping_sub(CODE);
            let Some(word) = usize::try_from(at).ok().and_then(|at| code.get(at..)?.first_chunk()) else {
                return;
            };
            self.step(&decode(u32::from_le_bytes(*word)));
        }
        panic!("it does not end");
    }

    /// The state without scratch registers and flags, which verbs may change.
    pub(crate) fn seen(&self) -> Machine {
        let mut seen = self.clone();
        for scratch in [16, 17, 31] {
            seen.x[scratch] = 0;
        }
        seen.d[30..].fill(0);
        (seen.n, seen.z, seen.c, seen.v) = (false, false, false, false);
        seen
    }

    fn step(&mut self, insn: &Instruction) {
        let [first, second, third, fourth] = insn.operands;
        let pc = self.pc;
        self.pc += 4;
        match insn.opcode {
            Opcode::ADD => self.write(first, self.read(second).wrapping_add(self.read(third))),
            Opcode::SUB => self.write(first, self.read(second).wrapping_sub(self.read(third))),
            Opcode::ADDS => self.add_flags(first, second, self.read(third), false),
            Opcode::SUBS => self.add_flags(first, second, !self.read(third), true),
            Opcode::AND => self.write(first, self.read(second) & self.read(third)),
            Opcode::ORR => self.write(first, self.read(second) | self.read(third)),
            Opcode::ORN => self.write(first, self.read(second) | !self.read(third)),
            Opcode::EOR => self.write(first, self.read(second) ^ self.read(third)),
            Opcode::MOVZ => self.write(first, self.read(second)),
            Opcode::MOVN => self.write(first, !self.read(second)),
            Opcode::MOVK => {
                let Operand::ImmShift(_, shift) = second else { panic!("{insn}") };
                self.write(first, self.read(first) & !(0xFFFF << shift) | self.read(second));
            }
            Opcode::UBFM => {
                let (immr, imms) = (self.read(third), self.read(fourth));
                let value = self.read(second);
                let result = if imms >= immr {
                    value << (63 - imms) >> (63 - imms) >> immr
                } else {
                    (value & ((1 << (imms + 1)) - 1)) << (8 * width(first) - immr)
                };
                self.write(first, result);
            }
            Opcode::SBFM => {
                let (immr, imms) = (self.read(third), self.read(fourth));
                assert_eq!((width(first), imms), (4, 31), "{insn}");
                self.write(first, (self.read(second) as i32 >> immr) as u64);
            }
            Opcode::LSLV => self.write(first, self.read(second) << (self.read(third) & 31)),
            Opcode::LSRV => self.write(first, self.read(second) >> (self.read(third) & 31)),
            Opcode::ASRV => {
                self.write(first, (self.read(second) as i32 >> (self.read(third) & 31)) as u64);
            }
            Opcode::SDIV => {
                self.write(first, (self.read(second) as i32 / self.read(third) as i32) as u64);
            }
            Opcode::MSUB => {
                let product = self.read(second).wrapping_mul(self.read(third));
                self.write(first, self.read(fourth).wrapping_sub(product));
            }
            Opcode::SMADDL => {
                let product = i64::from(self.read(second) as i32) * i64::from(self.read(third) as i32);
                self.write(first, self.read(fourth).wrapping_add(product as u64));
            }
            Opcode::ADR => self.write(first, target(pc, second)),
            Opcode::B => self.pc = target(pc, first),
            Opcode::Bcc(cond) => self.branch_if(self.holds(cond), target(pc, first)),
            Opcode::CBZ => self.branch_if(self.read(first) == 0, target(pc, second)),
            Opcode::CBNZ => self.branch_if(self.read(first) != 0, target(pc, second)),
            Opcode::BR | Opcode::RET => self.pc = self.read(first),
            Opcode::BLR => {
                let to = self.read(first);
                self.x[30] = self.pc;
                self.pc = to;
            }
            Opcode::HINT => {}
            Opcode::LDRB => self.load(first, 1, second),
            Opcode::LDRH => self.load(first, 2, second),
            Opcode::LDR | Opcode::LDUR => self.load(first, width(first), second),
            Opcode::STRB => self.store(first, 1, second),
            Opcode::STR | Opcode::STUR => self.store(first, width(first), second),
            Opcode::LDURB => self.load(first, 1, second),
            Opcode::LDURH => self.load(first, 2, second),
            Opcode::LDP => {
                let address = self.address(third);
                self.write(first, self.memory(address, 8));
                self.write(second, self.memory(address + 8, 8));
            }
            Opcode::STP => {
                let address = self.address(third);
                self.write_memory(address, 8, self.read(first));
                self.write_memory(address + 8, 8, self.read(second));
            }
            Opcode::FMOV | Opcode::MOVI => self.write(first, self.read(second)),
            Opcode::FNEG => self.write(first, self.read(second) ^ 1 << 63),
            Opcode::FADD => self.write(first, bits(self.double(second) + self.double(third))),
            Opcode::FSUB => self.write(first, bits(self.double(second) - self.double(third))),
            Opcode::FMUL => self.write(first, bits(self.double(second) * self.double(third))),
            Opcode::FDIV => self.write(first, bits(self.double(second) / self.double(third))),
            Opcode::SCVTF => {
                assert_eq!(width(second), 4, "{insn}");
                self.write(first, f64::from(self.read(second) as i32).to_bits());
            }
            Opcode::FCMP => {
                let (left, right) = (self.double(first), self.double(second));
                let unordered = left.is_nan() || right.is_nan();
                self.n = left < right;
                self.z = left == right;
                self.c = left >= right || unordered;
                self.v = unordered;
            }
            _ => panic!("{insn}"),
        }
    }

    fn branch_if(&mut self, taken: bool, to: u64) {
        if taken {
            self.pc = to;
        }
    }

    fn holds(&self, cond: u8) -> bool {
        let holds = match cond >> 1 {
            0 => self.z,
            1 => self.c,
            2 => self.n,
            3 => self.v,
            4 => self.c && !self.z,
            5 => self.n == self.v,
            6 => self.n == self.v && !self.z,
            _ => panic!("always"),
        };
        holds != (cond & 1 == 1)
    }

    /// `AddWithCarry` of the manual.
    fn add_flags(&mut self, to: Operand, left: Operand, right: u64, carry: bool) {
        let unused = 64 - 8 * width(to);
        let (left, right) = (self.read(left) << unused >> unused, right << unused >> unused);
        let sum = u128::from(left) + u128::from(right) + u128::from(carry);
        let signed = |value: u64| i128::from((value << unused) as i64 >> unused);
        let result = (sum as u64) << unused >> unused;
        self.n = signed(result) < 0;
        self.z = result == 0;
        self.c = sum != u128::from(result);
        self.v = signed(left) + signed(right) + i128::from(carry) != signed(result);
        self.write(to, result);
    }

    fn double(&self, operand: Operand) -> f64 {
        f64::from_bits(self.read(operand))
    }

    fn read(&self, operand: Operand) -> u64 {
        match operand {
            Operand::Register(_, 31) => 0,
            Operand::RegisterOrSP(SizeCode::X, 31) => self.sp,
            Operand::Register(size, reg) | Operand::RegisterOrSP(size, reg) => {
                cut(size, self.x[reg as usize])
            }
            Operand::SIMDRegister(SIMDSizeCode::D, reg) => self.d[reg as usize],
            Operand::Immediate(value) => value.into(),
            Operand::Imm64(value) => value,
            Operand::ImmShift(value, by) => u64::from(value) << by,
            Operand::ImmediateDouble(value) => value.to_bits(),
            Operand::RegShift(ShiftStyle::LSL, by, size, reg) => {
                cut(size, self.read(Operand::Register(size, reg)) << by)
            }
            Operand::RegShift(ShiftStyle::SXTW, 0, _, reg) => {
                self.read(Operand::Register(SizeCode::W, reg)) as i32 as u64
            }
            _ => panic!("{operand}"),
        }
    }

    fn write(&mut self, operand: Operand, value: u64) {
        match operand {
            Operand::Register(_, 31) => {}
            Operand::RegisterOrSP(SizeCode::X, 31) => self.sp = value,
            Operand::Register(size, reg) | Operand::RegisterOrSP(size, reg) => {
                self.x[reg as usize] = cut(size, value);
            }
            Operand::SIMDRegister(SIMDSizeCode::D, reg) => self.d[reg as usize] = value,
            _ => panic!("{operand}"),
        }
    }

    fn address(&mut self, operand: Operand) -> u64 {
        let base = match operand {
            Operand::RegPreIndex(reg, ..)
            | Operand::RegPostIndex(reg, _)
            | Operand::RegRegOffset(reg, ..) => Operand::RegisterOrSP(SizeCode::X, reg),
            _ => panic!("{operand}"),
        };
        let start = self.read(base);
        assert!(
            base != Operand::RegisterOrSP(SizeCode::X, 31) || start.is_multiple_of(16),
            "the stack is not aligned"
        );
        match operand {
            Operand::RegPreIndex(_, disp, back) => {
                let address = start.wrapping_add_signed(disp.into());
                if back {
                    self.write(base, address);
                }
                address
            }
            Operand::RegPostIndex(_, by) => {
                self.write(base, start.wrapping_add_signed(by.into()));
                start
            }
            Operand::RegRegOffset(_, index, SizeCode::X, ShiftStyle::LSL, by) => {
                start.wrapping_add(self.read(Operand::Register(SizeCode::X, index)) << by)
            }
            _ => panic!("{operand}"),
        }
    }

    fn load(&mut self, to: Operand, bytes: u64, from: Operand) {
        let address = self.address(from);
        self.write(to, self.memory(address, bytes));
    }

    fn store(&mut self, from: Operand, bytes: u64, to: Operand) {
        let value = self.read(from);
        let address = self.address(to);
        self.write_memory(address, bytes, value);
    }

    /// Reads `bytes` bytes of memory.
    pub(crate) fn memory(&self, address: u64, bytes: u64) -> u64 {
        (0..bytes).rev().fold(0, |value, index| {
            let address = address.wrapping_add(index);
            let unwritten = (address.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8;
            value << 8 | u64::from(self.memory.get(&address).copied().unwrap_or(unwritten))
        })
    }

    /// Writes `bytes` bytes of memory.
    pub(crate) fn write_memory(&mut self, address: u64, bytes: u64, value: u64) {
        for index in 0..bytes {
            self.memory.insert(address.wrapping_add(index), (value >> (8 * index)) as u8);
        }
    }
}

/// Access to registers by role, and to memory operands.
impl Machine {
    pub(crate) fn reg(&self, role: Reg) -> u64 {
        self.x[number(role)]
    }

    pub(crate) fn set(&mut self, role: Reg, value: u64) {
        self.x[number(role)] = value;
    }

    pub(crate) fn freg(&self, role: FReg) -> f64 {
        f64::from_bits(self.d[fnumber(role)])
    }

    pub(crate) fn set_freg(&mut self, role: FReg, value: u64) {
        self.d[fnumber(role)] = value;
    }

    pub(crate) fn at(&self, mem: MemOperand) -> u64 {
        self.reg(mem.base).wrapping_add_signed(mem.disp.into())
    }
}

/// The number of a role's register: the table at the top of `masm.rs`.
pub(crate) fn number(role: Reg) -> usize {
    match role {
        Reg::Vm => 19,
        Reg::Base => 20,
        Reg::Frame => 21,
        Reg::Fuel => 22,
        Reg::IntTag => 23,
        Reg::ObjTag => 24,
        Reg::T0 => 0,
        Reg::T1 => 1,
        Reg::T2 => 2,
        Reg::T3 => 3,
        Reg::T4 => 4,
        Reg::T5 => 5,
        Reg::T6 => 6,
        Reg::T7 => 7,
    }
}

fn fnumber(role: FReg) -> usize {
    let role = usize::from(role.0);
    if role < 8 { role } else { role + 8 }
}

/// The bits of a result, with one representation for all NaNs.
pub(crate) fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn cut(size: SizeCode, value: u64) -> u64 {
    if size == SizeCode::W { value & 0xFFFF_FFFF } else { value }
}

fn width(operand: Operand) -> u64 {
    match operand {
        Operand::Register(SizeCode::W, _) | Operand::RegisterOrSP(SizeCode::W, _) => 4,
        _ => 8,
    }
}

fn target(pc: u64, operand: Operand) -> u64 {
    let Operand::PCOffset(distance) = operand else { panic!("{operand}") };
    pc.wrapping_add_signed(distance)
}
