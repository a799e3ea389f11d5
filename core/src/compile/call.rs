//! Calls: callee or receiver and arguments in a window of registers, in which the result lands too.

use super::value::Val;
use super::{CompileAbort, Compiler, Reg, Res, What};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{Expr, ExprId, List, Super, Symbol};

impl Compiler<'_> {
    /// `callee(args)`
    #[inline(never)]
    pub(super) fn call(&mut self, id: ExprId, callee: Val, args: List, mark: Reg) -> Res<Val> {
        let window = self.window(mark, args.len as usize + 1)?;
        self.load(window, callee)?;
        if let Some(argc) = self.listed(id, args)? {
            self.at(id);
            self.emit(Insn::CallList { argc, win: Win(window) })?;
            return self.settle(Val::Reg(window), mark);
        }
        let argc = self.args(args)?;
        self.at(id);
        self.emit(Insn::Call { argc, win: Win(window) })?;
        self.settle(Val::Reg(window), mark)
    }

    /// `receiver.name(args)`
    #[inline(never)]
    pub(super) fn invoke(
        &mut self,
        id: ExprId,
        name: Symbol,
        receiver: Val,
        args: List,
        mark: Reg,
    ) -> Res<Val> {
        let window = self.window(mark, args.len as usize + 1)?;
        self.load(window, receiver)?;
        let listed = self.listed(id, args)?;
        let argc = if let Some(argc) = listed { argc } else { self.args(args)? };
        self.at(id);
        let site = Site32(self.site(name)?);
        if listed.is_some() {
            self.emit(Insn::InvokeList { argc, win: Win(window), site })?;
            return self.settle(Val::Reg(window), mark);
        }
        self.emit(Insn::Invoke { argc, win: Win(window), site })?;
        self.settle(Val::Reg(window), mark)
    }

    /// `super.name(args)`; `callee` is the node of `super.name`.
    #[inline(never)]
    pub(super) fn super_call(
        &mut self,
        id: ExprId,
        callee: ExprId,
        method: Super,
        args: List,
        mark: Reg,
    ) -> Res<Val> {
        if self.is_listed(args) {
            let callee = self.get_super(callee, method, mark, None)?;
            return self.call(id, callee, args, mark);
        }
        self.at(callee);
        let window = self.window(mark, args.len as usize + 2)?;
        let value = self.read(method.this, window, Some(window))?;
        self.load(window, value)?;
        self.release(window + 1);
        let argc = self.args(args)?;
        self.at(id);
        let last = self.take()?;
        let value = self.read(method.superclass, last, Some(last))?;
        self.load(last, value)?;
        let site = Site32(self.site(method.name)?);
        self.emit(Insn::SuperInvoke { argc, win: SuperWin(window), site })?;
        self.settle(Val::Reg(window), mark)
    }

    /// Whether a global is a word that has an instruction of its own in the library.
    pub(super) fn is_word(&self, name: Symbol) -> bool {
        self.in_library && matches!(self.symbols.text(name), "finish" | "resume" | "resume_next")
    }

    /// In the library: `finish(value)`, the end of the caller's instruction; `resume(fiber, value)`, `resume_next(fiber, value)`.
    #[cold]
    #[inline(never)]
    pub(super) fn library_word(&mut self, id: ExprId, name: Symbol, args: List, mark: Reg) -> Res<Val> {
        let (first, second) = (self.ast.nth(args, 0), self.ast.nth(args, args.len - 1));
        let first = self.push(first)?;
        let second = if args.len == 2 { self.push(second)? } else { first };
        self.at(id);
        let (first, second) = (self.near(first, 0)?, self.near(second, 1)?);
        match self.symbols.text(name) {
            "finish" => {
                self.emit(Insn::Finish { src: first })?;
                self.release(mark);
                Ok(Val::Nil)
            }
            "resume" => self.result(mark, None, |dst| Insn::Resume { dst, object: first, src: second }),
            _ => self.result(mark, None, |dst| Insn::ResumeNext { dst, object: first, src: second }),
        }
    }

    /// `yield value`
    #[inline(never)]
    pub(super) fn yield_value(
        &mut self,
        id: ExprId,
        value: Option<ExprId>,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        let value = value.map_or(Ok(Val::Nil), |value| self.eval(value, None))?;
        self.at(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.result(mark, hint, |dst| Insn::Yield { dst, src })
    }

    /// Whether arguments are put into a list: one is spread, or there are as many as the arity of no function may be.
    fn is_listed(&self, args: List) -> bool {
        self.in_siskin && (args.len == u32::from(u8::MAX) || self.has_spread(args))
    }

    /// If arguments are to be put into a list, evaluates those before the first that is spread into the registers that follow,
    /// and the others to a list in the next one. Returns the number of these registers.
    fn listed(&mut self, id: ExprId, args: List) -> Res<Option<Argc>> {
        if !self.is_listed(args) {
            return Ok(None);
        }
        let is_spread = |arg: ExprId| matches!(self.ast.expr(arg), Expr::Spread(_));
        let before = self.ast.list(args).position(is_spread).unwrap_or(0) as u32;
        for index in 0..before {
            let arg = self.ast.nth(args, index);
            self.push(arg)?;
        }
        let mark = self.top();
        let rest = List { start: args.start + before, len: args.len - before };
        let list = self.list(id, rest, mark, None)?;
        self.release(mark);
        let reg = self.take()?;
        self.load(reg, list)?;
        Ok(Some(Argc(before as u8 + 1)))
    }

    /// Evaluates arguments into the registers that follow.
    fn args(&mut self, args: List) -> Res<Argc> {
        let argc = u8::try_from(args.len).map_err(|_| CompileAbort::TooLarge(What::Arguments))?;
        for index in 0..args.len {
            let arg = self.ast.nth(args, index);
            self.push(arg)?;
        }
        Ok(Argc(argc))
    }
}
