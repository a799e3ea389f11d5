//! Uses of variables, and assignments to them.

use super::super::ast::{Expr, ExprId, Symbol, VarKind};
use super::super::{Code, TokenKind};
use super::scope::Resolved;
use super::{Parse, Parser};

impl Parser<'_, '_> {
    /// The use of the variable that the last token names.
    pub(super) fn variable(&mut self, can_assign: bool) -> Parse<ExprId> {
        let name = self.intern_previous()?;
        let resolved = self.resolve(name)?;
        if can_assign && self.check(TokenKind::Equal) {
            return self.assignment(name, resolved);
        }
        self.lox.bytes(2);
        self.variable_node(name, resolved)
    }

    /// Resolves a variable that is not written in the text, as a use at the last token.
    pub(super) fn synthetic_variable(&mut self, name: Symbol) -> Parse<Resolved> {
        let resolved = self.resolve(name)?;
        self.lox.bytes(2);
        Ok(resolved)
    }

    fn variable_node(&mut self, name: Symbol, resolved: Resolved) -> Parse<ExprId> {
        let expr = match resolved {
            Resolved::Local { var, .. } => Expr::Local(var),
            Resolved::Global => Expr::Global(name),
            Resolved::Nothing => Expr::Error,
        };
        Ok(self.ast.add_expr(expr, self.previous.span)?)
    }

    fn assignment(&mut self, name: Symbol, resolved: Resolved) -> Parse<ExprId> {
        let start = self.previous.span.start;
        self.check_assignable(name, resolved)?;
        let value = self.expression()?;
        self.lox.bytes(2);
        let expr = match resolved {
            Resolved::Local { var, own } => {
                self.ast.vars[var.index()].assigned = true;
                if own {
                    let assignments = &mut self.scopes.current.assignments;
                    *assignments = assignments.wrapping_add(1);
                }
                Expr::SetLocal { var, value }
            }
            Resolved::Global => Expr::SetGlobal { name, value },
            Resolved::Nothing => Expr::Error,
        };
        self.finish(expr, start)
    }

    /// Steps over the `=` and checks that the variable before it may change.
    fn check_assignable(&mut self, name: Symbol, resolved: Resolved) -> Parse<()> {
        let name_span = self.previous.span;
        self.advance()?;
        let fixed = match resolved {
            Resolved::Local { var, .. } => self.ast.vars[var.index()].kind == VarKind::Let,
            Resolved::Global => !self.assign_global(name, name_span)?,
            Resolved::Nothing => false,
        };
        if fixed {
            self.error(Code::AssignToLet { name: name_span })?;
        }
        Ok(())
    }
}
