//! What leaves a loop or a function, and `print`: `break`, `continue`, `return`, `throw`, `yield`.
//!
//! In Siskin these are operands that take all to their right, so they stand wherever an operand may: `a ?? return nil`.
//! As statements they look as in Lox.

use super::super::ast::{Expr, ExprId, FnKind, Symbol};
use super::super::{Code, TokenKind};
use super::block::Item;
use super::{Parse, Parser};
use crate::Span;

/// A loop in whose body the parser is.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopState {
    label: Option<Symbol>,
    /// Whether `break` may give it a value.
    takes_value: bool,
    /// Whether one does.
    has_value: bool,
}

impl LoopState {
    /// `loop`
    pub(super) fn with_value(label: Option<Symbol>) -> LoopState {
        LoopState { label, takes_value: true, has_value: false }
    }

    /// `while` or `for`
    pub(super) fn without_value(label: Option<Symbol>) -> LoopState {
        LoopState { label, takes_value: false, has_value: false }
    }
}

impl Parser<'_, '_> {
    // Loops.

    /// Begins a function, from which the loops around cannot be reached. Returns what [`end_loops`](Parser::end_loops) gets at
    /// its end.
    pub(super) fn begin_loops(&mut self) -> (usize, Option<usize>) {
        let base = core::mem::replace(&mut self.loops_base, self.loops.len());
        (base, self.finally_loops.take())
    }

    /// Ends a function.
    pub(super) fn end_loops(&mut self, (base, finally): (usize, Option<usize>)) {
        self.loops_base = base;
        self.finally_loops = finally;
    }

    /// Begins the block of `finally`, which no jump leaves. Returns what [`end_finally`](Parser::end_finally) gets at its end.
    pub(super) fn begin_finally(&mut self) -> Option<usize> {
        self.finally_loops.replace(self.loops.len())
    }

    /// Ends the block of `finally`.
    pub(super) fn end_finally(&mut self, around: Option<usize>) {
        self.finally_loops = around;
    }

    /// Begins the body of a loop.
    pub(super) fn enter_loop(&mut self, state: LoopState) -> Parse<()> {
        Ok(self.loops.push(state)?)
    }

    /// Ends the body of the innermost loop. Whether a `break` gives the loop a value.
    pub(super) fn leave_loop(&mut self) -> bool {
        self.loops.pop().is_some_and(|state| state.has_value)
    }

    /// The name in the label that was just stepped over.
    pub(super) fn label(&mut self) -> Parse<Symbol> {
        let Span { start, end } = self.previous.span;
        Ok(self.symbols.intern(&self.source[start as usize + 1..end as usize])?)
    }

    /// From after `break` or `continue`: how many loops of the function lie between it and the one that it means.
    fn target(&mut self, outside: Code, out_of_finally: Code) -> Parse<u32> {
        let out = self.loop_meant(outside)?;
        let inside = self.finally_loops.map(|around| self.loops.len() - around);
        if inside.is_some_and(|inside| out as usize >= inside) && self.loops.len() > self.loops_base {
            self.error(out_of_finally)?;
        }
        Ok(out)
    }

    fn loop_meant(&mut self, outside: Code) -> Parse<u32> {
        let own = self.loops.len() - self.loops_base;
        if !self.check(TokenKind::Label) {
            if own == 0 {
                self.error(outside)?;
            }
            return Ok(0);
        }
        self.advance()?;
        let label = self.label()?;
        let found = self.loops[self.loops_base..].iter().rev().position(|state| state.label == Some(label));
        match found {
            Some(out) => Ok(out as u32),
            None => {
                let Span { start, end } = self.previous.span;
                self.error(Code::UnknownLabel { label: Span { start: start + 1, end } })?;
                Ok(0)
            }
        }
    }

    // Operands.

    /// Whether the next token ends an operand that may lack its value. A block is no value here: `if a or return { }`.
    fn lacks_value(&self) -> bool {
        use TokenKind as T;
        matches!(
            self.current.kind,
            T::Semicolon
                | T::Comma
                | T::Colon
                | T::RightParen
                | T::RightBracket
                | T::LeftBrace
                | T::RightBrace
                | T::Else
                | T::FatArrow
                | T::End
        )
    }

