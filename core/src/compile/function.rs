//! Functions: their state while they are compiled, their entry and their end.

use super::emit::CodeBuffer;
use super::label::Label;
use super::pool::IndexTable;
use super::registers::{FAR, SCRATCH};
use super::scope::Unwind;
use super::{CompileAbort, Compiler, Reg, Res, What};
use crate::Span;
use crate::bytecode::operand::*;
use crate::bytecode::verify::MOST;
use crate::bytecode::{Capture, FnIndex, FnParts, Handler, Insn, Site, Text};
use crate::mem::{Mem, Vec};
use crate::syntax::ast::{ExprId, FnId, FnKind, Params, VarId};

/// A function at work. Its buffers are kept for the next one.
pub(super) struct FnState {
    pub(super) id: FnId,
    pub(super) kind: FnKind,
    /// Which function this is, counted from 1 in the order they are begun.
    pub(super) serial: u32,
    /// The variable that names this function and never changes: `R0` holds its value.
    pub(super) self_var: Option<VarId>,
    pub(super) code: CodeBuffer,
    /// Constants, packed.
    pub(super) consts: Vec<u64>,
    pub(super) const_table: IndexTable,
    pub(super) sites: Vec<Site>,
    pub(super) captures: Vec<Capture>,
    pub(super) handlers: Vec<Handler>,
    /// The variables of `captures`.
    pub(super) upvalues: Vec<VarId>,
    pub(super) upvalue_table: IndexTable,
    /// The first free register.
    pub(super) next: Reg,
    /// How many registers were ever used.
    pub(super) high: Reg,
}

impl FnState {
    pub(super) fn new(mem: &Mem) -> FnState {
        FnState {
            id: FnId::new(0),
            kind: FnKind::Script,
            serial: 0,
            self_var: None,
            code: CodeBuffer::new(mem),
            consts: Vec::new(mem),
            const_table: IndexTable::new(mem),
            sites: Vec::new(mem),
            captures: Vec::new(mem),
            handlers: Vec::new(mem),
            upvalues: Vec::new(mem),
            upvalue_table: IndexTable::new(mem),
            next: 1,
            high: 1,
        }
    }

    fn begin(&mut self, id: FnId, kind: FnKind, serial: u32, self_var: Option<VarId>) {
        self.id = id;
        self.kind = kind;
        self.serial = serial;
        self.self_var = self_var;
        self.code.clear();
        self.consts.clear();
        self.const_table.clear();
        self.sites.clear();
        self.captures.clear();
        self.handlers.clear();
        self.upvalues.clear();
        self.upvalue_table.clear();
        self.next = 1;
        self.high = 1;
    }
}

