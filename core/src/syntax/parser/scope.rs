//! Resolves names to variables.
//!
//! The locals of all functions being parsed lie on one stack, innermost last, and each name knows its
//! innermost local: resolving takes one look, however many variables there are.
//!
//! ```text
//!   bindings[x] ---------------------+
//!                                    v
//!   locals:   (script) x ... | (f) x y | (g) z        a local knows which one it shadows
//!                      ^-----------'
//! ```
//!
//! A local that a function takes from an enclosing one is an upvalue of it and of each function between.
//! A local's `reach` is the innermost active function it is an upvalue of (or its own): a use there, or
//! further out, does not count again. When a function ends, the reach of its captured locals is restored.

use super::super::ast::{FnId, FnKind, Symbol, Var, VarId, VarKind};
use super::super::{Code, Token, TokenKind};
use super::{Parse, Parser};
use crate::Span;
use crate::mem::{Mem, OutOfMemory, Vec};

/// A local variable in scope.
#[derive(Clone, Copy, Debug)]
struct Local {
    name: Symbol,
    /// `None` for slot 0 of the script and of plain functions.
    var: Option<VarId>,
    /// The nesting level of its function; the script's is 0.
    level: u32,
    /// The depth of its scope in its function.
    depth: u32,
    /// See the module's description.
    reach: u32,
    /// The local that this one shadows, plus one; 0 for none.
    shadowed: u32,
    /// Whether its initializer is complete.
    initialized: bool,
}

/// The meaning of a name.
#[derive(Clone, Copy, Debug, Default)]
struct Binding {
    /// Its innermost local, plus one; 0 for none.
    local: u32,
    /// How the text declares the name as a global.
    global: Declared,
    /// Whether there is an assignment to that global.
    assigned: bool,
    /// Whether the text exports it.
    exported: bool,
    /// How many names defaults had used when one used this as a name of no function of theirs; 0 if none did.
    in_default: u32,
}

/// How a text declares a global.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Declared {
    /// Not declared so far.
    #[default]
    No,
    /// With `let`: it never changes.
    Let,
    /// Imported: it never changes.
    Import,
    /// As a module.
    Module,
    /// With `var`.
    Var,
    /// As a function or a class.
    Once,
    /// With `var`, or as a function or a class, several times.
    Again,
}

impl Declared {
    fn of(kind: VarKind) -> Declared {
        match kind {
            VarKind::Let => Declared::Let,
            VarKind::Var => Declared::Var,
            VarKind::Fn | VarKind::Class | VarKind::Param | VarKind::Implicit => Declared::Once,
        }
    }

    /// Whether there is one declaration, and no assignment.
    fn is_fixed(self) -> bool {
        match self {
            Declared::Let | Declared::Import | Declared::Module => true,
            Declared::No | Declared::Var | Declared::Once | Declared::Again => false,
        }
    }
}

/// What the text exports.
#[derive(Clone, Copy, Debug)]
struct Exported {
    name: Symbol,
    span: Span,
}

/// An assignment to a global that was not declared with `let` before it.
#[derive(Clone, Copy, Debug)]
struct Assignment {
    name: Symbol,
    name_span: Span,
    /// Its `=`.
    equal: Token,
}

/// A local that the function being parsed took from an enclosing one.
#[derive(Clone, Copy, Debug)]
struct CapturedLocal {
    local: u32,
    /// The local's reach before.
    reach: u32,
}

/// A function being parsed.
#[derive(Clone, Copy, Debug)]
pub(super) struct FnState {
    pub(super) id: FnId,
    pub(super) kind: FnKind,
    pub(super) scope_depth: u32,
    /// How many assignments to its own locals were parsed.
    pub(super) assignments: u32,
    upvalues: u32,
    locals_base: u32,
    captures_base: u32,
}

/// The class whose methods are being parsed.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClassState {
    pub(super) has_superclass: bool,
    /// The variable that `super` reads, in a scope around the methods.
    pub(super) super_var: Option<VarId>,
    /// Whether a static member is being parsed.
    pub(super) in_static: bool,
    /// Whether it is an enum.
    pub(super) is_enum: bool,
}

