//! Expressions: a Pratt parser over the table of [operators](super::super::operator).

use super::super::ast::{Binary, BinaryOp, Expr, ExprId, Logical, LogicalOp, UnaryOp};
use super::super::operator::{Assign, Infix, InfixRow, Precedence};
use super::super::{Code, TokenKind};
use super::lox::Position;
use super::{Parse, Parser};

impl Parser<'_, '_> {
    #[inline]
    pub(super) fn expression(&mut self) -> Parse<ExprId> {
        self.parse_precedence(Precedence::Assignment)
    }

    /// An expression whose operators bind at least as tightly as `min`.
    pub(super) fn parse_precedence(&mut self, min: Precedence) -> Parse<ExprId> {
        if self.lacks_operand() {
            self.error_at_current(Code::ExpectExpression)?;
            return self.error_node();
        }
        self.nest()?;
        self.advance()?;
        let start = self.previous.span.start;
        let can_assign = min <= Precedence::Assignment;
        if let Some(left) = self.operand(can_assign)? {
            let expr = self.operators(left, start, min)?;
            self.unnest();
            return Ok(expr);
        }
        self.unnest();
        self.error(Code::ExpectExpression)?;
        self.error_node()
    }

    /// The operators that follow the operand `left`, which began at `start`, and their operands.
    #[inline(always)]
    pub(super) fn operators(&mut self, mut left: ExprId, start: u32, min: Precedence) -> Parse<ExprId> {
        let can_assign = min <= Precedence::Assignment;
        // Whether the operands so far are a chain with `?`.
        let mut chain = false;
        loop {
            let row = InfixRow::of(self.current.kind);
            let Some(builds) = row.builds.filter(|_| row.binds >= min) else {
                if self.foreign_operator()? {
                    continue;
                }
                break;
            };
            self.advance()?;
            if chain && row.binds != Precedence::Postfix {
                left = self.finish(Expr::Chain(left), start)?;
                chain = false;
            }
            left = match builds {
                Infix::MaybeProperty | Infix::MaybeIndex => {
                    chain = true;
                    self.maybe(left, start, builds)?
                }
                Infix::Call => self.call(left, start)?,
                Infix::Property => self.dot(left, start, can_assign && !chain)?,
                Infix::Index => self.index(left, start, can_assign && !chain)?,
                Infix::Range(kind) => self.range(left, start, kind)?,
                Infix::Logical(op) => self.logical(left, start, op, row)?,
                Infix::Binary(op) => self.binary(left, start, op, row)?,
            };
        }
        if chain {
            left = self.finish(Expr::Chain(left), start)?;
        }
        if can_assign && Assign::of(self.current.kind).is_some() {
            self.advance()?;
            self.error(Code::InvalidAssignmentTarget)?;
            if self.dialect.recovers_by_brackets() {
                self.expression()?;
            }
        }
        Ok(left)
    }

    pub(super) fn grouping(&mut self) -> Parse<ExprId> {
        let expr = self.expression()?;
        self.consume(TokenKind::RightParen, Code::ExpectParenAfterExpression)?;
        // `(o.m)(x)` reads the property before the argument, `o.m(x)` looks for the method after it.
        if self.check(TokenKind::LeftParen)
            && matches!(self.ast.expr(expr), Expr::Get { .. } | Expr::Super(_))
        {
            return Ok(self.ast.add_expr(Expr::Paren(expr), self.previous.span)?);
        }
        Ok(expr)
    }

    pub(super) fn unary(&mut self, op: UnaryOp) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let operand = self.parse_precedence(Precedence::Postfix)?;
        if op == UnaryOp::Not && matches!(self.current.kind, TokenKind::In | TokenKind::Is) {
            self.error_at_current(Code::NotOfOperand)?;
        }
        if self.check(TokenKind::StarStar) {
            self.error_at_current(Code::PowerOfUnary)?;
        }
        self.lox.bytes(1);
        self.finish(Expr::Unary { op, operand }, start)
    }

    fn binary(&mut self, left: ExprId, start: u32, op: BinaryOp, row: InfixRow) -> Parse<ExprId> {
        self.binary_with(left, start, op, row.right, row.lox_bytes)
    }

    /// An operation whose right operand comes next.
    pub(super) fn binary_with(
        &mut self,
        left: ExprId,
        start: u32,
        op: BinaryOp,
        right: Precedence,
        lox_bytes: u32,
    ) -> Parse<ExprId> {
        let assignments = self.scopes.current.assignments;
        let right = self.parse_precedence(right)?;
        let clobbers = self.scopes.current.assignments != assignments;
        self.lox.bytes(lox_bytes);
        self.finish(Expr::Binary(Binary { op, clobbers, left, right }), start)
    }

    /// `a and b and c` (or all with `or`, or `??`): `a and (b and c)` in the tree, parsed in a loop.
    fn logical(&mut self, first: ExprId, start: u32, op: LogicalOp, row: InfixRow) -> Parse<ExprId> {
        let base = self.pending.len();
        let (mut left, mut left_start) = (first, start);
        let mut right = loop {
            let end_jump = self.logical_jump(op, row)?;
            self.pending.push(left.into())?;
            self.pending.push(left_start)?;
            self.pending.push(end_jump.0)?;
            left_start = self.current.span.start;
            let right = self.parse_precedence(row.right)?;
            if !self.check(op.token()) {
                break right;
            }
            self.advance()?;
            left = right;
        };
        while self.pending.len() > base
            && let (Some(end_jump), Some(start), Some(left)) =
                (self.pending.pop(), self.pending.pop(), self.pending.pop())
        {
            self.lox_land(Position(end_jump))?;
            right = self.finish(Expr::Logical(Logical { op, left: ExprId::new(left), right }), start)?;
        }
        Ok(right)
    }

    /// The code between the operands, up to the right one: the jump that skips it.
    fn logical_jump(&mut self, op: LogicalOp, row: InfixRow) -> Parse<Position> {
        let mut end_jump = self.lox.jump();
        if op == LogicalOp::Or {
            let else_jump = end_jump;
            end_jump = self.lox.jump();
            self.lox_land(else_jump)?;
        }
        self.lox.bytes(row.lox_bytes);
        Ok(end_jump)
    }
}
