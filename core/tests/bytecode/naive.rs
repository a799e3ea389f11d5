//! A second verifier, simple and slow, that shares no code with the first. It reads fields from words as the drawing in
//! `bytecode/operand.rs` shows them, and takes rows from the table.

use std::collections::{BTreeMap, BTreeSet};

use siskin_core::bytecode::operand::OperandKind;
use siskin_core::bytecode::{Assembly, Capture, Const, Effect, Field, FnCode, Handler, ROWS, Row, Text};

/// Whether a machine that checks nothing may run the program.
pub(crate) fn acceptable(program: &Assembly) -> bool {
    let Some(strings) = strings(program) else { return false };
    let Some(script) = program.functions.first() else { return false };
    script.arity == 0
        && script.captures.is_empty()
        && program
            .functions
            .iter()
            .enumerate()
            .all(|(own, code)| function(program, strings, own, code).is_some())
}

fn ensure(good: bool) -> Option<()> {
    good.then_some(())
}

/// How many strings there are, if they are.
fn strings(program: &Assembly) -> Option<usize> {
    let text = std::str::from_utf8(&program.strings.text).ok()?;
    let mut start = 0;
    for &end in &program.strings.ends {
        text.get(start..end as usize)?;
        start = end as usize;
    }
    ensure(program.strings.ends.first() == Some(&0) && start == text.len())?;
    Some(program.strings.ends.len())
}

fn is_text(strings: usize, text: Text) -> Option<()> {
    ensure((text.0 as usize) < strings)
}

fn function(program: &Assembly, strings: usize, own: usize, code: &FnCode) -> Option<()> {
    is_text(strings, code.name)?;
    ensure(code.registers > u16::from(code.arity) && code.captures.len() < 0x1_0000)?;
    for site in &code.sites {
        is_text(strings, site.name)?;
    }
    for constant in &code.consts {
        match *constant {
            Const::Number(n) => {
                let plain = [0x7FF8_0000_0000_0000, 0xFFF8_0000_0000_0000];
                ensure(!n.is_nan() || plain.contains(&n.to_bits()))?;
            }
            Const::Str(part) | Const::Name(part) | Const::Global(part) => is_text(strings, part)?,
            Const::Fn(index) => ensure((own + 1..program.functions.len()).contains(&(index.0 as usize)))?,
            Const::Nil | Const::Bool(_) => {}
        }
    }

    let mut rows = BTreeMap::<usize, &Row>::new();
    let mut at = 0;
    while at < code.words.len() {
        let row = ROWS.get(usize::from(code.words[at].to_le_bytes()[0]))?;
        ensure(row.op.mnemonic() != "finish")?;
        rows.insert(at, row);
        at += length(row);
    }
    ensure(at == code.words.len())?;
    ensure(rows.last_key_value()?.1.has(Effect::end))?;

    let mut users = BTreeSet::new();
    for (&at, row) in &rows {
        for operand in row.operands {
            let bits = field(&code.words[at..], operand.field);
            ensure(good(program, code, &rows, at, operand.kind, bits))?;
            if operand.kind == OperandKind::Site32 {
                ensure(users.insert(bits))?;
            }
        }
    }
    for handler in &code.handlers {
        let [from, to, target] = [handler.from, handler.to, handler.target].map(|word| word as usize);
        ensure(rows.contains_key(&from) && rows.contains_key(&to) && from < to && to <= target)?;
        ensure(rows.get(&target)?.op.mnemonic() == "poll" && handler.register < code.registers)?;
    }
    ensure(free_words(code, &rows).values().all(|&words| words <= 32))
}

