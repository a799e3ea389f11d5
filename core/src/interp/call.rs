//! Calls off the fast path: classes, bound methods, host functions, errors, growing stacks. Running out of fuel.

use super::machine::Flow;
use super::native::CALL;
use super::property::Found;
use super::spread::Args;
use super::stop::Stop;
use super::{Fault, TypeFault, Vm};
use crate::bytecode::Op;
use crate::entry::Arity;
use crate::object::{
    BoundMethod, Callable, Class, ClassSort, Closure, Gc, HostFunction, IcEntry, IcKind, InlineCache,
    Instance, ModuleObject, Object, TypeObject,
};
use crate::operator::Operator;
use crate::value::Value;

const NOT_CALLABLE: Fault = Fault::Type(TypeFault::Callable);

impl Vm {
    /// A register of the current frame.
    #[inline]
    pub(crate) fn register(&self, index: usize) -> Value {
        // SAFETY: in the block, all of which is written.
        self.context.stack.place(index).map_or(Value::NIL, |place| unsafe { *place })
    }

    /// Writes a register of the current frame.
    #[inline]
    pub(super) fn set_register(&mut self, index: usize, value: Value) {
        if let Some(place) = self.context.stack.place(index) {
            // SAFETY: in the block, to whose values nobody holds a reference.
            unsafe { *place = value };
        }
    }

    /// Goes on where the error is caught, or stops with it.
    #[cold]
    pub(super) fn raise(&mut self, fault: Fault) -> Flow {
        match fault {
            Fault::Stopped => {}
            Fault::OutOfMemory if self.suspend() => {}
            fault => match self.catch(fault) {
                Ok(flow) => return flow,
                Err(fault) => {
                    self.keep_uncaught(fault);
                    self.stop = Stop::Error(self.error(fault));
                }
            },
        }
        Flow::Stop
    }

    /// Continues, or stops with the error.
    pub(super) fn flow(&mut self, result: Result<(), Fault>) -> Flow {
        match result {
            Ok(()) => Flow::Reload,
            Err(fault) => self.raise(fault),
        }
    }

    /// The slice is used up at the start of an instruction of `words` words: gets the next slice, or stops. The
    /// instruction runs again.
    #[cold]
    #[inline(never)]
    pub(super) fn next_slice(&mut self, words: usize) -> Flow {
        if self.take_interrupt() {
            self.rewind(words);
            self.stop = Stop::Interrupt;
            Flow::Stop
        } else {
            if self.renew_slice() {
                self.rewind(words);
                self.sample_if_due()
            } else {
                self.stop_before(words);
                Flow::Stop
            }
        }
    }

    /// Polls the interrupt and gets the next slice of fuel; false if there is none.
    pub(super) fn renew_slice(&mut self) -> bool {
        self.context.stack.polled(self.native.entered());
        self.context.fuel.next_slice()
    }

    /// Stops without fuel before the instruction of `words` words that has just begun.
    #[cold]
    pub(super) fn stop_before(&mut self, words: usize) {
        self.rewind(words);
        self.stop = Stop::Fuel;
    }

    /// Moves the frame's pc back by one instruction. Instructions cannot be decoded backwards, so this decodes the
    /// function from its start.
    #[cold]
    pub(super) fn rewind_instruction(&mut self) {
        let frame = self.context.stack.top_mut();
        let Some(closure) = frame.closure() else { return };
        let (mut at, past) = (closure.function.code(), frame.pc);
        while at < past {
            frame.pc = at;
            // SAFETY: below the pc there are instructions of the function only, the first at its start.
            let op = Op::from_word(unsafe { *at });
            at = at.wrapping_add(op.map_or(1, Op::words));
        }
    }

    /// Moves the frame's pc back by the `words` words of the instruction that has just begun.
    pub(super) fn rewind(&mut self, words: usize) {
        let frame = self.context.stack.top_mut();
        frame.pc = frame.pc.wrapping_sub(words);
    }

    /// Charges a call, an instruction of `words` words. Returns the flow to continue with if it cannot be made now.
    #[inline]
    fn charge_call_of(&mut self, words: usize) -> Option<Flow> {
        if core::mem::take(&mut self.work.call_is_paid) {
            return None;
        }
        if self.context.fuel.slice == 0 {
            return Some(self.next_slice(words));
        }
        self.context.fuel.slice -= 1;
        None
    }

    /// A call of the value in register `win`. The frame's pc is past the instruction.
    #[inline(never)]
    pub(super) fn call(&mut self, argc: u8, win: usize) -> Flow {
        if let Some(flow) = self.charge_call_of(1) {
            return flow;
        }
        let result = self.call_value(self.register(win), Args::new(argc), win);
        self.flow(result)
    }

