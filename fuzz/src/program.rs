//! Makes a bytecode program of bytes, such that a small change of the bytes is a small change of the program.
//!
//! ```text
//!   modes (2), functions
//!   per function: arity, registers, captures { which, index }, consts { kind, payload }, sites, words
//!   per instruction: opcode, then 7 bytes for its two words
//! ```
//!
//! Names come from a fixed text. Bit 2 of the modes leaves instructions as they are read, which mostly tests the
//! verifier. Without it, operands are adjusted to name something that exists, so that most programs are accepted and
//! test the interpreter.
//!
//! Such programs rarely run for long. So with bit 3 the input is a source text, whose compiled program is changed here
//! and there; see [`mutated`].

use crate::Bytes;
use siskin::{Dialect, Vm};
use siskin_core::bytecode::lines::LineMarks;
use siskin_core::bytecode::operand::{Dst, Iter, IterBegin, KeyIter, OperandKind};
use siskin_core::bytecode::{
    Assembly, Capture, Const, Effect, Field, FnCode, FnIndex, Handler, Insn, OP_COUNT, Op, POLL, Program,
    ROWS, RowOperand, Site, Text,
};
use siskin_core::mem::{Mem, OutOfMemory, Vec};

/// The names and strings, beside the empty one.
const STRINGS: [&str; 4] = ["init", "next", "\u{e9}\u{e9}", "abcd"];
/// `init`
const INIT: Text = Text(1);

/// Mode: leave operands as they are read.
pub const RAW: u8 = 4;

impl Bytes<'_> {
    fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.next(), self.next(), self.next(), self.next()])
    }

    fn name(&mut self) -> Text {
        Text(INIT.0 + self.below(STRINGS.len()) as u32)
    }
}

/// Mode: compile a source text and change the program.
pub const MUTATE: u8 = 8;

/// The program that `data` describes in one way or the other; nothing if memory is out, or if the text has errors.
pub fn of(data: &[u8], vm: &Vm) -> Option<Assembly> {
    match data.first() {
        Some(modes) if modes & MUTATE != 0 => mutated(data, vm),
        _ => decode(data, vm.mem()).ok(),
    }
}

/// The program that `data` describes. The first two bytes are the target's modes; only [`RAW`] counts here.
///
/// # Errors
/// When memory is out.
pub fn decode(data: &[u8], mem: &Mem) -> Result<Assembly, OutOfMemory> {
    let mut bytes = Bytes(data);
    let modes = bytes.next();
    bytes.next();
    let count = 1 + bytes.below(4);
    let mut program = Assembly::new(mem)?;
    for string in STRINGS {
        program.add(string)?;
    }
    for index in 0..count {
        let code = function(&mut bytes, index, count, modes & RAW != 0, mem)?;
        program.functions.push(code)?;
    }
    Ok(program)
}

fn function(
    bytes: &mut Bytes<'_>,
    own: usize,
    count: usize,
    raw: bool,
    mem: &Mem,
) -> Result<FnCode, OutOfMemory> {
    let arity = if own == 0 { 0 } else { bytes.below(4) as u8 };
    let mut code = FnCode {
        name: if own == 0 { Text::default() } else { bytes.name() },
        arity,
        required: arity,
        rest: false,
        registers: registers(bytes.next()),
        words: Vec::new(mem),
        consts: Vec::new(mem),
        sites: Vec::new(mem),
        captures: Vec::new(mem),
        handlers: Vec::new(mem),
        spans: Vec::new(mem),
        lines: LineMarks::new(mem),
    };
    if own > 0 {
        for _ in 0..bytes.below(4) {
            let index = u16::from(bytes.next() % 8);
            // The script, which makes function 1, has captured nothing.
            let register = own == 1 || index < 6;
            code.captures.push(if register {
                Capture::Register(index)
            } else {
                Capture::Upvalue(index - 6)
            })?;
        }
    }
    for _ in 0..bytes.below(12) {
        let constant = constant(bytes, own, count);
        code.consts.push(constant)?;
    }
    for _ in 0..bytes.below(16) {
        let name = bytes.name();
        code.sites.push(Site { name })?;
    }
    let instructions = bytes.below(48);
    for _ in 0..instructions {
        let op = any_op(bytes);
        let at = code.words.len();
        let a = u32::from(bytes.next());
        code.words
            .push(op as u32 | a << 8 | (u32::from(bytes.next()) | u32::from(bytes.next()) << 8) << 16)?;
        if op.words() == 2 {
            let word = bytes.word();
            code.words.push(word)?;
        }
        let site = free_site(&code, at);
        if !raw && !bend(&mut code, at, op, site) {
            code.words.truncate(at);
        }
    }
    let (word, _) = Insn::ReturnNil {}.encode();
    code.words.push(word)?;
    if !raw {
        bend_jumps(&mut code);
        put_polls(&mut code);
    }
    put_handlers(bytes, &mut code, raw)?;
    code.lines.mark(0, 1)?;
    Ok(code)
}

