//! Functions: their state while they are compiled, their entry and their end.

use super::emit::CodeBuffer;
use super::pool::IndexTable;
use super::registers::{FAR, SCRATCH};
use super::scope::Unwind;
use super::{CompileAbort, Compiler, Reg, Res, What};
use crate::Span;
use crate::bytecode::lines::LineMarks;
use crate::bytecode::operand::*;
use crate::bytecode::verify::MOST;
use crate::bytecode::{Capture, Const, FnCode, FnIndex, Insn, Site, Text};
use crate::mem::{Mem, Vec};
use crate::syntax::ast::{FnId, FnKind, VarId};

/// A function at work. Its buffers are kept for the next one.
pub(super) struct FnState {
    pub(super) id: FnId,
    pub(super) kind: FnKind,
    /// Which function this is, counted from 1 in the order they are begun.
    pub(super) serial: u32,
    /// The variable that names this function and never changes: `R0` holds its value.
    pub(super) self_var: Option<VarId>,
    pub(super) code: CodeBuffer,
    pub(super) consts: Vec<Const>,
    pub(super) const_table: IndexTable,
    pub(super) sites: Vec<Site>,
    pub(super) captures: Vec<Capture>,
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
        self.upvalues.clear();
        self.upvalue_table.clear();
        self.next = 1;
        self.high = 1;
    }

    /// A copy of exactly the size needed.
    fn finished(&self, mem: &Mem, name: Text, arity: u8) -> Res<FnCode> {
        if self.code.words.len().max(self.consts.len()).max(self.sites.len()) >= MOST {
            return Err(CompileAbort::TooLarge(What::Words));
        }
        let mut lines = LineMarks::new(mem);
        for &(at, line) in &self.code.marks {
            lines.mark(at, line)?;
        }
        Ok(FnCode {
            name,
            arity,
            registers: self.high,
            words: Vec::from_slice(mem, &self.code.words)?,
            consts: Vec::from_slice(mem, &self.consts)?,
            sites: Vec::from_slice(mem, &self.sites)?,
            captures: Vec::from_slice(mem, &self.captures)?,
            lines,
            spans: Vec::from_slice(mem, &self.code.spans)?,
        })
    }
}

impl Compiler<'_> {
    /// Compiles a function. `self_var` is the local variable that names it, if that never changes.
    pub(super) fn function(&mut self, id: FnId, self_var: Option<VarId>) -> Res<FnIndex> {
        self.descend()?;
        let index = FnIndex(self.out.functions.len() as u32);
        self.reserve_function()?;
        self.begin_function(id, self_var)?;
        self.entry()?;
        self.body()?;
        self.finish(index)?;
        self.close();
        Ok(index)
    }

    /// Keeps the function's place: functions are numbered in the order they begin.
    #[inline(never)]
    fn reserve_function(&mut self) -> Res<()> {
        let mem = self.out.functions.mem().clone();
        Ok(self.out.functions.push(FnState::new(&mem).finished(&mem, Text::default(), 0)?)?)
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
        self.f.begin(id, kind, self.out.functions.len() as u32, self_var);
        Ok(())
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
        let count = function.params.len as Reg;
        self.f.next = count + 1;
        self.f.high = count + 1;
        for (index, var) in self.ast.list::<VarId>(function.params).enumerate() {
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
        for var in self.ast.list::<VarId>(function.params) {
            if self.ast.vars[var.index()].needs_cell() {
                let reg = self.var_regs[var.index()];
                self.new_cell(reg, reg)?;
            }
        }
        Ok(())
    }

    fn body(&mut self) -> Res<()> {
        let function = self.ast.functions[self.f.id.index()];
        self.items(function.body)?;
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
            FnKind::Script | FnKind::Function | FnKind::Method => self.emit(Insn::ReturnNil {}),
        }
    }

    /// Puts the code in the function's place.
    #[inline(never)]
    fn finish(&mut self, index: FnIndex) -> Res<()> {
        self.thread_jumps();
        let function = &self.ast.functions[self.f.id.index()];
        let arity = u8::try_from(function.params.len).map_err(|_| CompileAbort::TooLarge(What::Arguments))?;
        let name = if function.kind == FnKind::Script { Text::default() } else { self.name(function.name)? };
        self.out.functions[index.0 as usize] = self.f.finished(self.out.functions.mem(), name, arity)?;
        Ok(())
    }
}
