//! A simulated processor for the few instructions that verbs consist of.
//!
//! Every address is valid: memory that was never written has values that depend on the address. So registers may have
//! any values, and a test can check afterwards that everything else is unchanged.

use std::collections::BTreeMap;

use iced_x86::{Code, ConditionCode, Decoder, DecoderOptions, Instruction, Mnemonic, OpKind, Register};
use siskin_jit::isa::x64::{Gpr, X64, Xmm};
use siskin_jit::masm::{FReg, Masm, MemOperand, Reg, Rhs};

/// The state of the processor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Machine {
    /// General registers, by number.
    pub(crate) gpr: [u64; 16],
    /// Lower halves of the registers of doubles, by number.
    pub(crate) xmm: [u64; 16],
    written: BTreeMap<u64, u8>,
    flags: Flags,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Flags {
    carry: bool,
    zero: bool,
    sign: bool,
    overflow: bool,
    parity: bool,
}

/// The instruction at which the processor stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// `Ret`, `Call`, or a `Jmp` out of the code.
    pub(crate) why: Mnemonic,
    /// The offset of the instruction.
    pub(crate) at: usize,
    /// The target of an indirect jump or call.
    pub(crate) to: u64,
    /// The offset of the next instruction.
    pub(crate) next: usize,
}

impl Machine {
    /// A processor with a different value in each register.
    pub(crate) fn new(seed: u64) -> Machine {
        let mut machine = Machine::default();
        for (index, reg) in (1..).zip(machine.gpr.iter_mut().chain(&mut machine.xmm)) {
            *reg = mix(seed ^ index);
        }
        machine.set(Gpr::Rsp, 0x7000_0000_0008);
        machine
    }

    /// The value of a general register.
    pub(crate) fn get(&self, reg: impl Into<Gpr>) -> u64 {
        self.gpr[usize::from(reg.into().number())]
    }

    /// Sets a general register.
    pub(crate) fn set(&mut self, reg: impl Into<Gpr>, value: u64) {
        self.gpr[usize::from(reg.into().number())] = value;
    }

    /// The bits of a floating-point register.
    pub(crate) fn fget(&self, reg: FReg) -> u64 {
        self.xmm[usize::from(Xmm::from(reg).number())]
    }

    /// Sets a floating-point register.
    pub(crate) fn fset(&mut self, reg: FReg, bits: u64) {
        self.xmm[usize::from(Xmm::from(reg).number())] = bits;
    }

    /// The address of a memory operand, with the current registers.
    pub(crate) fn address(&self, mem: MemOperand) -> u64 {
        self.get(mem.base).wrapping_add_signed(mem.disp.into())
    }

    /// The value of a second operand, with the current registers.
    pub(crate) fn rhs(&self, rhs: Rhs) -> u64 {
        match rhs {
            Rhs::Reg(reg) => self.get(reg),
            Rhs::Imm(imm) => imm.cast_unsigned(),
            Rhs::Mem(mem) | Rhs::Word(mem) => self.read(self.address(mem), 8),
        }
    }

    /// Reads up to eight bytes of memory.
    pub(crate) fn read(&self, address: u64, bytes: usize) -> u64 {
        (0..bytes as u64).rev().fold(0, |value, offset| {
            let address = address.wrapping_add(offset);
            value << 8 | u64::from(self.written.get(&address).copied().unwrap_or(mix(address) as u8))
        })
    }

    /// Writes up to eight bytes of memory.
    pub(crate) fn write(&mut self, address: u64, bytes: usize, value: u64) {
        for (offset, &byte) in (0..).zip(value.to_le_bytes().iter().take(bytes)) {
            self.written.insert(address.wrapping_add(offset), byte);
        }
    }

    /// This state, with the flags and these registers of a later one.
    pub(crate) fn with_from(&self, later: &Machine, regs: &[Gpr], fregs: &[Xmm]) -> Machine {
        let mut machine = Machine { flags: later.flags, ..self.clone() };
        for reg in regs {
            machine.set(*reg, later.get(*reg));
        }
        for reg in fregs {
            let index = usize::from(reg.number());
            machine.xmm[index] = later.xmm[index];
        }
        machine
    }

