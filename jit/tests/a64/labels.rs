//! Distances: their values, their ranges, and errors out of range.

use proptest::prelude::*;
use siskin_jit::buffer::{BufferError, Form};
use siskin_jit::isa::a64::branch::{B, Flags, b_cond, cbz};
use siskin_jit::isa::a64::data_imm::adr;
use siskin_jit::isa::a64::fixup::Distance;
use siskin_jit::isa::a64::reg::{Size, X};
use siskin_jit::masm::{Cond, Masm, Reg};
use yaxpeax_arm::armv8::a64::Operand;

use crate::common::{assembler, decode, words};

/// The distance from an instruction to its target, disassembled after the distance was patched in.
fn goes(word: u32, form: Distance, at: usize, target: usize) -> Option<i64> {
    let mut code = vec![0; at];
    code.extend(word.to_le_bytes());
    form.patch(&mut code, at, target).then(|| {
        let word = u32::from_le_bytes(code[at..].try_into().expect("a word"));
        let find = |operand: &Operand| match *operand {
            Operand::PCOffset(distance) => Some(distance),
            _ => None,
        };
        decode(word).operands.iter().find_map(find).expect("a distance")
    })
}

fn forms() -> [(u32, Distance, i64); 4] {
    [
        (B, Distance::Imm26, 1 << 27),
        (b_cond(Flags::Le), Distance::Imm19, 1 << 20),
        (cbz(Size::X, X::new(7)), Distance::Imm19, 1 << 20),
        (adr(X::new(7)), Distance::Adr, 1 << 20),
    ]
}

proptest! {
    #[test]
    fn near(at in 0..1000usize, target in 0..300_000usize) {
        for (word, form, reach) in forms() {
            let distance = 4 * (target as i64 - at as i64);
            let expected = (distance < reach).then_some(distance);
            prop_assert_eq!(goes(word, form, 4 * at, 4 * target), expected);
        }
    }
}

#[test]
fn reach() {
    for (word, form, reach) in forms() {
        let last = reach as usize - 4;
        assert_eq!(goes(word, form, 0, last), Some(last as i64));
        assert_eq!(goes(word, form, 0, last + 4), None);
        assert_eq!(goes(word, form, reach as usize, 0), Some(-reach));
        assert_eq!(goes(word, form, reach as usize + 4, 0), None);
    }
}

#[test]
fn both_ways() {
    let mut asm = assembler();
    let (back, ahead) = (asm.label(), asm.label());
    asm.bind(back);
    asm.branch32(Cond::Lt, Reg::T0, 7, ahead);
    asm.jump(back);
    asm.bind(ahead);
    asm.address_label(Reg::T1, back);
    let code: Vec<String> = words(asm.finish().expect("code")).map(|word| decode(word).to_string()).collect();
    assert_eq!(code, ["cmp w0, #0x7", "b.lt $+0x8", "b $-0x8", "adr x1, $-0xc"]);
}

#[test]
fn errors() {
    let mut asm = assembler();
    let label = asm.label();
    asm.branch64(Cond::Eq, Reg::T0, 0, label);
    assert_eq!(asm.finish(), Err(BufferError::Unbound));

    let mut asm = assembler();
    let label = asm.label();
    asm.branch64(Cond::Eq, Reg::T0, 0, label);
    for _ in 0..1 << 18 {
        asm.landing();
    }
    asm.bind(label);
    assert_eq!(asm.finish(), Err(BufferError::OutOfReach));
}
