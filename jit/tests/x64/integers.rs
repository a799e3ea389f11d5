//! The effects of the verbs for integers, moves and memory.

use proptest::prelude::*;
use siskin_jit::buffer::Label;
use siskin_jit::isa::x64::{Gpr, X64};
use siskin_jit::masm::{Masm, Reg, Rhs, Shift};

use super::common::{disp, few, masm, memory, reg, rhs, value};
use super::machine::{Machine, may_change};

type Op64 = (fn(&mut X64, Reg, Reg, Rhs), fn(u64, u64) -> u64);
type Op32 = (fn(&mut X64, Reg, Reg, Rhs, Label), fn(i32, i32) -> (i32, bool));

const OPS_64: [Op64; 8] = [
    (X64::add64, u64::wrapping_add),
    (X64::sub64, u64::wrapping_sub),
    (X64::and64, |a, b| a & b),
    (X64::or64, |a, b| a | b),
    (X64::xor64, |a, b| a ^ b),
    (X64::and32, |a, b| u64::from((a & b) as u32)),
    (X64::or32, |a, b| u64::from((a | b) as u32)),
    (X64::xor32, |a, b| u64::from((a ^ b) as u32)),
];

type ShiftMeaning = fn(i32, u32) -> u64;

const SHIFTS: [(Shift, ShiftMeaning); 3] = [
    (Shift::Left, |value, by| u64::from((value << by).cast_unsigned())),
    (Shift::Right, |value, by| u64::from((value >> by).cast_unsigned())),
    (Shift::RightZero, |value, by| u64::from(value.cast_unsigned() >> by)),
];

const OPS_32: [Op32; 3] = [
    (X64::add32, i32::overflowing_add),
    (X64::sub32, i32::overflowing_sub),
    (X64::mul32, i32::overflowing_mul),
];

/// A machine whose registers `few` hold values at the limits of the instruction forms.
fn machine() -> impl Strategy<Value = Machine> {
    (any::<u64>(), value(), value(), value(), value()).prop_map(|(seed, a, b, c, d)| {
        let mut machine = Machine::new(seed);
        for (reg, value) in [(Reg::T0, a), (Reg::Base, b), (Reg::Fuel, c), (Reg::Frame, d)] {
            machine.set(reg, value);
        }
        machine
    })
}

/// Asserts that the verb sets `dst` to `value` and changes nothing else.
fn sets(machine: &Machine, dst: Reg, value: u64, verb: impl Fn(&mut X64)) {
    let mut after = machine.clone();
    after.run_verb(verb);
    assert_eq!(after.get(dst), value);
    assert_eq!(machine.with_from(&after, &may_change(dst), &[]), after);
}

/// Asserts that the verb writes `bytes` bytes of `value` and changes nothing else.
fn writes(machine: &Machine, address: u64, bytes: usize, value: u64, verb: impl Fn(&mut X64)) {
    let mut after = machine.clone();
    after.run_verb(verb);
    let mut expected = machine.with_from(&after, &[Gpr::R11], &[]);
    expected.write(address, bytes, value);
    assert_eq!(expected, after);
}