    /// Emits one verb that may go to a label, and runs it. True if it went there.
    pub(crate) fn run_branch(&mut self, verb: impl Fn(&mut X64, siskin_jit::buffer::Label)) -> bool {
        let mut ahead = super::common::masm();
        let label = ahead.label();
        verb(&mut ahead, label);
        ahead.ret();
        ahead.bind(label);
        ahead.ret();
        let target = ahead.offset_of(label);
        let before = self.clone();
        let went = self.run(&mut ahead, 0).at == target.expect("it is bound");

        // A backward jump, in short forms, must go the same way.
        let mut back = super::common::masm();
        let label = back.label();
        back.bind(label);
        back.ret();
        let start = back.offset();
        verb(&mut back, label);
        back.ret();
        let mut other = before;
        assert_eq!(other.run(&mut back, start).at == 0, went);
        assert_eq!(other, *self);
        went
    }

    /// Emits one verb, and runs it.
    pub(crate) fn run_verb(&mut self, verb: impl Fn(&mut X64)) {
        assert!(!self.run_branch(|masm, _| verb(masm)));
    }

    /// Runs the code from `start` to a return, a call, or an indirect jump.
    pub(crate) fn run(&mut self, masm: &mut X64, start: usize) -> Stop {
        let code = masm.finish().expect("code");
        let mut at = start;
        loop {
            let bytes = code.get(at..).expect("an address in the code");
            let inst = Decoder::with_ip(64, bytes, at as u64, DecoderOptions::NONE).decode();
            assert_ne!(inst.code(), Code::INVALID, "{bytes:X?}");
            let next = at + inst.len();
            match inst.mnemonic() {
                why @ Mnemonic::Ret => return Stop { why, at, to: 0, next },
                why @ (Mnemonic::Call | Mnemonic::Jmp) if inst.op0_kind() != OpKind::NearBranch64 => {
                    return Stop { why, at, to: self.operand(&inst, 0), next };
                }
                Mnemonic::Jmp => at = inst.near_branch_target() as usize,
                _ if inst.condition_code() != ConditionCode::None => {
                    at = if self.holds(inst.condition_code()) {
                        inst.near_branch_target() as usize
                    } else {
                        next
                    };
                }
                _ => {
                    self.step(&inst);
                    at = next;
                }
            }
        }
    }

