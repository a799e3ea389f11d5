//! For each flaw, a program that the verifier must refuse, and a similar one that it must accept.

use siskin_core::bytecode::operand::*;
use siskin_core::bytecode::{
    AnyOperand, Assembly, Capture, Const, Flaw, FnCode, FnIndex, Handler, Image, Insn, OP_COUNT, Op,
    OperandName, Section, Site, Text, VerifyError,
};
use siskin_core::testing::bytecode::{code, fill, program, text, verify, words};

/// A function of 8 registers with one constant of each kind, two sites and two captures.
fn function(program: &Assembly, insns: &[Insn]) -> FnCode {
    let mut code = code(program, NAME, 0, 8, insns);
    let number = Const::Number(0.5);
    let consts = [
        number,
        Const::Nil,
        Const::Bool(true),
        Const::Str(NAME),
        Const::Global(NAME),
        Const::Fn(FnIndex(2)),
        Const::Name(NAME),
    ];
    fill(&mut code, &consts, &[Site { name: NAME }; 2], &[Capture::Register(7), Capture::Register(0)]);
    code
}

/// The string of every program here, beside the empty one.
const NAME: Text = Text(1);

/// A script that makes a closure of a [`function`] with these instructions and a return, and one of a function
/// that it names.
fn with(insns: &[Insn]) -> Assembly {
    let mut program = program();
    text(&mut program, "name\u{e9}");
    let mut script =
        code(&program, NAME, 0, 8, &[Insn::Closure { dst: Dst(0), function: Fn32(0) }, Insn::ReturnNil {}]);
    fill(&mut script, &[Const::Fn(FnIndex(1))], &[], &[]);
    let insns: Vec<_> = insns.iter().copied().chain([Insn::ReturnNil {}]).collect();
    let function = function(&program, &insns);
    let mut child = code(&program, NAME, 0, 1, &[Insn::ReturnNil {}]);
    fill(&mut child, &[], &[], &[Capture::Register(7), Capture::Upvalue(1)]);
    for code in [script, function, child] {
        program.functions.push(code).unwrap();
    }
    program
}

/// Asserts that `with(&[good])` is accepted, and that the only flaw of `with(&[bad])` is this operand.
#[track_caller]
fn only(good: Insn, bad: Insn, operand: OperandName, found: AnyOperand) {
    assert_eq!(verify(&with(&[good])), Ok(()));
    let what = Flaw::BadOperand(operand, found);
    assert_eq!(verify(&with(&[bad])), Err(VerifyError { function: Some(FnIndex(1)), at: Some(0), what }));
}

/// What is found in function 1 after a change to it.
fn changed(change: impl FnOnce(&mut FnCode)) -> Result<(), (Option<u32>, Flaw)> {
    let mut program = with(&[]);
    change(&mut program.functions[1]);
    verify(&program).map_err(|error| {
        assert_eq!(error.function, Some(FnIndex(1)));
        (error.at, error.what)
    })
}

fn set_words(code: &mut FnCode, insns: &[Insn]) {
    code.words = words(code.words.mem(), insns);
}

#[test]
fn the_script_is_a_script() {
    let what = |program: &Assembly| verify(program).unwrap_err().what;
    assert_eq!(what(&program()), Flaw::NoScript);
    let mut bad = with(&[]);
    bad.functions[0].arity = 1;
    assert_eq!(what(&bad), Flaw::ScriptTakesArguments);
    let mut bad = with(&[]);
    bad.functions[0].captures.push(Capture::Register(0)).unwrap();
    assert_eq!(what(&bad), Flaw::ScriptCaptures);
}

#[test]
fn registers_hold_callee_and_arguments() {
    assert_eq!(changed(|code| (code.arity, code.required) = (7, 7)), Ok(()));
    assert_eq!(changed(|code| code.arity = 8), Err((None, Flaw::TooFewRegisters)));
    let mut bare = with(&[]);
    bare.functions[2].registers = 0;
    assert_eq!(verify(&bare).unwrap_err().what, Flaw::TooFewRegisters);
}

