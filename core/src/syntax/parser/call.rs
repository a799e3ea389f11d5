//! Calls and properties.

use super::super::ast::{Expr, ExprId, List, Super, Symbol};
use super::super::operator::{Assign, Precedence};
use super::super::{Code, TokenKind};
use super::scope::Resolved;
use super::{Parse, Parser};
use crate::Span;

impl Parser<'_, '_> {
    pub(super) fn call(&mut self, callee: ExprId, start: u32) -> Parse<ExprId> {
        let args = self.arguments()?;
        self.lox.bytes(2);
        self.finish(Expr::Call { callee, args }, start)
    }

    /// From after `(` to `)`.
    fn arguments(&mut self) -> Parse<List> {
        let base = self.pending.len();
        if !self.check(TokenKind::RightParen) {
            loop {
                let arg = if self.check(TokenKind::DotDotDot) { self.spread()? } else { self.expression()? };
                if self.pending.len() - base == 255 {
                    self.error(Code::TooManyArguments)?;
                }
                self.pending.push(arg.into())?;
                if !self.matches(TokenKind::Comma)? || self.ends_list(TokenKind::RightParen) {
                    break;
                }
            }
        }
        self.consume(TokenKind::RightParen, Code::ExpectParenAfterArguments)?;
        self.take_pending(base)
    }

    /// Whether a list ends here, after a comma.
    pub(super) fn ends_list(&self, end: TokenKind) -> bool {
        self.dialect.has_collections() && self.check(end)
    }

    pub(super) fn dot(&mut self, object: ExprId, start: u32, can_assign: bool) -> Parse<ExprId> {
        let name = self.property_name(Code::ExpectPropertyName)?;
        self.lox_constant()?;
        if can_assign && let Some(assign) = Assign::of(self.current.kind) {
            self.advance()?;
            if let Expr::Global(module) = self.ast.expr(object)
                && self.is_module(module)
            {
                self.error(Code::AssignToImport)?;
            }
            return match assign {
                Assign::Plain => self.set(object, start, name),
                Assign::Binary(_) | Assign::Coalesce => self.update(object, start, name, assign),
            };
        }
        let span = self.span_from(start);
        let get = self.ast.add_expr(Expr::Get { object, name }, span)?;
        if self.matches(TokenKind::LeftParen)? {
            // In the book this is one opcode, a byte shorter than two.
            self.lox.bytes(1);
            return self.call(get, start);
        }
        self.lox.bytes(2);
        Ok(get)
    }

    /// A name after a point, or of a member: a keyword, too, in a dialect that has so many.
    pub(super) fn property_name(&mut self, missing: Code) -> Parse<Symbol> {
        if self.dialect.has_collections() && self.current.kind.is_word() {
            self.advance()?;
        } else {
            self.consume(TokenKind::Identifier, missing)?;
        }
        self.intern_previous()
    }

    fn set(&mut self, object: ExprId, start: u32, name: Symbol) -> Parse<ExprId> {
        let assignments = self.scopes.current.assignments;
        let value = self.expression()?;
        let clobbers = self.scopes.current.assignments != assignments;
        self.lox.bytes(2);
        self.finish(Expr::Set { clobbers, object, value, name }, start)
    }

    /// `object.name += value` and its like: the object is evaluated once, and the old value read before `value`.
    #[inline(never)]
    fn update(&mut self, object: ExprId, start: u32, name: Symbol, assign: Assign) -> Parse<ExprId> {
        let assignments = self.scopes.current.assignments;
        let span = self.span_from(start);
        let held = self.ast.add_expr(Expr::Held(0), span)?;
        let old = if let Assign::Coalesce = assign {
            let old = self.ast.add_expr(Expr::MaybeGet { fields: true, object: held, name }, span)?;
            self.ast.add_expr(Expr::Chain(old), span)?
        } else {
            self.ast.add_expr(Expr::Get { object: held, name }, span)?
        };
        let value = match assign {
            Assign::Binary(op) => self.binary_with(old, start, op, Precedence::Assignment, 0)?,
            Assign::Plain | Assign::Coalesce => self.expression()?,
        };
        let clobbers = self.scopes.current.assignments != assignments;
        let mut body = self.finish(Expr::Set { clobbers: false, object: held, value, name }, start)?;
        if matches!(assign, Assign::Coalesce) {
            body = self.coalesce(old, body, start)?;
        }
        self.finish(Expr::Hold { clobbers, object, body }, start)
    }

    #[inline(never)]
    pub(super) fn super_(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        match self.class {
            None => self.error(Code::SuperOutsideClass)?,
            Some(class) if class.in_static => self.error(Code::SuperInStatic)?,
            Some(class) if !class.has_superclass => self.error(Code::SuperWithoutSuperclass)?,
            Some(_) => {}
        }
        self.consume(TokenKind::Dot, Code::ExpectDotAfterSuper)?;
        let name = self.property_name(Code::ExpectSuperMethodName)?;
        self.lox_constant()?;
        let this = self.synthetic_variable(Symbol::THIS)?;
        let span = self.span_from(start);
        if !self.matches(TokenKind::LeftParen)? {
            let superclass = self.synthetic_variable(Symbol::SUPER)?;
            self.lox.bytes(2);
            return self.super_node(this, superclass, name, span);
        }
        // The superclass is resolved after the arguments, as in the book: an error about it is at `)`.
        let args = self.arguments()?;
        let superclass = self.synthetic_variable(Symbol::SUPER)?;
        self.lox.bytes(3);
        let callee = self.super_node(this, superclass, name, span)?;
        self.finish(Expr::Call { callee, args }, start)
    }

    fn super_node(
        &mut self,
        this: Resolved,
        superclass: Resolved,
        name: Symbol,
        span: Span,
    ) -> Parse<ExprId> {
        let expr = match (this, superclass) {
            (Resolved::Local { var: this, .. }, Resolved::Local { var: superclass, .. }) => {
                Expr::Super(Super { this, superclass, name })
            }
            // Outside of a class: an error that was already reported.
            (Resolved::Local { .. } | Resolved::Global | Resolved::Nothing, _) => Expr::Error,
        };
        Ok(self.ast.add_expr(expr, span)?)
    }
}
