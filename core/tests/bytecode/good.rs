//! Random programs that the verifier accepts, and small changes to them.

use proptest::prelude::*;
use proptest::sample::Index;
use siskin_core::bytecode::operand::OperandKind;
use siskin_core::bytecode::{Assembly, Capture, Const, Field, FnIndex, Handler, OP_COUNT, Op, Site, Text};
use siskin_core::testing::bytecode::{code, fill, program, text};

const STRINGS: [&str; 2] = ["name", "\u{20ac}"];
const NAME: Text = Text(1);
const WORD: Text = Text(2);
const REGISTERS: u16 = 20;
/// The constants of every function by kind; the one of [`FUNCTION`] is nil in the last function.
const NUMBERS: [u32; 2] = [0, 5];
const NAMES: [u32; 1] = [6];
const LITERALS: [u32; 5] = [0, 1, 2, 3, 5];
const GLOBAL: u32 = 4;
const FUNCTION: u32 = 7;

/// An opcode, and numbers from which operands are chosen.
type Seed = (usize, [u32; 4]);

/// One to three functions that the verifier accepts.
pub(crate) fn good_program() -> impl Strategy<Value = Assembly> {
    any_program(15)
}

/// One to three functions of fewer instructions than that, which may be too many without a poll; nothing else is wrong.
pub(crate) fn any_program(instructions: usize) -> impl Strategy<Value = Assembly> {
    let seed = (0..OP_COUNT, any::<[u32; 4]>());
    prop::collection::vec(prop::collection::vec(seed, 0..instructions), 1..4).prop_map(|functions| {
        let mut program = program();
        for string in STRINGS {
            text(&mut program, string);
        }
        let count = functions.len();
        for (own, seeds) in functions.into_iter().enumerate() {
            let captures: &[Capture] = match own {
                0 => &[],
                1 => &[Capture::Register(3), Capture::Register(REGISTERS - 1)],
                _ => &[Capture::Upvalue(1), Capture::Register(0)],
            };
            let child = if own + 1 < count { Const::Fn(FnIndex(own as u32 + 1)) } else { Const::Nil };
            let number = Const::Number(1.5);
            let word = Const::Str(WORD);
            let consts = [
                number,
                Const::Nil,
                Const::Bool(true),
                word,
                Const::Global(NAME),
                number,
                Const::Name(NAME),
                child,
            ];
            let mut code = code(&program, NAME, 0, REGISTERS, &[]);
            let seeds_len = seeds.len();
            let words = words(seeds, captures.len() as u32, own + 1 < count);
            code.words.extend_from_slice(&words).unwrap();
            code.handlers.extend_from_slice(&handlers(&words)).unwrap();
            fill(&mut code, &consts, &vec![Site { name: NAME }; seeds_len + 1], captures);
            program.functions.push(code).unwrap();
        }
        program
    })
}

/// A handler for each poll, of all instructions before it.
fn handlers(words: &[u32]) -> Vec<Handler> {
    let (mut handlers, mut at) = (Vec::new(), 0);
    while let Some(op) = words.get(at).and_then(|&word| Op::from_word(word)) {
        let target = at as u32;
        if op == Op::Poll && target > 0 {
            handlers.push(Handler { from: 0, to: target, target, register: REGISTERS - 1 });
        }
        at += op.words();
    }
    handlers
}

/// Instructions with valid operands, and a `return.nil`.
fn words(mut seeds: Vec<Seed>, captures: u32, has_child: bool) -> Vec<u32> {
    seeds.retain(|seed| {
        let op = Op::from_word(seed.0 as u32).unwrap();
        op != Op::Finish
            && op.row().operands.iter().all(|operand| match operand.kind {
                OperandKind::Upvalue16 => captures > 0,
                OperandKind::Fn32 => has_child,
                _ => true,
            })
    });
    seeds.push((Op::ReturnNil as usize, [0; 4]));
    let mut starts = vec![0];
    for seed in &seeds {
        starts.push(starts[starts.len() - 1] + Op::from_word(seed.0 as u32).unwrap().words() as u32);
    }
    let len = starts.pop().unwrap();

    let mut words = Vec::new();
    for (index, (op, choices)) in seeds.iter().enumerate() {
        let op = Op::from_word(*op as u32).unwrap();
        let next = starts.get(index + 1).copied().unwrap_or(len);
        let mut pair = [op as u32, 0];
        for (operand, &choice) in op.row().operands.iter().zip(choices) {
            let pick = |from: &[u32]| from[choice as usize % from.len()];
            let bits = match operand.kind {
                OperandKind::Dst
                | OperandKind::Src
                | OperandKind::Var
                | OperandKind::FarDst
                | OperandKind::FarSrc => choice % u32::from(REGISTERS),
                OperandKind::Argc => choice % 4,
                OperandKind::Member => choice % 9,
                OperandKind::Win | OperandKind::SuperWin => choice % (u32::from(REGISTERS) - 4),
                OperandKind::Regs | OperandKind::IterBegin | OperandKind::Iter | OperandKind::KeyIter => {
                    choice % (u32::from(REGISTERS) - 4)
                }
                OperandKind::Count32 => choice % 5,
                OperandKind::Imm8 | OperandKind::Imm16 | OperandKind::Count => choice,
                OperandKind::Num8 => pick(&NUMBERS),
                OperandKind::Lit8 | OperandKind::Lit32 => pick(&LITERALS),
                OperandKind::Name32 => pick(&NAMES),
                OperandKind::Global32 => GLOBAL,
                OperandKind::Fn32 => FUNCTION,
                OperandKind::Upvalue16 => choice % captures,
                OperandKind::Site32 => index as u32,
                OperandKind::Forward24 | OperandKind::Forward32 => pick(&starts[index + 1..]) - next,
                OperandKind::Back24 | OperandKind::Back32 => pick(&starts[..=index]).wrapping_sub(next),
            };
            match operand.field {
                Field::a => pair[0] |= (bits & 0xFF) << 8,
                Field::b => pair[0] |= (bits & 0xFF) << 16,
                Field::c => pair[0] |= bits << 24,
                Field::bx => pair[0] |= bits << 16,
                Field::sbx => pair[0] |= bits << 8,
                Field::x => pair[1] = bits,
            }
        }
        words.extend_from_slice(&pair[..op.words()]);
    }
    words
}