/// The number of registers for a byte: mostly few; for a quarter of the bytes up to 2,024, of which only `get.far` and
/// `set.far` reach all.
fn registers(byte: u8) -> u16 {
    let byte = u16::from(byte);
    if byte < 192 { 8 + byte % 8 } else { 8 + (byte - 191) * 63 / 2 }
}

/// A compiled program with changes:
///
/// ```text
///   modes (2), count of changes, per change 8 bytes, source text
/// ```
pub fn mutated(data: &[u8], vm: &Vm) -> Option<Assembly> {
    let (&[modes, _, count], rest) = data.split_first_chunk()?;
    let (changes, source) = rest.split_at_checked(usize::from(count % 16) * 8)?;
    let program = vm.compile(std::str::from_utf8(source).ok()?, Dialect::Siskin).ok()?;
    let mut program = unpack(&program, vm.mem()).ok()?;
    for change in changes.chunks_exact(8) {
        let mut bytes = Bytes(change);
        let function = bytes.below(program.functions.len());
        let names = program.strings.ends.len() as u32;
        let code = program.functions.get_mut(function)?;
        mutate(&mut bytes, code, names, modes & RAW != 0).ok()?;
    }
    if modes & RAW == 0 {
        program.functions.iter_mut().for_each(put_polls);
    }
    Some(program)
}

/// The assembly that a program was packed from, but for its lines.
fn unpack(program: &Program, mem: &Mem) -> Result<Assembly, OutOfMemory> {
    let image = program.image();
    let mut assembly = Assembly::new(mem)?;
    assembly.builtin_methods = image.has_builtin_methods();
    for index in 1..image.text_count() {
        assembly.add(image.text(Text(index as u32)))?;
    }
    for code in image.functions() {
        let mut unpacked = FnCode {
            name: code.name,
            arity: code.arity,
            required: code.required,
            rest: code.rest,
            registers: code.registers,
            words: Vec::from_slice(mem, code.words)?,
            consts: Vec::new(mem),
            sites: Vec::new(mem),
            captures: Vec::new(mem),
            handlers: Vec::new(mem),
            spans: Vec::new(mem),
            lines: LineMarks::new(mem),
        };
        code.consts.iter().try_for_each(|constant| unpacked.consts.push(constant))?;
        code.sites.iter().try_for_each(|site| unpacked.sites.push(site))?;
        code.captures.iter().try_for_each(|capture| unpacked.captures.push(capture))?;
        code.handlers.iter().try_for_each(|handler| unpacked.handlers.push(handler))?;
        assembly.functions.push(unpacked)?;
    }
    Ok(assembly)
}