    /// Calls a value with the arguments in a window. The window's first register keeps the callee, or the instance
    /// with the callee in a field, until the call has a frame: without memory for a frame the instruction may run
    /// again (see [`suspend`](Vm::suspend)), and nothing else may keep the callee alive until then.
    pub(super) fn call_value(&mut self, callee: Value, args: Args, win: usize) -> Result<(), Fault> {
        let header = callee.header().ok_or(NOT_CALLABLE)?;
        if let Some(class) = header.downcast() {
            self.construct(class, args, win)
        } else if let Some(closure) = header.downcast() {
            self.call_closure(closure, args, win, callee)
        } else if let Some(bound) = header.downcast::<BoundMethod>() {
            self.call_method(bound.method, args, win, bound.receiver)
        } else if let Some(function) = header.downcast::<HostFunction>() {
            self.call_entry(function.entry, args, win, callee)
        } else if let Some(of) = header.downcast::<TypeObject>() {
            let entry = self.library.constructor(of.class).ok_or(NOT_CALLABLE)?;
            self.call_entry(entry, args, win, callee)
        } else {
            let method = self.operator(callee, Operator::Call).ok_or(NOT_CALLABLE)?;
            self.call_method(method, args, win, callee)
        }
    }

    /// Begins a call of a method, with its receiver as register 0, or makes it.
    fn call_method(
        &mut self,
        method: Callable,
        args: Args,
        win: usize,
        receiver: Value,
    ) -> Result<(), Fault> {
        if let Some(closure) = method.as_closure() {
            return self.call_closure(closure, args, win, receiver);
        }
        let entry = method.as_host().ok_or(Fault::Bytecode)?;
        self.call_entry(entry, args, win, receiver)
    }

    /// Begins a call of `closure`, which the window keeps alive. Register 0 of the callee is `first`: the closure itself,
    /// or the receiver.
    fn call_closure(
        &mut self,
        closure: Gc<Closure>,
        args: Args,
        win: usize,
        first: Value,
    ) -> Result<(), Fault> {
        let function = closure.function;
        if !function.takes().accepts_count(args.count()) {
            return Err(Fault::Arity { expected: function.takes(), got: args.count() as u32 });
        }
        if function.rest {
            self.push_with_rest(closure, args, win, first)?;
        } else {
            self.with_stack(Some(first), |stack| stack.push(closure, win))?;
        }
        self.context.stack.set_first(first);
        let given = args.count().min(usize::from(function.fixed));
        self.place_listed(args, given);
        // The function begins with a look at them.
        for missing in given..usize::from(function.fixed) {
            self.set_register(missing + 1, Value::UNDEFINED);
        }
        if closure.function.data_header().count(CALL) && self.hot() == Flow::Stop {
            return Err(Fault::Stopped);
        }
        Ok(())
    }

    /// Makes an instance, whose initializer is called with the window at `win`; the instance ends up there.
    fn construct(&mut self, class: Gc<Class>, args: Args, win: usize) -> Result<(), Fault> {
        match class.sort.get() {
            ClassSort::Plain => {}
            ClassSort::Enum => return Err(Fault::EnumCall(class.name)),
            ClassSort::Variant => return self.new_enum_value(class, args, win),
        }
        let instance = self.instantiate(class)?.value();
        match class.init.get() {
            Some(init) => self.call_closure(init, args, win, instance),
            None if args.count() == 0 => {
                self.set_register(win, instance);
                Ok(())
            }
            None => Err(Fault::Arity { expected: Arity::exactly(0), got: args.count() as u32 }),
        }
    }

    /// `invoke` after a miss of the inline cache.
    #[inline(never)]
    pub(super) fn invoke(&mut self, argc: u8, win: usize, site: &InlineCache) -> Flow {
        if let Some(flow) = self.charge_call_of(2) {
            return flow;
        }
        let result = self.invoke_property(Args::new(argc), win, site);
        self.flow(result)
    }

