//! The pages that one VM has of the process's region.

use std::ops::Range;
use std::ptr::NonNull;

use siskin_core::platform::CodeError;

use crate::region::Region;

/// Runs of pages, seen as one range of offsets:
///
/// ```text
///   offsets     | run 0 | hole | run 1     | hole | run 2 |
///   region     ... run 1 ... run 0 ... run 2 ...
/// ```
///
/// A hole is a page that does not exist. It keeps apart what is not adjacent: no span lies across two runs.
///
/// The pages are given back by [`Lease::end`], as only the system's part knows how to erase them.
#[derive(Debug)]
pub(crate) struct Lease {
    region: &'static Region,
    runs: Vec<Run>,
    /// Pages in all runs, and how many there may be.
    count: usize,
    most: usize,
}

#[derive(Clone, Debug)]
struct Run {
    /// The number of its first page, holes counted.
    first: usize,
    /// Its pages in the region.
    pages: Range<u32>,
}

impl Run {
    fn end(&self) -> usize {
        self.first + self.pages.len()
    }
}

/// Neighbouring pages.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub(crate) start: NonNull<u8>,
    /// Bytes.
    pub(crate) len: usize,
}

impl Lease {
    /// No pages yet, and never more than `limit` bytes need, wherever in a page they begin.
    pub(crate) fn new(limit: usize) -> Result<Lease, CodeError> {
        let region = Region::get()?;
        Ok(Lease { region, runs: Vec::new(), count: 0, most: limit.div_ceil(region.page()) + 1 })
    }

    /// Bytes of a page.
    pub(crate) fn page(&self) -> usize {
        self.region.page()
    }

    /// The address at an offset in some run.
    pub(crate) fn at(&self, offset: usize) -> Option<NonNull<u8>> {
        let (page, byte) = (offset / self.page(), offset % self.page());
        let run = self.run_of(page)?;
        let in_region = run.pages.start + (page - run.first) as u32;
        // SAFETY: the page is one of the region's, so all its bytes lie in the mapping.
        Some(unsafe { self.region.at(in_region).add(byte) })
    }

    /// The offset of an address in some run.
    pub(crate) fn offset_of(&self, address: usize) -> Option<usize> {
        let (page, byte) = self.region.find(address)?;
        let run = self.runs.iter().find(|run| run.pages.contains(&page))?;
        Some((run.first + (page - run.pages.start) as usize) * self.page() + byte)
    }

    /// Borrows `need` pages that are neighbours, or some more: their numbers, and whether they are blank. They continue
    /// the last run if they can.
    pub(crate) fn extend(&mut self, need: usize) -> Result<(Range<usize>, bool), CodeError> {
        let left = self.most - self.count;
        if need > left {
            return Err(CodeError::Full);
        }
        self.runs.try_reserve(1).map_err(|_| CodeError::Full)?;
        // More at once the more there are, so that runs are few.
        let ahead = if self.count == 0 { 0 } else { (self.count / 8).max(1).min(left - need) };
        for count in [need + ahead, need] {
            let Ok(count) = u32::try_from(count) else { continue };
            if let Some(last) = self.runs.last_mut()
                && let Some(lent) = self.region.lend_more(&last.pages, count)
            {
                let first = last.end();
                last.pages.end = lent.pages.end;
                return Ok((self.added(first, lent.pages.len()), lent.blank));
            }
            if let Some(lent) = self.region.lend(count) {
                let first = self.runs.last().map_or(0, |last| last.end() + 1);
                self.runs.push(Run { first, pages: lent.pages.clone() });
                return Ok((self.added(first, lent.pages.len()), lent.blank));
            }
        }
        Err(CodeError::Full)
    }

    fn added(&mut self, first: usize, count: usize) -> Range<usize> {
        self.count += count;
        first..first + count
    }

    /// The pages that exist of a range of them, run by run.
    pub(crate) fn stretches(&self, pages: Range<usize>) -> impl Iterator<Item = Stretch> {
        self.runs.iter().filter_map(move |run| {
            let (first, end) = (pages.start.max(run.first), pages.end.min(run.end()));
            let count = end.checked_sub(first).filter(|&count| count > 0)?;
            let start = self.region.at(run.pages.start + (first - run.first) as u32);
            Some(Stretch { start, len: count * self.page() })
        })
    }

    /// Gives back all pages. `erase` fills a stretch with traps and makes it executable, if it can.
    ///
    /// # Safety
    /// No code in the pages runs any more, and nobody uses them.
    pub(crate) unsafe fn end(&mut self, mut erase: impl FnMut(Stretch) -> bool) {
        let all = self.count;
        for run in self.runs.drain(..) {
            let start = self.region.at(run.pages.start);
            let stretch = Stretch { start, len: run.pages.len() * self.region.page() };
            // SAFETY: they were lent to this lease, which forgets them; the caller vouches for their code.
            unsafe { self.region.give(&run.pages, all, || erase(stretch)) };
        }
        self.count = 0;
    }

    fn run_of(&self, page: usize) -> Option<&Run> {
        let after = self.runs.partition_point(|run| run.first <= page);
        self.runs.get(after.checked_sub(1)?).filter(|run| page < run.end())
    }
}
