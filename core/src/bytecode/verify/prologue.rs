//! Arguments that a call may leave out: nothing sees their registers before they have a value.
//!
//! The function begins with a test for each, in order:
//!
//! ```text
//!      ...                     before
//!      jump.given r2 -> L      a call with this argument jumps
//!      ...                     default
//!      r2 = ...                its last instruction but polls
//!   L: ...                     before, for the next one; after the last, the body
//! ```
//!
//! An error in such a part is caught in it, or not in this function. No jump leaves such a part but the test, so all paths to `L` give the register a value. An instruction in one uses no
//! register of an argument that may still be without.

use super::Flaw;
use super::error::Refusal;
use crate::bytecode::operand::Fn32;
use crate::bytecode::{AnyOperand, Capture, Code, Const, Effect, Image, Insn};
use crate::mem::{Mem, OutOfMemory, Vec};

/// Checks the beginning of `code`, whose instructions are whole and have been checked.
pub(super) fn check(image: Image<'_>, code: &Code<'_>, mem: &Mem) -> Result<(), Refusal> {
    let mut at = 0;
    // Where each part begins, and the last word in it that may be jumped to.
    let mut parts = Vec::new(mem);
    let mut note = |begin: usize, most: usize| match code.handlers.is_empty() {
        true => Ok(()),
        false => parts.push((begin, most)).map_err(|OutOfMemory| (None, Flaw::OutOfMemory)),
    };
    for missing in code.required..last_missing(code) {
        let missing = u32::from(missing) + 1;
        let (test, target) = find_test(code, at, missing).ok_or((Some(at as u32), Flaw::NoDefault))?;
        let part = Part { image, code, missing };
        note(at, test)?;
        part.check(at, test, test)?;
        let begin = test + words_at(code, test);
        let last = part.last(begin, target).ok_or((Some(test as u32), Flaw::NoDefault))?;
        note(begin, last)?;
        part.check(begin, target, last)?;
        at = target;
    }
    for handler in code.handlers.iter().filter(|handler| (handler.from as usize) < at) {
        let around = parts.partition_point(|&(begin, _)| begin <= handler.from as usize).checked_sub(1);
        let stays =
            around.and_then(|part| parts.get(part)).is_some_and(|&(_, most)| handler.target as usize <= most);
        if !stays {
            return Err((Some(handler.from), Flaw::NoDefault));
        }
    }
    Ok(())
}

/// The register of the last argument that a call may leave out: a rest is always there.
fn last_missing(code: &Code<'_>) -> u8 {
    code.arity.saturating_sub(u8::from(code.rest))
}

/// The first test from `at` on, if it is of register `missing`, and where it jumps to.
fn find_test(code: &Code<'_>, mut at: usize, missing: u32) -> Option<(usize, usize)> {
    loop {
        match Insn::decode(code.words.get(at..)?)? {
            Insn::JumpGiven { src, to } if u32::from(src.0) == missing => {
                let next = at + words_at(code, at);
                return Some((at, next + usize::try_from(to.0).ok()?));
            }
            Insn::JumpGiven { .. } => return None,
            insn => at += insn.op().words(),
        }
    }
}

fn words_at(code: &Code<'_>, at: usize) -> usize {
    code.words.get(at..).and_then(Insn::decode).map_or(1, |insn| insn.op().words())
}

/// A part of the beginning, in which register `missing` and those of later arguments may be without a value.
struct Part<'a> {
    image: Image<'a>,
    code: &'a Code<'a>,
    missing: u32,
}

impl Part<'_> {
    /// The last instruction before `end` that is no poll, if it gives the register its value.
    fn last(&self, begin: usize, end: usize) -> Option<usize> {
        let (mut at, mut last) = (begin, None);
        while at < end {
            if !matches!(self.code.words.get(at..).and_then(Insn::decode), Some(Insn::Poll {})) {
                last = Some(at);
            }
            at += words_at(self.code, at);
        }
        let last = last.filter(|_| at == end)?;
        let insn = Insn::decode(self.code.words.get(last..)?)?;
        let mut defines = false;
        insn.defines(|reg| defines |= reg == self.missing);
        (defines && !insn.op().row().has(Effect::jump)).then_some(last)
    }

    /// Checks the instructions from `begin` to before `end`, which may jump no further than to `most`.
    fn check(&self, begin: usize, end: usize, most: usize) -> Result<(), Refusal> {
        let mut at = begin;
        while at < end
            && let Some(insn) = self.code.words.get(at..).and_then(Insn::decode)
        {
            let next = at + insn.op().words();
            let mut good = true;
            insn.uses(|reg| good &= !self.is_missing(reg));
            // A callee's registers begin at the window.
            good &= insn.window().is_none_or(|window| u32::from(window.first) > u32::from(self.code.arity));
            insn.operands(|_, operand| good &= self.allows(operand, next, begin..=most));
            if !good {
                return Err((Some(at as u32), Flaw::NoDefault));
            }
            at = next;
        }
        Ok(())
    }

    fn is_missing(&self, reg: u32) -> bool {
        (self.missing..=u32::from(last_missing(self.code))).contains(&reg)
    }

    fn allows(&self, operand: AnyOperand, next: usize, lands: core::ops::RangeInclusive<usize>) -> bool {
        let within =
            |to: i32| usize::try_from(next as i64 + i64::from(to)).is_ok_and(|to| lands.contains(&to));
        match operand {
            AnyOperand::Forward24(to) => within(to.0),
            AnyOperand::Forward32(to) => within(to.0),
            AnyOperand::Back24(to) => within(to.0),
            AnyOperand::Back32(to) => within(to.0),
            AnyOperand::Fn32(function) => self.captures_none(function),
            AnyOperand::Dst(_)
            | AnyOperand::Src(_)
            | AnyOperand::Var(_)
            | AnyOperand::FarDst(_)
            | AnyOperand::FarSrc(_)
            | AnyOperand::Win(_)
            | AnyOperand::SuperWin(_)
            | AnyOperand::Regs(_)
            | AnyOperand::IterBegin(_)
            | AnyOperand::Iter(_)
            | AnyOperand::KeyIter(_)
            | AnyOperand::Count32(_)
            | AnyOperand::Argc(_)
            | AnyOperand::Member(_)
            | AnyOperand::Imm8(_)
            | AnyOperand::Imm16(_)
            | AnyOperand::Count(_)
            | AnyOperand::Num8(_)
            | AnyOperand::Lit8(_)
            | AnyOperand::Lit32(_)
            | AnyOperand::Name32(_)
            | AnyOperand::Global32(_)
            | AnyOperand::Upvalue16(_)
            | AnyOperand::Site32(_) => true,
        }
    }

    /// Whether a closure of the function captures no register that may be without a value.
    fn captures_none(&self, function: Fn32) -> bool {
        let Some(Const::Fn(child)) = self.code.consts.get(function.0 as usize) else { return false };
        let Some(child) = self.image.function(child) else { return false };
        child.captures.iter().all(|capture| match capture {
            Capture::Register(reg) => !self.is_missing(u32::from(reg)),
            Capture::Upvalue(_) => true,
        })
    }
}
