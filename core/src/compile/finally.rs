//! `finally`: code for which every way out of a body makes a detour.
//!
//! ```text
//!   from:
//!       body                       return x: value = x, selector = 0, go to entry; break, continue alike
//!       selector = nil             and value = nil, if the body's is not wanted
//!   to:
//!       go to entry
//!   target:                        an error between from and to leads here, in the register of the value
//!       poll
//!       selector = true
//!   entry:
//!       cleanup
//!       go to end unless selector
//!       if selector is 0: return value
//!       ...
//!       throw value
//!   end:
//! ```
//!
//! The cleanup is there once, however many ways lead through it: copies in nested ones would double with each level.

use super::branch::Dest;
use super::label::Label;
use super::scope::Unwind;
use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::operand::*;
use crate::bytecode::{Handler, Insn};
use crate::mem::Vec;
use crate::syntax::ast::{Expr, ExprId, FnKind};

/// A way out of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Out of the function, with a value.
    Return,
    /// Out of the loop at an index of those whose bodies are being compiled, with a value.
    Break(usize),
    /// On to the next iteration of such a loop.
    Continue(usize),
}

/// A body with a `finally` that is being compiled.
#[derive(Debug)]
pub(super) struct FinallyScope {
    /// Where the cleanup begins.
    entry: Label,
    /// The value that leaves, and which of the exits it takes.
    value: Reg,
    selector: Reg,
    exits: Vec<Exit>,
    /// How many functions and loops are around.
    level: usize,
    loops: usize,
}

impl Compiler<'_> {
    #[inline(never)]
    pub(super) fn finally_value(&mut self, id: ExprId, body: ExprId, cleanup: ExprId, mark: Reg) -> Res<Val> {
        self.finally_to(id, body, cleanup, Dest::Register(mark))?;
        self.release(mark);
        Ok(Val::Reg(self.take()?))
    }

    /// A body with its cleanup, whose value goes nowhere or into the next register.
    #[inline(never)]
    pub(super) fn finally_to(&mut self, id: ExprId, body: ExprId, cleanup: ExprId, dest: Dest) -> Res<()> {
        self.open(Unwind::Nothing)?;
        let (value, selector) = (self.take()?, self.take()?);
        let scope = FinallyScope {
            entry: Label::new(),
            value,
            selector,
            exits: Vec::new(self.f.code.words.mem()),
            level: self.level,
            loops: self.loops.len(),
        };
        self.finals.push(scope)?;
        let from = self.boundary();
        self.guarded(body, value, dest)?;
        let falls_through = self.falls_through();
        if falls_through && from != self.here() {
            if let Dest::Effect = dest {
                // What is thrown on is written on every way.
                self.load(value, Val::Nil)?;
            }
            self.load(selector, Val::Nil)?;
        }
        let to = self.boundary();
        if falls_through && from != to {
            self.go_through(self.finals.len() - 1)?;
        }
        let Some(FinallyScope { entry, exits, .. }) = self.finals.pop() else { return Ok(()) };
        if from == to {
            // Without an instruction there is no way out but one.
            self.effect(cleanup)?;
            self.close();
            return Ok(());
        }
        let target = self.boundary();
        self.at(id);
        self.caught()?;
        self.f.handlers.push(Handler { from, to, target, register: value })?;
        self.load(selector, Val::Bool(true))?;
        self.bind(entry)?;
        self.effect(cleanup)?;
        if self.falls_through() {
            self.at(id);
            self.go_on(value, selector, &exits, falls_through)?;
        }
        self.close();
        Ok(())
    }

    /// The body, whose value goes into the register that is kept for it.
    fn guarded(&mut self, body: ExprId, value: Reg, dest: Dest) -> Res<()> {
        if let Dest::Effect = dest {
            return self.effect(body);
        }
        let (next, mark) = (self.f.next, self.top());
        let made = match self.ast.expr(body) {
            Expr::Block(block) => self.block_value(block, mark)?,
            _ => self.eval(body, None)?,
        };
        if self.falls_through() {
            self.load(value, made)?;
        }
        self.f.next = next;
        Ok(())
    }

    /// After the cleanup: on from where it began.
    fn go_on(&mut self, value: Reg, selector: Reg, exits: &[Exit], falls_through: bool) -> Res<()> {
        let mut end = Label::new();
        if falls_through {
            let src = self.near(selector, 0)?;
            self.jump(&mut end, |to| Insn::JumpFalse { src, to: Forward32(to) })?;
        }
        for (index, &exit) in exits.iter().enumerate() {
            let mark = self.f.next;
            let mut skip = Label::new();
            self.jump_equal(Val::Reg(selector), Val::Num(index as f64), false, &mut skip)?;
            self.leave(exit, Val::Reg(value))?;
            self.f.next = mark;
            self.bind(skip)?;
        }
        let src = self.near(value, 0)?;
        self.emit(Insn::Throw { src })?;
        self.bind(end)
    }

    /// The index of the innermost `finally` that a way out leads through.
    pub(super) fn finally_around(&self, exit: Exit) -> Option<usize> {
        let scope = self.finals.last().filter(|scope| scope.level == self.level)?;
        let leaves = match exit {
            Exit::Return => true,
            Exit::Break(index) | Exit::Continue(index) => scope.loops > index,
        };
        leaves.then(|| self.finals.len() - 1)
    }

    /// Takes a way out with a value, through each `finally` on it.
    pub(super) fn leave(&mut self, exit: Exit, value: Val) -> Res<()> {
        if let Some(index) = self.finally_around(exit) {
            let FinallyScope { value: reg, selector, exits, .. } = &mut self.finals[index];
            let (reg, selector) = (*reg, *selector);
            let taken = match exits.iter().position(|&known| known == exit) {
                Some(taken) => taken,
                None => {
                    exits.push(exit)?;
                    exits.len() - 1
                }
            };
            self.load(reg, value)?;
            self.load(selector, Val::Num(taken as f64))?;
            return self.go_through(index);
        }
        match exit {
            Exit::Return => self.return_now(value),
            Exit::Continue(index) => self.leave_body(index, |scope| &mut scope.next),
            Exit::Break(index) => match self.loops[index].dest {
                Dest::Return => self.return_now(value),
                Dest::Effect => self.leave_body(index, |scope| &mut scope.exit),
                Dest::Register(reg) => {
                    self.load(reg, value)?;
                    self.leave_body(index, |scope| &mut scope.exit)
                }
            },
        }
    }

    /// Leaves the function; an initializer with the instance.
    fn return_now(&mut self, value: Val) -> Res<()> {
        if self.f.kind == FnKind::Initializer || value == Val::Nil {
            return self.return_nothing();
        }
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.emit(Insn::Return { src })
    }

    /// Appends a jump to the cleanup of a `finally`.
    fn go_through(&mut self, index: usize) -> Res<()> {
        let mut entry = core::mem::replace(&mut self.finals[index].entry, Label::new());
        let jumped = self.go(&mut entry);
        self.finals[index].entry = entry;
        jumped
    }
}
