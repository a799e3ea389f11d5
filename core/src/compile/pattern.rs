//! Patterns: a value is tested and taken apart, from left to right.
//!
//! ```text
//!   [a, b = 1, ...rest]           #{ host: h, port = 80 }
//!
//!       list.check  1 or more          key.check    "host"
//!       get.index   a = 0              get.field    h = host
//!       jump.absent 1 -> absent        jump.absent  "port" -> absent
//!       get.index   b = 1              get.field    port
//!       go to given                    go to given
//!   absent:                        absent:
//!       b = default                    port = default
//!   given:                         given:
//!       rest = skip(2)
//! ```
//!
//! A part lands in a new register, which is that of the variable that names it. All registers belong to the scope around.

use super::label::Label;
use super::value::{Val, tiny_int};
use super::{Compiler, Reg, Res};
use crate::Span;
use crate::bytecode::Insn;
use crate::bytecode::operand::*;
use crate::syntax::ast::{Expr, ExprId, List, Pattern, PatternId, Place};

/// The most items of a list of any length.
const ANY: u8 = u8::MAX;

impl Compiler<'_> {
    /// `let [a, b] = value;`
    #[inline(never)]
    pub(super) fn take_value_apart(&mut self, pattern: PatternId, value: ExprId) -> Res<()> {
        let reg = self.subject(value)?;
        self.take_apart(pattern, reg)
    }

    /// The register of a value that keeps it: that of a variable which may change is no such.
    pub(super) fn subject(&mut self, value: ExprId) -> Res<Reg> {
        let mark = self.top();
        let evaluated = self.eval(value, None)?;
        if let (Val::Reg(reg), Expr::Local(var)) = (evaluated, self.ast.expr(value))
            && (reg >= mark || !self.ast.vars[var.index()].assigned)
        {
            return Ok(reg);
        }
        self.release(mark);
        let reg = self.take()?;
        self.load(reg, evaluated)?;
        Ok(reg)
    }

    /// Takes the value in a register apart, which must fit.
    pub(super) fn take_apart(&mut self, id: PatternId, src: Reg) -> Res<()> {
        self.fit(id, src, None)
    }

    /// Tests the value in a register and takes it apart. One that does not fit is an error, or leads to `miss`.
    pub(super) fn fit(&mut self, id: PatternId, src: Reg, miss: Option<&mut Label>) -> Res<()> {
        self.descend()?;
        let (pattern, span) = self.ast.patterns[id.index()];
        self.span = span;
        match pattern {
            Pattern::Any => Ok(()),
            Pattern::Bind(place) => self.bind_to(place, src),
            Pattern::List { items, rest } => self.list_pattern(items, rest, src, miss),
            Pattern::Map { entries, rest } => self.map_pattern(entries, rest, src, miss),
            // The parser puts it only into a list or a map.
            Pattern::Default { pattern, .. } => self.fit(pattern, src, miss),
            Pattern::Compare { op, value } => self.comparison(op, value, src, miss),
            Pattern::Range { kind, start, end } => self.range_pattern(kind, start, end, src, miss),
            Pattern::Either(patterns) => self.alternatives(patterns, src, miss),
            Pattern::Is { pattern, class } => self.class_pattern(pattern, class, src, miss),
            Pattern::Variant { class, fields } => self.variant_pattern(class, fields, src, miss),
        }
    }

    /// Names the value in a register, which is kept for that.
    fn bind_to(&mut self, place: Place, src: Reg) -> Res<()> {
        match place {
            Place::Local(var) => {
                self.var_regs[var.index()] = src;
                if self.ast.vars[var.index()].needs_cell() { self.new_cell(src, src) } else { Ok(()) }
            }
            Place::Global(name) => {
                let global = Global32(self.global(name)?);
                let src = self.near(src, 0)?;
                self.emit(Insn::DefGlobal { src, global })
            }
        }
    }

    #[inline(never)]
    fn list_pattern(
        &mut self,
        items: List,
        rest: Option<PatternId>,
        src: Reg,
        mut miss: Option<&mut Label>,
    ) -> Res<()> {
        let span = self.span;
        let least = self.least_items(items);
        let most = if rest.is_some() { ANY } else { items.len as u8 };
        let list = self.near(src, 0)?;
        let (least, most) = (Count(least), Count(most));
        match miss.as_deref_mut() {
            Some(miss) => {
                self.jump(miss, |to| Insn::JumpNotList { src: list, least, most, to: Forward32(to) })?
            }
            None => self.emit(Insn::CheckList { src: list, least, most })?,
        }
        for index in 0..items.len {
            let item: PatternId = self.ast.nth(items, index);
            let (pattern, span) = self.ast.patterns[item.index()];
            self.span = span;
            if pattern != Pattern::Any {
                let dst = self.take()?;
                let default = self.default_of_pattern(item);
                self.part(dst, Val::Num(f64::from(index)), default, src)?;
                self.fit(item, dst, miss.as_deref_mut())?;
            }
        }
        self.span = span;
        match rest {
            Some(rest) if self.ast.patterns[rest.index()].0 != Pattern::Any => {
                let reg = self.rest_of_list(src, items.len)?;
                self.fit(rest, reg, miss)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// How many items a list needs: up to the last one without a default.
    fn least_items(&self, items: List) -> u8 {
        let mut all = self.ast.list(items);
        let last = all.rposition(|item: PatternId| self.default_of_pattern(item).is_none());
        last.map_or(0, |last| last as u8 + 1)
    }

    fn default_of_pattern(&self, id: PatternId) -> Option<ExprId> {
        match self.ast.patterns[id.index()].0 {
            Pattern::Default { value, .. } => Some(value),
            Pattern::Any
            | Pattern::Bind(_)
            | Pattern::List { .. }
            | Pattern::Map { .. }
            | Pattern::Compare { .. }
            | Pattern::Range { .. }
            | Pattern::Either(_)
            | Pattern::Is { .. }
            | Pattern::Variant { .. } => None,
        }
    }

    #[inline(never)]
    fn map_pattern(
        &mut self,
        entries: List,
        rest: Option<PatternId>,
        src: Reg,
        mut miss: Option<&mut Label>,
    ) -> Res<()> {
        let span = self.span;
        let object = self.near(src, 0)?;
        let fields = Count(u8::from(rest.is_none()));
        match miss.as_deref_mut() {
            Some(miss) => {
                self.jump(miss, |to| Insn::JumpNotMap { src: object, fields, to: Forward32(to) })?
            }
            None => self.emit(Insn::CheckMap { src: object, fields })?,
        }
        for index in (0..entries.len).step_by(2) {
            let key: ExprId = self.ast.nth(entries, index);
            let value: PatternId = self.ast.nth(entries, index + 1);
            let (pattern, span) = self.ast.patterns[value.index()];
            self.span = Span { start: span.start, end: self.ast.span(key).end };
            let dst = self.take()?;
            let default = self.default_of_pattern(value);
            let key = self.eval(key, None)?;
            if default.is_none() {
                let reg = self.reg_of(key)?;
                let (object, index) = (self.near(src, 0)?, self.near(reg, 1)?);
                let fields = Count(1);
                match miss.as_deref_mut() {
                    Some(miss) => {
                        self.jump(miss, |to| Insn::JumpAbsent { object, index, fields, to: Forward32(to) })?
                    }
                    None => self.emit(Insn::CheckKey { object, index })?,
                }
                self.release(dst + 1);
            }
            if pattern != Pattern::Any {
                self.part(dst, key, default, src)?;
                self.fit(value, dst, miss.as_deref_mut())?;
            }
        }
        self.span = span;
        match rest {
            Some(rest) => {
                let reg = self.rest_of_map(src, entries)?;
                self.fit(rest, reg, miss)
            }
            None => Ok(()),
        }
    }

    /// Puts the item or entry at `key` into the newest register, `dst`, or if it is not there, the default.
    fn part(&mut self, dst: Reg, key: Val, default: Option<ExprId>, src: Reg) -> Res<()> {
        let Some(default) = default else { return self.part_at(dst, key, src) };
        let (mut absent, mut given) = (Label::new(), Label::new());
        let reg = self.reg_of(key)?;
        let (object, index) = (self.near(src, 0)?, self.near(reg, 1)?);
        let fields = Count(1);
        self.jump(&mut absent, |to| Insn::JumpAbsent { object, index, fields, to: Forward32(to) })?;
        self.release(dst + 1);
        self.part_at(dst, key, src)?;
        self.go(&mut given)?;
        self.bind(absent)?;
        let span = self.span;
        let value = self.eval(default, Some(dst))?;
        self.load(dst, value)?;
        self.span = span;
        self.release(dst + 1);
        self.bind(given)
    }

    fn part_at(&mut self, dst: Reg, key: Val, src: Reg) -> Res<()> {
        if let Val::Str(name) = key {
            let site = Site32(self.site_of(name)?);
            let object = self.near(src, 0)?;
            return self.emit_to(dst, |dst| Insn::GetField { dst, object, site });
        }
        if let Val::Num(number) = key
            && let Some(index) = tiny_int(number)
        {
            let object = self.near(src, 0)?;
            return self.emit_to(dst, |dst| Insn::GetIndexI { dst, object, index: Imm8(index) });
        }
        let reg = self.reg_of(key)?;
        let (object, index) = (self.near(src, 0)?, self.near(reg, 1)?);
        self.emit_to(dst, |dst| Insn::GetIndex { dst, object, index })?;
        self.release(dst + 1);
        Ok(())
    }

    /// A list of all items but the first `count`.
    fn rest_of_list(&mut self, src: Reg, count: u32) -> Res<Reg> {
        let mark = self.top();
        let window = self.window(mark, 2)?;
        self.move_to(window, src)?;
        self.push_value(Val::Num(f64::from(count)))?;
        self.invoke_builtin("skip", window)
    }

    /// A map of all entries but those with these keys.
    fn rest_of_map(&mut self, src: Reg, entries: List) -> Res<Reg> {
        let rest = self.take()?;
        self.emit_to(rest, |dst| Insn::NewMap { dst, first: Regs(0), count: Count32(0) })?;
        let mark = self.top();
        let window = self.window(mark, 2)?;
        self.move_to(window, rest)?;
        self.push_value(Val::Reg(src))?;
        self.invoke_builtin("extend", window)?;
        for index in (0..entries.len).step_by(2) {
            let key = self.ast.nth(entries, index);
            let key = self.eval(key, None)?;
            let window = self.window(mark, 2)?;
            self.move_to(window, rest)?;
            self.push_value(key)?;
            self.invoke_builtin("remove", window)?;
        }
        self.release(rest + 1);
        Ok(rest)
    }

    fn push_value(&mut self, value: Val) -> Res<()> {
        let reg = self.take()?;
        self.load(reg, value)
    }

    /// Calls a method of a list or a map, which no script can replace, with one argument. The value is in its window.
    fn invoke_builtin(&mut self, name: &str, window: Reg) -> Res<Reg> {
        let name = self.strings.text(&mut self.out.strings, name)?;
        let site = Site32(self.site_of(name)?);
        self.emit(Insn::Invoke { argc: Argc(1), win: Win(window), site })?;
        self.release(window + 1);
        Ok(window)
    }
}