/// A name, resolved.
#[derive(Clone, Copy, Debug)]
pub(super) enum Resolved {
    Local {
        var: VarId,
        /// Whether it belongs to the function being parsed.
        own: bool,
    },
    Global,
    /// Slot 0 of the script or a plain function, which no correct text can name.
    Nothing,
}

/// All names in scope.
#[derive(Debug)]
pub(super) struct Scopes {
    pub(super) current: FnState,
    /// The enclosing functions, the script first.
    enclosing: Vec<FnState>,
    locals: Vec<Local>,
    /// By [`Symbol`]; may be shorter than there are symbols.
    bindings: Vec<Binding>,
    captures: Vec<CapturedLocal>,
    /// Assignments to globals that were not declared before, in a dialect with `let`: a function may come before the
    /// declaration of a global that it assigns.
    global_assignments: Vec<Assignment>,
    /// In the order of the text.
    exports: Vec<Exported>,
    /// Locals that are out of scope for a while; see [`Parser::set_aside`].
    aside: Vec<Local>,
    /// The level of the outermost function that has a default being parsed.
    default_level: Option<u32>,
    /// How many names from around that function defaults have used.
    default_names: u32,
}

/// How many names defaults had used when the parameters of a function began.
#[derive(Clone, Copy, Debug)]
pub(super) struct DefaultNames(u32);

/// How many locals were in scope.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocalMark(usize);

impl Scopes {
    pub(super) fn new(mem: &Mem) -> Result<Scopes, OutOfMemory> {
        Ok(Scopes {
            current: FnState {
                id: FnId::new(0),
                kind: FnKind::Script,
                scope_depth: 0,
                assignments: 0,
                upvalues: 0,
                locals_base: 0,
                captures_base: 0,
            },
            enclosing: Vec::new(mem),
            locals: Vec::new(mem),
            bindings: Vec::new(mem),
            captures: Vec::new(mem),
            global_assignments: Vec::new(mem),
            exports: Vec::new(mem),
            aside: Vec::new(mem),
            default_level: None,
            default_names: 0,
        })
    }

    /// Whether what is parsed is of no function but the script.
    pub(super) fn is_script(&self) -> bool {
        self.enclosing.is_empty()
    }

    /// The level of the function being parsed.
    fn level(&self) -> u32 {
        self.enclosing.len() as u32
    }

    fn binding(&mut self, name: Symbol) -> Result<&mut Binding, OutOfMemory> {
        let index = name.index();
        if index >= self.bindings.len() {
            self.bindings.resize(index + 1, Binding::default())?;
        }
        Ok(&mut self.bindings[index])
    }

    fn push_local(&mut self, name: Symbol, var: Option<VarId>, initialized: bool) -> Result<(), OutOfMemory> {
        let (level, depth) = (self.level(), self.current.scope_depth);
        let position = self.locals.len() as u32 + 1;
        let shadowed = core::mem::replace(&mut self.binding(name)?.local, position);
        self.locals.push(Local { name, var, level, depth, reach: level, shadowed, initialized })
    }

    fn pop_local(&mut self) {
        if let Some(local) = self.locals.pop() {
            self.bindings[local.name.index()].local = local.shadowed;
        }
    }

    /// The number of locals of the function being parsed that are in scope.
    fn local_count(&self) -> u32 {
        self.locals.len() as u32 - self.current.locals_base
    }

    /// The innermost local of this name: its index and itself.
    fn find(&self, name: Symbol) -> Option<(u32, Local)> {
        let index = self.bindings.get(name.index())?.local.checked_sub(1)?;
        Some((index, self.locals[index as usize]))
    }
}

impl Parser<'_, '_> {
    // Functions.

    /// Starts a function inside the current one. `this` is its receiver, in a method.
    pub(super) fn begin_function(&mut self, id: FnId, kind: FnKind) -> Parse<()> {
        let scopes = &mut self.scopes;
        scopes.enclosing.push(scopes.current)?;
        scopes.current = FnState {
            id,
            kind,
            scope_depth: 0,
            assignments: 0,
            upvalues: 0,
            locals_base: scopes.locals.len() as u32,
            captures_base: scopes.captures.len() as u32,
        };
        Ok(())
    }

