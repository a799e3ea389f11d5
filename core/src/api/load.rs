//! Loading scripts.

use core::fmt;
use core::ops::Range;

use super::compile::{LoadError, LoadOptions, compile_program, refusal};
use super::graph::{Client, Graph, LinkedModule};
use super::resolver::{ModuleText, NoModules, Resolver};
use crate::bytecode::{FnIndex, Program};
use crate::heap::Want;
use crate::interp::{Fault, FunctionId, Options, Prelude, RuntimeError, Vm};
use crate::mem::{Mem, Vec};
use crate::object::Closure;
use crate::syntax::Dialect;
use crate::value::Value;

impl Program {
    /// Compiles a text and all that it imports, into one program that needs no resolver for that. `id` is what the resolver
    /// knows the text by.
    ///
    /// # Errors
    /// As for [`compile`](Program::compile), or when there is something wrong with an import.
    pub fn compile_importing(
        mem: &Mem,
        id: &str,
        main: ModuleText<'_>,
        options: LoadOptions,
        resolver: &mut dyn Resolver,
    ) -> Result<Program, LoadError> {
        let limits = Options::new();
        let program = compile_program(mem, &limits, main.text, main.dialect, options)?;
        if program.image().imports().is_empty() {
            return Ok(program);
        }
        let graph = Graph::load(Client { mem, limits: &limits, vm: None }, id, &program, resolver)?;
        let bound = graph.bind().map_err(|_| LoadError::OutOfMemory)?;
        Program::compiled(bound, mem).map_err(refusal)
    }
}

/// A script that was loaded into a VM; [`Vm::start`] of that VM starts it.
pub struct Script {
    pub(super) index: usize,
    functions: Range<u32>,
    prelude: Prelude,
    modules: Vec<LinkedModule>,
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

    /// The modules that were loaded with it, in the order in which they run: their ids and the numbers of their functions.
    pub fn modules(&self) -> impl Iterator<Item = (&str, Range<u32>)> {
        self.modules.iter().map(|(id, functions)| (id.as_str(), functions.clone()))
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
        self.load_importing("", source, dialect, options, &mut NoModules)
    }

    /// The same for a text that may import modules. All of them are loaded, and those that they import, before anything
    /// runs. `id` is what the resolver knows the text by.
    ///
    /// # Errors
    /// As for [`load`](Vm::load), or when there is something wrong with an import.
    pub fn load_importing(
        &mut self,
        id: &str,
        source: &str,
        dialect: Dialect,
        options: LoadOptions,
        resolver: &mut dyn Resolver,
    ) -> Result<Script, LoadError> {
        self.loaded(|vm| {
            let program = vm.compile_with(source, dialect, options)?;
            vm.link_script(id, &program, resolver)
        })
    }

    /// Loads again after a collection if memory was out.
    fn loaded(
        &mut self,
        mut load: impl FnMut(&mut Vm) -> Result<Script, LoadError>,
    ) -> Result<Script, LoadError> {
        let loaded = match load(self) {
            Err(LoadError::OutOfMemory) => {
                self.collect_for_space(Want::Table).map_err(LoadError::from).and_then(|()| load(self))
            }
            result => result,
        };
        self.resume_panic();
        loaded
    }

    /// Makes a program ready to run. Its image stays where it is, and counts towards this VM's memory only if it was made
    /// in that: code, lines and captures are read there, while constants and names are made in the heap.
    ///
    /// # Errors
    /// When memory is out, or the program imports modules that are not in it.
    pub fn load_program(&mut self, program: &Program) -> Result<Script, LoadError> {
        self.load_program_importing("", program, &mut NoModules)
    }

    /// The same for a program that may import modules; see [`load_importing`](Vm::load_importing).
    ///
    /// # Errors
    /// When memory is out, or there is something wrong with an import.
    pub fn load_program_importing(
        &mut self,
        id: &str,
        program: &Program,
        resolver: &mut dyn Resolver,
    ) -> Result<Script, LoadError> {
        self.loaded(|vm| vm.link_script(id, program, resolver))
    }

    fn link_script(
        &mut self,
        id: &str,
        program: &Program,
        resolver: &mut dyn Resolver,
    ) -> Result<Script, LoadError> {
        let (needs, modules) = if program.image().imports().is_empty() {
            (Vec::new(self.mem()), Vec::new(self.mem()))
        } else {
            {
                let client = Client { mem: self.mem(), limits: &self.options(), vm: Some(self) };
                Graph::load(client, id, program, resolver)?.link(self)?
            }
        };
        let prelude = self.prelude(program, &needs)?;
        self.prepare_errors(program)?;
        let first = self.functions;
        let index = self.link(program)?;
        let functions = first..self.functions;
        Ok(Script { index, functions, prelude, modules, mem: self.mem().clone() })
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
                self.begin_after(script.prelude, closure)
            }
            None => Err(self.error(Fault::WrongVm)),
        }
    }
}
