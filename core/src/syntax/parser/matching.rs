//! `match` and the patterns of its arms.

use super::super::ast::{
    Arm, ArmId, BinaryOp, Block, EqualOp, Expr, ExprId, MemberOp, Pattern, PatternId, RangeEnd, UnaryOp,
    VarKind,
};
use super::super::operator::{Infix, InfixRow, Precedence};
use super::super::{Code, TokenKind};
use super::block::Item;
use super::enums::MAX_VARIANT_FIELDS;
use super::pattern::Binding;
use super::{Parse, Parser};

/// How patterns of arms declare their names.
const NAMES: Binding = Binding { kind: VarKind::Let, names: None };

impl Parser<'_, '_> {
    /// `match` as a statement, which ends with its brace.
    pub(super) fn match_statement(&mut self, last_gives_value: bool) -> Parse<Item> {
        self.advance()?;
        let expr = self.match_value()?;
        let is_tail = last_gives_value && self.at_block_end() && self.match_has_value(expr);
        Ok(if is_tail { Item::Tail(expr) } else { Item::Effect(expr) })
    }

    /// Whether an arm has a value. A block without one has none.
    fn match_has_value(&self, expr: ExprId) -> bool {
        let Expr::Match { arms, .. } = self.ast.expr(expr) else { return false };
        self.ast.list(arms).any(|arm: ArmId| {
            let body = self.ast.expr(self.ast.arms[arm.index()].body);
            !matches!(body, Expr::Block(Block { tail: None, .. }))
        })
    }

    /// From after `match`.
    #[inline(never)]
    pub(super) fn match_value(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        self.nest()?;
        let subject = self.expression()?;
        if !self.check(TokenKind::LeftBrace) {
            self.error_at_current(Code::ExpectBraceAfterSubject)?;
        }
        if !self.reach_body(false)? {
            self.unnest();
            return self.error_node();
        }
        self.matches(TokenKind::LeftBrace)?;
        let base = self.pending.len();
        while !self.check(TokenKind::RightBrace) && !self.check(TokenKind::End) && !self.panicking {
            let arm = self.arm()?;
            self.pending.push(arm.into())?;
            let ends = self.previous.kind == TokenKind::RightBrace || self.check(TokenKind::RightBrace);
            if !self.matches(TokenKind::Comma)? && !ends {
                self.error_at_current(Code::ExpectCommaAfterArm)?;
            }
        }
        let arms = self.take_pending(base)?;
        self.consume(TokenKind::RightBrace, Code::ExpectCommaAfterArm)?;
        self.unnest();
        self.finish(Expr::Match { subject, arms }, start)
    }

    /// `pattern if guard => body`. The names of the pattern are known in the other two.
    fn arm(&mut self) -> Parse<ArmId> {
        self.begin_scope();
        let first = self.current;
        let pattern = self.pattern()?;
        let guard = if self.matches(TokenKind::If)? { Some(self.expression()?) } else { None };
        self.consume(TokenKind::FatArrow, Code::ExpectArrow)?;
        let body = self.arm_body()?;
        self.end_scope();
        if guard.is_none() && self.fits_everything(pattern) && !self.is_last_arm() && !self.panicking {
            let name = first.span;
            let fits = match self.ast.patterns[pattern.index()].0 {
                Pattern::Bind(_) => Code::NameFitsEverything { name },
                _ => Code::AnyFitsEverything,
            };
            self.report(first, fits)?;
        }
        let arm = ArmId::new(self.ast.arms.len() as u32);
        self.ast.arms.push(Arm { pattern, guard, body })?;
        Ok(arm)
    }

    /// Whether no arm follows; a comma may.
    fn is_last_arm(&self) -> bool {
        let next = match self.current.kind {
            TokenKind::Comma => self.lexer.clone().next_token().kind,
            kind => kind,
        };
        matches!(next, TokenKind::RightBrace | TokenKind::End)
    }

    fn fits_everything(&self, id: PatternId) -> bool {
        match self.ast.patterns[id.index()].0 {
            Pattern::Any | Pattern::Bind(_) => true,
            Pattern::Default { pattern, .. } => self.fits_everything(pattern),
            Pattern::Either(_)
            | Pattern::Is { .. }
            | Pattern::Variant { .. }
            | Pattern::List { .. }
            | Pattern::Map { .. }
            | Pattern::Compare { .. }
            | Pattern::Range { .. } => false,
        }
    }

