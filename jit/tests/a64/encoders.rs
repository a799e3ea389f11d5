//! Compares encoded instructions with the manual, field by field, and with a disassembler.

use siskin_jit::isa::a64::bitmask::Bitmask;
use siskin_jit::isa::a64::branch::{B, BTI_JC, Flags, b_cond, blr, br, cbnz, cbz, ret};
use siskin_jit::isa::a64::data_imm::{
    Arith, Imm12, Logic, Quarter, Shifts, Wide, add_imm, adr, logical_imm, lsr, mov_sp, move_wide, shift_imm,
};
use siskin_jit::isa::a64::data_reg::{
    add_reg, add_shifted, cmp_sxtw, logical_reg, mov, msub, mvn, sdiv, shift_reg, smull,
};
use siskin_jit::isa::a64::float::{Imm8, Op, arith, fcmp, fmov, fmov_from, fmov_imm, fneg, movi_zero, scvtf};
use siskin_jit::isa::a64::memory::{
    Disp, Index, LDR, LDR_D, LDR_W, LDRB, LDRH, Pair, STR, STR_D, STR_W, STRB, ldp, offset, post_index,
    pre_index, register, stp,
};
use siskin_jit::isa::a64::reg::{D, Size, X};

use crate::common::decode;

const X0: X = X::new(0);
const X1: X = X::new(1);
const X2: X = X::new(2);
const X30: X = X::LR;
const SCRATCH: X = X::SCRATCH;
const FP: X = X::FP;
const SP: X = X::SP;
const ZR: X = X::ZR;
const D0: D = D::new(0);
const D1: D = D::new(1);
const D31: D = D::new(31);

/// Asserts that an instruction has these fields, and is disassembled to this text.
#[track_caller]
fn is(word: u32, fields: &str, text: &str) {
    let bits: String = fields.split_whitespace().collect();
    assert_eq!(bits.len(), 32, "{fields}");
    assert_eq!(format!("{word:032b}"), bits, "{text}");
    assert_eq!(decode(word).to_string(), text);
}

fn imm12(value: u64) -> Imm12 {
    Imm12::new(value).expect("it fits")
}

fn bitmask(size: Size, value: u64) -> Bitmask {
    Bitmask::new(size, value).expect("it is one")
}

fn disp(bytes: i32, scale: u32) -> Disp {
    Disp::new(bytes, scale).expect("it fits")
}

#[test]
fn addition_of_immediates() {
    use Arith::{Add, Adds, Sub, Subs};
    use Size::{W, X};
    is(adr(X1), "0 00 10000 0000000000000000000 00001", "adr x1, $+0x0");
    is(add_imm(Add, X, X0, X1, imm12(1)), "1 0 0 100010 0 000000000001 00001 00000", "add x0, x1, #0x1");
    is(
        add_imm(Sub, W, X2, X30, imm12(0xFFF000)),
        "0 1 0 100010 1 111111111111 11110 00010",
        "sub w2, w30, #0xfff, lsl #12",
    );
    is(
        add_imm(Adds, W, X0, X1, imm12(4095)),
        "0 0 1 100010 0 111111111111 00001 00000",
        "adds w0, w1, #0xfff",
    );
    is(add_imm(Subs, X, ZR, X1, imm12(8)), "1 1 1 100010 0 000000001000 00001 11111", "cmp x1, #0x8");
    is(mov_sp(FP, SP), "1 0 0 100010 0 000000000000 11111 11101", "mov x29, sp");
    is(mov_sp(SP, SCRATCH), "1 0 0 100010 0 000000000000 10000 11111", "mov sp, x16");
    assert_eq!(Imm12::new(4097), None);
    assert_eq!(Imm12::new(1 << 24), None);
}

#[test]
fn logic_of_immediates() {
    use Size::{W, X};
    is(
        logical_imm(Logic::And, X, X0, X1, bitmask(X, 0xFF)),
        "1 00 100100 1 000000 000111 00001 00000",
        "and x0, x1, #0xff",
    );
    is(
        logical_imm(Logic::Orr, W, X0, X1, bitmask(W, 0x8000_0001)),
        "0 01 100100 0 000001 000001 00001 00000",
        "orr w0, w1, #0x80000001",
    );
    is(
        logical_imm(Logic::Eor, X, X0, X1, bitmask(X, 0xAAAA_AAAA_AAAA_AAAA)),
        "1 10 100100 0 000001 111100 00001 00000",
        "eor x0, x1, #0xaaaaaaaaaaaaaaaa",
    );
}

#[test]
fn moves_of_immediates() {
    use Size::{W, X};
    let quarter = |bits, index| Quarter { bits, index };
    is(
        move_wide(Wide::Movz, X, X0, quarter(0x1234, 1)),
        "1 10 100101 01 0001001000110100 00000",
        "mov x0, #0x12340000",
    );
    is(
        move_wide(Wide::Movn, W, X2, quarter(1, 0)),
        "0 00 100101 00 0000000000000001 00010",
        "mov w2, #0xfffffffe",
    );
    is(
        move_wide(Wide::Movk, X, X30, quarter(0xFFFF, 3)),
        "1 11 100101 11 1111111111111111 11110",
        "movk x30, #0xffff, lsl #48",
    );
}

