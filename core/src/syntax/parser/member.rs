//! Members of classes other than plain methods: operators.

use super::super::ast::{FnId, FnKind, Symbol};
use super::super::{Code, TokenKind};
use super::{Parse, Parser};
use crate::operator::Operator;

impl Parser<'_, '_> {
    /// After the first word of a member, its name: the operator that the member defines, if it is one. The last tokens of the
    /// operator have been stepped over.
    #[inline(never)]
    pub(super) fn operator_after(&mut self, word: Symbol) -> Parse<Option<Operator>> {
        if !self.dialect.has_operator_methods() || self.symbols.text(word) != "operator" {
            return Ok(None);
        }
        if self.check(TokenKind::LeftParen) && !self.begins_call_operator() {
            // A method whose name is `operator`.
            return Ok(None);
        }
        self.operator_sign().map(Some)
    }

    /// Whether the next tokens are `()(`, of which the first is known to be there.
    fn begins_call_operator(&self) -> bool {
        let mut lexer = self.lexer.clone();
        lexer.next_token().kind == TokenKind::RightParen && lexer.next_token().kind == TokenKind::LeftParen
    }

    /// The sign of an operator, or the word that stands for one.
    fn operator_sign(&mut self) -> Parse<Operator> {
        let operator = match self.current.kind {
            TokenKind::Plus => Operator::Add,
            TokenKind::Minus => Operator::Sub,
            TokenKind::Star => Operator::Mul,
            TokenKind::Slash => Operator::Div,
            TokenKind::Percent => Operator::Mod,
            TokenKind::TildeSlash => Operator::FloorDiv,
            TokenKind::StarStar => Operator::Pow,
            TokenKind::EqualEqual => Operator::Equal,
            TokenKind::Less => Operator::Less,
            TokenKind::LeftBracket => Operator::Index,
            TokenKind::LeftParen => Operator::Call,
            TokenKind::In => Operator::In,
            TokenKind::Identifier if self.is_current("string") => Operator::String,
            _ => {
                self.error_at_current(Code::ExpectOperator)?;
                return Ok(Operator::Call);
            }
        };
        self.advance()?;
        match operator {
            Operator::Index => {
                self.consume(TokenKind::RightBracket, Code::ExpectOperator)?;
                if self.matches(TokenKind::Equal)? { Ok(Operator::SetIndex) } else { Ok(Operator::Index) }
            }
            Operator::Call => {
                self.consume(TokenKind::RightParen, Code::ExpectOperator)?;
                Ok(Operator::Call)
            }
            operator => Ok(operator),
        }
    }

    /// The method of an operator, from after its sign. `-` without parameters is another operator.
    #[inline(never)]
    pub(super) fn operator_method(&mut self, operator: Operator) -> Parse<FnId> {
        let (sign, start) = (self.previous, self.previous.span.start);
        let name = self.symbols.intern(operator.method())?;
        let id = self.function_of(FnKind::Method, name, start)?;
        let function = self.ast.functions[id.index()];
        let (most, defaults) = (function.params.len as usize, function.defaults.len as usize);
        if operator == Operator::Sub && most == 0 {
            self.ast.functions[id.index()].name = self.symbols.intern(Operator::Negate.method())?;
        } else if !self.panicking
            && operator
                .operands()
                .is_some_and(|count| !(most.saturating_sub(defaults)..=most).contains(&count))
        {
            self.report(sign, Code::OperatorParameters)?;
        }
        Ok(id)
    }

    /// Whether the next token is this text.
    fn is_current(&self, text: &str) -> bool {
        &self.source[self.current.span.start as usize..self.current.span.end as usize] == text
    }
}
