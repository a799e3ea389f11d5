//! Expressions for their effect: statements, declarations, and values that nothing asks for.

use super::branch::Dest;
use super::collection::ForIn;
use super::finally::Exit;
use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn};
use crate::syntax::ast::{Expr, ExprId, FnId, FnKind, Place, VarId};

impl Compiler<'_> {
    /// Evaluates for the effect alone. Only a declaration takes a register that it keeps.
    pub(super) fn effect(&mut self, id: ExprId) -> Res<()> {
        self.descend()?;
        match self.ast.expr(id) {
            Expr::Print(value) => self.print(id, value),
            Expr::Return(value) => self.return_stmt(id, value),
            Expr::Var { place, init } => self.var(id, place, init),
            Expr::Match { subject, arms } => self.match_to(subject, arms, Dest::Effect),
            Expr::TakeApart { pattern, value } => self.take_value_apart(pattern, value),
            Expr::Fn { place, function } => self.fun(id, place, function),
            Expr::Class(class) => self.class(id, class),
            Expr::Block(block) => self.block(block),
            Expr::If(branch) => self.if_to(branch, Dest::Effect),
            Expr::Loop(repeat) => self.repeat(id, repeat),
            Expr::Endless(body) => self.endless_to(id, body, Dest::Effect),
            Expr::Try { body, var, handler } => self.try_to(id, (body, var, handler), Dest::Effect),
            Expr::Finally { body, cleanup } => self.finally_to(id, body, cleanup, Dest::Effect),
            Expr::Throw(value) => self.throw(id, value),
            Expr::Break { out, value } => self.break_loop(id, out, value),
            Expr::Continue { out } => self.continue_loop(id, out),
            Expr::ForIn { with_key, var, iterable, body } => {
                self.for_in(id, ForIn { with_key, var, iterable, body })
            }
            Expr::Logical(logical) => self.logical_effect(id, logical.op),
            Expr::Set { clobbers, object, value, name } => {
                let mark = self.f.next;
                self.set(id, (object, name), value, clobbers)?;
                self.release(mark);
                Ok(())
            }
            Expr::SetIndex { clobbers, object, index, value } => {
                let mark = self.f.next;
                self.set_index(id, (object, index), value, clobbers)?;
                self.release(mark);
                Ok(())
            }
            Expr::Hold { clobbers, object, body } => {
                let mark = self.f.next;
                self.hold(clobbers, object, |compiler| compiler.effect(body))?;
                self.release(mark);
                Ok(())
            }
            Expr::Error
            | Expr::Nil
            | Expr::True
            | Expr::False
            | Expr::Number(_)
            | Expr::Str(_)
            | Expr::Text { .. }
            | Expr::Concat(_)
            | Expr::Format { .. }
            | Expr::Local(_)
            | Expr::Global(_)
            | Expr::Held(_)
            | Expr::List(_)
            | Expr::Map(_)
            | Expr::Name(_)
            | Expr::Spread(_)
            | Expr::Yield(_)
            | Expr::Chain(_)
            | Expr::Maybe(_)
            | Expr::MaybeGet { .. }
            | Expr::MaybeIndex(_)
            | Expr::Index(_)
            | Expr::Range(_)
            | Expr::SetLocal { .. }
            | Expr::SetGlobal { .. }
            | Expr::Unary { .. }
            | Expr::Binary(_)
            | Expr::Paren(_)
            | Expr::Call { .. }
            | Expr::Closure(_)
            | Expr::Super(_)
            | Expr::Get { .. } => {
                let mark = self.f.next;
                self.eval(id, None)?;
                self.release(mark);
                Ok(())
            }
        }
    }

    fn print(&mut self, id: ExprId, value: ExprId) -> Res<()> {
        let mark = self.f.next;
        let value = self.eval(value, None)?;
        self.at(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.emit(Insn::Print { src })?;
        self.release(mark);
        Ok(())
    }

    fn return_stmt(&mut self, id: ExprId, value: Option<ExprId>) -> Res<()> {
        match value {
            Some(value)
                if self.f.kind != FnKind::Initializer && self.finally_around(Exit::Return).is_some() =>
            {
                let mark = self.f.next;
                let value = self.eval(value, None)?;
                self.at(id);
                self.leave(Exit::Return, value)?;
                self.release(mark);
                Ok(())
            }
            Some(value) if self.f.kind != FnKind::Initializer => self.return_expr(value),
            Some(_) | None => {
                self.at(id);
                self.leave(Exit::Return, Val::Nil)
            }
        }
    }

    /// `dst` = a new cell that holds `src`.
    pub(super) fn new_cell(&mut self, dst: Reg, src: Reg) -> Res<()> {
        let src = self.near(src, 0)?;
        self.emit_to(dst, |dst| Insn::NewCell { dst, src })
    }

    fn var(&mut self, id: ExprId, place: Place, init: Option<ExprId>) -> Res<()> {
        let mark = self.top();
        let value = match init {
            Some(init) => self.eval(init, None)?,
            None => Val::Nil,
        };
        self.at(id);
        match place {
            Place::Global(name) => {
                let global = Global32(self.global(name)?);
                let reg = self.reg_of(value)?;
                let src = self.near(reg, 0)?;
                self.emit(Insn::DefGlobal { src, global })?;
                self.release(mark);
            }
            Place::Local(var) => {
                self.release(mark);
                let reg = self.take()?;
                self.var_regs[var.index()] = reg;
                if !self.ast.vars[var.index()].needs_cell() {
                    self.load(reg, value)?;
                } else if let Val::Reg(src) = value {
                    self.new_cell(reg, src)?;
                } else {
                    self.load(reg, value)?;
                    self.new_cell(reg, reg)?;
                }
            }
        }
        Ok(())
    }

    #[inline(never)]
    fn fun(&mut self, id: ExprId, place: Place, function: FnId) -> Res<()> {
        let mark = self.top();
        let reg = self.take()?;
        match place {
            Place::Global(name) => {
                self.closure(id, function, None, reg)?;
                let global = Global32(self.global(name)?);
                let src = self.near(reg, 0)?;
                self.emit(Insn::DefGlobal { src, global })?;
                self.release(mark);
            }
            Place::Local(var) => {
                self.var_regs[var.index()] = reg;
                if !self.ast.vars[var.index()].needs_cell() {
                    return self.closure(id, function, Some(var), reg);
                }
                // The function may capture its own variable, so the cell comes first.
                self.load(reg, Val::Nil)?;
                self.new_cell(reg, reg)?;
                let closure = self.take()?;
                self.closure(id, function, None, closure)?;
                let (cell, src) = (self.near(reg, 0)?, self.near(closure, 1)?);
                self.emit(Insn::SetCell { cell, src })?;
                self.release(reg + 1);
            }
        }
        Ok(())
    }

    /// The value of `|a| expr`.
    #[inline(never)]
    pub(super) fn closure_value(
        &mut self,
        id: ExprId,
        function: FnId,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        self.release(mark);
        let dst = match hint {
            Some(reg) => reg,
            None => self.take()?,
        };
        self.closure(id, function, None, dst)?;
        Ok(Val::Reg(dst))
    }

    /// Compiles a function and makes a closure of it.
    pub(super) fn closure(
        &mut self,
        id: ExprId,
        function: FnId,
        self_var: Option<VarId>,
        dst: Reg,
    ) -> Res<()> {
        let index = self.function(function, self_var)?;
        self.at(id);
        self.span.end = self.span.end.min(self.ast.functions[function.index()].span.end);
        let function = Fn32(self.constant(Const::Fn(index))?);
        self.emit_to(dst, |dst| Insn::Closure { dst, function })
    }
}
