//! Lists, their items, ranges, and loops over items.

use super::super::ast::{Block, Expr, ExprId, Index, PatternId, Range, RangeEnd, Symbol, VarId, VarKind};
use super::super::operator::{Assign, Infix, Precedence};
use super::super::{Code, TokenKind};
use super::jump::LoopState;
use super::pattern::Binding;
use super::{Parse, Parser};

impl Parser<'_, '_> {
    /// From after `[`: a list.
    #[inline(never)]
    pub(super) fn list(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let base = self.pending.len();
        while !self.check(TokenKind::RightBracket) {
            let item = if self.check(TokenKind::DotDotDot) { self.spread()? } else { self.expression()? };
            self.pending.push(item.into())?;
            if !self.matches(TokenKind::Comma)? {
                break;
            }
        }
        self.consume(TokenKind::RightBracket, Code::ExpectBracketAfterItems)?;
        let items = self.take_pending(base)?;
        self.finish(Expr::List(items), start)
    }

    /// `...value`, from its sign on.
    pub(super) fn spread(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        let value = self.expression()?;
        self.finish(Expr::Spread(value), start)
    }

    /// From after `#{`: a map.
    #[inline(never)]
    pub(super) fn map(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let base = self.pending.len();
        while !self.check(TokenKind::RightBrace) {
            if self.check(TokenKind::DotDotDot) {
                let spread = self.spread()?;
                self.pending.push(spread.into())?;
            } else {
                let (key, value) = self.map_entry()?;
                self.pending.push(key.into())?;
                self.pending.push(value.into())?;
            }
            if !self.matches(TokenKind::Comma)? {
                break;
            }
        }
        self.consume(TokenKind::RightBrace, Code::ExpectBraceAfterEntries)?;
        let entries = self.take_pending(base)?;
        self.finish(Expr::Map(entries), start)
    }

    /// Key and value of an entry; a name alone stands for both.
    fn map_entry(&mut self) -> Parse<(ExprId, ExprId)> {
        use TokenKind as T;
        let key = match self.current.kind {
            T::LeftBracket => {
                self.advance()?;
                let key = self.expression()?;
                self.consume(T::RightBracket, Code::ExpectBracketAfterKey)?;
                key
            }
            T::Str | T::StrStart | T::Number => {
                self.advance()?;
                match self.operand(false)? {
                    Some(key) => key,
                    None => self.error_node()?,
                }
            }
            kind => {
                let name = self.property_name(Code::ExpectKey)?;
                let key = self.ast.add_expr(Expr::Name(name), self.previous.span)?;
                if kind == T::Identifier && !self.check(T::Colon) {
                    return Ok((key, self.variable(false)?));
                }
                key
            }
        };
        self.consume(T::Colon, Code::ExpectColonAfterKey)?;
        Ok((key, self.expression()?))
    }

    /// From after `?.` or `?[`.
    #[inline(never)]
    pub(super) fn maybe(&mut self, object: ExprId, start: u32, builds: Infix) -> Parse<ExprId> {
        let object = self.finish(Expr::Maybe(object), start)?;
        if let Infix::MaybeIndex = builds {
            let assignments = self.scopes.current.assignments;
            let index = self.index_value()?;
            self.consume(TokenKind::RightBracket, Code::ExpectBracketAfterIndex)?;
            let clobbers = self.scopes.current.assignments != assignments;
            return self.finish(Expr::MaybeIndex(Index { clobbers, object, index }), start);
        }
        self.maybe_property(object, start)
    }

    /// `object.name`, whose name is next. A map that lacks the name has nothing there.
    fn maybe_property(&mut self, object: ExprId, start: u32) -> Parse<ExprId> {
        let name = self.property_name(Code::ExpectPropertyName)?;
        let span = self.span_from(start);
        if self.matches(TokenKind::LeftParen)? {
            let get = self.ast.add_expr(Expr::Get { object, name }, span)?;
            return self.call(get, start);
        }
        Ok(self.ast.add_expr(Expr::MaybeGet { fields: false, object, name }, span)?)
    }

    /// From after `[`: an item of `object`, or an assignment to it.
    #[inline(never)]
    pub(super) fn index(&mut self, object: ExprId, start: u32, can_assign: bool) -> Parse<ExprId> {
        let assignments = self.scopes.current.assignments;
        let index = self.index_value()?;
        self.consume(TokenKind::RightBracket, Code::ExpectBracketAfterIndex)?;
        if can_assign && let Some(assign) = Assign::of(self.current.kind) {
            self.advance()?;
            return self.set_index(object, index, start, assign, assignments);
        }
        let clobbers = self.scopes.current.assignments != assignments;
        self.finish(Expr::Index(Index { clobbers, object, index }), start)
    }

    /// The index between brackets, in which a range may lack its start.
    fn index_value(&mut self) -> Parse<ExprId> {
        let kind = match self.current.kind {
            TokenKind::DotDot => RangeEnd::Excluded,
            TokenKind::DotDotEqual => RangeEnd::Included,
            _ => return self.expression(),
        };
        let start = self.current.span.start;
        let zero = self.ast.add_expr(Expr::Number(0.0), self.current.span)?;
        self.advance()?;
        self.range(zero, start, kind)
    }

