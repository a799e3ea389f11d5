//! The facts in the rows of the opcode table are consistent.

use proptest::prelude::*;
use siskin_core::bytecode::operand::{OperandKind, *};
use siskin_core::bytecode::{
    Access, Effect, Field, GROUPS, Insn, Op, OperandName, ROWS, Row, SUFFIXES, TEXTS, Window,
};

use crate::encoding::any_insn;

fn kinds(row: &Row) -> impl Iterator<Item = OperandKind> {
    row.operands.iter().map(|operand| operand.kind)
}

/// The number of operands with this access.
fn count(row: &Row, access: Access) -> usize {
    kinds(row).filter(|kind| kind.access() == Some(access)).count()
}

fn uses(insn: &Insn) -> Vec<u32> {
    let mut registers = Vec::new();
    insn.uses(|register| registers.push(register));
    registers
}

fn defines(insn: &Insn) -> Vec<u32> {
    let mut registers = Vec::new();
    insn.defines(|register| registers.push(register));
    registers
}

#[test]
fn registers_are_those_of_the_operands() {
    let add = Insn::Add { dst: Dst(1), lhs: Src(2), rhs: Src(3) };
    assert_eq!((defines(&add), uses(&add)), (vec![1], vec![2, 3]));
    let step = Insn::AddLoopLt { var: Var(4), rhs: Src(5), step: Imm8(6), to: Back32(-2) };
    assert_eq!((defines(&step), uses(&step)), (vec![4], vec![4, 5]));
    let get = Insn::GetFar { dst: Dst(1), src: FarSrc(1500) };
    assert_eq!((defines(&get), uses(&get)), (vec![1], vec![1500]));
    let set = Insn::SetFar { src: Src(1), dst: FarDst(1500) };
    assert_eq!((defines(&set), uses(&set)), (vec![1500], vec![1]));
    let store = Insn::SetField { object: Src(7), src: Src(8), site: Site32(0) };
    assert_eq!((defines(&store), uses(&store)), (vec![], vec![7, 8]));
    assert_eq!((defines(&Insn::ReturnNil {}), uses(&Insn::ReturnNil {})), (vec![], vec![]));
}

#[test]
fn a_call_uses_its_window_and_defines_its_first_register() {
    let call = Insn::Call { argc: Argc(2), win: Win(300) };
    assert_eq!((defines(&call), uses(&call)), (vec![300], vec![300, 301, 302]));
    assert_eq!(call.window().map(Window::found_by), Some(300));
    assert_eq!(call.site(), None);

    let invoke = Insn::Invoke { argc: Argc(0), win: Win(3), site: Site32(9) };
    assert_eq!((defines(&invoke), uses(&invoke)), (vec![3], vec![3]));
    assert_eq!((invoke.window().map(Window::found_by), invoke.site()), (Some(3), Some(Site32(9))));

    let super_invoke = Insn::SuperInvoke { argc: Argc(2), win: SuperWin(3), site: Site32(9) };
    assert_eq!((defines(&super_invoke), uses(&super_invoke)), (vec![3], vec![3, 4, 5, 6]));
    assert_eq!(
        (super_invoke.window().map(Window::found_by), super_invoke.site()),
        (Some(6), Some(Site32(9)))
    );

    // Also for words that are not verified.
    let last = Insn::SuperInvoke { argc: Argc(255), win: SuperWin(u16::MAX), site: Site32(0) };
    assert_eq!(last.window().map(Window::last), Some(65_535 + 255 + 1));
}

/// The verifier would accept no instruction whose row has a window before the number of arguments, or without it.
#[test]
fn windows_are_of_calls_and_follow_the_arguments() {
    for row in &ROWS {
        let name = row.op.mnemonic();
        let window = kinds(row).position(|kind| kind.access() == Some(Access::Call));
        assert_eq!(window.is_some(), row.has(Effect::call), "{name}");
        assert!(count(row, Access::Call) <= 1, "{name}");
        if let Some(window) = window {
            assert_eq!(row.operands[window - 1].kind, OperandKind::Argc, "{name}");
        } else {
            assert!(kinds(row).all(|kind| kind != OperandKind::Argc), "{name}");
        }
    }
}

#[test]
fn rows_of_registers_come_before_their_number_and_are_used() {
    for row in &ROWS {
        let name = row.op.mnemonic();
        let rows = kinds(row).filter(|kind| kind.access() == Some(Access::Row)).count();
        assert_eq!(rows, kinds(row).filter(|&kind| kind == OperandKind::Count32).count(), "{name}");
        if let Some(first) = kinds(row).position(|kind| kind.access() == Some(Access::Row)) {
            assert_eq!(row.operands[first + 1].kind, OperandKind::Count32, "{name}");
        }
    }
    let concat = Insn::Concat { dst: Dst(1), first: Regs(300), count: Count32(3) };
    assert_eq!((uses(&concat), defines(&concat)), (vec![300, 301, 302], vec![1]));
    assert_eq!(concat.row(), 300..303);
    assert!(Insn::Print { src: Src(0) }.row().is_empty());
}

#[test]
fn jumps_have_a_target_in_their_direction() {
    use OperandKind::*;
    for row in &ROWS {
        let name = row.op.mnemonic();
        let target = row
            .operands
            .iter()
            .find(|operand| matches!(operand.kind, Forward24 | Forward32 | Back24 | Back32));
        assert_eq!(target.is_some(), row.has(Effect::jump), "{name}");
        let Some(target) = target else {
            assert!(!row.jumps_forward(), "{name}");
            continue;
        };
        assert_eq!(row.jumps_forward(), matches!(target.kind, Forward24 | Forward32), "{name}");
        // A back-edge always costs fuel.
        assert_eq!(row.has(Effect::fuel), !row.jumps_forward(), "{name}");
        // The compiler patches the target of a forward branch in its second word.
        assert_eq!(row.op.words() == 2, row.falls_through(), "{name}");
    }
}

