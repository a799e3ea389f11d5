//! Statements: expressions that are evaluated for their effect.

use super::super::ast::{Block, Expr, ExprId, FnKind, Loop, VarKind};
use super::super::{Code, TokenKind};
use super::block::Item;
use super::{Parse, Parser};

impl Parser<'_, '_> {
    /// A statement other than a declaration.
    ///
    /// `last_gives_value` says whether the statement is directly in a block or body. There the last one, without its
    /// semicolon, can be the value (in a dialect where blocks have values).
    pub(super) fn statement(&mut self, last_gives_value: bool) -> Parse<Item> {
        use TokenKind as T;
        match self.current.kind {
            T::Print => self.print_statement().map(Item::Effect),
            T::For => self.for_statement().map(Item::Effect),
            T::If => self.if_statement(last_gives_value),
            T::Return => self.return_statement().map(Item::Effect),
            T::While => self.while_statement().map(Item::Effect),
            T::LeftBrace => self.block_statement(last_gives_value),
            T::Semicolon if self.dialect.has_empty_statement() => {
                self.advance()?;
                Ok(Item::Effect(self.ast.add_expr(Expr::Nil, self.previous.span)?))
            }
            _ => self.expression_statement(last_gives_value),
        }
    }

    fn expression_statement(&mut self, last_gives_value: bool) -> Parse<Item> {
        let expr = self.expression()?;
        if last_gives_value && self.at_block_end() {
            return Ok(Item::Tail(expr));
        }
        self.end_expression_statement()?;
        Ok(Item::Effect(expr))
    }

    fn end_expression_statement(&mut self) -> Parse<()> {
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterExpression)?;
        self.lox.bytes(1);
        Ok(())
    }

    #[inline(never)]
    fn print_statement(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        let value = self.expression()?;
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterValue)?;
        self.lox.bytes(1);
        self.finish(Expr::Print(value), start)
    }

    #[inline(never)]
    fn return_statement(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        let kind = self.scopes.current.kind;
        if kind == FnKind::Script {
            self.error(Code::ReturnFromScript)?;
        }
        if self.matches(TokenKind::Semicolon)? {
            self.lox.bytes(if kind == FnKind::Initializer { 3 } else { 2 });
            return self.finish(Expr::Return(None), start);
        }
        if kind == FnKind::Initializer {
            self.error(Code::ReturnFromInitializer)?;
        }
        let value = self.expression()?;
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterReturn)?;
        self.lox.bytes(1);
        self.finish(Expr::Return(Some(value)), start)
    }

    #[inline(never)]
    fn while_statement(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        let loop_start = self.lox.position();
        let (cond, parenthesized) = self.condition(Code::ExpectParenAfterWhile)?;
        let exit_jump = self.lox.jump();
        self.lox.bytes(1);
        let body = self.body(parenthesized, Code::ExpectBraceAfterCondition)?;
        self.lox_jump_back(loop_start)?;
        self.lox_land(exit_jump)?;
        self.lox.bytes(1);
        self.finish(Expr::Loop(Loop { cond: Some(cond), step: None, body }), start)
    }

    /// `for (init; cond; step) body` is `{ init; while (cond) { body; step; } }`, all iterations sharing the variables
    /// of `init`.
    #[inline(never)]
    fn for_statement(&mut self) -> Parse<ExprId> {
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
            _ => {
                let init = self.expression()?;
                self.end_expression_statement()?;
                Some(init)
            }
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

        let body = self.body(true, Code::ExpectBraceAfterCondition)?;
        self.lox_jump_back(loop_start)?;
        if let Some(exit_jump) = exit_jump {
            self.lox_land(exit_jump)?;
            self.lox.bytes(1);
        }
        self.end_scope();
        let repeat = self.finish(Expr::Loop(Loop { cond, step, body }), start)?;
        let Some(init) = init else { return Ok(repeat) };
        let items = self.ast.add_list(&[init, repeat])?;
        self.finish(Expr::Block(Block { items, tail: None }), start)
    }
}