    /// Fills slot 0: `this` in a method (`var` is its variable) and, as in the book, in the script, where
    /// no correct text names it.
    pub(super) fn bind_slot_zero(&mut self, var: Option<VarId>) -> Parse<()> {
        let name = if self.scopes.current.kind == FnKind::Function { Symbol::EMPTY } else { Symbol::THIS };
        Ok(self.scopes.push_local(name, var, true)?)
    }

    /// Ends the innermost function. Returns the number of its upvalues.
    pub(super) fn end_function(&mut self) -> u32 {
        let scopes = &mut self.scopes;
        let FnState { upvalues, locals_base, captures_base, .. } = scopes.current;
        while scopes.locals.len() as u32 > locals_base {
            scopes.pop_local();
        }
        if let Some(enclosing) = scopes.enclosing.pop() {
            scopes.current = enclosing;
        }
        // What was captured here is an upvalue of the enclosing function too, or its own local. It passes
        // to that function's captures unless it is one of them already.
        let level = scopes.level();
        let base = captures_base as usize;
        let mut kept = base;
        for index in base..scopes.captures.len() {
            let capture = scopes.captures[index];
            let local = &mut scopes.locals[capture.local as usize];
            local.reach = level;
            if local.level < level && capture.reach < level {
                scopes.captures[kept] = capture;
                kept += 1;
            }
        }
        scopes.captures.truncate(kept);
        upvalues
    }

    // Scopes.

    pub(super) fn begin_scope(&mut self) {
        self.scopes.current.scope_depth += 1;
    }

    pub(super) fn end_scope(&mut self) {
        let scopes = &mut self.scopes;
        scopes.current.scope_depth -= 1;
        let mut popped = 0;
        while scopes.local_count() > 0
            && scopes.locals.last().is_some_and(|local| local.depth > scopes.current.scope_depth)
        {
            scopes.pop_local();
            popped += 1;
        }
        self.lox.bytes(popped);
    }

    /// Whether a declaration here makes a local variable.
    pub(super) fn in_local_scope(&self) -> bool {
        self.scopes.current.scope_depth > 0
    }

    // Declarations.

    /// Makes a variable of the tree.
    pub(super) fn new_var(&mut self, name: Symbol, kind: VarKind) -> Parse<VarId> {
        let id = VarId::new(self.ast.vars.len() as u32);
        let function = self.scopes.current.id;
        self.ast.vars.push(Var { name, function, kind, captured: false, assigned: false })?;
        Ok(id)
    }

    /// Declares a local of the name that was just stepped over; `None` if there are too many.
    pub(super) fn declare_local(&mut self, name: Symbol, kind: VarKind) -> Parse<Option<VarId>> {
        let FnState { scope_depth, .. } = self.scopes.current;
        if let Some((_, local)) = self.scopes.find(name)
            && local.level == self.scopes.level()
            && local.depth >= scope_depth
        {
            self.error(Code::DuplicateVariable)?;
        }
        self.add_local(name, kind)
    }

    /// Adds a local, not yet initialized; `None` if there are too many.
    pub(super) fn add_local(&mut self, name: Symbol, kind: VarKind) -> Parse<Option<VarId>> {
        if self.scopes.local_count() >= self.limits.locals {
            self.error(Code::TooManyLocals)?;
            return Ok(None);
        }
        let var = self.new_var(name, kind)?;
        self.scopes.push_local(name, Some(var), false)?;
        Ok(Some(var))
    }

    /// Marks the newest local as readable.
    pub(super) fn mark_initialized(&mut self) {
        if !self.in_local_scope() {
            return;
        }
        let depth = self.scopes.current.scope_depth;
        if let Some(local) = self.scopes.locals.last_mut() {
            // The depth matters after an error: the newest local may be another one (too many locals),
            // and as in the book it moves to this scope.
            local.depth = depth;
            local.initialized = true;
        }
    }

    // Names of patterns, which are parsed before the value that they take apart.

    /// The locals that are declared from here on are those that [`set_known`](Self::set_known) and
    /// [`set_aside`](Self::set_aside) mean.
    pub(super) fn local_mark(&self) -> LocalMark {
        LocalMark(self.scopes.locals.len())
    }

