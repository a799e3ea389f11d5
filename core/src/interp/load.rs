//! Loading: a verified program becomes functions in the heap.

use super::Vm;
use super::handles::{Local, Scope};
use crate::bytecode::operand::Global32;
use crate::bytecode::{Code, Const, Insn, Program, Text};
use crate::mem::{OutOfMemory, Vec};
use crate::object::{Closure, Function, Gc, Object, Parts, Str};
use crate::value::Value;

impl Vm {
    /// The index among the VM's scripts of a closure of the program's script. The program has a function, and
    /// constants name functions after their own only.
    pub(crate) fn link(&mut self, mut program: Program) -> Result<usize, OutOfMemory> {
        self.scripts.reserve(1)?;
        self.free_scripts.reserve(self.scripts.len() + 1 - self.free_scripts.len())?;
        let closure = self.scope(|vm, scope| {
            let script = vm.link_functions(scope, &mut program)?;
            vm.make_closure(script.gc())
        });
        // Done even if memory ran out on the way, since stores that were recorded stay recorded.
        self.give_up_stale_code();
        let closure = closure?.value();
        let free = self.free_scripts.pop();
        match free.and_then(|index| self.scripts.get_mut(index)) {
            Some(entry) => *entry = closure,
            None => self.scripts.push(closure)?,
        }
        Ok(free.unwrap_or(self.scripts.len() - 1))
    }

    /// Functions refer only to functions after them, so the last is made first.
    fn link_functions<'s>(
        &mut self,
        scope: Scope<'s>,
        program: &mut Program,
    ) -> Result<Local<'s, Function>, OutOfMemory> {
        let count = program.functions.len();
        self.expect_functions(count);
        let mut made: Vec<Local<'s, Function>> = Vec::new(self.mem());
        made.reserve_exact(count)?;
        while let Some(code) = program.functions.pop() {
            made.push(self.link_function(scope, code, program, &made, count)?)?;
        }
        made.last().copied().ok_or(OutOfMemory)
    }

    fn link_function<'s>(
        &mut self,
        scope: Scope<'s>,
        code: Code,
        program: &Program,
        made: &[Local<'s, Function>],
        count: usize,
    ) -> Result<Local<'s, Function>, OutOfMemory> {
        let name = if code.name.len == 0 { None } else { Some(self.name(program, code.name)?) };
        if let Some(name) = name {
            scope.root(name)?;
        }
        let id = self.functions;
        self.functions = id.checked_add(1).ok_or(OutOfMemory)?;
        self.meter.loaded(code.words.len());
        // The function's copy counts towards this VM's memory, wherever the program was made.
        let parts = Parts {
            id,
            name,
            arity: code.arity,
            builtin_methods: program.builtin_methods,
            registers: code.registers,
            words: code.words.into_mem(&self.mem)?,
            captures: code.captures.into_mem(&self.mem)?,
            lines: code.lines.into_mem(&self.mem)?,
        };
        let function =
            Function::new(self.context.heap.mem(), parts, code.consts.len(), code.sites.len(), self.init)?;
        self.context.stack.widen(usize::from(code.registers));
        function.entry.set(self.first_entry());
        function.hotness().set(self.native.first_hotness(self.options.hot));
        let function = scope.root(self.make(function)?)?;
        for (slot, constant) in function.consts().iter().zip(&code.consts) {
            let value = match *constant {
                Const::Nil => Value::NIL,
                Const::Bool(value) => Value::bool(value),
                Const::Number(value) => Value::number(value),
                Const::Str(text) => self.literal(bytes(program, text))?.value(),
                Const::Name(text) => self.name(program, text)?.value(),
                Const::Global(text) => {
                    let name = self.name(program, text)?;
                    Value::raw(self.global_index(name)?)
                }
                Const::Fn(index) => {
                    let after = count.checked_sub(index.0 as usize + 1);
                    after.and_then(|after| made.get(after)).map_or(Value::NIL, |made| made.value())
                }
            };
            slot.set(value);
            self.context.heap.part_barrier(function.gc(), value);
        }
        self.note_stores(function.gc());
        for (index, site) in code.sites.iter().enumerate() {
            let name = self.name(program, site.name)?;
            function.name_site(index, name);
            self.context.heap.part_barrier(function.gc(), name.value());
        }
        Ok(function)
    }

    /// Records which globals a function defines and assigns: machine code may not contain their values.
    fn note_stores(&mut self, function: Gc<Function>) {
        let index =
            |global: Global32| function.consts().get(global.0 as usize).map(|index| index.get().as_raw());
        let mut words = function.words();
        while let Some(insn) = Insn::decode(words) {
            if let Insn::SetGlobal { global, .. } = insn
                && let Some(index) = index(global)
            {
                self.globals.assigns(index);
            }
            if let Insn::DefGlobal { global, .. } = insn
                && let Some(index) = index(global)
            {
                self.globals.declares(index);
            }
            words = words.get(insn.op().words()..).unwrap_or_default();
        }
    }

    fn name(&mut self, program: &Program, text: Text) -> Result<Gc<Str>, OutOfMemory> {
        self.intern(bytes(program, text))
    }

    /// A closure with nil upvalues. A safepoint; the function is reachable.
    pub(super) fn make_closure(&mut self, function: Gc<Function>) -> Result<Gc<Closure>, OutOfMemory> {
        let upvalues = function.captures.len();
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

fn bytes(program: &Program, text: Text) -> &[u8] {
    program.text(text).as_bytes()
}
