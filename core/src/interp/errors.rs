//! Errors as objects: what the handler of a fault gets.
//!
//! ```text
//!   fault ──> error_value ──┬─ a thrown value: that value
//!                           ├─ no memory: the error that was made for it before; the reserve is free from then on
//!                           └─ any other: a new instance of the library's class Error
//! ```
//!
//! All of it is made ready when the first program with a handler is loaded, so a program without one pays nothing.

use super::{Fault, Vm};
use crate::bytecode::{FnIndex, Program};
use crate::heap::PAGE;
use crate::mem::OutOfMemory;
use crate::object::{Class, Function, Gc, Instance, List, Object, Shape, Str};
use crate::value::Value;

/// The library's class Error, and names of its fields.
#[derive(Clone, Copy)]
pub(super) struct ErrorClass {
    pub(super) class: Gc<Class>,
    message: Gc<Str>,
    kind: Gc<Str>,
    cause: Gc<Str>,
    /// No script can name it.
    trace: Gc<Str>,
}

impl ErrorClass {
    /// The objects that it keeps alive.
    pub(super) fn roots(&self) -> [Value; 5] {
        let ErrorClass { class, message, kind, cause, trace } = *self;
        [class.value(), message.value(), kind.value(), cause.value(), trace.value()]
    }
}

/// What handlers need of the machine; nothing before a program with a handler is loaded.
pub(super) struct Errors(Option<Ready>);

struct Ready {
    error: ErrorClass,
    /// The shape of an error whose fields are set.
    shape: Gc<Shape>,
    /// The error that memory is out, its message and its kind.
    memory: Gc<Instance>,
    texts: [Gc<Str>; 2],
    /// Bytes that are kept for handlers of that error.
    reserve: usize,
    /// Collections so far when the reserve was set free; none while it is kept.
    freed_at: Option<u64>,
    /// Where the error that ended the run was thrown first, if that was elsewhere; nil if not.
    uncaught: Value,
}

impl Errors {
    pub(super) const NONE: Errors = Errors(None);

    /// The objects that it keeps alive.
    pub(super) fn roots(&self) -> impl Iterator<Item = Value> {
        self.0.iter().flat_map(|ready| {
            let texts = ready.texts.map(Gc::value);
            ready
                .error
                .roots()
                .into_iter()
                .chain([ready.shape.value(), ready.memory.value(), ready.uncaught])
                .chain(texts)
        })
    }
}

/// A call of a function of a script.
#[derive(Clone, Copy)]
pub(super) struct ScriptCall {
    pub(super) function: Gc<Function>,
    /// The last word of its current instruction.
    pub(super) word: u32,
    /// Whether it waits for the fiber whose calls come before it.
    pub(super) resumes: bool,
}

impl ScriptCall {
    /// The word in a trace that an error keeps; below 0 if the call waits for a fiber.
    fn number(self) -> f64 {
        let number = f64::from(self.word) + 1.0;
        if self.resumes { -number } else { number }
    }

    /// A call in a trace that an error has kept.
    pub(super) fn kept(function: Gc<Function>, number: f64) -> ScriptCall {
        ScriptCall { function, word: (libm::fabs(number) - 1.0) as u32, resumes: number < 0.0 }
    }
}

/// The most frames that are looked at for calls of scripts: those of the library lie between.
const LOOKED_AT: usize = 1024;

/// The most calls of a trace that an error keeps.
const LONGEST: usize = 256;

/// An error for hosts.
pub(super) struct Described {
    pub(super) label: Value,
    /// Whether the label is its kind.
    pub(super) is_plain: bool,
    pub(super) message: Value,
    /// The error behind it; nil if there is none.
    pub(super) cause: Value,
}

/// The share of the limit that is kept for handlers of the error that memory is out.
const SHARE: usize = 64;
/// The least that is kept, where that is no more than an eighth of the limit: a handler needs pages for objects of
/// several sizes.
const LEAST: usize = 8 * PAGE;

