//! Every verb does what its documentation says and nothing else, for any registers, immediates and displacements.

use proptest::prelude::*;
use siskin_jit::buffer::Label;
use siskin_jit::isa::a64::A64;
use siskin_jit::masm::{Cond, FCond, FREGS, FReg, Masm, MemOperand, Reg, Rhs, Shift, at};

use crate::common::assembler;
use crate::machine::{CODE, Machine, bits};

/// The way a verb ends.
enum End {
    Falls,
    Goes,
    /// The verb goes to the label and leaves this register undefined.
    Overflows(Reg),
}

/// The lower 32 bits of a value, shifted by the lowest five bits of `by`.
fn shifted(shift: Shift, value: u64, by: u64) -> u64 {
    let (value, by) = (value as i32, by & 31);
    u64::from(match shift {
        Shift::Left => (value << by).cast_unsigned(),
        Shift::Right => (value >> by).cast_unsigned(),
        Shift::RightZero => value.cast_unsigned() >> by,
    })
}

fn goes(taken: bool) -> End {
    if taken { End::Goes } else { End::Falls }
}

/// Runs a verb, and compares the state afterwards with the effect of `meaning`.
fn check(
    start: &Machine,
    verb: impl FnOnce(&mut A64, Label),
    meaning: impl FnOnce(&mut Machine) -> End,
) -> Result<(), TestCaseError> {
    let mut asm = assembler();
    let label = asm.label();
    verb(&mut asm, label);
    let end = asm.offset();
    asm.landing();
    asm.bind(label);
    let mut machine = start.clone();
    let mut expected = start.clone();
    let code = asm.finish().expect("code");
    machine.run(&code[..end]);
    expected.pc = CODE + end as u64;
    match meaning(&mut expected) {
        End::Falls => {}
        End::Goes => expected.pc += 4,
        End::Overflows(dst) => {
            expected.pc += 4;
            expected.set(dst, machine.reg(dst));
        }
    }
    prop_assert_eq!(machine.seen(), expected.seen());
    Ok(())
}

fn reg() -> impl Strategy<Value = Reg> {
    use Reg::*;
    prop::sample::select(vec![Vm, Base, Frame, Fuel, IntTag, ObjTag, T0, T1, T2, T3, T4, T5, T6, T7])
}

fn freg() -> impl Strategy<Value = FReg> {
    (0..FREGS).prop_map(FReg)
}

/// Values near powers of two, masks, tagged values, and arbitrary values.
fn word() -> impl Strategy<Value = u64> {
    let power = || (0..64u32, -2..=2i64).prop_map(|(bit, off)| (1u64 << bit).wrapping_add_signed(off));
    prop_oneof![
        -5000..5000i64,
        power().prop_map(|value| value as i64),
        power().prop_map(|value| (value as i64).wrapping_neg()),
        any::<i64>(),
        any::<i32>().prop_map(i64::from),
        any::<i32>().prop_map(|int| (0xFFFF << 48) | i64::from(int as u32)),
        (0..4i64).prop_map(|which| (0xFFFA << 48) | which),
        (any::<u16>(), 0..4u32).prop_map(|(bits, quarter)| i64::from(bits) << (16 * quarter)),
        (0..1i64 << 24),
        (0..4096i64).prop_map(|high| high << 12),
    ]
    .prop_map(|value| value as u64)
}

fn disp() -> impl Strategy<Value = i32> {
    prop_oneof![
        -300..300i32,
        (-40..5000i32).prop_map(|words| words * 8),
        -70_000..70_000i32,
        Just(i32::MIN),
        Just(i32::MAX),
        any::<i32>(),
    ]
}

fn mem() -> impl Strategy<Value = MemOperand> {
    (reg(), disp()).prop_map(|(base, disp)| at(base, disp))
}

fn rhs() -> impl Strategy<Value = Rhs> {
    prop_oneof![
        reg().prop_map(Rhs::Reg),
        word().prop_map(|value| Rhs::Imm(value as i64)),
        mem().prop_map(Rhs::Mem),
        mem().prop_map(Rhs::Word)
    ]
}

fn double() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0f64.to_bits()),
        Just((-0f64).to_bits()),
        Just(f64::NAN.to_bits()),
        Just(f64::INFINITY.to_bits()),
        Just(f64::NEG_INFINITY.to_bits()),
        (-300..300i32).prop_map(|value| (f64::from(value) / 8.0).to_bits()),
        any::<u64>(),
    ]
}

