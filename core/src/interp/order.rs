//! The order of strings, by their bytes.

use core::cmp::Ordering;
use core::ops::Range;

use super::work::each_part;
use super::{Fault, TypeFault, Vm};
use crate::meter;
use crate::object::{Gc, Str};
use crate::value::Value;

/// The partial result of a back-edge whose strings are compared and have the order, but that has no fuel yet.
const ADMITTED: Value = Value::UNDEFINED;

impl Vm {
    /// How two values compare that are not both numbers: strings, in a function whose dialect orders them. `words` is the
    /// length of the instruction.
    pub(super) fn order_strings(&mut self, lhs: Value, rhs: Value, words: usize) -> Result<Ordering, Fault> {
        let running = self.context.stack.top().closure();
        let orders = running.is_some_and(|closure| closure.function.orders_strings());
        let (Some(left), Some(right), true) = (lhs.as_object::<Str>(), rhs.as_object::<Str>(), orders) else {
            return Err(Fault::Type(TypeFault::Numbers));
        };
        // Every byte that has another to compare with is charged for, so that the fuel does not depend on the place of a
        // difference.
        self.in_pieces(left.len().min(right.len()), words, |vm, range| {
            if vm.work.partial == Value::NIL {
                meter::count(range.len());
                match order_in(left, right, range) {
                    Ordering::Equal => {}
                    Ordering::Less => vm.work.partial = Value::TRUE,
                    Ordering::Greater => vm.work.partial = Value::FALSE,
                }
            }
            Ok(())
        })?;
        Ok(match core::mem::replace(&mut self.work.partial, Value::NIL) {
            Value::TRUE => Ordering::Less,
            Value::FALSE => Ordering::Greater,
            _ => left.len().cmp(&right.len()),
        })
    }

    /// Whether a back-edge of two words admits the order of two values. If it does, the slice has a unit for it then.
    pub(super) fn order_for_back_edge(
        &mut self,
        lhs: Value,
        rhs: Value,
        admits: fn(Ordering) -> bool,
    ) -> Result<bool, Fault> {
        const WORDS: usize = 2;
        if self.work.partial == ADMITTED {
            self.work.partial = Value::NIL;
        } else if !admits(self.order_strings(lhs, rhs, WORDS)?) {
            return Ok(false);
        }
        if self.context.fuel.slice == 0 && !self.refill(WORDS) {
            self.work.partial = ADMITTED;
            return Err(Fault::Stopped);
        }
        Ok(true)
    }
}

/// How two strings compare in a range that both have.
fn order_in(left: Gc<Str>, right: Gc<Str>, range: Range<usize>) -> Ordering {
    let mut from = range.start;
    let compared = each_part(&left.parts(), range, |bytes| {
        let mut rest = bytes;
        each_part(&right.parts(), from..from + bytes.len(), |others| {
            let (same, after) = rest.split_at(rest.len().min(others.len()));
            rest = after;
            match same.cmp(others) {
                Ordering::Equal => Ok(()),
                differs => Err(differs),
            }
        })?;
        from += bytes.len();
        Ok(())
    });
    compared.err().unwrap_or(Ordering::Equal)
}
