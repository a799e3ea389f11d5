//! Spans of machine code over pages that a VM borrows.

use std::ops::Range;

use siskin_core::platform::{CodeError, CodeMemory, CodeSpan};

use crate::extents::Extents;
use crate::reserve::Reserve;

/// Spans begin at multiples of this many bytes, and take multiples of it.
const GRAIN: usize = 16;
/// There is one kind of free bytes.
const FREE: u8 = 0;

/// Executable memory from the operating system, for one VM.
///
/// The addresses are reserved once for the whole process, at random. Each `HostedCode` borrows pages of them as it
/// needs more, shares none with another, and gives them back, erased, when it is dropped. Its pages are writable from
/// when they are written to until [`seal`](CodeMemory::seal), or executable, never both; its spans share pages. Where in
/// the first page the first span begins is random. Every byte that is executable and in no span is a trapping
/// instruction, but for spans freed since the last `seal`: `free` may be called while machine code of the same page
/// runs, so what they held is erased by the next `allocate` or `seal`.
///
/// A freed span is reused, together with free neighbours. Allocating and freeing cost the same at any number of spans.
///
/// # Examples
/// ```
/// use siskin_core::platform::CodeMemory;
/// use siskin_hosted::HostedCode;
///
/// let mut code = HostedCode::new(1 << 20)?;
/// let span = code.allocate(100)?;
/// assert_eq!((span.len, code.used()), (100, 112));
/// # Ok::<(), siskin_core::platform::CodeError>(())
/// ```
#[derive(Debug)]
pub struct HostedCode {
    reserve: Reserve,
    /// Which bytes are taken, in units of `GRAIN`.
    extents: Extents<1>,
    /// Units that may be taken.
    limit: usize,
    /// Freed and not yet erased. Its capacity covers all spans, so that freeing needs no memory.
    stale: Vec<Range<u32>>,
}

impl HostedCode {
    /// A memory for up to `limit` bytes of machine code, rounded up to a multiple of 16.
    ///
    /// # Errors
    /// [`CodeError::Refused`] when the process has no addresses for machine code yet and the system refuses them, or is
    /// none that this crate knows. A policy against executable memory may show in `allocate` and `seal` only: trying it
    /// out here would cost every program.
    pub fn new(limit: usize) -> Result<HostedCode, CodeError> {
        let reserve = Reserve::new(limit)?;
        Ok(HostedCode { reserve, extents: Extents::new(), limit: limit.div_ceil(GRAIN), stale: Vec::new() })
    }

    /// Which units a span takes, if it is one of ours and was not freed.
    fn place(&self, span: CodeSpan) -> Option<Range<u32>> {
        let offset = self.reserve.offset_of(span.start.addr().get())?;
        let start = u32::try_from(offset / GRAIN).ok().filter(|_| offset % GRAIN == 0)?;
        let len = units(span.len)?;
        self.extents.holds(start, len).then(|| start..start + len)
    }

    /// Takes units, of more pages if those there are do not suffice.
    fn take(&mut self, len: u32) -> Result<u32, CodeError> {
        if self.limit.saturating_sub(self.extents.taken() as usize) < len as usize {
            return Err(CodeError::Full);
        }
        if let Some(start) = self.extents.take(len, FREE) {
            return Ok(start);
        }
        let more = self.reserve.grow(len as usize * GRAIN, GRAIN)?;
        let unit = |offset: usize| u32::try_from(offset / GRAIN).map_err(|_| CodeError::Full);
        self.extents.grow(unit(more.start)?..unit(more.end)?, FREE);
        self.extents.take(len, FREE).ok_or(CodeError::Full)
    }

    /// Erases freed spans. Not while machine code runs, which may need the pages.
    fn scrub(&mut self) -> Result<(), CodeError> {
        while let Some(place) = self.stale.last().cloned() {
            self.reserve.open(bytes(&place))?;
            self.reserve.trap(bytes(&place));
            self.stale.pop();
        }
        Ok(())
    }
}

/// Units that a span of `len` bytes takes. An empty one takes a unit, so that its address is no other's.
fn units(len: usize) -> Option<u32> {
    u32::try_from(len.max(1).div_ceil(GRAIN)).ok()
}

/// The offsets of units.
fn bytes(units: &Range<u32>) -> Range<usize> {
    units.start as usize * GRAIN..units.end as usize * GRAIN
}

// SAFETY: spans are what `Extents::take` handed out and `give` did not get back, which do not overlap; they lie in pages
// that the process's region lends to nobody else, and that never move. Once `allocate` returned a span, nothing but
// `write` changes its bytes: `stale`, which is erased, is empty then and gets only what was given back; pages that are
// touched for the first time have no spans. `write` and `free` leave alone what is not a span. The reserve tells every
// thread's processor when it seals.
unsafe impl CodeMemory for HostedCode {
    fn allocate(&mut self, len: usize) -> Result<CodeSpan, CodeError> {
        let count = units(len).ok_or(CodeError::Full)?;
        self.stale.try_reserve(self.extents.pieces() + 1).map_err(|_| CodeError::Full)?;
        let start = self.take(count)?;
        let place = bytes(&(start..start + count));
        let opened = self.scrub().and_then(|()| self.reserve.open(place.clone()));
        match (opened, self.reserve.at(place.start)) {
            (Ok(()), Some(start)) => Ok(CodeSpan { start, len }),
            (opened, _) => {
                self.extents.give(start, count, FREE);
                opened.and(Err(CodeError::Full))
            }
        }
    }

    fn write(&mut self, span: CodeSpan, offset: usize, bytes: &[u8]) {
        if let Some(place) = self.place(span)
            && let Some(left) = span.len.checked_sub(offset)
            && let Some(bytes) = bytes.get(..bytes.len().min(left))
        {
            self.reserve.put(place.start as usize * GRAIN + offset, bytes);
        }
    }

    fn seal(&mut self) -> Result<(), CodeError> {
        self.scrub()?;
        self.reserve.seal()
    }

    fn free(&mut self, span: CodeSpan) {
        if let Some(place) = self.place(span)
            && self.extents.give(place.start, place.end - place.start, FREE).is_some()
        {
            self.stale.push(place);
        }
    }

    fn used(&self) -> usize {
        self.extents.taken() as usize * GRAIN
    }
}
