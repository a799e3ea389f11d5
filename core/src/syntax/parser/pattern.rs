//! Patterns that take a value apart: `let [a, b = 1, ...rest] = xs;`, `fn f(#{ host, port = 80 })`.
//!
//! A pattern declares its names as it is parsed, from left to right, so that a default sees those before it. Where the
//! value comes after the pattern, it does not.

use super::super::ast::{Block, Expr, ExprId, Pattern, PatternId, Place, Symbol, VarKind};
use super::super::{Code, TokenKind};
use super::scope::{DefaultNames, LocalMark};
use super::{Parse, Parser};

/// How a pattern declares its names.
#[derive(Clone, Copy)]
pub(super) struct Binding {
    pub(super) kind: VarKind,
    /// In parameters: the names that defaults had used before.
    pub(super) names: Option<DefaultNames>,
}

impl Parser<'_, '_> {
    /// Whether the next token begins a pattern that is more than a name.
    pub(super) fn begins_pattern(&self) -> bool {
        matches!(self.current.kind, TokenKind::LeftBracket | TokenKind::HashBrace)
    }

    /// A pattern that takes a value apart, or a name.
    pub(super) fn binding(&mut self, binding: Binding) -> Parse<PatternId> {
        self.nest()?;
        let start = self.current.span.start;
        let pattern = if self.matches(TokenKind::LeftBracket)? {
            self.list_binding(binding)?
        } else if self.matches(TokenKind::HashBrace)? {
            self.map_binding(binding)?
        } else {
            self.consume(TokenKind::Identifier, Code::ExpectNameInPattern)?;
            self.bind_name(binding)?
        };
        self.unnest();
        self.finish_pattern(pattern, start)
    }

    /// A binding, and its default if it has one.
    fn binding_or_default(&mut self, binding: Binding) -> Parse<PatternId> {
        let (start, mark) = (self.current.span.start, self.local_mark());
        let pattern = self.binding(binding)?;
        self.default_of(pattern, start, mark, binding)
    }

    /// The default of a pattern, if it has one, which does not see the names of the pattern, those since `mark`.
    fn default_of(
        &mut self,
        pattern: PatternId,
        start: u32,
        mark: LocalMark,
        binding: Binding,
    ) -> Parse<PatternId> {
        if !self.matches(TokenKind::Equal)? {
            return Ok(pattern);
        }
        self.set_known(mark, false);
        let value = match binding.names {
            Some(_) => {
                let around = self.enter_default();
                let value = self.expression()?;
                self.leave_default(around);
                value
            }
            None => self.expression()?,
        };
        self.set_known(mark, true);
        self.finish_pattern(Pattern::Default { pattern, value }, start)
    }

    /// From after `[` to `]`.
    fn list_binding(&mut self, binding: Binding) -> Parse<Pattern> {
        self.list_of_items(binding, |parser| parser.binding_or_default(binding))
    }

    /// From after `[` to `]`: items that `item` parses, and a rest.
    pub(super) fn list_of_items(
        &mut self,
        binding: Binding,
        item: impl Fn(&mut Self) -> Parse<PatternId>,
    ) -> Parse<Pattern> {
        let base = self.pending.len();
        let mut rest = None;
        while !self.check(TokenKind::RightBracket) && rest.is_none() {
            if self.check(TokenKind::DotDotDot) {
                rest = Some(self.rest_binding(binding, true)?);
            } else {
                let item = item(self)?;
                if self.pending.len() - base == MAX_ITEMS {
                    self.error(Code::TooManyInPattern)?;
                }
                self.pending.push(item.into())?;
            }
            if !self.matches(TokenKind::Comma)? {
                break;
            }
        }
        let missing = if rest.is_some() { Code::RestNotLast } else { Code::ExpectBracketAfterPattern };
        self.consume(TokenKind::RightBracket, missing)?;
        Ok(Pattern::List { items: self.take_pending(base)?, rest })
    }

    /// From after `#{` to `}`.
    fn map_binding(&mut self, binding: Binding) -> Parse<Pattern> {
        self.map_of_entries(binding, |parser| {
            let (start, mark) = (parser.current.span.start, parser.local_mark());
            let (key, is_name) = parser.pattern_key()?;
            let value = if parser.matches(TokenKind::Colon)? {
                parser.binding_or_default(binding)?
            } else if is_name {
                let name = parser.bind_name(binding)?;
                let name = parser.finish_pattern(name, start)?;
                parser.default_of(name, start, mark, binding)?
            } else {
                parser.error_at_current(Code::ExpectColonInPattern)?;
                parser.finish_pattern(Pattern::Any, start)?
            };
            Ok((key, value))
        })
    }

