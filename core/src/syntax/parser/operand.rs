//! Operands, with which expressions begin.

use super::super::ast::{Expr, ExprId, UnaryOp};
use super::super::{Code, TokenKind, number};
use super::{Parse, Parser};

impl Parser<'_, '_> {
    /// The operand that the last token begins; `None` if it begins no expression.
    #[inline]
    pub(super) fn operand(&mut self, can_assign: bool) -> Parse<Option<ExprId>> {
        use TokenKind as T;
        let expr = match self.previous.kind {
            T::Identifier => self.variable(can_assign),
            T::Number => self.number(),
            T::Str => self.string(),
            T::StrStart => self.interpolation(),
            T::LeftParen => self.grouping(),
            T::LeftBracket => self.list(),
            T::HashBrace => self.map(),
            T::Minus => self.unary(UnaryOp::Negate),
            T::Bang => self.unary(UnaryOp::Not),
            T::Tilde => self.unary(UnaryOp::BitNot),
            T::Nil => self.literal(Expr::Nil),
            T::True => self.literal(Expr::True),
            T::False => self.literal(Expr::False),
            T::This => self.this(),
            T::Super => self.super_(),
            T::If if self.dialect.has_block_values() => self.if_value(),
            T::LeftBrace if self.dialect.has_block_values() => self.block_value(),
            T::Loop | T::While | T::For | T::Label if self.dialect.has_jumps() => self.loop_value(),
            T::Print if self.dialect.has_jumps() => self.print_value(),
            T::Return if self.dialect.has_jumps() => self.return_value(),
            T::Pipe | T::PipePipe => self.closure(),
            T::Break => self.break_value(),
            T::Continue => self.continue_value(),
            T::Match => self.match_value(),
            T::Throw => self.throw_value(),
            T::Yield => self.yield_value(),
            T::Try => self.try_value(),
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
        let text = &self.source[span.start as usize..span.end as usize];
        let value = match number::value(text, self.pending.mem())? {
            Some(value) => value,
            None => {
                self.error(Code::InexactNumber)?;
                f64::NAN
            }
        };
        self.lox_constant()?;
        self.lox.bytes(2);
        Ok(self.ast.add_expr(Expr::Number(value), span)?)
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
