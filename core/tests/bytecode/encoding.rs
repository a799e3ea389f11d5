//! Encodes instructions to words, and decodes them.

use proptest::prelude::*;
use siskin_core::bytecode::operand::*;
use siskin_core::bytecode::{Field, Insn, OP_COUNT, Op, ROWS, TEXTS};

fn encoded(insn: Insn) -> Vec<u32> {
    let (word, ext) = insn.encode();
    [word].into_iter().chain(ext).collect()
}

/// The word with opcode `op` and fields `a`, `b`, `c`.
fn abc(op: Op, a: u32, b: u32, c: u32) -> u32 {
    op as u32 | a << 8 | b << 16 | c << 24
}

#[test]
fn each_field_has_its_place() {
    assert_eq!(encoded(Insn::ReturnNil {}), [Op::ReturnNil as u32]);
    assert_eq!(encoded(Insn::Add { dst: Dst(1), lhs: Src(2), rhs: Src(255) }), [abc(Op::Add, 1, 2, 255)]);
    assert_eq!(encoded(Insn::AddI { dst: Dst(1), lhs: Src(2), rhs: Imm8(-1) }), [abc(Op::AddI, 1, 2, 0xFF)]);
    assert_eq!(encoded(Insn::LoadInt { dst: Dst(7), value: Imm16(-2) }), [abc(Op::LoadInt, 7, 0xFE, 0xFF)]);
    assert_eq!(encoded(Insn::GetFar { dst: Dst(7), src: FarSrc(0x1234) }), [abc(Op::GetFar, 7, 0x34, 0x12)]);
    assert_eq!(encoded(Insn::Jump { to: Forward24(0x12_3456) }), [abc(Op::Jump, 0x56, 0x34, 0x12)]);
    assert_eq!(encoded(Insn::Loop { to: Back24(-2) }), [abc(Op::Loop, 0xFE, 0xFF, 0xFF)]);
    assert_eq!(
        encoded(Insn::AddLoopLt { var: Var(1), rhs: Src(2), step: Imm8(-3), to: Back32(-4) }),
        [abc(Op::AddLoopLt, 1, 2, 0xFD), 0xFFFF_FFFC]
    );
    assert_eq!(
        encoded(Insn::Invoke { argc: Argc(3), win: Win(0x0102), site: Site32(0xDEAD_BEEF) }),
        [abc(Op::Invoke, 3, 2, 1), 0xDEAD_BEEF]
    );
    assert_eq!(
        encoded(Insn::LoadLit { dst: Dst(9), lit: Lit32(70_000) }),
        [abc(Op::LoadLit, 9, 0, 0), 70_000]
    );
}

#[test]
fn opcodes_are_the_rows_in_order() {
    for (index, row) in ROWS.iter().enumerate() {
        assert_eq!(row.op as usize, index);
        assert_eq!(Op::from_word(0xFFFF_FF00 | index as u32), Some(row.op));
    }
    assert_eq!(Op::from_word(OP_COUNT as u32), None);
    assert_eq!(Insn::decode(&[OP_COUNT as u32, 0]), None);
    assert_eq!(Insn::decode(&[]), None);
}

#[test]
fn half_an_instruction_is_none() {
    for row in &ROWS {
        let whole = Insn::decode(&[row.op as u32, 0]);
        assert_eq!(whole.map(|insn| insn.op()), Some(row.op));
        assert_eq!(Insn::decode(&[row.op as u32]).is_some(), row.op.words() == 1, "{}", row.op.mnemonic());
    }
}

#[test]
fn fields_of_a_row_do_not_overlap() {
    for row in &ROWS {
        let mut taken = 0xFF_u64;
        for operand in row.operands {
            let bits = match operand.field {
                Field::a => 0xFF00,
                Field::b => 0xFF_0000,
                Field::c => 0xFF00_0000,
                Field::bx => 0xFFFF_0000,
                Field::sbx => 0xFFFF_FF00,
                Field::x => 0xFFFF_FFFF_0000_0000,
            };
            assert_eq!(taken & bits, 0, "{} {}", row.op.mnemonic(), operand.name.text());
            taken |= bits;
        }
    }
}

#[test]
fn mnemonics_differ() {
    let mut names = TEXTS.map(|text| text.mnemonic);
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

/// Any instruction with any operands. The operands of a row occupy separate bits, so arbitrary words decode to all
/// instructions.
pub(crate) fn any_insn() -> impl Strategy<Value = Insn> {
    (0..OP_COUNT as u32, any::<u32>(), any::<u32>())
        .prop_map(|(op, fields, ext)| Insn::decode(&[fields << 8 | op, ext]).expect("a row"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn decode_undoes_encode(insn in any_insn()) {
        let words = encoded(insn);
        prop_assert_eq!(words.len(), insn.op().words());
        prop_assert_eq!(Insn::decode(&words), Some(insn));
    }
}

proptest! {
    #[test]
    fn decode_undoes_encode_of_every_row(fields in any::<u32>(), ext in any::<u32>()) {
        for op in 0..OP_COUNT as u32 {
            let insn = Insn::decode(&[fields << 8 | op, ext]).expect("a row");
            prop_assert_eq!(Insn::decode(&encoded(insn)), Some(insn));
        }
    }

    #[test]
    fn operands_are_those_of_the_row(insn in any_insn()) {
        let row = insn.op().row();
        let mut seen = 0;
        insn.operands(|operand, value| {
            assert_eq!(operand.name, row.operands[seen].name);
            assert_eq!(operand.kind, value.kind());
            seen += 1;
        });
        prop_assert_eq!(seen, row.operands.len());
    }

    #[test]
    fn decoding_any_words_is_safe(words in prop::collection::vec(any::<u32>(), 0..3)) {
        if let Some(insn) = Insn::decode(&words) {
            prop_assert!(insn.op().words() <= words.len());
        }
    }
}
