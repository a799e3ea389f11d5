//! Loading: a verified program becomes functions in the heap.

use super::Vm;
use super::handles::{Local, Scope};
use crate::bytecode::{Code, Const, FnIndex, Image, Program, Text};
use crate::globals::ModuleId;
use crate::mem::{Keeper, Mem, OutOfMemory, Vec};
use crate::object::{Closure, Function, Gc, InImage, Object, Parts, Str};
use crate::value::Value;

/// The number of the first function of the library: those of scripts come before.
const LIBRARY: u32 = 1 << 31;

impl Vm {
    /// The index among the VM's scripts of a closure of the program's script.
    pub(crate) fn link(&mut self, program: &Program) -> Result<usize, OutOfMemory> {
        self.scripts.reserve(1)?;
        self.free_scripts.reserve(self.scripts.len() + 1 - self.free_scripts.len())?;
        let closure = self.link_closure(program, ModuleId::HOST)?.value();
        let free = self.free_scripts.pop();
        match free.and_then(|index| self.scripts.get_mut(index)) {
            Some(entry) => *entry = closure,
            None => self.scripts.push(closure)?,
        }
        Ok(free.unwrap_or(self.scripts.len() - 1))
    }

    /// A closure of the program's script, whose globals are a module's. The program has a function, and constants name
    /// functions after their own only.
    pub(super) fn link_closure(
        &mut self,
        program: &Program,
        module: ModuleId,
    ) -> Result<Gc<Closure>, OutOfMemory> {
        self.scope(|vm, scope| {
            let functions = vm.link_all(scope, program, module, |_| true)?;
            let image = program.image();
            for global in image.globals().iter().filter(|global| global.declared || global.assigned) {
                let name = vm.intern(image.text(global.name).as_bytes())?;
                let index = vm.global_index(module, name, image.has_builtin_methods())?;
                vm.note_global(index, global)?;
            }
            let script = functions.first().copied().flatten().ok_or(OutOfMemory)?;
            vm.make_closure(script.gc())
        })
    }

    /// The functions of a program that are wanted, by index. With a function, those that it refers to are wanted. They are
    /// made from the last on: functions refer only to functions after them.
    pub(super) fn link_all<'s>(
        &mut self,
        scope: Scope<'s>,
        program: &Program,
        module: ModuleId,
        is_wanted: impl Fn(FnIndex) -> bool,
    ) -> Result<Vec<Option<Local<'s, Function>>>, OutOfMemory> {
        let image = program.image();
        let wanted = (0..image.function_count() as u32).map(FnIndex).filter(|&index| is_wanted(index));
        self.expect_functions(wanted.clone().count());
        let mut made: Vec<Option<Local<'s, Function>>> = Vec::new(self.mem());
        made.reserve_exact(image.function_count())?;
        made.resize(image.function_count(), None)?;
        let mut strings = Strings::new(image, module, self.mem())?;
        for index in wanted.rev() {
            let code = image.function(index).ok_or(OutOfMemory)?;
            let function = self.link_function(scope, &code, program.keeper(), &mut strings, &made)?;
            if let Some(place) = made.get_mut(index.0 as usize) {
                *place = Some(function);
            }
        }
        Ok(made)
    }

    /// The number of the next function. Those of the library are apart, since they are made whenever a script first needs one.
    fn next_function(&mut self, in_library: bool) -> Result<u32, OutOfMemory> {
        let counter = if in_library { &mut self.library_functions } else { &mut self.functions };
        let id = *counter;
        *counter = Some(id + 1).filter(|&next| next < LIBRARY).ok_or(OutOfMemory)?;
        Ok(if in_library { LIBRARY + id } else { id })
    }

    fn link_function<'s>(
        &mut self,
        scope: Scope<'s>,
        code: &Code<'_>,
        keeper: &Keeper,
        strings: &mut Strings<'_>,
        made: &[Option<Local<'s, Function>>],
    ) -> Result<Local<'s, Function>, OutOfMemory> {
        let image = strings.image;
        let name = match image.text(code.name) {
            "" => None,
            _ => Some(scope.root(strings.name(self, code.name)?)?.gc()),
        };
        let id = self.next_function(image.is_library())?;
        self.meter.loaded(code.words.len());
        let parts = Parts {
            id,
            name,
            arity: code.arity,
            required: code.required,
            rest: code.rest,
            builtin_methods: image.has_builtin_methods(),
            library: image.is_library(),
            registers: code.registers,
            // SAFETY: the keeper is the program's, whose image this is.
            image: unsafe { InImage::new(code, keeper) },
        };
        let function =
            Function::new(self.context.heap.mem(), parts, code.consts.len(), code.sites.len(), self.init)?;
        self.context.stack.widen(usize::from(code.registers));
        self.prepare_function(&function);
        let function = scope.root(self.make(function)?)?;
        for (slot, constant) in function.consts().iter().zip(code.consts.iter()) {
            let value = match constant {
                Const::Nil => Value::NIL,
                Const::Bool(value) => Value::bool(value),
                Const::Number(value) => Value::number(value),
                Const::Str(text) => strings.literal(self, text)?.value(),
                Const::Name(text) => strings.name(self, text)?.value(),
                Const::Global(text) => Value::raw(strings.global(self, text)?),
                Const::Fn(index) => made.get(index.0 as usize).copied().flatten().ok_or(OutOfMemory)?.value(),
            };
            slot.set(value);
            self.context.heap.part_barrier(function.gc(), value);
        }
        for (index, site) in code.sites.iter().enumerate() {
            let name = strings.name(self, site.name)?;
            function.name_site(index, name);
            self.context.heap.part_barrier(function.gc(), name.value());
        }
        Ok(function)
    }

    /// A closure with nil upvalues. A safepoint; the function is reachable.
    pub(super) fn make_closure(&mut self, function: Gc<Function>) -> Result<Gc<Closure>, OutOfMemory> {
        let upvalues = function.captures().len();
        let memory = self.allocate(Closure::size(upvalues), Closure::FINALIZE)?.cast::<Closure>();
        // SAFETY: memory of that size.
        unsafe {
            memory.write(Closure::new(function));
            for index in 0..upvalues {
                Closure::init_upvalue(memory.as_ptr(), index, Value::NIL);
            }
            Ok(Gc::from_raw(memory))
        }
    }
}

