//! Fuel: a limit on the work of a script, counted the same in every tier.
//!
//! One unit is charged for a call, for an iteration of a loop, and for every [`BULK`] bytes of bulk work (`work`).
//! Tiers count down a slice. When it is used up, they get the next one here, from the rest of the budget.
//!
//! Code without calls and loops is free, and so are returns. An interrupt need not wait for them either: see
//! [`POLL`](crate::bytecode::POLL) and the [stack's watermark](crate::object::stack).

use crate::tunable::tunable;

/// Bytes of bulk work for one unit.
pub(crate) const BULK: usize = 64;

// The meter counts what has to be paid for.
const _: () = assert!(BULK == crate::meter::LEAST);

/// Units in a slice, which is the fuel between two polls of the interrupt. This many calls, each with the longest free
/// code, and their returns take less than a millisecond, or a few if each word waits for memory.
pub(crate) const SLICE: u64 = tunable(1 << 10, 100) as u64;

/// The fuel left to spend.
#[repr(C)]
pub(crate) struct Fuel {
    /// Units left in this slice; machine code counts it down.
    pub(crate) slice: u32,
    /// Units left after this slice; `None` without a limit.
    rest: Option<u64>,
    /// Units given out in slices.
    given: u64,
    /// Units of collections for space for which there was no budget left; the next budget pays them first.
    owed: u64,
}

impl Fuel {
    pub(crate) fn new() -> Fuel {
        Fuel { slice: 0, rest: Some(0), given: 0, owed: 0 }
    }

    /// Sets the budget from here on; no limit if `None`.
    pub(crate) fn set(&mut self, budget: Option<u64>) {
        self.end_slice();
        self.rest = budget;
        let owed = core::mem::take(&mut self.owed);
        self.pay(owed);
    }

    /// Whether a budget is to come that pays a debt first.
    pub(crate) fn is_owed(&self) -> bool {
        self.owed != 0
    }

    /// Cancels the debt of a script that will not continue.
    pub(crate) fn forgive(&mut self) {
        self.owed = 0;
    }

    /// Takes units from the budget after the slice; those that it does not have are owed.
    fn pay(&mut self, units: u64) {
        let paid = self.rest.map_or(units, |rest| units.min(rest));
        if let Some(rest) = &mut self.rest {
            *rest -= paid;
        }
        self.given += paid;
        self.owed += units - paid;
    }

    /// The next slice; false if there is none.
    pub(crate) fn next_slice(&mut self) -> bool {
        let slice = self.rest.map_or(SLICE, |rest| rest.min(SLICE));
        if let Some(rest) = &mut self.rest {
            *rest -= slice;
        }
        self.given += slice;
        self.slice = slice as u32;
        slice != 0
    }

    /// Ends the slice: its units go back to the budget.
    pub(crate) fn end_slice(&mut self) {
        let left = u64::from(core::mem::take(&mut self.slice));
        self.given -= left;
        if let Some(rest) = &mut self.rest {
            *rest += left;
        }
    }

    /// Takes as many of `units` as the slice has, and returns their number.
    pub(crate) fn pay_from_slice(&mut self, units: usize) -> usize {
        let paid = u32::try_from(units).map_or(self.slice, |units| units.min(self.slice));
        self.slice -= paid;
        paid as usize
    }

    /// Charges for `bytes` of bulk work that is done unconditionally. Units that the budget does not have are owed.
    pub(crate) fn owe_bulk(&mut self, bytes: usize) {
        let units = (bytes / BULK) as u64;
        let here = units.min(u64::from(self.slice));
        self.slice -= here as u32;
        self.pay(units - here);
    }

    /// Units spent since the start.
    pub(crate) fn spent(&self) -> u64 {
        self.given - u64::from(self.slice)
    }

    /// Units spent and owed since the start.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn charged(&self) -> u64 {
        self.spent() + self.owed
    }

    /// Units left; `None` without a limit.
    pub(crate) fn left(&self) -> Option<u64> {
        self.rest.map(|rest| rest + u64::from(self.slice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes one unit, as a tier does. False if none is left.
    fn charge(fuel: &mut Fuel) -> bool {
        if fuel.slice == 0 && !fuel.next_slice() {
            return false;
        }
        fuel.slice -= 1;
        true
    }

    #[test]
    fn every_unit_is_spent_once() {
        let mut fuel = Fuel::new();
        assert!(!charge(&mut fuel));
        fuel.set(Some(20_000));
        for spent in 0..20_000 {
            assert_eq!((fuel.spent(), fuel.left()), (spent, Some(20_000 - spent)));
            assert!(charge(&mut fuel));
        }
        assert!(!charge(&mut fuel));
        fuel.set(Some(10));
        fuel.owe_bulk(BULK * 7);
        assert_eq!(fuel.left(), Some(3));
        fuel.owe_bulk(BULK * 7);
        assert_eq!((fuel.left(), fuel.spent()), (Some(0), 20_010));
        fuel.set(Some(3));
        assert_eq!((fuel.left(), fuel.spent()), (Some(0), 20_013));
        fuel.set(Some(3));
        assert_eq!((fuel.left(), fuel.spent()), (Some(2), 20_014));
    }

    #[test]
    fn a_slice_that_ends_early_costs_what_was_used() {
        let mut fuel = Fuel::new();
        fuel.set(Some(100));
        assert!(charge(&mut fuel));
        fuel.end_slice();
        assert_eq!((fuel.slice, fuel.spent(), fuel.left()), (0, 1, Some(99)));
        assert!(charge(&mut fuel));
        assert_eq!((fuel.spent(), fuel.left()), (2, Some(98)));
    }
}
