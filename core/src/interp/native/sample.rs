//! Sampling: a few instructions recorded, then executed one by one.
//!
//! ```text
//!   dispatch ──slice of fuel used up──> next_slice ──> sample_if_due ──> dispatch
//!                                                            │
//!                               for each of some instructions: `record` what it meets, then `step_once`
//! ```

use super::Moved;
use super::step::step_once;
use crate::bytecode::{Effect, Insn, Op};
use crate::interp::Vm;
use crate::interp::machine::Flow;
use crate::object::{Callable, Class, Closure, Function, Gc, HostFunction, Kind};
use crate::object::{Kinds, Stage, Target};
use crate::tunable::tunable;
use crate::value::Value;

/// The least number of instructions in a sample that sees something new in every iteration.
const SAMPLE: usize = tunable(48, 6);
/// The most instructions in a sample, enough for a long iteration of a loop.
const LONGEST: usize = tunable(256, 24);

impl Vm {
    /// A sample, if one is due at the end of a slice.
    pub(in crate::interp) fn sample_if_due(&mut self) -> Flow {
        if self.native.samples.take(self.context.fuel.spent()) { self.sample_once() } else { Flow::Reload }
    }

    /// A sample, unless one is being taken.
    pub(super) fn sample_once(&mut self) -> Flow {
        if core::mem::replace(&mut self.native.sampling, true) {
            return Flow::Reload;
        }
        self.native.moved = Moved::Left;
        let flow = self.sample();
        self.native.sampling = false;
        flow
    }