/// The strings of an image that are in the heap by now: each is made once, however many constants it has.
///
/// Who gets one puts it into a constant, a site or a root before the next safepoint, and functions that are loaded stay
/// alive meanwhile. So those that are here are alive.
struct Strings<'a> {
    image: Image<'a>,
    /// The module of the globals that are named.
    module: ModuleId,
    made: Vec<MadeString>,
}

/// What a string has become.
#[derive(Clone, Copy, Default)]
struct MadeString {
    /// Interned, as a name.
    name: Option<Gc<Str>>,
    /// A literal, which is interned if it is short.
    literal: Option<Gc<Str>>,
}

impl Strings<'_> {
    fn new<'a>(image: Image<'a>, module: ModuleId, mem: &Mem) -> Result<Strings<'a>, OutOfMemory> {
        let mut made = Vec::new(mem);
        made.reserve_exact(image.text_count())?;
        made.resize(image.text_count(), MadeString::default())?;
        Ok(Strings { image, module, made })
    }

    /// A name. A safepoint, unless it was made before.
    fn name(&mut self, vm: &mut Vm, text: Text) -> Result<Gc<Str>, OutOfMemory> {
        let made = self.made.get_mut(text.0 as usize);
        if let Some(name) = made.as_ref().and_then(|made| made.name) {
            return Ok(name);
        }
        let name = vm.intern(self.image.text(text).as_bytes())?;
        if let Some(made) = made {
            made.name = Some(name);
        }
        Ok(name)
    }

    /// The index of the global with a name. A safepoint, unless the name was made before.
    fn global(&mut self, vm: &mut Vm, text: Text) -> Result<u32, OutOfMemory> {
        let name = self.name(vm, text)?;
        vm.global_index(self.module, name, self.image.has_builtin_methods())
    }

    /// A literal. A safepoint, unless it was made before.
    fn literal(&mut self, vm: &mut Vm, text: Text) -> Result<Gc<Str>, OutOfMemory> {
        let made = self.made.get_mut(text.0 as usize);
        if let Some(literal) = made.as_ref().and_then(|made| made.literal) {
            return Ok(literal);
        }
        let literal = vm.literal(self.image.text(text).as_bytes())?;
        if let Some(made) = made {
            made.literal = Some(literal);
        }
        Ok(literal)
    }
}