#[test]
fn captures_can_be_counted() {
    let pushed = |more: usize| {
        changed(|code| {
            let len = code.captures.len() + more;
            code.captures.resize(len, Capture::Register(0)).unwrap();
        })
    };
    assert_eq!(pushed(65_533), Ok(()));
    assert_eq!(pushed(65_534), Err((None, Flaw::TooManyCaptures)));
}

#[test]
fn the_text_is_whole_strings_of_utf8() {
    let what = |change: fn(&mut Assembly)| {
        let mut program = with(&[]);
        change(&mut program);
        verify(&program).map_err(|error| error.what)
    };
    // "", and "name" with two bytes of one character.
    assert_eq!(what(|program| program.strings.ends.push(6).unwrap()), Ok(()));
    assert_eq!(what(|program| program.strings.text[4] = 0xFF), Err(Flaw::NotUtf8));
    let bad = Err(Flaw::BadSection(Section::Names));
    assert_eq!(what(|program| program.strings.ends[0] = 1), bad);
    assert_eq!(what(|program| program.strings.ends[1] = 5), bad, "in a character, and before the end");
    assert_eq!(what(|program| program.strings.ends[1] = 4), bad, "before the end");
    assert_eq!(what(|program| program.strings.ends[1] = 7), bad, "past the end");
    assert_eq!(what(|program| program.strings.ends.push(5).unwrap()), bad, "before its start");
    assert_eq!(what(|program| program.strings.ends.clear()), bad, "no string at all");
}

#[test]
fn names_are_strings() {
    for (index, is_good) in [(0, true), (1, true), (2, false), (u32::MAX, false)] {
        let text = Text(index);
        let expected = if is_good { Ok(()) } else { Err((None, Flaw::BadText(text))) };
        assert_eq!(changed(|code| code.name = text), expected);
        assert_eq!(changed(|code| code.consts[3] = Const::Str(text)), expected);
        assert_eq!(changed(|code| code.consts[4] = Const::Global(text)), expected);
        assert_eq!(changed(|code| code.consts[6] = Const::Name(text)), expected);
        assert_eq!(changed(|code| code.sites[1].name = text), expected);
    }
}

#[test]
fn numbers_are_numbers() {
    let number = |bits| changed(|code| code.consts[0] = Const::Number(f64::from_bits(bits)));
    for good in [f64::INFINITY, -0.0, f64::NAN, -f64::NAN, f64::MIN, 5e-324] {
        assert_eq!(number(good.to_bits()), Ok(()), "{good}");
    }
    for bad in
        [0xFFF8_0000_0000_0001_u64, 0xFFFF_FFFF_FFFF_FFFF, 0x7FF8_0000_0000_0001, 0xFFF0_0000_0000_0001]
    {
        assert_eq!(number(bad), Err((None, Flaw::BadNumber)), "{bad:x}");
    }
}

#[test]
fn functions_name_later_ones() {
    let names = |index| changed(|code| code.consts[5] = Const::Fn(FnIndex(index)));
    assert_eq!(names(2), Ok(()));
    for bad in [0, 1, 3, u32::MAX] {
        assert_eq!(names(bad), Err((None, Flaw::BadFunction(FnIndex(bad)))));
    }
}

#[test]
fn instructions_are_rows_and_whole() {
    let words = |words: &[u32]| {
        changed(|code| {
            code.words.clear();
            code.words.extend_from_slice(words).unwrap();
        })
    };
    let end = Op::ReturnNil as u32;
    assert_eq!(words(&[end]), Ok(()));
    for byte in OP_COUNT as u32..256 {
        assert_eq!(words(&[end, byte, end]), Err((Some(1), Flaw::UnknownOpcode(byte as u8))));
    }
    assert_eq!(words(&[end, Op::LoadLit as u32]), Err((Some(1), Flaw::Truncated)));
    assert_eq!(words(&[]), Err((None, Flaw::FallsOff)));
    // The last word would be a return, if it were not part of the instruction before.
    assert_eq!(words(&[Op::JumpTrue as u32, end]), Err((Some(0), Flaw::FallsOff)));
}

