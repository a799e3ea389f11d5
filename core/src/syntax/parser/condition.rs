//! The condition of `if` and `while`, which the Siskin dialect also takes without parentheses.

use super::super::ast::ExprId;
use super::super::operator::Precedence;
use super::super::{Code, TokenKind};
use super::{Parse, Parser};

/// The bytes of lookahead that are allowed to find the ends of conditions, in lengths of the text.
pub(super) const LOOKS: usize = 32;

impl Parser<'_, '_> {
    /// The condition of `if` or `while`, and whether it began with a parenthesis.
    pub(super) fn condition(&mut self, missing_paren: Code) -> Parse<(ExprId, bool)> {
        if self.dialect.has_bare_conditions() {
            // `(a) + b` is one condition: an expression is as long as possible, unless a Lox body begins after the `)`.
            let parenthesized = self.check(TokenKind::LeftParen);
            let cond = if parenthesized { self.parenthesized_condition()? } else { self.expression()? };
            return Ok((cond, parenthesized));
        }
        self.consume(TokenKind::LeftParen, missing_paren)?;
        let cond = self.expression()?;
        self.consume(TokenKind::RightParen, Code::ExpectParenAfterCondition)?;
        Ok((cond, true))
    }

    /// The condition of an `if` or `while` that begins with the next token, a parenthesis, although it need not have
    /// one.
    ///
    /// The text after the closing parenthesis may continue the condition, `if (a) - 1 > b {}`, or begin a body as in
    /// Lox, `if (a) -f();`.
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

    /// Whether the first `;` or `{` outside brackets, from the next token on, is a `{`. No Lox statement that begins
    /// with the next token contains one.
    fn condition_goes_on(&mut self) -> Parse<bool> {
        use TokenKind as T;
        let mut lexer = self.lexer.clone();
        let mut token = self.current;
        let mut open = 0_u32;
        let goes_on = loop {
            match token.kind {
                T::LeftBrace if open == 0 => break true,
                T::Semicolon | T::RightParen | T::RightBrace | T::RightBracket if open == 0 => break false,
                T::End => break false,
                T::LeftParen | T::LeftBrace | T::LeftBracket | T::HashBrace | T::QuestionBracket => open += 1,
                T::StrStart => open += 1,
                T::RightParen | T::RightBrace | T::RightBracket | T::StrEnd => open = open.saturating_sub(1),
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
