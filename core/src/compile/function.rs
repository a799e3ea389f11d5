//! Functions: what is known of one while it is compiled, its entry and its end.

use super::emit::Label;
use super::pool::IndexTable;
use super::registers::{FAR, SCRATCH};
use super::{Compiler, Reg, Res};
use crate::bytecode::lines::Lines;
use crate::bytecode::operand::*;
use crate::bytecode::verify::MOST;
use crate::bytecode::{Capture, Code, Const, FnIndex, Insn, Site, Text};
use crate::mem::{Mem, Vec};
use crate::syntax::ast::{ElseId, Expr, ExprId, FnId, FnKind, List, Span, Stmt, StmtId, VarId};

/// A function at work. Its buffers are kept for the next one.
pub(super) struct FnState {
    pub(super) id: FnId,
    pub(super) kind: FnKind,
    /// Which function this is, counted from 1 in the order they are begun.
    pub(super) serial: u32,
    /// The variable that names this function and never changes: `R0` holds its value.
    pub(super) self_var: Option<VarId>,
    pub(super) words: Vec<u32>,
    /// Where the line changes: (word, line).
    pub(super) marks: Vec<(u32, u32)>,
    pub(super) line: u32,
    /// What instructions come from, if that is wanted.
    pub(super) spans: Vec<(u32, Span)>,
    /// The first word of the last instruction.
    pub(super) last: u32,
    /// The last word that a label was bound to.
    pub(super) bound: u32,
    /// Words on the longest path here since the last unit of fuel or poll.
    pub(super) free: usize,
    /// There is an unconditional jump, so other jumps may be able to skip it.
    pub(super) threads: bool,
    pub(super) consts: Vec<Const>,
    pub(super) const_table: IndexTable,
    pub(super) sites: Vec<Site>,
    pub(super) captures: Vec<Capture>,
    /// The variables of `captures`.
    pub(super) ups: Vec<VarId>,
    pub(super) up_table: IndexTable,
    /// The first free register.
    pub(super) next: Reg,
    /// How many registers were ever used.
    pub(super) high: Reg,
}

impl FnState {
    pub(super) fn new(mem: &Mem) -> FnState {
        FnState {
            id: FnId(0),
            kind: FnKind::Script,
            serial: 0,
            self_var: None,
            words: Vec::new(mem),
            marks: Vec::new(mem),
            line: 1,
            spans: Vec::new(mem),
            last: 0,
            bound: 0,
            free: 0,
            threads: false,
            consts: Vec::new(mem),
            const_table: IndexTable::new(mem),
            sites: Vec::new(mem),
            captures: Vec::new(mem),
            ups: Vec::new(mem),
            up_table: IndexTable::new(mem),
            next: 1,
            high: 1,
        }
    }

    fn begin(&mut self, id: FnId, kind: FnKind, serial: u32, self_var: Option<VarId>) {
        self.id = id;
        self.kind = kind;
        self.serial = serial;
        self.self_var = self_var;
        self.words.clear();
        self.marks.clear();
        self.spans.clear();
        self.line = 1;
        self.last = 0;
        self.bound = 0;
        self.free = 0;
        self.threads = false;
        self.consts.clear();
        self.const_table.clear();
        self.sites.clear();
        self.captures.clear();
        self.ups.clear();
        self.up_table.clear();
        self.next = 1;
        self.high = 1;
    }

    /// A copy of exactly the size needed.
    fn code(&self, mem: &Mem, name: Text, arity: u8) -> Res<Code> {
        if self.words.len().max(self.consts.len()).max(self.sites.len()) >= MOST {
            return Err(super::Stop::TooLarge(super::What::Words));
        }
        let mut lines = Lines::new(mem);
        for &(at, line) in &self.marks {
            lines.mark(at, line)?;
        }
        Ok(Code {
            name,
            arity,
            registers: self.high,
            words: Vec::from_slice(mem, &self.words)?,
            consts: Vec::from_slice(mem, &self.consts)?,
            sites: Vec::from_slice(mem, &self.sites)?,
            captures: Vec::from_slice(mem, &self.captures)?,
            lines,
            spans: Vec::from_slice(mem, &self.spans)?,
        })
    }
}

