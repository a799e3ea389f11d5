//! Uses of variables, and assignments to them.

use super::super::Code;
use super::super::ast::{Expr, ExprId, Logical, LogicalOp, Symbol, VarKind};
use super::super::operator::{Assign, Precedence};
use super::scope::Resolved;
use super::{Parse, Parser};

impl Parser<'_, '_> {
    /// The use of the variable that the last token names.
    pub(super) fn variable(&mut self, can_assign: bool) -> Parse<ExprId> {
        let name = self.intern_previous()?;
        let resolved = self.resolve(name)?;
        if can_assign && let Some(assign) = Assign::of(self.current.kind) {
            return self.assignment(name, resolved, assign);
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

    fn assignment(&mut self, name: Symbol, resolved: Resolved, assign: Assign) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let old = match assign {
            Assign::Plain => None,
            Assign::Binary(_) | Assign::Coalesce => Some(self.variable_node(name, resolved)?),
        };
        self.check_assignable(name, resolved)?;
        let value = match (assign, old) {
            (Assign::Binary(op), Some(old)) => self.binary_with(old, start, op, Precedence::Assignment, 0)?,
            (Assign::Plain | Assign::Binary(_) | Assign::Coalesce, _) => self.expression()?,
        };
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
        let set = self.finish(expr, start)?;
        match (assign, old) {
            (Assign::Coalesce, Some(old)) => self.coalesce(old, set, start),
            (Assign::Plain | Assign::Binary(_) | Assign::Coalesce, _) => Ok(set),
        }
    }

    /// `old`, if that is not nil; else an assignment.
    pub(super) fn coalesce(&mut self, old: ExprId, set: ExprId, start: u32) -> Parse<ExprId> {
        self.finish(Expr::Logical(Logical { op: LogicalOp::Coalesce, left: old, right: set }), start)
    }

    /// Steps over the `=` or its like, and checks that the variable before it may change.
    fn check_assignable(&mut self, name: Symbol, resolved: Resolved) -> Parse<()> {
        let name_span = self.previous.span;
        self.advance()?;
        let error = match resolved {
            Resolved::Local { var, .. } => {
                let fixed = self.ast.vars[var.index()].kind == VarKind::Let;
                fixed.then_some(Code::AssignToLet { name: name_span })
            }
            Resolved::Global => self.assign_global(name, name_span)?,
            Resolved::Nothing => None,
        };
        error.map_or(Ok(()), |error| self.error(error))
    }
}