impl Vm {
    /// Makes ready what the handlers of a program need.
    pub(crate) fn prepare_errors(&mut self, program: &Program) -> Result<(), OutOfMemory> {
        let image = program.image();
        let mut functions =
            (0..image.function_count() as u32).filter_map(|index| image.function(FnIndex(index)));
        if self.errors.0.is_some() || !functions.any(|code| !code.handlers.is_empty()) {
            return Ok(());
        }
        match self.make_ready() {
            Err(Fault::OutOfMemory) => Err(OutOfMemory),
            // An image of another build: no fault is caught.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn make_ready(&mut self) -> Result<(), Fault> {
        let Some(error) = self.error_class()? else { return Ok(()) };
        // The class holds its first shape, and a shape those that follow it.
        let mut shape = self.seal(error.class)?;
        for name in [error.message, error.kind, error.cause, error.trace] {
            shape = self.next_shape(shape, name)?.ok_or(Fault::OutOfMemory)?;
        }
        let text = self.error(Fault::OutOfMemory);
        let (memory, texts) = self.scope(|vm, scope| {
            let message = scope.root(vm.intern(text.message().as_bytes())?)?;
            let kind = scope.root(vm.intern(text.kind_name().as_bytes())?)?;
            Ok::<_, OutOfMemory>((vm.instance_of(shape)?, [message.gc(), kind.gc()]))
        })?;
        let limit = self.mem.usage().limit;
        let reserve = (limit / SHARE).max(LEAST.min(limit / 8));
        self.errors = Errors(Some(Ready {
            error,
            shape,
            memory,
            texts,
            reserve,
            freed_at: None,
            uncaught: Value::NIL,
        }));
        self.mem.set_reserve(reserve);
        Ok(())
    }

    /// The names of the fields of the class Error. A safepoint; the class is reachable.
    pub(super) fn name_error(&mut self, class: Gc<Class>) -> Result<ErrorClass, OutOfMemory> {
        self.scope(|vm, scope| {
            let mut name = |text: &str| {
                let name = vm.intern(text.as_bytes())?;
                scope.keep(name.value())?;
                Ok(name)
            };
            let (message, kind, cause) = (name("message")?, name("kind")?, name("cause")?);
            Ok(ErrorClass { class, message, kind, cause, trace: name("$trace")? })
        })
    }

    /// An instance of a shape whose fields all have inline slots. A safepoint; the shape is reachable.
    fn instance_of(&mut self, shape: Gc<Shape>) -> Result<Gc<Instance>, OutOfMemory> {
        debug_assert!(shape.count <= shape.capacity);
        let memory = self.allocate(Instance::size(shape.capacity), false)?.cast::<Instance>();
        // SAFETY: memory of that size.
        unsafe {
            Instance::init(memory.as_ptr(), shape.id, shape.capacity);
            Ok(Gc::from_raw(memory))
        }
    }

    /// What a handler gets of a fault. A safepoint.
    ///
    /// # Errors
    /// The fault that ends the run: there is no object for it.
    pub(super) fn error_value(&mut self, fault: Fault) -> Result<Value, Fault> {
        match fault {
            Fault::Thrown(value) => {
                if let Some(error) = self.as_error(value) {
                    self.note_trace(error);
                }
                Ok(value)
            }
            Fault::OutOfMemory => self.memory_error().ok_or(fault),
            fault => {
                let ready = self.errors.0.as_ref().ok_or(fault)?;
                let (error, shape) = (ready.error, ready.shape);
                loop {
                    match self.make_error(error, shape, fault) {
                        Ok(made) => {
                            self.note_trace(made);
                            return Ok(made.value());
                        }
                        // A fault is not raised twice: a stop waits until the collection for space has ended.
                        Err(OutOfMemory) if core::mem::take(&mut self.suspended) => {}
                        Err(OutOfMemory) => return self.memory_error().ok_or(Fault::OutOfMemory),
                    }
                }
            }
        }
    }

    /// An instance of Error for a fault of the machine. A safepoint.
    fn make_error(
        &mut self,
        names: ErrorClass,
        shape: Gc<Shape>,
        fault: Fault,
    ) -> Result<Gc<Instance>, OutOfMemory> {
        // A text outside the heap: what the fault holds may die when the error is made.
        let text = self.error(fault);
        self.scope(|vm, scope| {
            vm.retry_after_gc(None, |_| scope.reserve(2))?;
            let message = scope.root(vm.literal(text.message().as_bytes())?)?;
            let kind = scope.root(vm.intern(text.kind_name().as_bytes())?)?;
            let made = vm.instance_of(shape)?;
            vm.set_own(made, names.message, message.value());
            vm.set_own(made, names.kind, kind.value());
            vm.context.fuel.owe_bulk(text.message().len());
            Ok(made)
        })
    }

    /// The error that memory is out; none if the reserve is used up.
    fn memory_error(&mut self) -> Option<Value> {
        let collections = self.collections();
        let ready = self.errors.0.as_mut().filter(|ready| ready.freed_at.is_none())?;
        ready.freed_at = Some(collections);
        let (error, made, [message, kind]) = (ready.error, ready.memory, ready.texts);
        self.mem.set_reserve(0);
        // A handler may have changed it.
        self.set_own(made, error.message, message.value());
        self.set_own(made, error.kind, kind.value());
        self.set_own(made, error.cause, Value::NIL);
        self.set_own(made, error.trace, Value::NIL);
        Some(made.value())
    }

    /// Keeps the reserve again, if a collection has ended since it was set free, and there is that much.
    pub(super) fn keep_reserve(&mut self) {
        let collections = self.collections();
        let Some(ready) = &mut self.errors.0 else { return };
        let usage = self.mem.usage();
        if ready.freed_at.is_some_and(|at| at != collections)
            && usage.used.saturating_add(ready.reserve) <= usage.limit
        {
            ready.freed_at = None;
            self.mem.set_reserve(ready.reserve);
        }
    }

    /// Collections that have ended.
    fn collections(&self) -> u64 {
        let stats = self.context.heap.stats();
        stats.young + stats.full
    }

    /// The value as an error: of the class Error, or of one that inherits from it.
    pub(super) fn as_error(&self, value: Value) -> Option<Gc<Instance>> {
        let instance = value.as_object::<Instance>()?;
        let class = self.context.heap.shapes.get(instance.header.shape())?.class.get()?;
        class.is_error.get().then_some(instance)
    }

    /// Keeps the calls that are active, unless the error has been thrown before. Without memory, or without a slot of the
    /// instance for it, there is no trace. A safepoint.
    fn note_trace(&mut self, error: Gc<Instance>) {
        let Some(name) = self.scripted.error().map(|known| known.trace) else { return };
        if self.own(error, name).is_some_and(|trace| !trace.is_identical(Value::NIL)) {
            return;
        }
        let noted = self.scope(|vm, scope| {
            scope.keep(error.value())?;
            let calls = vm.script_calls(LOOKED_AT).take(LONGEST).count();
            let list = vm.make_list(2 * calls)?;
            scope.keep(list.value())?;
            list.set_len(2 * calls);
            for (places, call) in list.values().chunks_exact(2).zip(vm.script_calls(LOOKED_AT)) {
                if let [place, at] = places {
                    place.set(call.function.value());
                    at.set(Value::number(call.number()));
                }
            }
            for value in list.values() {
                list.items().into_iter().for_each(|items| vm.context.heap.part_barrier(items, value.get()));
            }
            vm.context.fuel.owe_bulk(calls * 2 * size_of::<Value>());
            if vm.own(error, name).is_some() {
                vm.set_own(error, name, list.value());
                return Ok(());
            }
            let shape = vm.context.heap.shapes.get(error.header.shape()).filter(|shape| !shape.dict);
            let Some(next) = shape.map(|shape| vm.next_shape(shape, name)).transpose()?.flatten() else {
                return Ok(());
            };
            if next.count <= next.capacity {
                error.header.set_shape(next.id);
                vm.store(error, next.location(next.count - 1), list.value())?;
            }
            Ok::<(), Fault>(())
        });
        if noted.is_err() {
            self.suspended = false;
        }
    }

    /// The functions of scripts that are active, innermost first, and the last words of their current instructions.
    pub(super) fn script_calls(&self, most_frames: usize) -> impl Iterator<Item = ScriptCall> {
        let mut fibers = 0;
        self.active_calls().take(most_frames).filter_map(move |call| {
            let function = call.frame.closure()?.function;
            if function.is_library() {
                return None;
            }
            let resumes = core::mem::replace(&mut fibers, call.fibers) != call.fibers;
            Some(ScriptCall { function, word: function.word_index(call.frame.pc).saturating_sub(1), resumes })
        })
    }

    /// An error that no script catches ends the run: what the trace shows is where it was thrown first.
    pub(super) fn keep_uncaught(&mut self, fault: Fault) {
        let Fault::Thrown(value) = fault else { return };
        let error = self.as_error(value).zip(self.scripted.error());
        let trace = error.and_then(|(error, known)| self.own(error, known.trace));
        if let (Some(ready), Some(trace)) = (&mut self.errors.0, trace) {
            ready.uncaught = trace;
        }
    }

    /// Another script begins.
    pub(super) fn forget_uncaught(&mut self) {
        if let Some(ready) = &mut self.errors.0 {
            ready.uncaught = Value::NIL;
        }
    }

    /// The trace that the error which ended the run has kept: functions, each followed by a word.
    pub(super) fn uncaught_trace(&self) -> Option<Gc<List>> {
        self.errors.0.as_ref()?.uncaught.as_object::<List>()
    }

    /// What an error is for hosts; none for a value that is no error.
    pub(super) fn described(&self, value: Value) -> Option<Described> {
        let error = self.as_error(value)?;
        let known = self.scripted.error()?;
        let label = self.error_label(error);
        let is_plain = label.is_identical(self.own(error, known.kind).unwrap_or(Value::NIL));
        Some(Described {
            label,
            is_plain,
            message: self.own(error, known.message).unwrap_or(Value::NIL),
            cause: self.own(error, known.cause).unwrap_or(Value::NIL),
        })
    }

    /// What the text of an error begins with: the name of its class, the kind of one of the class Error.
    pub(crate) fn error_label(&self, error: Gc<Instance>) -> Value {
        let class = self.context.heap.shapes.get(error.header.shape()).and_then(|shape| shape.class.get());
        match (class, self.scripted.error()) {
            (Some(class), Some(known)) if class == known.class => {
                self.own(error, known.kind).unwrap_or(class.name.value())
            }
            (Some(class), _) => class.name.value(),
            (None, _) => Value::NIL,
        }
    }

    /// The message of an error, if it has one.
    pub(crate) fn error_message(&self, error: Gc<Instance>) -> Option<Value> {
        self.own(error, self.scripted.error()?.message)
    }

    /// A field of an instance, if it has that.
    fn own(&self, instance: Gc<Instance>, name: Gc<Str>) -> Option<Value> {
        let shape = self.context.heap.shapes.get(instance.header.shape())?;
        if shape.dict { instance.dict()?.get(name) } else { instance.field(shape.find(name)?) }
    }

    /// Sets a field that an instance has.
    fn set_own(&mut self, instance: Gc<Instance>, name: Gc<Str>, value: Value) {
        let Some(shape) = self.context.heap.shapes.get(instance.header.shape()) else { return };
        if let Some(dict) = instance.dict().filter(|_| shape.dict) {
            if dict.get(name).is_some() && dict.set(name, value).is_ok() {
                self.context.heap.part_barrier(dict, value);
            }
        } else if let Some(location) = shape.find(name) {
            // The instance has the field.
            let _ = self.store(instance, location, value);
        }
    }
}

const _: () = assert!(!Instance::FINALIZE);