    pub(super) fn invoke_property(
        &mut self,
        args: Args,
        win: usize,
        site: &InlineCache,
    ) -> Result<(), Fault> {
        let receiver = self.register(win);
        let direct = |entry: &IcEntry| args.written_out().is_some_and(|argc| is_direct(entry, argc));
        let found = receiver.method_shape().and_then(|shape| site.peek(shape));
        if let Some(entry) = found.and_then(|entry| entry.target()?.as_host()) {
            return self.call_entry(entry, args, win, receiver);
        }
        let Some(instance) = receiver.as_object::<Instance>() else {
            if let Some(value) = Vm::read_by_getter(receiver) {
                return self.call_value(value, args, win);
            }
            if let Some(class) = receiver.as_object::<Class>()
                && let Some(found) = self.static_property(class, site.name)
            {
                return self.call_found(found, args, win, receiver);
            }
            if let Some(of) = receiver.static_class()
                && let Some(found) = self.type_property(of, site.name)?
            {
                return self.call_found(found, args, win, receiver);
            }
            if let Some(module) = receiver.as_object::<ModuleObject>() {
                let member = self.module_member(module, site.name)?;
                return self.call_value(member, args, win);
            }
            let method = self.builtin_method(receiver, site, direct)?;
            let method = method.ok_or_else(|| self.no_method(receiver, site.name))?;
            return self.call_method(method, args, win, receiver);
        };
        match self.find_property(site, instance, direct) {
            Some(found) => self.call_found(found, args, win, receiver),
            None => Err(Fault::UndefinedProperty(site.name)),
        }
    }

    /// Calls a property of a receiver, which is in the window.
    fn call_found(&mut self, found: Found, args: Args, win: usize, receiver: Value) -> Result<(), Fault> {
        match found {
            Found::Method(method) => self.call_method(method, args, win, receiver),
            Found::Field(value) => self.call_value(value, args, win),
            Found::Getter(getter) => self.finish_by_getter(getter, receiver, Op::Invoke.words()),
        }
    }

    /// `super.invoke` after a miss of the inline cache.
    #[inline(never)]
    pub(super) fn super_invoke(&mut self, argc: u8, win: usize, site: &InlineCache) -> Flow {
        if let Some(flow) = self.charge_call_of(2) {
            return flow;
        }
        let result = self.super_invoke_property(argc, win, site);
        self.flow(result)
    }

    fn super_invoke_property(&mut self, argc: u8, win: usize, site: &InlineCache) -> Result<(), Fault> {
        let receiver = self.register(win);
        if let Some(value) = Vm::read_by_getter(receiver) {
            return self.call_value(value, Args::new(argc), win);
        }
        let superclass = self.register(win + 1 + usize::from(argc));
        let found = self.super_property(superclass, site, |entry| is_direct(entry, argc))?;
        self.call_found(found, Args::new(argc), win, receiver)
    }

    /// The method or getter of a superclass that a site names. A safepoint; the class is in a register.
    pub(super) fn super_property(
        &mut self,
        superclass: Value,
        site: &InlineCache,
        accept: impl Fn(&IcEntry) -> bool,
    ) -> Result<Found, Fault> {
        let class = superclass.as_object::<Class>().ok_or(Fault::Bytecode)?;
        self.seal(class)?;
        let id = class.header.shape();
        if let Some(member) = self.look_up(site, id, &accept).and_then(|entry| entry.member()) {
            return Ok(Found::of_member(member));
        }
        let method = class.method(site.name).ok_or(Fault::UndefinedProperty(site.name))?;
        self.remember_entry(site, IcEntry::method(id, method), accept);
        Ok(Found::of_member(method))
    }

    /// `inherit`. A safepoint.
    pub(super) fn inherit(&mut self, class: Value, superclass: Value) -> Result<(), Fault> {
        let Some(superclass) = superclass.as_object::<Class>() else {
            let is_type = superclass.as_object::<TypeObject>().is_some();
            return Err(if is_type {
                Fault::NotInherited(superclass)
            } else {
                Fault::Type(TypeFault::Superclass)
            });
        };
        let class = class.as_object::<Class>().filter(|class| !class.is_sealed()).ok_or(Fault::Bytecode)?;
        if superclass.sort.get() != ClassSort::Plain {
            return Err(Fault::NotInherited(superclass.value()));
        }
        self.seal(superclass)?;
        if class == superclass {
            return Err(Fault::Bytecode);
        }
        class.inherit(superclass);
        self.context.heap.barrier(class);
        Ok(())
    }
}

/// Whether the inline cache of an `invoke` may have an entry: only for methods that take exactly `argc` arguments.
fn is_direct(entry: &IcEntry, argc: u8) -> bool {
    match entry.kind {
        IcKind::Method => entry.closure().is_some_and(|method| method.function.arity == argc),
        IcKind::HostMethod => {
            entry.target().and_then(Callable::as_host).is_some_and(|entry| entry.arity().accepts(argc))
        }
        IcKind::Empty
        | IcKind::Inline
        | IcKind::Added
        | IcKind::Outline
        | IcKind::AddedOutline
        | IcKind::Getter
        | IcKind::Variant => false,
    }
}

const _: () = assert!(!HostFunction::FINALIZE && !BoundMethod::FINALIZE);
