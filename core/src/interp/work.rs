//! Bulk work: paid for before it is done, in pieces, by an instruction that may stop between two of them.
//!
//! ```text
//!   instruction ──> pay what the slice holds ──> do the bytes that this pays for ──┐
//!                    ^                                                             │ more left
//!                    └── next slice: interrupt? budget? ──no──> continue <──────────┘
//!                                   │ yes
//!                                   v
//!        stop; `Work` keeps the progress, and the instruction runs again in the next run
//! ```
//!
//! So a slice of fuel bounds the bytes between two polls of the interrupt, a budget bounds those of a run, and the cost
//! of an instruction does not depend on slices.

use core::ops::Range;

use super::stop::Stop;
use super::{Fault, Vm};
use crate::fuel::{BULK, SLICE};
use crate::value::Value;

/// The most bytes of work between two polls of the interrupt.
pub(super) const PIECE: usize = SLICE as usize * BULK;

/// Progress of the bulk work of the instruction at the current frame's pc.
pub(crate) struct Work {
    /// Units paid; the bytes that they pay for are done.
    pub(super) paid: usize,
    /// The intermediate result, a root: a buffer being filled, the length of a text to be made (`arguments`), `false` for strings known to differ, the order of strings
    /// (`order`), or nil.
    pub(super) partial: Value,
    /// The work is that of a function of the host, and its call is to run again.
    pub(super) repeats_call: bool,
    /// The unit of the call that runs next was paid before it stopped.
    pub(super) call_is_paid: bool,
}

impl Work {
    pub(super) const NONE: Work =
        Work { paid: 0, partial: Value::NIL, repeats_call: false, call_is_paid: false };
}

/// The length of an instruction whose work is done by a function of the host: the pc of that one's record stays, and the
/// call runs again.
pub(super) const IN_CALL: usize = 0;

impl Vm {
    /// Charges an instruction of `words` words for at most [`PIECE`] bytes of bulk work, or for work that cannot be
    /// done in pieces. If the charge stops the run, the instruction has changed nothing and runs again.
    #[inline]
    pub(super) fn charge_bulk(&mut self, bytes: usize, words: usize) -> Result<(), Fault> {
        if bytes < BULK { Ok(()) } else { self.in_pieces(bytes, words, |_, _| Ok(())) }
    }

    /// Does `bytes` of bulk work, piece by piece, each paid for before. If the run stops between two pieces, the
    /// instruction, of `words` words, runs again and continues here with the next piece.
    pub(super) fn in_pieces(
        &mut self,
        bytes: usize,
        words: usize,
        mut piece: impl FnMut(&mut Vm, Range<usize>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let units = bytes / BULK;
        let mut paid = core::mem::take(&mut self.work.paid);
        debug_assert!(paid < units || paid == 0);
        let mut start = paid * BULK;
        loop {
            if paid < units && self.context.fuel.slice == 0 && !self.refill(words) {
                self.work.paid = paid;
                return Err(Fault::Stopped);
            }
            paid += self.context.fuel.pay_from_slice(units - paid);
            // The last unit also pays for a rest smaller than a unit.
            let end = if paid == units { bytes } else { paid * BULK };
            piece(self, start..end)?;
            if paid == units {
                return Ok(());
            }
            start = end;
        }
    }

    /// Pays for bulk work that the slice of fuel has enough for, if none of it was done before: then there is one piece.
    #[inline]
    pub(super) fn pays_at_once(&mut self, bytes: usize) -> bool {
        let units = bytes / BULK;
        if self.work.paid != 0 || units > self.context.fuel.slice as usize {
            return false;
        }
        self.context.fuel.pay_from_slice(units);
        true
    }

    /// The next slice of fuel, in the middle of an instruction of `words` words; false if the run stops before it.
    #[cold]
    pub(super) fn refill(&mut self, words: usize) -> bool {
        if self.take_interrupt() {
            self.rewind(words);
            self.stop = Stop::Interrupt;
        } else if self.renew_slice() {
            return true;
        } else {
            self.stop_before(words);
        }
        self.work.repeats_call = words == IN_CALL;
        false
    }
}

/// Bytes of the entry of a table of names.
const ENTRY: usize = 16;

/// Bulk work of copying `count` entries to another table.
pub(super) fn entries(count: usize) -> usize {
    count * ENTRY
}

/// Calls `each` for the pieces of `parts`, joined, that lie in `range`.
pub(super) fn each_part<E>(
    parts: &[&[u8]],
    mut range: Range<usize>,
    mut each: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    for part in parts {
        let (start, end) = (range.start.min(part.len()), range.end.min(part.len()));
        if let Some(bytes) = part.get(start..end)
            && !bytes.is_empty()
        {
            each(bytes)?;
        }
        range = range.start - start..range.end - end;
    }
    Ok(())
}