#[test]
fn control_does_not_fall_off() {
    let ends = |insns: &[Insn]| changed(|code| set_words(code, insns));
    let move_ = Insn::Move { dst: Dst(0), src: Src(0) };
    assert_eq!(ends(&[move_]), Err((Some(0), Flaw::FallsOff)));
    assert_eq!(
        ends(&[move_, Insn::LoopTrue { src: Src(0), to: Back32(-3) }]),
        Err((Some(1), Flaw::FallsOff))
    );
    assert_eq!(ends(&[Insn::Loop { to: Back24(-1) }]), Ok(()));
    assert_eq!(ends(&[move_, Insn::Loop { to: Back24(-2) }]), Ok(()));
    assert_eq!(ends(&[Insn::Return { src: Src(0) }]), Ok(()));
    // A forward jump at the end has no target.
    let what = Flaw::BadOperand(OperandName::to, AnyOperand::Forward24(Forward24(0)));
    assert_eq!(ends(&[Insn::Jump { to: Forward24(0) }]), Err((Some(0), what)));
}

#[test]
fn registers_are_in_the_frame() {
    let (r7, r8) = (Src(7), Src(8));
    let move_ = |dst, src| Insn::Move { dst: Dst(dst), src: Src(src) };
    only(move_(7, 7), move_(8, 0), OperandName::dst, AnyOperand::Dst(Dst(8)));
    only(move_(7, 7), move_(0, 8), OperandName::src, AnyOperand::Src(r8));
    only(Insn::Print { src: r7 }, Insn::Print { src: r8 }, OperandName::src, AnyOperand::Src(r8));
    let far = |src| Insn::GetFar { dst: Dst(0), src: FarSrc(src) };
    only(far(7), far(8), OperandName::src, AnyOperand::FarSrc(FarSrc(8)));
    only(far(7), far(u16::MAX), OperandName::src, AnyOperand::FarSrc(FarSrc(u16::MAX)));
    let add = |var| Insn::AddLoopLt { var: Var(var), rhs: Src(0), step: Imm8(1), to: Back32(-2) };
    only(add(7), add(8), OperandName::var, AnyOperand::Var(Var(8)));
}

#[test]
fn windows_are_in_the_frame() {
    let call = |argc, win| Insn::Call { argc: Argc(argc), win: Win(win) };
    only(call(0, 7), call(0, 8), OperandName::win, AnyOperand::Win(Win(8)));
    only(call(7, 0), call(8, 0), OperandName::win, AnyOperand::Win(Win(0)));
    only(call(3, 4), call(4, 4), OperandName::win, AnyOperand::Win(Win(4)));
    only(call(3, 4), call(255, u16::MAX), OperandName::win, AnyOperand::Win(Win(u16::MAX)));
    let invoke = |argc, win| Insn::Invoke { argc: Argc(argc), win: Win(win), site: Site32(0) };
    only(invoke(3, 4), invoke(4, 4), OperandName::win, AnyOperand::Win(Win(4)));
    // The superclass follows the last argument.
    let super_invoke =
        |argc, win| Insn::SuperInvoke { argc: Argc(argc), win: SuperWin(win), site: Site32(0) };
    only(super_invoke(3, 3), super_invoke(3, 4), OperandName::win, AnyOperand::SuperWin(SuperWin(4)));
    only(super_invoke(0, 6), super_invoke(0, 7), OperandName::win, AnyOperand::SuperWin(SuperWin(7)));
}

#[test]
fn rows_of_registers_are_in_the_frame() {
    let concat = |count, first| Insn::Concat { dst: Dst(0), first: Regs(first), count: Count32(count) };
    let count = |count| AnyOperand::Count32(Count32(count));
    only(concat(8, 0), concat(9, 0), OperandName::count, count(9));
    only(concat(1, 7), concat(2, 7), OperandName::count, count(2));
    only(concat(0, 8), concat(0, 9), OperandName::count, count(0));
    only(concat(0, 0), concat(u32::MAX, 0), OperandName::count, count(u32::MAX));
}

