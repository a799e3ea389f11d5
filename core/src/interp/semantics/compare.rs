//! Orderings, jumps on them, and back-edges.

use crate::bytecode::operand::{Dst, Src, Var};
use crate::interp::TypeFault;
use crate::interp::machine::{Flow, Machine};
use crate::interp::native::ITERATION;
use crate::interp::scripted::Helper;
use crate::interp::semantics::arith::{Add, NumOp, Source};
use crate::interp::{Fault, Vm};
use crate::operator::Operator;
use crate::value::Value;

const NOT_NUMBERS: Fault = Fault::Type(TypeFault::Numbers);

/// An ordering of numbers, false if either is NaN, and of strings.
pub(in crate::interp) trait Ordering {
    fn int(lhs: i32, rhs: i32) -> bool;
    fn double(lhs: f64, rhs: f64) -> bool;
    /// Whether strings that compare so have the order.
    fn admits(ordering: core::cmp::Ordering) -> bool;
    /// Whether the method `operator <` is asked of the right operand about the left one.
    const SWAPS: bool;
}

macro_rules! orderings {
    ($($name:ident $op:tt $admits:ident $swaps:literal;)*) => {$(
        pub(in crate::interp) struct $name;

        impl Ordering for $name {
            #[inline(always)]
            fn int(lhs: i32, rhs: i32) -> bool {
                lhs $op rhs
            }
            #[inline(always)]
            fn double(lhs: f64, rhs: f64) -> bool {
                lhs $op rhs
            }
            fn admits(ordering: core::cmp::Ordering) -> bool {
                ordering.$admits()
            }
            const SWAPS: bool = $swaps;
        }
    )*};
}

orderings! {
    Lt < is_lt false;
    Le <= is_le true;
    Gt > is_gt true;
    Ge >= is_ge false;
}

impl Machine {
    /// `dst = lhs op rhs`
    #[inline(always)]
    pub(in crate::interp) fn compare<O: Ordering>(&mut self, dst: Dst, lhs: Src, rhs: Src) -> Flow {
        let (left, right) = (self.read(lhs), self.read(rhs));
        let Some(holds) = self.compare_numbers::<O>(left, right, lhs, rhs) else {
            self.save();
            return compare_others::<O>(self.vm(), left, right, usize::from(dst.0));
        };
        self.write(dst, Value::bool(holds));
        Flow::Next
    }

    /// Whether `lhs op rhs`; none if an operand, whose values are given, is not a number.
    #[inline(always)]
    fn compare_numbers<O: Ordering>(
        &mut self,
        left: Value,
        right: Value,
        lhs: Src,
        rhs: impl Source,
    ) -> Option<bool> {
        // Spelled out, as in `arith`.
        if left.is_int() {
            if right.is_int() {
                return Some(O::int(left.as_int(), right.as_int()));
            }
            if let Some(y) = rhs.to_f64(self, right) {
                return Some(O::double(left.int_as_double(), y));
            }
        } else if left.is_double()
            && let Some(y) = rhs.to_f64(self, right)
        {
            return Some(O::double(self.read_double(lhs), y));
        }
        None
    }

    /// Jumps if `lhs op rhs` is `wanted`.
    #[inline(always)]
    pub(in crate::interp) fn jump_if<O: Ordering>(
        &mut self,
        lhs: Src,
        rhs: impl Source,
        wanted: bool,
        to: i32,
    ) -> Flow {
        let (left, right) = (self.read(lhs), rhs.value(self));
        // A flow that is merged with that of numbers would cost them instructions.
        let Some(holds) = self.compare_numbers::<O>(left, right, lhs, rhs) else {
            self.save();
            return jump_if_others::<O>(self.vm(), left, right, wanted, to);
        };
        if holds == wanted {
            self.jump_by(to);
        }
        Flow::Next
    }

    /// Makes sure that a unit of fuel is left for a back-edge, an instruction of `words` words. Otherwise returns the flow to
    /// continue with: usually the instruction runs again with the next slice.
    #[inline(always)]
    pub(in crate::interp) fn fuel_for_back_edge(&mut self, words: usize) -> Result<(), Flow> {
        if self.vm().context.fuel.slice != 0 {
            return Ok(());
        }
        self.save();
        Err(self.vm().next_slice(words))
    }

    /// Charges a back-edge, and takes it.
    #[inline(always)]
    pub(in crate::interp) fn take_back_edge(&mut self, to: i32) -> Flow {
        let fuel = &mut self.vm().context.fuel;
        fuel.slice = fuel.slice.wrapping_sub(1);
        let hot = self.count(ITERATION);
        self.jump_by(to);
        if hot {
            self.save();
            return self.vm().hot();
        }
        Flow::Next
    }

