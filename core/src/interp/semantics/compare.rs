//! Orderings, jumps on them, and back-edges.

use crate::bytecode::operand::{Dst, Src, Var};
use crate::interp::TypeFault;
use crate::interp::machine::{Flow, Machine};
use crate::interp::native::ITERATION;
use crate::interp::semantics::arith::{Add, NumOp, Source};
use crate::interp::{Fault, Vm};
use crate::value::Value;

/// An ordering of numbers, false if either is NaN, and of strings.
pub(in crate::interp) trait Ordering {
    fn int(lhs: i32, rhs: i32) -> bool;
    fn double(lhs: f64, rhs: f64) -> bool;
    /// Whether strings that compare so have the order.
    fn admits(ordering: core::cmp::Ordering) -> bool;
}

macro_rules! orderings {
    ($($name:ident $op:tt $admits:ident;)*) => {$(
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
        }
    )*};
}

orderings! {
    Lt < is_lt;
    Le <= is_le;
    Gt > is_gt;
    Ge >= is_ge;
}

impl Machine {
    /// Whether `lhs op rhs`; none if the error has been raised, or there is not enough fuel to compare strings. `words`
    /// is the length of the instruction.
    #[inline(always)]
    pub(in crate::interp) fn compare<O: Ordering>(
        &mut self,
        lhs: Src,
        rhs: impl Source,
        words: usize,
    ) -> Option<bool> {
        let (left, right) = (self.read(lhs), rhs.value(self));
        match self.compare_numbers::<O>(left, right, lhs, rhs) {
            None => {
                self.save();
                compare_others::<O>(self.vm(), left, right, words)
            }
            holds => holds,
        }
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
        match self.compare::<O>(lhs, rhs, 2) {
            Some(holds) => {
                if holds == wanted {
                    self.jump_by(to);
                }
                Flow::Next
            }
            None => Flow::Stop,
        }
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
        let holds = match self.compare_numbers::<O>(left, right, lhs, rhs) {
            None => {
                self.save();
                compare_for_back_edge::<O>(self.vm(), left, right)
            }
            holds => holds,
        };
        match holds {
            Some(true) => self.take_back_edge(to),
            Some(false) => Flow::Next,
            None => Flow::Stop,
        }
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
        if let Some(old) = old.to_f64() {
            let new = Add::double(old, f64::from(step));
            self.write(dst, Value::double(new));
            if let Some(right) = right.to_f64() {
                return if O::double(new, right) { self.take_back_edge(to) } else { Flow::Next };
            }
            self.save();
            return not_numbers(self.vm());
        }
        self.save();
        not_addable(self.vm())
    }
}

/// Whether values that are not both numbers have an order: strings. None if the error has been raised, or without fuel.
#[cold]
#[inline(never)]
fn compare_others<O: Ordering>(vm: &mut Vm, lhs: Value, rhs: Value, words: usize) -> Option<bool> {
    match vm.order_strings(lhs, rhs, words) {
        Ok(ordering) => Some(O::admits(ordering)),
        Err(fault) => {
            vm.raise(fault);
            None
        }
    }
}

/// The same for a back-edge, an instruction of two words, for which there is a unit of fuel if it is taken.
#[cold]
#[inline(never)]
fn compare_for_back_edge<O: Ordering>(vm: &mut Vm, lhs: Value, rhs: Value) -> Option<bool> {
    match vm.order_for_back_edge(lhs, rhs, O::admits) {
        Ok(holds) => Some(holds),
        Err(fault) => {
            vm.raise(fault);
            None
        }
    }
}

#[cold]
#[inline(never)]
fn not_addable(vm: &mut Vm) -> Flow {
    vm.raise(Fault::Type(TypeFault::NumbersOrStrings))
}

#[cold]
#[inline(never)]
fn not_numbers(vm: &mut Vm) -> Flow {
    vm.raise(Fault::Type(TypeFault::Numbers))
}
