//! Blocks, and `if` with its chain of `else`.
//!
//! Both are ordinary expressions. Directly in a block, the next token decides the use of the value: at the end of the
//! enclosing block it is that block's value, elsewhere it is dropped.

use super::super::ast::{Block, Expr, ExprId, If};
use super::super::{Code, TokenKind};
use super::lox::Position;
use super::{Parse, Parser};

/// An item of a block.
#[derive(Clone, Copy, Debug)]
pub(super) enum Item {
    /// Evaluated for its effect.
    Effect(ExprId),
    /// The value of the block, which ends after it.
    Tail(ExprId),
}

/// One `if` of a chain `if ... else if ... else ...`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arm {
    start: u32,
    cond: ExprId,
    body: ExprId,
    else_jump: Position,
}

impl Parser<'_, '_> {
    /// Whether the block or script of the last statement ends here, so that the statement may lack its semicolon and be
    /// the value.
    pub(super) fn at_block_end(&self) -> bool {
        let values = self.dialect.has_block_values();
        let ends = match self.current.kind {
            TokenKind::RightBrace => values,
            TokenKind::End => values || self.interactive,
            _ => false,
        };
        ends && !self.panicking
    }

    /// From after `{` to `}`: declarations and statements.
    pub(super) fn block(&mut self) -> Parse<Block> {
        self.nest()?;
        let base = self.pending.len();
        let mut tail = None;
        while !self.check(TokenKind::RightBrace) && !self.check(TokenKind::End) {
            match self.declaration()? {
                Item::Effect(expr) => self.pending.push(expr.into())?,
                Item::Tail(expr) => tail = Some(expr),
            }
        }
        let items = self.take_pending(base)?;
        self.consume(TokenKind::RightBrace, Code::ExpectBraceAfterBlock)?;
        self.unnest();
        Ok(Block { items, tail })
    }

    /// As [`Parser::block`], in a new scope; `start` is where it began.
    fn scoped_block(&mut self, start: u32) -> Parse<ExprId> {
        self.begin_scope();
        let block = self.block()?;
        self.end_scope();
        self.finish(Expr::Block(block), start)
    }

    pub(super) fn block_statement(&mut self, last_gives_value: bool) -> Parse<Item> {
        let start = self.current.span.start;
        self.advance()?;
        let block = self.scoped_block(start)?;
        let is_tail = last_gives_value && self.at_block_end() && self.has_tail(block);
        Ok(if is_tail { Item::Tail(block) } else { Item::Effect(block) })
    }

    /// From after `{`, in expression position.
    #[inline(never)]
    pub(super) fn block_value(&mut self) -> Parse<ExprId> {
        self.scoped_block(self.previous.span.start)
    }

    pub(super) fn if_statement(&mut self, last_gives_value: bool) -> Parse<Item> {
        let base = self.arms.len();
        self.advance()?;
        let otherwise = self.if_chain(false)?;
        let is_tail = last_gives_value && self.at_block_end() && self.chain_has_tail(base, otherwise);
        let expr = self.finish_if(base, otherwise, is_tail)?;
        Ok(if is_tail { Item::Tail(expr) } else { Item::Effect(expr) })
    }

    /// From after `if`, in expression position.
    #[inline(never)]
    pub(super) fn if_value(&mut self) -> Parse<ExprId> {
        let base = self.arms.len();
        let otherwise = self.if_chain(true)?;
        self.finish_if(base, otherwise, true)
    }

    /// From after `if`: pushes the arms of the chain to `arms` and returns the body of its `else`. In a value
    /// every body is a block.
    fn if_chain(&mut self, is_value: bool) -> Parse<Option<ExprId>> {
        let mut start = self.previous.span.start;
        loop {
            let (cond, parenthesized) = self.condition(Code::ExpectParenAfterIf)?;
            let then_jump = self.lox.jump();
            self.lox.bytes(1);
            let body = self.body(parenthesized && !is_value, Code::ExpectBraceAfterCondition)?;
            let else_jump = self.lox.jump();
            self.lox_land(then_jump)?;
            self.lox.bytes(1);
            self.arms.push(Arm { start, cond, body, else_jump })?;
            if !self.matches(TokenKind::Else)? {
                return Ok(None);
            }
            if !self.check(TokenKind::If) {
                return Ok(Some(self.body(!is_value, Code::ExpectBraceAfterElse)?));
            }
            start = self.current.span.start;
            self.advance()?;
        }
    }

    /// The body of a condition, an `else` or a loop. If `any`, it need not be a block.
    #[inline(never)]
    pub(super) fn body(&mut self, any: bool, missing_brace: Code) -> Parse<ExprId> {
        if self.dialect.has_block_values() && self.check(TokenKind::LeftBrace) {
            let start = self.current.span.start;
            self.advance()?;
            return self.scoped_block(start);
        }
        if !any {
            self.error_at_current(missing_brace)?;
            if self.dialect.recovers_by_brackets() {
                return self.body_after_error();
            }
        }
        self.nest()?;
        let (Item::Effect(body) | Item::Tail(body)) = self.statement(false)?;
        self.unnest();
        Ok(body)
    }

    /// A body whose brace was not found.
    #[cold]
    #[inline(never)]
    fn body_after_error(&mut self) -> Parse<ExprId> {
        if !self.reach_body(false)? {
            return self.error_node();
        }
        let start = self.current.span.start;
        self.advance()?;
        self.scoped_block(start)
    }

    /// The `if` of the arms from `base` on. In a value, a body that is not a block is a statement with the value nil.
    #[inline(never)]
    fn finish_if(&mut self, base: usize, otherwise: Option<ExprId>, is_value: bool) -> Parse<ExprId> {
        let mut expr = match otherwise {
            Some(body) if is_value => Some(self.as_block(body)?),
            Some(_) | None => otherwise,
        };
        while self.arms.len() > base
            && let Some(Arm { start, cond, body, else_jump }) = self.arms.pop()
        {
            self.lox_land(else_jump)?;
            let then = if is_value { self.as_block(body)? } else { body };
            expr = Some(self.finish(Expr::If(If { cond, then, otherwise: expr }), start)?);
        }
        match expr {
            Some(expr) => Ok(expr),
            // A chain has at least one arm.
            None => self.error_node(),
        }
    }

    /// Whether any body of the chain from `base` on ends in a value.
    fn chain_has_tail(&self, base: usize, otherwise: Option<ExprId>) -> bool {
        self.arms[base..].iter().map(|arm| arm.body).chain(otherwise).any(|body| self.has_tail(body))
    }

    pub(super) fn has_tail(&self, expr: ExprId) -> bool {
        matches!(self.ast.expr(expr), Expr::Block(Block { tail: Some(_), .. }))
    }

    /// A block is returned unchanged; any other statement is put into a block.
    fn as_block(&mut self, expr: ExprId) -> Parse<ExprId> {
        if matches!(self.ast.expr(expr), Expr::Block(_)) {
            return Ok(expr);
        }
        let items = self.ast.add_list(&[expr])?;
        let span = self.ast.span(expr);
        Ok(self.ast.add_expr(Expr::Block(Block { items, tail: None }), span)?)
    }
}