#[test]
fn shifts() {
    is(lsr(X0, X1, 48), "1 10 100110 1 110000 111111 00001 00000", "lsr x0, x1, #0x30");
}

#[test]
fn registers() {
    use Size::{W, X};
    is(
        add_shifted(Arith::Add, X, X0, X1, X2, 3),
        "1 0 0 01011 00 0 00010 000011 00001 00000",
        "add x0, x1, x2, lsl #3",
    );
    is(add_reg(Arith::Subs, W, X0, X1, X30), "0 1 1 01011 00 0 11110 000000 00001 00000", "subs w0, w1, w30");
    is(cmp_sxtw(X1, X2), "1 1 1 01011 00 1 00010 110 000 00001 11111", "cmp x1, w2, sxtw");
    is(logical_reg(Logic::And, W, X0, X1, X2), "0 00 01010 00 0 00010 000000 00001 00000", "and w0, w1, w2");
    is(logical_reg(Logic::Eor, X, X0, X1, X2), "1 10 01010 00 0 00010 000000 00001 00000", "eor x0, x1, x2");
    is(mov(X, X0, X30), "1 01 01010 00 0 11110 000000 11111 00000", "mov x0, x30");
    is(mvn(W, X0, X1), "0 01 01010 00 1 00001 000000 11111 00000", "mvn w0, w1");
    is(sdiv(X0, X1, X2), "0 0 0 11010110 00010 000011 00001 00000", "sdiv w0, w1, w2");
    is(msub(X0, X1, X2, X30), "0 00 11011 000 00010 1 11110 00001 00000", "msub w0, w1, w2, w30");
    is(shift_reg(Shifts::Lsl, X0, X1, X2), "0 0 0 11010110 00010 001000 00001 00000", "lsl w0, w1, w2");
    is(shift_reg(Shifts::Lsr, X0, X1, X2), "0 0 0 11010110 00010 001001 00001 00000", "lsr w0, w1, w2");
    is(shift_reg(Shifts::Asr, X0, X1, X2), "0 0 0 11010110 00010 001010 00001 00000", "asr w0, w1, w2");
    is(shift_imm(Shifts::Lsl, X0, X1, 3), "0 10 100110 0 011101 011100 00001 00000", "lsl w0, w1, #0x3");
    is(shift_imm(Shifts::Lsr, X0, X1, 31), "0 10 100110 0 011111 011111 00001 00000", "lsr w0, w1, #0x1f");
    is(shift_imm(Shifts::Asr, X0, X1, 1), "0 00 100110 0 000001 011111 00001 00000", "asr w0, w1, #0x1");
    is(smull(X0, X1, X2), "1 00 11011 001 00010 0 11111 00001 00000", "smull x0, w1, w2");
}

#[test]
fn displacements() {
    is(offset(LDR, X0, X1, disp(8, 3)), "11 111 0 01 01 000000000001 00001 00000", "ldr x0, [x1, #0x8]");
    is(
        offset(STR, X0, SP, disp(32760, 3)),
        "11 111 0 01 00 111111111111 11111 00000",
        "str x0, [sp, #0x7ff8]",
    );
    is(offset(LDR_W, X0, X1, disp(4, 2)), "10 111 0 01 01 000000000001 00001 00000", "ldr w0, [x1, #0x4]");
    is(offset(STR_W, ZR, X1, disp(0, 2)), "10 111 0 01 00 000000000000 00001 11111", "str wzr, [x1]");
    is(offset(LDRH, X0, X1, disp(2, 1)), "01 111 0 01 01 000000000001 00001 00000", "ldrh w0, [x1, #0x2]");
    is(offset(STRB, X0, X1, disp(1, 0)), "00 111 0 01 00 000000000001 00001 00000", "strb w0, [x1, #0x1]");
    is(offset(LDRB, X0, X1, disp(3, 0)), "00 111 0 01 01 000000000011 00001 00000", "ldrb w0, [x1, #0x3]");
    is(offset(LDR_D, D1, X1, disp(8, 3)), "11 111 1 01 01 000000000001 00001 00001", "ldr d1, [x1, #0x8]");
    is(offset(STR_D, D31, X1, disp(8, 3)), "11 111 1 01 00 000000000001 00001 11111", "str d31, [x1, #0x8]");
    is(
        offset(LDR, X0, X1, disp(-256, 3)),
        "11 111 0 00 01 0 100000000 00 00001 00000",
        "ldur x0, [x1, #-0x100]",
    );
    is(
        offset(STR, X0, X1, disp(255, 3)),
        "11 111 0 00 00 0 011111111 00 00001 00000",
        "stur x0, [x1, #0xff]",
    );
    for beyond in [-257, 257, 32768, i32::MIN, i32::MAX] {
        assert_eq!(Disp::new(beyond, 3), None);
    }
}