/// A machine with random values in the registers of roles. Equal values are common, so that comparisons meet them.
fn machine() -> impl Strategy<Value = Machine> {
    let values = prop::collection::vec(word(), 1..6);
    let doubles = prop::collection::vec(double(), 1..6);
    (values, doubles, any::<[prop::sample::Index; 25]>(), any::<[prop::sample::Index; 22]>()).prop_map(
        |(values, doubles, x, d)| {
            let mut machine = Machine::new();
            for (register, index) in x.iter().enumerate() {
                machine.x[register] = *index.get(&values);
            }
            for (register, index) in d.iter().enumerate() {
                machine.d[register] = *index.get(&doubles);
            }
            machine
        },
    )
}

fn cond() -> impl Strategy<Value = Cond> {
    use Cond::*;
    prop::sample::select(vec![Eq, Ne, Lt, Le, Gt, Ge, Below, BelowEq, Above, AboveEq])
}

fn holds(cond: Cond, left: u64, right: u64) -> bool {
    let (signed_left, signed_right) = (left as i64, right as i64);
    match cond {
        Cond::Eq => left == right,
        Cond::Ne => left != right,
        Cond::Lt => signed_left < signed_right,
        Cond::Le => signed_left <= signed_right,
        Cond::Gt => signed_left > signed_right,
        Cond::Ge => signed_left >= signed_right,
        Cond::Below => left < right,
        Cond::BelowEq => left <= right,
        Cond::Above => left > right,
        Cond::AboveEq => left >= right,
    }
}

/// A comparison of 32 bits equals one of their sign-extensions to 64, even an unsigned one.
fn holds32(cond: Cond, left: u64, right: u64) -> bool {
    holds(cond, left as i32 as u64, right as i32 as u64)
}

fn fcond() -> impl Strategy<Value = FCond> {
    use FCond::*;
    prop::sample::select(vec![Eq, Ne, Lt, NotLt, Le, NotLe, Gt, NotGt, Ge, NotGe])
}

fn fholds(cond: FCond, left: f64, right: f64) -> bool {
    match cond {
        FCond::Eq => left == right,
        FCond::Ne => left != right,
        FCond::Lt => left < right,
        FCond::NotLt => !fholds(FCond::Lt, left, right),
        FCond::Le => left <= right,
        FCond::NotLe => !fholds(FCond::Le, left, right),
        FCond::Gt => left > right,
        FCond::NotGt => !fholds(FCond::Gt, left, right),
        FCond::Ge => left >= right,
        FCond::NotGe => !fholds(FCond::Ge, left, right),
    }
}

/// The value of a right operand.
fn value(machine: &Machine, rhs: Rhs, bytes: u64) -> u64 {
    match rhs {
        Rhs::Reg(reg) => machine.reg(reg),
        Rhs::Imm(value) => value as u64,
        Rhs::Mem(mem) => machine.memory(machine.at(mem), bytes),
        Rhs::Word(mem) => machine.memory(machine.at(mem), 8),
    }
}

