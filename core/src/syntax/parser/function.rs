//! Functions: parameters and bodies, of declarations and closures.

use super::super::ast::{Block, Expr, ExprId, FnId, FnKind, Function, List, Params, Place, Symbol, VarKind};
use super::super::operator::Precedence;
use super::super::{Code, TokenKind};
use super::pattern::Binding;
use super::scope::DefaultNames;
use super::{Parse, Parser};

/// The most parameters a function has.
const MAX_PARAMS: usize = 255;

impl Parser<'_, '_> {
    /// From after the name to the closing brace.
    pub(super) fn function(&mut self, kind: FnKind) -> Parse<FnId> {
        let name = self.intern_previous()?;
        self.function_of(kind, name, self.previous.span.start)
    }

    /// A function whose name, which begins at `start`, need not be the last token.
    #[inline(never)]
    pub(super) fn function_of(&mut self, kind: FnKind, name: Symbol, start: u32) -> Parse<FnId> {
        let id = self.reserve_function()?;
        self.begin_function(id, kind)?;
        let loops = self.begin_loops();
        let account = self.lox.begin_function();
        let this = if kind.is_member() { Some(self.new_var(Symbol::THIS, VarKind::Implicit)?) } else { None };
        self.bind_slot_zero(this)?;
        self.begin_scope();
        let mut params = Params::default();
        if !matches!(kind, FnKind::Getter | FnKind::StaticGetter | FnKind::StaticField) {
            self.consume(TokenKind::LeftParen, Code::ExpectParenAfterFunctionName)?;
            params = self.parameters(TokenKind::RightParen)?;
            self.consume(TokenKind::RightParen, Code::ExpectParenAfterParameters)?;
        }
        let body = if kind == FnKind::StaticField { self.static_value()? } else { self.function_body(kind)? };
        self.lox.end_function(account);
        self.end_loops(loops);
        let upvalues = self.end_function();
        let span = self.span_from(start);
        self.ast.functions[id.index()] = Function { name, kind, params, this, body, span };
        self.lox_constant()?;
        self.lox.bytes(2 + 2 * upvalues);
        Ok(id)
    }

    /// From `{` to `}`.
    fn function_body(&mut self, kind: FnKind) -> Parse<Block> {
        if !self.check(TokenKind::LeftBrace) {
            self.error_at_current(Code::ExpectBraceBeforeFunctionBody)?;
        }
        if !self.reach_body(kind.is_member())? {
            return Ok(Block::default());
        }
        self.matches(TokenKind::LeftBrace)?;
        self.block()
    }

    /// The parameters up to `end`, which they do not include.
    fn parameters(&mut self, end: TokenKind) -> Parse<Params> {
        let (base, first_default, first_taken) = (self.pending.len(), self.defaults.len(), self.taken.len());
        let names = self.begin_defaults();
        let mut rest = false;
        if !self.check(end) {
            let mut count = 0;
            loop {
                count += 1;
                if count > MAX_PARAMS {
                    self.error_at_current(Code::TooManyParameters)?;
                }
                rest = self.matches(TokenKind::DotDotDot)?;
                if rest {
                    self.rest_parameter(names)?;
                    if self.check(TokenKind::Comma) {
                        self.error_at_current(Code::RestParameterNotLast)?;
                    }
                } else {
                    self.parameter(first_default, names, end)?;
                }
                if !self.matches(TokenKind::Comma)? || self.ends_list(end) {
                    break;
                }
            }
        }
        let vars = self.take_pending(base)?;
        let defaults = self.ast.add_list(&self.defaults[first_default..])?;
        self.defaults.truncate(first_default);
        let taken = self.ast.add_list(&self.taken[first_taken..])?;
        self.taken.truncate(first_taken);
        Ok(Params { vars, defaults, rest, taken })
    }