    /// How many locals are in scope, of all functions.
    pub(super) fn local_count(&self) -> usize {
        self.scopes.locals.len()
    }

    /// Makes the locals since `mark` readable, or not.
    pub(super) fn set_known(&mut self, LocalMark(mark): LocalMark, known: bool) {
        for local in self.scopes.locals.iter_mut().skip(mark) {
            local.initialized = known;
        }
    }

    /// Takes the locals since `mark` out of scope. Returns where to give to [`put_back`](Self::put_back).
    pub(super) fn set_aside(&mut self, LocalMark(mark): LocalMark) -> Parse<usize> {
        let scopes = &mut self.scopes;
        let base = scopes.aside.len();
        while scopes.locals.len() > mark
            && let Some(&local) = scopes.locals.last()
        {
            scopes.aside.push(local)?;
            scopes.pop_local();
        }
        Ok(base)
    }

    /// Takes what was set aside since `base` back into scope.
    pub(super) fn put_back(&mut self, base: usize) -> Parse<()> {
        let scopes = &mut self.scopes;
        while scopes.aside.len() > base
            && let Some(mut local) = scopes.aside.pop()
        {
            let position = scopes.locals.len() as u32 + 1;
            local.shadowed = core::mem::replace(&mut scopes.binding(local.name)?.local, position);
            scopes.locals.push(local)?;
        }
        Ok(())
    }

    /// Records how a global is declared, by the name that was just stepped over. A text declares a
    /// global with `let` at most once, unless a person types it at a prompt.
    pub(super) fn declare_global(&mut self, name: Symbol, kind: VarKind) -> Parse<()> {
        if !self.dialect.has_fn_and_let() {
            return Ok(());
        }
        self.declare(name, Declared::of(kind))?;
        if self.is_exporting { self.export(name) } else { Ok(()) }
    }

    /// Records that an import binds a global, by the name that was just stepped over.
    pub(super) fn declare_import(&mut self, name: Symbol, is_module: bool) -> Parse<()> {
        self.declare(name, if is_module { Declared::Module } else { Declared::Import })
    }

    fn declare(&mut self, name: Symbol, declared: Declared) -> Parse<()> {
        let binding = self.scopes.binding(name)?;
        let before = binding.global;
        let again = before != Declared::No;
        let fixed = before.is_fixed() || declared.is_fixed();
        binding.global = if again && !fixed { Declared::Again } else { declared };
        if again && fixed && !self.interactive {
            self.error(Code::DuplicateGlobal)?;
        }
        Ok(())
    }

    /// Whether a global is known to be a module.
    pub(super) fn is_module(&self, name: Symbol) -> bool {
        self.scopes.bindings.get(name.index()).is_some_and(|binding| binding.global == Declared::Module)
    }

    /// Records an export of the name that was just stepped over.
    pub(super) fn export(&mut self, name: Symbol) -> Parse<()> {
        let span = self.previous.span;
        if core::mem::replace(&mut self.scopes.binding(name)?.exported, true) {
            return self.error(Code::ExportedTwice { name: span });
        }
        self.scopes.exports.push(Exported { name, span })?;
        Ok(self.ast.exports.push(name)?)
    }

    /// Records an assignment to a global, at its `=`, which was just stepped over. Returns the error if the global never
    /// changes.
    pub(super) fn assign_global(&mut self, name: Symbol, name_span: Span) -> Parse<Option<Code>> {
        if !self.dialect.has_fn_and_let() {
            return Ok(None);
        }
        let equal = self.previous;
        let binding = self.scopes.binding(name)?;
        binding.assigned = true;
        let error = assignment_error(binding.global, name_span);
        if error.is_none() {
            self.scopes.global_assignments.push(Assignment { name, name_span, equal })?;
        }
        Ok(error)
    }