/// The length of code does not depend on addresses.
#[test]
fn addresses_take_the_same_room() {
    for address in [0x1000, 0x7FFF_F000, 0xFFFF_F000, 0x1_0000_0000, 0x7FFF_FFFF_F000] {
        let mut masm = masm();
        masm.pointer(Reg::T0, address);
        assert_eq!(masm.offset(), 10, "{address:#x}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn of_64_bits(
        (verb, meaning) in prop::sample::select(&OPS_64),
        m in machine(),
        dst in few(),
        lhs in few(),
        rhs in rhs(),
    ) {
        sets(&m, dst, meaning(m.get(lhs), m.rhs(rhs)), |masm| verb(masm, dst, lhs, rhs));
    }

    #[test]
    fn of_32_bits(
        (verb, meaning) in prop::sample::select(&OPS_32),
        m in machine(),
        dst in few(),
        lhs in few(),
        rhs in rhs(),
    ) {
        let (result, overflows) = meaning(m.get(lhs) as i32, m.rhs(rhs) as i32);
        let mut after = m.clone();
        let went = after.run_branch(|masm, overflow| verb(masm, dst, lhs, rhs, overflow));
        prop_assert_eq!(went, overflows);
        if !overflows {
            prop_assert_eq!(after.get(dst), u64::from(result.cast_unsigned()));
        }
        prop_assert_eq!(m.with_from(&after, &may_change(dst), &[]), after);
    }

    #[test]
    fn shifts(m in machine(), dst in few(), src in few(), by in 0_u8..64) {
        sets(&m, dst, m.get(src) >> by, |masm| masm.shr64(dst, src, by));
        for (shift, meaning) in SHIFTS {
            let by = by & 31;
            sets(&m, dst, meaning(m.get(src) as i32, by.into()), |masm| masm.shift32(shift, dst, src, by));
            let mut counted = m.clone();
            counted.set(Reg::T2, m.get(src));
            counted.set(Reg::T3, m.get(Reg::Base));
            let count = m.get(Reg::Base) as u32 & 31;
            let result = meaning(m.get(src) as i32, count);
            sets(&counted, Reg::T2, result, |masm| masm.shift32_by_t3(shift));
        }
    }

    #[test]
    fn division(m in machine(), value in value(), by in value()) {
        let by_int = by as i32;
        if by_int != 0 && by_int != -1 {
            let mut start = m.clone();
            start.set(Reg::T0, value);
            start.set(Reg::T3, by);
            let mut after = start.clone();
            after.run_verb(|masm| masm.divide32_by_t3());
            prop_assert_eq!(after.get(Reg::T0), u64::from((value as i32 / by_int).cast_unsigned()));
            prop_assert_eq!(after.get(Reg::T2), u64::from((value as i32 % by_int).cast_unsigned()));
            prop_assert_eq!(start.with_from(&after, &[Gpr::Rax, Gpr::Rdx], &[]), after);
        }
    }

    #[test]
    fn counting(m in machine(), dst in few(), by in disp()) {
        sets(&m, dst, u64::from((m.get(dst) as u32).wrapping_add_signed(by)), |masm| masm.bump32(dst, by));
        let mut after = m.clone();
        let count = m.get(dst) as u32;
        prop_assert_eq!(after.run_branch(|masm, empty| masm.count_down(dst, empty)), count == 0);
        prop_assert_eq!(after.get(dst), u64::from(count.wrapping_sub(1)));
        prop_assert_eq!(m.with_from(&after, &[dst.into()], &[]), after);
    }

    #[test]
    fn moves(m in machine(), dst in reg(), src in reg(), imm in value()) {
        sets(&m, dst, m.get(src), |masm| masm.mov(dst, src));
        sets(&m, dst, imm, |masm| masm.imm(dst, imm));
        sets(&m, dst, imm, |masm| masm.pointer(dst, imm));
    }

    #[test]
    fn loads(m in machine(), dst in reg(), from in memory(), base in reg(), index in reg(), disp in disp()) {
        let address = m.address(from);
        sets(&m, dst, m.read(address, 8), |masm| masm.load64(dst, from));
        sets(&m, dst, m.read(address, 4), |masm| masm.load32(dst, from));
        sets(&m, dst, m.read(address, 2), |masm| masm.load16(dst, from));
        sets(&m, dst, m.read(address, 1), |masm| masm.load8(dst, from));
        sets(&m, dst, address, |masm| masm.address(dst, from));

        let address = m.get(base).wrapping_add(m.get(index).wrapping_mul(8)).wrapping_add_signed(disp.into());
        sets(&m, dst, m.read(address, 8), |masm| masm.load64_index(dst, base, index, disp));
        sets(&m, dst, address, |masm| masm.address_index(dst, base, index, disp));
    }

    #[test]
    fn stores(
        m in machine(),
        to in memory(),
        src in reg(),
        imm in value(),
        base in reg(),
        index in reg(),
        disp in disp(),
    ) {
        let address = m.address(to);
        writes(&m, address, 8, m.get(src), |masm| masm.store64(to, src));
        writes(&m, address, 4, m.get(src), |masm| masm.store32(to, src));
        writes(&m, address, 8, imm, |masm| masm.store64_imm(to, imm));
        writes(&m, address, 8, m.get(Gpr::Rsp), |masm| masm.store_sp(to));
        writes(&m, imm, 1, 1, |masm| masm.set_byte(imm));

        let address = m.get(base).wrapping_add(m.get(index).wrapping_mul(8)).wrapping_add_signed(disp.into());
        writes(&m, address, 8, m.get(src), |masm| masm.store64_index(base, index, disp, src));
    }
}
