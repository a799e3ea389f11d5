//! Expressions as values.
//!
//! [`eval`](Compiler::eval) leaves a value where it is cheapest: a literal is not loaded, a local variable
//! is not copied. Everything else lands in a temporary at the top of the register stack as it was before,
//! or in the register that the caller hints at. A hint may be the register of a live variable, so only the
//! last instruction of an expression may write it, after all operands have been read.
//!
//! Chains grow to the left and may be as long as the text, so `eval` walks the left side with a stack in the VM's
//! memory, down to the leaf and up again:
//!
//! ```text
//!   a.b(c) + d         Link::Binary(+ d)
//!                      Link::Invoke(b, c)      ^ climb
//!                 a    the leaf                |
//! ```

use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::syntax::ast::{Binary, Contents, Expr, ExprId, Index, List, Symbol};

/// The use of a left part's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Link {
    Binary(Binary),
    Get(Symbol),
    Index(Index),
    Maybe,
    MaybeGet { fields: bool, name: Symbol },
    MaybeIndex(Index),
    Call(List),
    Invoke { name: Symbol, args: List },
}

impl Compiler<'_> {
    /// The value of an expression.
    pub(super) fn eval(&mut self, id: ExprId, hint: Option<Reg>) -> Res<Val> {
        self.descend()?;
        let base = self.chain.len();
        let mark = self.top();
        let mut at = id;
        // Every arm is a call, for what one level takes of the native stack counts.
        let leaf = loop {
            // Only the last instruction of the outermost expression may write the hint.
            let hint = if self.chain.len() == base { hint } else { None };
            at = match self.ast.expr(at) {
                Expr::Binary(binary) => self.push_link(at, Link::Binary(binary), binary.left)?,
                Expr::Get { object, name } => match self.module_of(object) {
                    Some(module) => break self.member(at, module, name, mark, hint),
                    None => self.push_link(at, Link::Get(name), object)?,
                },
                Expr::Index(index) => self.push_link(at, Link::Index(index), index.object)?,
                Expr::Maybe(object) => self.push_link(at, Link::Maybe, object)?,
                Expr::MaybeGet { fields, object, name } => {
                    self.push_link(at, Link::MaybeGet { fields, name }, object)?
                }
                Expr::MaybeIndex(index) => self.push_link(at, Link::MaybeIndex(index), index.object)?,
                Expr::Paren(inner) => inner,
                Expr::Call { callee, args } => match self.ast.expr(callee) {
                    Expr::Get { object, name } if self.module_of(object).is_none() => {
                        self.push_link(at, Link::Invoke { name, args }, object)?
                    }
                    Expr::Super(method) => break self.super_call(at, callee, method, args, mark),
                    Expr::Global(name) if self.is_word(name) => {
                        break self.library_word(at, name, args, mark);
                    }
                    _ => self.push_link(at, Link::Call(args), callee)?,
                },
                // No tree with an error is compiled.
                Expr::Error | Expr::Nil => break Ok(Val::Nil),
                Expr::True => break Ok(Val::Bool(true)),
                Expr::False => break Ok(Val::Bool(false)),
                Expr::Number(number) => break Ok(Val::Num(number)),
                Expr::Str(span) => break self.string(span).map(Val::Str),
                Expr::Text { escapes, span, close } => {
                    break self.text(Contents { span, escapes, close }).map(Val::Str);
                }
                Expr::Concat(parts) => break self.concat(at, parts, mark, hint),
                Expr::Format { value, spec } => break self.format(at, value, spec, mark, hint),
                Expr::Local(var) => break self.get_local(at, var, mark, hint),
                Expr::Global(name) => break self.get_global(at, name, mark, hint),
                Expr::SetLocal { var, value } => break self.set_local(at, var, value),
                Expr::SetGlobal { name, value } => break self.set_global(at, name, value),
                Expr::Unary { op, operand } => break self.unary(at, op, operand, mark, hint),
                Expr::Logical(logical) => break self.logical(at, logical.op, mark),
                Expr::Set { clobbers, object, value, name } => {
                    break self.set_value(at, (object, name), value, clobbers, mark);
                }
                Expr::Hold { clobbers, object, body } => {
                    break self.hold_value(clobbers, object, body, mark);
                }
                Expr::Held(depth) => break Ok(self.held_object(depth)),
                Expr::List(items) => break self.list(at, items, mark, hint),
                Expr::Map(entries) => break self.map(at, entries, mark, hint),
                Expr::Name(name) => break self.name(name).map(Val::Str),
                Expr::Chain(chain) => break self.maybe_chain(chain, mark),
                // Only a list or a map has one.
                Expr::Spread(value) => value,
                Expr::SetIndex { clobbers, object, index, value } => {
                    break self.set_index_value(at, (object, index), value, clobbers, mark);
                }
                Expr::Range(range) => break self.range(at, range, mark, hint),
                Expr::Yield(value) => break self.yield_value(at, value, mark, hint),
                Expr::Super(method) => break self.get_super(at, method, mark, hint),
                Expr::If(branch) => break self.if_value(branch, mark),
                Expr::Block(block) => break self.block_value(block, mark),
                Expr::Closure(function) => break self.closure_value(at, function, mark, hint),
                Expr::Try { body, var, handler } => break self.try_value(at, (body, var, handler), mark),
                Expr::Finally { body, cleanup } => break self.finally_value(at, body, cleanup, mark),
                Expr::Match { subject, arms } => break self.match_value(subject, arms, mark),
                Expr::Endless(body) => break self.endless_value(at, body, mark),
                Expr::Loop(_)
                | Expr::Break { .. }
                | Expr::Continue { .. }
                | Expr::ForIn { .. }
                | Expr::Throw(_)
                | Expr::Print(_)
                | Expr::Return(_)
                | Expr::Var { .. }
                | Expr::TakeApart { .. }
                | Expr::Fn { .. }
                | Expr::Class(_) => break self.effect(at).map(|()| Val::Nil),
            };
        };
        if self.chain.len() == base { leaf } else { self.climb(base, leaf?, mark, hint) }
    }

    /// Descends from `at` to its left part; the use of the part's value is kept for later.
    #[inline(never)]
    fn push_link(&mut self, at: ExprId, link: Link, left: ExprId) -> Res<ExprId> {
        self.chain.push((at, link))?;
        Ok(left)
    }

    /// Applies the links above a leaf to the leaf's value.
    #[inline(never)]
    fn climb(&mut self, base: usize, mut value: Val, mark: Reg, hint: Option<Reg>) -> Res<Val> {
        while self.chain.len() > base
            && let Some((at, link)) = self.chain.pop()
        {
            let hint = if self.chain.len() == base { hint } else { None };
            value = match link {
                Link::Binary(binary) => self.binary(at, binary, value, mark, hint)?,
                Link::Get(name) => self.get(at, name, value, mark, hint)?,
                Link::Maybe => self.maybe(at, value)?,
                Link::MaybeGet { fields, name } => self.maybe_get(at, (name, fields), value, mark, hint)?,
                Link::MaybeIndex(index) => self.maybe_index(at, index, value, mark, hint)?,
                Link::Index(index) => self.index(at, index, value, mark, hint)?,
                Link::Call(args) => self.call(at, value, args, mark)?,
                Link::Invoke { name, args } => self.invoke(at, name, value, args, mark)?,
            };
        }
        Ok(value)
    }

    /// Makes `id` the position of the instructions to come.
    #[inline]
    pub(super) fn at(&mut self, id: ExprId) {
        self.span = self.ast.span(id);
    }
}
