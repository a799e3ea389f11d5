//! Compares all logical immediates with `DecodeBitMasks` of the manual and with a disassembler.

use std::collections::BTreeSet;

use siskin_jit::isa::a64::bitmask::Bitmask;
use siskin_jit::isa::a64::data_imm::{Logic, logical_imm};
use siskin_jit::isa::a64::reg::{Size, X};
use yaxpeax_arm::armv8::a64::Operand;

use crate::common::decode;

/// Every value of a logical immediate, by definition: a run of ones in an element, rotated, repeated over 64 bits.
fn all() -> BTreeSet<u64> {
    let mut all = BTreeSet::new();
    for bits in [2, 4, 8, 16, 32, 64] {
        for ones in 1..bits {
            for rotation in 0..bits {
                let element = |at: u32| (at + rotation) % bits < ones;
                all.insert((0..64).filter(|at| element(at % bits)).map(|at| 1 << at).sum());
            }
        }
    }
    all
}

fn read(size: Size, imm: Bitmask) -> u64 {
    match decode(logical_imm(Logic::Eor, size, X::new(1), X::new(2), imm)).operands[2] {
        Operand::Imm64(value) => value,
        Operand::Immediate(value) => value.into(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_immediate_is_found() {
    let all = all();
    assert_eq!(all.len(), 5334);
    for value in all {
        let imm = Bitmask::new(Size::X, value).unwrap_or_else(|| panic!("{value:016x}"));
        assert_eq!(read(Size::X, imm), value);
        if value as u32 == (value >> 32) as u32 {
            let imm = Bitmask::new(Size::W, value as u32 as u64).unwrap_or_else(|| panic!("{value:016x}"));
            assert_eq!(read(Size::W, imm), value as u32 as u64);
        }
    }
}

#[test]
fn nothing_else_is() {
    let all = all();
    let near = |value: u64| (0..64).map(move |bit| value ^ 1 << bit);
    let near = all.iter().copied().flat_map(near).chain([0, u64::MAX, 5, 0xFFFF_0000_0000_0005]);
    for value in near.filter(|value| !all.contains(value)) {
        assert_eq!(Bitmask::new(Size::X, value), None, "{value:016x}");
    }
    for value in [0, 0xFFFF_FFFF, 5, u64::MAX, 0xFF_0000_0000] {
        assert_eq!(Bitmask::new(Size::W, value), None, "{value:016x}");
    }
}
