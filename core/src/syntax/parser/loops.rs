//! Loops, which may have a label.

use super::super::ast::{Binary, BinaryOp, Block, Expr, ExprId, Loop, MemberOp, Symbol, VarKind};
use super::super::{Code, TokenKind};
use super::block::Item;
use super::jump::LoopState;
use super::lox::Position;
use super::{Parse, Parser};

impl Parser<'_, '_> {
    /// A loop as a statement, which ends with its body.
    pub(super) fn loop_statement(&mut self, last_gives_value: bool) -> Parse<Item> {
        self.advance()?;
        let (expr, has_value) = self.loop_after_token()?;
        Ok(if last_gives_value && has_value && self.at_block_end() {
            Item::Tail(expr)
        } else {
            Item::Effect(expr)
        })
    }

    /// A loop as an operand, from after its first token.
    #[inline(never)]
    pub(super) fn loop_value(&mut self) -> Parse<ExprId> {
        self.loop_after_token().map(|(expr, _)| expr)
    }

    /// From after the label or the word that begins a loop: the loop, and whether a `break` gives it a value.
    fn loop_after_token(&mut self) -> Parse<(ExprId, bool)> {
        let start = self.previous.span.start;
        let mut label = None;
        if self.previous.kind == TokenKind::Label {
            label = Some(self.label()?);
            self.consume(TokenKind::Colon, Code::ExpectColonAfterLabel)?;
            if !matches!(self.current.kind, TokenKind::Loop | TokenKind::While | TokenKind::For) {
                self.error_at_current(Code::ExpectLoopAfterLabel)?;
                return Ok((self.error_node()?, false));
            }
            self.advance()?;
        }
        match self.previous.kind {
            TokenKind::While => Ok((self.while_loop(start, label)?, false)),
            TokenKind::For => Ok((self.for_loop(start, label)?, false)),
            _ => self.endless_loop(start, label),
        }
    }

    /// From after `loop`.
    #[inline(never)]
    fn endless_loop(&mut self, start: u32, label: Option<Symbol>) -> Parse<(ExprId, bool)> {
        if !self.check(TokenKind::LeftBrace) {
            self.error_at_current(Code::ExpectBraceAfterLoop)?;
        }
        self.enter_loop(LoopState::with_value(label))?;
        let body = self.body(false, Code::ExpectBraceAfterLoop)?;
        let has_value = self.leave_loop();
        Ok((self.finish(Expr::Endless(body), start)?, has_value))
    }

    /// The body of `while` or `for`.
    #[inline(always)]
    pub(super) fn loop_body(&mut self, any: bool, missing_brace: Code, state: LoopState) -> Parse<ExprId> {
        self.enter_loop(state)?;
        let body = self.body(any, missing_brace)?;
        self.leave_loop();
        Ok(body)
    }

    /// From after `while`.
    #[inline(never)]
    fn while_loop(&mut self, start: u32, label: Option<Symbol>) -> Parse<ExprId> {
        let loop_start = self.lox.position();
        let (cond, parenthesized) = self.condition(Code::ExpectParenAfterWhile)?;
        let exit_jump = self.lox.jump();
        self.lox.bytes(1);
        let body =
            self.loop_body(parenthesized, Code::ExpectBraceAfterCondition, LoopState::without_value(label))?;
        self.lox_jump_back(loop_start)?;
        self.lox_land(exit_jump)?;
        self.lox.bytes(1);
        self.finish(Expr::Loop(Loop { cond: Some(cond), step: None, body }), start)
    }

    /// From after `for`. `for (init; cond; step) body` is `{ init; while (cond) { body; step; } }`, all iterations sharing the variables
    /// of `init`.
    #[inline(never)]
    fn for_loop(&mut self, start: u32, label: Option<Symbol>) -> Parse<ExprId> {
        use TokenKind as T;
        if self.dialect.has_collections() && !self.check(T::LeftParen) {
            return self.for_in(start, label);
        }
        let clauses = self.for_clauses()?;
        let body = self.loop_body(true, Code::ExpectBraceAfterCondition, LoopState::without_value(label))?;
        self.lox_jump_back(clauses.loop_start)?;
        if let Some(exit_jump) = clauses.exit_jump {
            self.lox_land(exit_jump)?;
            self.lox.bytes(1);
        }
        self.end_scope();
        let ForClauses { init, cond, step, .. } = clauses;
        let repeat = self.finish(Expr::Loop(Loop { cond, step, body }), start)?;
        let Some(init) = init else { return Ok(repeat) };
        let items = self.ast.add_list(&[init, repeat])?;
        self.finish(Expr::Block(Block { items, tail: None }), start)
    }

    /// From `(` to `)`; opens the scope of what they declare.
    #[inline(never)]
    fn for_clauses(&mut self) -> Parse<ForClauses> {
        use TokenKind as T;
        self.begin_scope();
        self.consume(T::LeftParen, Code::ExpectParenAfterFor)?;
        let init = match self.current.kind {
            T::Semicolon => {
                self.advance()?;
                None
            }
            T::Var => Some(self.var_declaration(VarKind::Var)?),
            T::Let => Some(self.var_declaration(VarKind::Let)?),
            _ => {
                let init = self.expression()?;
                let is_in = matches!(
                    self.ast.expr(init),
                    Expr::Binary(Binary { op: BinaryOp::Member(MemberOp::In), .. })
                );
                if is_in && self.check(T::RightParen) {
                    self.error_at_current(Code::ForInInParentheses)?;
                }
                self.end_expression_statement()?;
                Some(init)
            }
        };

        let mut loop_start = self.lox.position();
        let mut exit_jump = None;
        let cond = if self.matches(T::Semicolon)? {
            None
        } else {
            let cond = self.expression()?;
            self.consume(T::Semicolon, Code::ExpectSemicolonAfterLoopCondition)?;
            exit_jump = Some(self.lox.jump());
            self.lox.bytes(1);
            Some(cond)
        };
        let step = if self.matches(T::RightParen)? {
            None
        } else {
            let body_jump = self.lox.jump();
            let step_start = self.lox.position();
            let step = self.expression()?;
            self.lox.bytes(1);
            self.consume(T::RightParen, Code::ExpectParenAfterForClauses)?;
            self.lox_jump_back(loop_start)?;
            loop_start = step_start;
            self.lox_land(body_jump)?;
            Some(step)
        };
        Ok(ForClauses { init, cond, step, loop_start, exit_jump })
    }
}

/// What is between the parentheses of a `for`.
struct ForClauses {
    init: Option<ExprId>,
    cond: Option<ExprId>,
    step: Option<ExprId>,
    loop_start: Position,
    exit_jump: Option<Position>,
}
