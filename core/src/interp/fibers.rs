//! Fibers at work: they begin, go on, yield and end.
//!
//! ```text
//!   resume f, v    the stack of f for that of the resumer, which waits
//!                     │
//!   yield w   ────────┤  the resumer's stack again: its instruction gets w and ends
//!   return w  ────────┤
//!   an error  ────────┘  the resumer's stack again: the error is thrown there
//! ```
//!
//! The instruction that waits is `resume`, or the end of a turn of a loop over the fiber. No native stack holds a fiber: machine
//! code is entered anew at every switch, without a return to the VM.

use super::finish::{Ending, instruction_before};
use super::machine::Flow;
use super::native::CALL;
use super::scripted::Helper;
use super::stop::Stop;
use super::{Fault, Vm};
use crate::bytecode::{Insn, Op};
use crate::object::stack::{Frame, Stack};
use crate::object::{BoundMethod, BuiltinClass, Callable, Closure, Fiber, FiberState, Gc};
use crate::value::Value;

/// The functions that call another one with as many arguments.
const STARTERS: [Helper; 2] = [Helper::Start0, Helper::Start1];

/// A call among all that are active.
#[derive(Clone, Copy)]
pub(super) struct ActiveCall {
    /// Fibers above its stack, which it waits for.
    pub(super) fibers: usize,
    /// Its depth on its stack.
    pub(super) depth: usize,
    pub(super) frame: Frame,
}

impl Vm {
    /// The calls that are active, innermost first: those of the fiber that runs, of the one that resumed it, and so on.
    pub(super) fn active_calls(&self) -> impl Iterator<Item = ActiveCall> {
        let depth = self.context.stack.depth();
        let running = self.context.stack.frames().zip((1..=depth).rev());
        let running = running.map(|(frame, depth)| ActiveCall { fibers: 0, depth, frame });
        let waiting = Gc::and_resumers(self.fiber).enumerate().flat_map(|(above, fiber)| {
            let depth = fiber.with_stack(|stack| stack.as_ref().map_or(0, Stack::depth));
            (1..=depth).rev().filter_map(move |depth| {
                let frame = fiber.with_stack(|stack| stack.as_ref()?.call_at(depth))?;
                Some(ActiveCall { fibers: above + 1, depth, frame })
            })
        });
        running.chain(waiting)
    }

    /// A fiber for a function of the script or the host, which has at most one parameter. A safepoint: the function is in a
    /// register.
    pub(crate) fn make_fiber(&mut self, function: Value) -> Result<Gc<Fiber>, Fault> {
        let wanted = |has_type: bool| Fault::Argument {
            name: "Fiber",
            wanted: "a function of at most one parameter",
            found: function,
            has_type,
        };
        let arity = Callable::of(function).and_then(Callable::takes).ok_or(wanted(false))?;
        if !arity.accepts_count(0) && !arity.accepts_count(1) {
            return Err(wanted(true));
        }
        Ok(self.make(Fiber::new(function))?)
    }

    /// `resume`: the fiber goes on, and the current instruction, of `words` words, waits for it. A safepoint: the operands are in
    /// registers.
    #[inline(never)]
    pub(super) fn resume(&mut self, fiber: Value, value: Value, words: usize) -> Flow {
        let result = match fiber.as_object::<Fiber>() {
            Some(fiber) => self.resume_fiber(fiber, value, words),
            None => Err(Fault::Bytecode),
        };
        match result {
            Ok(flow) => flow,
            Err(fault) => self.raise(fault),
        }
    }

    /// `resume.next`: as `resume`, but a fiber that is done gives `Stop`.
    #[inline(never)]
    pub(super) fn resume_next(&mut self, dst: usize, fiber: Value, value: Value) -> Flow {
        if fiber.as_object::<Fiber>().is_some_and(|fiber| fiber.state.get() == FiberState::Done) {
            self.set_register(dst, self.stop_value());
            return Flow::Reload;
        }
        self.resume(fiber, value, Op::ResumeNext.words())
    }

    /// Lets a fiber go on, for which the current instruction waits. A safepoint.
    pub(super) fn resume_fiber(
        &mut self,
        fiber: Gc<Fiber>,
        value: Value,
        words: usize,
    ) -> Result<Flow, Fault> {
        let state = fiber.state.get();
        match state {
            FiberState::New => self.begin_fiber(fiber)?,
            FiberState::Suspended => {}
            FiberState::Running | FiberState::Waiting | FiberState::Done | FiberState::Failed => {
                return Err(Fault::Resume(state));
            }
        }
        let below = &self.context.stack;
        fiber.with_stack(|stack| {
            stack.as_mut().ok_or(Fault::Bytecode)?.go_on_above(below).map_err(Fault::from)
        })?;
        if let Some(resumer) = self.fiber {
            resumer.state.set(FiberState::Waiting);
        }
        self.exchange_stack(fiber);
        fiber.resumer.set(self.fiber.replace(fiber));
        fiber.state.set(FiberState::Running);
        fiber.words.set(words as u8);
        self.context.heap.barrier(fiber);
        self.native.switch();
        if state == FiberState::New {
            return Ok(self.enter_fiber(value));
        }
        // The instruction before the pc is the `yield` that waits for the value.
        let yielded = instruction_before(self.context.stack.top(), Op::Yield.words());
        if let Some((_, Insn::Yield { dst, .. })) = yielded {
            self.set_register(usize::from(dst.0), value);
        }
        Ok(Flow::Reload)
    }

