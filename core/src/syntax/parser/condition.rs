//! The condition of `if` and `while`, which the Siskin dialect takes without parentheses too.

use super::super::ast::ExprId;
use super::super::operator::Precedence;
use super::super::{Code, TokenKind};
use super::{Parse, Parser};

/// How often all of a text may be looked at beforehand, to tell where a condition ends.
pub(super) const LOOKS: usize = 32;

impl Parser<'_> {
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

    /// The condition of an `if` or `while` that begins with the parenthesis that comes, where it need not have any.
    ///
    /// What follows the closing one may go on with the condition, `if (a) - 1 > b {}`, or begin a body as in Lox, `if (a)
    /// -f();`.
    #[inline(never)]
    fn parenthesized_condition(&mut self) -> Parse<ExprId> {
        self.nest()?;
        self.advance()?;
        let start = self.previous.span.start;
        let mut cond = self.grouping()?;
        let either = matches!(self.current.kind, TokenKind::LeftParen | TokenKind::Minus);
        if !either || self.condition_goes_on()? {
            cond = self.operators(cond, start, Precedence::Assignment)?;
        }
        self.unnest();
        Ok(cond)
    }

    /// Whether the first `;` or `{` outside brackets, from the token that comes on, is a `{`: no Lox statement that begins
    /// with that token has one.
    fn condition_goes_on(&mut self) -> Parse<bool> {
        use TokenKind as T;
        let mut lexer = self.lexer.clone();
        let mut token = self.current;
        let mut open = 0_u32;
        let goes_on = loop {
            match token.kind {
                T::LeftBrace if open == 0 => break true,
                T::Semicolon | T::RightParen | T::RightBrace if open == 0 => break false,
                T::End => break false,
                T::LeftParen | T::LeftBrace => open += 1,
                T::RightParen | T::RightBrace => open -= 1,
                _ => {}
            }
            token = lexer.next_token();
        };
        // Conditions inside the brackets look at the same text again, so nesting them could take the square of its length.
        let looked = (token.span.end - self.current.span.start) as usize;
        match self.look_left.checked_sub(looked) {
            Some(left) => self.look_left = left,
            None => self.too_deep()?,
        }
        Ok(goes_on)
    }
}