#[test]
fn constants_are_of_the_kind_asked_for() {
    let number = |k| Insn::AddN { dst: Dst(0), lhs: Src(0), rhs: Num8(k) };
    for bad in [1, 2, 3, 4, 5, 6, 7, 255] {
        only(number(0), number(bad), OperandName::rhs, AnyOperand::Num8(Num8(bad)));
    }
    let small = |k| Insn::JumpEqLit { lhs: Src(0), rhs: Lit8(k), to: Forward32(0) };
    let wide = |k| Insn::LoadLit { dst: Dst(0), lit: Lit32(k) };
    for good in 0..4 {
        for bad in [4, 5, 6, 7, 255] {
            only(small(good), small(bad), OperandName::rhs, AnyOperand::Lit8(Lit8(bad)));
            only(wide(good.into()), wide(bad.into()), OperandName::lit, AnyOperand::Lit32(Lit32(bad.into())));
        }
    }
    let name = |k| Insn::NewClass { dst: Dst(0), fields: Count(9), name: Name32(k) };
    for bad in [0, 1, 2, 3, 4, 5, 7, u32::MAX] {
        only(name(6), name(bad), OperandName::name, AnyOperand::Name32(Name32(bad)));
    }
    let global = |k| Insn::GetGlobal { dst: Dst(0), global: Global32(k) };
    for bad in [0, 1, 2, 3, 5, 6, 7, u32::MAX] {
        only(global(4), global(bad), OperandName::global, AnyOperand::Global32(Global32(bad)));
    }
    let closure = |k| Insn::Closure { dst: Dst(0), function: Fn32(k) };
    for bad in [0, 1, 2, 3, 4, 6, 7, u32::MAX] {
        only(closure(5), closure(bad), OperandName::function, AnyOperand::Fn32(Fn32(bad)));
    }
}

#[test]
fn captured_variables_exist() {
    let get = |upvalue| Insn::GetUpvalue { dst: Dst(0), upvalue: Upvalue16(upvalue) };
    only(get(1), get(2), OperandName::upvalue, AnyOperand::Upvalue16(Upvalue16(2)));
    only(get(1), get(u16::MAX), OperandName::upvalue, AnyOperand::Upvalue16(Upvalue16(u16::MAX)));
}

#[test]
fn closures_capture_what_their_maker_has() {
    let captures = |capture| {
        let mut program = with(&[Insn::Closure { dst: Dst(0), function: Fn32(5) }]);
        program.functions[2].captures.push(capture).unwrap();
        verify(&program).map_err(|error| (error.function, error.at, error.what))
    };
    let bad = Err((Some(FnIndex(1)), Some(0), Flaw::BadCapture(FnIndex(2))));
    assert_eq!(captures(Capture::Register(7)), Ok(()));
    assert_eq!(captures(Capture::Register(8)), bad);
    assert_eq!(captures(Capture::Upvalue(1)), Ok(()));
    assert_eq!(captures(Capture::Upvalue(2)), bad);
    assert_eq!(captures(Capture::Upvalue(u16::MAX)), bad);
}

#[test]
fn sites_exist_and_have_one_instruction() {
    let get = |site| Insn::GetField { dst: Dst(0), object: Src(0), site: Site32(site) };
    only(get(1), get(2), OperandName::site, AnyOperand::Site32(Site32(2)));
    only(get(1), get(u32::MAX), OperandName::site, AnyOperand::Site32(Site32(u32::MAX)));
    let set = |site| Insn::SetField { object: Src(0), src: Src(0), site: Site32(site) };
    assert_eq!(verify(&with(&[get(0), set(1)])), Ok(()));
    for second in [set(0), get(0)] {
        let shared = verify(&with(&[get(0), second])).unwrap_err();
        assert_eq!((shared.at, shared.what), (Some(2), Flaw::SharedSite(0)));
    }
}

#[test]
fn forward_jumps_land_forward() {
    let jump = |to| Insn::Jump { to: Forward24(to) };
    for bad in [1, -1, 0x7F_FFFF, -0x80_0000] {
        only(jump(0), jump(bad), OperandName::to, AnyOperand::Forward24(Forward24(bad)));
    }
    let jump = |to| Insn::JumpTrue { src: Src(0), to: Forward32(to) };
    for bad in [1, -1, -2, i32::MAX, i32::MIN] {
        only(jump(0), jump(bad), OperandName::to, AnyOperand::Forward32(Forward32(bad)));
    }
}

