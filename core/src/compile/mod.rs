//! The compiler: a text's tree, which comes in parts, to register bytecode in an image. Knows no heap.
//!
//! ```text
//!   function class     constructs with a begin and an end; scope: undone at the end
//!   effect             statements, declarations: expressions for their effect
//!     errors finally   throw; try with its handler; ways out that make a detour
//!     pattern          values tested and taken apart; matching: match
//!     branch loops     if and blocks, for each destination of their value; while and for
//!     module           imports and exports, which the loader gets from the image
//!     expr             expressions as values, by kind: variable arith logic property call interpolate
//!     cond             expressions as conditions: fused compare-and-branch
//!       value          literals stay literal until an instruction needs a register
//!       fold           operations on literals
//!       captures       where a variable lives, seen from the function that uses it
//!       registers      locals, temporaries and call windows on one stack
//!       pool           constants, names, call sites, each kept once
//!       label          jumps; peephole: patterns of instructions and their replacements
//!         emit         words, lines, polls, registers out of reach
//! ```
//!
//! A frame is `R0` (the callee, or `this`), the parameters, then a stack of locals and temporaries. Calls
//! overlap: the callee's `R0` is the register of the caller that held the callee or the receiver.
//!
//! Chains (`a + b + c`, `a.b().c`, `a and b and c`, `else if`) may be as long as the source; they are walked
//! with a stack in the VM's memory. All other nesting asks for native stack, so that no tree can exhaust it.
#![forbid(unsafe_code)]

mod arith;
mod branch;
mod call;
mod captures;
mod class;
mod collection;
mod cond;
mod effect;
mod emit;
mod error;
mod errors;
mod expr;
mod finally;
mod fold;
mod function;
mod interpolate;
mod label;
mod logic;
mod loops;
mod matching;
mod module;
mod pattern;
mod peephole;
mod pool;
mod property;
mod registers;
mod scope;
mod value;
mod variable;

use crate::Span;
use crate::bytecode::{ImageBuf, ImageBuilder, ImageKind, Text};
use crate::mem::{Mem, OutOfMemory, StackBound, Vec};
use crate::syntax::ast::{Ast, ExprId};
use crate::syntax::{Dialect, LineCursor, LineIndex, ParseOptions, Symbols, TakeParts, parse_in_parts};
pub use error::CompileError;

use error::{CompileAbort, What};
use expr::Link;
use finally::FinallyScope;
use function::FnState;
use label::Label;
use loops::LoopScope;
use module::Modules;
use pool::StringPool;
use scope::{ClassState, Scope};

/// What a host can set for compiling.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompileOptions {
    /// What it can set for parsing. The native stack is what the parser or the compiler may take.
    pub parsing: ParseOptions,
    /// Whether to note for each instruction which piece of the text it comes from.
    pub spans: bool,
    /// Whether the text is a part of the library: its globals have names that no other text can write, and `finish(x)` ends
    /// the instruction of the caller.
    pub library: bool,
}

/// Compiles a text.
///
/// # Errors
/// All errors in the text; without any, that something in it is too large or nests too deeply, or that memory is out.
pub fn compile(
    source: &str,
    dialect: Dialect,
    options: &CompileOptions,
    mem: &Mem,
) -> Result<ImageBuf, CompileError> {
    match compile_once(source, dialect, options, options.spans, mem) {
        // The error names a place: compiled again, with the starts of expressions, it is known.
        Err(CompileError::TooDeep { .. }) => compile_once(source, dialect, options, true, mem),
        done => done,
    }
}

fn compile_once(
    source: &str,
    dialect: Dialect,
    options: &CompileOptions,
    keep_starts: bool,
    mem: &Mem,
) -> Result<ImageBuf, CompileError> {
    let kind = match dialect {
        _ if options.library => ImageKind::Library,
        Dialect::Siskin => ImageKind::Siskin,
        Dialect::Lox => ImageKind::Lox,
    };
    let mut parts = Parts(Compiler::new(source, dialect, options, mem).map_err(CompileError::from));
    parse_in_parts(source, dialect, &options.parsing, keep_starts, mem, &mut parts)?;
    // What the compiler no longer needs is freed before the image takes memory.
    let Compiler { out, .. } = parts.0?;
    out.pack(kind).map_err(|_| CompileError::OutOfMemory)
}

/// Compiles the parts of a tree as they come, until an error. Errors in the text that are found later take precedence.
struct Parts<'s>(Result<Compiler<'s>, CompileError>);

