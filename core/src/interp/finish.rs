//! Instructions that a script ends: what an instruction cannot do at once, a function does, of the library or of a class that
//! defines the operator.
//!
//! ```text
//!   caller     jump.eq r1, r2 ──> two lists
//!   finish_2   its registers: words of the instruction, function, two operands
//!                call 2, r1 ──> lists_equal
//!                finish r1  ──> the caller's instruction has its value: it writes, prints, jumps
//! ```
//!
//! The frame of `finish_2` lies past the registers of the caller, so that no register of the caller changes meanwhile. All
//! is ordinary code: it costs fuel, may stop between any two instructions, and nests as calls do. A back-edge that ends so costs
//! nothing more than the call.

use super::machine::Flow;
use super::native::ITERATION;
use super::scripted::Helper;
use super::types::is_stop;
use super::{Fault, Vm};
use crate::bytecode::Insn;
use crate::bytecode::operand::{Dst, Name32, Win};
use crate::object::stack::Frame;
use crate::object::{BoundMethod, Function, Gc, List};
use crate::value::Value;

/// The functions that call another one with as many arguments.
const FINISHERS: [Helper; 4] = [Helper::Finish0, Helper::Finish1, Helper::Finish2, Helper::Finish3];

/// What the value of a function means to the instruction that it ends.
#[derive(Clone, Copy)]
pub(super) enum Ending {
    /// A register gets it.
    Write(Dst, Value),
    /// The instruction jumps by so many words, or does not.
    Jump(Option<i32>),
    /// The instruction goes back by so many words, or does not; before, a register may get a value.
    Back(Option<(Dst, Value)>, Option<i32>),
    /// The instruction runs again, with the value in place of an operand that it stands for.
    Again(Value),
    /// The instruction runs again, and calls the value with the arguments in this window.
    Call(Win, Value),
    /// A class gets a static field of this name.
    Static(Name32, Value),
    /// The value is a text to print.
    Print(Value),
    /// A loop goes over the items of the value, whose state begins at the register.
    Iterate(usize, Value),
    /// A loop goes back by so many words with this item, to which it may want a key.
    Item { iter: usize, with_key: bool, item: Value, to: i32 },
    /// Nothing.
    Nothing,
}

impl Vm {
    /// Calls a function of the library to end the current instruction, of `words` words, which the frame's pc is past. A
    /// safepoint: the arguments are in registers.
    pub(super) fn finish_by(&mut self, function: Helper, args: &[Value], words: usize) -> Result<(), Fault> {
        let callee = self.helper(function)?;
        self.finish_by_value(callee.value(), args, words)
    }

    /// The same with any function. A safepoint: the arguments are in registers, the function need not be.
    pub(super) fn finish_by_value(
        &mut self,
        callee: Value,
        args: &[Value],
        words: usize,
    ) -> Result<(), Fault> {
        let finisher = *FINISHERS.get(args.len()).ok_or(Fault::Bytecode)?;
        self.finish_in(finisher, callee, args, words)
    }

    /// Calls a function of the library that calls `callee`, and ends the current instruction. A safepoint, as above.
    pub(super) fn finish_in(
        &mut self,
        finisher: Helper,
        callee: Value,
        args: &[Value],
        words: usize,
    ) -> Result<(), Fault> {
        self.scope(|vm, scope| {
            scope.keep(callee)?;
            let finisher = vm.helper(finisher)?;
            let caller = vm.context.stack.top().closure().ok_or(Fault::Bytecode)?;
            let win = caller.function.registers as usize;
            vm.with_stack(None, |stack| stack.push(finisher, win))?;
            vm.context.stack.set_first(Value::int(words as i32));
            vm.set_register(1, callee);
            for (index, &arg) in args.iter().enumerate() {
                vm.set_register(2 + index, arg);
            }
            Ok(())
        })
    }

    /// `finish`: gives the caller's instruction its value.
    #[inline(never)]
    pub(super) fn finish(&mut self, value: Value) -> Flow {
        match self.finish_instruction(value) {
            Ok(flow) => flow,
            Err(fault) => self.raise(fault),
        }
    }

