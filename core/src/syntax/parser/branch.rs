//! `if`, and blocks and `if` as values.
//!
//! Whether an `if` or a block in statement position is a value shows only after it: it is one if it ends
//! what it stands in. So a tail of a block is first taken for a value, and demoted to a statement when the
//! block turns out to be used as one; that happens once to each tail.

use super::super::ast::{ElseId, Expr, ExprId, List, Stmt, StmtId};
use super::super::{Code, TokenKind};
use super::lox::Position;
use super::{Parse, Parser};
use crate::Span;

/// What an `if`, an `else` or a loop governs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    /// A block of a dialect in which it can have a value.
    Block(List, Span),
    Stmt(StmtId),
}

/// One `if` of a chain `if ... else if ... else ...`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arm {
    start: u32,
    cond: ExprId,
    body: Body,
    else_jump: Position,
}

impl Parser<'_> {
    /// Whether the block, or the script, that the last statement stood in ends here, so that it may lack
    /// its semicolon and be the value.
    pub(super) fn at_block_end(&self) -> bool {
        let values = self.dialect.has_block_values();
        let ends = match self.current.kind {
            TokenKind::RightBrace => values,
            TokenKind::End => values || self.interactive,
            _ => false,
        };
        ends && !self.panicking
    }

    // As statements.

    pub(super) fn if_statement(&mut self, last_gives_value: bool) -> Parse<StmtId> {
        let start = self.current.span.start;
        let base = self.arms.len();
        self.advance()?;
        let otherwise = self.if_chain(false)?;
        if last_gives_value && self.at_block_end() && self.chain_has_value(base, otherwise) {
            let value = self.finish_if_value(base, otherwise)?;
            return self.finish_stmt(Stmt::Tail(value), start);
        }
        self.finish_if_statement(base, otherwise, start)
    }

    pub(super) fn block_statement(&mut self, last_gives_value: bool) -> Parse<StmtId> {
        let start = self.current.span.start;
        self.advance()?;
        let list = self.scoped_block()?;
        if last_gives_value && self.at_block_end() && self.tail_of(list).is_some() {
            let span = self.span_from(start);
            let value = self.ast.add_expr(Expr::Block(list), span)?;
            return self.finish_stmt(Stmt::Tail(value), start);
        }
        self.demote_tail(list);
        self.finish_stmt(Stmt::Block(list), start)
    }

    /// The body of a loop.
    pub(super) fn body_statement(&mut self, parenthesized: bool) -> Parse<StmtId> {
        let body = self.body(parenthesized, Code::ExpectBraceAfterCondition)?;
        self.body_to_stmt(body)
    }

    // As values.

    /// From after `if`, in expression position.
    #[inline(never)]
    pub(super) fn if_value(&mut self) -> Parse<ExprId> {
        let base = self.arms.len();
        let otherwise = self.if_chain(true)?;
        self.finish_if_value(base, otherwise)
    }

    /// From after `{`, in expression position.
    #[inline(never)]
    pub(super) fn block_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let list = self.scoped_block()?;
        let span = self.span_from(start);
        Ok(self.ast.add_expr(Expr::Block(list), span)?)
    }

    // Common.

    /// From after `if`: pushes the arms of the chain to `arms` and returns the body of its `else`. In a value
    /// every body is a block.
    fn if_chain(&mut self, is_value: bool) -> Parse<Option<Body>> {
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

    /// What a condition or an `else` governs; `any`: it need not be a block.
    #[inline(never)]
    fn body(&mut self, any: bool, missing_brace: Code) -> Parse<Body> {
        if self.dialect.has_block_values() && self.check(TokenKind::LeftBrace) {
            let start = self.current.span.start;
            self.advance()?;
            let list = self.scoped_block()?;
            return Ok(Body::Block(list, self.span_from(start)));
        }
        if !any {
            self.error_at_current(missing_brace)?;
        }
        self.enter()?;
        let stmt = self.statement(false)?;
        self.leave();
        Ok(Body::Stmt(stmt))
    }

    /// The `if` expression of the arms from `base` on.
    #[inline(never)]
    fn finish_if_value(&mut self, base: usize, otherwise: Option<Body>) -> Parse<ExprId> {
        let mut value = match otherwise {
            Some(body) => Some(self.body_to_value(body)?),
            None => None,
        };
        while self.arms.len() > base
            && let Some(arm) = self.arms.pop()
        {
            self.lox_land(arm.else_jump)?;
            let then = self.body_to_value(arm.body)?;
            let otherwise = value.and_then(ElseId::new);
            let span = self.span_from(arm.start);
            value = Some(self.ast.add_expr(Expr::If { cond: arm.cond, then, otherwise }, span)?);
        }
        match value {
            Some(value) => Ok(value),
            // A chain has an arm at least.
            None => self.error_node(),
        }
    }

    /// The `if` statement of the arms from `base` on.
    #[inline(never)]
    fn finish_if_statement(&mut self, base: usize, otherwise: Option<Body>, start: u32) -> Parse<StmtId> {
        let mut otherwise = match otherwise {
            Some(body) => Some(self.body_to_stmt(body)?),
            None => None,
        };
        while self.arms.len() > base
            && let Some(arm) = self.arms.pop()
        {
            self.lox_land(arm.else_jump)?;
            let then = self.body_to_stmt(arm.body)?;
            otherwise = Some(self.finish_stmt(Stmt::If { cond: arm.cond, then, otherwise }, arm.start)?);
        }
        match otherwise {
            Some(stmt) => Ok(stmt),
            // A chain has an arm at least.
            None => self.finish_stmt(Stmt::Block(List::default()), start),
        }
    }

    /// Whether any body of the chain from `base` on ends in a value.
    fn chain_has_value(&self, base: usize, otherwise: Option<Body>) -> bool {
        let bodies = self.arms[base..].iter().map(|arm| arm.body).chain(otherwise);
        bodies.into_iter().any(|body| matches!(body, Body::Block(list, _) if self.tail_of(list).is_some()))
    }

    fn body_to_stmt(&mut self, body: Body) -> Parse<StmtId> {
        match body {
            Body::Block(list, span) => {
                self.demote_tail(list);
                Ok(self.ast.add_stmt(Stmt::Block(list), span)?)
            }
            Body::Stmt(stmt) => Ok(stmt),
        }
    }

    fn body_to_value(&mut self, body: Body) -> Parse<ExprId> {
        let (list, span) = match body {
            Body::Block(list, span) => (list, span),
            Body::Stmt(stmt) => (self.ast.add_list(&[stmt])?, self.ast.stmt_spans[stmt.index()]),
        };
        Ok(self.ast.add_expr(Expr::Block(list), span)?)
    }

    /// The value that a block ends in, and the statement that says so.
    fn tail_of(&self, list: List) -> Option<(StmtId, ExprId)> {
        let last: StmtId = self.ast.list(list).next_back()?;
        match self.ast.stmt(last) {
            Stmt::Tail(value) => Some((last, value)),
            _ => None,
        }
    }

    /// The value that a block ends in is not wanted.
    fn demote_tail(&mut self, list: List) {
        if let Some((stmt, value)) = self.tail_of(list) {
            self.ast.stmts[stmt.index()] = Stmt::Expr(value);
        }
    }
}
