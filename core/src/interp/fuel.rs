//! Fuel: a bound on how much a script may do, counted the same in every tier.
//!
//! One unit is charged for a call, for a turn of a loop, and for every [`BULK`] bytes that an instruction
//! copies or compares. Machines count down a slice; when it is used up they come here, where the rest of the
//! budget is. An instruction begins only if there is a unit for it, so what is owed is never more than the cost
//! of one.

use crate::tunable::tunable;

/// Bytes of bulk work for one unit.
pub(crate) const BULK: usize = 64;

/// Units in a slice, so that whoever wants to look in from time to time can.
pub(super) const SLICE: u64 = tunable(1 << 14, 100) as u64;

/// What is left to spend.
#[repr(C)]
pub(crate) struct Fuel {
    /// Units left in this slice; machine code counts it down.
    pub(crate) slice: u32,
    /// Units left behind this slice; none if there is no bound.
    rest: Option<u64>,
    /// Units given out in slices.
    given: u64,
    /// Units of bulk work done for which there was no budget left; the next budget pays them first, so that
    /// slices cost as much as the whole.
    owed: u64,
}

impl Fuel {
    pub(crate) fn new() -> Fuel {
        Fuel { slice: 0, rest: Some(0), given: 0, owed: 0 }
    }

    /// Sets the budget from here on; no bound if `None`.
    pub(crate) fn set(&mut self, budget: Option<u64>) {
        self.given -= u64::from(self.slice);
        self.slice = 0;
        self.rest = budget;
        let owed = core::mem::take(&mut self.owed);
        self.pay(owed);
    }

    /// Forgets what a script that will not go on has not paid.
    pub(crate) fn forgive(&mut self) {
        self.owed = 0;
    }

    /// Takes units from behind the slice, as far as they go.
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

    /// Takes as many of `units` as the slice holds, and says how many.
    pub(super) fn pay_from_slice(&mut self, units: usize) -> usize {
        let paid = u32::try_from(units).map_or(self.slice, |units| units.min(self.slice));
        self.slice -= paid;
        paid as usize
    }

    /// As much as `bytes` of bulk work cost; what the budget does not cover is owed.
    pub(crate) fn charge_bulk(&mut self, bytes: usize) {
        let units = (bytes / BULK) as u64;
        let here = units.min(u64::from(self.slice));
        self.slice -= here as u32;
        self.pay(units - here);
    }

    /// Units spent since the start.
    pub(crate) fn spent(&self) -> u64 {
        self.given - u64::from(self.slice)
    }

    /// Units left; none if there is no bound.
    pub(crate) fn left(&self) -> Option<u64> {
        self.rest.map(|rest| rest + u64::from(self.slice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One unit, as a machine takes it; false if there is none left.
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
        fuel.charge_bulk(BULK * 7);
        assert_eq!(fuel.left(), Some(3));
        fuel.charge_bulk(BULK * 7);
        assert_eq!((fuel.left(), fuel.spent()), (Some(0), 20_010));
        fuel.set(Some(3));
        assert_eq!((fuel.left(), fuel.spent()), (Some(0), 20_013));
        fuel.set(Some(3));
        assert_eq!((fuel.left(), fuel.spent()), (Some(2), 20_014));
    }
}