    fn step(&mut self, inst: &Instruction) {
        let bits = self.size(inst, 0) * 8;
        let [lhs, rhs] =
            [0, 1].map(|index| if index < inst.op_count() { self.operand(inst, index) } else { 0 });
        match inst.mnemonic() {
            Mnemonic::Endbr64 => {}
            Mnemonic::Mov | Mnemonic::Movzx | Mnemonic::Movq | Mnemonic::Movsd | Mnemonic::Movaps => {
                self.assign(inst, rhs);
            }
            Mnemonic::Lea => self.assign(inst, self.effective(inst)),
            Mnemonic::Push => {
                let sp = self.get(Gpr::Rsp).wrapping_sub(8);
                self.set(Gpr::Rsp, sp);
                self.write(sp, 8, lhs);
            }
            Mnemonic::Pop => {
                let sp = self.get(Gpr::Rsp);
                self.set(Gpr::Rsp, sp.wrapping_add(8));
                self.assign(inst, self.read(sp, 8));
            }
            Mnemonic::Add => {
                let sum = self.sum(lhs, rhs, bits);
                self.assign(inst, sum);
            }
            Mnemonic::Sub => {
                let difference = self.difference(lhs, rhs, bits);
                self.assign(inst, difference);
            }
            Mnemonic::Neg => {
                let difference = self.difference(0, lhs, bits);
                self.assign(inst, difference);
            }
            Mnemonic::Cmp => _ = self.difference(lhs, rhs, bits),
            Mnemonic::And => {
                let result = self.logic(lhs & rhs, bits);
                self.assign(inst, result);
            }
            Mnemonic::Or => {
                let result = self.logic(lhs | rhs, bits);
                self.assign(inst, result);
            }
            Mnemonic::Xor => {
                let result = self.logic(lhs ^ rhs, bits);
                self.assign(inst, result);
            }
            Mnemonic::Test => _ = self.logic(lhs & rhs, bits),
            Mnemonic::Imul => {
                let factors = if inst.op_count() == 3 { [rhs, self.operand(inst, 2)] } else { [lhs, rhs] };
                let [a, b] = factors.map(|factor| i128::from(signed(factor, bits)));
                let product = (a * b) as u64;
                self.flags.overflow = i128::from(signed(product, bits)) != a * b;
                self.assign(inst, product);
            }
            Mnemonic::Shr => self.assign(inst, lhs >> (rhs % bits as u64)),
            Mnemonic::Shl => self.assign(inst, lhs << (rhs % bits as u64)),
            Mnemonic::Sar => {
                self.assign(inst, (signed(lhs, bits) >> (rhs % bits as u64)).cast_unsigned());
            }
            Mnemonic::Cdq => {
                let sign = (self.get(Gpr::Rax) as i32) >> 31;
                self.set(Gpr::Rdx, u64::from(sign.cast_unsigned()));
            }
            Mnemonic::Idiv => {
                assert_eq!(bits, 32);
                let low = self.get(Gpr::Rax) & mask(32);
                let value = (self.get(Gpr::Rdx) << 32 | low).cast_signed();
                let by = signed(lhs, 32);
                let quotient = i32::try_from(value / by).expect("the processor traps");
                self.set(Gpr::Rax, u64::from(quotient.cast_unsigned()));
                self.set(Gpr::Rdx, u64::from(((value % by) as i32).cast_unsigned()));
            }
            Mnemonic::Addsd => self.assign(inst, double(|a, b| a + b, lhs, rhs)),
            Mnemonic::Subsd => self.assign(inst, double(|a, b| a - b, lhs, rhs)),
            Mnemonic::Mulsd => self.assign(inst, double(|a, b| a * b, lhs, rhs)),
            Mnemonic::Divsd => self.assign(inst, double(|a, b| a / b, lhs, rhs)),
            Mnemonic::Cvtsi2sd => self.assign(inst, f64::from(rhs as i32).to_bits()),
            Mnemonic::Xorps => self.assign(inst, lhs ^ rhs),
            Mnemonic::Pcmpeqd => {
                assert_eq!(inst.op0_register(), inst.op1_register());
                self.assign(inst, u64::MAX);
            }
            Mnemonic::Psllq => self.assign(inst, lhs << rhs),
            Mnemonic::Ucomisd => {
                let order = f64::from_bits(lhs).partial_cmp(&f64::from_bits(rhs));
                self.flags = Flags {
                    carry: order.is_none_or(|order| order.is_lt()),
                    zero: order.is_none_or(|order| order.is_eq()),
                    parity: order.is_none(),
                    ..Flags::default()
                };
            }
            other => panic!("{other:?} is not expected here"),
        }
    }

    fn sum(&mut self, a: u64, b: u64, bits: usize) -> u64 {
        let sum = a.wrapping_add(b);
        let carry = signed(sum, bits).cast_unsigned() & mask(bits) < a & mask(bits);
        let wide = i128::from(signed(a, bits)) + i128::from(signed(b, bits));
        let overflow = wide != i128::from(signed(sum, bits));
        self.logic(sum, bits);
        self.flags = Flags { carry, overflow, ..self.flags };
        sum
    }

