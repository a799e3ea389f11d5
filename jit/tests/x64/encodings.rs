//! Every encoder with any operands: a decoder must read all its bytes as the intended instruction.

use iced_x86::{ConditionCode, Decoder, DecoderOptions, Instruction, Mnemonic, OpKind, Register};
use proptest::prelude::*;
use siskin_jit::isa::x64::alu::{self, Alu, Shift};
use siskin_jit::isa::x64::branch::{self, Cc};
use siskin_jit::isa::x64::sse::{self, Sse};
use siskin_jit::isa::x64::{Addr, Gpr, Index, Inst, Rm, Scale, Width, Xmm, mov};

use super::common::{disp, value};

/// An operand as the decoder sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Op {
    Reg(Register),
    Mem { base: Register, index: Register, scale: u32, disp: i64, bytes: usize },
    Imm(i64),
    Target(i64),
}

const GPR_64: [Register; 16] = [
    Register::RAX,
    Register::RCX,
    Register::RDX,
    Register::RBX,
    Register::RSP,
    Register::RBP,
    Register::RSI,
    Register::RDI,
    Register::R8,
    Register::R9,
    Register::R10,
    Register::R11,
    Register::R12,
    Register::R13,
    Register::R14,
    Register::R15,
];

const SHIFTS: [(Shift, Mnemonic); 3] =
    [(Shift::Shl, Mnemonic::Shl), (Shift::Shr, Mnemonic::Shr), (Shift::Sar, Mnemonic::Sar)];

fn q(reg: Gpr) -> Op {
    Op::Reg(GPR_64[usize::from(reg.number())])
}

fn d(reg: Gpr) -> Op {
    Op::Reg(GPR_64[usize::from(reg.number())].full_register32())
}

fn x(reg: Xmm) -> Op {
    Op::Reg(Register::XMM0 + u32::from(reg.number()))
}

fn r(width: Width, reg: Gpr) -> Op {
    match width {
        Width::Dword => d(reg),
        Width::Qword => q(reg),
    }
}

fn m(bytes: usize, addr: Addr) -> Op {
    let reg = |reg: Gpr| GPR_64[usize::from(reg.number())];
    let (index, scale) =
        addr.index.map_or((Register::None, 1), |(index, scale)| (reg(index.reg()), 1 << scale as u32));
    Op::Mem { base: reg(addr.base), index, scale, disp: addr.disp.into(), bytes }
}

fn rm(width: Width, rm: Rm) -> Op {
    match (rm, width) {
        (Rm::Reg(reg), _) => r(width, reg),
        (Rm::Mem(addr), Width::Dword) => m(4, addr),
        (Rm::Mem(addr), Width::Qword) => m(8, addr),
    }
}

fn imm(value: impl Into<i64>) -> Op {
    Op::Imm(value.into())
}

fn decode(inst: Inst) -> Instruction {
    let decoded = Decoder::with_ip(64, &inst.bytes(), 0, DecoderOptions::NONE).decode();
    assert_eq!(decoded.len(), inst.bytes().len(), "{inst:X?} is {decoded}");
    decoded
}

fn operand(decoded: &Instruction, index: u32) -> Op {
    match decoded.op_kind(index) {
        OpKind::Register => Op::Reg(decoded.op_register(index)),
        OpKind::Memory => Op::Mem {
            base: decoded.memory_base(),
            index: decoded.memory_index(),
            scale: decoded.memory_index_scale(),
            disp: decoded.memory_displacement64().cast_signed(),
            bytes: decoded.memory_size().size(),
        },
        OpKind::NearBranch64 => Op::Target(decoded.near_branch_target().cast_signed()),
        OpKind::Immediate8 => imm(decoded.immediate8()),
        // The decoder gives a 32-bit immediate without extension of its sign.
        OpKind::Immediate32 => imm(decoded.immediate32().cast_signed()),
        _ => imm(decoded.immediate(index).cast_signed()),
    }
}

#[track_caller]
fn check(inst: Inst, mnemonic: Mnemonic, operands: &[Op]) {
    let decoded = decode(inst);
    assert_eq!(decoded.mnemonic(), mnemonic, "{decoded}");
    let found: Vec<Op> = (0..decoded.op_count()).map(|index| operand(&decoded, index)).collect();
    assert_eq!(found, operands, "{decoded}");
}

