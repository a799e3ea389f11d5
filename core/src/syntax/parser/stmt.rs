//! Statements: expressions that are evaluated for their effect.

use super::super::ast::Expr;
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
            T::Print => self.print_statement(last_gives_value).map(Item::Effect),
            T::If => self.if_statement(last_gives_value),
            T::Return => self.return_statement(last_gives_value).map(Item::Effect),
            T::Break => self.jump_statement(last_gives_value, Code::ExpectSemicolonAfterBreak),
            T::Continue => self.jump_statement(last_gives_value, Code::ExpectSemicolonAfterContinue),
            T::Throw => self.jump_statement(last_gives_value, Code::ExpectSemicolonAfterThrow),
            T::Try => self.try_statement(last_gives_value),
            T::Match => self.match_statement(last_gives_value),
            T::For | T::While | T::Loop | T::Label => self.loop_statement(last_gives_value),
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

    pub(super) fn end_expression_statement(&mut self) -> Parse<()> {
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterExpression)?;
        self.lox.bytes(1);
        Ok(())
    }
}
