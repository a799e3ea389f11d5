//! `try` with its `catch` and `finally`.

use super::super::ast::{Expr, ExprId, Symbol, VarId, VarKind};
use super::super::{Code, TokenKind};
use super::block::Item;
use super::{Parse, Parser};

impl Parser<'_, '_> {
    /// `try` as a statement, which ends with its last block.
    pub(super) fn try_statement(&mut self, last_gives_value: bool) -> Parse<Item> {
        self.advance()?;
        let expr = self.try_value()?;
        let is_tail = last_gives_value && self.at_block_end() && self.try_has_tail(expr);
        Ok(if is_tail { Item::Tail(expr) } else { Item::Effect(expr) })
    }

    /// Whether one of the blocks ends in a value.
    fn try_has_tail(&self, expr: ExprId) -> bool {
        match self.ast.expr(expr) {
            Expr::Try { body, handler, .. } => self.has_tail(body) || self.has_tail(handler),
            Expr::Finally { body, .. } => self.has_tail(body) || self.try_has_tail(body),
            _ => false,
        }
    }

    /// From after `try`.
    #[inline(never)]
    pub(super) fn try_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let mut body = self.body(false, Code::ExpectBraceAfterTry)?;
        let cleans_up = self.check(TokenKind::Finally);
        if !cleans_up {
            self.consume(TokenKind::Catch, Code::ExpectCatch)?;
            // The block is a scope in that of the name.
            self.begin_scope();
            let pattern = self.taking_pattern()?;
            let var = match pattern {
                Some(_) => Some(self.new_var(Symbol::IGNORED, VarKind::Let)?),
                None => self.caught_name()?,
            };
            let handler = self.body(false, Code::ExpectBraceAfterCatch)?;
            self.end_scope();
            let handler = self.taken_apart(pattern, var, handler)?;
            body = self.finish(Expr::Try { body, var, handler }, start)?;
        }
        if !self.matches(TokenKind::Finally)? {
            return Ok(body);
        }
        let around = self.begin_finally();
        let cleanup = self.body(false, Code::ExpectBraceAfterFinally)?;
        self.end_finally(around);
        self.finish(Expr::Finally { body, cleanup }, start)
    }

    /// The name of the error, if it has one.
    fn caught_name(&mut self) -> Parse<Option<VarId>> {
        if !self.matches(TokenKind::Identifier)? {
            return Ok(None);
        }
        let name = self.intern_previous()?;
        let var = self.declare_local(name, VarKind::Let)?;
        self.mark_initialized();
        Ok(var)
    }
}