fn gpr() -> impl Strategy<Value = Gpr> {
    prop::sample::select(&Gpr::ALL)
}

fn xmm() -> impl Strategy<Value = Xmm> {
    (0_u8..16).prop_map(Xmm::new)
}

fn width() -> impl Strategy<Value = Width> {
    prop::sample::select(&[Width::Dword, Width::Qword])
}

fn addr() -> impl Strategy<Value = Addr> {
    let scale = prop::sample::select(&[Scale::One, Scale::Two, Scale::Four, Scale::Eight]);
    (gpr(), prop::option::of((gpr(), scale)), disp()).prop_map(|(base, index, disp)| {
        let index = index.and_then(|(reg, scale)| Some((Index::new(reg)?, scale)));
        Addr { base, index, disp }
    })
}

fn place() -> impl Strategy<Value = Rm> {
    prop_oneof![gpr().prop_map(Rm::Reg), addr().prop_map(Rm::Mem)]
}

const ALU: [(Alu, Mnemonic); 6] = [
    (Alu::Add, Mnemonic::Add),
    (Alu::Or, Mnemonic::Or),
    (Alu::And, Mnemonic::And),
    (Alu::Sub, Mnemonic::Sub),
    (Alu::Xor, Mnemonic::Xor),
    (Alu::Cmp, Mnemonic::Cmp),
];

const SSE: [(Sse, Mnemonic); 4] = [
    (Sse::Add, Mnemonic::Addsd),
    (Sse::Sub, Mnemonic::Subsd),
    (Sse::Mul, Mnemonic::Mulsd),
    (Sse::Div, Mnemonic::Divsd),
];