    /// Records and executes some instructions, from the current frame's pc on. Ends when that pc is reached again, or
    /// the function is left, and nothing new was seen since; or when enough instructions were executed.
    #[inline(never)]
    fn sample(&mut self) -> Flow {
        let (start, depth) = (self.context.stack.top().pc, self.context.stack.depth());
        let mut news = true;
        for count in 0..LONGEST {
            if self.context.stack.top().pc == start || self.context.stack.depth() < depth {
                if count >= SAMPLE || !news {
                    break;
                }
                news = false;
            }
            news |= self.record();
            if step_once(self) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Reload
    }

    /// Records the kinds of operands and the callee of the next instruction. True if any of them is new.
    pub(super) fn record(&mut self) -> bool {
        let Some(closure) = self.context.stack.top().closure() else { return false };
        let function = closure.function;
        let at = function.word_index(self.context.stack.top().pc);
        let Some(words @ &[first, ..]) = function.words().get(at as usize..) else { return false };
        let Some(op) = Op::from_word(first) else { return false };
        let Some(mut feedback) = function.feedback() else { return false };
        feedback.see(at);
        let mut news = false;
        for (operand, row) in op.row().sampled() {
            let Some(register) = row.field.bits(words) else { continue };
            news |= feedback.see_operand(at, operand, kind_of(self.register(register as usize)));
        }
        let next = at + op.words() as u32;
        if let Some(target) = self.target_of(op, words, function)
            && let Ok(true) = feedback.see_call(next, target)
        {
            news = true;
            if let Some(object) = target.object() {
                self.context.heap.part_barrier(function, object);
            }
            let compiled = function.native.stage.get() == Stage::Compiled;
            let is_only = feedback.target(next).is_some();
            let inlines = target.function().is_some_and(|callee| self.native.inlines(callee.words()));
            if compiled && is_only && inlines && feedback.may_renew() {
                self.give_up_code(function);
            }
        }
        news
    }

    /// The target of an instruction, if it is a call.
    fn target_of(&self, op: Op, words: &[u32], function: Gc<Function>) -> Option<Target> {
        if !op.row().has(Effect::call) {
            return None;
        }
        let insn = Insn::decode(words)?;
        // The number of arguments is not known, so no code is made for one callee.
        if matches!(insn, Insn::CallList { .. } | Insn::InvokeList { .. }) {
            return None;
        }
        let found_by = self.register(insn.window()?.found_by() as usize);
        let Some(site) = insn.site() else {
            return Some(if let Some(closure) = found_by.as_object::<Closure>() {
                Target::closure(closure)
            } else if let Some(class) = found_by.as_object::<Class>() {
                Target::class(class.init.get())
            } else if let Some(function) = found_by.as_object::<HostFunction>() {
                Target::Host(Callable::host(function.entry))
            } else {
                Target::Other
            });
        };
        let shape = found_by.header()?.shape();
        let method = function.site(site.0 as usize)?.peek(shape)?.target()?;
        match method.as_closure() {
            Some(closure) => Some(Target::closure(closure)),
            None => method.is_host().then_some(Target::Host(method)),
        }
    }
}

fn kind_of(value: Value) -> Kinds {
    if value.is_int() {
        Kinds::INT
    } else if value.is_double() {
        Kinds::DOUBLE
    } else if value.kind() == Some(Kind::Str) {
        Kinds::STR
    } else {
        Kinds::OTHER
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytecode::OperandName;
    use crate::object::Feedback;
    use crate::platform::HostIo;
    use crate::testing::Nothing;
    use crate::testing::SYSTEM;
    use crate::{Dialect, Options};

    /// The functions of a script that has run to its end in small slices, outermost first.
    fn functions_after(source: &str) -> (Vm, std::vec::Vec<Gc<Function>>) {
        let mut vm = Vm::new(SYSTEM, Options::default()).unwrap();
        let script = vm.load(source, Dialect::Lox).unwrap();
        let main = vm.scripts[0].as_object::<Closure>().unwrap().function;
        let mut functions = std::vec![main];
        functions.extend(main.consts().iter().filter_map(|value| value.get().as_object::<Function>()));
        vm.start(script).unwrap();
        while let crate::Outcome::OutOfFuel =
            vm.run(Some(100), &mut HostIo::new(&mut Nothing).clock(&Nothing))
        {}
        (vm, functions)
    }

    /// The words at which instructions with this opcode begin.
    fn find_all(function: Gc<Function>, op: Op) -> std::vec::Vec<u32> {
        let (mut at, mut all) = (0, std::vec::Vec::new());
        while at < function.words().len() {
            let found = Op::from_word(function.words()[at]).unwrap();
            if found == op {
                all.push(at as u32);
            }
            at += found.words();
        }
        all
    }

    /// The first word at which an instruction with this opcode begins.
    fn find(function: Gc<Function>, op: Op) -> u32 {
        find_all(function, op)[0]
    }

    #[test]
    fn operands_callees_and_turns_are_seen() {
        let (_vm, functions) = functions_after(
            "fun add(a, b) { return a + b; }
             fun one() { return 1; } fun two() { return 2; }
             fun main() {
                 var f = one; var s = \"\"; var sum = 0;
                 for (var i = 0; i < 5000; i = i + 1) {
                     sum = add(sum, i) + 0.5; s = add(\"a\", \"b\"); f();
                     if (f == one) f = two; else f = one;
                 }
             }
             main();",
        );
        let [_, add, one, _, main] = functions[..] else { panic!("{}", functions.len()) };
        let feedback = add.native.feedback.borrow();
        let seen = feedback.as_ref().unwrap();
        let at = find(add, Op::Add);
        let operand = |operand| seen.operand(at, Op::Add.row().sampled_operand(operand).unwrap());
        assert_eq!(operand(OperandName::lhs), Kinds(Kinds::INT.0 | Kinds::DOUBLE.0 | Kinds::STR.0));
        assert_eq!(operand(OperandName::rhs), Kinds(Kinds::INT.0 | Kinds::STR.0));

        let feedback = main.native.feedback.borrow();
        let seen = feedback.as_ref().unwrap();
        let callee = |&at: &u32| seen.target(at + 1).and_then(|(target, _)| target.function());
        let callees: std::vec::Vec<_> = find_all(main, Op::Call).iter().map(callee).collect();
        assert_eq!(callees, [Some(add), Some(add), None]);
        let hotness = |function: Gc<Function>| crate::object::NEVER - function.hotness().get();
        assert!(hotness(add) > 9000 && hotness(one) > 2000, "{} {}", hotness(add), hotness(one));
    }

    /// The feedback of a call has up to four targets, and says that there are others only if there are.
    #[test]
    fn four_targets_of_a_call_are_told_apart() {
        let source = "fun a() {} fun b() {} fun c() {} fun d() {} fun e() {} fun f() {}";
        let (mut vm, functions) = functions_after(source);
        let mut feedback = Feedback::new(vm.mem(), functions[0].word_count(), true).unwrap();
        let targets: std::vec::Vec<_> = functions[1..]
            .iter()
            .map(|&function| Target::closure(vm.make_closure(function).unwrap()))
            .collect();
        for round in 0..2 {
            for &target in &targets[..4] {
                assert_eq!(feedback.see_call(7, target), Ok(round == 0));
                assert_eq!(feedback.see_call(9, targets[0]), Ok(round == 0 && target == targets[0]));
            }
            assert!(feedback.targets(7).eq(targets[..4].iter().rev().copied()));
        }
        for &target in &targets[4..] {
            assert_eq!(feedback.see_call(7, target), Ok(target == targets[4]));
        }
        let others = core::iter::once(Target::Other).chain(targets[..4].iter().rev().copied());
        assert!(feedback.targets(7).eq(others));
        assert_eq!((feedback.target(7), feedback.target(8)), (None, None));
        assert_eq!(feedback.target(9), Some((targets[0], true)));
    }

    /// What feedback says of blocks takes a byte for each word, which stays where it is.
    #[test]
    fn what_ran_takes_a_byte_for_each_word() {
        let (vm, functions) = functions_after("fun f() {}");
        let words = functions[0].word_count() + 100;
        let used = |covers| {
            let before = vm.mem().usage().used;
            let feedback = Feedback::new(vm.mem(), words, covers).unwrap();
            (vm.mem().usage().used - before, feedback)
        };
        let ((without, blind), (with, feedback)) = (used(false), used(true));
        assert_eq!(with - without, words);
        let place = feedback.unseen(7).map(core::ptr::from_ref);
        feedback.see(7);
        assert!(feedback.unseen(7).is_none() && feedback.unseen(words as u32).is_none());
        assert_eq!(feedback.unseen(8).map(core::ptr::from_ref), place.map(|place| place.wrapping_add(1)));
        blind.see(7);
        assert!((0..words as u32).all(|at| blind.unseen(at).is_none()));
    }

    /// Feedback has a limit on the number of calls, because it is moved and scanned in one step.
    #[test]
    fn few_of_very_many_calls_are_noted() {
        let (mut vm, functions) = functions_after("fun f() {} f();");
        let callee = vm.make_closure(functions[1]).unwrap();
        let mut feedback = Feedback::new(vm.mem(), functions[0].word_count(), true).unwrap();
        let news = (0..100_000)
            .rev()
            .filter(|&next| feedback.see_call(next, Target::closure(callee)).unwrap())
            .count();
        assert!((1..5000).contains(&news), "{news}");
        assert_eq!(feedback.objects().count(), news);
        assert_eq!(feedback.target(99_999), Some((Target::Closure(callee), true)));
    }
}