/// How many words may run from each instruction on before there is a unit of fuel, a poll or a return.
fn free_words(code: &FnCode, rows: &BTreeMap<usize, &Row>) -> BTreeMap<usize, usize> {
    let mut longest = BTreeMap::new();
    for (&at, row) in rows.iter().rev() {
        let next = at + length(row);
        let is_forward = |kind| matches!(kind, OperandKind::Forward24 | OperandKind::Forward32);
        let forward = row.operands.iter().find(|operand| is_forward(operand.kind));
        let to = forward.map(|operand| next + field(&code.words[at..], operand.field) as usize);
        let is_called = row.has(Effect::call);
        let falls_through = !row.has(Effect::end) && !is_called && row.op.mnemonic() != "poll";
        let is_in = |handler: &&Handler| (handler.from as usize..handler.to as usize).contains(&at);
        let caught = code.handlers.iter().filter(is_in).map(|handler| handler.target as usize);
        let caught = caught.filter(|_| row.op.mnemonic() != "poll");
        let ways = falls_through.then_some(next).into_iter().chain(to).chain(caught);
        let more = ways.filter_map(|way| longest.get(&way)).max().copied().unwrap_or(0);
        longest.insert(at, length(row) + more);
    }
    longest
}

fn length(row: &Row) -> usize {
    1 + row.operands.iter().filter(|operand| operand.field == Field::x).count()
}

/// A field's bits, unsigned except for `sbx`.
fn field(words: &[u32], field: Field) -> i64 {
    let [_, a, b, c] = words[0].to_le_bytes().map(i64::from);
    match field {
        Field::a => a,
        Field::b => b,
        Field::c => c,
        Field::bx => b + 256 * c,
        Field::sbx => {
            let raw = a + 256 * b + 65536 * c;
            if raw >= 1 << 23 { raw - (1 << 24) } else { raw }
        }
        Field::x => i64::from(words[1]),
    }
}

fn good(
    program: &Assembly,
    code: &FnCode,
    rows: &BTreeMap<usize, &Row>,
    at: usize,
    kind: OperandKind,
    bits: i64,
) -> bool {
    let registers = i64::from(code.registers);
    let next = (at + length(rows[&at])) as i64;
    let signed = |x: i64| if x >= 1 << 31 { x - (1 << 32) } else { x };
    let begins = |to: i64| usize::try_from(to).is_ok_and(|to| rows.contains_key(&to));
    let constant = code.consts.get(bits as usize);
    match kind {
        OperandKind::Dst
        | OperandKind::Src
        | OperandKind::Var
        | OperandKind::FarDst
        | OperandKind::FarSrc => bits < registers,
        OperandKind::Win | OperandKind::SuperWin => {
            let mut needed = (0..=bits).collect::<BTreeSet<_>>();
            needed.extend((1..=field(&code.words[at..], Field::a)).map(|argument| bits + argument));
            if rows[&at].op.mnemonic() == "super.invoke" {
                needed.insert(bits + field(&code.words[at..], Field::a) + 1);
            }
            needed.iter().all(|&register| register < registers)
        }
        OperandKind::Regs => true,
        OperandKind::Count32 => field(&code.words[at..], Field::bx) + bits <= registers,
        OperandKind::IterBegin => (0..3).all(|register| bits + register < registers),
        OperandKind::Iter => (0..4).all(|register| bits + register < registers),
        OperandKind::KeyIter => (0..5).all(|register| bits + register < registers),
        OperandKind::Member => bits < 9,
        OperandKind::Argc | OperandKind::Imm8 | OperandKind::Imm16 | OperandKind::Count => true,
        OperandKind::Num8 => matches!(constant, Some(Const::Number(_))),
        OperandKind::Lit8 | OperandKind::Lit32 => constant
            .is_some_and(|constant| !matches!(constant, Const::Fn(_) | Const::Name(_) | Const::Global(_))),
        OperandKind::Name32 => matches!(constant, Some(Const::Name(_))),
        OperandKind::Global32 => matches!(constant, Some(Const::Global(_))),
        OperandKind::Fn32 => match constant {
            Some(Const::Fn(child)) => {
                program.functions[child.0 as usize].captures.iter().all(|capture| match *capture {
                    Capture::Register(register) => i64::from(register) < registers,
                    Capture::Upvalue(index) => usize::from(index) < code.captures.len(),
                })
            }
            _ => false,
        },
        OperandKind::Upvalue16 => (bits as usize) < code.captures.len(),
        OperandKind::Site32 => (bits as usize) < code.sites.len(),
        OperandKind::Forward24 | OperandKind::Forward32 => {
            let to = next + signed(bits);
            to >= next && begins(to)
        }
        OperandKind::Back24 | OperandKind::Back32 => {
            let to = next + signed(bits);
            to <= at as i64 && begins(to)
        }
    }
}
