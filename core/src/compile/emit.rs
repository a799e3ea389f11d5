//! Words: instructions with their lines, labels, and registers that an operand cannot name.

use super::registers::{FAR, SCRATCH};
use super::{Compiler, Reg, Res, Stop, What};
use crate::bytecode::operand::*;
use crate::bytecode::{Insn, Op, POLL};
use crate::tunable::tunable;

/// A place further on that jumps lead to. The jumps to it form a list through their own targets: each holds
/// the distance to the one before, until [`bind`](Compiler::bind) replaces it.
#[derive(Debug)]
pub(super) struct Label {
    last: Option<u32>,
    /// Free words on the longest path that jumps there.
    free: usize,
}

impl Label {
    pub(super) fn new() -> Label {
        Label { last: None, free: 0 }
    }

    pub(super) fn is_used(&self) -> bool {
        self.last.is_some()
    }
}

/// The farthest a target of 24 bits reaches.
const MAX_24: u32 = (1 << 23) - 1;
/// Jumps to jumps are followed this far; a longer chain only costs time when it runs.
const MAX_HOPS: usize = tunable(64, 2);
/// Free words after which a poll follows: an instruction and a poll have room then, wherever jumps lead.
const LONG: usize = POLL - 3;

impl Compiler<'_> {
    /// The word that comes next.
    #[inline]
    pub(super) fn here(&self) -> u32 {
        self.f.words.len() as u32
    }

    /// Appends an instruction that comes from the current position.
    #[inline]
    pub(super) fn emit(&mut self, insn: Insn) -> Res<()> {
        self.append(insn)?;
        self.poll()
    }

    /// Appends a poll where much code is free; see [`POLL`].
    #[inline]
    fn poll(&mut self) -> Res<()> {
        if self.f.free > LONG { self.append(Insn::Poll {}) } else { Ok(()) }
    }

    fn append(&mut self, insn: Insn) -> Res<()> {
        let at = self.here();
        let line = self.cursor.line(self.span.end);
        let f = &mut self.f;
        if line != f.line {
            f.line = line;
            f.marks.push((at, line))?;
        }
        if self.with_spans {
            // What was taken back is forgotten.
            while f.spans.last().is_some_and(|(before, _)| *before >= at) {
                f.spans.pop();
            }
            f.spans.push((at, self.span))?;
        }
        f.last = at;
        let (word, ext) = insn.encode();
        f.words.push(word)?;
        if let Some(ext) = ext {
            f.words.push(ext)?;
        }
        let row = insn.op().row();
        f.free = if row.ends_free_code() || !row.falls_through() { 0 } else { f.free + insn.op().words() };
        Ok(())
    }

    /// An operand that reads `reg`: itself, or a scratch register (the first or second) it is copied to.
    #[inline]
    pub(super) fn near(&mut self, reg: Reg, scratch: u8) -> Res<Src> {
        if reg < SCRATCH { Ok(Src(reg as u8)) } else { self.fetch(reg, scratch) }
    }

    #[cold]
    #[inline(never)]
    fn fetch(&mut self, reg: Reg, scratch: u8) -> Res<Src> {
        if reg < FAR {
            return Ok(Src(reg as u8));
        }
        let near = SCRATCH as u8 + scratch;
        self.emit(Insn::GetFar { dst: Dst(near), src: FarSrc(reg) })?;
        Ok(Src(near))
    }

    /// Appends an instruction that writes `reg`.
    #[inline]
    pub(super) fn emit_to(&mut self, reg: Reg, build: impl FnOnce(Dst) -> Insn) -> Res<()> {
        if reg < SCRATCH {
            return self.emit(build(Dst(reg as u8)));
        }
        let near = SCRATCH as u8 + 2;
        self.emit(build(Dst(near)))?;
        self.emit(Insn::SetFar { src: Src(near), dst: FarDst(reg) })
    }

    /// Copies a register.
    pub(super) fn move_to(&mut self, dst: Reg, src: Reg) -> Res<()> {
        if dst == src {
            return Ok(());
        }
        match (dst < SCRATCH, src < SCRATCH) {
            (true, true) => self.emit(Insn::Move { dst: Dst(dst as u8), src: Src(src as u8) }),
            (true, false) => self.emit(Insn::GetFar { dst: Dst(dst as u8), src: FarSrc(src) }),
            (false, _) => {
                let src = self.near(src, 0)?;
                self.emit(Insn::SetFar { src, dst: FarDst(dst) })
            }
        }
    }

    /// Appends a jump to a label; `build` gets what stands for the target until the label is bound.
    pub(super) fn jump(&mut self, label: &mut Label, build: impl FnOnce(i32) -> Insn) -> Res<()> {
        let at = self.here();
        let link = label.last.map_or(0, |last| at - last);
        let insn = build(link as i32);
        if insn.op() == Op::Jump {
            self.f.threads = true;
            if link > MAX_24 {
                return Err(Stop::TooLarge(What::Code));
            }
        }
        label.last = Some(at);
        label.free = label.free.max(self.f.free + insn.op().words());
        self.emit(insn)
    }

    /// Appends an unconditional jump to a label.
    pub(super) fn go(&mut self, label: &mut Label) -> Res<()> {
        self.jump(label, |to| Insn::Jump { to: Ahead24(to) })
    }

    /// Makes the jumps to `label` lead here.
    pub(super) fn bind(&mut self, label: Label) -> Res<()> {
        let here = self.here();
        let Some(mut at) = label.last else { return Ok(()) };
        self.f.bound = here;
        self.f.free = self.f.free.max(label.free);
        loop {
            let word = &mut self.f.words[at as usize];
            let link = if *word & 0xFF == Op::Jump as u32 {
                let link = *word >> 8;
                let distance = here - (at + 1);
                if distance > MAX_24 {
                    return Err(Stop::TooLarge(What::Code));
                }
                *word = *word & 0xFF | distance << 8;
                link
            } else {
                let target = &mut self.f.words[at as usize + 1];
                core::mem::replace(target, here - (at + 2))
            };
            if link == 0 {
                return self.poll();
            }
            at -= link;
        }
    }

    /// A place that back-edges lead to: here.
    pub(super) fn loop_top(&mut self) -> u32 {
        self.f.bound = self.here();
        self.f.bound
    }

    /// Appends a back-edge of two words to `top`.
    pub(super) fn back(&mut self, top: u32, build: impl FnOnce(Back32) -> Insn) -> Res<()> {
        let distance = i64::from(top) - i64::from(self.here() + 2);
        self.emit(build(Back32(distance as i32)))
    }

    /// Appends an unconditional back-edge to `top`.
    pub(super) fn go_back(&mut self, top: u32) -> Res<()> {
        let distance = self.here() + 1 - top;
        if distance > MAX_24 {
            return Err(Stop::TooLarge(What::Code));
        }
        self.emit(Insn::Loop { to: Back24(-(distance as i32)) })
    }

    /// Takes back `AddI reg, reg, step` if it is the last instruction, no jump leads behind it, and the
    /// instruction to come is from the same line (the line of an error in either).
    pub(super) fn take_step(&mut self, reg: Reg) -> Option<Imm8> {
        let at = self.f.last;
        if at + 1 != self.here()
            || self.f.bound == self.here()
            || self.cursor.line(self.span.end) != self.f.line
        {
            return None;
        }
        match Insn::decode(&self.f.words[at as usize..])? {
            Insn::AddI { dst, lhs, rhs } if Reg::from(dst.0) == reg && lhs.0 == dst.0 && reg < SCRATCH => {
                self.f.words.truncate(at as usize);
                Some(rhs)
            }
            _ => None,
        }
    }

    /// Whether the instruction to come can be reached from the last one or by a jump.
    pub(super) fn falls_through(&self) -> bool {
        let here = self.here();
        if here == 0 || self.f.bound == here {
            return true;
        }
        Op::from_word(self.f.words[self.f.last as usize]).is_none_or(|op| op.row().falls_through())
    }

    /// Leads every jump whose target is a jump to where that one goes.
    pub(super) fn thread_jumps(&mut self) {
        if !self.f.threads {
            return;
        }
        let words = &mut self.f.words;
        let mut at = 0;
        while let Some(&word) = words.get(at) {
            let Some(op) = Op::from_word(word) else { return };
            let next = at + op.words();
            if op == Op::Jump {
                let to = follow(words, next + (word >> 8) as usize);
                words[at] = instead(words, at, to);
            } else if op.row().jumps_ahead() {
                let to = follow(words, next + words[at + 1] as usize);
                words[at + 1] = (to - next) as u32;
            }
            at = next;
        }
    }
}

/// Where a jump to `to` ends up.
fn follow(words: &[u32], mut to: usize) -> usize {
    for _ in 0..MAX_HOPS {
        match words.get(to) {
            Some(word) if word & 0xFF == Op::Jump as u32 => to += 1 + (word >> 8) as usize,
            _ => break,
        }
    }
    to
}

/// What a jump at `at` to `to` becomes: what is there, when that is one word that leaves in its turn.
fn instead(words: &[u32], at: usize, to: usize) -> u32 {
    let jump = (Op::Jump as u32) | ((to - at - 1) as u32) << 8;
    let Some(&word) = words.get(to) else { return jump };
    match Op::from_word(word) {
        Some(Op::Return | Op::ReturnNil) => word,
        Some(Op::Loop) => {
            let top = to as i64 + 1 + i64::from(word as i32 >> 8);
            let distance = top - (at as i64 + 1);
            if distance < 0 { Op::Loop as u32 | (distance as u32) << 8 } else { jump }
        }
        _ => jump,
    }
}
