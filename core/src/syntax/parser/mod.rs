//! The parser: tokens to a resolved tree, in one pass.
//!
//! A Pratt parser for expressions, recursive descent for the rest. Names are resolved as they are met
//! (`scope`), for a Lox name must be declared before a use sees it. In the Lox dialect the control flow is
//! that of the book's single-pass compiler, for its errors are wanted exactly: the same checks at the same
//! tokens in the same order, one error per statement, the same recovery at a statement boundary
//! (in the Siskin dialect, `recovery` also goes by brackets). `lox`
//! keeps the account of what that compiler would have emitted, since three of its errors depend on that.
//!
//! How deep the parser may recurse is bounded, and everything that can be written as a long chain
//! (`a + b + ...`, `a.b.c`, `f()()`, `a and b and ...`, `else if`) takes no depth at all.

mod block;
mod call;
mod collection;
mod condition;
mod decl;
mod enums;
mod errors;
mod expr;
mod function;
mod jump;
mod loops;
mod lox;
mod matching;
mod member;
mod module;
mod operand;
mod pattern;
mod recovery;
mod scope;
mod stmt;
mod string;
mod tokens;
mod variable;

use core::fmt;
pub(crate) use enums::MAX_VARIANT_FIELDS;

use self::block::{Arm, Item};
use self::condition::LOOKS;
use self::jump::LoopState;
use self::lox::LoxLimits;
use self::scope::{ClassState, Scopes};
use super::ast::{Ast, Block, Expr, ExprId, FnId, FnKind, Function, List, Params, Symbol, VarId};
use super::dialect::FunctionLimits;
use super::{Code, Diagnostic, Dialect, FoundAt, Lexer, Symbols, Token, TokenKind};
use crate::Span;
use crate::mem::{Mem, OutOfMemory, StackBound, Vec};
use crate::tunable::tunable;

/// How deep blocks, bodies, parentheses and operands of a source text may nest, each counting one.
///
/// A text that nests deeper is refused by every host, and one that does not by none with the native stack that it
/// takes: at most 600 bytes a level in parser or compiler on x86-64 with optimisation (576 at `opt-level = 1`, 561 in
/// the release profile: a class in a method, `if` in `if` as values, `for` in `for`) and 2,100 without.
pub const MAX_NESTING: u32 = 1_000;

/// Bytes of native stack that parser and compiler may take unless the host says otherwise: enough for
/// [`MAX_NESTING`] levels in an optimised build, and it leaves a thread of 1 MB a quarter.
pub const DEFAULT_NATIVE_STACK: usize = 768 << 10;

/// What a host can set for parsing.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions {
    /// Bytes of native stack that the parser may take. A text that needs more is one that nests too deeply.
    pub native_stack: usize,
    /// Bytes of text at most. Never more than 4 GB.
    pub max_source: usize,
    /// Whether the text is a person's input at a prompt: its last expression needs no semicolon in either dialect, and
    /// is the script's value.
    pub interactive: bool,
}

impl Default for ParseOptions {
    fn default() -> Self {
        ParseOptions { native_stack: DEFAULT_NATIVE_STACK, max_source: usize::MAX, interactive: false }
    }
}

/// A source text that was parsed without errors.
#[derive(Debug)]
pub struct Parsed<'s> {
    /// The text.
    pub source: &'s str,
    /// The language it is in.
    pub dialect: Dialect,
    /// The tree; function 0 is the script.
    pub ast: Ast,
    /// The names in the tree.
    pub symbols: Symbols<'s>,
}

/// The reason why there is no tree.
#[derive(Debug)]
pub enum ParseFailure {
    /// The errors in the text, at least one, in the order found.
    Syntax(Vec<Diagnostic>),
    /// Memory ran out.
    OutOfMemory,
}

impl From<OutOfMemory> for ParseFailure {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        ParseFailure::OutOfMemory
    }
}

impl fmt::Display for ParseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseFailure::Syntax(diagnostics) => write!(f, "{} syntax error(s)", diagnostics.len()),
            ParseFailure::OutOfMemory => OutOfMemory.fmt(f),
        }
    }
}

impl core::error::Error for ParseFailure {}

/// Parses a source text.
///
/// # Errors
/// The errors in the text, or that memory ran out.
pub fn parse<'s>(
    source: &'s str,
    dialect: Dialect,
    options: &ParseOptions,
    mem: &Mem,
) -> Result<Parsed<'s>, ParseFailure> {
    let (ast, symbols) = Parser::new(source, dialect, options, None, Ast::new(true, mem), mem)?.parse()?;
    Ok(Parsed { source, dialect, ast, symbols })
}