/// A small change to a program, valid or not.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    FlipBit(Index, u32),
    SetWord(Index, u32),
    PushWord(u32),
    PopWord,
    Registers(u16),
    Arity(u8),
    Name(Text),
    Const(Index, Const),
    PopConst,
    Site(Index, Text),
    PopSites(usize),
    Capture(Capture),
    Handler(Handler),
    Text(Index, u8),
    End(Index, u32),
}

/// Any change, and the function to change.
pub(crate) fn any_change() -> impl Strategy<Value = (Index, Change)> {
    let text = || prop_oneof![3 => (0_u32..5).prop_map(Text), 1 => any::<u32>().prop_map(Text)];
    let constant = prop_oneof![
        (0x7FF7_FFFF_FFFF_FFFE..0x7FF8_0000_0000_0003_u64, any::<bool>())
            .prop_map(|(bits, sign)| Const::Number(f64::from_bits(bits | u64::from(sign) << 63))),
        any::<u64>().prop_map(|bits| Const::Number(f64::from_bits(bits))),
        Just(Const::Nil),
        text().prop_map(Const::Str),
        text().prop_map(Const::Name),
        text().prop_map(Const::Global),
        (0_u32..4).prop_map(|index| Const::Fn(FnIndex(index))),
    ];
    let capture = prop_oneof![
        (0_u16..30).prop_map(Capture::Register),
        (0_u16..4).prop_map(Capture::Upvalue),
        any::<u16>().prop_map(Capture::Register),
    ];
    let handler = (0_u32..12, 0_u32..12, 0_u32..12, 0_u16..24).prop_map(|(from, more, skipped, register)| {
        Handler { from, to: from + more, target: from + more + skipped, register }
    });
    let any_index = any::<Index>;
    let change = prop_oneof![
        30 => (any_index(), 0_u32..32).prop_map(|(word, bit)| Change::FlipBit(word, bit)),
        10 => (any_index(), any::<u32>()).prop_map(|(word, bits)| Change::SetWord(word, bits)),
        2 => any::<u32>().prop_map(Change::PushWord),
        2 => Just(Change::PopWord),
        4 => (0_u16..30).prop_map(Change::Registers),
        1 => any::<u8>().prop_map(Change::Arity),
        1 => text().prop_map(Change::Name),
        6 => (any_index(), constant).prop_map(|(index, constant)| Change::Const(index, constant)),
        2 => Just(Change::PopConst),
        2 => (any_index(), text()).prop_map(|(index, text)| Change::Site(index, text)),
        2 => (0..OP_COUNT).prop_map(Change::PopSites),
        4 => capture.prop_map(Change::Capture),
        4 => handler.prop_map(Change::Handler),
        1 => (any_index(), any::<u8>()).prop_map(|(index, byte)| Change::Text(index, byte)),
        1 => (any_index(), 0_u32..9).prop_map(|(index, end)| Change::End(index, end)),
    ];
    (any_index(), change)
}

impl Change {
    /// Changes function number `function`, or the text of all.
    pub(crate) fn apply(&self, program: &mut Assembly, function: usize) {
        if let Change::Text(index, byte) = self {
            let index = index.index(program.strings.text.len());
            program.strings.text[index] = *byte;
        }
        if let Change::End(index, end) = self {
            let index = index.index(program.strings.ends.len());
            program.strings.ends[index] = *end;
        }
        let code = &mut program.functions[function];
        let words = code.words.len();
        match *self {
            Change::FlipBit(index, bit) if words > 0 => code.words[index.index(words)] ^= 1 << bit,
            Change::SetWord(index, word) if words > 0 => code.words[index.index(words)] = word,
            Change::PushWord(word) => code.words.push(word).unwrap(),
            Change::PopWord => drop(code.words.pop()),
            Change::Registers(registers) => code.registers = registers,
            Change::Arity(arity) => (code.arity, code.required) = (arity, arity),
            Change::Name(name) => code.name = name,
            Change::Const(index, constant) if !code.consts.is_empty() => {
                let index = index.index(code.consts.len());
                code.consts[index] = constant;
            }
            Change::PopConst => drop(code.consts.pop()),
            Change::Site(index, name) if !code.sites.is_empty() => {
                let index = index.index(code.sites.len());
                code.sites[index].name = name;
            }
            Change::PopSites(left) => code.sites.truncate(left),
            Change::Handler(handler) => code.handlers.push(handler).unwrap(),
            Change::Capture(capture) => code.captures.push(capture).unwrap(),
            _ => {}
        }
    }
}
