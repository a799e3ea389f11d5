//! Operands, with which expressions begin.

use super::super::ast::{Expr, ExprId, UnaryOp};
use super::super::{Code, TokenKind};
use super::{Parse, Parser};
use crate::Span;

impl Parser<'_, '_> {
    /// The operand that the last token begins; `None` if it begins no expression.
    #[inline]
    pub(super) fn operand(&mut self, can_assign: bool) -> Parse<Option<ExprId>> {
        use TokenKind as T;
        let expr = match self.previous.kind {
            T::Identifier => self.variable(can_assign),
            T::Number => self.number(),
            T::Str => self.string(),
            T::LeftParen => self.grouping(),
            T::Minus => self.unary(UnaryOp::Negate),
            T::Bang => self.unary(UnaryOp::Not),
            T::Nil => self.literal(Expr::Nil),
            T::True => self.literal(Expr::True),
            T::False => self.literal(Expr::False),
            T::This => self.this(),
            T::Super => self.super_(),
            T::If if self.dialect.has_block_values() => self.if_value(),
            T::LeftBrace if self.dialect.has_block_values() => self.block_value(),
            _ => return Ok(None),
        };
        expr.map(Some)
    }

    fn literal(&mut self, expr: Expr) -> Parse<ExprId> {
        self.lox.bytes(1);
        Ok(self.ast.add_expr(expr, self.previous.span)?)
    }

    #[inline(never)]
    fn number(&mut self) -> Parse<ExprId> {
        let span = self.previous.span;
        let value = number_value(&self.source[span.start as usize..span.end as usize]);
        self.lox_constant()?;
        self.lox.bytes(2);
        Ok(self.ast.add_expr(Expr::Number(value), span)?)
    }

    fn string(&mut self) -> Parse<ExprId> {
        let span = self.previous.span;
        let contents = Span { start: span.start + 1, end: span.end - 1 };
        self.lox_constant()?;
        self.lox.bytes(2);
        Ok(self.ast.add_expr(Expr::Str(contents), span)?)
    }

    #[inline(never)]
    fn this(&mut self) -> Parse<ExprId> {
        if self.class.is_none() {
            self.error(Code::ThisOutsideClass)?;
            return self.error_node();
        }
        self.variable(false)
    }
}

/// The value of digits with an optional fraction.
fn number_value(text: &str) -> f64 {
    // Up to 15 digits an integer is exact in a double; most literals are that short.
    let digits = text.as_bytes();
    if digits.len() <= 15 && digits.iter().all(u8::is_ascii_digit) {
        let integer = digits.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        return integer as f64;
    }
    // The lexer only makes such tokens of numbers.
    text.parse().unwrap_or(f64::NAN)
}