    /// From after `#{` to `}`: entries that `entry` parses, and a rest.
    pub(super) fn map_of_entries(
        &mut self,
        binding: Binding,
        entry: impl Fn(&mut Self) -> Parse<(ExprId, PatternId)>,
    ) -> Parse<Pattern> {
        let base = self.pending.len();
        let mut rest = None;
        while !self.check(TokenKind::RightBrace) && rest.is_none() {
            if self.check(TokenKind::DotDotDot) {
                rest = Some(self.rest_binding(binding, false)?);
            } else {
                let (key, value) = entry(self)?;
                self.pending.push(key.into())?;
                self.pending.push(value.into())?;
            }
            if !self.matches(TokenKind::Comma)? {
                break;
            }
        }
        let missing = if rest.is_some() { Code::RestNotLast } else { Code::ExpectBraceAfterPattern };
        self.consume(TokenKind::RightBrace, missing)?;
        Ok(Pattern::Map { entries: self.take_pending(base)?, rest })
    }

    /// The key of an entry, and whether it can stand for a name, too.
    pub(super) fn pattern_key(&mut self) -> Parse<(ExprId, bool)> {
        use TokenKind as T;
        let kind = self.current.kind;
        if matches!(kind, T::Str | T::Number) {
            self.advance()?;
            let key = match self.operand(false)? {
                Some(key) => key,
                None => self.error_node()?,
            };
            return Ok((key, false));
        }
        let name = self.property_name(Code::ExpectKeyInPattern)?;
        Ok((self.ast.add_expr(Expr::Name(name), self.previous.span)?, kind == T::Identifier))
    }

    /// `...name`, or if the name may lack, `...`.
    fn rest_binding(&mut self, binding: Binding, may_lack: bool) -> Parse<PatternId> {
        let start = self.current.span.start;
        self.advance()?;
        let pattern = if may_lack && !self.check(TokenKind::Identifier) {
            Pattern::Any
        } else {
            self.consume(TokenKind::Identifier, Code::ExpectNameOfRest)?;
            self.bind_name(binding)?
        };
        self.finish_pattern(pattern, start)
    }

    /// The name that was just stepped over, which is known from here on. `_` names nothing.
    pub(super) fn bind_name(&mut self, binding: Binding) -> Parse<Pattern> {
        let name = self.intern_previous()?;
        if name == Symbol::IGNORED {
            return Ok(Pattern::Any);
        }
        if binding.names.is_some_and(|names| self.is_in_default(name, names)) {
            self.error(Code::DefaultUsesLater)?;
        }
        if !self.in_local_scope() {
            self.declare_global(name, binding.kind)?;
            return Ok(Pattern::Bind(Place::Global(name)));
        }
        let var = self.declare_local(name, binding.kind)?;
        self.mark_initialized();
        Ok(var.map_or(Pattern::Any, |var| Pattern::Bind(Place::Local(var))))
    }

    pub(super) fn finish_pattern(&mut self, pattern: Pattern, start: u32) -> Parse<PatternId> {
        let span = self.span_from(start);
        Ok(self.ast.add_pattern(pattern, span)?)
    }

    /// `let` or `var` with a pattern, from after the word.
    #[inline(never)]
    pub(super) fn pattern_declaration(&mut self, kind: VarKind, start: u32) -> Parse<ExprId> {
        let first = self.local_mark();
        let pattern = self.binding(Binding { kind, names: None })?;
        self.consume(TokenKind::Equal, Code::ExpectEqualAfterPattern)?;
        self.set_known(first, false);
        let value = self.expression()?;
        self.set_known(first, true);
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterVariable)?;
        let take = self.finish(Expr::TakeApart { pattern, value }, start)?;
        if self.in_local_scope() {
            return Ok(take);
        }
        // Only globals are left of it.
        let items = self.ast.add_list(&[take])?;
        self.finish(Expr::Block(Block { items, tail: None }), start)
    }
}

/// The most items that a list pattern has besides its rest.
const MAX_ITEMS: usize = 254;
