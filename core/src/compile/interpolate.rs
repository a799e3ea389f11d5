//! Strings that are put together: the text of literals, interpolations, formats.
//!
//! The parts of an interpolation go to registers in a row, which one instruction joins. Of many parts, each [`ROW`] are
//! joined first, and then these sums: so there are few registers, and each byte is copied a few times at most.

use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn, Text};
use crate::syntax::ast::{Contents, ExprId, List};
use crate::tunable::tunable;

/// The most parts that one instruction joins.
const ROW: u8 = tunable(64, 3) as u8;
/// Sums of sums: a source text is shorter than `ROW` to this power.
const LEVELS: usize = 21;

impl Compiler<'_> {
    /// The text of a string literal with escapes or lines that are indented.
    pub(super) fn text(&mut self, contents: Contents) -> Res<Text> {
        let text = &mut self.text;
        text.clear();
        contents.value(self.source, |piece| text.extend_from_slice(piece.as_bytes()))?;
        let text = core::str::from_utf8(text).unwrap_or_default();
        self.strings.text(&mut self.out.strings, text)
    }

    /// `"a${b}c"`
    #[inline(never)]
    pub(super) fn concat(&mut self, id: ExprId, parts: List, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        // The registers in use: first sums of the highest level, at last single parts.
        let mut counts = [0_u8; LEVELS];
        let base = self.window(mark, registers_for(parts.len))?;
        self.release(base);
        for index in 0..parts.len {
            let part = self.ast.nth(parts, index);
            self.push(part)?;
            counts[0] += 1;
            let mut level = 0;
            while counts[level] == ROW && level + 1 < LEVELS && index + 1 < parts.len {
                let first = self.top() - Reg::from(ROW);
                self.at(id);
                self.join(first, ROW, None)?;
                self.release(first + 1);
                counts[level] = 0;
                counts[level + 1] += 1;
                level += 1;
            }
        }
        self.at(id);
        // What is left is joined from the right.
        loop {
            let used = self.top() - base;
            let count = used.min(Reg::from(ROW));
            let first = self.top() - count;
            if count == used {
                self.release(mark);
                return self.join(first, count as u8, Some(hint));
            }
            self.join(first, count as u8, None)?;
            self.release(first + 1);
        }
    }

    /// Joins `count` registers from `first` on, into the first, or into the result of the expression.
    fn join(&mut self, first: Reg, count: u8, result: Option<Option<Reg>>) -> Res<Val> {
        let dst = match result {
            None => first,
            Some(Some(hint)) => hint,
            Some(None) => self.take()?,
        };
        self.emit_to(dst, |dst| Insn::Concat { dst, first: Regs(first), count: Count32(count.into()) })?;
        Ok(Val::Reg(dst))
    }

    /// `${value:spec}`
    #[inline(never)]
    pub(super) fn format(
        &mut self,
        id: ExprId,
        value: ExprId,
        spec: u64,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        let value = self.eval(value, None)?;
        self.at(id);
        let format = Lit32(self.constant(Const::Number(spec as f64))?);
        let reg = match value {
            // The library may put a text in place of the value, which must not be that of a variable.
            Val::Reg(reg) if reg < mark => {
                let copy = self.take()?;
                self.move_to(copy, reg)?;
                copy
            }
            value => self.reg_of(value)?,
        };
        let src = self.near(reg, 0)?;
        self.result(mark, hint, |dst| Insn::Format { dst, src, format })
    }
}

/// The most registers that are in use for so many parts.
fn registers_for(parts: u32) -> usize {
    let (mut registers, mut left) = (0, parts as usize);
    while left > 0 {
        registers += left.min(usize::from(ROW));
        left /= usize::from(ROW);
    }
    registers
}
