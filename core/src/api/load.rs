//! Loading scripts.

use core::fmt;
use core::ops::Range;

use crate::bytecode::{Flaw, FnIndex, Program, VerifyError};
use crate::compile::{CompileError, CompileOptions, compile};
use crate::heap::Want;
use crate::interp::{Fault, FunctionId, Options, RuntimeError, Vm};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::Closure;
use crate::syntax::{Code, Diagnostic, Dialect, FoundAt, LineIndex, ParseOptions};
use crate::value::Value;

/// The reason why a source text could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The text has errors, at least one.
    Syntax(Vec<Diagnostic>),
    /// A function has more parts of some sort than its bytecode can name.
    TooLarge {
        /// The line where the function ends.
        line: u32,
        /// The sort of parts, such as "registers".
        what: &'static str,
    },
    /// Memory ran out.
    OutOfMemory,
}

impl From<OutOfMemory> for LoadError {
    fn from(OutOfMemory: OutOfMemory) -> LoadError {
        LoadError::OutOfMemory
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Syntax(errors) => match &errors[..] {
                // Errors about limits, whose messages need no source text.
                [Diagnostic { code: code @ (Code::NestedTooDeeply | Code::SourceTooLong), .. }] => {
                    code.message("").fmt(f)
                }
                [_] => f.write_str("1 syntax error."),
                _ => write!(f, "{} syntax errors.", errors.len()),
            },
            LoadError::TooLarge { line, what } => {
                write!(f, "Too many {what} in the function that ends on line {line}.")
            }
            LoadError::OutOfMemory => OutOfMemory.fmt(f),
        }
    }
}

impl core::error::Error for LoadError {}

/// Options for compiling a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Whether the text is a person's input at a prompt: its last expression needs no semicolon in either dialect.
    pub interactive: bool,
    /// Whether the program contains, for each instruction, the piece of the text that it comes from.
    pub spans: bool,
}

impl Program {
    /// Compiles a source text into memory of its own, for any number of VMs.
    ///
    /// # Errors
    /// When the text has errors, something in it is too large, or memory is out.
    pub fn compile(
        mem: &Mem,
        source: &str,
        dialect: Dialect,
        options: LoadOptions,
    ) -> Result<Program, LoadError> {
        compile_program(mem, &Options::new(), source, dialect, options)
    }
}

/// Compiles a source text within the limits of `limits`.
fn compile_program(
    mem: &Mem,
    limits: &Options,
    source: &str,
    dialect: Dialect,
    options: LoadOptions,
) -> Result<Program, LoadError> {
    let Options { native_stack, max_source, .. } = *limits;
    let parsing = ParseOptions { native_stack, max_source, interactive: options.interactive };
    let image = match compile(
        source,
        dialect,
        &CompileOptions { parsing, spans: options.spans, library: false },
        mem,
    ) {
        Ok(image) => image,
        Err(CompileError::Syntax(errors)) => return Err(LoadError::Syntax(errors)),
        Err(CompileError::OutOfMemory) => return Err(LoadError::OutOfMemory),
        Err(CompileError::TooLarge { span, what }) => {
            let line = LineIndex::new(source, mem)?.line(span.end);
            return Err(LoadError::TooLarge { line, what });
        }
        Err(CompileError::TooDeep { span }) => {
            let error = Diagnostic { code: Code::NestedTooDeeply, span, found: FoundAt::Nothing };
            return Err(LoadError::Syntax(Vec::from_slice(mem, &[error])?));
        }
    };
    match Program::compiled(image, mem) {
        Ok(program) => Ok(program),
        Err(VerifyError { what: Flaw::OutOfMemory, .. }) => Err(LoadError::OutOfMemory),
        Err(error) => {
            debug_assert!(false, "the compiler made bytecode that is refused: {error:?}");
            Err(LoadError::OutOfMemory)
        }
    }
}