    /// From after `=>`. What begins like a statement that ends with a brace ends with it.
    fn arm_body(&mut self) -> Parse<ExprId> {
        use TokenKind as T;
        let ends_with_brace = matches!(
            self.current.kind,
            T::LeftBrace | T::If | T::Loop | T::While | T::For | T::Label | T::Match | T::Try
        );
        if !ends_with_brace {
            return self.expression();
        }
        self.nest()?;
        self.advance()?;
        let body = self.operand(false)?;
        self.unnest();
        match body {
            Some(body) => Ok(body),
            None => self.error_node(),
        }
    }

    /// A pattern with its alternatives, and the class that values must be of.
    fn pattern(&mut self) -> Parse<PatternId> {
        let start = self.current.span.start;
        let pattern = self.alternatives()?;
        if !self.matches(TokenKind::Is)? {
            return Ok(pattern);
        }
        let class = self.parse_precedence(Precedence::Postfix)?;
        self.finish_pattern(Pattern::Is { pattern, class }, start)
    }

    fn alternatives(&mut self) -> Parse<PatternId> {
        let start = self.current.span.start;
        let (base, mark) = (self.pending.len(), self.local_count());
        let first = self.single_pattern()?;
        if !self.check(TokenKind::Pipe) {
            return Ok(first);
        }
        self.pending.push(first.into())?;
        while self.matches(TokenKind::Pipe)? {
            let next = self.single_pattern()?;
            self.pending.push(next.into())?;
        }
        if self.local_count() != mark {
            self.error(Code::NamesInAlternatives)?;
        }
        let either = Pattern::Either(self.take_pending(base)?);
        self.finish_pattern(either, start)
    }

    /// A pattern without alternatives.
    fn single_pattern(&mut self) -> Parse<PatternId> {
        use TokenKind as T;
        self.nest()?;
        let start = self.current.span.start;
        let pattern = match self.current.kind {
            T::LeftParen => {
                self.advance()?;
                let inner = self.pattern()?;
                self.consume(T::RightParen, Code::ExpectParenAfterPattern)?;
                self.unnest();
                return Ok(inner);
            }
            T::LeftBracket => {
                self.advance()?;
                self.list_pattern()?
            }
            T::HashBrace => {
                self.advance()?;
                self.map_pattern()?
            }
            T::Identifier => {
                self.advance()?;
                self.name_pattern()?
            }
            T::Nil | T::True | T::False => {
                let value = self.literal_of_pattern()?;
                Pattern::Compare { op: BinaryOp::Equal(EqualOp::Eq), value }
            }
            T::Number | T::Minus | T::Str => {
                let value = self.literal_of_pattern()?;
                match self.range_end() {
                    Some(kind) => self.range_pattern(Some(value), kind)?,
                    None => Pattern::Compare { op: BinaryOp::Equal(EqualOp::Eq), value },
                }
            }
            T::DotDot | T::DotDotEqual => {
                let kind = self.range_end().unwrap_or(RangeEnd::Excluded);
                self.range_pattern(None, kind)?
            }
            T::Is => {
                let pattern = self.finish_pattern(Pattern::Any, start)?;
                self.advance()?;
                Pattern::Is { pattern, class: self.parse_precedence(Precedence::Postfix)? }
            }
            sign => self.comparison_pattern(sign)?,
        };
        self.unnest();
        self.finish_pattern(pattern, start)
    }

    /// From the sign of a comparison on.
    fn comparison_pattern(&mut self, sign: TokenKind) -> Parse<Pattern> {
        let op = match InfixRow::of(sign).builds {
            Some(Infix::Binary(
                op @ (BinaryOp::Equal(_) | BinaryOp::Order(_) | BinaryOp::Member(MemberOp::In)),
            )) => op,
            _ => {
                self.error_at_current(Code::ExpectPattern)?;
                return Ok(Pattern::Any);
            }
        };
        self.advance()?;
        Ok(Pattern::Compare { op, value: self.parse_precedence(Precedence::Shift)? })
    }