    fn finish_instruction(&mut self, value: Value) -> Result<Flow, Fault> {
        let words = self.register(0);
        // The verifier lets only the library have the instruction, whose functions are called here.
        let words = if words.is_int() { words.as_int() as usize } else { return Err(Fault::Bytecode) };
        let caller = self.context.stack.frames().nth(1).ok_or(Fault::Bytecode)?;
        let (function, insn) = instruction_before(&caller, words).ok_or(Fault::Bytecode)?;
        let ending = Ending::of(insn, value)?;
        // What allocates comes before the frame goes: `finish` has one word, and may stop and run again.
        let read = self.prepare_ending(function, ending)?;
        let left_mark = self.context.stack.pop_to_script();
        if let Ending::Call(win, _) = ending {
            self.set_register(usize::from(win.0), read);
        }
        let flow = self.end_instruction(function, insn, ending, words)?;
        // An interrupt stops the script wherever it goes on.
        Ok(if left_mark && self.poll() == Flow::Stop { Flow::Stop } else { flow })
    }

    /// The current function's instruction, of `words` words, which the frame's pc is past, ends.
    pub(super) fn end_instruction(
        &mut self,
        function: Gc<Function>,
        insn: Insn,
        ending: Ending,
        words: usize,
    ) -> Result<Flow, Fault> {
        let mut back = None;
        match ending {
            Ending::Write(dst, value) => self.set_register(usize::from(dst.0), value),
            Ending::Jump(None) | Ending::Static(..) | Ending::Print(_) | Ending::Nothing => {}
            Ending::Jump(Some(to)) => self.jump_by(to),
            Ending::Back(written, to) => {
                if let Some((dst, value)) = written {
                    self.set_register(usize::from(dst.0), value);
                }
                back = to;
            }
            Ending::Item { iter, with_key, item, to } => {
                self.give_item(iter, with_key, item)?;
                back = Some(to);
            }
            Ending::Iterate(iter, value) => {
                self.set_register(iter, value);
                self.begin_state(iter)?;
            }
            Ending::Again(value) => {
                self.replace_by_text(insn, value)?;
                self.rewind(words);
            }
            Ending::Call(..) => self.rewind(words),
        }
        if let Some(to) = back {
            self.jump_by(to);
            if function.data_header().count(ITERATION) {
                return Ok(self.hot());
            }
        }
        Ok(Flow::Reload)
    }

    /// Moves the frame's pc by `words` words.
    fn jump_by(&mut self, words: i32) {
        let frame = self.context.stack.top_mut();
        frame.pc = frame.pc.wrapping_add(words as usize);
    }

    /// The part of an ending that allocates or writes, in the frame of the finisher. Returns what the window of a call gets.
    fn prepare_ending(&mut self, function: Gc<Function>, ending: Ending) -> Result<Value, Fault> {
        match ending {
            Ending::Print(text) => self.print(text)?,
            Ending::Call(_, value) => return Ok(self.make(BoundMethod::read(value))?.value()),
            Ending::Static(name, value) => {
                let name = function.consts().get(name.0 as usize).ok_or(Fault::Bytecode)?.get();
                // The function that is called is bound to the class.
                let bound = self.register(1).as_object::<BoundMethod>().ok_or(Fault::Bytecode)?;
                self.add_static_field(bound.receiver, name, value)?;
            }
            Ending::Nothing
            | Ending::Write(..)
            | Ending::Jump(_)
            | Ending::Back(..)
            | Ending::Iterate(..)
            | Ending::Item { .. }
            | Ending::Again(_) => {}
        }
        Ok(Value::NIL)
    }
}

/// The function of a frame, and its instruction of `words` words, which the frame's pc is past.
pub(super) fn instruction_before(frame: &Frame, words: usize) -> Option<(Gc<Function>, Insn)> {
    let function = frame.closure()?.function;
    let at = (function.word_index(frame.pc) as usize).checked_sub(words)?;
    Some((function, Insn::decode(function.words().get(at..)?)?))
}