#[test]
fn only_jumps_throws_and_returns_do_not_fall_through() {
    let ends: Vec<_> = ROWS.iter().filter(|row| !row.falls_through()).map(|row| row.op).collect();
    assert_eq!(ends, [Op::Jump, Op::Loop, Op::Return, Op::ReturnNil, Op::Throw, Op::Finish, Op::NoMatch]);
}

#[test]
fn what_is_pure_defines_one_register_and_does_nothing_else() {
    for row in ROWS.iter().filter(|row| row.has(Effect::pure)) {
        let name = row.op.mnemonic();
        assert_eq!((count(row, Access::Define), count(row, Access::UseDefine)), (1, 0), "{name}");
        let others = row.effects.iter().filter(|effect| !matches!(effect, Effect::pure | Effect::frameless));
        assert_eq!(others.count(), 0, "{name}");
    }
    let pure = |op: Op| op.row().has(Effect::pure);
    assert!(pure(Op::Move) && pure(Op::LoadInt) && pure(Op::Not));
    // `def.global` writes a global; comparing strings costs fuel.
    assert!(!pure(Op::DefGlobal) && !pure(Op::Eq));
}

/// A callee without a frame makes no closures, and has no place to return to. Its registers are shifted to the window,
/// which is done for operands of the types `dst` and `src` only.
#[test]
fn what_is_frameless_needs_no_frame() {
    use OperandKind::*;
    for row in ROWS.iter().filter(|row| row.has(Effect::frameless)) {
        let name = row.op.mnemonic();
        for effect in [Effect::call, Effect::jump, Effect::end, Effect::fuel, Effect::poll] {
            assert!(!row.has(effect), "{name}: {}", effect.name());
        }
        assert!(
            kinds(row).all(|kind| !matches!(
                kind,
                Fn32 | FarDst | FarSrc | Var | Regs | IterBegin | Iter | KeyIter
            )),
            "{name}"
        );
    }
    assert!(Op::AddI.row().has(Effect::frameless) && Op::GetField.row().has(Effect::frameless));
    assert!(!Op::Print.row().has(Effect::frameless) && !Op::NewCell.row().has(Effect::frameless));
}

#[test]
fn what_allocates_may_run_out_of_memory() {
    for row in ROWS.iter().filter(|row| row.has(Effect::alloc) || row.has(Effect::call)) {
        assert!(row.has(Effect::throw), "{}", row.op.mnemonic());
    }
}

#[test]
fn sampled_operands_go_by_their_names() {
    for row in &ROWS {
        for (index, operand) in row.sampled() {
            assert_eq!(row.sampled_operand(operand.name), Some(index), "{}", row.op.mnemonic());
        }
    }
    let place = |op: Op, operand| op.row().sampled_operand(operand).map(|operand| operand.index());
    assert_eq!(place(Op::Add, OperandName::lhs), Some(0));
    assert_eq!(place(Op::Add, OperandName::rhs), Some(1));
    assert_eq!(place(Op::AddN, OperandName::rhs), None);
    assert_eq!(place(Op::AddLoopLt, OperandName::var), Some(0));
    assert_eq!(place(Op::SetField, OperandName::src), Some(1));
    assert_eq!(place(Op::GetFar, OperandName::src), None);
}

#[test]
fn groups_are_all_rows_in_order() {
    let ops: Vec<_> = GROUPS.iter().flat_map(|group| group.ops).map(|&op| op as usize).collect();
    assert_eq!(ops, Vec::from_iter(0..ROWS.len()));
    assert!(GROUPS.iter().all(|group| group.text.ends_with('.')));
}

#[test]
fn suffixes_say_what_the_operands_are() {
    use OperandKind::*;
    for (row, text) in ROWS.iter().zip(&TEXTS) {
        let has = |suffix: &str| text.mnemonic.ends_with(suffix);
        assert_eq!(has(".far"), kinds(row).any(|kind| matches!(kind, FarDst | FarSrc)), "{}", text.mnemonic);
        assert_eq!(has(".n"), kinds(row).any(|kind| kind == Num8), "{}", text.mnemonic);
        assert_eq!(has(".k"), kinds(row).any(|kind| kind == Lit8), "{}", text.mnemonic);
        // The step of a loop is not in the mnemonic.
        let small =
            row.operands.iter().any(|operand| operand.kind == Imm8 && operand.name != OperandName::step);
        assert_eq!(has(".i"), small, "{}", text.mnemonic);
    }
    assert_eq!(SUFFIXES.map(|(suffix, _)| suffix), [".far", ".i", ".n", ".k"]);
}

proptest! {
    /// `Field::bits` reads the same bits as the decoder.
    #[test]
    fn fields_are_those_that_are_decoded(insn in any_insn()) {
        let (word, ext) = insn.encode();
        let words = [word, ext.unwrap_or_default()];
        insn.operands(|row, operand| {
            // A signed operand is wider than its field.
            let bits = row.field.bits(&words).unwrap();
            let mask = match row.field {
                Field::a | Field::b | Field::c => 0xFF,
                Field::bx => 0xFFFF,
                Field::sbx | Field::x => u32::MAX,
            };
            assert_eq!(bits, operand.bits() & mask);
        });
    }
}
