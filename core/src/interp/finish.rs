//! Instructions that a script ends: what an instruction cannot do at once, a function of the library does.
//!
//! ```text
//!   caller     jump.eq r1, r2 ──> two lists
//!   finish_2   its registers: words of the instruction, function, two operands
//!                call 2, r1 ──> lists_equal
//!                finish r1  ──> the caller's instruction has its value: it writes, prints, jumps
//! ```
//!
//! The frame of `finish_2` lies past the registers of the caller, so that no register of the caller changes meanwhile. All
//! is ordinary code: it costs fuel, may stop between any two instructions, and nests as calls do.

use super::machine::Flow;
use super::{Fault, Vm};
use crate::bytecode::{Insn, Op};
use crate::value::Value;

impl Vm {
    /// Calls a function of the library to end the current instruction, of `words` words, which the frame's pc is past. A
    /// safepoint: the arguments are in registers.
    pub(super) fn finish_by(
        &mut self,
        function: &'static str,
        args: &[Value],
        words: usize,
    ) -> Result<(), Fault> {
        let callee = self.scripted_function(function)?;
        let finisher = self.scripted_function(if args.len() == 1 { "finish_1" } else { "finish_2" })?;
        let caller = self.context.stack.top().closure().ok_or(Fault::Bytecode)?;
        let win = caller.function.registers as usize;
        self.with_stack(Some(callee.value()), |stack| stack.push(finisher, win))?;
        self.context.stack.set_first(Value::int(words as i32));
        self.set_register(1, callee.value());
        for (index, &arg) in args.iter().enumerate() {
            self.set_register(2 + index, arg);
        }
        Ok(())
    }

    /// `finish`: gives the caller's instruction its value.
    #[inline(never)]
    pub(super) fn finish(&mut self, value: Value) -> Flow {
        match self.finish_instruction(value) {
            Ok(flow) => flow,
            Err(fault) => self.raise(fault),
        }
    }

    /// Whether the caller's instruction, of `words` words, prints.
    fn prints(&self, words: usize) -> bool {
        let mut callers = self.context.stack.frames().skip(1);
        let caller = callers.next().and_then(|frame| Some((frame.closure()?.function, frame.pc)));
        caller.is_some_and(|(function, pc)| {
            let at = (function.word_index(pc) as usize).checked_sub(words);
            let op = at.and_then(|at| function.words().get(at)).and_then(|&word| Op::from_word(word));
            op == Some(Op::Print)
        })
    }

    fn finish_instruction(&mut self, value: Value) -> Result<Flow, Fault> {
        let words = self.register(0);
        // The verifier lets only the library have the instruction, whose functions are called here.
        let words = if words.is_int() { words.as_int() as usize } else { return Err(Fault::Bytecode) };
        if self.prints(words) {
            // `finish` has one word, too, and is the instruction that may stop and run again.
            self.print(value)?;
        }
        let left_mark = self.context.stack.pop_to_script();
        let frame = self.context.stack.top();
        let (pc, function) = (frame.pc, frame.closure().ok_or(Fault::Bytecode)?.function);
        let next = function.word_index(pc) as usize;
        let insn = next.checked_sub(words).and_then(|at| function.words().get(at..)).and_then(Insn::decode);
        let holds = !value.is_falsy();
        let (dst, value, jump) = match insn.ok_or(Fault::Bytecode)? {
            Insn::Eq { dst, .. } | Insn::In { dst, .. } => (Some(dst), Value::bool(holds), None),
            Insn::Ne { dst, .. } => (Some(dst), Value::bool(!holds), None),
            Insn::JumpEq { to, .. } | Insn::JumpEqLit { to, .. } => (None, value, holds.then_some(to)),
            Insn::JumpNe { to, .. } | Insn::JumpNeLit { to, .. } => (None, value, (!holds).then_some(to)),
            Insn::Print { .. } => (None, value, None),
            Insn::Concat { first, count, .. } => {
                // The instruction runs again, with the text in place of the value.
                let row = usize::from(first.0)..usize::from(first.0) + count.0 as usize;
                let part = self.part_to_convert(row).ok_or(Fault::Bytecode)?;
                self.set_register(part, value);
                self.rewind(words);
                return Ok(if left_mark { self.poll() } else { Flow::Reload });
            }
            Insn::Format { src, .. } => {
                // As above; the compiler has copied the value of a variable.
                self.set_register(usize::from(src.0), value);
                self.rewind(words);
                return Ok(if left_mark { self.poll() } else { Flow::Reload });
            }
            _ => return Err(Fault::Bytecode),
        };
        if let Some(dst) = dst {
            self.set_register(usize::from(dst.0), value);
        }
        if let Some(to) = jump {
            self.context.stack.top_mut().pc = pc.wrapping_add(to.0 as usize);
        }
        Ok(if left_mark { self.poll() } else { Flow::Reload })
    }
}
