//! The format of a listing.

use siskin_core::bytecode::disasm::listing;
use siskin_core::bytecode::operand::*;
use siskin_core::bytecode::{Assembly, Capture, Const, FnIndex, Image, ImageBuf, Insn, Site};
use siskin_core::testing::bytecode::{code, fill, program, text, verified};

/// A script that makes and calls `fib`, and a nameless function with captures.
fn sample() -> Assembly {
    let mut program = program();
    let [fib, print, none, long] =
        ["fib", "say \"\u{e9}\"\n", "", &"x".repeat(50)].map(|s| text(&mut program, s));

    let mut script = code(
        &program,
        none,
        0,
        5,
        &[
            Insn::Closure { dst: Dst(1), function: Fn32(0) },
            Insn::DefGlobal { src: Src(1), global: Global32(1) },
            Insn::LoadInt { dst: Dst(2), value: Imm16(-30) },
            Insn::Call { argc: Argc(1), win: Win(1) },
            Insn::LoadLit { dst: Dst(4), lit: Lit32(2) },
            Insn::AddLoopLtN { var: Var(2), rhs: Num8(3), step: Imm8(-1), to: Back32(-5) },
            Insn::Closure { dst: Dst(3), function: Fn32(4) },
            Insn::ReturnNil {},
        ],
    );
    let number = |n| Const::Number(n);
    fill(
        &mut script,
        &[Const::Fn(FnIndex(1)), Const::Global(fib), Const::Str(print), number(0.5), Const::Fn(FnIndex(2))],
        &[],
        &[],
    );
    for (at, line) in [(0, 3), (4, 4), (8, 5), (10, 4), (12, 120)] {
        script.lines.mark(at, line).unwrap();
    }

    let mut fibonacci = code(
        &program,
        fib,
        1,
        5,
        &[
            Insn::JumpNotLtN { lhs: Src(1), rhs: Num8(0), to: Forward32(1) },
            Insn::Return { src: Src(1) },
            Insn::GetGlobal { dst: Dst(2), global: Global32(1) },
            Insn::GetField { dst: Dst(2), object: Src(1), site: Site32(0) },
            Insn::Jump { to: Forward24(0) },
            Insn::LoadLit { dst: Dst(0), lit: Lit32(2) },
            Insn::Loop { to: Back24(-3) },
        ],
    );
    fill(&mut fibonacci, &[number(1e300), Const::Global(fib), Const::Str(long)], &[Site { name: fib }], &[]);

    let mut nameless = code(
        &program,
        none,
        0,
        1,
        &[Insn::GetUpvalue { dst: Dst(0), upvalue: Upvalue16(1) }, Insn::ReturnNil {}],
    );
    fill(&mut nameless, &[], &[], &[Capture::Register(3), Capture::Register(4)]);

    for code in [script, fibonacci, nameless] {
        program.functions.push(code).unwrap();
    }
    program
}

fn pack(program: &Assembly) -> ImageBuf {
    program.pack(program.strings.text.mem()).unwrap()
}

#[test]
fn golden() {
    let program = sample();
    assert_eq!(verified(&program).unwrap().to_string(), include_str!("golden.txt"));
}

#[test]
fn anything_can_be_listed() {
    let mut program = sample();
    let script = &mut program.functions[0];
    script.words.clear();
    script
        .words
        .extend_from_slice(&[
            0xDEAD_BEFF,
            0x0000_0101,
            Insn::LoadLit { dst: Dst(9), lit: Lit32(77) }.encode().0,
        ])
        .unwrap();
    let packed = pack(&program);
    let image = Image::new(packed.as_ref()).unwrap();
    let shown = listing(image, FnIndex(0)).to_string();
    assert_eq!(
        shown,
        "script  registers 5  words 3 (12 bytes)\n    3  0000  ??             0xdeadbeff\n       \
         0001  get.far        r1, r0\n       0002  ??             0x00000907\n"
    );
    assert_eq!(listing(image, FnIndex(9)).to_string(), "fn #9  missing\n");

    let script = &mut program.functions[0];
    script.words.push(77).unwrap();
    let packed = pack(&program);
    let image = Image::new(packed.as_ref()).unwrap();
    assert!(
        listing(image, FnIndex(0)).to_string().ends_with("lit            r9, k77                    ; ?\n")
    );
}
