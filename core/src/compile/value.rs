//! Values on their way from an expression to an instruction.

use super::{Compiler, Reg, Res};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn, Text};
use crate::syntax::ast::ExprId;

/// A value on its way to an instruction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Val {
    /// In a register.
    Reg(Reg),
    /// A literal, not loaded yet; strings by their one text in the program.
    Nil,
    Bool(bool),
    Num(f64),
    Str(Text),
}

impl Compiler<'_> {
    /// Appends the last instruction of an expression whose temporaries begin at `mark`.
    #[inline]
    pub(super) fn result(
        &mut self,
        mark: Reg,
        hint: Option<Reg>,
        build: impl FnOnce(Dst) -> Insn,
    ) -> Res<Val> {
        self.release(mark);
        let dst = match hint {
            Some(reg) => reg,
            None => self.take()?,
        };
        self.emit_to(dst, build)?;
        Ok(Val::Reg(dst))
    }

    /// Brings a temporary down to `mark`, where the temporaries of its expression begin.
    pub(super) fn settle(&mut self, value: Val, mark: Reg) -> Res<Val> {
        self.release(mark);
        match value {
            Val::Reg(reg) if reg >= mark => {
                let dst = self.take()?;
                self.move_to(dst, reg)?;
                Ok(Val::Reg(dst))
            }
            _ => Ok(value),
        }
    }

    /// Puts a value into a register.
    pub(super) fn load(&mut self, dst: Reg, value: Val) -> Res<()> {
        match value {
            Val::Reg(src) => self.move_to(dst, src),
            Val::Nil => self.emit_to(dst, |dst| Insn::LoadNil { dst }),
            Val::Bool(true) => self.emit_to(dst, |dst| Insn::LoadTrue { dst }),
            Val::Bool(false) => self.emit_to(dst, |dst| Insn::LoadFalse { dst }),
            Val::Num(number) => match small_int(number) {
                Some(int) => self.emit_to(dst, |dst| Insn::LoadInt { dst, value: Imm16(int) }),
                None => self.load_constant(dst, Const::Number(number)),
            },
            Val::Str(text) => self.load_constant(dst, Const::Str(text)),
        }
    }

    fn load_constant(&mut self, dst: Reg, constant: Const) -> Res<()> {
        let lit = Lit32(self.constant(constant)?);
        self.emit_to(dst, |dst| Insn::LoadLit { dst, lit })
    }

    /// The register of a value; a literal is loaded into a temporary.
    #[inline]
    pub(super) fn reg_of(&mut self, value: Val) -> Res<Reg> {
        if let Val::Reg(reg) = value {
            return Ok(reg);
        }
        let reg = self.take()?;
        self.load(reg, value)?;
        Ok(reg)
    }

    /// The operands that read two values.
    pub(super) fn pair(&mut self, left: Val, right: Val) -> Res<(Src, Src)> {
        let (left, right) = (self.reg_of(left)?, self.reg_of(right)?);
        Ok((self.near(left, 0)?, self.near(right, 1)?))
    }

    /// Evaluates into the next register of the stack.
    pub(super) fn push(&mut self, id: ExprId) -> Res<Reg> {
        let mark = self.top();
        let value = self.eval(id, None)?;
        self.release(mark);
        let reg = self.take()?;
        self.load(reg, value)?;
        Ok(reg)
    }

    /// Evaluates a right operand; a variable on the left that this may change is copied first.
    pub(super) fn right_of(
        &mut self,
        left: Val,
        right: ExprId,
        clobbers: bool,
        mark: Reg,
    ) -> Res<(Val, Val)> {
        let left = match left {
            Val::Reg(reg) if clobbers && reg < mark => {
                let copy = self.take()?;
                self.move_to(copy, reg)?;
                Val::Reg(copy)
            }
            _ => left,
        };
        Ok((left, self.eval(right, None)?))
    }

    /// The index of a number among the first constants, if it is one of them.
    pub(super) fn num8(&mut self, number: f64) -> Res<Option<Num8>> {
        let index = self.constant(Const::Number(number))?;
        Ok(u8::try_from(index).ok().map(Num8))
    }
}

/// The number as an integer, if it is one of at most 16 bits and not -0.
pub(super) fn small_int(number: f64) -> Option<i16> {
    let int = number as i16;
    (f64::from(int).to_bits() == number.to_bits()).then_some(int)
}

/// The same for at most 8 bits.
pub(super) fn tiny_int(number: f64) -> Option<i8> {
    small_int(number).and_then(|int| i8::try_from(int).ok())
}
