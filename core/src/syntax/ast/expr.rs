//! Expressions. Statements and declarations are expressions, too, with the value nil, which is dropped wherever the
//! grammar permits them.

use super::{BinaryOp, ClassId, ExprId, FnId, List, LogicalOp, PatternId, Place, RangeEnd, Symbol, VarId};
use crate::Span;

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-a`
    Negate,
    /// `!a`
    Not,
    /// `~a`
    BitNot,
}

/// An expression.
///
/// Its span ends with the last token consumed when the node was complete (so `a + (b)` ends at the
/// parenthesis): that token's line is the line of the instruction in error messages. The semicolon belongs to a
/// statement that begins with a keyword, but not to an expression statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expr {
    /// A placeholder for a syntax error; never in a tree that is compiled.
    Error,
    /// `nil`
    Nil,
    /// `true`
    True,
    /// `false`
    False,
    /// A number literal.
    Number(f64),
    /// A string literal: the span of its contents, without the quotes.
    Str(Span),
    /// A string literal that does not stand for itself, or a piece of one.
    Text {
        /// Whether `\` means something in it.
        escapes: bool,
        /// As in [`Contents`](super::Contents).
        span: Span,
        /// As there.
        close: u32,
    },
    /// `"a${b}c"`
    Concat(List),
    /// `${value:spec}`
    Format {
        /// The value.
        value: ExprId,
        /// The format as an integer.
        spec: u64,
    },
    /// The value of a local variable of this or an enclosing function; `this` too.
    Local(VarId),
    /// The value of a global.
    Global(Symbol),
    /// `var = value`
    SetLocal {
        /// The assigned variable.
        var: VarId,
        /// The new value, and the value of the expression.
        value: ExprId,
    },
    /// `name = value`
    SetGlobal {
        /// The assigned variable.
        name: Symbol,
        /// The new value, and the value of the expression.
        value: ExprId,
    },
    /// `-a`, `!a`, `~a`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// `a`
        operand: ExprId,
    },
    /// `a + b` and similar.
    Binary(Binary),
    /// `a and b`, `a or b`, `a ?? b`
    Logical(Logical),
    /// `(expr)` around a property that is called. Such a call is not a method call.
    Paren(ExprId),
    /// `callee(args)`; a method call has a [`Expr::Get`] or [`Expr::Super`] as its callee.
    Call {
        /// The callee.
        callee: ExprId,
        /// [`ExprId`]s.
        args: List,
    },
    /// `super.name`
    Super(Super),
    /// `object.name`
    Get {
        /// Evaluated first.
        object: ExprId,
        /// The property.
        name: Symbol,
    },
    /// `object.name = value`
    Set {
        /// Whether evaluating `value` can assign a local variable of this function.
        clobbers: bool,
        /// Evaluated first.
        object: ExprId,
        /// The value, evaluated second.
        value: ExprId,
        /// The property.
        name: Symbol,
    },
    /// `body`, in which [`Expr::Held`] is `object`. So `a.b += c` is `a` held for `held.b = held.b + c`, and `a.b ??= c`
    /// is `a` held for `held.b ?? (held.b = c)`.
    Hold {
        /// Whether evaluating `body` can assign a local variable of this function.
        clobbers: bool,
        /// Evaluated first, once.
        object: ExprId,
        /// The value.
        body: ExprId,
    },
    /// The object of a [`Expr::Hold`]: of the innermost one for 0, of the one around it for 1.
    Held(u8),
    /// `[a, b]`: [`ExprId`]s.
    List(List),
    /// `#{a: 1}`: [`ExprId`]s of keys and values in turn; a [`Expr::Spread`] stands alone.
    Map(List),
    /// `...value` among the items of a list or the entries of a map.
    Spread(ExprId),
    /// The text of a name, as a string.
    Name(Symbol),
    /// `object[index]`
    Index(Index),
    /// The value of a chain, which is nil if one of its [`Expr::Maybe`] is not there.
    Chain(ExprId),
    /// An object of a chain with `?`: the rest of the chain is skipped if it is nil.
    Maybe(ExprId),
    /// `object?.name`, mostly with a [`Expr::Maybe`] as its object: as [`Expr::Get`], and the rest of the chain is skipped if the
    /// object is a map without the name.
    MaybeGet {
        /// Whether the rest is also skipped if the object is an instance without the property.
        fields: bool,
        /// Evaluated first.
        object: ExprId,
        /// The property.
        name: Symbol,
    },
    /// `object?[index]`: as [`Expr::Index`], and the rest of the chain is skipped if nothing is at the index.
    MaybeIndex(Index),
    /// `object[index] = value`
    SetIndex {
        /// Whether evaluating `index` or `value` can assign a local variable of this function.
        clobbers: bool,
        /// Evaluated first.
        object: ExprId,
        /// Evaluated second.
        index: ExprId,
        /// The value, evaluated third.
        value: ExprId,
    },
    /// `start..end`
    Range(Range),
    /// `if cond { a } else { b }`
    If(If),
    /// `{ a; b }`
    Block(Block),
    /// `while` and `for`; the variables of `for` are those of a block around.
    Loop(Loop),
    /// `for x in iterable {}`
    ForIn {
        /// Whether there are two names. The key is `var`, the item the variable after it.
        with_key: bool,
        /// The variable of the item, or of the key.
        var: VarId,
        /// Evaluated once.
        iterable: ExprId,
        /// Evaluated for each item.
        body: ExprId,
    },
    /// `loop body`: repeated until a `break`, whose value is its own.
    Endless(ExprId),
    /// `break` or `break value`: leaves a loop. Only one without end has a use for the value.
    Break {
        /// How many of the loops around in the same function lie between; in whose body it stands.
        out: u32,
        /// The loop's value; nil when absent.
        value: Option<ExprId>,
    },
    /// `continue`: goes on with the next iteration of a loop.
    Continue {
        /// As for [`Expr::Break`].
        out: u32,
    },
    /// `try { body } catch var { handler }`: the value of the block that ended.
    Try {
        /// Evaluated first.
        body: ExprId,
        /// The variable that has the error in `handler`.
        var: Option<VarId>,
        /// Evaluated if `body` ends with an error.
        handler: ExprId,
    },
    /// `try ... finally { cleanup }`: the value of `body`, after `cleanup`, which runs however `body` ends.
    Finally {
        /// Evaluated first.
        body: ExprId,
        /// Evaluated last, for its effect. No jump leaves it.
        cleanup: ExprId,
    },
    /// `throw value`
    Throw(ExprId),
    /// `yield value`: what the fiber is resumed with. Without a value it yields nil.
    Yield(Option<ExprId>),
    /// `print value`
    Print(ExprId),
    /// `return value`; in an initializer the value is absent and means `this`.
    Return(Option<ExprId>),
    /// `var name = init;` or `let`
    Var {
        /// The declared name.
        place: Place,
        /// Its first value; nil when absent.
        init: Option<ExprId>,
    },
    /// `match subject { arms }`: the value of the first arm that fits.
    Match {
        /// Evaluated once.
        subject: ExprId,
        /// [`ArmId`](super::ArmId)s.
        arms: List,
    },
    /// `let [a, b] = value;`: the value is taken apart.
    TakeApart {
        /// What it must fit.
        pattern: PatternId,
        /// The value.
        value: ExprId,
    },
    /// `fun name(...) {...}`
    Fn {
        /// The declared name.
        place: Place,
        /// The function.
        function: FnId,
    },
    /// `|a, b| expr`
    Closure(FnId),
    /// `class name {...}`
    Class(ClassId),
}