const CCS: [(Cc, ConditionCode); 12] = [
    (Cc::O, ConditionCode::o),
    (Cc::B, ConditionCode::b),
    (Cc::Ae, ConditionCode::ae),
    (Cc::E, ConditionCode::e),
    (Cc::Ne, ConditionCode::ne),
    (Cc::Be, ConditionCode::be),
    (Cc::A, ConditionCode::a),
    (Cc::P, ConditionCode::p),
    (Cc::L, ConditionCode::l),
    (Cc::Ge, ConditionCode::ge),
    (Cc::Le, ConditionCode::le),
    (Cc::G, ConditionCode::g),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn moves(w in width(), reg in gpr(), from in place(), mem in addr(), disp in disp(), value in value()) {
        check(mov::mov(w, reg, from), Mnemonic::Mov, &[r(w, reg), rm(w, from)]);
        check(mov::store(w, mem, reg), Mnemonic::Mov, &[rm(w, mem.into()), r(w, reg)]);
        check(mov::store_imm(w, mem, disp), Mnemonic::Mov, &[rm(w, mem.into()), imm(disp)]);
        check(mov::load8(reg, mem), Mnemonic::Movzx, &[d(reg), m(1, mem)]);
        check(mov::load16(reg, mem), Mnemonic::Movzx, &[d(reg), m(2, mem)]);
        check(mov::lea(reg, mem), Mnemonic::Lea, &[q(reg), m(0, mem)]);
        check(mov::push(reg), Mnemonic::Push, &[q(reg)]);
        check(mov::pop(reg), Mnemonic::Pop, &[q(reg)]);

        let (width, length) = match value {
            0..=0xFFFF_FFFF => (d(reg), 5),
            0x1_0000_0000..0xFFFF_FFFF_8000_0000 => (q(reg), 10),
            0xFFFF_FFFF_8000_0000.. => (q(reg), 7),
        };
        let inst = mov::imm(reg, value);
        let shown = if length == 5 { i64::from(value as i32) } else { value.cast_signed() };
        check(inst, Mnemonic::Mov, &[width, imm(shown)]);
        let (whole, shown) = (r(Width::Qword, reg), imm(value.cast_signed()));
        check(mov::imm64(reg, value), Mnemonic::Mov, &[whole, shown]);
        prop_assert!(inst.bytes().len() - usize::from(length == 5 && reg.number() >= 8) == length);

        let lea = decode(mov::lea_rip(reg));
        prop_assert_eq!(operand(&lea, 0), q(reg));
        prop_assert_eq!((lea.memory_base(), lea.memory_displacement64()), (Register::RIP, lea.len() as u64));
    }

    #[test]
    fn integers(
        (op, name) in prop::sample::select(&ALU),
        w in width(),
        reg in gpr(),
        other in place(),
        mem in addr(),
        value in disp(),
        byte: u8,
    ) {
        check(alu::reg_rm(op, w, reg, other), name, &[r(w, reg), rm(w, other)]);
        check(alu::rm_imm(op, w, other, value), name, &[rm(w, other), imm(value)]);
        check(alu::mem8_imm(op, mem, byte), name, &[m(1, mem), imm(byte)]);
        check(alu::imul(w, reg, other), Mnemonic::Imul, &[r(w, reg), rm(w, other)]);
        check(alu::imul_imm(w, reg, other, value), Mnemonic::Imul, &[r(w, reg), rm(w, other), imm(value)]);
        check(alu::neg(w, reg), Mnemonic::Neg, &[r(w, reg)]);
    }

    #[test]
    fn tests_and_shifts(w in width(), lhs in gpr(), rhs in gpr(), by in 0_u8..64) {
        check(alu::test(w, lhs, rhs), Mnemonic::Test, &[r(w, lhs), r(w, rhs)]);
        for (op, mnemonic) in SHIFTS {
            check(alu::shift(op, w, lhs, by), mnemonic, &[r(w, lhs), imm(by)]);
            check(alu::shift_cl(op, w, lhs), mnemonic, &[r(w, lhs), Op::Reg(Register::CL)]);
        }
        check(alu::idiv(w, lhs), Mnemonic::Idiv, &[r(w, lhs)]);
    }

    #[test]
    fn branches((cc, condition) in prop::sample::select(&CCS), short: i8, long in disp(), to in place()) {
        check(branch::jmp_short(short), Mnemonic::Jmp, &[Op::Target(i64::from(short) + 2)]);
        check(branch::jmp(long), Mnemonic::Jmp, &[Op::Target(i64::from(long) + 5)]);
        for (inst, distance, length) in
            [(branch::jcc_short(cc, short), i64::from(short), 2), (branch::jcc(cc, long), i64::from(long), 6)]
        {
            let decoded = decode(inst);
            prop_assert_eq!(decoded.condition_code(), condition);
            prop_assert_eq!(operand(&decoded, 0), Op::Target(distance + length));
        }
        check(branch::jmp_rm(to), Mnemonic::Jmp, &[rm(Width::Qword, to)]);
        check(branch::call_rm(to), Mnemonic::Call, &[rm(Width::Qword, to)]);
    }

    #[test]
    fn doubles(
        (op, name) in prop::sample::select(&SSE),
        dst in xmm(),
        src in xmm(),
        reg in gpr(),
        mem in addr(),
        by in 0_u8..64,
    ) {
        check(sse::arith(op, dst, src), name, &[x(dst), x(src)]);
        check(sse::load(dst, mem), Mnemonic::Movsd, &[x(dst), m(8, mem)]);
        check(sse::store(mem, src), Mnemonic::Movsd, &[m(8, mem), x(src)]);
        check(sse::movaps(dst, src), Mnemonic::Movaps, &[x(dst), x(src)]);
        check(sse::movq_from(dst, reg), Mnemonic::Movq, &[x(dst), q(reg)]);
        check(sse::cvtsi2sd(dst, reg), Mnemonic::Cvtsi2sd, &[x(dst), d(reg)]);
        check(sse::ucomisd(dst, src), Mnemonic::Ucomisd, &[x(dst), x(src)]);
        check(sse::xorps(dst, src), Mnemonic::Xorps, &[x(dst), x(src)]);
        check(sse::pcmpeqd(dst, src), Mnemonic::Pcmpeqd, &[x(dst), x(src)]);
        check(sse::psllq(dst, by), Mnemonic::Psllq, &[x(dst), imm(by)]);
    }
}

#[test]
fn without_operands() {
    check(branch::ret(), Mnemonic::Ret, &[]);
    check(branch::endbr64(), Mnemonic::Endbr64, &[]);
}
