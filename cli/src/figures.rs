//! Figures, for people to read.

use std::fmt;

/// A number in groups of three digits.
pub(crate) struct Grouped(pub(crate) u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1000 {
            return write!(f, "{}", self.0);
        }
        write!(f, "{},{:03}", Grouped(self.0 / 1000), self.0 % 1000)
    }
}

/// `1 cache`, `2 caches`.
pub(crate) struct Count(pub(crate) usize, pub(crate) &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count(number, what) = self;
        write!(f, "{number} {what}{}", if *number == 1 { "" } else { "s" })
    }
}

/// Nanoseconds, with two digits or three.
#[cfg(feature = "repl")]
pub(crate) struct Elapsed(pub(crate) u64);

#[cfg(feature = "repl")]
impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 as f64 / 1e9;
        match self.0 {
            0..1_000 => write!(f, "{}ns", self.0),
            1_000..10_000 => write!(f, "{:.1}µs", seconds * 1e6),
            10_000..1_000_000 => write!(f, "{:.0}µs", seconds * 1e6),
            1_000_000..10_000_000 => write!(f, "{:.1}ms", seconds * 1e3),
            10_000_000..100_000_000 => write!(f, "{:.0}ms", seconds * 1e3),
            100_000_000..10_000_000_000 => write!(f, "{seconds:.2}s"),
            _ => write!(f, "{seconds:.1}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_come_in_threes() {
        assert_eq!(Grouped(0).to_string(), "0");
        assert_eq!(Grouped(999).to_string(), "999");
        assert_eq!(Grouped(1_000).to_string(), "1,000");
        assert_eq!(Grouped(20_030_004).to_string(), "20,030,004");
    }

    #[cfg(feature = "repl")]
    #[test]
    fn times_have_a_fitting_unit() {
        let shown = |nanoseconds| Elapsed(nanoseconds).to_string();
        assert_eq!(shown(0), "0ns");
        assert_eq!(shown(999), "999ns");
        assert_eq!(shown(1_500), "1.5µs");
        assert_eq!(shown(90_000_000), "90ms");
        assert_eq!(shown(400_000_000), "0.40s");
        assert_eq!(shown(12_340_000_000), "12.3s");
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!(Count(0, "cache").to_string(), "0 caches");
        assert_eq!(Count(1, "cache").to_string(), "1 cache");
    }
}