    /// From after `...`: the parameter that is a list of all further arguments.
    fn rest_parameter(&mut self, names: DefaultNames) -> Parse<()> {
        self.consume(TokenKind::Identifier, Code::ExpectNameOfRest)?;
        let name = self.intern_previous()?;
        if self.is_in_default(name, names) {
            self.error(Code::DefaultUsesLater)?;
        }
        if let Some(var) = self.declare_local(name, VarKind::Param)? {
            self.pending.push(var.into())?;
        }
        self.mark_initialized();
        Ok(())
    }

    /// A parameter, and its default if it has one.
    fn parameter(&mut self, first_default: usize, names: DefaultNames, end: TokenKind) -> Parse<()> {
        if self.begins_pattern() {
            let var = self.new_var(Symbol::IGNORED, VarKind::Param)?;
            self.pending.push(var.into())?;
            let mark = self.local_mark();
            let pattern = self.binding(Binding { kind: VarKind::Param, names: Some(names) })?;
            self.taken.push(var.into())?;
            self.taken.push(pattern.into())?;
            self.set_known(mark, false);
            self.default(first_default, end)?;
            self.set_known(mark, true);
            return Ok(());
        }
        self.consume_name(Code::ExpectParameterName)?;
        let name = self.intern_previous()?;
        if self.is_in_default(name, names) {
            self.error(Code::DefaultUsesLater)?;
        }
        let var = if name == Symbol::IGNORED && self.dialect.has_closures() {
            self.add_local(name, VarKind::Param)?
        } else {
            self.declare_local(name, VarKind::Param)?
        };
        if let Some(var) = var {
            self.pending.push(var.into())?;
        }
        self.default(first_default, end)?;
        self.mark_initialized();
        Ok(())
    }

    /// The default of a parameter, if it has one.
    fn default(&mut self, first_default: usize, end: TokenKind) -> Parse<()> {
        if self.dialect.has_closures() && self.matches(TokenKind::Equal)? {
            let default = self.default_value(end)?;
            self.defaults.push(default.into())?;
        } else if self.defaults.len() != first_default {
            self.error(Code::ExpectDefault)?;
        }
        Ok(())
    }

    /// From after `=`. A `|` ends the default of a closure's parameter.
    #[inline(never)]
    fn default_value(&mut self, end: TokenKind) -> Parse<ExprId> {
        let around = self.enter_default();
        let min = if end == TokenKind::Pipe { Precedence::BitXor } else { Precedence::Assignment };
        let value = self.parse_precedence(min)?;
        self.leave_default(around);
        Ok(value)
    }

    /// The closure that comes next, if one does, has the name of the variable that `let` binds to it.
    pub(super) fn name_closure(&mut self, place: Place) {
        if matches!(self.current.kind, TokenKind::Pipe | TokenKind::PipePipe) {
            self.closure_name = match place {
                Place::Local(var) => self.ast.vars[var.index()].name,
                Place::Global(name) => name,
            };
        }
    }

    /// From after `|` or `||`: a closure, whose body takes all to its right.
    #[inline(never)]
    pub(super) fn closure(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let has_params = self.previous.kind == TokenKind::Pipe;
        let name = core::mem::replace(&mut self.closure_name, Symbol::NAMELESS);
        self.nest()?;
        let id = self.reserve_function()?;
        self.begin_function(id, FnKind::Function)?;
        let loops = self.begin_loops();
        self.bind_slot_zero(None)?;
        self.begin_scope();
        let mut params = Params::default();
        if has_params {
            params = self.parameters(TokenKind::Pipe)?;
            self.consume(TokenKind::Pipe, Code::ExpectPipeAfterParameters)?;
        }
        let body = Block { items: List::default(), tail: Some(self.expression()?) };
        self.end_loops(loops);
        self.end_function();
        self.unnest();
        let span = self.span_from(start);
        self.ast.functions[id.index()] =
            Function { name, kind: FnKind::Function, params, this: None, body, span };
        self.finish(Expr::Closure(id), start)
    }
}
