//! Statements.

use super::emit::Label;
use super::expr::Val;
use super::{Compiler, Reg, Res};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn};
use crate::syntax::ast::{Expr, ExprId, FnId, FnKind, List, Place, Stmt, StmtId};

impl Compiler<'_> {
    /// Compiles a statement.
    pub(super) fn stmt(&mut self, id: StmtId) -> Res<()> {
        self.descend()?;
        match self.ast.stmt(id) {
            Stmt::Expr(value) | Stmt::Tail(value) => self.effect(value)?,
            Stmt::Print(value) => self.print(id, value)?,
            Stmt::Var { place, init } => self.var(id, place, init)?,
            Stmt::Fn { place, function } => self.fun(id, place, function)?,
            Stmt::Class(class) => self.class(id, class)?,
            Stmt::Block(list) => self.block(list)?,
            Stmt::If { .. } => self.if_stmt(id)?,
            Stmt::While { cond, body } => self.repeat(id, Some(cond), None, body)?,
            Stmt::For { init, cond, step, body } => {
                let mark = self.f.next;
                if let Some(init) = init {
                    self.stmt(init)?;
                }
                self.repeat(id, cond, step, body)?;
                self.release(mark);
            }
            Stmt::Return(value) => self.return_stmt(id, value)?,
        }
        Ok(())
    }

    fn at_stmt(&mut self, id: StmtId) {
        self.span = self.ast.stmt_spans[id.index()];
    }

    /// Statements in a scope of their own.
    pub(super) fn block(&mut self, list: List) -> Res<()> {
        let mark = self.f.next;
        for stmt in self.ast.list::<StmtId>(list) {
            self.stmt(stmt)?;
        }
        self.release(mark);
        Ok(())
    }

    fn print(&mut self, id: StmtId, value: ExprId) -> Res<()> {
        let mark = self.f.next;
        let value = self.eval(value, None)?;
        self.at_stmt(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.emit(Insn::Print { src })?;
        self.release(mark);
        Ok(())
    }

    fn return_stmt(&mut self, id: StmtId, value: Option<ExprId>) -> Res<()> {
        match value {
            Some(value) if self.f.kind != FnKind::Initializer => self.give(value),
            _ => {
                self.at_stmt(id);
                self.give_nothing()
            }
        }
    }

    /// `dst` = a new cell that holds `src`.
    pub(super) fn new_cell(&mut self, dst: Reg, src: Reg) -> Res<()> {
        let src = self.near(src, 0)?;
        self.emit_to(dst, |dst| Insn::NewCell { dst, src })
    }

    fn var(&mut self, id: StmtId, place: Place, init: Option<ExprId>) -> Res<()> {
        let mark = self.top();
        let value = match init {
            Some(init) => self.eval(init, None)?,
            None => Val::Nil,
        };
        self.at_stmt(id);
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
    fn fun(&mut self, id: StmtId, place: Place, function: FnId) -> Res<()> {
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

    /// Compiles a function and makes a closure of it.
    pub(super) fn closure(
        &mut self,
        id: StmtId,
        function: FnId,
        self_var: Option<crate::syntax::ast::VarId>,
        dst: Reg,
    ) -> Res<()> {
        let index = self.function(function, self_var)?;
        self.at_stmt(id);
        self.span.end = self.span.end.min(self.ast.functions[function.index()].span.end);
        let function = Fn32(self.constant(Const::Fn(index))?);
        self.emit_to(dst, |dst| Insn::Closure { dst, function })
    }

    #[inline(never)]
    fn if_stmt(&mut self, mut id: StmtId) -> Res<()> {
        let mut end = Label::new();
        while let Stmt::If { cond, then, otherwise } = self.ast.stmt(id) {
            let mut skip = Label::new();
            self.cond(cond, false, &mut skip)?;
            self.stmt(then)?;
            let Some(other) = otherwise else {
                self.bind(skip)?;
                break;
            };
            if self.falls_through() {
                self.go(&mut end)?;
            }
            self.bind(skip)?;
            id = other;
            if !matches!(self.ast.stmt(id), Stmt::If { .. }) {
                self.stmt(id)?;
            }
        }
        self.bind(end)
    }

    /// A loop, turned upside down: the condition is tested at the end, by the jump back.
    #[inline(never)]
    fn repeat(&mut self, id: StmtId, cond: Option<ExprId>, step: Option<ExprId>, body: StmtId) -> Res<()> {
        let cond =
            cond.filter(|&cond| !matches!(self.ast.expr(cond), Expr::True | Expr::Number(_) | Expr::Str(_)));
        let (mut entry, mut exit) = (Label::new(), Label::new());
        match cond {
            Some(cond) if self.is_short(cond) => self.cond(cond, false, &mut exit)?,
            Some(_) => self.go(&mut entry)?,
            None => {}
        }
        let top = self.loop_top();
        self.stmt(body)?;
        if let Some(step) = step {
            self.effect(step)?;
        }
        self.bind(entry)?;
        match cond {
            Some(cond) => self.again(cond, top, &mut exit)?,
            None => {
                self.at_stmt(id);
                self.go_back(top)?;
            }
        }
        self.bind(exit)
    }
}