#[test]
fn jumps_back_land_back() {
    let loop_ = |to| Insn::Loop { to: Back24(to) };
    for bad in [0, 1, -2, 0x7F_FFFF, -0x80_0000] {
        only(loop_(-1), loop_(bad), OperandName::to, AnyOperand::Back24(Back24(bad)));
    }
    let loop_ = |to| Insn::LoopTrue { src: Src(0), to: Back32(to) };
    for bad in [0, 1, -1, -3, i32::MAX, i32::MIN] {
        only(loop_(-2), loop_(bad), OperandName::to, AnyOperand::Back32(Back32(bad)));
    }
}

#[test]
fn jumps_land_on_instructions() {
    let lit = Insn::LoadLit { dst: Dst(0), lit: Lit32(0) };
    let forward = |to| verify(&with(&[Insn::Jump { to: Forward24(to) }, lit])).map_err(|error| error.what);
    assert_eq!(forward(0), Ok(()));
    assert_eq!(forward(1), Err(Flaw::BadOperand(OperandName::to, AnyOperand::Forward24(Forward24(1)))));
    assert_eq!(forward(2), Ok(()));
    let back = |to| verify(&with(&[lit, Insn::Loop { to: Back24(to) }])).map_err(|error| error.what);
    assert_eq!(back(-1), Ok(()));
    assert_eq!(back(-2), Err(Flaw::BadOperand(OperandName::to, AnyOperand::Back24(Back24(-2)))));
    assert_eq!(back(-3), Ok(()));
}

/// `words` words of free code.
fn free(words: usize) -> Vec<Insn> {
    vec![Insn::Move { dst: Dst(0), src: Src(0) }; words]
}

#[test]
fn arguments_that_may_be_left_out_have_a_value_first() {
    let with_two = |insns: &[Insn]| {
        changed(|code| {
            (code.arity, code.required) = (2, 0);
            let insns: Vec<_> = insns.iter().copied().chain([Insn::ReturnNil {}]).collect();
            set_words(code, &insns);
        })
    };
    let given = |reg, to| Insn::JumpGiven { src: Src(reg), to: Forward32(to) };
    let nil = |reg| Insn::LoadNil { dst: Dst(reg) };
    let copy = |dst, src| Insn::Move { dst: Dst(dst), src: Src(src) };
    let refused = |at| Err((Some(at), Flaw::NoDefault));
    assert_eq!(with_two(&[given(1, 1), nil(1), given(2, 1), copy(2, 1)]), Ok(()));
    // Jumps inside a default, polls, and what stands between two are free.
    let inside = Insn::JumpTrue { src: Src(1), to: Forward32(1) };
    assert_eq!(
        with_two(&[
            nil(3),
            given(1, 2),
            nil(1),
            Insn::Poll {},
            nil(4),
            given(2, 4),
            inside,
            nil(3),
            copy(2, 3)
        ]),
        Ok(())
    );
    // No test, one in the wrong order, one that skips more or less than a default.
    assert_eq!(with_two(&[]), refused(0));
    assert_eq!(with_two(&[given(2, 1), nil(2), given(1, 1), nil(1)]), refused(0));
    assert_eq!(with_two(&[given(1, 1), nil(1)]), refused(3));
    assert_eq!(with_two(&[given(1, 0), given(2, 1), nil(2)]), refused(0));
    assert_eq!(with_two(&[given(1, 2), nil(1), nil(3), given(2, 1), nil(2)]), refused(0));
    // A register that may be without a value is seen: read, captured, in a callee's frame.
    assert_eq!(with_two(&[copy(3, 2), given(1, 1), nil(1), given(2, 1), nil(2)]), refused(0));
    assert_eq!(with_two(&[given(1, 2), copy(3, 2), nil(1), given(2, 1), nil(2)]), refused(2));
    assert_eq!(with_two(&[given(1, 1), copy(1, 1), given(2, 1), nil(2)]), refused(2));
    let call = |win| Insn::Call { argc: Argc(0), win: Win(win) };
    assert_eq!(with_two(&[given(1, 2), call(3), copy(1, 3), given(2, 1), nil(2)]), Ok(()));
    assert_eq!(with_two(&[given(1, 2), call(1), nil(1), given(2, 1), nil(2)]), refused(2));
    let closure = Insn::Closure { dst: Dst(1), function: Fn32(5) };
    assert_eq!(with_two(&[given(1, 2), closure, given(2, 1), nil(2)]), Ok(()));
    let mut program = with(&[]);
    let function = &mut program.functions[1];
    (function.arity, function.required) = (7, 6);
    set_words(function, &[given(7, 3), closure, nil(7), Insn::ReturnNil {}]);
    let found = verify(&program).map_err(|error| (error.at, error.what));
    assert_eq!(found, refused(2));
    // A jump leaves the default, or skips its end.
    let out = Insn::JumpTrue { src: Src(0), to: Forward32(1) };
    assert_eq!(with_two(&[given(1, 3), out, nil(1), given(2, 1), nil(2)]), refused(2));
    // An error leaves the default, or the test before it.
    let caught = |from, to, target| {
        changed(|code| {
            (code.arity, code.required) = (2, 0);
            let poll = Insn::Poll {};
            set_words(
                code,
                &[given(1, 3), nil(4), poll, nil(1), given(2, 1), nil(2), poll, Insn::ReturnNil {}],
            );
            code.handlers.push(Handler { from, to, target, register: 4 }).unwrap();
        })
    };
    assert_eq!(caught(2, 3, 3), Ok(()));
    for (from, to, target) in [(0, 3, 3), (0, 2, 3), (2, 3, 8), (2, 5, 8), (4, 5, 8), (7, 8, 8)] {
        assert_eq!(caught(from, to, target), refused(from), "{from} {to} {target}");
    }
    // A rest has a register.
    let rest = |code: &mut FnCode| (code.arity, code.rest) = (1, true);
    assert_eq!(
        changed(|code| {
            rest(code);
            code.registers = 1;
        }),
        Err((None, Flaw::TooFewRegisters))
    );
}

