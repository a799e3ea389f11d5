//! The effects of the verbs that compare, jump and call.

use iced_x86::Mnemonic;
use proptest::prelude::*;
use siskin_jit::buffer::{BufferError, Label};
use siskin_jit::isa::x64::{Gpr, X64};
use siskin_jit::masm::{Cond, FReg, Masm, MemOperand, Reg, at};

use super::common::{few, masm, memory, reg, rhs, value};
use super::machine::Machine;

const CONDS: [Cond; 10] = [
    Cond::Eq,
    Cond::Ne,
    Cond::Lt,
    Cond::Le,
    Cond::Gt,
    Cond::Ge,
    Cond::Below,
    Cond::BelowEq,
    Cond::Above,
    Cond::AboveEq,
];

/// A verb that leaves the code, the instruction by which it does, and the target.
type Indirect = (fn(&mut X64, Reg, MemOperand), Mnemonic, u64);

/// Whether a condition holds for two numbers of `bits` bits.
fn holds(cond: Cond, lhs: i64, rhs: i64, bits: u32) -> bool {
    let unsigned = |value: i64| value.cast_unsigned() & u64::MAX >> (64 - bits);
    match cond {
        Cond::Eq => lhs == rhs,
        Cond::Ne => lhs != rhs,
        Cond::Lt => lhs < rhs,
        Cond::Le => lhs <= rhs,
        Cond::Gt => lhs > rhs,
        Cond::Ge => lhs >= rhs,
        Cond::Below => unsigned(lhs) < unsigned(rhs),
        Cond::BelowEq => unsigned(lhs) <= unsigned(rhs),
        Cond::Above => unsigned(lhs) > unsigned(rhs),
        Cond::AboveEq => unsigned(lhs) >= unsigned(rhs),
    }
}

/// Asserts that the verb goes to its label exactly if `holds`, and changes nothing.
fn goes(machine: &Machine, holds: bool, verb: impl Fn(&mut X64, Label)) {
    let mut after = machine.clone();
    assert_eq!(after.run_branch(verb), holds);
    assert_eq!(machine.with_from(&after, &[Gpr::R11], &[]), after);
}

/// A machine with the operands set to the two values, or both to the first if `same`.
fn machine(lhs: u64, rhs: u64, same: bool) -> Machine {
    let mut machine = Machine::new(lhs);
    machine.set(Reg::T0, lhs);
    machine.set(Reg::Base, if same { lhs } else { rhs });
    machine
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn branches(
        cond in prop::sample::select(&CONDS),
        a in value(),
        b in value(),
        same: bool,
        lhs in few(),
        rhs in rhs(),
    ) {
        let m = machine(a, b, same);
        let (left, right) = (m.get(lhs).cast_signed(), m.rhs(rhs).cast_signed());
        goes(&m, holds(cond, left, right, 64), |masm, label| masm.branch64(cond, lhs, rhs, label));
        let (left, right) = (i64::from(left as i32), i64::from(right as i32));
        goes(&m, holds(cond, left, right, 32), |masm, label| masm.branch32(cond, lhs, rhs, label));
    }

    #[test]
    fn branches_on_bytes(
        cond in prop::sample::select(&CONDS),
        lhs in memory(),
        left: u8,
        right: u8,
        same: bool,
    ) {
        let right = if same { left } else { right };
        let mut m = Machine::new(0);
        m.write(m.address(lhs), 1, left.into());
        let expected = holds(cond, left.into(), right.into(), 8);
        goes(&m, expected, |masm, label| masm.branch8_mem(cond, lhs, right, label));
    }

    #[test]
    fn indirect_jumps_and_calls(to in reg(), mem in memory()) {
        let m = Machine::new(1);
        let verbs: [Indirect; 4] = [
            (|masm, to, _| masm.jump_reg(to), Mnemonic::Jmp, m.get(to)),
            (|masm, _, mem| masm.jump_mem(mem), Mnemonic::Jmp, m.read(m.address(mem), 8)),
            (|masm, to, _| masm.call_reg(to), Mnemonic::Call, m.get(to)),
            (|masm, _, mem| masm.call_mem(mem), Mnemonic::Call, m.read(m.address(mem), 8)),
        ];
        for (verb, why, target) in verbs {
            let mut masm = masm();
            masm.landing();
            verb(&mut masm, to, mem);
            let stop = m.clone().run(&mut masm, 0);
            prop_assert_eq!((stop.why, stop.to), (why, target));
        }
    }

    #[test]
    fn stack_pointers_are_kept(seed: u64, mem in memory()) {
        let mut m = Machine::new(seed);
        let sp = m.get(Gpr::Rsp);
        m.run_verb(|masm| masm.store_sp(mem));
        m.set(Gpr::Rsp, 0);
        m.run_verb(|masm| masm.load_sp(mem));
        prop_assert_eq!(m.get(Gpr::Rsp), sp);
    }
}