impl Ending {
    /// What a value means to an instruction. `a <= b` is asked as `!(b < a)`, and `a >= b` as `!(a < b)`.
    pub(super) fn of(insn: Insn, value: Value) -> Result<Ending, Fault> {
        let holds = !value.is_falsy();
        let jump_if = |taken: bool, to: i32| Ok(Ending::Jump(taken.then_some(to)));
        match insn {
            Insn::Eq { dst, .. } | Insn::In { dst, .. } | Insn::Lt { dst, .. } => {
                Ok(Ending::Write(dst, Value::bool(holds)))
            }
            Insn::Ne { dst, .. } | Insn::Le { dst, .. } => Ok(Ending::Write(dst, Value::bool(!holds))),
            Insn::JumpEq { to, .. }
            | Insn::JumpEqLit { to, .. }
            | Insn::JumpLt { to, .. }
            | Insn::JumpLtN { to, .. }
            | Insn::JumpGtN { to, .. }
            | Insn::JumpNotLe { to, .. }
            | Insn::JumpNotLeN { to, .. }
            | Insn::JumpNotGeN { to, .. } => jump_if(holds, to.0),
            Insn::JumpNe { to, .. }
            | Insn::JumpNeLit { to, .. }
            | Insn::JumpNotLt { to, .. }
            | Insn::JumpNotLtN { to, .. }
            | Insn::JumpNotGtN { to, .. }
            | Insn::JumpLe { to, .. }
            | Insn::JumpLeN { to, .. }
            | Insn::JumpGeN { to, .. } => jump_if(!holds, to.0),
            Insn::LoopLt { to, .. } | Insn::LoopLtN { to, .. } => {
                Ok(Ending::Back(None, holds.then_some(to.0)))
            }
            Insn::LoopLe { to, .. } | Insn::LoopLeN { to, .. } => {
                Ok(Ending::Back(None, (!holds).then_some(to.0)))
            }
            Insn::AddLoopLt { var, to, .. }
            | Insn::AddLoopLe { var, to, .. }
            | Insn::AddLoopLtN { var, to, .. }
            | Insn::AddLoopLeN { var, to, .. } => {
                let step = value.as_object::<List>().ok_or(Fault::Bytecode)?;
                let (Some(sum), Some(holds)) = (step.get(0), step.get(1)) else {
                    return Err(Fault::Bytecode);
                };
                Ok(Ending::Back(Some((Dst(var.0), sum)), (!holds.is_falsy()).then_some(to.0)))
            }
            Insn::Add { dst, .. }
            | Insn::Sub { dst, .. }
            | Insn::Mul { dst, .. }
            | Insn::Div { dst, .. }
            | Insn::Mod { dst, .. }
            | Insn::FloorDiv { dst, .. }
            | Insn::Pow { dst, .. }
            | Insn::AddI { dst, .. }
            | Insn::SubI { dst, .. }
            | Insn::AddN { dst, .. }
            | Insn::SubN { dst, .. }
            | Insn::MulN { dst, .. }
            | Insn::DivN { dst, .. }
            | Insn::Neg { dst, .. }
            | Insn::GetIndex { dst, .. }
            | Insn::GetIndexI { dst, .. }
            | Insn::GetField { dst, .. }
            | Insn::GetSuper { dst, .. } => Ok(Ending::Write(dst, value)),
            Insn::Concat { .. } | Insn::Format { .. } => Ok(Ending::Again(value)),
            Insn::Invoke { win, .. } | Insn::InvokeList { win, .. } => Ok(Ending::Call(win, value)),
            Insn::SuperInvoke { win, .. } => Ok(Ending::Call(Win(win.0), value)),
            Insn::AddMethod { name, .. } => Ok(Ending::Static(name, value)),
            Insn::Print { .. } => Ok(Ending::Print(value)),
            Insn::SetField { .. } | Insn::SetIndex { .. } => Ok(Ending::Nothing),
            Insn::ForPrep { iter } => Ok(Ending::Iterate(usize::from(iter.0), value)),
            Insn::ForNext { .. } | Insn::ForNextKey { .. } if is_stop(value) => Ok(Ending::Nothing),
            Insn::ForNext { iter, to } => {
                Ok(Ending::Item { iter: usize::from(iter.0), with_key: false, item: value, to: to.0 })
            }
            Insn::ForNextKey { iter, to } => {
                Ok(Ending::Item { iter: usize::from(iter.0), with_key: true, item: value, to: to.0 })
            }
            _ => Err(Fault::Bytecode),
        }
    }
}