impl Compiler<'_> {
    /// Compiles a function. `self_var` is the local variable that names it, if that never changes.
    pub(super) fn function(&mut self, id: FnId, self_var: Option<VarId>) -> Res<FnIndex> {
        self.descend()?;
        // Functions are numbered in the order in which they begin.
        let index = self.out.next_index()?;
        self.begin_function(id, self_var)?;
        self.items(self.ast.functions[id.index()].body)?;
        self.end_body()?;
        self.finish(index)?;
        self.close();
        Ok(index)
    }

    /// Compiles a part of the script, whose index is 0.
    pub(super) fn script(&mut self, last: bool) -> Res<()> {
        let id = FnId::new(0);
        self.var_regs.resize(self.ast.vars.len().max(self.var_regs.len()), 0)?;
        if self.out.function_count() == 0 {
            self.out.next_index()?;
            self.begin_function(id, None)?;
        }
        self.imports()?;
        self.items(self.ast.functions[id.index()].body)?;
        if last {
            self.exports()?;
            self.end_body()?;
            self.finish(FnIndex(0))?;
            self.close();
        }
        Ok(())
    }

    #[inline(never)]
    fn begin_function(&mut self, id: FnId, self_var: Option<VarId>) -> Res<()> {
        self.open(Unwind::Function)?;
        if self.level == self.outer.len() {
            let mem = self.outer.mem().clone();
            self.outer.push(FnState::new(&mem))?;
        }
        core::mem::swap(&mut self.f, &mut self.outer[self.level]);
        self.level += 1;
        let kind = self.ast.functions[id.index()].kind;
        self.f.begin(id, kind, self.out.function_count(), self_var);
        self.entry()
    }

    /// Goes back to the function around.
    pub(super) fn end_function(&mut self) {
        self.level -= 1;
        core::mem::swap(&mut self.f, &mut self.outer[self.level]);
    }

    /// Gives the parameters their registers, and cells where they need them.
    fn entry(&mut self) -> Res<()> {
        let function = self.ast.functions[self.f.id.index()];
        self.span = Span { end: function.span.start + 1, ..function.span };
        if let Some(this) = function.this {
            self.var_regs[this.index()] = 0;
        }
        let params = function.params;
        let count = params.vars.len as Reg;
        self.f.next = count + 1;
        self.f.high = count + 1;
        for index in 0..params.vars.len {
            let var: VarId = self.ast.nth(params.vars, index);
            let mut reg = index as Reg + 1;
            if reg >= SCRATCH {
                // The caller cannot leave out the scratch registers: move these parameters away first.
                let to = self.take()?;
                debug_assert!(to >= FAR);
                self.emit(Insn::SetFar { src: Src(reg as u8), dst: FarDst(to) })?;
                reg = to;
            }
            self.var_regs[var.index()] = reg;
        }
        let required = params.vars.len - u32::from(params.rest) - params.defaults.len;
        // The scratch registers are needed before their arguments could be moved away.
        if params.defaults.len != 0 && count >= SCRATCH {
            return Err(CompileAbort::TooLarge(What::Arguments));
        }
        let mut taken = 0;
        for index in 0..params.vars.len {
            let var: VarId = self.ast.nth(params.vars, index);
            let reg = self.var_regs[var.index()];
            if let Some(default) = index.checked_sub(required)
                && default < params.defaults.len
            {
                self.default(reg, self.ast.nth(params.defaults, default))?;
            }
            if self.ast.vars[var.index()].needs_cell() {
                self.new_cell(reg, reg)?;
            }
            if taken < params.taken.len && self.ast.nth::<VarId>(params.taken, taken) == var {
                let pattern = self.ast.nth(params.taken, taken + 1);
                self.take_apart(pattern, reg)?;
                taken += 2;
            }
        }
        Ok(())
    }

    /// The value of a parameter for which there is no argument.
    fn default(&mut self, reg: Reg, value: ExprId) -> Res<()> {
        let mark = self.f.next;
        let mut given = Label::new();
        let src = self.near(reg, 0)?;
        self.at(value);
        self.jump(&mut given, |to| Insn::JumpGiven { src, to: Forward32(to) })?;
        let value = self.eval(value, None)?;
        self.load(reg, value)?;
        self.release(mark);
        self.bind(given)
    }

    /// After the items of the body: its value, if it has one, and the way out.
    fn end_body(&mut self) -> Res<()> {
        let function = self.ast.functions[self.f.id.index()];
        match function.body.tail {
            // An initializer returns `this`, not its last expression.
            Some(tail) if self.f.kind == FnKind::Initializer => self.effect(tail)?,
            Some(tail) => self.return_expr(tail)?,
            None => {}
        }
        if self.falls_through() {
            self.span = Span { start: function.span.end.saturating_sub(1), ..function.span };
            self.return_nothing()?;
        }
        Ok(())
    }

    /// Leaves the function without a value.
    pub(super) fn return_nothing(&mut self) -> Res<()> {
        match self.f.kind {
            FnKind::Initializer => self.emit(Insn::Return { src: Src(0) }),
            FnKind::Script
            | FnKind::Function
            | FnKind::Method
            | FnKind::Getter
            | FnKind::Setter
            | FnKind::StaticMethod
            | FnKind::StaticGetter
            | FnKind::StaticSetter
            | FnKind::StaticField => self.emit(Insn::ReturnNil {}),
        }
    }

    /// Puts the code into the image.
    #[inline(never)]
    fn finish(&mut self, index: FnIndex) -> Res<()> {
        self.thread_jumps();
        let function = self.ast.functions[self.f.id.index()];
        let arity =
            u8::try_from(function.params.vars.len).map_err(|_| CompileAbort::TooLarge(What::Arguments))?;
        let Params { defaults, rest, .. } = function.params;
        let optional = u8::try_from(defaults.len + u32::from(rest)).unwrap_or(arity);
        let name = if function.kind == FnKind::Script { Text::default() } else { self.name(function.name)? };
        let FnState { code, consts, sites, captures, handlers, high, .. } = &self.f;
        if code.words.len().max(consts.len()).max(sites.len()) >= MOST {
            return Err(CompileAbort::TooLarge(What::Words));
        }
        let parts = FnParts {
            name,
            arity,
            required: arity.saturating_sub(optional),
            rest: function.params.rest,
            registers: *high,
            words: &code.words,
            consts,
            sites,
            captures,
            handlers,
            lines: &code.lines,
            spans: &code.spans,
        };
        // An image has at most 4 GiB.
        self.out.put(index, &parts).map_err(|_| CompileAbort::OutOfMemory)
    }
}
