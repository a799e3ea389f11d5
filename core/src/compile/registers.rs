//! Registers: one stack of locals, temporaries and call windows.
//!
//! ```text
//!   0        1 ..= arity   ...                252 | 253 254 255 | 256 ...        64,999
//!   callee   parameters    locals, temporaries    |   scratch   |   out of reach of 8 bits
//! ```
//!
//! The stack skips the scratch registers, so a function that never grows that far does not pay for them.
//! A window of a call lies on one side of them.

use super::{CompileAbort, Compiler, Reg, Res, What};
use crate::tunable::tunable;

/// The first scratch register; those below are named by 8-bit operands directly.
pub(super) const SCRATCH: Reg = tunable(253, 14) as Reg;
/// The first register after the scratch registers.
pub(super) const FAR: Reg = SCRATCH + 3;
/// No frame has more registers.
const MAX_REGISTERS: Reg = 65_000;

impl Compiler<'_> {
    /// The register that [`take`](Self::take) would give.
    #[inline]
    pub(super) fn top(&self) -> Reg {
        let next = self.f.next;
        if (SCRATCH..FAR).contains(&next) { FAR } else { next }
    }

    /// Takes the next register off the free end.
    #[inline]
    pub(super) fn take(&mut self) -> Res<Reg> {
        let reg = self.top();
        self.f.next = reg + 1;
        if self.f.next > self.f.high {
            if reg >= MAX_REGISTERS {
                return Err(CompileAbort::TooLarge(What::Registers));
            }
            self.f.high = self.f.next;
        }
        Ok(reg)
    }

    /// Gives back all registers from `mark` on.
    #[inline]
    pub(super) fn release(&mut self, mark: Reg) {
        self.f.next = mark;
    }

    /// Takes the first of `count` registers in a row; the others follow by [`take`](Self::take).
    pub(super) fn window(&mut self, mark: Reg, count: usize) -> Res<Reg> {
        let fits = mark >= FAR || usize::from(mark) + count <= usize::from(SCRATCH);
        self.release(if fits { mark } else { FAR });
        self.take()
    }
}