    /// At the end of the text: reports assignments to globals that were declared after them as what never changes, and
    /// exports of what is not there or changes.
    pub(super) fn check_globals(&mut self) -> Parse<()> {
        let reported = self.diagnostics.len();
        for index in 0..self.scopes.global_assignments.len() {
            let Assignment { name, name_span, equal } = self.scopes.global_assignments[index];
            if let Some(error) = assignment_error(self.scopes.binding(name)?.global, name_span) {
                self.report(equal, error)?;
            }
        }
        for index in 0..self.scopes.exports.len() {
            let Exported { name, span } = self.scopes.exports[index];
            let binding = self.scopes.binding(name)?;
            let error = match binding.global {
                Declared::No => Code::ExportOfNothing { name: span },
                Declared::Var | Declared::Again => Code::ExportOfVariable { name: span },
                Declared::Once if binding.assigned => Code::ExportOfVariable { name: span },
                Declared::Let | Declared::Import | Declared::Module | Declared::Once => continue,
            };
            self.report(Token { kind: TokenKind::Identifier, span }, error)?;
        }
        if self.diagnostics.len() != reported {
            self.diagnostics.sort_unstable_by_key(|error| error.span.start);
        }
        Ok(())
    }

    // Defaults, which may not use a later parameter of their function.

    /// Before the parameters of a function.
    pub(super) fn begin_defaults(&self) -> DefaultNames {
        DefaultNames(self.scopes.default_names)
    }

    /// Whether a default of the parameters that began with `names` used the name of something around the function.
    pub(super) fn is_in_default(&self, name: Symbol, DefaultNames(before): DefaultNames) -> bool {
        self.scopes.bindings.get(name.index()).is_some_and(|binding| binding.in_default > before)
    }

    /// Before a default of the function being parsed. Returns what [`leave_default`](Self::leave_default) takes.
    pub(super) fn enter_default(&mut self) -> Option<u32> {
        let level = self.scopes.level();
        let around = self.scopes.default_level;
        self.scopes.default_level = around.or(Some(level));
        around
    }

    pub(super) fn leave_default(&mut self, around: Option<u32>) {
        self.scopes.default_level = around;
    }

    /// Notes the use of a name in a default, if the function of the default does not have it.
    #[cold]
    #[inline(never)]
    fn note_in_default(&mut self, name: Symbol, level: u32) -> Parse<()> {
        if self.scopes.find(name).is_none_or(|(_, local)| local.level < level) {
            self.scopes.default_names = self.scopes.default_names.saturating_add(1);
            let names = self.scopes.default_names;
            self.scopes.binding(name)?.in_default = names;
        }
        Ok(())
    }

    // Uses.

    /// Looks a name up, as used at the last token.
    pub(super) fn resolve(&mut self, name: Symbol) -> Parse<Resolved> {
        if let Some(level) = self.scopes.default_level {
            self.note_in_default(name, level)?;
        }
        let Some((index, local)) = self.scopes.find(name) else {
            self.lox_constant()?;
            return Ok(Resolved::Global);
        };
        if !local.initialized {
            self.error(Code::ReadInOwnInitializer)?;
        }
        let level = self.scopes.level();
        let own = local.level == level;
        if !own && local.reach < level {
            self.capture(index, local)?;
        }
        Ok(match local.var {
            Some(var) => Resolved::Local { var, own },
            None => Resolved::Nothing,
        })
    }

    /// Makes a local an upvalue of the function being parsed and of those between.
    #[inline(never)]
    fn capture(&mut self, index: u32, local: Local) -> Parse<()> {
        let limit = self.limits.upvalues;
        let scopes = &mut self.scopes;
        let level = scopes.level();
        let between = local.reach as usize + 1..level as usize;
        let full = |function: &FnState| function.upvalues >= limit;
        if scopes.enclosing[between.clone()].iter().any(full) || full(&scopes.current) {
            return self.error(Code::TooManyUpvalues);
        }
        scopes.captures.push(CapturedLocal { local: index, reach: local.reach })?;
        for function in &mut scopes.enclosing[between] {
            function.upvalues += 1;
        }
        scopes.current.upvalues += 1;
        scopes.locals[index as usize].reach = level;
        if let Some(var) = local.var {
            self.ast.vars[var.index()].captured = true;
        }
        Ok(())
    }
}

/// The error of an assignment to a global that is declared so.
fn assignment_error(global: Declared, name: Span) -> Option<Code> {
    match global {
        Declared::Let => Some(Code::AssignToLet { name }),
        Declared::Import | Declared::Module => Some(Code::AssignToImport),
        Declared::No | Declared::Var | Declared::Once | Declared::Again => None,
    }
}