impl<'s> TakeParts<'s> for Parts<'s> {
    fn take(&mut self, ast: &mut Ast, symbols: &mut Symbols<'s>, last: bool) {
        let Ok(compiler) = &mut self.0 else { return };
        core::mem::swap(&mut compiler.ast, ast);
        core::mem::swap(&mut compiler.symbols, symbols);
        let done = compiler.script(last);
        core::mem::swap(&mut compiler.ast, ast);
        core::mem::swap(&mut compiler.symbols, symbols);
        if let Err(abort) = done {
            self.0 = Err(abort.at(compiler.span));
        }
    }
}

type Res<T> = Result<T, CompileAbort>;

/// A register of a frame.
type Reg = u16;

/// Variables that functions capture only to pass them on to functions inside, in the whole program: this many, and one
/// for each byte of the text. Otherwise a text of `n` bytes could need memory for `n * n` of them.
const PASSED_ON: usize = 1 << 16;

/// The work on one source text.
struct Compiler<'s> {
    /// The part of the tree at hand.
    ast: Ast,
    symbols: Symbols<'s>,
    source: &'s str,
    out: ImageBuilder,
    /// The function at work.
    f: FnState,
    /// The functions around it, outermost first, then buffers that finished functions have left.
    outer: Vec<FnState>,
    /// How many of `outer` are around `f`.
    level: usize,
    strings: StringPool,
    /// The text of a literal in the making.
    text: Vec<u8>,
    /// By symbol: its text in the program; 0 if that is not known, or is the empty one.
    names: Vec<Text>,
    /// By symbol: the function that used this global last, and its constant there.
    globals: Vec<(u32, u32)>,
    /// By variable: its register.
    var_regs: Vec<Reg>,
    /// Scopes that are open, the innermost on top.
    scopes: Vec<Scope>,
    /// Links of chains not yet complete, the innermost on top; see `expr`.
    chain: Vec<(ExprId, Link)>,
    /// Terms of `and` and `or` still to come, the next on top; see `logic`.
    terms: Vec<ExprId>,
    /// Loops whose bodies are being compiled, the innermost on top.
    loops: Vec<LoopScope>,
    /// Bodies with a `finally` that are being compiled, the innermost on top.
    finals: Vec<FinallyScope>,
    /// Registers of the objects that are held, the innermost on top; see [`Expr::Hold`](crate::syntax::ast::Expr::Hold).
    holding: Vec<Reg>,
    /// Where chains with `?` end that have nothing, the innermost on top.
    nothing: Vec<Label>,
    /// By symbol: the class whose methods were last seen to assign the field.
    field_owner: Vec<u32>,
    /// Imports and exports.
    modules: Modules,
    class: ClassState,
    /// How many classes were begun.
    classes: u32,
    /// Finds the lines of places in the text.
    lines: LineCursor,
    /// The node at work: where the instructions to come are from. Their line is that of its end.
    span: Span,
    /// Whether to note that.
    with_spans: bool,
    /// Whether the text is in Siskin.
    in_siskin: bool,
    /// Whether the text is a part of the library.
    in_library: bool,
    /// Whether an operator may be a method of its left operand.
    has_operator_methods: bool,
    stack: StackBound,
    /// How many more variables may be passed on; see [`PASSED_ON`].
    passes_left: usize,
}

impl<'s> Compiler<'s> {
    fn new(
        source: &'s str,
        dialect: Dialect,
        options: &CompileOptions,
        mem: &Mem,
    ) -> Result<Compiler<'s>, OutOfMemory> {
        Ok(Compiler {
            ast: Ast::new(false, mem),
            symbols: Symbols::none(mem),
            source,
            out: ImageBuilder::new(mem)?,
            f: FnState::new(mem),
            outer: Vec::new(mem),
            level: 0,
            strings: StringPool::new(mem),
            text: Vec::new(mem),
            names: Vec::new(mem),
            globals: Vec::new(mem),
            var_regs: Vec::new(mem),
            scopes: Vec::new(mem),
            chain: Vec::new(mem),
            terms: Vec::new(mem),
            loops: Vec::new(mem),
            finals: Vec::new(mem),
            holding: Vec::new(mem),
            nothing: Vec::new(mem),
            field_owner: Vec::new(mem),
            modules: Modules::new(mem, options.parsing.interactive),
            class: ClassState::default(),
            classes: 0,
            lines: LineIndex::new(source, mem)?.into_cursor(),
            span: Span::default(),
            with_spans: options.spans,
            in_siskin: dialect == Dialect::Siskin,
            in_library: options.library,
            has_operator_methods: dialect.has_operator_methods(),
            stack: StackBound::new(options.parsing.native_stack),
            passes_left: source.len().saturating_add(PASSED_ON),
        })
    }

    /// Before each level of nesting: whether there is native stack for it.
    #[inline]
    fn descend(&self) -> Res<()> {
        if self.stack.is_passed() { Err(CompileAbort::TooDeep) } else { Ok(()) }
    }
}