impl Compiler<'_> {
    /// Compiles a function. `self_var` is the local variable that names it, if that never changes.
    pub(super) fn function(&mut self, id: FnId, self_var: Option<VarId>) -> Res<FnIndex> {
        self.descend()?;
        let index = FnIndex(self.out.functions.len() as u32);
        self.reserve_function()?;
        self.enter(id, self_var)?;
        self.entry()?;
        self.body()?;
        self.finish(index)?;
        self.leave();
        Ok(index)
    }

    /// Keeps the function's place: functions are numbered in the order they begin.
    #[inline(never)]
    fn reserve_function(&mut self) -> Res<()> {
        let mem = self.out.functions.mem().clone();
        Ok(self.out.functions.push(FnState::new(&mem).code(&mem, Text::default(), 0)?)?)
    }

    #[inline(never)]
    fn enter(&mut self, id: FnId, self_var: Option<VarId>) -> Res<()> {
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

    fn leave(&mut self) {
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
        for stmt in self.ast.list::<StmtId>(function.body) {
            match self.ast.stmt(stmt) {
                Stmt::Tail(value) if self.f.kind != FnKind::Initializer => self.give(value)?,
                Stmt::Tail(value) => self.effect(value)?,
                _ => self.stmt(stmt)?,
            }
        }
        if self.falls_through() {
            self.span = Span { start: function.span.end.saturating_sub(1), ..function.span };
            self.give_nothing()?;
        }
        Ok(())
    }

    /// Leaves the function without a value.
    pub(super) fn give_nothing(&mut self) -> Res<()> {
        match self.f.kind {
            FnKind::Initializer => self.emit(Insn::Return { src: Src(0) }),
            _ => self.emit(Insn::ReturnNil {}),
        }
    }

    /// Leaves the function with the value of an expression; each branch of an `if` leaves by itself.
    pub(super) fn give(&mut self, mut id: ExprId) -> Res<()> {
        self.descend()?;
        loop {
            match self.ast.expr(id) {
                Expr::If { cond, then, otherwise } => {
                    let mut skip = Label::new();
                    self.cond(cond, false, &mut skip)?;
                    self.give(then)?;
                    self.bind(skip)?;
                    match otherwise.map(ElseId::get) {
                        Some(other) => id = other,
                        None => break self.emit(Insn::ReturnNil {})?,
                    }
                }
                Expr::Block(list) => break self.give_block(list)?,
                _ => break self.give_value(id)?,
            }
        }
        Ok(())
    }

    fn give_block(&mut self, list: List) -> Res<()> {
        let mark = self.f.next;
        let mut given = false;
        for stmt in self.ast.list::<StmtId>(list) {
            if let Stmt::Tail(value) = self.ast.stmt(stmt) {
                self.give(value)?;
                given = true;
            } else {
                self.stmt(stmt)?;
            }
        }
        self.release(mark);
        if !given && self.falls_through() { self.emit(Insn::ReturnNil {}) } else { Ok(()) }
    }

    #[inline(never)]
    fn give_value(&mut self, id: ExprId) -> Res<()> {
        let mark = self.f.next;
        let value = self.eval(id, None)?;
        self.at(id);
        if value == super::expr::Val::Nil {
            self.emit(Insn::ReturnNil {})?;
        } else {
            let reg = self.reg_of(value)?;
            let src = self.near(reg, 0)?;
            self.emit(Insn::Return { src })?;
        }
        self.release(mark);
        Ok(())
    }

    /// Puts the code in the function's place.
    #[inline(never)]
    fn finish(&mut self, index: FnIndex) -> Res<()> {
        self.thread_jumps();
        let function = &self.ast.functions[self.f.id.index()];
        let arity =
            u8::try_from(function.params.len).map_err(|_| super::Stop::TooLarge(super::What::Arguments))?;
        let name = if function.kind == FnKind::Script { Text::default() } else { self.name(function.name)? };
        self.out.functions[index.0 as usize] = self.f.code(self.out.functions.mem(), name, arity)?;
        Ok(())
    }
}