/// Takes the tree of a text in parts.
pub trait TakeParts<'s> {
    /// Takes the next part. The body of function 0, the script, is only what is in this part. No id is of another part,
    /// but for the variable of a class that goes on. The tree may be swapped with another meanwhile.
    ///
    /// No part comes after an error in the text was found, not even the `last`.
    fn take(&mut self, ast: &mut Ast, symbols: &mut Symbols<'s>, last: bool);
}

/// Parses a source text, and gives away the tree in parts, so that a long text does not need memory for all of it. A part
/// ends between two statements at the top of the text, or two methods of a class there. `keep_starts` says whether the
/// [spans](Ast::span) of expressions are to have their starts.
///
/// # Errors
/// The errors in the text, or that memory ran out.
pub fn parse_in_parts<'s>(
    source: &'s str,
    dialect: Dialect,
    options: &ParseOptions,
    keep_starts: bool,
    mem: &Mem,
    taker: &mut dyn TakeParts<'s>,
) -> Result<(), ParseFailure> {
    Parser::new(source, dialect, options, Some(taker), Ast::new(keep_starts, mem), mem)?.parse().map(drop)
}

/// The reason why parsing cannot continue.
enum ParseAbort {
    OutOfMemory,
    /// The text nests too deeply, which has been reported.
    TooDeep,
}

impl From<OutOfMemory> for ParseAbort {
    fn from(OutOfMemory: OutOfMemory) -> Self {
        ParseAbort::OutOfMemory
    }
}

type Parse<T> = Result<T, ParseAbort>;

/// How many nodes of a tree are a part; see [`parse_in_parts`].
const PART: usize = tunable(1024, 8);

struct Parser<'s, 't> {
    source: &'s str,
    lexer: Lexer<'s>,
    dialect: Dialect,
    limits: FunctionLimits,
    lox: LoxLimits,
    previous: Token,
    current: Token,
    /// Whether an error was found in this statement. Further ones would be guesses, so they are dropped.
    panicking: bool,
    diagnostics: Vec<Diagnostic>,
    /// Whether tokens were skipped after an error.
    skipped: bool,
    /// The number of further levels of nesting that are allowed.
    depth_left: u32,
    /// The limit on native stack for them.
    stack: StackBound,
    /// The bytes of lookahead that are left; see `condition_goes_on`.
    look_left: usize,
    interactive: bool,
    /// Whether globals that are declared are exported.
    is_exporting: bool,
    ast: Ast,
    symbols: Symbols<'s>,
    scopes: Scopes,
    class: Option<ClassState>,
    /// Ids of lists not yet complete, the innermost on top.
    pending: Vec<u32>,
    /// Arms of `if` chains not yet complete, the innermost on top.
    arms: Vec<Arm>,
    /// The loops in whose bodies the parser is, the innermost on top.
    loops: Vec<LoopState>,
    /// Those of `loops` from here on are in the function being parsed.
    loops_base: usize,
    /// How many of `loops` are around the innermost `finally` of the function whose block the parser is in.
    finally_loops: Option<usize>,
    /// Defaults of parameters, of functions whose parameters are not complete, the innermost on top.
    defaults: Vec<u32>,
    /// Functions of the static fields of the classes being parsed.
    static_fields: Vec<u32>,
    /// Parameters that are taken apart, and their patterns, in turn, of the same functions.
    taken: Vec<u32>,
    /// The name of the closure that comes next.
    closure_name: Symbol,
    taker: Option<&'t mut dyn TakeParts<'s>>,
}

impl<'s, 't> Parser<'s, 't> {
    fn new(
        source: &'s str,
        dialect: Dialect,
        options: &ParseOptions,
        taker: Option<&'t mut dyn TakeParts<'s>>,
        ast: Ast,
        mem: &Mem,
    ) -> Result<Parser<'s, 't>, ParseFailure> {
        if source.len() > options.max_source || u32::try_from(source.len()).is_err() {
            let nowhere =
                Diagnostic { code: Code::SourceTooLong, span: Span::default(), found: FoundAt::Nothing };
            return Err(ParseFailure::Syntax(Vec::from_slice(mem, &[nowhere])?));
        }
        let start = Token { kind: TokenKind::End, span: Span::default() };
        Ok(Parser {
            source,
            lexer: Lexer::new(source, dialect),
            dialect,
            limits: dialect.function_limits(),
            lox: LoxLimits::new(dialect),
            previous: start,
            current: start,
            panicking: false,
            diagnostics: Vec::new(mem),
            skipped: false,
            depth_left: MAX_NESTING,
            stack: StackBound::new(options.native_stack),
            look_left: source.len().saturating_mul(LOOKS),
            interactive: options.interactive,
            is_exporting: false,
            ast,
            symbols: Symbols::new(mem)?,
            scopes: Scopes::new(mem)?,
            class: None,
            pending: Vec::new(mem),
            arms: Vec::new(mem),
            loops: Vec::new(mem),
            loops_base: 0,
            finally_loops: None,
            defaults: Vec::new(mem),
            static_fields: Vec::new(mem),
            taken: Vec::new(mem),
            closure_name: Symbol::NAMELESS,
            taker,
        })
    }

