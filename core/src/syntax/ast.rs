//! The syntax tree: nodes in arenas, joined by small indexes.
//!
//! ```text
//!   Ast { exprs: [Expr], stmts: [Stmt], functions, classes, vars, lists: [u32] }
//!              ^ ExprId      ^ StmtId                            ^ List { start, len }
//! ```
//!
//! Names are resolved while they are parsed (a Lox scope is lexical and a name must be declared before a
//! use sees it), so a variable in the tree is a [`VarId`] or a global [`Symbol`], never a bare name. What
//! the compiler needs to know about a variable as a whole (is it captured, is it ever reassigned) is in
//! its [`Var`] and is final once parsing ends.

pub use super::operator::{ArithOp, BinaryOp, EqualOp, LogicalOp, OrderOp};
use crate::Span;
use crate::mem::{Mem, OutOfMemory, Vec};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its arena.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<u32> for $name {
            fn from(index: u32) -> Self {
                $name(index)
            }
        }

        impl From<$name> for u32 {
            fn from(id: $name) -> u32 {
                id.0
            }
        }
    )*};
}

ids! {
    /// An expression of the tree.
    ExprId;
    /// A statement of the tree.
    StmtId;
    /// A function of the tree; 0 is the script.
    FnId;
    /// A class of the tree.
    ClassId;
    /// A local variable, parameter, `this` or `super` of the tree.
    VarId;
    /// An interned name; [`Symbols`](super::Symbols) has its text.
    Symbol;
}