#[test]
fn indexes() {
    is(
        register(LDR, X0, X1, X2, Index::Units),
        "11 111 0 00 01 1 00010 011 1 10 00001 00000",
        "ldr x0, [x1, x2, lsl #3]",
    );
    is(
        register(LDRB, X0, X1, X2, Index::Bytes),
        "00 111 0 00 01 1 00010 011 0 10 00001 00000",
        "ldrb w0, [x1, x2]",
    );
    is(
        register(LDR_D, D1, X1, X2, Index::Bytes),
        "11 111 1 00 01 1 00010 011 0 10 00001 00001",
        "ldr d1, [x1, x2]",
    );
    is(pre_index(STR, X30, SP, -16), "11 111 0 00 00 0 111110000 11 11111 11110", "str x30, [sp, #-0x10]!");
    is(post_index(LDR, X30, SP, 16), "11 111 0 00 01 0 000010000 01 11111 11110", "ldr x30, [sp], #0x10");
}

#[test]
fn pairs() {
    is(
        stp(Pair::Pre, FP, X30, SP, -2),
        "10 101 0 011 0 1111110 11110 11111 11101",
        "stp x29, x30, [sp, #-0x10]!",
    );
    is(
        stp(Pair::Offset, X0, X1, SP, 2),
        "10 101 0 010 0 0000010 00001 11111 00000",
        "stp x0, x1, [sp, #0x10]",
    );
    is(
        ldp(Pair::Post, FP, X30, SP, 2),
        "10 101 0 001 1 0000010 11110 11111 11101",
        "ldp x29, x30, [sp], #0x10",
    );
}

#[test]
fn branches() {
    is(B, "0 00101 00000000000000000000000000", "b $+0x0");
    is(b_cond(Flags::Ne), "0101010 0 0000000000000000000 0 0001", "b.ne $+0x0");
    is(b_cond(Flags::Le), "0101010 0 0000000000000000000 0 1101", "b.le $+0x0");
    is(cbz(Size::X, X1), "1 011010 0 0000000000000000000 00001", "cbz x1, $+0x0");
    is(cbnz(Size::W, X1), "0 011010 1 0000000000000000000 00001", "cbnz w1, $+0x0");
    is(br(SCRATCH), "1101011 0 0 00 11111 000000 10000 00000", "br x16");
    is(blr(X1), "1101011 0 0 01 11111 000000 00001 00000", "blr x1");
    is(ret(X30), "1101011 0 0 10 11111 000000 11110 00000", "ret");
    is(BTI_JC, "1101 0101 0000 0011 0010 0100 110 11111", "hint #0x26");
}

#[test]
fn doubles() {
    let one = Imm8::new(1f64.to_bits()).expect("it is one");
    is(arith(Op::Add, D0, D1, D31), "00011110 01 1 11111 0010 10 00001 00000", "fadd d0, d1, d31");
    is(arith(Op::Sub, D0, D1, D31), "00011110 01 1 11111 0011 10 00001 00000", "fsub d0, d1, d31");
    is(arith(Op::Mul, D0, D1, D31), "00011110 01 1 11111 0000 10 00001 00000", "fmul d0, d1, d31");
    is(arith(Op::Div, D0, D1, D31), "00011110 01 1 11111 0001 10 00001 00000", "fdiv d0, d1, d31");
    is(fcmp(D1, D31), "00011110 01 1 11111 00 1000 00001 00000", "fcmp d1, d31");
    is(fmov(D0, D1), "00011110 01 1 000000 10000 00001 00000", "fmov d0, d1");
    is(fneg(D0, D1), "00011110 01 1 000010 10000 00001 00000", "fneg d0, d1");
    is(fmov_imm(D1, one), "00011110 01 1 01110000 100 00000 00001", "fmov d1, #1.0");
    is(movi_zero(D1), "00 1 0111100000 000 1110 01 00000 00001", "movi d1, #0x0");
    is(fmov_from(D0, X1), "1 0 0 11110 01 1 00 111 000000 00001 00000", "fmov d0, x1");
    is(scvtf(D0, X1), "0 0 0 11110 01 1 00 010 000000 00001 00000", "scvtf d0, w1");
}

#[test]
fn immediates_of_doubles() {
    let mut found = 0;
    for sign in [1.0, -1.0] {
        for mantissa in 16..32 {
            for exponent in -3..=4 {
                let value: f64 = sign * f64::from(mantissa) / 16.0 * 2f64.powi(exponent);
                let imm = Imm8::new(value.to_bits()).unwrap_or_else(|| panic!("{value}"));
                assert_eq!(decode(fmov_imm(D1, imm)).to_string(), format!("fmov d1, #{value:?}"));
                found += 1;
            }
        }
    }
    assert_eq!(found, 256);
    for value in [0.0, -0.0, 0.1, 32.0, 100.0, 1.03125, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE] {
        assert_eq!(Imm8::new(value.to_bits()), None, "{value}");
    }
}
