//! Statements, except `if` (see `branch`).

use super::super::ast::{ExprId, FnKind};
use super::super::ast::{List, Stmt, StmtId, VarKind};
use super::super::{Code, TokenKind};
use super::{Parse, Parser};

impl Parser<'_> {
    /// A statement that is no declaration.
    ///
    /// `last_gives_value`: whether it stands directly in a block or body, so that as the last one there,
    /// without its semicolon, it can be the value (in a dialect where blocks have values).
    pub(super) fn statement(&mut self, last_gives_value: bool) -> Parse<StmtId> {
        use TokenKind as T;
        match self.current.kind {
            T::Print => self.print_statement(),
            T::For => self.for_statement(),
            T::If => self.if_statement(last_gives_value),
            T::Return => self.return_statement(),
            T::While => self.while_statement(),
            T::LeftBrace => self.block_statement(last_gives_value),
            _ => self.expression_statement(last_gives_value),
        }
    }

    /// From after `{` to `}`.
    pub(super) fn block(&mut self) -> Parse<List> {
        self.enter()?;
        let base = self.pending.len();
        while !self.check(TokenKind::RightBrace) && !self.check(TokenKind::End) {
            let stmt = self.declaration()?;
            self.pending.push(stmt.into())?;
        }
        self.consume(TokenKind::RightBrace, Code::ExpectBraceAfterBlock)?;
        self.leave();
        self.take_pending(base)
    }

    /// As [`Parser::block`], in a scope of its own.
    pub(super) fn scoped_block(&mut self) -> Parse<List> {
        self.begin_scope();
        let list = self.block()?;
        self.end_scope();
        Ok(list)
    }

    fn expression_statement(&mut self, last_gives_value: bool) -> Parse<StmtId> {
        let start = self.current.span.start;
        let expr = self.expression()?;
        if last_gives_value && self.at_block_end() {
            return self.finish_stmt(Stmt::Tail(expr), start);
        }
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterExpression)?;
        self.lox.bytes(1);
        self.finish_stmt(Stmt::Expr(expr), start)
    }

    #[inline(never)]
    fn print_statement(&mut self) -> Parse<StmtId> {
        let start = self.current.span.start;
        self.advance()?;
        let value = self.expression()?;
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterValue)?;
        self.lox.bytes(1);
        self.finish_stmt(Stmt::Print(value), start)
    }

    #[inline(never)]
    fn return_statement(&mut self) -> Parse<StmtId> {
        let start = self.current.span.start;
        self.advance()?;
        let kind = self.scopes.current.kind;
        if kind == FnKind::Script {
            self.error(Code::ReturnFromScript)?;
        }
        if self.matches(TokenKind::Semicolon)? {
            self.lox.bytes(if kind == FnKind::Initializer { 3 } else { 2 });
            return self.finish_stmt(Stmt::Return(None), start);
        }
        if kind == FnKind::Initializer {
            self.error(Code::ReturnFromInitializer)?;
        }
        let value = self.expression()?;
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterReturn)?;
        self.lox.bytes(1);
        self.finish_stmt(Stmt::Return(Some(value)), start)
    }

    #[inline(never)]
    fn while_statement(&mut self) -> Parse<StmtId> {
        let start = self.current.span.start;
        self.advance()?;
        let loop_start = self.lox.position();
        let (cond, parenthesized) = self.condition(Code::ExpectParenAfterWhile)?;
        let exit_jump = self.lox.jump();
        self.lox.bytes(1);
        let body = self.body_statement(parenthesized)?;
        self.lox_jump_back(loop_start)?;
        self.lox_land(exit_jump)?;
        self.lox.bytes(1);
        self.finish_stmt(Stmt::While { cond, body }, start)
    }

    /// The condition of `if` or `while`, and whether it began with a parenthesis.
    pub(super) fn condition(&mut self, missing_paren: Code) -> Parse<(ExprId, bool)> {
        if self.dialect.has_bare_conditions() {
            // `(a) + b` is one condition: an expression goes as far as it can, unless a Lox body begins after the `)`.
            let parenthesized = self.check(TokenKind::LeftParen);
            let cond = if parenthesized { self.parenthesized_condition()? } else { self.expression()? };
            return Ok((cond, parenthesized));
        }
        self.consume(TokenKind::LeftParen, missing_paren)?;
        let cond = self.expression()?;
        self.consume(TokenKind::RightParen, Code::ExpectParenAfterCondition)?;
        Ok((cond, true))
    }

    #[inline(never)]
    fn for_statement(&mut self) -> Parse<StmtId> {
        use TokenKind as T;
        let start = self.current.span.start;
        self.advance()?;
        self.begin_scope();
        self.consume(T::LeftParen, Code::ExpectParenAfterFor)?;
        let init = match self.current.kind {
            T::Semicolon => {
                self.advance()?;
                None
            }
            T::Var => Some(self.var_declaration(VarKind::Var)?),
            T::Let => Some(self.var_declaration(VarKind::Let)?),
            _ => Some(self.expression_statement(false)?),
        };

        let mut loop_start = self.lox.position();
        let mut exit_jump = None;
        let cond = if self.matches(T::Semicolon)? {
            None
        } else {
            let cond = self.expression()?;
            self.consume(T::Semicolon, Code::ExpectSemicolonAfterLoopCondition)?;
            exit_jump = Some(self.lox.jump());
            self.lox.bytes(1);
            Some(cond)
        };
        let step = if self.matches(T::RightParen)? {
            None
        } else {
            let body_jump = self.lox.jump();
            let step_start = self.lox.position();
            let step = self.expression()?;
            self.lox.bytes(1);
            self.consume(T::RightParen, Code::ExpectParenAfterForClauses)?;
            self.lox_jump_back(loop_start)?;
            loop_start = step_start;
            self.lox_land(body_jump)?;
            Some(step)
        };

        let body = self.body_statement(true)?;
        self.lox_jump_back(loop_start)?;
        if let Some(exit_jump) = exit_jump {
            self.lox_land(exit_jump)?;
            self.lox.bytes(1);
        }
        self.end_scope();
        self.finish_stmt(Stmt::For { init, cond, step, body }, start)
    }

    /// Adds a statement that ends with the last token.
    pub(super) fn finish_stmt(&mut self, stmt: Stmt, start: u32) -> Parse<StmtId> {
        let span = self.span_from(start);
        Ok(self.ast.add_stmt(stmt, span)?)
    }
}
