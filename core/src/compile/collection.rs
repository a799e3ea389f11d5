//! Lists, items, ranges, and loops over items.
//!
//! ```text
//!   for x in 1..n {}                     for k, v in list {}
//!
//!       check the bounds                     for.prep   iterable, position, length, item, key
//!       test                                 go to entry
//!   top:                                 top:
//!       body                                 body
//!       add.loop.lt                      entry:
//!   exit:                                    for.next: go back to top while there is an item
//! ```

use super::branch::Dest;
use super::label::Label;
use super::scope::Unwind;
use super::value::{Val, tiny_int};
use super::{Compiler, Reg, Res};
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{Expr, ExprId, Index, List, Range, RangeEnd, Symbol, VarId};

/// The most items that are in registers at a time.
const ROW: u32 = 32;

/// A loop over items; see [`Expr::ForIn`].
#[derive(Clone, Copy)]
pub(super) struct ForIn {
    pub(super) with_key: bool,
    pub(super) var: VarId,
    pub(super) iterable: ExprId,
    pub(super) body: ExprId,
}

impl ForIn {
    /// The variable of the item.
    fn item(&self) -> VarId {
        if self.with_key { VarId::new(self.var.index() as u32 + 1) } else { self.var }
    }
}

/// The registers of the items of a list or the entries of a map that come next: a row of values, or one to spread.
enum Next {
    Row(Regs, Count32),
    Spread(ExprId),
}

