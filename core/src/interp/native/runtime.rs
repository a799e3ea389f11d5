//! Functions of the VM that machine code calls, in one table.
//!
//! ```text
//!   machine code ──stub: record and fuel written back──> extern "C" fn(vm, ...) here ──> Vm
//!        ^                                                                               │
//!        └── an address to go on at: a place to enter, a callee, Exit; 0 for "the next instruction" <──┘
//! ```

use core::ptr::NonNull;

use super::Moved;
use super::step::step_once;
use crate::abi::{RUNTIME, Stub, TAKEN, runtime_table};
use crate::bytecode::{Op, SampledOperand};
use crate::interp::machine::Flow;
use crate::interp::stop::Stop;
use crate::interp::{Fault, Vm};
use crate::numeric::{floor_div, floor_mod};
use crate::object::{Closure, Function, Gc, Header, InlineCache, Items};
use crate::tier::Kinds;
use crate::value::Value;

macro_rules! addresses {
    ($($(#[doc = $doc:literal])* $variant:ident $function:ident($($arg:ident: $type:ty),*) -> $result:ty;)*) => {
        /// The addresses of the functions of the table, in order.
        pub(crate) fn addresses() -> [usize; RUNTIME] {
            [$({
                let function: unsafe extern "C" fn(*mut Vm, $($type),*) -> $result = $function;
                function as usize
            },)*]
        }
    };
}

runtime_table!(addresses);

impl Vm {
    /// Executes the instruction at `pc` in the current frame, and updates the frame's record.
    fn execute(&mut self, pc: *const u32) -> Flow {
        self.context.stack.top_mut().pc = pc;
        step_once(self)
    }

    fn exit(&self) -> *const u8 {
        core::ptr::with_exposed_provenance(self.context.native.stub(Stub::Exit))
    }

    /// The address of a word of the running function.
    fn pc_of(&self, word: u32) -> *const u32 {
        let code =
            self.context.stack.top().closure().map_or(core::ptr::null(), |closure| closure.function.code());
        code.wrapping_add(word as usize)
    }

    /// Gets the next slice when this one is used up and the code that runs next may need a unit, if nothing else is
    /// due.
    fn renew_slice_early(&mut self) -> bool {
        if self.native.samples.is_due(self.context.fuel.spent()) || self.is_interrupted() {
            return false;
        }
        self.meter.polled();
        self.renew_slice()
    }

    /// With `rejoin`, `target` is the word that a jump goes to.
    fn step(&mut self, word: u32, rejoin: bool, target: Option<u32>) -> *const u8 {
        self.context.stack.check();
        self.context.stack.check_below(self.native.entered);
        let Some(closure) = self.context.stack.top().closure() else { return self.exit() };
        let pc = self.pc_of(word);
        if closure.function.exits_left().get() == 0 {
            self.context.stack.top_mut().pc = pc;
            self.see_double();
            return self.reconsider(closure.function);
        }
        if self.context.fuel.slice == 0 && self.renew_slice_early() {
            self.context.stack.top_mut().pc = pc;
            if let Some(target) = self.native_target() {
                self.before_native();
                return target;
            }
        }
        let depth = self.context.stack.depth();
        let op = closure.function.words().get(word as usize).and_then(|&word| Op::from_word(word));
        let words = op.map_or(1, Op::words);
        let mut at = pc;
        loop {
            self.native.moved = Moved::No;
            let flow = self.execute(at);
            if flow == Flow::Stop && !matches!(self.stop, Stop::Switch) {
                return self.exit();
            }
            if self.native.moved == Moved::Switched && flow != Flow::Stop {
                return self.go_on_in_fiber();
            }
            if self.native.moved != Moved::No || self.context.stack.depth() != depth {
                return self.exit();
            }
            at = self.context.stack.top().pc;
            if rejoin && at == pc.wrapping_add(words) {
                self.before_native();
                return core::ptr::null();
            }
            if target.is_some_and(|target| at == self.pc_of(target)) {
                self.before_native();
                return core::ptr::without_provenance(TAKEN as usize);
            }
            if let Some(target) = self.native_target() {
                self.before_native();
                return target;
            }
            // A block may begin there that is no entry point, so that no code marks it.
            if let Some(feedback) = closure.function.native.feedback.borrow().as_ref() {
                feedback.see(closure.function.word_index(at));
            }
        }
    }

    /// Another fiber runs: where machine code goes on, in that one's code, with the native stack as it was when machine code
    /// was entered. It is left if there is no such code.
    fn go_on_in_fiber(&mut self) -> *const u8 {
        let Some(target) = self.native_target() else { return self.exit() };
        self.note_use();
        self.begin_native();
        self.context.native.target = target;
        core::ptr::with_exposed_provenance(self.context.native.stub(Stub::Switch))
    }

    /// The frame that machine code was entered for has returned, to a caller that may have code too.
    fn returned(&mut self) -> *const u8 {
        // Machine code may have returned from as many calls as the depth allows, without a poll.
        if self.context.stack.top().pc.is_null() || self.context.fuel.slice == 0 || self.is_interrupted() {
            return core::ptr::null();
        }
        let Some(target) = self.native_target() else { return core::ptr::null() };
        self.note_use();
        self.begin_native();
        target
    }

    fn unexpected(&mut self, word: u32) -> *const u8 {
        if let Some(closure) = self.context.stack.top().closure() {
            let exits = closure.function.exits_left();
            exits.set(exits.get().saturating_sub(1));
            self.learn(word);
        }
        self.step(word, false, None)
    }

    /// Notes the unexpected operands of the instruction at `word`: their kinds, or for ints that the result is no
    /// int.
    fn learn(&mut self, word: u32) {
        self.context.stack.top_mut().pc = self.pc_of(word);
        self.record();
        let Some(function) = self.context.stack.top().closure().map(|closure| closure.function) else {
            return;
        };
        let only_ints = function
            .native
            .feedback
            .borrow()
            .as_ref()
            .is_some_and(|feedback| feedback.any_operand(word).only(Kinds::INT));
        if only_ints {
            self.see_double();
        }
    }

    /// Notes doubles for the next instruction, whose int result overflows: samples see its int operands only. True if
    /// the kind is new.
    fn see_double(&mut self) -> bool {
        let frame = self.context.stack.top();
        let Some(function) = frame.closure().map(|closure| closure.function) else { return false };
        let at = function.word_index(frame.pc);
        let mut feedback = function.native.feedback.borrow_mut();
        feedback
            .as_mut()
            .is_some_and(|feedback| feedback.see_operand(at, SampledOperand::FIRST, Kinds::DOUBLE))
    }

    /// Drops the code of a running function without exits left, and samples from the current frame.
    fn reconsider(&mut self, function: Gc<Function>) -> *const u8 {
        function.allow_more_exits();
        self.give_up_code(function);
        // The sample may end the run: `stop` says so.
        let _ = self.sample_once();
        self.exit()
    }

    /// `callee` is none if the value called is the closure: it is in the window then.
    fn deopt_inlined(
        &mut self,
        next: u32,
        window: usize,
        callee: Option<Gc<Closure>>,
        word: u32,
    ) -> *const u8 {
        self.context.stack.check();
        self.context.stack.check_below(self.native.entered);
        let Some(callee) = callee.or_else(|| self.register(window).as_object()) else {
            debug_assert!(false, "an inlined callee does not write its register 0");
            let _ = self.raise(Fault::Bytecode);
            return self.exit();
        };
        let Some(caller) = self.context.stack.top().closure().map(|closure| closure.function) else {
            return self.exit();
        };
        let depth = self.context.stack.depth();
        self.context.stack.top_mut().pc = self.pc_of(next);
        // There is room, which machine code made sure of, and the call is charged for.
        if let Err(error) = self.context.stack.push(callee, window) {
            let _ = self.raise(error.into());
            return self.exit();
        }
        self.context.stack.top_mut().pc = self.pc_of(word);
        let exits = caller.exits_left();
        if exits.get() == 0 {
            // Without a new kind, recompiled code would exit as often.
            if !self.see_double()
                && let Some(feedback) = caller.native.feedback.borrow_mut().as_mut()
            {
                feedback.give_up_inlining(next);
            }
            return self.reconsider(caller);
        }
        exits.set(exits.get() - 1);
        self.native.moved = Moved::No;
        // No jumps and no calls, so it is not far.
        while self.context.stack.depth() != depth {
            if self.execute(self.context.stack.top().pc) == Flow::Stop || self.native.moved != Moved::No {
                return self.exit();
            }
        }
        self.before_native();
        core::ptr::null()
    }

    fn concat_from_native(&mut self, next: u32, dst: usize, lhs: Value, rhs: Value) -> *const u8 {
        self.context.stack.top_mut().pc = self.pc_of(next);
        self.native.moved = Moved::No;
        let depth = self.context.stack.depth();
        match self.add_values(dst, lhs, rhs) {
            // A method may have been called, which ends the instruction.
            Ok(()) if self.native.moved != Moved::No || self.context.stack.depth() != depth => self.exit(),
            Ok(()) => core::ptr::null(),
            Err(fault) => {
                let _ = self.raise(fault);
                self.exit()
            }
        }
    }

    fn call_from_native(&mut self, next: u32, call: impl FnOnce(&mut Vm) -> Flow) -> *const u8 {
        self.context.stack.check();
        self.context.stack.check_below(self.native.entered);
        let pc = self.pc_of(next);
        let depth = self.context.stack.depth();
        self.native.moved = Moved::No;
        self.context.stack.top_mut().pc = pc;
        if self.context.fuel.slice == 0 {
            self.renew_slice_early();
        }
        if call(self) == Flow::Stop && !matches!(self.stop, Stop::Switch) || self.native.moved != Moved::No {
            return self.exit();
        }
        let now = self.context.stack.depth();
        let target = match self.context.stack.top().closure() {
            // A call that found its slice empty is not made yet: its record says that it is next.
            _ if now == depth && self.context.stack.top().pc == pc => core::ptr::null(),
            Some(callee) if now == depth + 1 && now < self.native.limit => callee.function.native.entry.get(),
            _ => return self.exit(),
        };
        self.before_native();
        target
    }
}

/// # Safety
/// Of all functions below but leaves: `vm` is the VM whose machine code calls, with its current frame's record and its
/// fuel written back; words are those of instructions of that frame's function.
unsafe extern "C" fn step(vm: *mut Vm, word: u32) -> *const u8 {
    // SAFETY: no other reference to the VM exists while machine code calls.
    unsafe { (*vm).step(word, true, None) }
}

/// # Safety
/// As for `step`; `target` is a word of the function, too.
unsafe extern "C" fn step_jump(vm: *mut Vm, word: u32, target: u32) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).step(word, true, Some(target)) }
}

