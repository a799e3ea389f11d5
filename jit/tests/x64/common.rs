//! Shared by the tests: an assembler, and strategies for operands.

use proptest::prelude::*;
use siskin_core::testing::mem;
use siskin_jit::isa::x64::X64;
use siskin_jit::masm::{FREGS, FReg, MemOperand, Reg, Rhs, at};

/// A macro assembler.
pub(crate) fn masm() -> X64 {
    X64::new(&mem())
}

/// All roles.
pub(crate) const REGS: [Reg; 14] = [
    Reg::Vm,
    Reg::Base,
    Reg::Frame,
    Reg::Fuel,
    Reg::IntTag,
    Reg::ObjTag,
    Reg::T0,
    Reg::T1,
    Reg::T2,
    Reg::T3,
    Reg::T4,
    Reg::T5,
    Reg::T6,
    Reg::T7,
];

/// Any register.
pub(crate) fn reg() -> impl Strategy<Value = Reg> {
    prop::sample::select(&REGS)
}

/// One of four registers, so that operands are often the same.
pub(crate) fn few() -> impl Strategy<Value = Reg> {
    prop::sample::select(&[Reg::T0, Reg::Base, Reg::Fuel, Reg::Frame])
}

/// One of three registers of doubles.
pub(crate) fn freg() -> impl Strategy<Value = FReg> {
    prop::sample::select(&[FReg(0), FReg(7), FReg(FREGS - 1)])
}

/// A displacement or 32-bit immediate, often at the limits of the instruction forms.
pub(crate) fn disp() -> impl Strategy<Value = i32> {
    prop_oneof![
        3 => prop::sample::select(&[0, 1, -1, 127, 128, -128, -129, i32::MAX, i32::MIN, i32::MIN + 1]),
        1 => -200..200,
        1 => any::<i32>(),
    ]
}

/// A value of 64 bits, often at the limits of the instruction forms.
pub(crate) fn value() -> impl Strategy<Value = u64> {
    const BOUNDS: [u64; 7] = [
        0x7FFF_FFFF,
        0x8000_0000,
        0xFFFF_FFFF,
        0x1_0000_0000,
        0xFFFF_FFFF_7FFF_FFFF,
        0x8000_0000_0000_0000,
        0xFFFA_0000_0000_0000,
    ];
    prop_oneof![
        2 => disp().prop_map(|value| i64::from(value).cast_unsigned()),
        2 => prop::sample::select(&BOUNDS),
        1 => any::<u64>(),
    ]
}

/// Memory.
pub(crate) fn memory() -> impl Strategy<Value = MemOperand> {
    (few(), disp()).prop_map(|(base, disp)| at(base, disp))
}

/// A second operand.
pub(crate) fn rhs() -> impl Strategy<Value = Rhs> {
    prop_oneof![
        few().prop_map(Rhs::Reg),
        value().prop_map(|value| Rhs::Imm(value.cast_signed())),
        memory().prop_map(Rhs::Mem),
        memory().prop_map(Rhs::Word),
    ]
}