#[test]
fn jumps_take_the_short_form_back_and_the_long_one_ahead() {
    for (between, length) in [(0, 2), (126, 2), (127, 5)] {
        let mut masm = masm();
        let label = masm.label();
        masm.bind(label);
        for _ in 0..between {
            masm.ret();
        }
        masm.jump(label);
        assert_eq!(masm.offset(), between + length);
        assert!(masm.finish().is_ok());
    }
    let mut masm = masm();
    let label = masm.label();
    masm.jump(label);
    assert_eq!(masm.offset(), 5);
    assert_eq!(masm.finish(), Err(BufferError::Unbound));
}

#[test]
fn addresses_of_labels() {
    let mut masm = masm();
    let label = masm.label();
    masm.address_label(Reg::T6, label);
    masm.ret();
    masm.bind(label);
    masm.landing();
    let mut machine = Machine::new(3);
    machine.run(&mut masm, 0);
    assert_eq!(Some(machine.get(Reg::T6) as usize), masm.offset_of(label));
}

#[test]
fn runtime_functions_find_an_aligned_stack_and_their_arguments() {
    for misalignment in [0, 8] {
        let mut masm = masm();
        masm.call_rust(at(Reg::Vm, 0x120));
        masm.ret();
        let mut m = Machine::new(4);
        m.set(Gpr::Rsp, 0x7000_0000_0000 + misalignment);
        let before = m.clone();
        let call = m.run(&mut masm, 0);
        assert_eq!((call.why, call.to), (Mnemonic::Call, m.read(m.get(Reg::Vm) + 0x120, 8)));
        assert_eq!(m.get(Gpr::Rsp) % 16, 0);
        assert!(m.get(Gpr::Rsp) < before.get(Gpr::Rsp), "what lies on the stack is not written over");
        assert_eq!(m.get(Gpr::Rdi), m.get(Reg::Vm));
        for reg in [Reg::T1, Reg::T2, Reg::T3, Reg::T4] {
            assert_eq!(m.get(reg), before.get(reg));
        }

        let ret = m.run(&mut masm, call.next);
        assert_eq!(ret.why, Mnemonic::Ret);
        assert_eq!(m.get(Gpr::Rsp), before.get(Gpr::Rsp));
        assert_eq!(m.get(Reg::T0), before.get(Reg::T0));
    }
}

#[test]
fn what_rust_wants_kept_is_kept() {
    let mut masm = masm();
    masm.rust_prologue();
    masm.jump_reg(Reg::T1);
    let after = masm.offset();
    masm.rust_epilogue();
    let mut m = Machine::new(5);
    let before = m.clone();
    let jump = m.run(&mut masm, 0);
    assert_eq!(jump.to, before.get(Gpr::Rsi));
    assert_eq!(m.get(Reg::Vm), before.get(Gpr::Rdi));

    for reg in [Reg::Vm, Reg::Base, Reg::Frame, Reg::Fuel, Reg::IntTag, Reg::ObjTag] {
        m.set(reg, 0);
    }
    assert_eq!(m.run(&mut masm, after).why, Mnemonic::Ret);
    for reg in [Gpr::Rbx, Gpr::Rbp, Gpr::R12, Gpr::R13, Gpr::R14, Gpr::R15, Gpr::Rsp, Gpr::Rax] {
        assert_eq!(m.get(reg), before.get(reg), "{reg:?}");
    }
}

#[test]
fn calls_between_pieces_of_code_push_the_return_address_only() {
    let mut masm = masm();
    masm.prologue();
    masm.fmov(FReg(0), FReg(0));
    masm.mov(Reg::T0, Reg::T0);
    masm.epilogue();
    assert_eq!(masm.finish(), Ok(&[0xC3][..]));
}