#[test]
fn free_code_is_short() {
    let judged = |parts: &[Vec<Insn>]| verify(&with(&parts.concat())).map_err(|error| (error.at, error.what));
    let refused = |at| Err((Some(at), Flaw::NoPoll));
    // The return of `with` is one more word.
    assert_eq!(judged(&[free(31)]), Ok(()));
    assert_eq!(judged(&[free(32)]), refused(32));
    let window = Insn::Call { argc: Argc(0), win: Win(0) };
    for paid in [Insn::Poll {}, window, Insn::Return { src: Src(0) }] {
        assert_eq!(judged(&[free(31), vec![paid], free(31)]), Ok(()), "{paid:?}");
        assert_eq!(judged(&[free(32), vec![paid], free(31)]), refused(32), "{paid:?}");
        assert_eq!(judged(&[free(31), vec![paid], free(32)]), refused(64), "{paid:?}");
    }
}

#[test]
fn free_code_is_as_long_as_its_longest_way() {
    let judged = |parts: &[Vec<Insn>]| verify(&with(&parts.concat())).map_err(|error| (error.at, error.what));
    let refused = |at| Err((Some(at), Flaw::NoPoll));
    let skip = |words| vec![Insn::JumpTrue { src: Src(0), to: Forward32(words) }];
    let poll = || vec![Insn::Poll {}];
    // A poll that is jumped over does not count, and neither do the words that are skipped.
    assert_eq!(judged(&[free(10), skip(20), free(19), poll(), free(19)]), Ok(()));
    assert_eq!(judged(&[free(10), skip(20), free(19), poll(), free(20)]), refused(52));
    // Polls do not count if each of them is jumped over.
    let chain = [skip(1), poll()].concat().repeat(15);
    assert_eq!(judged(&[chain.clone(), free(1)]), Ok(()));
    assert_eq!(judged(&[chain, free(2)]), refused(47));
    // After an unconditional jump, only its target counts.
    let jump = |words| vec![Insn::Jump { to: Forward24(words) }];
    assert_eq!(judged(&[free(3), jump(32), free(31), poll(), free(27)]), Ok(()));
    assert_eq!(judged(&[free(3), jump(32), free(31), poll(), free(28)]), refused(64));
    // An iteration of a loop costs fuel, but not the exit from the loop.
    let turn = |back: i32| vec![Insn::LoopTrue { src: Src(0), to: Back32(-back) }];
    assert_eq!(judged(&[free(20), turn(22), free(9)]), Ok(()));
    assert_eq!(judged(&[free(20), turn(22), free(10)]), refused(32));
}

