//! Modules: texts with globals of their own, each of which runs once in a VM.
//!
//! ```text
//!   start(script) ──> enter m1 ──> run: m1 done ──> m2 done ──> the script      modules that have not run, in order
//!                        │              │
//!                        │              └─ an error: m1 has failed; whoever imports it gets the error, now and later
//!                        └─ before each: the globals that it imports get their values
//! ```
//!
//! What a module exports never changes once it has run, so an importer has a global for it, which machine code takes for a
//! constant as it does any other.

use super::stop::Stop;
use super::{Fault, RuntimeError, Vm};
use crate::bytecode::{Export, GlobalUse, Program, Text};
use crate::entry::HostModule;
use crate::fuel::BULK;
use crate::globals::ModuleId;
use crate::mem::{Mem, OutOfMemory, Table, Vec, hash};
use crate::object::{Closure, Gc, HostFunction, ModuleObject, Object, Str};
use crate::value::Value;

/// How far a module has come.
enum State {
    /// It has not begun.
    Loaded,
    /// It runs, or was left while it ran.
    Running,
    /// It ran to its end.
    Done,
    /// It ended with this error.
    Failed(RuntimeError),
}

/// A module of a VM.
struct Module {
    /// What the host knows it by. UTF-8.
    id: Vec<u8>,
    state: State,
    /// The closure of its script, until that begins; then nil.
    script: Value,
    /// The module as a value, once a program names it.
    object: Option<Gc<ModuleObject>>,
    /// The globals that it exports, in order.
    exports: Vec<u32>,
    /// The globals that it imports, until it begins.
    imported: Vec<BoundImport>,
    /// The modules that it imports, in the order of the text.
    needs: Vec<ModuleId>,
    /// Its functions, if it is a module of the host.
    host: Option<HostModule>,
}

/// A global that gets its value before its module runs.
#[derive(Clone, Copy)]
pub(crate) struct BoundImport {
    to: u32,
    from: Origin,
}

/// Where the value of an import comes from.
#[derive(Clone, Copy)]
enum Origin {
    Global(u32),
    Module(ModuleId),
}

/// What a script needs before it runs: the modules that have not run, in order, and what its own imports get.
pub(crate) struct Prelude {
    order: Vec<ModuleId>,
    imported: Vec<BoundImport>,
}

impl Prelude {
    /// A script that imports nothing.
    pub(crate) fn none(mem: &Mem) -> Prelude {
        Prelude { order: Vec::new(mem), imported: Vec::new(mem) }
    }
}

/// The modules of a VM, and those that are still to run before the script that was started.
pub(crate) struct Modules {
    /// By number; the first has number 1.
    all: Vec<Module>,
    /// Numbers by the hashes of ids.
    by_id: Table<u32>,
    prelude: Prelude,
    /// How many of the prelude's modules have run. The one at this index is under way.
    ran: usize,
    /// The script that was started, until it begins; then nil.
    script: Value,
    /// Whether the values of imports are to be paid for before what was entered goes on.
    unpaid: bool,
}

impl Modules {
    pub(super) fn new(mem: &Mem) -> Modules {
        Modules {
            all: Vec::new(mem),
            by_id: Table::new(mem),
            prelude: Prelude::none(mem),
            ran: 0,
            script: Value::NIL,
            unpaid: false,
        }
    }

    /// The objects that they keep alive.
    pub(super) fn roots(&self) -> impl Iterator<Item = Value> {
        let objects = |module: &Module| module.object.map_or(Value::NIL, Gc::value);
        let all = self.all.iter().flat_map(move |module| [module.script, objects(module)]);
        all.chain([self.script])
    }

    fn get(&self, ModuleId(number): ModuleId) -> Option<&Module> {
        self.all.get((number as usize).checked_sub(1)?)
    }

    fn get_mut(&mut self, ModuleId(number): ModuleId) -> Option<&mut Module> {
        self.all.get_mut((number as usize).checked_sub(1)?)
    }

    fn hash(&self, id: &[u8]) -> u32 {
        hash(self.all.mem().seed(), id) as u32
    }

    /// The module that the host knows by that id.
    fn find(&self, id: &[u8]) -> Option<ModuleId> {
        let is_it = |&number: &u32| self.get(ModuleId(number)).is_some_and(|module| *module.id == *id);
        self.by_id.find(self.hash(id), is_it).copied().map(ModuleId)
    }

