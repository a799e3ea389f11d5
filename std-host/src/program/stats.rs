//! What `--stats` prints.

use std::fmt;

use siskin_core::Stats;

/// A VM's counters, for a person to read.
pub(super) struct Report<'a>(pub(super) &'a Stats);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats { memory, heap, .. } = self.0;
        let milliseconds = |nanoseconds: u64| nanoseconds as f64 / 1e6;
        writeln!(f, "collections  {} young, {} full", heap.young, heap.full)?;
        writeln!(
            f,
            "pauses       {}, longest {:.3} ms, {:.3} ms in all",
            Grouped(self.0.pauses),
            milliseconds(self.0.longest_pause),
            milliseconds(self.0.total_pause)
        )?;
        let (used, peak) = (Grouped(memory.used as u64), Grouped(memory.peak as u64));
        writeln!(f, "memory       {used} bytes, {peak} at most")?;
        let (allocated, live) = (Grouped(heap.allocated), Grouped(heap.live as u64));
        writeln!(f, "objects      {allocated} bytes made, {live} alive after the last collection")?;
        writeln!(f, "fuel         {}", Grouped(self.0.fuel))
    }
}

/// A number in groups of three digits.
struct Grouped(u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1000 {
            return write!(f, "{}", self.0);
        }
        write!(f, "{},{:03}", Grouped(self.0 / 1000), self.0 % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::Grouped;

    #[test]
    fn digits_come_in_threes() {
        assert_eq!(Grouped(0).to_string(), "0");
        assert_eq!(Grouped(999).to_string(), "999");
        assert_eq!(Grouped(1_000).to_string(), "1,000");
        assert_eq!(Grouped(20_030_004).to_string(), "20,030,004");
    }
}