/// # Safety
/// As for `step`.
unsafe extern "C" fn step_on(vm: *mut Vm, word: u32) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).step(word, false, None) }
}

/// # Safety
/// As for `step`.
unsafe extern "C" fn unexpected(vm: *mut Vm, word: u32) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).unexpected(word) }
}

/// # Safety
/// As for `step`.
unsafe extern "C" fn call(vm: *mut Vm, next: u32, argc: u32, window: u32) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).call_from_native(next, |vm| vm.call(argc as u8, window as usize)) }
}

/// # Safety
/// As for `step`; `site` is the instruction's.
unsafe extern "C" fn invoke(
    vm: *mut Vm,
    next: u32,
    argc: u32,
    window: u32,
    site: *const InlineCache,
) -> *const u8 {
    // SAFETY: as above; the function, which a frame keeps alive, owns the site.
    unsafe { (*vm).call_from_native(next, |vm| vm.invoke(argc as u8, window as usize, &*site)) }
}

/// # Safety
/// As for `invoke`.
unsafe extern "C" fn super_invoke(
    vm: *mut Vm,
    next: u32,
    argc: u32,
    window: u32,
    site: *const InlineCache,
) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).call_from_native(next, |vm| vm.super_invoke(argc as u8, window as usize, &*site)) }
}