impl Compiler<'_> {
    /// `[a, b]`
    #[inline(never)]
    pub(super) fn list(&mut self, id: ExprId, items: List, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        if items.len <= ROW && !self.has_spread(items) {
            let first = self.row(items, 0, items.len, mark)?;
            self.at(id);
            return self.result(mark, hint, |dst| Insn::NewList { dst, first, count: Count32(items.len) });
        }
        let list = self.take()?;
        self.at(id);
        self.emit_to(list, |dst| Insn::NewList { dst, first: Regs(0), count: Count32(0) })?;
        self.extend(id, items, list, 1, |list, first, count| Insn::ListExtend { list, first, count })?;
        self.settle(Val::Reg(list), mark)
    }

    /// `#{a: 1}`
    #[inline(never)]
    pub(super) fn map(&mut self, id: ExprId, entries: List, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        if entries.len <= ROW && !self.has_spread(entries) {
            let first = self.row(entries, 0, entries.len, mark)?;
            self.at(id);
            return self.result(mark, hint, |dst| Insn::NewMap { dst, first, count: Count32(entries.len) });
        }
        let map = self.take()?;
        self.at(id);
        self.emit_to(map, |dst| Insn::NewMap { dst, first: Regs(0), count: Count32(0) })?;
        self.extend(id, entries, map, 2, |list, first, count| Insn::MapExtend { list, first, count })?;
        self.settle(Val::Reg(map), mark)
    }

    pub(super) fn has_spread(&self, items: List) -> bool {
        self.ast.list(items).any(|item| matches!(self.ast.expr(item), Expr::Spread(_)))
    }

    /// Appends items to the list in register `to`, or entries to the map there: rows of whole groups of `group`, and values
    /// that are spread.
    fn extend(
        &mut self,
        id: ExprId,
        items: List,
        to: Reg,
        group: u32,
        build: impl Fn(Src, Regs, Count32) -> Insn,
    ) -> Res<()> {
        let after = self.top();
        let mut from = 0;
        while from < items.len {
            match self.next_items(items, from, group, after)? {
                Next::Row(first, count) => {
                    self.at(id);
                    let list = self.near(to, 0)?;
                    self.emit(build(list, first, count))?;
                    from += count.0;
                }
                Next::Spread(value) => {
                    self.spread(value, to, after)?;
                    from += 1;
                }
            }
            self.release(after);
        }
        Ok(())
    }

    fn next_items(&mut self, items: List, from: u32, group: u32, mark: Reg) -> Res<Next> {
        let mut count = 0;
        while from + count < items.len && count + group <= ROW {
            if let Expr::Spread(value) = self.ast.expr(self.ast.nth(items, from + count)) {
                if count == 0 {
                    return Ok(Next::Spread(value));
                }
                break;
            }
            count += group;
        }
        let first = self.row(items, from, count, mark)?;
        Ok(Next::Row(first, Count32(count)))
    }

    /// `...value`: calls the method that appends all items.
    fn spread(&mut self, value: ExprId, to: Reg, mark: Reg) -> Res<()> {
        let window = self.window(mark, 2)?;
        self.move_to(window, to)?;
        self.push(value)?;
        self.at(value);
        let name = self.strings.text(&mut self.out.strings, "extend")?;
        let site = Site32(self.site_of(name)?);
        self.emit(Insn::Invoke { argc: Argc(1), win: Win(window), site })
    }

    /// The value of a chain with `?`: nil if it has nothing.
    #[inline(never)]
    pub(super) fn maybe_chain(&mut self, chain: ExprId, mark: Reg) -> Res<Val> {
        self.nothing.push(Label::new())?;
        let value = self.eval(chain, None)?;
        self.release(mark);
        let dst = self.take()?;
        self.load(dst, value)?;
        let mut end = Label::new();
        self.go(&mut end)?;
        if let Some(nothing) = self.nothing.pop() {
            self.bind(nothing)?;
        }
        self.load(dst, Val::Nil)?;
        self.bind(end)?;
        Ok(Val::Reg(dst))
    }

    /// An object of a chain, which ends here if it is nil.
    #[inline(never)]
    pub(super) fn maybe(&mut self, id: ExprId, object: Val) -> Res<Val> {
        self.at(id);
        let reg = self.reg_of(object)?;
        let src = self.near(reg, 0)?;
        self.jump_to_nothing(|to| Insn::JumpNil { src, to: Forward32(to) })?;
        Ok(Val::Reg(reg))
    }

    /// `object?.name`, whose object is not nil.
    #[inline(never)]
    pub(super) fn maybe_get(
        &mut self,
        id: ExprId,
        (name, fields): (Symbol, bool),
        object: Val,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        self.at(id);
        let reg = self.reg_of(object)?;
        let key = Val::Str(self.name(name)?);
        let key = self.reg_of(key)?;
        let (object, index) = (self.near(reg, 0)?, self.near(key, 1)?);
        let fields = Count(u8::from(fields));
        self.jump_to_nothing(|to| Insn::JumpAbsent { object, index, fields, to: Forward32(to) })?;
        self.get(id, name, Val::Reg(reg), mark, hint)
    }

    /// `object?[index]`, whose object is not nil.
    #[inline(never)]
    pub(super) fn maybe_index(
        &mut self,
        id: ExprId,
        index: Index,
        object: Val,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        let (object, index) = self.right_of(object, index.index, index.clobbers, mark)?;
        self.at(id);
        let (object, index) = self.pair(object, index)?;
        let fields = Count(0);
        self.jump_to_nothing(|to| Insn::JumpAbsent { object, index, fields, to: Forward32(to) })?;
        self.result(mark, hint, |dst| Insn::GetIndex { dst, object, index })
    }

    /// A jump to the end of the innermost chain that has nothing.
    fn jump_to_nothing(&mut self, build: impl FnOnce(i32) -> Insn) -> Res<()> {
        let mut label = self.nothing.pop().unwrap_or_else(Label::new);
        self.jump(&mut label, build)?;
        Ok(self.nothing.push(label)?)
    }

    /// Evaluates some items into a row of registers.
    fn row(&mut self, items: List, from: u32, count: u32, mark: Reg) -> Res<Regs> {
        if count == 0 {
            return Ok(Regs(0));
        }
        let first = self.window(mark, count as usize)?;
        self.release(first);
        for index in from..from + count {
            let item = self.ast.nth(items, index);
            self.push(item)?;
        }
        Ok(Regs(first))
    }

    /// `object[index]`, whose object has been evaluated.
    #[inline(never)]
    pub(super) fn index(
        &mut self,
        id: ExprId,
        index: Index,
        object: Val,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        let (object, index) = self.right_of(object, index.index, index.clobbers, mark)?;
        self.at(id);
        if let Val::Num(number) = index
            && let Some(index) = tiny_int(number)
        {
            let object = self.reg_of(object)?;
            let object = self.near(object, 0)?;
            return self.result(mark, hint, |dst| Insn::GetIndexI { dst, object, index: Imm8(index) });
        }
        let (object, index) = self.pair(object, index)?;
        self.result(mark, hint, |dst| Insn::GetIndex { dst, object, index })
    }

    /// `object[index] = value`; the value stays where it is.
    pub(super) fn set_index(
        &mut self,
        id: ExprId,
        (object, index): (ExprId, ExprId),
        value: ExprId,
        clobbers: bool,
    ) -> Res<Val> {
        let mark = self.top();
        let object = self.eval(object, None)?;
        let (object, index) = self.right_of(object, index, clobbers, mark)?;
        let (index, value) = self.right_of(index, value, clobbers, mark)?;
        self.at(id);
        let (object, index, src) = (self.reg_of(object)?, self.reg_of(index)?, self.reg_of(value)?);
        let (object, index, src) = (self.near(object, 0)?, self.near(index, 1)?, self.near(src, 2)?);
        self.emit(Insn::SetIndex { object, index, src })?;
        Ok(value)
    }

    #[inline(never)]
    pub(super) fn set_index_value(
        &mut self,
        id: ExprId,
        place: (ExprId, ExprId),
        value: ExprId,
        clobbers: bool,
        mark: Reg,
    ) -> Res<Val> {
        let value = self.set_index(id, place, value, clobbers)?;
        self.settle(value, mark)
    }

    /// `start..end`
    #[inline(never)]
    pub(super) fn range(&mut self, id: ExprId, range: Range, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        let start = self.eval(range.start, None)?;
        let Some(end) = range.end else {
            self.at(id);
            let start = self.reg_of(start)?;
            let start = self.near(start, 0)?;
            return self.result(mark, hint, |dst| Insn::NewRangeFrom { dst, start });
        };
        let (start, end) = self.right_of(start, end, range.clobbers, mark)?;
        self.at(id);
        let (start, end) = self.pair(start, end)?;
        self.result(mark, hint, |dst| match range.kind {
            RangeEnd::Excluded => Insn::NewRange { dst, start, end },
            RangeEnd::Included => Insn::NewRangeIncl { dst, start, end },
        })
    }

    /// `for x in iterable {}`
    #[inline(never)]
    pub(super) fn for_in(&mut self, id: ExprId, repeat: ForIn) -> Res<()> {
        self.open(Unwind::Nothing)?;
        match self.ast.expr(repeat.iterable) {
            Expr::Range(range @ Range { end: Some(end), .. }) if !repeat.with_key => {
                self.for_range(repeat, range, end)?;
            }
            _ => self.for_items(id, repeat)?,
        }
        self.close();
        Ok(())
    }

    /// A loop over the numbers of a range that is written there.
    fn for_range(&mut self, repeat: ForIn, range: Range, end: ExprId) -> Res<()> {
        let var = self.push(range.start)?;
        let bound = self.push(end)?;
        self.at(repeat.iterable);
        let (start, end) = (self.near(var, 0)?, self.near(bound, 1)?);
        self.emit(Insn::CheckRange { start, end })?;
        let mut exit = Label::new();
        let (lhs, rhs) = (start, end);
        self.jump(&mut exit, |to| match range.kind {
            RangeEnd::Excluded => Insn::JumpNotLt { lhs, rhs, to: Forward32(to) },
            RangeEnd::Included => Insn::JumpNotLe { lhs, rhs, to: Forward32(to) },
        })?;
        let top = self.loop_top();
        self.var_regs[repeat.item().index()] = var;
        let (next, exit) = self.loop_body(repeat.body, Dest::Effect, exit)?;
        self.bind(next)?;
        self.at(repeat.iterable);
        if let (Ok(near), Ok(rhs)) = (u8::try_from(var), u8::try_from(bound)) {
            let (var, rhs, step) = (Var(near), Src(rhs), Imm8(1));
            self.back(top, |to| match range.kind {
                RangeEnd::Excluded => Insn::AddLoopLt { var, rhs, step, to },
                RangeEnd::Included => Insn::AddLoopLe { var, rhs, step, to },
            })?;
        } else {
            let old = self.near(var, 0)?;
            self.emit_to(var, |dst| Insn::AddI { dst, lhs: old, rhs: Imm8(1) })?;
            let (lhs, rhs) = (self.near(var, 0)?, self.near(bound, 1)?);
            self.back(top, |to| match range.kind {
                RangeEnd::Excluded => Insn::LoopLt { lhs, rhs, to },
                RangeEnd::Included => Insn::LoopLe { lhs, rhs, to },
            })?;
        }
        self.bind(exit)
    }

    /// A loop over the items of any other value.
    fn for_items(&mut self, id: ExprId, repeat: ForIn) -> Res<()> {
        let count = if repeat.with_key { KeyIter::REGISTERS } else { Iter::REGISTERS };
        let first = self.top();
        let first = self.window(first, usize::from(count))?;
        self.release(first);
        let iterable = self.push(repeat.iterable)?;
        debug_assert!(iterable == first);
        for _ in 1..count {
            self.take()?;
        }
        self.at(repeat.iterable);
        self.emit(Insn::ForPrep { iter: IterBegin(first) })?;
        let mut entry = Label::new();
        self.go(&mut entry)?;
        let top = self.loop_top();
        // A closure takes the values of the names, which the body cannot assign.
        self.var_regs[repeat.item().index()] = first + Iter::ITEM;
        if repeat.with_key {
            self.var_regs[repeat.var.index()] = first + Iter::KEY;
        }
        let (next, exit) = self.loop_body(repeat.body, Dest::Effect, Label::new())?;
        self.bind(next)?;
        self.bind(entry)?;
        self.at(id);
        self.span.end = self.ast.span(repeat.iterable).end;
        self.back(top, |to| match repeat.with_key {
            true => Insn::ForNextKey { iter: KeyIter(first), to },
            false => Insn::ForNext { iter: Iter(first), to },
        })?;
        self.bind(exit)
    }
}