    /// From after `break`.
    #[inline(never)]
    pub(super) fn break_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let out = self.target(Code::BreakOutsideLoop, Code::BreakOutOfFinally)?;
        if self.lacks_value() {
            return self.finish(Expr::Break { out, value: None }, start);
        }
        let index = self.loops.len().checked_sub(out as usize + 1);
        match index.and_then(|index| self.loops.get_mut(index)) {
            Some(state) if !state.takes_value => self.error(Code::BreakWithValue)?,
            Some(state) => state.has_value = true,
            None => {}
        }
        let value = self.expression()?;
        self.finish(Expr::Break { out, value: Some(value) }, start)
    }

    /// From after `continue`.
    #[inline(never)]
    pub(super) fn continue_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let out = self.target(Code::ContinueOutsideLoop, Code::ContinueOutOfFinally)?;
        self.finish(Expr::Continue { out }, start)
    }

    /// From after `throw`.
    #[inline(never)]
    pub(super) fn throw_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let value = self.expression()?;
        self.finish(Expr::Throw(value), start)
    }

    /// From after `yield`.
    #[inline(never)]
    pub(super) fn yield_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let value = if self.lacks_value() { None } else { Some(self.expression()?) };
        self.finish(Expr::Yield(value), start)
    }

    /// From after `print`.
    #[inline(never)]
    pub(super) fn print_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let value = self.expression()?;
        self.finish(Expr::Print(value), start)
    }

    /// From after `return`.
    #[inline(never)]
    pub(super) fn return_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let kind = self.check_return()?;
        if self.lacks_value() {
            return self.finish(Expr::Return(None), start);
        }
        self.check_return_value(kind)?;
        let value = self.expression()?;
        self.finish(Expr::Return(Some(value)), start)
    }

    /// The function that a `return`, which was just stepped over, leaves.
    fn check_return(&mut self) -> Parse<FnKind> {
        let kind = self.scopes.current.kind;
        if kind == FnKind::Script {
            // What was skipped may have been the head of a function.
            if !self.skipped {
                self.error(Code::ReturnFromScript)?;
            }
        } else if self.finally_loops.is_some() {
            self.error(Code::ReturnOutOfFinally)?;
        }
        Ok(kind)
    }

    fn check_return_value(&mut self, kind: FnKind) -> Parse<()> {
        if kind == FnKind::Initializer { self.error(Code::ReturnFromInitializer) } else { Ok(()) }
    }

    // Statements.

    /// Steps over the semicolon after a statement that leaves a loop or function or prints. The last one of a block may
    /// lack it.
    fn end_jump(&mut self, last_gives_value: bool, missing: Code) -> Parse<()> {
        let may_lack = last_gives_value && self.dialect.has_jumps() && self.at_block_end();
        if may_lack { Ok(()) } else { self.consume(TokenKind::Semicolon, missing) }
    }

    /// A statement that begins with `break`, `continue` or `throw`.
    pub(super) fn jump_statement(&mut self, last_gives_value: bool, missing: Code) -> Parse<Item> {
        let expr = self.expression()?;
        self.end_jump(last_gives_value, missing)?;
        Ok(Item::Effect(expr))
    }

    #[inline(never)]
    pub(super) fn print_statement(&mut self, last_gives_value: bool) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        let value = self.expression()?;
        self.end_jump(last_gives_value, Code::ExpectSemicolonAfterValue)?;
        self.lox.bytes(1);
        self.finish(Expr::Print(value), start)
    }

    #[inline(never)]
    pub(super) fn return_statement(&mut self, last_gives_value: bool) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        let kind = self.check_return()?;
        let ends_block = last_gives_value && self.dialect.has_jumps() && self.at_block_end();
        if ends_block || self.matches(TokenKind::Semicolon)? {
            self.lox.bytes(if kind == FnKind::Initializer { 3 } else { 2 });
            return self.finish(Expr::Return(None), start);
        }
        self.check_return_value(kind)?;
        let value = self.expression()?;
        self.end_jump(last_gives_value, Code::ExpectSemicolonAfterReturn)?;
        self.lox.bytes(1);
        self.finish(Expr::Return(Some(value)), start)
    }
}