    /// The tree of the whole text, or of the last part.
    fn parse(mut self) -> Result<(Ast, Symbols<'s>), ParseFailure> {
        match self.script() {
            Err(ParseAbort::OutOfMemory) => Err(ParseFailure::OutOfMemory),
            Ok(()) if self.diagnostics.is_empty() => Ok((self.ast, self.symbols)),
            Ok(()) | Err(ParseAbort::TooDeep) => Err(ParseFailure::Syntax(self.diagnostics)),
        }
    }

    /// The whole text.
    fn script(&mut self) -> Parse<()> {
        self.reserve_function()?;
        self.bind_slot_zero(None)?;
        self.advance()?;
        let mut tail = None;
        while !self.check(TokenKind::End) {
            if self.is_part() {
                self.end_part(None)?;
            }
            if self.is_stray() {
                self.advance()?;
                continue;
            }
            match self.declaration()? {
                Item::Effect(expr) => self.pending.push(expr.into())?,
                Item::Tail(expr) => tail = Some(expr),
            }
        }
        self.check_globals()?;
        self.give(tail, true)
    }

    // Parts.

    /// Whether the tree is large enough to be given away.
    fn is_part(&self) -> bool {
        self.ast.exprs.len() >= PART && self.taker.is_some()
    }

    /// Gives the tree away, between two items at the top of the text or two methods of a class there. That class may have
    /// a variable, which stays.
    fn end_part(&mut self, kept: Option<VarId>) -> Parse<()> {
        self.give(None, false)?;
        self.ast.clear(kept);
        Ok(())
    }

    fn give(&mut self, tail: Option<ExprId>, last: bool) -> Parse<()> {
        let body = Block { items: self.take_pending(0)?, tail };
        if let Some(script) = self.ast.functions.first_mut() {
            *script = Function {
                name: Symbol::EMPTY,
                kind: FnKind::Script,
                params: Params::default(),
                this: None,
                body,
                span: Span { start: 0, end: self.current.span.end },
            };
        }
        if self.diagnostics.is_empty()
            && let Some(taker) = &mut self.taker
        {
            taker.take(&mut self.ast, &mut self.symbols, last);
        }
        Ok(())
    }

    /// Reserves the place of a function whose id is needed before it is complete.
    fn reserve_function(&mut self) -> Parse<FnId> {
        let id = FnId::new(self.ast.functions.len() as u32);
        self.ast.functions.push(Function {
            name: Symbol::EMPTY,
            kind: FnKind::Function,
            params: Params::default(),
            this: None,
            body: Block::default(),
            span: Span::default(),
        })?;
        Ok(id)
    }

    // Depth.

    /// Enters a level of nesting. Every exit except an error calls [`Parser::unnest`].
    #[inline]
    fn nest(&mut self) -> Parse<()> {
        match self.depth_left.checked_sub(1) {
            Some(left) if !self.stack.is_passed() => {
                self.depth_left = left;
                Ok(())
            }
            _ => self.too_deep(),
        }
    }

    #[inline]
    fn unnest(&mut self) {
        self.depth_left += 1;
    }

    #[cold]
    #[inline(never)]
    fn too_deep(&mut self) -> Parse<()> {
        // Reported even after another error in the statement, because parsing ends here.
        self.report(self.current, Code::NestedTooDeeply)?;
        Err(ParseAbort::TooDeep)
    }

    // Nodes.

    /// From `start` to the end of the last token stepped over.
    #[inline]
    fn span_from(&self, start: u32) -> Span {
        Span { start, end: self.previous.span.end }
    }

    /// Adds an expression from `start` to the last token stepped over.
    #[inline]
    fn finish(&mut self, expr: Expr, start: u32) -> Parse<ExprId> {
        let span = self.span_from(start);
        Ok(self.ast.add_expr(expr, span)?)
    }

    /// The list of the ids pushed to `pending` since it held `base`.
    fn take_pending(&mut self, base: usize) -> Parse<List> {
        let list = self.ast.add_list(&self.pending[base..])?;
        self.pending.truncate(base);
        Ok(list)
    }

    /// The placeholder for an expression with an error.
    #[cold]
    #[inline(never)]
    fn error_node(&mut self) -> Parse<ExprId> {
        Ok(self.ast.add_expr(Expr::Error, self.previous.span)?)
    }
}