/// Makes one change to a function: what, where (two bytes), and four bytes that say how.
fn mutate(bytes: &mut Bytes<'_>, code: &mut FnCode, text: u32, raw: bool) -> Result<(), OutOfMemory> {
    let what = bytes.next() % 10;
    let place = usize::from(bytes.next()) | usize::from(bytes.next()) << 8;
    let starts = starts(code);
    let Some(&at) = starts.get(place % starts.len().max(1)) else { return Ok(()) };
    let Some(op) = Op::from_word(code.words[at]) else { return Ok(()) };
    let operand = op.row().operands.iter().find(|operand| operand.kind == OperandKind::Site32);
    let mut site = operand.map(|operand| get(code, at, operand.field));
    match what {
        0..=2 => {
            // A different operand: mostly another register, or another target of a jump.
            let operands = op.row().operands;
            let Some(operand) = operands.get(bytes.below(operands.len())) else { return Ok(()) };
            let bits = get(code, at, operand.field) ^ u32::from(bytes.next());
            put(code, at, operand.field, bits);
            aim(code, &starts, place % starts.len(), operand);
        }
        3 | 4 => {
            // Another instruction of the same length, with the same bits.
            let other = any_op(bytes);
            if other.words() == op.words() && !jumps(other) && !op.row().has(Effect::end) {
                code.words[at] = code.words[at] & !0xFF | other as u32;
                site = Some(code.sites.len() as u32);
                let name = Text(u32::from(bytes.next()) % text);
                code.sites.push(Site { name })?;
            }
        }
        5 => {
            // Two instructions change places.
            let other = starts[bytes.below(starts.len())];
            let (low, high) = (at.min(other), at.max(other));
            let is_plain = |at: usize| {
                Op::from_word(code.words[at]).is_some_and(|op| !jumps(op) && !op.row().has(Effect::end))
            };
            let same = Op::from_word(code.words[other]).is_some_and(|other| other.words() == op.words());
            if same && low != high && is_plain(at) && is_plain(other) {
                for word in 0..op.words() {
                    code.words.swap(low + word, high + word);
                }
            }
            return Ok(());
        }
        6 => {
            let more = u16::from(bytes.next());
            code.registers = if raw { more } else { code.registers.saturating_add(more) };
            return Ok(());
        }
        7 => {
            code.arity = bytes.next() % 4;
            code.required = code.required.min(code.arity);
            return Ok(());
        }
        8 => {
            let (from, to) = (bytes.below(code.consts.len()), bytes.below(code.consts.len()));
            if let Some(&constant) = code.consts.get(from) {
                code.consts[to] = constant;
            }
            return Ok(());
        }
        _ => {
            let len = code.captures.len();
            let capture = bytes.below(len);
            let index = u16::from(bytes.next());
            if let Some(capture) = code.captures.get_mut(capture) {
                *capture =
                    if index & 1 == 0 { Capture::Register(index / 2) } else { Capture::Upvalue(index / 2) };
            }
            return Ok(());
        }
    }
    if !raw
        && let Some(op) = Op::from_word(code.words[at])
        && !bend(code, at, op, site)
    {
        // There is nothing that the operand could name.
        let (word, _) = Insn::LoadNil { dst: Dst(0) }.encode();
        code.words[at..at + op.words()].fill(word);
    }
    Ok(())
}

fn jumps(op: Op) -> bool {
    op.row().has(Effect::jump)
}

/// Where instructions begin.
fn starts(code: &FnCode) -> std::vec::Vec<usize> {
    let mut starts = std::vec::Vec::new();
    let mut at = 0;
    while let Some(op) = code.words.get(at).and_then(|&word| Op::from_word(word)) {
        starts.push(at);
        at += op.words();
    }
    starts
}

fn constant(bytes: &mut Bytes<'_>, own: usize, count: usize) -> Const {
    match bytes.next() % 8 {
        0 => Const::Nil,
        1 => Const::Bool(bytes.next() & 1 == 1),
        2 => Const::Number(f64::from(bytes.next() as i8)),
        3 => Const::Number(f64::from_bits(u64::from(bytes.word()) << 32 | u64::from(bytes.word()))),
        4 => Const::Str(bytes.name()),
        5 if own + 1 < count => Const::Fn(FnIndex((own + 1 + bytes.below(count - own - 1)) as u32)),
        6 => Const::Name(INIT),
        _ => Const::Global(bytes.name()),
    }
}