#[test]
fn errors_go_on_at_a_poll_behind() {
    let insns = [
        Insn::Closure { dst: Dst(0), function: Fn32(5) },
        Insn::Throw { src: Src(0) },
        Insn::Poll {},
        Insn::LoadNil { dst: Dst(0) },
        Insn::Poll {},
    ];
    let judged = |from, to, target, register| {
        let mut program = with(&insns);
        program.functions[1].handlers.push(Handler { from, to, target, register }).unwrap();
        verify(&program).map_err(|error| error.what)
    };
    for (from, to, target, register) in [(0, 3, 3, 7), (0, 2, 3, 0), (2, 3, 5, 0), (3, 4, 5, 0), (0, 5, 5, 0)]
    {
        assert_eq!(judged(from, to, target, register), Ok(()), "{from} {to} {target}");
    }
    // No register, no instructions, none that begins there, no poll, one before the end of the part.
    let bad =
        [(0, 3, 3, 8), (0, 0, 3, 0), (3, 2, 3, 0), (1, 3, 3, 0), (0, 1, 3, 0), (0, 2, 2, 0), (0, 2, 4, 0)];
    let far = [
        (0, 5, 3, 0),
        (0, 4, 3, 0),
        (0, 7, 7, 0),
        (0, 2, 7, 0),
        (u32::MAX, 2, 3, 0),
        (0, u32::MAX, u32::MAX, 0),
    ];
    for (from, to, target, register) in bad.into_iter().chain(far) {
        assert_eq!(judged(from, to, target, register), Err(Flaw::BadHandler(0)), "{from} {to} {target}");
    }
}

/// The poll at a handler is one word more on the way of an error.
#[test]
fn free_code_before_a_handler_is_short() {
    let judged = |words: usize| {
        let mut program = with(&[free(words), vec![Insn::Poll {}]].concat());
        let to = words as u32;
        program.functions[1].handlers.push(Handler { from: 0, to, target: to, register: 0 }).unwrap();
        verify(&program).map_err(|error| error.what)
    };
    assert_eq!(judged(31), Ok(()));
    assert_eq!(judged(32), Err(Flaw::NoPoll));
}

/// The jumps cross several words of the bitmap of instruction boundaries.
#[test]
fn jumps_may_be_long() {
    let mut insns = vec![Insn::Poll {}; 1000];
    insns[0] = Insn::Jump { to: Forward24(998) };
    insns.push(Insn::Loop { to: Back24(-1001) });
    assert_eq!(changed(|code| set_words(code, &insns)), Ok(()));
    insns[0] = Insn::Jump { to: Forward24(1001) };
    let what = Flaw::BadOperand(OperandName::to, AnyOperand::Forward24(Forward24(1001)));
    assert_eq!(changed(|code| set_words(code, &insns)), Err((Some(0), what)));
}

#[test]
fn no_memory_is_an_error() {
    let program = with(&[]);
    let mem = program.functions.mem();
    let image = program.pack(mem).unwrap();
    mem.set_limit(mem.usage().used);
    let judged = siskin_core::bytecode::verify(Image::new(image.as_ref()).unwrap(), mem);
    assert_eq!(judged.map_err(|error| error.what), Err(Flaw::OutOfMemory));
}

#[test]
fn errors_say_where() {
    let error = verify(&with(&[Insn::Print { src: Src(8) }])).unwrap_err();
    assert_eq!(error.to_string(), "function 1 at 0000: operand src (src) must not be r8");
    assert_eq!(verify(&program()).unwrap_err().to_string(), "there is no script");
}
