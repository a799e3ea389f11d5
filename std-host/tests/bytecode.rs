//! Bytecode that no compiler makes: the tiers agree on it.
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

use siskin::{HostIo, Options, SYSTEM, Vm, native};
use siskin_core::bytecode::operand::*;
use siskin_core::bytecode::{Capture, Const, FnIndex, Insn, Text};
use siskin_core::testing::bytecode::{code, fill, program, verified};
use siskin_core::testing::{Kept, Nothing};

/// What a script of those instructions and constants prints, how it ends, and its fuel.
fn run(hot: Option<u32>, insns: &[Insn], consts: &[Const]) -> (String, String, u64) {
    run_with(hot, insns, consts, &[])
}

/// The same, with a function of no parameters that captures the script's register 1.
fn run_with(hot: Option<u32>, insns: &[Insn], consts: &[Const], function: &[Insn]) -> (String, String, u64) {
    let mut vm = Vm::new(SYSTEM, Options::new().hot(hot.unwrap_or(0))).expect("memory");
    if hot.is_some() {
        native::install(&mut vm).expect("machine code");
    }
    let mut program = program();
    let mut script = code(&program, Text::default(), 0, 5, insns);
    fill(&mut script, consts, &[], &[]);
    program.functions.push(script).expect("memory");
    if !function.is_empty() {
        let mut function = code(&program, Text::default(), 0, 4, function);
        fill(&mut function, &[], &[], &[Capture::Register(1)]);
        program.functions.push(function).expect("memory");
    }
    let program = verified(&program).expect("good");
    let script = vm.load_program(&program).expect("memory");
    vm.start(script).expect("memory");
    let mut output = Kept::default();
    let outcome = vm.run(Some(100_000), &mut HostIo::new(&mut output).clock(&Nothing));
    let output = output.into_text();
    // Errors may come before anything gets hot.
    assert!((vm.native_stats().compiled > 0) == hot.is_some() || output.is_empty());
    (output, format!("{outcome:?}"), vm.stats().fuel)
}

/// A loop whose limit is its own variable compares the sum with the value before the step.
#[test]
fn a_loop_may_have_its_variable_as_limit() {
    let same = |le: bool, step: i8| match le {
        true => Insn::AddLoopLe { var: Var(1), rhs: Src(1), step: Imm8(step), to: Back32(-2) },
        false => Insn::AddLoopLt { var: Var(1), rhs: Src(1), step: Imm8(step), to: Back32(-2) },
    };
    for start in [0.5, 7.0, -0.0, f64::NAN, 1e300, f64::INFINITY, 2_147_483_600.0] {
        for (le, step, ends) in [(true, 1, true), (false, 1, true), (true, -1, false), (false, -1, false)] {
            // The outer loop makes it hot.
            let insns = [
                Insn::LoadInt { dst: Dst(2), value: Imm16(0) },
                Insn::LoadLit { dst: Dst(1), lit: Lit32(0) },
                same(le, step),
                Insn::LoadInt { dst: Dst(3), value: Imm16(500) },
                Insn::AddLoopLt { var: Var(2), rhs: Src(3), step: Imm8(1), to: Back32(-7) },
                Insn::Print { src: Src(1) },
                Insn::ReturnNil {},
            ];
            let consts = [Const::Number(start)];
            let interpreted = run(None, &insns, &consts);
            if start.abs() < 1e9 && ends {
                assert_eq!(interpreted.0, format!("{}\n", start + 1.0));
            }
            for hot in [0, 5, 50] {
                assert_eq!(run(Some(hot), &insns, &consts), interpreted, "{start}, {step}, {hot}");
            }
        }
    }
}

/// A definition that is executed again changes a global of which machine code contains the value.
#[test]
fn a_definition_may_be_executed_again() {
    let (at, global) = (Var(2), Global32(0));
    let insns = [
        Insn::LoadInt { dst: Dst(2), value: Imm16(0) },
        Insn::DefGlobal { src: Src(2), global },
        // The loop.
        Insn::GetGlobal { dst: Dst(3), global },
        Insn::Print { src: Src(3) },
        Insn::DefGlobal { src: Src(2), global },
        Insn::GetGlobal { dst: Dst(3), global },
        Insn::Print { src: Src(3) },
        Insn::AddLoopLtN { var: at, rhs: Num8(1), step: Imm8(1), to: Back32(-10) },
        Insn::ReturnNil {},
    ];
    let words: usize = insns[2..8].iter().map(|insn| insn.op().words()).sum();
    assert_eq!(words, 10, "the jump goes to the first instruction of the loop");
    let consts = [Const::Global(Text::default()), Const::Number(300.0)];
    let interpreted = run(None, &insns, &consts);
    assert_eq!(interpreted.0.lines().count(), 600);
    for hot in [0, 5, 50] {
        assert_eq!(run(Some(hot), &insns, &consts), interpreted, "{hot}");
    }
}

/// A closure that is called lies in its register 0, unless it writes that: then its upvalues are not found there.
#[test]
fn a_callee_may_overwrite_itself() {
    let insns = [
        Insn::LoadInt { dst: Dst(1), value: Imm16(5) },
        Insn::Closure { dst: Dst(3), function: Fn32(0) },
        Insn::LoadInt { dst: Dst(2), value: Imm16(0) },
        // The loop.
        Insn::Move { dst: Dst(4), src: Src(3) },
        Insn::Call { argc: Argc(0), win: Win(4) },
        Insn::Print { src: Src(4) },
        Insn::AddLoopLtN { var: Var(2), rhs: Num8(1), step: Imm8(1), to: Back32(-5) },
        Insn::ReturnNil {},
    ];
    let words: usize = insns[3..7].iter().map(|insn| insn.op().words()).sum();
    assert_eq!(words, 5, "the jump goes to the first instruction of the loop");
    let consts = [Const::Fn(FnIndex(1)), Const::Number(300.0)];
    let upvalue = Upvalue16(0);
    for (function, printed) in [
        (
            &[
                Insn::LoadInt { dst: Dst(0), value: Imm16(7) },
                Insn::GetUpvalue { dst: Dst(1), upvalue },
                Insn::AddI { dst: Dst(2), lhs: Src(1), rhs: Imm8(1) },
                Insn::Return { src: Src(2) },
            ][..],
            "6\n",
        ),
        (&[Insn::GetUpvalue { dst: Dst(0), upvalue }, Insn::Return { src: Src(0) }], "5\n"),
        // The upvalue is no cell.
        (&[Insn::GetUpvalueCell { dst: Dst(1), upvalue }, Insn::Return { src: Src(1) }], ""),
        (&[Insn::SetUpvalueCell { src: Src(0), upvalue }, Insn::Return { src: Src(0) }], ""),
    ] {
        let interpreted = run_with(None, &insns, &consts, function);
        assert_eq!(interpreted.0, printed.repeat(300));
        for hot in [0, 5, 50] {
            assert_eq!(run_with(Some(hot), &insns, &consts, function), interpreted, "{hot}");
        }
    }
}
