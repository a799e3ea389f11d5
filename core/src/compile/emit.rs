//! Words: instructions with their lines, polls, and registers that an operand cannot name.

use super::registers::{FAR, SCRATCH};
use super::{Compiler, Reg, Res};
use crate::bytecode::lines::LineMarks;
use crate::bytecode::operand::*;
use crate::bytecode::{Insn, InsnSpan, POLL};
use crate::mem::{Mem, Vec};

/// Free words after which a poll follows: an instruction and a poll have room then, wherever jumps lead.
const LONG: usize = POLL - 3;

/// The instructions emitted for a function.
pub(super) struct CodeBuffer {
    pub(super) words: Vec<u32>,
    pub(super) lines: LineMarks,
    pub(super) line: u32,
    /// What instructions come from, if that is wanted.
    pub(super) spans: Vec<InsnSpan>,
    /// The first word of the last instruction.
    pub(super) last: u32,
    /// The last word that a label was bound to.
    pub(super) bound: u32,
    /// Words on the longest path here since the last unit of fuel or poll.
    pub(super) free: usize,
    /// The jumps forward.
    pub(super) jumps: Vec<u32>,
    /// There is an unconditional jump, so jumps may have something to shorten.
    pub(super) threads: bool,
}

impl CodeBuffer {
    pub(super) fn new(mem: &Mem) -> CodeBuffer {
        CodeBuffer {
            words: Vec::new(mem),
            lines: LineMarks::new(mem),
            line: 1,
            spans: Vec::new(mem),
            last: 0,
            bound: 0,
            free: 0,
            jumps: Vec::new(mem),
            threads: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.words.clear();
        self.lines.clear();
        self.line = 1;
        self.spans.clear();
        self.last = 0;
        self.bound = 0;
        self.free = 0;
        self.jumps.clear();
        self.threads = false;
    }
}

impl Compiler<'_> {
    /// The word that comes next.
    #[inline]
    pub(super) fn here(&self) -> u32 {
        self.f.code.words.len() as u32
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
        if self.f.code.free > LONG { self.append(Insn::Poll {}) } else { Ok(()) }
    }

    /// Appends the poll with which a handler begins: as many words may have run as before any instruction and with it.
    pub(super) fn caught(&mut self) -> Res<()> {
        self.f.code.free = POLL - 1;
        self.append(Insn::Poll {})
    }

    #[inline(never)]
    fn append(&mut self, insn: Insn) -> Res<()> {
        let at = self.here();
        let line = self.lines.line(self.span.end);
        let code = &mut self.f.code;
        if line != code.line {
            code.line = line;
            code.lines.mark(at, line)?;
        }
        if self.with_spans {
            // Drops the records of removed instructions.
            while code.spans.last().is_some_and(|before| before.word >= at) {
                code.spans.pop();
            }
            code.spans.push(InsnSpan { word: at, start: self.span.start, end: self.span.end })?;
        }
        code.last = at;
        let (word, ext) = insn.encode();
        code.words.push_inline(word)?;
        if let Some(ext) = ext {
            code.words.push_inline(ext)?;
        }
        let row = insn.op().row();
        code.free =
            if row.ends_free_code() || !row.falls_through() { 0 } else { code.free + insn.op().words() };
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
}
