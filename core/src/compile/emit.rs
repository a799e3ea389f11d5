//! Words: instructions with their lines, polls, and registers that an operand cannot name.

use super::registers::{FAR, SCRATCH};
use super::{Compiler, Reg, Res};
use crate::bytecode::operand::*;
use crate::bytecode::{Effect, Insn, POLL};

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
    pub(super) fn poll(&mut self) -> Res<()> {
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
        f.free = if row.ends_free_code() || row.has(Effect::end) { 0 } else { f.free + insn.op().words() };
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
        self.emit(Insn::GetFar { dst: Dst(near), src: Far(reg) })?;
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
        self.emit(Insn::SetFar { src: Src(near), dst: Far(reg) })
    }

    /// Copies a register.
    pub(super) fn move_to(&mut self, dst: Reg, src: Reg) -> Res<()> {
        if dst == src {
            return Ok(());
        }
        match (dst < SCRATCH, src < SCRATCH) {
            (true, true) => self.emit(Insn::Move { dst: Dst(dst as u8), src: Src(src as u8) }),
            (true, false) => self.emit(Insn::GetFar { dst: Dst(dst as u8), src: Far(src) }),
            (false, _) => {
                let src = self.near(src, 0)?;
                self.emit(Insn::SetFar { src, dst: Far(dst) })
            }
        }
    }
}