    /// From after a name: with points, a value, or with fields, a class or variant; alone, a name for the value.
    fn name_pattern(&mut self) -> Parse<Pattern> {
        if !matches!(self.current.kind, TokenKind::Dot | TokenKind::LeftParen | TokenKind::HashBrace) {
            return self.bind_name(NAMES);
        }
        let start = self.previous.span.start;
        let mut value = self.variable(false)?;
        while self.matches(TokenKind::Dot)? {
            let name = self.property_name(Code::ExpectPropertyName)?;
            value = self.finish(Expr::Get { object: value, name }, start)?;
        }
        if self.matches(TokenKind::LeftParen)? {
            return self.variant_pattern(value, start);
        }
        if self.matches(TokenKind::HashBrace)? {
            let fields = self.map_pattern()?;
            let pattern = self.finish_pattern(fields, start)?;
            return Ok(Pattern::Is { pattern, class: value });
        }
        Ok(Pattern::Compare { op: BinaryOp::Equal(EqualOp::Eq), value })
    }

    /// From after `(`: the fields of a variant, or `...` for any.
    fn variant_pattern(&mut self, class: ExprId, start: u32) -> Parse<Pattern> {
        if self.matches(TokenKind::DotDotDot)? {
            self.consume(TokenKind::RightParen, Code::ExpectParenAfterFields)?;
            let pattern = self.finish_pattern(Pattern::Any, start)?;
            return Ok(Pattern::Is { pattern, class });
        }
        let base = self.pending.len();
        while !self.check(TokenKind::RightParen) && !self.panicking {
            if self.pending.len() - base == MAX_VARIANT_FIELDS {
                self.error_at_current(Code::TooManyVariantFields)?;
            }
            let field = self.pattern()?;
            self.pending.push(field.into())?;
            if !self.matches(TokenKind::Comma)? {
                break;
            }
        }
        self.consume(TokenKind::RightParen, Code::ExpectParenAfterFields)?;
        Ok(Pattern::Variant { class, fields: self.take_pending(base)? })
    }

    /// A literal, with a sign if it is a number.
    fn literal_of_pattern(&mut self) -> Parse<ExprId> {
        use TokenKind as T;
        let start = self.current.span.start;
        let negative = self.matches(T::Minus)?;
        let is_literal = match self.current.kind {
            T::Number => true,
            T::Str | T::Nil | T::True | T::False => !negative,
            _ => false,
        };
        if !is_literal {
            self.error_at_current(Code::ExpectPattern)?;
            return self.error_node();
        }
        self.advance()?;
        let Some(operand) = self.operand(false)? else { return self.error_node() };
        if negative { self.finish(Expr::Unary { op: UnaryOp::Negate, operand }, start) } else { Ok(operand) }
    }

    /// What the next token makes of a range, if it is the sign of one.
    fn range_end(&self) -> Option<RangeEnd> {
        match self.current.kind {
            TokenKind::DotDot => Some(RangeEnd::Excluded),
            TokenKind::DotDotEqual => Some(RangeEnd::Included),
            _ => None,
        }
    }

    /// From the sign of a range on.
    fn range_pattern(&mut self, start: Option<ExprId>, kind: RangeEnd) -> Parse<Pattern> {
        self.advance()?;
        let has_end = matches!(self.current.kind, TokenKind::Number | TokenKind::Minus | TokenKind::Str);
        if !has_end && (start.is_none() || kind == RangeEnd::Included) {
            self.error_at_current(Code::ExpectEndOfRange)?;
        }
        let end = if has_end { Some(self.literal_of_pattern()?) } else { None };
        Ok(Pattern::Range { kind, start, end })
    }

    /// From after `[` to `]`.
    fn list_pattern(&mut self) -> Parse<Pattern> {
        self.list_of_items(NAMES, Self::pattern)
    }

    /// From after `#{` to `}`.
    fn map_pattern(&mut self) -> Parse<Pattern> {
        self.map_of_entries(NAMES, |parser| {
            let start = parser.current.span.start;
            let (key, is_name) = parser.pattern_key()?;
            let value = if !is_name || parser.check(TokenKind::Colon) {
                parser.consume(TokenKind::Colon, Code::ExpectColonInPattern)?;
                parser.pattern()?
            } else {
                let name = parser.bind_name(NAMES)?;
                parser.finish_pattern(name, start)?
            };
            Ok((key, value))
        })
    }
}