/// # Safety
/// As for `step`; `closure` is a root of the running code, or null if the window's first register
/// holds one; `word` is that of one of its function's instructions.
unsafe extern "C" fn deopt_inlined(
    vm: *mut Vm,
    next: u32,
    window: u32,
    closure: *mut Closure,
    word: u32,
) -> *const u8 {
    // SAFETY: as above; the code, which is not given up, keeps the closure alive.
    unsafe {
        let closure = NonNull::new(closure).map(|closure| Gc::from_raw(closure));
        (*vm).deopt_inlined(next, window as usize, closure, word)
    }
}

/// # Safety
/// As for `step`; `lhs` and `rhs` are values in registers of the frame, and `dst` is one of its registers.
unsafe extern "C" fn concat(vm: *mut Vm, next: u32, dst: u32, lhs: Value, rhs: Value) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).concat_from_native(next, dst as usize, lhs, rhs) }
}

/// # Safety
/// `vm` is the VM whose machine code calls; `object` is a live object.
unsafe extern "C" fn remember(vm: *mut Vm, object: *mut Header) {
    // SAFETY: as above.
    unsafe { (*vm).context.heap.barrier(Gc::from_raw(NonNull::new_unchecked(object))) }
}

/// # Safety
/// `vm` is the VM whose machine code calls; `items` are the live items of a list.
unsafe extern "C" fn remember_item(vm: *mut Vm, items: *mut Header, value: Value) {
    // SAFETY: as above.
    unsafe {
        let items = Gc::<Items>::from_raw(NonNull::new_unchecked(items.cast()));
        (*vm).context.heap.part_barrier(items, value);
    }
}

