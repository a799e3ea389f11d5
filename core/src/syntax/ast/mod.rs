//! The syntax tree: nodes in arenas, joined by small indexes.
//!
//! ```text
//!   Ast { exprs: [Expr], functions, classes, variants, vars, patterns, arms, lists: [u32] }
//!              ^ ExprId                                                         ^ List { start, len }
//! ```
//!
//! Names are resolved while they are parsed (a Lox scope is lexical and a name must be declared before a
//! use sees it), so a variable in the tree is a [`VarId`] or a global [`Symbol`], never a bare name. What
//! the compiler needs to know about a variable as a whole (is it captured, is it ever reassigned) is in
//! its [`Var`] and is final once its scope ends.

mod decl;
mod expr;
mod ids;
mod module;
mod pattern;

pub use self::decl::{Class, FnKind, Function, Params, Place, Var, VarKind, Variant};
pub use self::expr::{Binary, Block, Expr, If, Index, Logical, Loop, Range, Super, UnaryOp};
pub use self::ids::{ArmId, ClassId, ExprId, FnId, List, PatternId, Symbol, VarId, VariantId};
pub use self::module::{Import, ImportedName};
pub use self::pattern::{Arm, Pattern};
pub use super::literal::Contents;
pub use super::operator::{ArithOp, BinaryOp, BitOp, EqualOp, LogicalOp, MemberOp, OrderOp, RangeEnd};
use crate::Span;
use crate::mem::{Mem, OutOfMemory, Vec};

/// The tree of a text, or of a part of it.
#[derive(Debug)]
pub struct Ast {
    /// Expressions, by [`ExprId`].
    pub exprs: Vec<Expr>,
    /// Where each ends in the text.
    ends: Vec<u32>,
    /// Where each starts, if that is kept.
    starts: Vec<u32>,
    keep_starts: bool,
    /// Functions, by [`FnId`]; the first is the script.
    pub functions: Vec<Function>,
    /// Classes, by [`ClassId`].
    pub classes: Vec<Class>,
    /// Variants of enums, by [`VariantId`].
    pub variants: Vec<Variant>,
    /// Local variables, by [`VarId`].
    pub vars: Vec<Var>,
    /// Patterns, by [`PatternId`], and their places in the text.
    pub patterns: Vec<(Pattern, Span)>,
    /// Arms, by [`ArmId`].
    pub arms: Vec<Arm>,
    /// The modules that the text imports, those of earlier parts among them.
    pub imports: Vec<Import>,
    /// The names that it binds to what they export, those of earlier parts among them.
    pub imported: Vec<ImportedName>,
    /// The names that the text exports; complete in the last part.
    pub exports: Vec<Symbol>,
    /// Ids that [`List`]s point into.
    pub lists: Vec<u32>,
}

impl Ast {
    /// An empty tree, which keeps where its expressions start, or does not: lines are told by where they end.
    #[must_use]
    pub(crate) fn new(keep_starts: bool, mem: &Mem) -> Ast {
        Ast {
            exprs: Vec::new(mem),
            ends: Vec::new(mem),
            starts: Vec::new(mem),
            keep_starts,
            functions: Vec::new(mem),
            classes: Vec::new(mem),
            variants: Vec::new(mem),
            vars: Vec::new(mem),
            patterns: Vec::new(mem),
            arms: Vec::new(mem),
            imports: Vec::new(mem),
            imported: Vec::new(mem),
            exports: Vec::new(mem),
            lists: Vec::new(mem),
        }
    }

    /// Forgets all but the script, what is imported and exported, the variable that is `kept`, and those before it.
    pub(in crate::syntax) fn clear(&mut self, kept: Option<VarId>) {
        empty(&mut self.exprs);
        empty(&mut self.ends);
        empty(&mut self.starts);
        self.functions.truncate(1);
        empty(&mut self.classes);
        empty(&mut self.variants);
        self.vars.truncate(kept.map_or(0, |var| var.index() + 1));
        empty(&mut self.patterns);
        empty(&mut self.arms);
        empty(&mut self.lists);
    }

    /// Adds an expression.
    ///
    /// # Errors
    /// When memory is out.
    #[inline(never)]
    pub fn add_expr(&mut self, expr: Expr, span: Span) -> Result<ExprId, OutOfMemory> {
        let id = ExprId::new(self.exprs.len() as u32);
        self.exprs.push_inline(expr)?;
        self.ends.push_inline(span.end)?;
        if self.keep_starts {
            self.starts.push(span.start)?;
        }
        Ok(id)
    }

    /// Adds a pattern.
    ///
    /// # Errors
    /// When memory is out.
    pub fn add_pattern(&mut self, pattern: Pattern, span: Span) -> Result<PatternId, OutOfMemory> {
        let id = PatternId::new(self.patterns.len() as u32);
        self.patterns.push((pattern, span))?;
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

    /// Its place in the text; an empty one at its end if starts are not kept.
    #[must_use]
    #[inline]
    pub fn span(&self, id: ExprId) -> Span {
        let end = self.ends[id.index()];
        Span { start: self.starts.get(id.index()).copied().unwrap_or(end), end }
    }

    /// The id at an index of a list, which has it.
    #[must_use]
    pub fn nth<I: From<u32>>(&self, list: List, index: u32) -> I {
        I::from(self.lists[(list.start + index) as usize])
    }

    /// The ids of a list.
    pub fn list<I: From<u32>>(&self, list: List) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator {
        self.lists[list.start as usize..][..list.len as usize].iter().map(|&id| I::from(id))
    }
}

/// The most items for which [`empty`] keeps the capacity.
const KEPT: usize = 1 << 14;

/// Drops all items, and the capacity that one very long function took.
fn empty<T>(items: &mut Vec<T>) {
    if items.capacity() > KEPT {
        *items = Vec::new(&items.mem().clone());
    } else {
        items.clear();
    }
}
