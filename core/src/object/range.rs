//! Ranges: the numbers from one to another.

use super::{Gc, Header, Kind, Object, ShapeTable, Text, Tracer, Tracing};

/// Bits of `aux`.
const INCLUSIVE: u16 = 1;
const OPEN: u16 = 2;

/// A range, which never changes. `aux` says whether the end is a part of it, or if there is no end.
#[repr(C)]
pub(crate) struct Range {
    header: Header,
    start: f64,
    end: f64,
    step: f64,
}

/// The end of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// The range ends before it.
    Before(f64),
    /// The range ends with it.
    With(f64),
    /// There is none.
    Open,
}

// SAFETY: repr(C), header first; made by `Range::new` only.
unsafe impl Object for Range {
    const KIND: Kind = Kind::Range;
    const TRACING: Tracing = Tracing::Leaf;

    fn trace(_: Gc<Range>, _: &mut impl Tracer) {}

    fn text(_: Gc<Range>, _: &ShapeTable) -> Text {
        Text::plain(b"<range>")
    }
}

impl Range {
    /// A range. Bounds are finite; the step is not zero.
    pub(crate) fn new(start: f64, end: End, step: f64) -> Range {
        let (end, aux) = match end {
            End::Before(end) => (end, 0),
            End::With(end) => (end, INCLUSIVE),
            End::Open => (f64::INFINITY, OPEN),
        };
        Range { header: Header::with_aux(Kind::Range, aux), start, end, step }
    }

    /// Where it begins.
    pub(crate) fn start(&self) -> f64 {
        self.start
    }

    /// Where it ends.
    pub(crate) fn end(&self) -> End {
        match self.header.aux() {
            OPEN => End::Open,
            INCLUSIVE => End::With(self.end),
            _ => End::Before(self.end),
        }
    }

    /// Bits of its end, and of what kind it is.
    pub(crate) fn end_bits(&self) -> u64 {
        self.end.to_bits() ^ u64::from(self.header.aux())
    }

    /// How far it is from one number to the next.
    pub(crate) fn step(&self) -> f64 {
        self.step
    }

    /// Whether `number` comes before the end, on the way from the start.
    pub(crate) fn reaches(&self, number: f64) -> bool {
        let up = self.step > 0.0;
        match self.end() {
            End::Open => true,
            End::With(end) => {
                if up {
                    number <= end
                } else {
                    number >= end
                }
            }
            End::Before(end) => {
                if up {
                    number < end
                } else {
                    number > end
                }
            }
        }
    }

    /// How many numbers it has; infinite without an end.
    pub(crate) fn count(&self) -> f64 {
        if !self.reaches(self.start) {
            return 0.0;
        }
        match self.end() {
            End::Open => f64::INFINITY,
            End::With(end) => libm::floor((end - self.start) / self.step) + 1.0,
            End::Before(end) => libm::ceil((end - self.start) / self.step),
        }
    }

    /// Whether it has the number.
    pub(crate) fn contains(&self, number: f64) -> bool {
        let up = self.step > 0.0;
        let begun = if up { number >= self.start } else { number <= self.start };
        begun && self.reaches(number)
    }
}

impl PartialEq for Range {
    fn eq(&self, other: &Range) -> bool {
        (self.start, self.end(), self.step) == (other.start, other.end(), other.step)
    }
}