/// A run of ids in [`Ast::lists`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Index of the first.
    pub start: u32,
    /// How many.
    pub len: u32,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-a`
    Negate,
    /// `!a`
    Not,
}

/// An expression.
///
/// Its span ends with the last token consumed when the node was complete (so `a + (b)` ends at the
/// parenthesis): that token's line is the line of the instruction in error messages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expr {
    /// Stands where a syntax error was; never in a tree that is compiled.
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
    /// The value of a local variable of this or an enclosing function; `this` too.
    Local(VarId),
    /// The value of a global.
    Global(Symbol),
    /// `var = value`
    SetLocal {
        /// What is assigned.
        var: VarId,
        /// The new value, and the value of the expression.
        value: ExprId,
    },
    /// `name = value`
    SetGlobal {
        /// What is assigned.
        name: Symbol,
        /// The new value, and the value of the expression.
        value: ExprId,
    },
    /// `-a`, `!a`
    Unary {
        /// Which.
        op: UnaryOp,
        /// `a`
        operand: ExprId,
    },
    /// `a + b` and its like.
    Binary {
        /// Which.
        op: BinaryOp,
        /// Whether evaluating `right` can assign a local variable of this function, so that a register
        /// read for `left` must be copied first.
        clobbers: bool,
        /// Evaluated first.
        left: ExprId,
        /// Evaluated second.
        right: ExprId,
    },
    /// `a and b`, `a or b`
    Logical {
        /// Which.
        op: LogicalOp,
        /// Always evaluated.
        left: ExprId,
        /// Evaluated if `left` does not decide.
        right: ExprId,
    },
    /// `(expr)` around a property that is called, which makes it no method call.
    Paren(ExprId),
    /// `callee(args)`; a method call has a [`Expr::Get`] or [`Expr::Super`] as its callee.
    Call {
        /// What is called.
        callee: ExprId,
        /// [`ExprId`]s.
        args: List,
    },
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
    /// `super.name`
    Super {
        /// The receiver.
        this: VarId,
        /// The variable that holds the superclass.
        superclass: VarId,
        /// The method.
        name: Symbol,
    },
    /// `if cond { a } else { b }` as a value (Siskin dialect).
    If {
        /// The condition.
        cond: ExprId,
        /// Value when it holds.
        then: ExprId,
        /// Value when it does not; nil when absent.
        otherwise: Option<ElseId>,
    },
    /// `{ statements; tail }` as a value (Siskin dialect): a list of [`StmtId`]s in which a last
    /// [`Stmt::Tail`] gives the value, nil without one.
    Block(List),
}

/// An [`ExprId`] that leaves room for `None` in its four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElseId(core::num::NonZeroU32);

impl ElseId {
    /// Wraps an id; `None` only for the id that no arena reaches.
    #[must_use]
    pub fn new(id: ExprId) -> Option<ElseId> {
        core::num::NonZeroU32::new(id.0.wrapping_add(1)).map(ElseId)
    }

    /// The wrapped id.
    #[must_use]
    pub fn get(self) -> ExprId {
        ExprId(self.0.get() - 1)
    }
}

/// Where a declaration puts its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A local variable.
    Local(VarId),
    /// A global, defined or redefined.
    Global(Symbol),
}

/// A statement. Its span ends with its last token, a semicolon included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stmt {
    /// `expr;`
    Expr(ExprId),
    /// The value of a Siskin block or function body: its last expression, written without a semicolon.
    Tail(ExprId),
    /// `print expr;`
    Print(ExprId),
    /// `var name = init;`
    Var {
        /// What is declared.
        place: Place,
        /// Its first value; nil when absent.
        init: Option<ExprId>,
    },
    /// `fun name(...) {...}`
    Fn {
        /// What is declared.
        place: Place,
        /// The function.
        function: FnId,
    },
    /// `class name {...}`
    Class(ClassId),
    /// `{ ... }`: a list of [`StmtId`]s.
    Block(List),
    /// `if (cond) then else otherwise`
    If {
        /// The condition.
        cond: ExprId,
        /// Run when it holds.
        then: StmtId,
        /// Run when it does not.
        otherwise: Option<StmtId>,
    },
    /// `while (cond) body`
    While {
        /// Tested before each turn.
        cond: ExprId,
        /// Run each turn.
        body: StmtId,
    },
    /// `for (init; cond; step) body`; variables of `init` live in a scope of their own, shared by all turns.
    For {
        /// Run once.
        init: Option<StmtId>,
        /// Tested before each turn; always true when absent.
        cond: Option<ExprId>,
        /// Run after each turn.
        step: Option<ExprId>,
        /// Run each turn.
        body: StmtId,
    },
    /// `return value;`; in an initializer the value is absent and means `this`.
    Return(Option<ExprId>),
}

/// What sort of function a [`Function`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FnKind {
    /// The whole source text.
    Script,
    /// A function declaration.
    Function,
    /// A method.
    Method,
    /// The method `init`, which always returns `this`.
    Initializer,
}

/// A function, method or the script.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name.
    pub name: Symbol,
    /// Its sort.
    pub kind: FnKind,
    /// [`VarId`]s of the parameters.
    pub params: List,
    /// The receiver, in a method.
    pub this: Option<VarId>,
    /// [`StmtId`]s; in the Siskin dialect the last may be a [`Stmt::Tail`], which is the value returned.
    pub body: List,
    /// From the name (or `fun`) to the closing brace.
    pub span: Span,
}

/// A class declaration.
///
/// Run in this order: the class is made and put in its place; the superclass is evaluated, checked and
/// kept in `super_var`; methods are made and added.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Its name.
    pub name: Symbol,
    /// The name's position.
    pub name_span: Span,
    /// Where the class goes.
    pub place: Place,
    /// The superclass (an [`Expr::Local`] or [`Expr::Global`]) and the variable, in a scope around the
    /// methods, that `super` reads.
    pub superclass: Option<(ExprId, VarId)>,
    /// [`FnId`]s of the methods, in order.
    pub methods: List,
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
    /// Its declaration.
    pub span: Span,
    /// The function it belongs to.
    pub function: FnId,
    /// How it was declared.
    pub kind: VarKind,
    /// Some inner function uses it.
    pub captured: bool,
    /// Something assigns to it after its declaration.
    pub assigned: bool,
}

impl Var {
    /// Whether it must live in a cell: shared with closures and not constant.
    #[must_use]
    pub fn needs_cell(&self) -> bool {
        self.captured && self.assigned
    }
}

/// A parsed source text.
#[derive(Debug)]
pub struct Ast {
    /// Expressions, by [`ExprId`].
    pub exprs: Vec<Expr>,
    /// Their positions.
    pub expr_spans: Vec<Span>,
    /// Statements, by [`StmtId`].
    pub stmts: Vec<Stmt>,
    /// Their positions.
    pub stmt_spans: Vec<Span>,
    /// Functions, by [`FnId`]; the first is the script.
    pub functions: Vec<Function>,
    /// Classes, by [`ClassId`].
    pub classes: Vec<Class>,
    /// Local variables, by [`VarId`].
    pub vars: Vec<Var>,
    /// Ids that [`List`]s point into.
    pub lists: Vec<u32>,
}

impl Ast {
    /// An empty tree.
    #[must_use]
    pub fn new(mem: &Mem) -> Ast {
        Ast {
            exprs: Vec::new(mem),
            expr_spans: Vec::new(mem),
            stmts: Vec::new(mem),
            stmt_spans: Vec::new(mem),
            functions: Vec::new(mem),
            classes: Vec::new(mem),
            vars: Vec::new(mem),
            lists: Vec::new(mem),
        }
    }

    /// Adds an expression.
    ///
    /// # Errors
    /// When memory is out.
    pub fn add_expr(&mut self, expr: Expr, span: Span) -> Result<ExprId, OutOfMemory> {
        let id = ExprId(self.exprs.len() as u32);
        self.exprs.push(expr)?;
        self.expr_spans.push(span)?;
        Ok(id)
    }

    /// Adds a statement.
    ///
    /// # Errors
    /// When memory is out.
    pub fn add_stmt(&mut self, stmt: Stmt, span: Span) -> Result<StmtId, OutOfMemory> {
        let id = StmtId(self.stmts.len() as u32);
        self.stmts.push(stmt)?;
        self.stmt_spans.push(span)?;
        Ok(id)
    }

    /// Adds a list of ids.
    ///
    /// # Errors
    /// When memory is out.
    pub fn add_list<I: Copy + Into<u32>>(&mut self, ids: &[I]) -> Result<List, OutOfMemory> {
        let list = List { start: self.lists.len() as u32, len: ids.len() as u32 };
        self.lists.reserve(ids.len())?;
        for &id in ids {
            self.lists.push(id.into())?;
        }
        Ok(list)
    }

    /// An expression.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs[id.index()]
    }

    /// A statement.
    #[must_use]
    pub fn stmt(&self, id: StmtId) -> Stmt {
        self.stmts[id.index()]
    }

    /// The ids of a list.
    pub fn list<I: From<u32>>(&self, list: List) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator {
        self.lists[list.start as usize..][..list.len as usize].iter().map(|&id| I::from(id))
    }
}
