//! No register is read before it is written, whatever way a function runs.
//!
//! The interpreter does not need that (a stale register is safe), but a program whose result depends on
//! one is compiled wrongly. A forward data flow over each function: parameters are written at entry, a call
//! writes the first register of its window and spoils all behind it.

use siskin_core::bytecode::{Capture, Code, Const, Insn, Program};

/// A set of registers.
type Set = Vec<bool>;

/// The first read of a register that may not have been written, in words.
pub(crate) fn check(program: &Program) -> Result<(), String> {
    program.functions().enumerate().try_for_each(|(index, code)| {
        check_function(program, &code)
            .map_err(|(at, reg)| format!("function {index}, word {at}: reads r{reg} unwritten"))
    })
}

fn check_function(program: &Program, code: &Code<'_>) -> Result<(), (usize, usize)> {
    // What is written for certain before each word that is reached.
    let mut before: Vec<Option<Set>> = vec![None; code.words.len()];
    before[0] = Some((0..usize::from(code.registers)).map(|reg| reg <= usize::from(code.arity)).collect());
    let mut work = vec![0];
    while let Some(at) = work.pop() {
        let insn = Insn::decode(&code.words[at..]).unwrap();
        let mut set = before[at].clone().unwrap();
        let unwritten = reads(program, code, &insn).into_iter().find(|&reg| !set[reg]);
        if let Some(reg) = unwritten {
            return Err((at, reg));
        }
        let target = write(&insn, &mut set);
        let next = at + insn.op().words();
        let target = target.map(|to| (next as i64 + i64::from(to)) as usize);
        let through = insn.op().row().falls_through().then_some(next);
        for to in target.into_iter().chain(through) {
            let merged = match &before[to] {
                None => set.clone(),
                Some(old) => old.iter().zip(&set).map(|(a, b)| *a && *b).collect(),
            };
            if before[to].as_ref() != Some(&merged) {
                before[to] = Some(merged);
                work.push(to);
            }
        }
    }
    Ok(())
}

/// The registers that an instruction reads.
fn reads(program: &Program, code: &Code<'_>, insn: &Insn) -> Vec<usize> {
    let mut regs = Vec::new();
    insn.uses(|reg| regs.push(reg as usize));
    if let Insn::Closure { function, .. } = *insn {
        let Some(Const::Fn(index)) = code.consts.get(function.0 as usize) else { unreachable!() };
        let captures = program.function(index).unwrap().captures;
        regs.extend(captures.iter().filter_map(|capture| match capture {
            Capture::Register(reg) => Some(usize::from(reg)),
            Capture::Upvalue(_) => None,
        }));
    }
    regs
}

/// Notes what an instruction writes; gives its jump's distance.
fn write(insn: &Insn, set: &mut [bool]) -> Option<i32> {
    if let Some(window) = insn.window() {
        set[usize::from(window.first)..].fill(false);
    }
    insn.defines(|reg| set[reg as usize] = true);
    let mut target = None;
    insn.operands(|_, operand| target = target.or(operand.jump()));
    target
}