    /// Adds a module, for which there is room. `shared` says whether its id leads to it.
    fn add(&mut self, module: Module, shared: bool) -> Result<(), OutOfMemory> {
        let number = u32::try_from(self.all.len() + 1).map_err(|_| OutOfMemory)?;
        let hash = self.hash(&module.id);
        let Modules { all, by_id, .. } = self;
        all.push(module)?;
        if shared {
            by_id.insert(hash, number, |&number| hash_of(all, number));
        }
        Ok(())
    }

    /// The module that is under way, if one is.
    fn current(&mut self) -> Option<&mut Module> {
        let id = *self.prelude.order.get(self.ran)?;
        self.get_mut(id)
    }
}

impl Vm {
    /// The module that the host knows by that id, if it was loaded.
    pub(crate) fn module(&self, id: &str) -> Option<ModuleId> {
        self.modules.find(id.as_bytes())
    }

    /// Whether a module that was loaded exports a name.
    pub(crate) fn exports(&self, module: ModuleId, name: &str) -> bool {
        let name = self.context.heap.strings.find(name.as_bytes());
        name.is_some_and(|name| self.export(module, name).is_some())
    }

    /// The index of the global that a module exports by that name.
    fn export(&self, module: ModuleId, name: Gc<Str>) -> Option<u32> {
        let global = self.globals.find(module, name)?;
        let exports = &self.modules.get(module)?.exports;
        exports.binary_search(&global).is_ok().then_some(global)
    }

    /// `module.name`
    pub(super) fn module_member(&self, module: Gc<ModuleObject>, name: Gc<Str>) -> Result<Value, Fault> {
        let global = self.export(ModuleId(module.id), name);
        global
            .and_then(|global| self.globals.value(global))
            .ok_or(Fault::NoExport { module: module.name, name })
    }

    /// Adds a module, which imports those of `needs`, in the order of its text. `shared` says whether other texts find it by its
    /// id, by which there is no other one then.
    pub(crate) fn add_module(
        &mut self,
        id: &str,
        shared: bool,
        program: &Program,
        needs: Vec<ModuleId>,
    ) -> Result<ModuleId, OutOfMemory> {
        let (module, owned) = self.room_for_module(id)?;
        let imported = self.bind_names(program, module, &needs)?;
        let exports = self.export_names(program, module)?;
        let script = self.link_closure(program, module)?.value();
        let state = State::Loaded;
        let made = Module { id: owned, state, script, object: None, exports, imported, needs, host: None };
        self.modules.add(made, shared)?;
        Ok(module)
    }

    /// Makes room for one more module. The number and the id that it will have.
    fn room_for_module(&mut self, id: &str) -> Result<(ModuleId, Vec<u8>), OutOfMemory> {
        let number = u32::try_from(self.modules.all.len() + 1).map_err(|_| OutOfMemory)?;
        let owned = Vec::from_slice(self.mem(), id.as_bytes())?;
        let hash = self.modules.hash(&owned);
        let Modules { all, by_id, .. } = &mut self.modules;
        all.reserve(1)?;
        by_id.reserve(hash, |&number| hash_of(all, number))?;
        Ok((ModuleId(number), owned))
    }

    /// Adds a module of the host. A safepoint.
    pub(crate) fn add_host_module(&mut self, id: &str, host: HostModule) -> Result<ModuleId, OutOfMemory> {
        let (module, owned) = self.room_for_module(id)?;
        let (imported, needs) = (Vec::new(self.mem()), Vec::new(self.mem()));
        let mut exports = Vec::new(self.mem());
        exports.reserve_exact(host.functions().len())?;
        for entry in host.functions() {
            let name = self.intern(entry.name().as_bytes())?;
            let global = self.globals.declare(module, name)?;
            exports.push(global)?;
            let function = self.make(HostFunction::new(entry))?;
            self.globals.set(global, function.value(), &mut self.context.heap);
        }
        exports.sort_unstable();
        let (state, script) = (State::Done, Value::NIL);
        let host = Some(host);
        self.modules
            .add(Module { id: owned, state, script, object: None, exports, imported, needs, host }, true)?;
        Ok(module)
    }