/// Any opcode but the library's own.
fn any_op(bytes: &mut Bytes<'_>) -> Op {
    match ROWS[bytes.below(OP_COUNT)].op {
        Op::Finish => Op::ReturnNil,
        op => op,
    }
}

/// Bends the operands of the instruction at `at`, jumps apart, to what exists; false if there is no such thing.
/// `site` is free for it.
fn bend(code: &mut FnCode, at: usize, op: Op, site: Option<u32>) -> bool {
    let registers = u32::from(code.registers);
    let argc = code.words[at] >> 8 & 0xFF;
    op.row().operands.iter().all(|operand| {
        let bits = get(code, at, operand.field);
        let bent = match operand.kind {
            OperandKind::Dst
            | OperandKind::Src
            | OperandKind::Var
            | OperandKind::FarDst
            | OperandKind::FarSrc => Some(bits % registers),
            // The window needs registers for the arguments, and for the superclass after them.
            OperandKind::Win | OperandKind::SuperWin => {
                bits.checked_rem(registers.saturating_sub(argc % 4 + 1))
            }
            OperandKind::Regs => bits.checked_rem(registers),
            // The row comes before its count.
            OperandKind::Count32 => {
                let first = get(code, at, Field::bx);
                bits.checked_rem(registers.saturating_sub(first) + 1)
            }
            OperandKind::IterBegin => {
                bits.checked_rem(registers.saturating_sub(u32::from(IterBegin::REGISTERS) - 1))
            }
            OperandKind::Iter => bits.checked_rem(registers.saturating_sub(u32::from(Iter::REGISTERS) - 1)),
            OperandKind::KeyIter => {
                bits.checked_rem(registers.saturating_sub(u32::from(KeyIter::REGISTERS) - 1))
            }
            OperandKind::Argc => Some(bits % 4),
            OperandKind::Member => Some(bits % 9),
            OperandKind::Num8 => find(code, bits, |constant| matches!(constant, Const::Number(_))),
            OperandKind::Lit8 | OperandKind::Lit32 => find(code, bits, |constant| {
                !matches!(constant, Const::Name(_) | Const::Global(_) | Const::Fn(_))
            }),
            OperandKind::Name32 => find(code, bits, |constant| matches!(constant, Const::Name(_))),
            OperandKind::Global32 => find(code, bits, |constant| matches!(constant, Const::Global(_))),
            OperandKind::Fn32 => find(code, bits, |constant| matches!(constant, Const::Fn(_))),
            OperandKind::Upvalue16 => bits.checked_rem(code.captures.len() as u32),
            // A site belongs to one instruction.
            OperandKind::Site32 => site,
            _ => Some(bits),
        };
        bent.inspect(|&bits| put(code, at, operand.field, bits)).is_some()
    })
}

/// The constant at or after index `from`, going round, that is `wanted`.
fn find(code: &FnCode, from: u32, wanted: impl Fn(&Const) -> bool) -> Option<u32> {
    let len = code.consts.len();
    let from = (from as usize).checked_rem(len)?;
    (from..len).chain(0..from).find(|&index| wanted(&code.consts[index])).map(|index| index as u32)
}

/// The first site that no instruction before `at` uses, if there is one.
fn free_site(code: &FnCode, at: usize) -> Option<u32> {
    let mut used = 0;
    let mut before = 0;
    while before < at {
        let op = Op::from_word(code.words[before])?;
        used += usize::from(op.row().operands.iter().any(|operand| operand.kind == OperandKind::Site32));
        before += op.words();
    }
    (used < code.sites.len()).then_some(used as u32)
}

