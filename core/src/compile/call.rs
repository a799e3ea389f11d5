//! Calls: callee or receiver and arguments in a window of registers, in which the result lands too.

use super::value::Val;
use super::{CompileAbort, Compiler, Reg, Res, What};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{ExprId, List, Super, Symbol};

impl Compiler<'_> {
    /// `callee(args)`
    #[inline(never)]
    pub(super) fn call(&mut self, id: ExprId, callee: Val, args: List, mark: Reg) -> Res<Val> {
        let window = self.window(mark, args.len as usize + 1)?;
        self.load(window, callee)?;
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
        let argc = self.args(args)?;
        self.at(id);
        let site = Site32(self.site(name)?);
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

    /// Whether a global is the library's word for the end of the caller's instruction.
    pub(super) fn is_finish(&self, name: Symbol) -> bool {
        self.in_library && self.symbols.text(name) == "finish"
    }

    /// `finish(value)`, in the library.
    #[cold]
    #[inline(never)]
    pub(super) fn end_instruction(&mut self, id: ExprId, args: List, mark: Reg) -> Res<Val> {
        let value = self.ast.nth(args, 0);
        let value = self.eval(value, None)?;
        self.at(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.emit(Insn::Finish { src })?;
        self.release(mark);
        Ok(Val::Nil)
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