    /// A module of the host that was loaded.
    pub(crate) fn host_module(&self, id: ModuleId) -> Option<HostModule> {
        self.modules.get(id)?.host
    }

    /// What a script of the host needs, which imports the modules of `needs`.
    pub(crate) fn prelude(&mut self, program: &Program, needs: &[ModuleId]) -> Result<Prelude, OutOfMemory> {
        let imported = self.bind_names(program, ModuleId::HOST, needs)?;
        Ok(Prelude { order: self.run_order(needs)?, imported })
    }

    /// The globals that a program exports.
    fn export_names(&mut self, program: &Program, module: ModuleId) -> Result<Vec<u32>, OutOfMemory> {
        let image = program.image();
        let mut exports = Vec::new(self.mem());
        exports.reserve_exact(image.exports().len())?;
        for Export(name) in image.exports().iter() {
            let name = self.intern(image.text(name).as_bytes())?;
            exports.push(self.globals.declare(module, name)?)?;
        }
        exports.sort_unstable();
        Ok(exports)
    }

    /// Where the globals that a program imports get their values from. A safepoint.
    fn bind_names(
        &mut self,
        program: &Program,
        module: ModuleId,
        needs: &[ModuleId],
    ) -> Result<Vec<BoundImport>, OutOfMemory> {
        let image = program.image();
        let mut bound = Vec::new(self.mem());
        bound.reserve_exact(image.imported().len())?;
        for import in image.imported().iter() {
            let Some(&exporter) = needs.get(import.import as usize) else { continue };
            let from = if import.export == Text::default() {
                self.module_object(exporter)?;
                Origin::Module(exporter)
            } else {
                let name = self.intern(image.text(import.export).as_bytes())?;
                Origin::Global(self.globals.declare(exporter, name)?)
            };
            let local = self.intern(image.text(import.local).as_bytes())?;
            let to = self.globals.declare(module, local)?;
            self.note_global(to, GlobalUse { name: import.local, declared: true, assigned: false })?;
            bound.push(BoundImport { to, from })?;
        }
        Ok(bound)
    }

    /// A module as a value. A safepoint.
    fn module_object(&mut self, id: ModuleId) -> Result<(), OutOfMemory> {
        let Some(module) = self.modules.get(id).filter(|module| module.object.is_none()) else {
            return Ok(());
        };
        let name = module.host.map_or(&*module.id, |host| host.name().as_bytes());
        let name = Vec::from_slice(self.mem(), name)?;
        let object = self.scope(|vm, scope| {
            let name = scope.root(vm.intern(&name)?)?;
            vm.make(ModuleObject::new(id.0, name.gc()))
        })?;
        if let Some(module) = self.modules.get_mut(id) {
            module.object = Some(object);
        }
        Ok(())
    }

    /// The modules that have not run and that those of `needs` need, each after those that it needs.
    fn run_order(&self, needs: &[ModuleId]) -> Result<Vec<ModuleId>, OutOfMemory> {
        let (mut order, mut seen) = (Vec::new(self.mem()), Vec::new(self.mem()));
        if needs.is_empty() {
            return Ok(order);
        }
        seen.resize(self.modules.all.len() + 1, false)?;
        // Modules whose needs are being looked at, and how many of them have been.
        let mut open: Vec<(ModuleId, usize)> = Vec::new(self.mem());
        for &need in needs {
            let mut next = Some(need);
            loop {
                if let Some(id) = next.take()
                    && let Some(place) = seen.get_mut(id.0 as usize)
                    && !core::mem::replace(place, true)
                {
                    open.push((id, 0))?;
                }
                let Some((id, looked)) = open.last_mut() else { break };
                let Some(module) = self.modules.get(*id) else { break };
                let is_over = matches!(module.state, State::Done);
                match module.needs.get(*looked).filter(|_| !is_over) {
                    Some(&need) => {
                        *looked += 1;
                        next = Some(need);
                    }
                    None => {
                        if !is_over {
                            order.push(*id)?;
                        }
                        open.pop();
                    }
                }
            }
        }
        Ok(order)
    }

    /// Begins a script, with the modules before it.
    pub(crate) fn begin_after(&mut self, prelude: Prelude, closure: Gc<Closure>) -> Result<(), RuntimeError> {
        self.leave_modules();
        self.modules.prelude = prelude;
        self.modules.script = closure.value();
        self.reset();
        let entered = self.enter_next();
        if entered.is_err() {
            self.leave_modules();
        }
        self.modules.unpaid = self.context.fuel.is_owed();
        entered
    }