/// A script that was loaded into a VM; [`Vm::start`] of that VM starts it.
pub struct Script {
    pub(super) index: usize,
    functions: Range<u32>,
    /// Identifies the VM: while this handle lives, no other VM has the same budget.
    pub(super) mem: Mem,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Script {
    /// The numbers of its functions. The script itself is the last; the function whose index in the program is 1 is
    /// the one before that, and so on: [`index_of`](Script::index_of).
    #[must_use]
    pub fn functions(&self) -> Range<u32> {
        self.functions.clone()
    }

    /// The index in a script's program of a function whose number is `id`, if `functions` are the numbers of the
    /// script's functions.
    #[must_use]
    pub fn index_of(functions: &Range<u32>, id: FunctionId) -> Option<FnIndex> {
        functions.contains(&id.0).then(|| FnIndex(functions.end - 1 - id.0))
    }
}

impl Vm {
    /// Compiles a source text, without loading it.
    ///
    /// # Errors
    /// If the text has errors, or something in it is too large.
    pub fn compile(&self, source: &str, dialect: Dialect) -> Result<Program, LoadError> {
        self.compile_with(source, dialect, LoadOptions::default())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// As for [`compile`](Vm::compile).
    pub fn compile_with(
        &self,
        source: &str,
        dialect: Dialect,
        options: LoadOptions,
    ) -> Result<Program, LoadError> {
        compile_program(self.mem(), &self.options, source, dialect, options)
    }

    /// Compiles a source text and makes it ready to run.
    ///
    /// # Errors
    /// As for [`compile`](Vm::compile), or when memory is out.
    pub fn load(&mut self, source: &str, dialect: Dialect) -> Result<Script, LoadError> {
        self.load_with(source, dialect, LoadOptions::default())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// As for [`load`](Vm::load).
    pub fn load_with(
        &mut self,
        source: &str,
        dialect: Dialect,
        options: LoadOptions,
    ) -> Result<Script, LoadError> {
        let loaded = match self.load_once(source, dialect, options) {
            Err(LoadError::OutOfMemory) => self
                .collect_for_space(Want::Table)
                .map_err(LoadError::from)
                .and_then(|()| self.load_once(source, dialect, options)),
            result => result,
        };
        self.resume_panic();
        loaded
    }

    fn load_once(
        &mut self,
        source: &str,
        dialect: Dialect,
        options: LoadOptions,
    ) -> Result<Script, LoadError> {
        let program = self.compile_with(source, dialect, options)?;
        Ok(self.link_script(&program)?)
    }

    /// Makes a program ready to run. Its image stays where it is, and counts towards this VM's memory only if it was made
    /// in that: code, lines and captures are read there, while constants and names are made in the heap.
    ///
    /// # Errors
    /// When memory is out.
    pub fn load_program(&mut self, program: &Program) -> Result<Script, OutOfMemory> {
        let linked = match self.link_script(program) {
            Err(OutOfMemory) => self.collect_for_space(Want::Table).and_then(|()| self.link_script(program)),
            linked => linked,
        };
        self.resume_panic();
        linked
    }

    fn link_script(&mut self, program: &Program) -> Result<Script, OutOfMemory> {
        self.prepare_errors(program)?;
        let first = self.functions;
        let index = self.link(program)?;
        Ok(Script { index, functions: first..self.functions, mem: self.mem().clone() })
    }

    /// Makes [`run`](Vm::run) start a script from its beginning, in place of the current script.
    ///
    /// # Errors
    /// If there is no memory for its registers; then no script is under way afterwards. If it was loaded into another
    /// VM; then nothing has changed.
    pub fn start(&mut self, script: Script) -> Result<(), RuntimeError> {
        let entry = self.scripts.get_mut(script.index).filter(|_| script.mem.is_same(&self.mem));
        // From here on the stack keeps the closure alive.
        let closure = entry.map(|entry| core::mem::replace(entry, Value::NIL));
        match closure.and_then(|closure| closure.as_object::<Closure>()) {
            Some(closure) => {
                // `link` reserved the capacity.
                let _ = self.free_scripts.push(script.index);
                self.begin(closure)
            }
            None => Err(self.error(Fault::WrongVm)),
        }
    }
}
