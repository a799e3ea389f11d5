//! Members of classes: methods, getters, setters, what is static, operators.

use super::super::ast::{Block, FnId, FnKind, List, Params, Symbol};
use super::super::{Code, Token, TokenKind};
use super::{Parse, Parser};
use crate::operator::Operator;

/// What comes before the parameters of a member.
#[derive(Clone, Copy)]
pub(super) struct MemberHead {
    pub(super) kind: FnKind,
    pub(super) name: Symbol,
    /// The operator that it defines.
    pub(super) operator: Option<Operator>,
}

impl Parser<'_, '_> {
    /// The words up to the name of a member, or the sign of its operator.
    #[inline(never)]
    pub(super) fn member_head(&mut self) -> Parse<MemberHead> {
        let first = self.property_name(Code::ExpectMethodName)?;
        let method = if first == Symbol::INIT { FnKind::Initializer } else { FnKind::Method };
        let plain = MemberHead { kind: method, name: first, operator: None };
        if !self.dialect.has_operator_methods() {
            return Ok(plain);
        }
        if let Some(operator) = self.operator_after(first)? {
            return Ok(MemberHead { operator: Some(operator), ..plain });
        }
        if self.check(TokenKind::LeftParen) {
            return Ok(plain);
        }
        let head = |kind, name| Ok(MemberHead { kind, name, operator: None });
        match self.symbols.text(first) {
            "get" => head(FnKind::Getter, self.property_name(Code::ExpectMethodName)?),
            "set" => head(FnKind::Setter, self.property_name(Code::ExpectMethodName)?),
            "static" => {
                let word = self.property_name(Code::ExpectMethodName)?;
                self.enter_static(true);
                match (self.current.kind, self.symbols.text(word)) {
                    (TokenKind::LeftParen, _) => head(FnKind::StaticMethod, word),
                    (TokenKind::Equal, _) => head(FnKind::StaticField, word),
                    (_, "get") => head(FnKind::StaticGetter, self.property_name(Code::ExpectMethodName)?),
                    (_, "set") => head(FnKind::StaticSetter, self.property_name(Code::ExpectMethodName)?),
                    _ => head(FnKind::StaticMethod, word),
                }
            }
            _ => Ok(plain),
        }
    }

    /// After a member, whose name is that token: it joins the others, which are pending. Static fields wait.
    #[inline(never)]
    pub(super) fn end_member(&mut self, member: MemberHead, name: Token, function: FnId) -> Parse<()> {
        self.enter_static(false);
        let params = self.ast.functions[function.index()].params.vars.len;
        if matches!(member.kind, FnKind::Setter | FnKind::StaticSetter) && params != 1 && !self.panicking {
            self.report(name, Code::SetterParameters)?;
        }
        let list =
            if member.kind == FnKind::StaticField { &mut self.static_fields } else { &mut self.pending };
        Ok(list.push(function.into())?)
    }

    /// After all members: the static fields since `base`, whose values may need any member.
    pub(super) fn static_fields_last(&mut self, base: usize) -> Parse<()> {
        for index in base..self.static_fields.len() {
            let field = self.static_fields[index];
            self.pending.push(field)?;
        }
        self.static_fields.truncate(base);
        Ok(())
    }

    fn enter_static(&mut self, is_static: bool) {
        if let Some(class) = &mut self.class {
            class.in_static = is_static;
        }
    }

    /// From `=` to `;`: the value of a static field.
    #[inline(never)]
    pub(super) fn static_value(&mut self) -> Parse<Block> {
        self.consume(TokenKind::Equal, Code::ExpectMethodName)?;
        let value = self.expression()?;
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterField)?;
        self.end_static_value()?;
        Ok(Block { items: List::default(), tail: Some(value) })
    }

    /// After the first word of a member, its name: the operator that the member defines, if it is one. The last tokens of the
    /// operator have been stepped over.
    #[inline(never)]
    pub(super) fn operator_after(&mut self, word: Symbol) -> Parse<Option<Operator>> {
        if self.symbols.text(word) != "operator" {
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
        let Params { vars, defaults, rest, .. } = self.ast.functions[id.index()].params;
        let (most, optional) = (vars.len as usize, defaults.len as usize + usize::from(rest));
        let takes = |count| count + optional >= most && (rest || count <= most);
        if operator == Operator::Sub && most == 0 {
            self.ast.functions[id.index()].name = self.symbols.intern(Operator::Negate.method())?;
        } else if !self.panicking && operator.operands().is_some_and(|count| !takes(count)) {
            self.report(sign, Code::OperatorParameters)?;
        }
        Ok(id)
    }

    /// Whether the next token is this text.
    fn is_current(&self, text: &str) -> bool {
        &self.source[self.current.span.start as usize..self.current.span.end as usize] == text
    }
}