/// The length of code does not depend on addresses.
#[test]
fn addresses_take_the_same_room() {
    for address in [0x1000, 0x7FFF_F000, 0xFFFF_F000, 0x1_0000_0000, 0x7FFF_FFFF_F000] {
        let mut asm = assembler();
        asm.pointer(Reg::T0, address);
        assert_eq!(asm.offset(), 12, "{address:#x}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn moves(start in machine(), dst in reg(), src in reg(), imm in word()) {
        check(&start, |asm, _| asm.mov(dst, src), |m| { m.set(dst, m.reg(src)); End::Falls })?;
        check(&start, |asm, _| asm.imm(dst, imm), |m| { m.set(dst, imm); End::Falls })?;
        check(&start, |asm, _| asm.pointer(dst, imm), |m| { m.set(dst, imm); End::Falls })?;
    }

    #[test]
    fn loads(start in machine(), dst in reg(), fdst in freg(), from in mem()) {
        type Verb = fn(&mut A64, Reg, MemOperand);
        let loads: [(Verb, u64); 4] =
            [(A64::load64, 8), (A64::load32, 4), (A64::load16, 2), (A64::load8, 1)];
        for (load, bytes) in loads {
            check(&start, |asm, _| load(asm, dst, from), |m| {
                m.set(dst, m.memory(m.at(from), bytes));
                End::Falls
            })?;
        }
        check(&start, |asm, _| asm.fload(fdst, from), |m| {
            m.set_freg(fdst, m.memory(m.at(from), 8));
            End::Falls
        })?;
    }

    #[test]
    fn stores(start in machine(), src in reg(), fsrc in freg(), to in mem(), imm in word()) {
        type Verb = fn(&mut A64, MemOperand, Reg);
        let stores: [(Verb, u64); 2] = [(A64::store64, 8), (A64::store32, 4)];
        for (store, bytes) in stores {
            check(&start, |asm, _| store(asm, to, src), |m| {
                m.write_memory(m.at(to), bytes, m.reg(src));
                End::Falls
            })?;
        }
        for value in [imm, 0] {
            check(&start, |asm, _| asm.store64_imm(to, value), |m| {
                m.write_memory(m.at(to), 8, value);
                End::Falls
            })?;
        }
        check(&start, |asm, _| asm.set_byte(imm), |m| {
            m.write_memory(imm, 1, 1);
            End::Falls
        })?;
        check(&start, |asm, _| asm.fstore(to, fsrc), |m| {
            m.write_memory(m.at(to), 8, m.freg(fsrc).to_bits());
            End::Falls
        })?;
    }

    #[test]
    fn indexed(start in machine(), other in reg(), base in reg(), index in reg(), disp in disp()) {
        let address = |m: &Machine, disp: i32| {
            m.reg(base).wrapping_add(m.reg(index) << 3).wrapping_add_signed(disp.into())
        };
        for disp in [disp, 0] {
            check(&start, |asm, _| asm.load64_index(other, base, index, disp), |m| {
                m.set(other, m.memory(address(m, disp), 8));
                End::Falls
            })?;
            check(&start, |asm, _| asm.store64_index(base, index, disp, other), |m| {
                m.write_memory(address(m, disp), 8, m.reg(other));
                End::Falls
            })?;
            check(&start, |asm, _| asm.address_index(other, base, index, disp), |m| {
                m.set(other, address(m, disp));
                End::Falls
            })?;
        }
        check(&start, |asm, _| asm.address(other, at(base, disp)), |m| {
            m.set(other, m.at(at(base, disp)));
            End::Falls
        })?;
    }

    #[test]
    fn integers(start in machine(), dst in reg(), lhs in reg(), rhs in rhs(), by in 0..64u8) {
        type Verb = fn(&mut A64, Reg, Reg, Rhs);
        type Meaning = fn(u64, u64) -> u64;
        let verbs: [(Verb, Meaning); 5] = [
            (A64::add64, u64::wrapping_add),
            (A64::sub64, u64::wrapping_sub),
            (A64::and64, |left, right| left & right),
            (A64::or64, |left, right| left | right),
            (A64::xor64, |left, right| left ^ right),
        ];
        for (verb, meaning) in verbs {
            check(&start, |asm, _| verb(asm, dst, lhs, rhs), |m| {
                m.set(dst, meaning(m.reg(lhs), value(m, rhs, 8)));
                End::Falls
            })?;
        }
        check(&start, |asm, _| asm.shr64(dst, lhs, by), |m| { m.set(dst, m.reg(lhs) >> by); End::Falls })?;
        let verbs: [(Verb, Meaning); 3] = [
            (A64::and32, |left, right| left & right),
            (A64::or32, |left, right| left | right),
            (A64::xor32, |left, right| left ^ right),
        ];
        for (verb, meaning) in verbs {
            check(&start, |asm, _| verb(asm, dst, lhs, rhs), |m| {
                m.set(dst, meaning(m.reg(lhs), value(m, rhs, 4)) & 0xFFFF_FFFF);
                End::Falls
            })?;
        }
        for shift in [Shift::Left, Shift::Right, Shift::RightZero] {
            let by = by & 31;
            check(&start, |asm, _| asm.shift32(shift, dst, lhs, by), |m| {
                m.set(dst, shifted(shift, m.reg(lhs), by.into()));
                End::Falls
            })?;
            check(&start, |asm, _| asm.shift32_by_t3(shift), |m| {
                m.set(Reg::T2, shifted(shift, m.reg(Reg::T2), m.reg(Reg::T3)));
                End::Falls
            })?;
        }
        let by = start.reg(Reg::T3) as i32;
        if by != 0 && by != -1 {
            check(&start, |asm, _| asm.divide32_by_t3(), |m| {
                let value = m.reg(Reg::T0) as i32;
                m.set(Reg::T0, u64::from((value / by) as u32));
                m.set(Reg::T2, u64::from((value % by) as u32));
                End::Falls
            })?;
        }
    }

    #[test]
    fn overflow(start in machine(), dst in reg(), lhs in reg(), rhs in rhs()) {
        type Verb = fn(&mut A64, Reg, Reg, Rhs, Label);
        type Meaning = fn(i32, i32) -> Option<i32>;
        let verbs: [(Verb, Meaning); 3] =
            [(A64::add32, i32::checked_add), (A64::sub32, i32::checked_sub), (A64::mul32, i32::checked_mul)];
        for (verb, meaning) in verbs {
            for rhs in [rhs, Rhs::Imm(2), Rhs::Reg(lhs)] {
                check(&start, |asm, label| verb(asm, dst, lhs, rhs, label), |m| {
                    match meaning(m.reg(lhs) as i32, value(m, rhs, 4) as i32) {
                        Some(result) => {
                            m.set(dst, u64::from(result as u32));
                            End::Falls
                        }
                        None => End::Overflows(dst),
                    }
                })?;
            }
        }
    }

    #[test]
    fn counters(start in machine(), reg in reg(), by in word()) {
        for by in [by as i32, 0] {
            check(&start, |asm, _| asm.bump32(reg, by), |m| {
                m.set(reg, u64::from((m.reg(reg) as i32).wrapping_add(by) as u32));
                End::Falls
            })?;
        }
        check(&start, |asm, label| asm.count_down(reg, label), |m| {
            let (left, empty) = (m.reg(reg) as u32).overflowing_sub(1);
            m.set(reg, left.into());
            goes(empty)
        })?;
    }

    #[test]
    fn branches(start in machine(), cond in cond(), lhs in reg(), rhs in rhs(), near in -1..=1i64) {
        let close = Rhs::Imm(start.reg(lhs).wrapping_add_signed(near) as i64);
        for rhs in [rhs, close, Rhs::Imm(near)] {
            check(&start, |asm, label| asm.branch64(cond, lhs, rhs, label), |m| {
                goes(holds(cond, m.reg(lhs), value(m, rhs, 8)))
            })?;
            check(&start, |asm, label| asm.branch32(cond, lhs, rhs, label), |m| {
                goes(holds32(cond, m.reg(lhs), value(m, rhs, 4)))
            })?;
        }
    }

    #[test]
    fn byte_branches(start in machine(), lhs in mem(), byte in any::<u8>(), rhs in any::<u8>()) {
        use Cond::{Above, AboveEq, Below, BelowEq, Eq, Ne};
        let mut start = start;
        start.write_memory(start.at(lhs), 1, byte.into());
        for cond in [Eq, Ne, Below, BelowEq, Above, AboveEq] {
            for rhs in [rhs, 0, byte] {
                check(&start, |asm, label| asm.branch8_mem(cond, lhs, rhs, label), |_| {
                    goes(holds(cond, byte.into(), rhs.into()))
                })?;
            }
        }
    }

    #[test]
    fn doubles(start in machine(), dst in freg(), lhs in freg(), rhs in freg(), reg in reg(), imm in double()) {
        type Verb = fn(&mut A64, FReg, FReg, FReg);
        type Meaning = fn(f64, f64) -> f64;
        let verbs: [(Verb, Meaning); 4] = [
            (A64::fadd, |left, right| left + right),
            (A64::fsub, |left, right| left - right),
            (A64::fmul, |left, right| left * right),
            (A64::fdiv, |left, right| left / right),
        ];
        for (verb, meaning) in verbs {
            check(&start, |asm, _| verb(asm, dst, lhs, rhs), |m| {
                m.set_freg(dst, bits(meaning(m.freg(lhs), m.freg(rhs))));
                End::Falls
            })?;
        }
        check(&start, |asm, _| asm.fmov(dst, lhs), |m| {
            m.set_freg(dst, m.freg(lhs).to_bits());
            End::Falls
        })?;
        check(&start, |asm, _| asm.fneg(dst, lhs), |m| {
            m.set_freg(dst, m.freg(lhs).to_bits() ^ 1 << 63);
            End::Falls
        })?;
        check(&start, |asm, _| asm.fimm(dst, imm), |m| { m.set_freg(dst, imm); End::Falls })?;
        check(&start, |asm, _| asm.fmov_from(dst, reg), |m| { m.set_freg(dst, m.reg(reg)); End::Falls })?;
        check(&start, |asm, _| asm.fcvt32(dst, reg), |m| {
            m.set_freg(dst, f64::from(m.reg(reg) as i32).to_bits());
            End::Falls
        })?;
    }

    #[test]
    fn double_branches(start in machine(), cond in fcond(), lhs in freg(), rhs in freg()) {
        check(&start, |asm, label| asm.fbranch(cond, lhs, rhs, label), |m| {
            goes(fholds(cond, m.freg(lhs), m.freg(rhs)))
        })?;
    }

    #[test]
    fn jumps(start in machine(), reg in reg(), mem in mem()) {
        check(&start, |asm, label| asm.jump(label), |_| End::Goes)?;
        check(&start, |asm, _| asm.jump_reg(reg), |m| { m.pc = m.reg(reg); End::Falls })?;
        check(&start, |asm, _| asm.jump_mem(mem), |m| { m.pc = m.memory(m.at(mem), 8); End::Falls })?;
        check(&start, |asm, _| asm.call_reg(reg), |m| {
            (m.x[30], m.pc) = (m.pc, m.reg(reg));
            End::Falls
        })?;
        check(&start, |asm, _| asm.call_mem(mem), |m| {
            (m.x[30], m.pc) = (m.pc, m.memory(m.at(mem), 8));
            End::Falls
        })?;
        check(&start, |asm, _| asm.ret(), |m| { m.pc = m.x[30]; End::Falls })?;
        check(&start, |asm, label| asm.address_label(reg, label), |m| { m.set(reg, m.pc + 4); End::Falls })?;
        check(&start, |asm, _| asm.store_sp(mem), |m| { m.write_memory(m.at(mem), 8, m.sp); End::Falls })?;
        check(&start, |asm, _| asm.load_sp(mem), |m| { m.sp = m.memory(m.at(mem), 8); End::Falls })?;
    }

    /// A runtime function may change caller-saved registers; all others are unchanged after the call.
    #[test]
    fn calls_of_rust(start in machine(), disp in disp()) {
        let mut asm = assembler();
        asm.call_rust(at(Reg::Vm, disp));
        let code = asm.finish().expect("code");
        let mut machine = start.clone();
        machine.run(code);
        prop_assert_eq!(machine.pc, start.memory(start.at(at(Reg::Vm, disp)), 8));
        prop_assert_eq!(machine.x[0], start.reg(Reg::Vm));
        prop_assert_eq!(&machine.x[1..5], &start.x[1..5]);
        machine.pc = machine.x[30];
        machine.x[..19].fill(0xBAD);
        machine.x[30] = 0xBAD;
        machine.x[0] = 42;
        machine.run(code);
        prop_assert_eq!(machine.pc, CODE + code.len() as u64);
        prop_assert_eq!(machine.sp, start.sp);
        prop_assert_eq!(machine.reg(Reg::T0), 42);
        prop_assert_eq!(&machine.x[19..31], &start.x[19..31]);
    }

    /// Machine code called by Rust finds its arguments, and may change the register of every role.
    #[test]
    fn called_by_rust(start in machine()) {
        let mut asm = assembler();
        asm.rust_prologue();
        let middle = asm.offset();
        asm.rust_epilogue();
        let code = asm.finish().expect("code");
        let mut machine = start.clone();
        machine.run(&code[..middle]);
        prop_assert_eq!(machine.reg(Reg::Vm), start.x[0]);
        prop_assert_eq!(machine.reg(Reg::T1), start.x[1]);
        prop_assert_eq!((machine.x[29], machine.memory(machine.sp, 8)), (machine.sp, start.x[29]));
        machine.x[..25].fill(0xBAD);
        machine.x[30] = 0xBAD;
        machine.x[0] = 42;
        machine.run(code);
        prop_assert_eq!(machine.pc, start.x[30]);
        prop_assert_eq!(machine.sp, start.sp);
        prop_assert_eq!(machine.reg(Reg::T0), 42);
        prop_assert_eq!(&machine.x[19..31], &start.x[19..31]);
    }

    /// Code with prologue and epilogue returns to its caller, even if it calls.
    #[test]
    fn pieces(start in machine(), reg in reg()) {
        let mut asm = assembler();
        asm.prologue();
        asm.call_reg(reg);
        asm.epilogue();
        let code = asm.finish().expect("code");
        let mut machine = start.clone();
        machine.run(code);
        prop_assert_eq!(machine.pc, start.reg(reg));
        machine.pc = machine.x[30];
        machine.run(code);
        prop_assert_eq!(machine.pc, start.x[30]);
        prop_assert_eq!(machine.sp, start.sp);
    }
}