/// # Safety
/// `vm` is the VM whose machine code calls.
unsafe extern "C" fn item(vm: *mut Vm, object: Value, index: Value) -> Value {
    // SAFETY: no other reference to the VM exists while machine code calls.
    unsafe { (*vm).look_at_item(object, index).unwrap_or(Value::UNDEFINED) }
}

/// # Safety
/// As for `item`; the site is of a function that a frame keeps alive.
unsafe extern "C" fn look(
    vm: *mut Vm,
    site: *const InlineCache,
    receiver: Value,
    argument: Value,
    argc: u32,
) -> Value {
    // SAFETY: as above.
    let value = unsafe { (*vm).look_by_site(&*site, receiver, argument, argc as u8) };
    value.unwrap_or(Value::UNDEFINED)
}

/// # Safety
/// As for `item`.
unsafe extern "C" fn set_item(vm: *mut Vm, object: Value, index: Value, value: Value) -> u64 {
    // SAFETY: as above.
    unsafe { u64::from((*vm).replace_item(object, index, value)) }
}

/// # Safety
/// As for `step`.
unsafe extern "C" fn returned(vm: *mut Vm) -> *const u8 {
    // SAFETY: as above.
    unsafe { (*vm).returned() }
}

/// # Safety
/// As for `step`.
unsafe extern "C" fn next_item(vm: *mut Vm, iter: u32, with_key: u32) -> u64 {
    // SAFETY: as above.
    unsafe { (*vm).look_at_next(iter as usize, with_key != 0) }
}

/// # Safety
/// None: it is a function of the table.
unsafe extern "C" fn quotient(_: *mut Vm, lhs: Value, rhs: Value) -> Value {
    of_numbers(lhs, rhs, floor_div)
}

/// # Safety
/// None: it is a function of the table.
unsafe extern "C" fn rest(_: *mut Vm, lhs: Value, rhs: Value) -> Value {
    of_numbers(lhs, rhs, floor_mod)
}

fn of_numbers(lhs: Value, rhs: Value, op: impl Fn(f64, f64) -> f64) -> Value {
    match (lhs.to_f64(), rhs.to_f64()) {
        (Some(lhs), Some(rhs)) => Value::number(op(lhs, rhs)),
        (None, _) | (_, None) => Value::UNDEFINED,
    }
}
