//! The data of declarations: variables, functions, classes.

use super::{Block, ExprId, FnId, List, Symbol, VarId};
use crate::Span;

/// Where a declaration puts its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A local variable.
    Local(VarId),
    /// A global, defined or redefined.
    Global(Symbol),
}

/// The sort of a [`Function`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FnKind {
    /// The whole source text.
    Script,
    /// A function declaration or a closure.
    Function,
    /// A method.
    Method,
    /// The method `init`, which always returns `this`.
    Initializer,
    /// `get name { ... }` in a class.
    Getter,
    /// `set name(value) { ... }` in a class.
    Setter,
    /// `static name(...) { ... }`, whose `this` is the class.
    StaticMethod,
    /// `static get name { ... }`
    StaticGetter,
    /// `static set name(value) { ... }`
    StaticSetter,
    /// The value of `static name = value;`
    StaticField,
}

impl FnKind {
    /// Whether it has `this`: it is a member of a class.
    #[must_use]
    pub fn is_member(self) -> bool {
        !matches!(self, FnKind::Script | FnKind::Function)
    }

    /// Whether it is a member whose `this` is the class.
    #[must_use]
    pub fn is_static(self) -> bool {
        matches!(
            self,
            FnKind::StaticMethod | FnKind::StaticGetter | FnKind::StaticSetter | FnKind::StaticField
        )
    }
}

/// The parameters of a function.
#[derive(Clone, Copy, Debug, Default)]
pub struct Params {
    /// [`VarId`]s.
    pub vars: List,
    /// [`ExprId`]s of the defaults of the last parameters, as many as have one.
    pub defaults: List,
    /// Whether the last one is a list of all further arguments.
    pub rest: bool,
    /// For each parameter that is taken apart, its [`VarId`] and a [`PatternId`](super::PatternId), in turn.
    pub taken: List,
}

/// A function, method or the script.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name; [`Symbol::NAMELESS`] for a closure that no `let` binds.
    pub name: Symbol,
    /// Its sort.
    pub kind: FnKind,
    /// Its parameters.
    pub params: Params,
    /// The receiver, in a method.
    pub this: Option<VarId>,
    /// Its body. The value of the block is the returned value.
    pub body: Block,
    /// From the name (or `fun`) to the closing brace.
    pub span: Span,
}

/// A class declaration.
///
/// A long one at the top of a text can be in several parts of the tree, each with some of the methods. Run in this order:
/// the class is made and put in its place; the superclass is evaluated, checked and kept in `super_var`; methods are made
/// and added.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Its name.
    pub name: Symbol,
    /// The name's position.
    pub name_span: Span,
    /// The place that gets the class.
    pub place: Place,
    /// The superclass (an [`Expr::Local`](super::Expr::Local) or [`Expr::Global`](super::Expr::Global)) and the
    /// variable, in a scope around the methods, that `super` reads.
    pub superclass: Option<(ExprId, VarId)>,
    /// [`FnId`]s of the members, in order, but static fields last.
    pub methods: List,
    /// [`VariantId`](super::VariantId)s of an enum, which has some. They come after its members, but before static fields.
    pub variants: List,
    /// Whether this is where the class begins. If not, it is all in the part of the tree before, but for these methods.
    pub begins: bool,
    /// Whether it ends here. If not, further methods are in the next part of the tree.
    pub ends: bool,
}

/// A variant of an enum.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its name.
    pub name: Symbol,
    /// The name's position.
    pub span: Span,
    /// [`Symbol`]s of the fields of its values; it is one value itself if there are none.
    pub fields: List,
}

/// How a variable was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VarKind {
    /// `var`
    Var,
    /// `let`: bound once.
    Let,
    /// A parameter.
    Param,
    /// A function declaration.
    Fn,
    /// A class declaration.
    Class,
    /// `this` or `super`.
    Implicit,
}

/// A variable that lives in a function.
#[derive(Clone, Copy, Debug)]
pub struct Var {
    /// Its name.
    pub name: Symbol,
    /// The function to which it belongs.
    pub function: FnId,
    /// How it was declared.
    pub kind: VarKind,
    /// Whether an inner function uses it.
    pub captured: bool,
    /// Whether there is an assignment to it after its declaration.
    pub assigned: bool,
}

impl Var {
    /// Whether it must live in a cell: shared with closures and not constant.
    #[must_use]
    pub fn needs_cell(&self) -> bool {
        self.captured && self.assigned
    }
}
