//! What `--stats` prints.

use std::fmt;

use siskin_core::tier::Bail;
use siskin_core::{Stats, Vm};

use crate::figures::{Count, Grouped};

/// A VM's counters, for a person to read.
pub(crate) struct Report<'a> {
    pub(crate) vm: &'a Vm,
    /// Why there is no machine code, if it was wanted.
    pub(crate) refused: Option<Bail>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = self.vm.stats();
        let Stats { memory, heap, .. } = stats;
        let milliseconds = |nanoseconds: u64| nanoseconds as f64 / 1e6;
        writeln!(f, "collections  {} young, {} full", heap.young, heap.full)?;
        writeln!(
            f,
            "pauses       {}, longest {:.3} ms, {:.3} ms in all",
            Grouped(stats.pauses),
            milliseconds(stats.longest_pause),
            milliseconds(stats.total_pause)
        )?;
        let (used, peak) = (Grouped(memory.used as u64), Grouped(memory.peak as u64));
        writeln!(f, "memory       {used} bytes, {peak} at most")?;
        let (allocated, live) = (Grouped(heap.allocated), Grouped(heap.live as u64));
        writeln!(f, "objects      {allocated} bytes allocated, {live} live at the last collection")?;
        writeln!(f, "fuel         {}", Grouped(stats.fuel))?;
        self.native(f)
    }
}

impl Report<'_> {
    /// What there is of machine code.
    fn native(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(name) = self.vm.tier_name() else {
            return match self.refused {
                Some(why) => writeln!(f, "native       none: {why}"),
                None => writeln!(f, "native       off"),
            };
        };
        let native = self.vm.native_stats();
        let compiled = Count(native.compiled as usize, "function");
        write!(f, "native       {name}, {compiled}, {} bytes", Grouped(native.code as u64))?;
        if native.evicted > 0 {
            write!(f, "; {} evicted", native.evicted)?;
        }
        match native.last_bail {
            Some(why) => writeln!(f, "; {} interpreted: {why}", native.bailed),
            None => writeln!(f),
        }
    }
}