    /// Jumps back if `lhs op rhs`.
    #[inline(always)]
    pub(in crate::interp) fn loop_if<O: Ordering>(&mut self, lhs: Src, rhs: impl Source, to: i32) -> Flow {
        if let Err(flow) = self.fuel_for_back_edge(2) {
            return flow;
        }
        let (left, right) = (self.read(lhs), rhs.value(self));
        let Some(holds) = self.compare_numbers::<O>(left, right, lhs, rhs) else {
            self.save();
            return match compare_for_back_edge::<O>(self.vm(), left, right) {
                Ok(true) => self.take_back_edge(to),
                Ok(false) => Flow::Next,
                Err(flow) => flow,
            };
        };
        if holds { self.take_back_edge(to) } else { Flow::Next }
    }

    /// `var = var + step`, then jumps back if `var op rhs`.
    #[inline(always)]
    pub(in crate::interp) fn add_loop<O: Ordering>(
        &mut self,
        var: Var,
        rhs: impl Source,
        step: i8,
        to: i32,
    ) -> Flow {
        if let Err(flow) = self.fuel_for_back_edge(2) {
            return flow;
        }
        let (src, dst) = (Src(var.0), Dst(var.0));
        let (old, right) = (self.read(src), rhs.value(self));
        if old.is_int()
            && right.is_int()
            && let Some(new) = Add::int(old.as_int(), i32::from(step))
        {
            self.write(dst, Value::int(new));
            return if O::int(new, right.as_int()) { self.take_back_edge(to) } else { Flow::Next };
        }
        let Some(number) = old.to_f64() else {
            self.save();
            return step_by_operators::<O>(self.vm(), old, right, step);
        };
        let new = Value::double(Add::double(number, f64::from(step)));
        if let Some(right) = right.to_f64() {
            self.write(dst, new);
            return if O::double(new.as_double(), right) { self.take_back_edge(to) } else { Flow::Next };
        }
        self.save();
        step_by_operators::<O>(self.vm(), old, right, step)
    }
}

/// `dst = lhs op rhs` for values that are not both numbers: strings, or an operand whose class defines the order, which ends
/// the instruction, of one word.
#[cold]
#[inline(never)]
fn compare_others<O: Ordering>(vm: &mut Vm, lhs: Value, rhs: Value, dst: usize) -> Flow {
    match order_others::<O>(vm, lhs, rhs, 1) {
        Ok(holds) => {
            vm.set_register(dst, Value::bool(holds));
            Flow::Reload
        }
        Err(flow) => flow,
    }
}

/// Jumps if the order of values that are not both numbers is `wanted`: an instruction of two words.
#[cold]
#[inline(never)]
fn jump_if_others<O: Ordering>(vm: &mut Vm, lhs: Value, rhs: Value, wanted: bool, to: i32) -> Flow {
    match order_others::<O>(vm, lhs, rhs, 2) {
        Ok(holds) => {
            if holds == wanted {
                let frame = vm.context.stack.top_mut();
                frame.pc = frame.pc.wrapping_add(to as usize);
            }
            Flow::Reload
        }
        Err(flow) => flow,
    }
}

/// The order of two such values; the flow to continue with if a method ends the instruction, if the error has been raised, or
/// without fuel.
fn order_others<O: Ordering>(vm: &mut Vm, lhs: Value, rhs: Value, words: usize) -> Result<bool, Flow> {
    if let Some(flow) = compare_by_operator::<O>(vm, lhs, rhs, words) {
        return Err(flow);
    }
    match vm.order_strings(lhs, rhs, words) {
        Ok(ordering) => Ok(O::admits(ordering)),
        Err(fault) => Err(vm.raise(fault)),
    }
}

/// The same for a back-edge, an instruction of two words, for which there is a unit of fuel if it is taken.
#[cold]
#[inline(never)]
fn compare_for_back_edge<O: Ordering>(vm: &mut Vm, lhs: Value, rhs: Value) -> Result<bool, Flow> {
    if let Some(flow) = compare_by_operator::<O>(vm, lhs, rhs, 2) {
        return Err(flow);
    }
    vm.order_for_back_edge(lhs, rhs, O::admits).map_err(|fault| vm.raise(fault))
}

/// Has the method `operator <` compare, if the class of the operand that is asked has it.
fn compare_by_operator<O: Ordering>(vm: &mut Vm, lhs: Value, rhs: Value, words: usize) -> Option<Flow> {
    let (of, other) = if O::SWAPS { (rhs, lhs) } else { (lhs, rhs) };
    vm.operator(of, Operator::Less)?;
    let result = vm.finish_by_operator(Operator::Less, of, &[other], words, NOT_NUMBERS);
    Some(vm.flow(result))
}

/// A step of a loop, and the test of it, with an operand that is no number. The library does both if a class defines one of
/// them.
#[cold]
#[inline(never)]
fn step_by_operators<O: Ordering>(vm: &mut Vm, old: Value, end: Value, step: i8) -> Flow {
    let fault = if old.to_f64().is_some() { NOT_NUMBERS } else { Fault::Type(TypeFault::NumbersOrStrings) };
    if vm.operator(old, Operator::Add).or(vm.operator(end, Operator::Less)).is_none() {
        return vm.raise(fault);
    }
    let function = if O::SWAPS { Helper::StepWithin } else { Helper::StepBefore };
    let result = vm.finish_by(function, &[old, Value::int(step.into()), end], 2);
    vm.flow(result)
}