    fn difference(&mut self, a: u64, b: u64, bits: usize) -> u64 {
        let difference = a.wrapping_sub(b);
        let carry = a & mask(bits) < b & mask(bits);
        let wide = i128::from(signed(a, bits)) - i128::from(signed(b, bits));
        let overflow = wide != i128::from(signed(difference, bits));
        self.logic(difference, bits);
        self.flags = Flags { carry, overflow, ..self.flags };
        difference
    }

    fn logic(&mut self, result: u64, bits: usize) -> u64 {
        self.flags = Flags {
            zero: result & mask(bits) == 0,
            sign: signed(result, bits) < 0,
            parity: (result as u8).count_ones().is_multiple_of(2),
            ..Flags::default()
        };
        result
    }

    fn holds(&self, condition: ConditionCode) -> bool {
        let Flags { carry, zero, sign, overflow, parity } = self.flags;
        match condition {
            ConditionCode::o => overflow,
            ConditionCode::b => carry,
            ConditionCode::ae => !carry,
            ConditionCode::e => zero,
            ConditionCode::ne => !zero,
            ConditionCode::be => carry || zero,
            ConditionCode::a => !carry && !zero,
            ConditionCode::p => parity,
            ConditionCode::l => sign != overflow,
            ConditionCode::ge => sign == overflow,
            ConditionCode::le => zero || sign != overflow,
            ConditionCode::g => !zero && sign == overflow,
            other => panic!("{other:?} is not expected here"),
        }
    }

    /// The size of an operand in bytes.
    fn size(&self, inst: &Instruction, index: u32) -> usize {
        match inst.op_kind(index) {
            OpKind::Register => inst.op_register(index).size().min(8),
            OpKind::Memory => inst.memory_size().size(),
            _ => 8,
        }
    }

    fn operand(&self, inst: &Instruction, index: u32) -> u64 {
        let bytes = self.size(inst, index);
        match inst.op_kind(index) {
            OpKind::Register => self.register(inst.op_register(index)) & mask(bytes * 8),
            OpKind::Memory if inst.mnemonic() == Mnemonic::Lea => 0,
            OpKind::Memory => self.read(self.effective(inst), bytes),
            _ => inst.immediate(index),
        }
    }

    fn register(&self, register: Register) -> u64 {
        if register.is_xmm() {
            return self.xmm[register.number()];
        }
        assert!(!matches!(register, Register::AH | Register::BH | Register::CH | Register::DH));
        self.gpr[register.full_register().number()]
    }

    fn effective(&self, inst: &Instruction) -> u64 {
        // The decoder has already added rip to a displacement relative to it.
        let part = |register| match register {
            Register::None | Register::RIP => 0,
            register => self.register(register),
        };
        part(inst.memory_base())
            .wrapping_add(part(inst.memory_index()).wrapping_mul(inst.memory_index_scale().into()))
            .wrapping_add(inst.memory_displacement64())
    }

    fn assign(&mut self, inst: &Instruction, value: u64) {
        let bytes = self.size(inst, 0);
        match inst.op0_kind() {
            OpKind::Memory => self.write(self.effective(inst), bytes, value),
            _ if inst.op0_register().is_xmm() => self.xmm[inst.op0_register().number()] = value,
            _ => {
                assert!(bytes >= 4, "{inst} keeps part of its destination");
                self.gpr[inst.op0_register().full_register().number()] = value & mask(bytes * 8);
            }
        }
    }
}

fn double(op: fn(f64, f64) -> f64, lhs: u64, rhs: u64) -> u64 {
    op(f64::from_bits(lhs), f64::from_bits(rhs)).to_bits()
}

fn mask(bits: usize) -> u64 {
    u64::MAX >> (64 - bits)
}

fn signed(value: u64, bits: usize) -> i64 {
    (value << (64 - bits)).cast_signed() >> (64 - bits)
}

/// A different value for every number.
fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ number >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ number >> 31
}

/// The registers that a verb may change: its destination and the assembler's scratch register.
pub(crate) fn may_change(dst: Reg) -> [Gpr; 2] {
    [dst.into(), Gpr::R11]
}
