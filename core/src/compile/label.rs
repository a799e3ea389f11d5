//! Labels: the places that jumps lead to.

use super::peephole::{Shortcut, fuse, shorten};
use super::{CompileAbort, Compiler, Res, What};
use crate::bytecode::operand::*;
use crate::bytecode::{Insn, Op};
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

/// The words that a jump forward at `at` skips; one of a single word has 24 bits for them.
fn distance(words: &[u32], at: usize) -> u32 {
    if takes_one_word(words[at]) { words[at] >> 8 } else { words[at + 1] }
}

/// Lets the jump forward at `at` skip that many words; false if it cannot.
fn set_distance(words: &mut [u32], at: usize, distance: u32) -> bool {
    if !takes_one_word(words[at]) {
        words[at + 1] = distance;
        return true;
    }
    words[at] = words[at] & 0xFF | distance << 8;
    distance <= MAX_24
}

/// Whether a jump forward has its target in its only word.
fn takes_one_word(word: u32) -> bool {
    word & 0xFF == Op::Jump as u32
}

impl Compiler<'_> {
    /// Appends a jump to a label; `build` gets what stands for the target until the label is bound.
    pub(super) fn jump(&mut self, label: &mut Label, build: impl FnOnce(i32) -> Insn) -> Res<()> {
        let at = self.here();
        let link = label.last.map_or(0, |last| at - last);
        let insn = build(link as i32);
        if insn.op() == Op::Jump {
            self.f.code.threads = true;
            if link > MAX_24 {
                return Err(CompileAbort::TooLarge(What::Code));
            }
        }
        label.last = Some(at);
        label.free = label.free.max(self.f.code.free + insn.op().words());
        self.f.code.jumps.push(at)?;
        self.emit(insn)
    }

    /// Appends an unconditional jump to a label.
    pub(super) fn go(&mut self, label: &mut Label) -> Res<()> {
        self.jump(label, |to| Insn::Jump { to: Forward24(to) })
    }

    /// Makes the jumps to `label` lead here.
    pub(super) fn bind(&mut self, label: Label) -> Res<()> {
        let here = self.here();
        let Some(mut at) = label.last else { return Ok(()) };
        self.f.code.bound = here;
        self.f.code.free = self.f.code.free.max(label.free);
        loop {
            let words = &mut self.f.code.words;
            let link = distance(words, at as usize);
            let next = at + if takes_one_word(words[at as usize]) { 1 } else { 2 };
            if !set_distance(words, at as usize, here - next) {
                return Err(CompileAbort::TooLarge(What::Code));
            }
            if link == 0 {
                return self.poll();
            }
            at -= link;
        }
    }

    /// A place at which a part begins or ends whose errors are caught: here. Instructions on both sides stay apart.
    pub(super) fn boundary(&mut self) -> u32 {
        self.f.code.bound = self.here();
        self.f.code.bound
    }

    /// A place that back-edges lead to: here.
    pub(super) fn loop_top(&mut self) -> u32 {
        self.f.code.bound = self.here();
        self.f.code.bound
    }

    /// Appends a back-edge of two words to `top`, or one that does for the last instruction too.
    pub(super) fn back(&mut self, top: u32, build: impl Fn(Back32) -> Insn) -> Res<()> {
        let insn_at = |at: u32| build(Back32((i64::from(top) - i64::from(at + 2)) as i32));
        if let Some((at, last)) = self.last_insn()
            && let Some(both) = fuse(last, insn_at(at))
        {
            self.f.code.words.truncate(at as usize);
            return self.emit(both);
        }
        self.emit(insn_at(self.here()))
    }

    /// Appends an unconditional back-edge to `top`.
    pub(super) fn go_back(&mut self, top: u32) -> Res<()> {
        let distance = self.here() + 1 - top;
        if distance > MAX_24 {
            return Err(CompileAbort::TooLarge(What::Code));
        }
        self.emit(Insn::Loop { to: Back24(-(distance as i32)) })
    }

    /// The last instruction and its place, if the one to come may be put together with it: no jump leads in between,
    /// and an error in either is on the same line.
    fn last_insn(&mut self) -> Option<(u32, Insn)> {
        let (at, here) = (self.f.code.last, self.here());
        if self.f.code.bound == here || self.lines.line(self.span.end) != self.f.code.line {
            return None;
        }
        let last = Insn::decode(self.f.code.words.get(at as usize..)?)?;
        Some((at, last))
    }

    /// Whether the instruction to come can be reached from the last one or by a jump.
    pub(super) fn falls_through(&self) -> bool {
        let here = self.here();
        if here == 0 || self.f.code.bound == here {
            return true;
        }
        Op::from_word(self.f.code.words[self.f.code.last as usize]).is_none_or(|op| op.row().falls_through())
    }

    /// Shortens the function's jumps forward, in their order.
    pub(super) fn thread_jumps(&mut self) {
        // Only an unconditional jump has anything to shorten, or is a way to shorten another.
        if self.f.code.threads {
            for &at in &self.f.code.jumps {
                thread_jump(&mut self.f.code.words, at as usize);
            }
        }
    }
}

/// Shortens the jump forward at `at`.
fn thread_jump(words: &mut [u32], at: usize) {
    let Some(jump) = Insn::decode(&words[at..]) else { return };
    let next = at + jump.op().words();
    let mut distance = distance(words, at) as i32;
    let mut hops = 0;
    while let Some(target) = words.get(next + distance as usize..).and_then(Insn::decode) {
        match shorten(jump, distance, target) {
            Some(Shortcut::Past(by)) if hops < MAX_HOPS => distance += by,
            Some(Shortcut::Instead(insn)) => {
                words[at] = insn.encode().0;
                return;
            }
            Some(Shortcut::Past(_)) | None => break,
        }
        hops += 1;
    }
    set_distance(words, at, distance as u32);
}