    /// Another script takes the place of the one that was started: a module of it that runs is left for good.
    fn leave_modules(&mut self) {
        let none = Prelude::none(self.mem());
        self.modules.prelude = none;
        self.modules.ran = 0;
        self.modules.script = Value::NIL;
        self.modules.unpaid = false;
    }

    /// Enters the next module that has not run, or else the script.
    fn enter_next(&mut self) -> Result<(), RuntimeError> {
        loop {
            let none = Vec::new(self.mem());
            let Some(&id) = self.modules.prelude.order.get(self.modules.ran) else {
                let imported = core::mem::replace(&mut self.modules.prelude.imported, none);
                self.bind_imports(&imported);
                let script = core::mem::replace(&mut self.modules.script, Value::NIL);
                let closure = script.as_object::<Closure>().ok_or_else(|| self.error(Fault::Bytecode))?;
                return self.enter_script(closure);
            };
            let mem = self.mem().clone();
            let Some(module) = self.modules.get_mut(id) else { return Err(self.error(Fault::Bytecode)) };
            match &module.state {
                State::Done => self.modules.ran += 1,
                State::Failed(error) => return Err(error.copy(&mem)),
                State::Running => return Err(self.error(Fault::ModuleLeft)),
                State::Loaded => {
                    let Some(closure) = module.script.as_object::<Closure>() else {
                        return Err(self.error(Fault::Bytecode));
                    };
                    let imported = core::mem::replace(&mut module.imported, none);
                    self.bind_imports(&imported);
                    let entered = self.enter_script(closure);
                    if let Some(module) = self.modules.get_mut(id) {
                        module.script = Value::NIL;
                        module.state = match &entered {
                            Ok(()) => State::Running,
                            Err(error) => State::Failed(error.copy(&mem)),
                        };
                    }
                    return entered;
                }
            }
        }
    }

    /// Gives the globals that a module imports their values.
    fn bind_imports(&mut self, imported: &[BoundImport]) {
        self.context.fuel.owe_bulk(size_of_val(imported));
        for &BoundImport { to, from } in imported {
            let value = match from {
                Origin::Global(global) => self.globals.value(global),
                Origin::Module(id) => {
                    self.modules.get(id).and_then(|module| module.object).map(|object| object.value())
                }
            };
            if let Some(value) = value {
                self.before_change(to);
                self.globals.set(to, value, &mut self.context.heap);
            }
        }
    }

    /// Whether the budget that was given does not pay for what was done for imports. All of it went there then.
    pub(super) fn owes_for_imports(&mut self) -> bool {
        self.modules.unpaid &= self.context.fuel.is_owed();
        self.modules.unpaid
    }

    /// After a part of a run: whether the next module, or the script after the last, goes on.
    pub(super) fn goes_on(&mut self) -> bool {
        if !matches!(self.stop, Stop::Done) || self.panicked {
            return false;
        }
        let Some(module) = self.modules.current() else { return false };
        module.state = State::Done;
        self.modules.ran += 1;
        // A module costs as much as a call.
        self.context.fuel.owe_bulk(BULK);
        if let Err(error) = self.enter_next() {
            self.stop = Stop::Error(error);
        } else if self.take_interrupt() {
            self.stop = Stop::Interrupt;
        } else if self.context.fuel.left() == Some(0) {
            self.modules.unpaid = true;
            self.stop = Stop::Fuel;
        } else {
            return true;
        }
        false
    }

    /// The run ended with an error: so has the module that ran.
    pub(super) fn fail_module(&mut self, error: &RuntimeError) {
        let mem = self.mem().clone();
        if let Some(module) = self.modules.current().filter(|module| matches!(module.state, State::Running)) {
            module.state = State::Failed(error.copy(&mem));
        }
        self.leave_modules();
    }
}

/// The hash of the id of the module with a number.
fn hash_of(all: &Vec<Module>, number: u32) -> u32 {
    let module = (number as usize).checked_sub(1).and_then(|index| all.get(index));
    module.map_or(0, |module| hash(all.mem().seed(), &module.id) as u32)
}

const _: () = assert!(!ModuleObject::FINALIZE);
