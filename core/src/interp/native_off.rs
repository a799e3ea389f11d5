//! In place of `native`, without the feature of that name: there is one tier, the interpreter.

use super::Vm;
use super::machine::Flow;
use super::stop::Stop;
use crate::bytecode::GlobalUse;
use crate::context::NativeContext;
use crate::mem::{Mem, OutOfMemory};
use crate::object::Function;
use crate::tier::NativeStats;

/// What a call and an iteration of a loop count: nothing does.
pub(super) const CALL: u32 = 0;
pub(super) const ITERATION: u32 = 0;

/// The deepest nesting of machine code.
#[cfg(any(test, fuzzing))]
pub(crate) const DEPTH: usize = 0;

/// The native tier of a VM, which there is not.
pub(crate) struct Native;

impl Native {
    pub(crate) fn new(_: &Mem) -> Native {
        Native
    }

    #[inline(always)]
    pub(super) fn is_active(&self) -> bool {
        false
    }

    #[inline(always)]
    pub(super) fn entered(&self) -> usize {
        usize::MAX
    }

    pub(super) fn set_entered(&mut self, _: usize) -> usize {
        usize::MAX
    }

    pub(super) fn leave(&mut self) {}

    pub(super) fn switch(&mut self) {}

    pub(super) fn forget_stale(&mut self) {}
}

pub(super) fn context() -> NativeContext {
    NativeContext
}

/// The saved state of machine code below a function of the host.
pub(super) struct Boundary;

impl Vm {
    /// Counters of the VM's native tier: all are 0, since this is a build without native tiers.
    #[must_use]
    pub fn native_stats(&self) -> NativeStats {
        NativeStats::default()
    }

    /// The name of the VM's native tier: none, since this is a build without native tiers.
    #[must_use]
    pub fn tier_name(&self) -> Option<&'static str> {
        None
    }

    /// Tells machine code, which there is not, where the lines of the lookup cache are.
    pub(super) fn point_to_lookups(&mut self) {}

    /// Interprets until the script stops: `stop` says why.
    pub(super) fn run_tiers(&mut self) {
        self.stop = Stop::Switch;
        self.run_until_stop();
    }

    /// Interprets the current frame and its callers until the script stops.
    pub(super) fn run_until_stop(&mut self) {
        while matches!(self.stop, Stop::Switch) {
            self.interpret();
        }
    }

    /// Nothing counts, so nothing gets hot.
    #[inline(always)]
    pub(super) fn hot(&mut self) -> Flow {
        Flow::Reload
    }

    #[inline(always)]
    pub(super) fn sample_if_due(&mut self) -> Flow {
        Flow::Reload
    }

    pub(super) fn begin_boundary(&mut self) -> Boundary {
        Boundary
    }

    pub(super) fn end_boundary(&mut self, _: &Boundary) {
        self.context.stack.back_in_host(usize::MAX);
    }

    pub(super) fn expect_functions(&mut self, _: usize) {}

    pub(super) fn prepare_function(&self, _: &Function) {}

    pub(super) fn note_global(&mut self, _: u32, _: GlobalUse) -> Result<(), OutOfMemory> {
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn before_change(&mut self, _: u32) {}
}