// Arenas consist of expressions, so a larger one costs memory for every text.
const _: () = assert!(size_of::<Expr>() == 16);

/// Two operands, both always evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// Whether evaluating `right` can assign a local variable of this function, so that a register
    /// read for `left` must be copied first.
    pub clobbers: bool,
    /// Evaluated first.
    pub left: ExprId,
    /// Evaluated second.
    pub right: ExprId,
}

/// An item of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Whether evaluating `index` can assign a local variable of this function.
    pub clobbers: bool,
    /// Evaluated first.
    pub object: ExprId,
    /// Evaluated second.
    pub index: ExprId,
}

/// Numbers from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// What becomes of the end.
    pub kind: RangeEnd,
    /// Whether evaluating `end` can assign a local variable of this function.
    pub clobbers: bool,
    /// Evaluated first.
    pub start: ExprId,
    /// Evaluated second; without an end when absent.
    pub end: Option<ExprId>,
}

/// Two operands, of which the first may decide the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logical {
    /// The operator.
    pub op: LogicalOp,
    /// Always evaluated.
    pub left: ExprId,
    /// Evaluated if `left` does not decide.
    pub right: ExprId,
}

/// A method of the superclass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Super {
    /// The receiver.
    pub this: VarId,
    /// The variable that holds the superclass.
    pub superclass: VarId,
    /// The method.
    pub name: Symbol,
}

/// A choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct If {
    /// The condition.
    pub cond: ExprId,
    /// Evaluated when it holds.
    pub then: ExprId,
    /// Evaluated when it does not; nil when absent.
    pub otherwise: Option<ExprId>,
}

/// Expressions in braces, which are a scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// [`ExprId`]s: evaluated one after the other, for their effect.
    pub items: List,
    /// The value of the block: its last expression, without a semicolon. Nil when absent.
    pub tail: Option<ExprId>,
}

/// A loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Tested before each iteration; always true when absent.
    pub cond: Option<ExprId>,
    /// Evaluated after each iteration.
    pub step: Option<ExprId>,
    /// Evaluated in each iteration.
    pub body: ExprId,
}