    /// From after an assignment sign. In `object[index] += value` object and index are evaluated once.
    fn set_index(
        &mut self,
        object: ExprId,
        index: ExprId,
        start: u32,
        assign: Assign,
        assignments: u32,
    ) -> Parse<ExprId> {
        if matches!(assign, Assign::Plain) {
            let value = self.expression()?;
            let clobbers = self.scopes.current.assignments != assignments;
            return self.finish(Expr::SetIndex { clobbers, object, index, value }, start);
        }
        let span = self.span_from(start);
        let held_object = self.ast.add_expr(Expr::Held(1), span)?;
        let held_index = self.ast.add_expr(Expr::Held(0), span)?;
        let old = Index { clobbers: false, object: held_object, index: held_index };
        let old = if let Assign::Coalesce = assign {
            let old = self.ast.add_expr(Expr::MaybeIndex(old), span)?;
            self.ast.add_expr(Expr::Chain(old), span)?
        } else {
            self.ast.add_expr(Expr::Index(old), span)?
        };
        let value = match assign {
            Assign::Binary(op) => self.binary_with(old, start, op, Precedence::Assignment, 0)?,
            Assign::Plain | Assign::Coalesce => self.expression()?,
        };
        let clobbers = self.scopes.current.assignments != assignments;
        let set = Expr::SetIndex { clobbers: false, object: held_object, index: held_index, value };
        let mut body = self.finish(set, start)?;
        if matches!(assign, Assign::Coalesce) {
            body = self.coalesce(old, body, start)?;
        }
        let body = self.finish(Expr::Hold { clobbers, object: index, body }, start)?;
        self.finish(Expr::Hold { clobbers, object, body }, start)
    }

    /// From after `..` or `..=`: the range from `first` on.
    pub(super) fn range(&mut self, first: ExprId, start: u32, kind: RangeEnd) -> Parse<ExprId> {
        use TokenKind as T;
        let assignments = self.scopes.current.assignments;
        let end = match self.current.kind {
            T::RightParen | T::RightBracket | T::Comma | T::Semicolon | T::LeftBrace | T::FatArrow => None,
            _ => Some(self.parse_precedence(Precedence::BitOr)?),
        };
        if end.is_none() && kind == RangeEnd::Included {
            self.error_at_current(Code::ExpectEndOfRange)?;
        }
        if matches!(self.current.kind, T::DotDot | T::DotDotEqual) {
            self.error_at_current(Code::RangeOfRanges)?;
        }
        let clobbers = self.scopes.current.assignments != assignments;
        self.finish(Expr::Range(Range { kind, clobbers, start: first, end }), start)
    }

    /// From after `for`, before the names of a loop over items.
    #[inline(never)]
    pub(super) fn for_in(&mut self, start: u32, label: Option<Symbol>) -> Parse<ExprId> {
        self.begin_scope();
        // The names are not yet known in the iterable, though it comes after them.
        let mark = self.local_mark();
        // The variables of key and item are neighbours: what patterns declare comes before the first or after the second.
        let pattern = self.taking_pattern()?;
        let var = self.loop_variable(pattern)?;
        let (mut item, mut item_pattern) = (None, None);
        let with_key = self.matches(TokenKind::Comma)?;
        if with_key && self.begins_pattern() {
            item = Some(self.new_var(Symbol::IGNORED, VarKind::Let)?);
            item_pattern = self.taking_pattern()?;
        } else if with_key {
            item = self.loop_variable(None)?;
        }
        self.consume(TokenKind::In, Code::ExpectInAfterLoopNames)?;
        let aside = self.set_aside(mark)?;
        let iterable = self.expression()?;
        self.put_back(aside)?;
        let state = LoopState::without_value(label);
        let mut body = self.loop_body(false, Code::ExpectBraceAfterIterable, state)?;
        self.end_scope();
        let Some(var) = var else { return self.error_node() };
        body = self.taken_apart(item_pattern, item, body)?;
        body = self.taken_apart(pattern, Some(var), body)?;
        let repeat = Expr::ForIn { with_key, var, iterable, body };
        let repeat = self.finish(repeat, start)?;
        let items = self.ast.add_list(&[repeat])?;
        self.finish(Expr::Block(Block { items, tail: None }), start)
    }

    /// The pattern of a key, an item or an error, if it is taken apart. Its names are declared.
    pub(super) fn taking_pattern(&mut self) -> Parse<Option<PatternId>> {
        if !self.begins_pattern() {
            return Ok(None);
        }
        Ok(Some(self.binding(Binding { kind: VarKind::Let, names: None })?))
    }

    /// The variable of a key or an item, from its name on, unless it is taken apart. None if the name cannot be declared,
    /// which was reported.
    fn loop_variable(&mut self, pattern: Option<PatternId>) -> Parse<Option<VarId>> {
        if pattern.is_some() {
            return Ok(Some(self.new_var(Symbol::IGNORED, VarKind::Let)?));
        }
        self.consume_name(Code::ExpectLoopName)?;
        let name = self.intern_previous()?;
        // `_` names nothing, and may stand twice.
        if name == Symbol::IGNORED {
            return Ok(Some(self.new_var(name, VarKind::Let)?));
        }
        let var = self.declare_local(name, VarKind::Let)?;
        self.mark_initialized();
        Ok(var)
    }

    /// A block, before which a key, an item or an error is taken apart.
    pub(super) fn taken_apart(
        &mut self,
        pattern: Option<PatternId>,
        var: Option<VarId>,
        body: ExprId,
    ) -> Parse<ExprId> {
        let (Some(pattern), Some(var)) = (pattern, var) else { return Ok(body) };
        let span = self.ast.patterns[pattern.index()].1;
        let value = self.ast.add_expr(Expr::Local(var), span)?;
        let take = self.ast.add_expr(Expr::TakeApart { pattern, value }, span)?;
        let tail = Some(body).filter(|&body| self.has_tail(body));
        let items = match tail {
            Some(_) => self.ast.add_list(&[take])?,
            None => self.ast.add_list(&[take, body])?,
        };
        let span = self.ast.span(body);
        Ok(self.ast.add_expr(Expr::Block(Block { items, tail }), span)?)
    }
}
