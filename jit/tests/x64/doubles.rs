//! The effects of the verbs for doubles.

use proptest::prelude::*;
use siskin_jit::isa::x64::{Gpr, X64, Xmm};
use siskin_jit::masm::{FCond, FReg, Masm};

use super::common::{freg, memory, reg, value};
use super::machine::Machine;

type Op = (fn(&mut X64, FReg, FReg, FReg), fn(f64, f64) -> f64);

const OPS: [Op; 4] = [
    (X64::fadd, |a, b| a + b),
    (X64::fsub, |a, b| a - b),
    (X64::fmul, |a, b| a * b),
    (X64::fdiv, |a, b| a / b),
];

/// A condition, its comparison, and whether the branch is taken if the comparison holds or if it does not.
type Compare = (FCond, fn(&f64, &f64) -> bool, bool);

const CONDS: [Compare; 10] = [
    (FCond::Eq, f64::eq, true),
    (FCond::Ne, f64::eq, false),
    (FCond::Lt, f64::lt, true),
    (FCond::NotLt, f64::lt, false),
    (FCond::Le, f64::le, true),
    (FCond::NotLe, f64::le, false),
    (FCond::Gt, f64::gt, true),
    (FCond::NotGt, f64::gt, false),
    (FCond::Ge, f64::ge, true),
    (FCond::NotGe, f64::ge, false),
];

/// The bits of a double, often a special value.
fn bits() -> impl Strategy<Value = u64> {
    let special = [0.0, -0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MIN_POSITIVE];
    prop_oneof![prop::sample::select(special.map(f64::to_bits).to_vec()), any::<u64>()]
}

fn machine() -> impl Strategy<Value = Machine> {
    (any::<u64>(), bits(), bits(), bits()).prop_map(|(seed, a, b, c)| {
        let mut machine = Machine::new(seed);
        for (reg, bits) in [(0, a), (7, b), (13, c)] {
            machine.fset(FReg(reg), bits);
        }
        machine
    })
}

/// Asserts that the verb sets `dst` to these bits (or to any NaN if they are one), and changes nothing else.
fn sets(machine: &Machine, dst: FReg, bits: u64, verb: impl Fn(&mut X64)) {
    let mut after = machine.clone();
    after.run_verb(verb);
    let both = [bits, after.fget(dst)];
    assert!(both[0] == both[1] || both.iter().all(|&bits| f64::from_bits(bits).is_nan()), "{both:X?}");
    let scratch = [dst.into(), Xmm::new(14), Xmm::new(15)];
    assert_eq!(machine.with_from(&after, &[Gpr::R11], &scratch), after);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arithmetic(
        (verb, meaning) in prop::sample::select(&OPS),
        m in machine(),
        dst in freg(),
        lhs in freg(),
        rhs in freg(),
    ) {
        let result = meaning(f64::from_bits(m.fget(lhs)), f64::from_bits(m.fget(rhs)));
        sets(&m, dst, result.to_bits(), |masm| verb(masm, dst, lhs, rhs));
    }

    #[test]
    fn moves(
        m in machine(),
        dst in freg(),
        src in freg(),
        from in reg(),
        mem in memory(),
        imm in prop_oneof![bits(), value()],
    ) {
        sets(&m, dst, m.fget(src), |masm| masm.fmov(dst, src));
        sets(&m, dst, m.fget(src) ^ 1 << 63, |masm| masm.fneg(dst, src));
        sets(&m, dst, imm, |masm| masm.fimm(dst, imm));
        sets(&m, dst, m.get(from), |masm| masm.fmov_from(dst, from));
        sets(&m, dst, f64::from(m.get(from) as i32).to_bits(), |masm| masm.fcvt32(dst, from));
        sets(&m, dst, m.read(m.address(mem), 8), |masm| masm.fload(dst, mem));

        let mut after = m.clone();
        after.run_verb(|masm| masm.fstore(mem, src));
        let mut expected = m.clone();
        expected.write(m.address(mem), 8, m.fget(src));
        prop_assert_eq!(expected, after);
    }

    #[test]
    fn branches(
        (cond, compare, goes) in prop::sample::select(&CONDS),
        m in machine(),
        lhs in freg(),
        rhs in freg(),
    ) {
        let holds = compare(&f64::from_bits(m.fget(lhs)), &f64::from_bits(m.fget(rhs)));
        let mut after = m.clone();
        prop_assert_eq!(after.run_branch(|masm, label| masm.fbranch(cond, lhs, rhs, label)), holds == goes);
        prop_assert_eq!(m.with_from(&after, &[], &[]), after);
    }
}
