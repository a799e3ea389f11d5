//! Expressions: a Pratt parser.

use super::super::ast::{BinaryOp, Expr, ExprId, List, LogicalOp, Symbol, UnaryOp, VarKind};
use super::super::operator::{Infix, InfixRow, Precedence};
use super::super::{Code, TokenKind};
use super::lox::Position;
use super::scope::Resolved;
use super::{Parse, Parser};
use crate::Span;

impl Parser<'_> {
    #[inline]
    pub(super) fn expression(&mut self) -> Parse<ExprId> {
        self.parse_precedence(Precedence::Assignment)
    }

    /// An expression whose operators bind at least as tightly as `min`.
    fn parse_precedence(&mut self, min: Precedence) -> Parse<ExprId> {
        self.enter()?;
        self.advance()?;
        let start = self.previous.span.start;
        let can_assign = min <= Precedence::Assignment;
        if let Some(left) = self.operand(can_assign)? {
            let expr = self.operators(left, start, min)?;
            self.leave();
            return Ok(expr);
        }
        self.leave();
        self.error(Code::ExpectExpression)?;
        self.error_node()
    }

    /// The operators that follow the operand `left`, which began at `start`, and their operands.
    #[inline(always)]
    fn operators(&mut self, mut left: ExprId, start: u32, min: Precedence) -> Parse<ExprId> {
        let can_assign = min <= Precedence::Assignment;
        loop {
            let row = InfixRow::of(self.current.kind);
            let Some(builds) = row.builds.filter(|_| row.binds >= min) else { break };
            self.advance()?;
            left = match builds {
                Infix::Call => self.call(left, start)?,
                Infix::Property => self.dot(left, start, can_assign)?,
                Infix::Logical(op) => self.logical(left, start, op, row)?,
                Infix::Binary(op) => self.binary(left, start, op, row)?,
            };
        }
        if can_assign && self.matches(TokenKind::Equal)? {
            self.error(Code::InvalidAssignmentTarget)?;
        }
        Ok(left)
    }

    /// The condition of an `if` or `while` that begins with the parenthesis that comes, where it need not have any.
    ///
    /// What follows the closing one may go on with the condition, `if (a) - 1 > b {}`, or begin a body as in Lox, `if (a)
    /// -f();`.
    #[inline(never)]
    pub(super) fn parenthesized_condition(&mut self) -> Parse<ExprId> {
        self.enter()?;
        self.advance()?;
        let start = self.previous.span.start;
        let mut cond = self.grouping()?;
        let either = matches!(self.current.kind, TokenKind::LeftParen | TokenKind::Minus);
        if !either || self.condition_goes_on()? {
            cond = self.operators(cond, start, Precedence::Assignment)?;
        }
        self.leave();
        Ok(cond)
    }

    /// Whether the first `;` or `{` outside brackets, from the token that comes on, is a `{`: no Lox statement that begins
    /// with that token has one.
    fn condition_goes_on(&mut self) -> Parse<bool> {
        use TokenKind as T;
        let mut lexer = self.lexer.clone();
        let mut token = self.current;
        let mut open = 0_u32;
        let goes_on = loop {
            match token.kind {
                T::LeftBrace if open == 0 => break true,
                T::Semicolon | T::RightParen | T::RightBrace if open == 0 => break false,
                T::End => break false,
                T::LeftParen | T::LeftBrace => open += 1,
                T::RightParen | T::RightBrace => open -= 1,
                _ => {}
            }
            token = lexer.next_token();
        };
        // Conditions inside the brackets look at the same text again, so nesting them could take the square of its length.
        let looked = (token.span.end - self.current.span.start) as usize;
        match self.look_left.checked_sub(looked) {
            Some(left) => self.look_left = left,
            None => self.too_deep()?,
        }
        Ok(goes_on)
    }

    /// What the last token begins; `None` if it begins no expression.
    #[inline]
    fn operand(&mut self, can_assign: bool) -> Parse<Option<ExprId>> {
        use TokenKind as T;
        let expr = match self.previous.kind {
            T::Identifier => self.variable(can_assign),
            T::Number => self.number(),
            T::Str => self.string(),
            T::LeftParen => self.grouping(),
            T::Minus => self.unary(UnaryOp::Negate),
            T::Bang => self.unary(UnaryOp::Not),
            T::Nil => self.literal(Expr::Nil),
            T::True => self.literal(Expr::True),
            T::False => self.literal(Expr::False),
            T::This => self.this(),
            T::Super => self.super_(),
            T::If if self.dialect.has_block_values() => self.if_value(),
            T::LeftBrace if self.dialect.has_block_values() => self.block_value(),
            _ => return Ok(None),
        };
        expr.map(Some)
    }

    fn literal(&mut self, expr: Expr) -> Parse<ExprId> {
        self.lox.bytes(1);
        Ok(self.ast.add_expr(expr, self.previous.span)?)
    }

    #[inline(never)]
    fn number(&mut self) -> Parse<ExprId> {
        let span = self.previous.span;
        let value = number_value(&self.source[span.start as usize..span.end as usize]);
        self.lox_constant()?;
        self.lox.bytes(2);
        Ok(self.ast.add_expr(Expr::Number(value), span)?)
    }

    fn string(&mut self) -> Parse<ExprId> {
        let span = self.previous.span;
        let contents = Span { start: span.start + 1, end: span.end - 1 };
        self.lox_constant()?;
        self.lox.bytes(2);
        Ok(self.ast.add_expr(Expr::Str(contents), span)?)
    }

    fn grouping(&mut self) -> Parse<ExprId> {
        let expr = self.expression()?;
        self.consume(TokenKind::RightParen, Code::ExpectParenAfterExpression)?;
        // `(o.m)(x)` reads the property before the argument, `o.m(x)` looks for the method after it.
        if self.check(TokenKind::LeftParen)
            && matches!(self.ast.expr(expr), Expr::Get { .. } | Expr::Super { .. })
        {
            return Ok(self.ast.add_expr(Expr::Paren(expr), self.previous.span)?);
        }
        Ok(expr)
    }

    fn unary(&mut self, op: UnaryOp) -> Parse<ExprId> {
        let start = self.previous.span.start;
        let operand = self.parse_precedence(Precedence::Unary)?;
        self.lox.bytes(1);
        let span = self.span_from(start);
        Ok(self.ast.add_expr(Expr::Unary { op, operand }, span)?)
    }

    fn binary(&mut self, left: ExprId, start: u32, op: BinaryOp, row: InfixRow) -> Parse<ExprId> {
        let assignments = self.scopes.current.assignments;
        let right = self.parse_precedence(row.right)?;
        let clobbers = self.scopes.current.assignments != assignments;
        self.lox.bytes(row.lox_bytes);
        let span = self.span_from(start);
        Ok(self.ast.add_expr(Expr::Binary { op, clobbers, left, right }, span)?)
    }

    /// `a and b and c` (or all with `or`): in the tree `a and (b and c)`, here a loop.
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
            let span = self.span_from(start);
            right = self.ast.add_expr(Expr::Logical { op, left: ExprId(left), right }, span)?;
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

    fn call(&mut self, callee: ExprId, start: u32) -> Parse<ExprId> {
        let args = self.arguments()?;
        self.lox.bytes(2);
        let span = self.span_from(start);
        Ok(self.ast.add_expr(Expr::Call { callee, args }, span)?)
    }

    /// From after `(` to `)`.
    fn arguments(&mut self) -> Parse<List> {
        let base = self.pending.len();
        if !self.check(TokenKind::RightParen) {
            loop {
                let arg = self.expression()?;
                if self.pending.len() - base == 255 {
                    self.error(Code::TooManyArguments)?;
                }
                self.pending.push(arg.into())?;
                if !self.matches(TokenKind::Comma)? {
                    break;
                }
            }
        }
        self.consume(TokenKind::RightParen, Code::ExpectParenAfterArguments)?;
        self.take_pending(base)
    }

    fn dot(&mut self, object: ExprId, start: u32, can_assign: bool) -> Parse<ExprId> {
        self.consume(TokenKind::Identifier, Code::ExpectPropertyName)?;
        let name = self.intern_previous()?;
        self.lox_constant()?;
        if can_assign && self.matches(TokenKind::Equal)? {
            return self.set(object, start, name);
        }
        let span = self.span_from(start);
        let get = self.ast.add_expr(Expr::Get { object, name }, span)?;
        if self.matches(TokenKind::LeftParen)? {
            // One opcode in the book, a byte shorter than two.
            self.lox.bytes(1);
            return self.call(get, start);
        }
        self.lox.bytes(2);
        Ok(get)
    }

    fn set(&mut self, object: ExprId, start: u32, name: Symbol) -> Parse<ExprId> {
        let assignments = self.scopes.current.assignments;
        let value = self.expression()?;
        let clobbers = self.scopes.current.assignments != assignments;
        self.lox.bytes(2);
        let span = self.span_from(start);
        Ok(self.ast.add_expr(Expr::Set { clobbers, object, value, name }, span)?)
    }

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

    /// Also how a variable that is not written in the text counts: as a use at the last token.
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
        let span = self.span_from(start);
        Ok(self.ast.add_expr(expr, span)?)
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

    #[inline(never)]
    fn this(&mut self) -> Parse<ExprId> {
        if self.class.is_none() {
            self.error(Code::ThisOutsideClass)?;
            return self.error_node();
        }
        self.variable(false)
    }

    #[inline(never)]
    fn super_(&mut self) -> Parse<ExprId> {
        let start = self.previous.span.start;
        match self.class {
            None => self.error(Code::SuperOutsideClass)?,
            Some(class) if !class.has_superclass => self.error(Code::SuperWithoutSuperclass)?,
            Some(_) => {}
        }
        self.consume(TokenKind::Dot, Code::ExpectDotAfterSuper)?;
        self.consume(TokenKind::Identifier, Code::ExpectSuperMethodName)?;
        let name = self.intern_previous()?;
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
        let span = self.span_from(start);
        Ok(self.ast.add_expr(Expr::Call { callee, args }, span)?)
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
                Expr::Super { this, superclass, name }
            }
            _ => Expr::Error,
        };
        Ok(self.ast.add_expr(expr, span)?)
    }
}

/// The value of digits with an optional fraction.
fn number_value(text: &str) -> f64 {
    // Up to 15 digits an integer is exact in a double; most literals are that short.
    let digits = text.as_bytes();
    if digits.len() <= 15 && digits.iter().all(u8::is_ascii_digit) {
        let integer = digits.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        return integer as f64;
    }
    // The lexer lets nothing through that is not a number.
    text.parse().unwrap_or(f64::NAN)
}