/// Bends jumps to where an instruction begins, in their direction.
fn bend_jumps(code: &mut FnCode) {
    let starts = starts(code);
    for (index, &at) in starts.iter().enumerate() {
        let Some(op) = Op::from_word(code.words[at]) else { continue };
        for operand in op.row().operands {
            aim(code, &starts, index, operand);
        }
    }
}

/// Puts polls in place of instructions that would be too many without one.
fn put_polls(code: &mut FnCode) {
    let mut paths = vec![0; code.words.len()];
    let (mut at, mut free) = (0, 0);
    while let Some(op) = code.words.get(at).and_then(|&word| Op::from_word(word)) {
        let next = at + op.words();
        free = op.words() + free.max(paths[at]);
        // One word is kept for the return at the end.
        if free >= POLL && next < code.words.len() {
            code.words[at..next].fill(Insn::Poll {}.encode().0);
            free = 0;
        } else {
            let insn = code.words.get(at..).and_then(Insn::decode);
            insn.iter().for_each(|insn| {
                insn.operands(|_, operand| {
                    let ahead = operand.jump().and_then(|to| usize::try_from(to).ok());
                    if let Some(path) = ahead.and_then(|to| paths.get_mut(next + to)) {
                        *path = free.max(*path);
                    }
                });
            });
            let row = op.row();
            if row.ends_free_code() || row.has(Effect::end) {
                free = 0;
            }
        }
        at = next;
    }
}

/// Has polls catch the errors of instructions before them. If `raw`, a handler may be anything.
fn put_handlers(bytes: &mut Bytes<'_>, code: &mut FnCode, raw: bool) -> Result<(), OutOfMemory> {
    let starts = starts(code);
    let poll = |at: usize| code.words.get(at).and_then(|&word| Op::from_word(word)) == Some(Op::Poll);
    let polls: std::vec::Vec<usize> = (1..starts.len()).filter(|&index| poll(starts[index])).collect();
    for _ in 0..bytes.below(4) {
        let mut handler =
            Handler { from: 0, to: bytes.next().into(), target: bytes.next().into(), register: 0 };
        if !raw {
            let Some(&index) = polls.get(bytes.below(polls.len())) else { break };
            let from = starts[bytes.below(index)] as u32;
            let target = starts[index] as u32;
            handler =
                Handler { from, to: target, target, register: u16::from(bytes.next()) % code.registers };
        }
        code.handlers.push(handler)?;
    }
    Ok(())
}

/// Bends one operand of an instruction, if it is a jump, to where one of the instructions begins, in its direction.
fn aim(code: &mut FnCode, starts: &[usize], index: usize, operand: &RowOperand) {
    let targets = match operand.kind {
        OperandKind::Forward24 | OperandKind::Forward32 => &starts[index + 1..],
        OperandKind::Back24 | OperandKind::Back32 => &starts[..=index],
        _ => return,
    };
    let at = starts[index];
    let next = at + Op::from_word(code.words[at]).map_or(1, Op::words);
    let bits = get(code, at, operand.field) as usize;
    // There is always a later instruction: the last one is not a jump.
    if let Some(&to) = targets.get(bits % targets.len().max(1)) {
        put(code, at, operand.field, (to as i64 - next as i64) as u32);
    }
}

/// The word, shift and mask of a field.
fn place(field: Field) -> (usize, u32, u32) {
    match field {
        Field::a => (0, 8, 0xFF),
        Field::b => (0, 16, 0xFF),
        Field::c => (0, 24, 0xFF),
        Field::bx => (0, 16, 0xFFFF),
        Field::sbx => (0, 8, 0xFF_FFFF),
        Field::x => (1, 0, u32::MAX),
    }
}

fn get(code: &FnCode, at: usize, field: Field) -> u32 {
    let (word, shift, mask) = place(field);
    code.words[at + word] >> shift & mask
}

fn put(code: &mut FnCode, at: usize, field: Field, bits: u32) {
    let (word, shift, mask) = place(field);
    let word = &mut code.words[at + word];
    *word = *word & !(mask << shift) | (bits & mask) << shift;
}
