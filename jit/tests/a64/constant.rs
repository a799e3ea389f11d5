//! The number of instructions for a constant. (The tests of verbs check the values.)

use proptest::prelude::*;
use siskin_jit::isa::a64::constant::Constant;
use siskin_jit::isa::a64::reg::X;

use crate::common::decode;
use crate::machine::Machine;

fn count(value: u64) -> usize {
    let constant = Constant::new(X::new(3), value);
    let code: Vec<u8> = constant.words().flat_map(u32::to_le_bytes).collect();
    let mut machine = Machine::new();
    machine.run(&code);
    assert_eq!(machine.x[3], value);
    assert_eq!(code.len(), 4 * constant.count());
    constant.count()
}

#[test]
fn one() {
    for value in [
        0,
        1,
        0xFFFF,
        0x1_0000,
        0xFFFF_0000_0000_0000,
        u64::MAX,
        -2_i64 as u64,
        -0x1_0000_i64 as u64,
        0xFFFF_FFFE,
        0xFFFE_FFFF,
        0xFFFF_FFFF,
        0x7FFF_FFFF,
        0x0F0F_0F0F,
        0x5555_5555_5555_5555,
        0xFFFF_0000_0000_0003,
        0xFFFF_0000_FFFF_FFFF,
        0x0000_7FFF_FFFF_FFF8,
    ] {
        assert_eq!(count(value), 1, "{value:016x}");
    }
}

#[test]
fn two() {
    for value in [
        0x1234_5678,
        0xFFFF_0000_0000_0005,
        0xFFFA_0000_0000_0001,
        0xFFFF_FFFF_1234_5678,
        0x1234_FFFF_FFFF_5678,
        0x3333_3333_1234_3333,
        0x0000_FFFF_1234_0000,
    ] {
        assert_eq!(count(value), 2, "{value:016x}");
    }
}

#[test]
fn more() {
    assert_eq!(count(0xFFFF_0000_1234_5678), 3);
    assert_eq!(count(0.1f64.to_bits()), 3);
    assert_eq!(count(0x1234_5678_9ABC_DEF0), 4);
}

proptest! {
    /// There are never more instructions than quarters that are not zero, nor than quarters that are not all ones.
    #[test]
    fn enough(quarters in prop::collection::vec(prop_oneof![Just(0), Just(u16::MAX), any::<u16>()], 4)) {
        let value = quarters.iter().fold(0, |value, &quarter| value << 16 | u64::from(quarter));
        let but = |rest: u16| quarters.iter().filter(|&&quarter| quarter != rest).count().max(1);
        prop_assert!(count(value) <= but(0).min(but(u16::MAX)));
    }
}

#[test]
fn upper_halves_are_written() {
    let word = Constant::new(X::new(0), 0xFFFF_FFFE).words().next().expect("an instruction");
    assert_eq!(decode(word).to_string(), "mov w0, #0xfffffffe");
}
