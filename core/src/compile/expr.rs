//! Values.
//!
//! [`eval`](Compiler::eval) leaves a value where it is cheapest: a literal is not loaded, a local variable
//! is not copied. Everything else lands in a temporary at the top of the register stack as it was before,
//! or in the register that the caller hints at. A hint may be the register of a live variable, so only the
//! last instruction of an expression may write it, after all operands have been read.

use super::captures::Home;
use super::emit::Label;
use super::{Compiler, Reg, Res, Stop, What, fold};
use crate::bytecode::operand::*;
use crate::bytecode::{Const, Insn, Text};
use crate::syntax::ast::{
    BinaryOp, ElseId, Expr, ExprId, List, LogicalOp, Stmt, StmtId, Symbol, UnaryOp, VarId, VarKind,
};

/// A value on its way to an instruction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Val {
    /// In a register.
    Reg(Reg),
    /// A literal, not loaded yet; strings by their one text in the program.
    Nil,
    Bool(bool),
    Num(f64),
    Str(Text),
}

impl Compiler<'_> {
    /// The value of an expression.
    pub(super) fn eval(&mut self, id: ExprId, hint: Option<Reg>) -> Res<Val> {
        self.descend()?;
        let base = self.spine.len();
        let mark = self.top();
        // Down the left side, where chains may be long, with a stack of our own ...
        let mut at = id;
        while let Some(left) = self.left_of(at) {
            self.spine.push(at)?;
            at = left;
        }
        let outermost = if self.spine.len() == base { hint } else { None };
        let mut value = self.leaf(at, mark, outermost)?;
        if self.spine.len() > base {
            value = self.climb(base, value, mark, hint)?;
        }
        Ok(value)
    }

    /// ... and up again.
    #[inline(never)]
    fn climb(&mut self, base: usize, mut value: Val, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        while self.spine.len() > base
            && let Some(at) = self.spine.pop()
        {
            let outermost = if self.spine.len() == base { hint } else { None };
            value = match self.ast.expr(at) {
                Expr::Binary { .. } => self.binary(at, value, mark, outermost)?,
                Expr::Get { name, .. } => self.get(at, name, value, mark, outermost)?,
                Expr::Paren(_) => value,
                _ => self.call(at, value, mark)?,
            };
        }
        Ok(value)
    }

    /// What `id` evaluates first, if that may be the rest of a long chain.
    fn left_of(&self, id: ExprId) -> Option<ExprId> {
        match self.ast.expr(id) {
            Expr::Binary { left, .. } => Some(left),
            Expr::Get { object, .. } => Some(object),
            Expr::Paren(inner) => Some(inner),
            Expr::Call { callee, .. } => match self.ast.expr(callee) {
                Expr::Get { object, .. } => Some(object),
                Expr::Super { .. } => None,
                _ => Some(callee),
            },
            _ => None,
        }
    }

    /// An expression that is no chain. Those that evaluate others come first and on their own: nothing
    /// else may take room in a frame that nests as deep as the source.
    fn leaf(&mut self, id: ExprId, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        match self.ast.expr(id) {
            Expr::SetLocal { var, value } => self.set_local(id, var, value),
            Expr::SetGlobal { name, value } => self.set_global(id, name, value),
            Expr::Unary { op, operand } => self.unary(id, op, operand, mark, hint),
            Expr::Logical { .. } => self.logical(id, mark),
            Expr::Set { .. } => self.set_value(id, mark),
            Expr::If { .. } => self.if_value(id, mark),
            Expr::Block(list) => self.block_value(list, mark),
            Expr::Call { .. } => self.super_call(id, mark),
            _ => self.atom(id, mark, hint),
        }
    }

    /// An expression without operands.
    #[inline(never)]
    fn atom(&mut self, id: ExprId, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        Ok(match self.ast.expr(id) {
            Expr::True => Val::Bool(true),
            Expr::False => Val::Bool(false),
            Expr::Number(number) => Val::Num(number),
            Expr::Str(span) => Val::Str(self.string(span)?),
            Expr::Local(var) => {
                self.at(id);
                self.read(var, mark, hint)?
            }
            Expr::Global(name) => {
                self.at(id);
                let global = Global32(self.global(name)?);
                self.result(mark, hint, |dst| Insn::GetGlobal { dst, global })?
            }
            Expr::Super { this, superclass, name } => {
                self.get_super(id, (this, superclass), name, mark, hint)?
            }
            _ => Val::Nil,
        })
    }

    /// Makes `id` the position of the instructions to come.
    #[inline]
    pub(super) fn at(&mut self, id: ExprId) {
        self.span = self.ast.expr_spans[id.index()];
    }

    /// Appends the last instruction of an expression whose temporaries begin at `mark`.
    #[inline]
    fn result(&mut self, mark: Reg, hint: Option<Reg>, build: impl FnOnce(Dst) -> Insn) -> Res<Val> {
        self.release(mark);
        let dst = match hint {
            Some(reg) => reg,
            None => self.take()?,
        };
        self.emit_to(dst, build)?;
        Ok(Val::Reg(dst))
    }

    /// Brings a temporary down to `mark`, where the temporaries of its expression begin.
    fn settle(&mut self, value: Val, mark: Reg) -> Res<Val> {
        self.release(mark);
        match value {
            Val::Reg(reg) if reg >= mark => {
                let dst = self.take()?;
                self.move_to(dst, reg)?;
                Ok(Val::Reg(dst))
            }
            _ => Ok(value),
        }
    }

    /// Puts a value into a register.
    pub(super) fn load(&mut self, dst: Reg, value: Val) -> Res<()> {
        match value {
            Val::Reg(src) => self.move_to(dst, src),
            Val::Nil => self.emit_to(dst, |dst| Insn::LoadNil { dst }),
            Val::Bool(true) => self.emit_to(dst, |dst| Insn::LoadTrue { dst }),
            Val::Bool(false) => self.emit_to(dst, |dst| Insn::LoadFalse { dst }),
            Val::Num(number) => match fold::small_int(number) {
                Some(int) => self.emit_to(dst, |dst| Insn::LoadInt { dst, value: Imm16(int) }),
                None => self.load_constant(dst, Const::Number(number)),
            },
            Val::Str(text) => self.load_constant(dst, Const::Str(text)),
        }
    }

    fn load_constant(&mut self, dst: Reg, constant: Const) -> Res<()> {
        let lit = Lit32(self.constant(constant)?);
        self.emit_to(dst, |dst| Insn::LoadLit { dst, lit })
    }

    /// The register of a value; a literal is loaded into a temporary.
    #[inline]
    pub(super) fn reg_of(&mut self, value: Val) -> Res<Reg> {
        if let Val::Reg(reg) = value {
            return Ok(reg);
        }
        let reg = self.take()?;
        self.load(reg, value)?;
        Ok(reg)
    }

    /// Evaluates into the next register of the stack.
    pub(super) fn push(&mut self, id: ExprId) -> Res<Reg> {
        let mark = self.top();
        let value = self.eval(id, None)?;
        self.release(mark);
        let reg = self.take()?;
        self.load(reg, value)?;
        Ok(reg)
    }

    /// The index of a number among the first constants, if it is one of them.
    pub(super) fn num8(&mut self, number: f64) -> Res<Option<Num8>> {
        let index = self.constant(Const::Number(number))?;
        Ok(u8::try_from(index).ok().map(Num8))
    }

    /// The value of a variable.
    fn read(&mut self, var: VarId, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        match self.home(var)? {
            Home::Reg(reg) => Ok(Val::Reg(reg)),
            Home::Cell(reg) => {
                let cell = self.near(reg, 0)?;
                self.result(mark, hint, |dst| Insn::GetCell { dst, cell })
            }
            Home::Up(up) => self.result(mark, hint, |dst| Insn::GetUp { dst, up: Up16(up) }),
            Home::UpCell(up) => self.result(mark, hint, |dst| Insn::GetUpCell { dst, up: Up16(up) }),
        }
    }

    #[inline(never)]
    fn set_local(&mut self, id: ExprId, var: VarId, value: ExprId) -> Res<Val> {
        let mark = self.top();
        let home = self.home(var)?;
        if let Home::Reg(reg) = home {
            let value = self.eval(value, Some(reg))?;
            self.at(id);
            self.load(reg, value)?;
            self.release(mark);
            return Ok(Val::Reg(reg));
        }
        let value = self.eval(value, None)?;
        self.at(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        match home {
            Home::Cell(cell) => {
                let cell = self.near(cell, 1)?;
                self.emit(Insn::SetCell { cell, src })?;
            }
            Home::UpCell(up) => self.emit(Insn::SetUpCell { src, up: Up16(up) })?,
            Home::Up(_) | Home::Reg(_) => debug_assert!(false, "the parser marks what is assigned"),
        }
        self.settle(value, mark)
    }

    #[inline(never)]
    fn set_global(&mut self, id: ExprId, name: Symbol, value: ExprId) -> Res<Val> {
        let mark = self.top();
        let value = self.eval(value, None)?;
        self.at(id);
        let global = Global32(self.global(name)?);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.emit(Insn::SetGlobal { src, global })?;
        self.settle(value, mark)
    }

    #[inline(never)]
    fn unary(&mut self, id: ExprId, op: UnaryOp, operand: ExprId, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        let value = self.eval(operand, None)?;
        match (op, value) {
            (UnaryOp::Negate, Val::Num(number)) => return Ok(Val::Num(-number)),
            (UnaryOp::Not, _) => {
                if let Some(truth) = fold::truth(value) {
                    return Ok(Val::Bool(!truth));
                }
            }
            _ => {}
        }
        self.at(id);
        let reg = self.reg_of(value)?;
        let src = self.near(reg, 0)?;
        self.result(mark, hint, |dst| match op {
            UnaryOp::Negate => Insn::Neg { dst, src },
            UnaryOp::Not => Insn::Not { dst, src },
        })
    }

    /// Evaluates a right operand; a variable on the left that this may change is copied first.
    pub(super) fn right_of(
        &mut self,
        left: Val,
        right: ExprId,
        clobbers: bool,
        mark: Reg,
    ) -> Res<(Val, Val)> {
        let left = match left {
            Val::Reg(reg) if clobbers && reg < mark => {
                let copy = self.take()?;
                self.move_to(copy, reg)?;
                Val::Reg(copy)
            }
            _ => left,
        };
        Ok((left, self.eval(right, None)?))
    }

    fn binary(&mut self, id: ExprId, left: Val, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        let Expr::Binary { op, clobbers, right, .. } = self.ast.expr(id) else { return Ok(left) };
        let (left, right) = self.right_of(left, right, clobbers, mark)?;
        if let Some(value) = fold::binary(op, left, right) {
            self.release(mark);
            return Ok(value);
        }
        self.at(id);
        self.operate(op, left, right, mark, hint)
    }

    fn operate(&mut self, op: BinaryOp, left: Val, right: Val, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        use BinaryOp::*;
        // A literal goes to the right where order does not matter; errors are the same both ways.
        let (left, right) = match (op, left) {
            (Add | Mul, Val::Num(_)) | (Gt | Ge, _) => (right, left),
            _ => (left, right),
        };
        if let (Add | Sub | Mul | Div, Val::Num(number)) = (op, right) {
            let reg = self.reg_of(left)?;
            if let (Add | Sub, Some(int)) = (op, fold::tiny_int(number)) {
                let (lhs, rhs) = (self.near(reg, 0)?, Imm8(int));
                return self.result(mark, hint, |dst| match op {
                    Add => Insn::AddI { dst, lhs, rhs },
                    _ => Insn::SubI { dst, lhs, rhs },
                });
            }
            if let Some(rhs) = self.num8(number)? {
                let lhs = self.near(reg, 0)?;
                return self.result(mark, hint, |dst| match op {
                    Add => Insn::AddN { dst, lhs, rhs },
                    Sub => Insn::SubN { dst, lhs, rhs },
                    Mul => Insn::MulN { dst, lhs, rhs },
                    _ => Insn::DivN { dst, lhs, rhs },
                });
            }
        }
        let (left, right) = (self.reg_of(left)?, self.reg_of(right)?);
        let (lhs, rhs) = (self.near(left, 0)?, self.near(right, 1)?);
        self.result(mark, hint, |dst| match op {
            Add => Insn::Add { dst, lhs, rhs },
            Sub => Insn::Sub { dst, lhs, rhs },
            Mul => Insn::Mul { dst, lhs, rhs },
            Div => Insn::Div { dst, lhs, rhs },
            Eq => Insn::Eq { dst, lhs, rhs },
            Ne => Insn::Ne { dst, lhs, rhs },
            Lt | Gt => Insn::Lt { dst, lhs, rhs },
            Le | Ge => Insn::Le { dst, lhs, rhs },
        })
    }

    fn get(&mut self, id: ExprId, name: Symbol, object: Val, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        self.at(id);
        let reg = self.reg_of(object)?;
        let object = self.near(reg, 0)?;
        let site = Site32(self.site(name)?);
        self.result(mark, hint, |dst| Insn::GetField { dst, object, site })
    }

    /// `object.name = value`; the value stays where it is.
    fn set(&mut self, id: ExprId) -> Res<Val> {
        let Expr::Set { clobbers, object, value, name } = self.ast.expr(id) else { return Ok(Val::Nil) };
        if let Expr::Local(var) = self.ast.expr(object) {
            self.note_field(var, name)?;
        }
        let mark = self.top();
        let object = self.eval(object, None)?;
        let (object, value) = self.right_of(object, value, clobbers, mark)?;
        self.at(id);
        let (object, reg) = (self.reg_of(object)?, self.reg_of(value)?);
        let site = Site32(self.site(name)?);
        let (object, src) = (self.near(object, 0)?, self.near(reg, 1)?);
        self.emit(Insn::SetField { object, src, site })?;
        Ok(value)
    }

    #[inline(never)]
    fn set_value(&mut self, id: ExprId, mark: Reg) -> Res<Val> {
        let value = self.set(id)?;
        self.settle(value, mark)
    }

    /// Counts a field that a method assigns: the class will guess the size of its instances from it.
    fn note_field(&mut self, object: VarId, name: Symbol) -> Res<()> {
        let var = &self.ast.vars[object.index()];
        if var.kind == VarKind::Implicit && self.ast.functions[var.function.index()].this == Some(object) {
            if self.field_owner.len() <= name.index() {
                self.field_owner.resize(name.index() + 1, 0)?;
            }
            let owner = &mut self.field_owner[name.index()];
            if *owner != self.class.serial {
                *owner = self.class.serial;
                self.class.fields = self.class.fields.saturating_add(1);
            }
        }
        Ok(())
    }

    fn get_super(
        &mut self,
        id: ExprId,
        (this, superclass): (VarId, VarId),
        name: Symbol,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        self.at(id);
        let top = self.top();
        let this = self.read(this, top, None)?;
        let top = self.top();
        let superclass = self.read(superclass, top, None)?;
        let (this, superclass) = (self.reg_of(this)?, self.reg_of(superclass)?);
        let site = Site32(self.site(name)?);
        let (this, superclass) = (self.near(this, 0)?, self.near(superclass, 1)?);
        self.result(mark, hint, |dst| Insn::GetSuper { dst, this, superclass, site })
    }

    /// A call; `value` is the callee, or the receiver of a method.
    fn call(&mut self, id: ExprId, value: Val, mark: Reg) -> Res<Val> {
        let Expr::Call { callee, args } = self.ast.expr(id) else { return Ok(value) };
        let window = self.window(mark, args.len as usize + 1)?;
        self.load(window, value)?;
        let argc = self.args(args)?;
        self.at(id);
        let win = Win(window);
        match self.ast.expr(callee) {
            Expr::Get { name, .. } => {
                let site = Site32(self.site(name)?);
                self.emit(Insn::Invoke { argc, win, site })?;
            }
            _ => self.emit(Insn::Call { argc, win })?,
        }
        self.settle(Val::Reg(window), mark)
    }

    /// `super.name(args)`
    #[inline(never)]
    fn super_call(&mut self, id: ExprId, mark: Reg) -> Res<Val> {
        let Expr::Call { callee, args } = self.ast.expr(id) else { return Ok(Val::Nil) };
        let Expr::Super { this, superclass, name } = self.ast.expr(callee) else { return Ok(Val::Nil) };
        self.at(callee);
        let window = self.window(mark, args.len as usize + 2)?;
        let value = self.read(this, window, Some(window))?;
        self.load(window, value)?;
        self.release(window + 1);
        let argc = self.args(args)?;
        self.at(id);
        let last = self.take()?;
        let value = self.read(superclass, last, Some(last))?;
        self.load(last, value)?;
        let site = Site32(self.site(name)?);
        self.emit(Insn::SuperInvoke { argc, win: SuperWin(window), site })?;
        self.settle(Val::Reg(window), mark)
    }

    /// Evaluates arguments into the registers that follow.
    fn args(&mut self, args: List) -> Res<Argc> {
        let argc = u8::try_from(args.len).map_err(|_| Stop::TooLarge(What::Arguments))?;
        for arg in self.ast.list::<ExprId>(args) {
            self.push(arg)?;
        }
        Ok(Argc(argc))
    }

    /// `a and b`, `a or b` and chains of one of them.
    #[inline(never)]
    fn logical(&mut self, id: ExprId, mark: Reg) -> Res<Val> {
        let Expr::Logical { op, .. } = self.ast.expr(id) else { return Ok(Val::Nil) };
        let base = self.spine.len();
        let mut term = self.first_term(id, op)?;
        let mut end = Label::new();
        loop {
            self.release(mark);
            let value = self.eval(term, None)?;
            let is_last = self.spine.len() == base;
            let decided = fold::truth(value).map(|truth| truth == (op == LogicalOp::Or));
            if is_last || decided == Some(true) {
                self.spine.truncate(base);
                if !end.is_used() {
                    return self.settle(value, mark);
                }
                self.release(mark);
                let dst = self.take()?;
                self.load(dst, value)?;
                self.bind(end)?;
                return Ok(Val::Reg(dst));
            }
            if decided.is_none() {
                self.at(term);
                self.release(mark);
                let dst = self.take()?;
                self.load(dst, value)?;
                let src = self.near(dst, 0)?;
                self.jump(&mut end, |to| match op {
                    LogicalOp::And => Insn::JumpFalse { src, to: Ahead32(to) },
                    LogicalOp::Or => Insn::JumpTrue { src, to: Ahead32(to) },
                })?;
            }
            term = self.next_term(term, op)?;
        }
    }

    /// The term of a chain that comes after `term`, which was not the last.
    pub(super) fn next_term(&mut self, term: ExprId, chain: LogicalOp) -> Res<ExprId> {
        let rest = self.spine.pop().unwrap_or(term);
        self.first_term(rest, chain)
    }

    /// The first term of a chain of `op`, to whichever side it grows; the rest is pushed.
    pub(super) fn first_term(&mut self, mut id: ExprId, chain: LogicalOp) -> Res<ExprId> {
        while let Expr::Logical { op, left, right } = self.ast.expr(id) {
            if op != chain {
                break;
            }
            self.spine.push(right)?;
            id = left;
        }
        Ok(id)
    }

    /// Evaluates into `mark`, the next register of the stack, and gives it back.
    fn branch(&mut self, id: ExprId, mark: Reg) -> Res<()> {
        self.release(mark);
        self.push(id)?;
        self.release(mark);
        Ok(())
    }

    #[inline(never)]
    fn if_value(&mut self, mut id: ExprId, mark: Reg) -> Res<Val> {
        let mut end = Label::new();
        while let Expr::If { cond, then, otherwise } = self.ast.expr(id) {
            let mut skip = Label::new();
            self.cond(cond, false, &mut skip)?;
            self.branch(then, mark)?;
            if self.falls_through() {
                self.go(&mut end)?;
            }
            self.bind(skip)?;
            match otherwise.map(ElseId::get) {
                None => {
                    let dst = self.take()?;
                    self.load(dst, Val::Nil)?;
                    break;
                }
                Some(other) => {
                    id = other;
                    if !matches!(self.ast.expr(id), Expr::If { .. }) {
                        self.branch(id, mark)?;
                    }
                }
            }
        }
        self.bind(end)?;
        self.release(mark);
        Ok(Val::Reg(self.take()?))
    }

    #[inline(never)]
    fn block_value(&mut self, list: List, mark: Reg) -> Res<Val> {
        let mut value = Val::Nil;
        for stmt in self.ast.list::<StmtId>(list) {
            match self.ast.stmt(stmt) {
                // Its last instruction may write the register of the block's first variable.
                Stmt::Tail(tail) => value = self.eval(tail, Some(mark))?,
                _ => self.stmt(stmt)?,
            }
        }
        self.settle(value, mark)
    }

    /// Evaluates for the effect alone.
    pub(super) fn effect(&mut self, mut id: ExprId) -> Res<()> {
        self.descend()?;
        let mark = self.f.next;
        let mut end = Label::new();
        loop {
            match self.ast.expr(id) {
                Expr::Logical { op, left, right } => {
                    self.cond(left, op == LogicalOp::Or, &mut end)?;
                    id = right;
                    continue;
                }
                Expr::If { cond, then, otherwise } => {
                    let mut skip = Label::new();
                    self.cond(cond, false, &mut skip)?;
                    self.effect(then)?;
                    if let Some(other) = otherwise {
                        if self.falls_through() {
                            self.go(&mut end)?;
                        }
                        self.bind(skip)?;
                        id = other.get();
                        continue;
                    }
                    self.bind(skip)?;
                }
                Expr::Block(list) => self.block(list)?,
                Expr::Set { .. } => {
                    self.set(id)?;
                }
                _ => {
                    self.eval(id, None)?;
                }
            }
            break;
        }
        self.bind(end)?;
        self.release(mark);
        Ok(())
    }
}