    /// Makes the stack of a fiber, with a call of its function. A safepoint.
    fn begin_fiber(&mut self, fiber: Gc<Fiber>) -> Result<(), Fault> {
        let function = fiber.value.get();
        let direct = direct_call(function);
        let starter = match direct {
            Some(closure) => closure,
            None => {
                let takes = Callable::of(function)
                    .and_then(Callable::takes)
                    .is_some_and(|arity| arity.accepts_count(1));
                self.helper(STARTERS[usize::from(takes)])?
            }
        };
        // Before there is any need for it, where nothing can be allocated.
        self.type_object(BuiltinClass::Stop)?;
        let registers = starter.function.registers as usize;
        let bytes = Stack::bytes_of_small(registers);
        // The blocks are the collector's concern as objects are.
        self.with_collector(bytes, |_| ());
        let mut stack = self.retry_after_gc(Some(starter.value()), |vm| Stack::small(&vm.mem, registers))?;
        stack.widen(registers);
        stack.push(starter, 0)?;
        let first = match (direct, function.as_object::<BoundMethod>()) {
            (Some(_), Some(bound)) => bound.receiver,
            (Some(closure), None) => closure.value(),
            (None, _) => starter.value(),
        };
        stack.set_first(first);
        fiber.with_stack(|place| *place = Some(stack));
        Ok(())
    }

    /// The first call of a fiber gets its arguments.
    fn enter_fiber(&mut self, value: Value) -> Flow {
        let Some(fiber) = self.fiber else { return Flow::Reload };
        let function = fiber.value.replace(Value::NIL);
        let Some(closure) = self.context.stack.top().closure() else { return Flow::Reload };
        let mut next = 1;
        if direct_call(function) != Some(closure) {
            self.set_register(next, function);
            next += 1;
        }
        if usize::from(closure.function.fixed) >= next {
            self.set_register(next, value);
        }
        if closure.function.data_header().count(CALL) { self.hot() } else { Flow::Reload }
    }

    /// `yield`: the fiber stands still, and the resumer's instruction gets the value.
    #[inline(never)]
    pub(super) fn yield_value(&mut self, value: Value) -> Flow {
        let result = if self.fiber.is_some() && self.context.stack.host_calls() != 0 {
            Err(Fault::YieldAcrossHost)
        } else {
            let left = self.leave_fiber(FiberState::Suspended, Value::NIL).ok_or(Fault::YieldOutside);
            left.and_then(|fiber| self.end_waiting(fiber, value, false))
        };
        match result {
            Ok(flow) => flow,
            Err(fault) => self.raise(fault),
        }
    }

    /// A call has returned that no script's call waits for, and has left its value in register 0: the script has ended, or a
    /// script that a function of the host called, or the fiber that runs.
    pub(super) fn end_of_stack(&mut self) -> Flow {
        if self.fiber.is_none() || self.context.stack.top().callee.is_host() {
            self.stop = Stop::Done;
            return Flow::Stop;
        }
        let value = self.context.stack.first();
        let ended = self.leave_fiber(FiberState::Done, Value::NIL).ok_or(Fault::Bytecode);
        match ended.and_then(|fiber| self.end_waiting(fiber, value, true)) {
            Ok(flow) => flow,
            Err(fault) => self.raise(fault),
        }
    }

    /// Ends fibers from the one that runs on, because of an error.
    pub(super) fn fail_fibers(&mut self, count: usize, error: Value) {
        for _ in 0..count {
            self.leave_fiber(FiberState::Failed, error);
        }
    }

    /// Another script begins: fibers that an error or the host has stopped fail.
    pub(super) fn forget_fibers(&mut self) {
        while self.fiber.is_some() {
            self.leave_fiber(FiberState::Failed, Value::NIL);
        }
    }

    /// The fiber that runs stands still or has ended, and the one that resumed it runs. Returns the first; none if the main
    /// script runs.
    fn leave_fiber(&mut self, state: FiberState, value: Value) -> Option<Gc<Fiber>> {
        let fiber = self.fiber?;
        // It is no root any more.
        self.context.stack.forget_scanned();
        self.exchange_stack(fiber);
        self.fiber = fiber.resumer.take();
        if let Some(resumer) = self.fiber {
            resumer.state.set(FiberState::Running);
        }
        fiber.state.set(state);
        fiber.value.set(value);
        if state != FiberState::Suspended {
            fiber.with_stack(|stack| *stack = None);
        }
        self.context.heap.barrier(fiber);
        self.native.switch();
        Some(fiber)
    }

    fn exchange_stack(&mut self, fiber: Gc<Fiber>) {
        let running = &mut self.context.stack;
        fiber.with_stack(|stack| {
            if let Some(stack) = stack {
                core::mem::swap(stack, running);
                // Functions may have been loaded meanwhile.
                running.widen_as(stack);
            }
        });
    }

    /// The instruction that waited for a fiber gets what that yielded, or with `is_end` what it returned.
    fn end_waiting(&mut self, fiber: Gc<Fiber>, value: Value, is_end: bool) -> Result<Flow, Fault> {
        let words = usize::from(fiber.words.get());
        let (function, insn) = instruction_before(self.context.stack.top(), words).ok_or(Fault::Bytecode)?;
        let ending = match insn {
            Insn::Resume { dst, .. } => Ending::Write(dst, value),
            Insn::ResumeNext { dst, .. } if is_end => Ending::Write(dst, self.stop_value()),
            Insn::ResumeNext { dst, .. } => Ending::Write(dst, value),
            _ if is_end => Ending::Nothing,
            insn => Ending::of(insn, value)?,
        };
        self.end_instruction(function, insn, ending, words)
    }
}

/// The closure with which a fiber of this function begins, if it begins with no other one.
fn direct_call(function: Value) -> Option<Gc<Closure>> {
    let bound = || function.as_object::<BoundMethod>()?.method.as_closure();
    let closure = function.as_object::<Closure>().or_else(bound)?;
    (!closure.function.rest && closure.function.fixed <= 1).then_some(closure)
}
