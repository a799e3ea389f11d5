//! Spans of machine code over a reserve of pages.

use std::ops::Range;

use siskin_core::platform::{CodeError, CodeMemory, CodeSpan};

use crate::extents::Extents;
use crate::reserve::Reserve;

/// Spans begin at multiples of this many bytes, and take multiples of it.
const GRAIN: usize = 16;

/// Executable memory from the operating system.
///
/// One range of addresses is reserved at once; its pages are given memory when spans first lie in them. They are
/// writable from then until [`seal`](CodeMemory::seal), or executable, never both; spans share pages. Where the
/// range lies, and where in it the first span does, is random. Every byte that is executable and in no span is a
/// trapping instruction, but for spans freed since the last `seal`: `free` may be called while machine code of
/// the same page runs, so what they held is erased by the next `allocate` or `seal`.
///
/// A freed span is reused, the first that fits, together with free neighbours. Pages are never given back to the
/// system before the whole is dropped.
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
    extents: Extents,
    /// Freed and not yet erased; has room for all spans there are, so that freeing needs no memory.
    stale: Vec<Range<usize>>,
}

impl HostedCode {
    /// A memory for up to `reserve` bytes of machine code, rounded up to whole pages.
    ///
    /// # Errors
    /// [`CodeError::Refused`] when the system refuses that many addresses, or is none that this crate knows. A policy
    /// against executable memory may show in `allocate` and `seal` only: trying it out here would cost every program.
    pub fn new(reserve: usize) -> Result<HostedCode, CodeError> {
        let reserve = Reserve::new(reserve)?;
        let extents = Extents::new(reserve.room(GRAIN));
        Ok(HostedCode { reserve, extents, stale: Vec::new() })
    }

    /// Where in the reserve a span lies, if it is one of ours and was not freed.
    fn place(&self, span: CodeSpan) -> Option<Range<usize>> {
        let start = span.start.addr().get().checked_sub(self.reserve.base().addr().get())?;
        let size = size(span.len)?;
        self.extents.holds(start, size).then(|| start..start + size)
    }

    /// Erases what was freed. Not while machine code runs: its pages may be needed for it.
    fn scrub(&mut self) -> Result<(), CodeError> {
        while let Some(place) = self.stale.last().cloned() {
            self.reserve.open(place.clone())?;
            self.reserve.trap(place);
            self.stale.pop();
        }
        Ok(())
    }
}

/// Bytes that a span of `len` takes; an empty one has an address of its own, too.
fn size(len: usize) -> Option<usize> {
    len.max(1).checked_next_multiple_of(GRAIN)
}

// SAFETY: spans are what `Extents::take` handed out and `give` did not get back, which do not overlap; the reserve
// never moves. Once `allocate` returned a span, nothing but `write` changes its bytes: `stale`, which is erased, is
// empty then and gets only what was given back; pages that are touched for the first time have no spans. `write`
// and `free` leave alone what is not a span. The reserve tells every thread's processor when it seals.
unsafe impl CodeMemory for HostedCode {
    fn allocate(&mut self, len: usize) -> Result<CodeSpan, CodeError> {
        let size = size(len).ok_or(CodeError::Full)?;
        self.stale.try_reserve(self.extents.pieces() + 1).map_err(|_| CodeError::Full)?;
        let start = self.extents.take(size).ok_or(CodeError::Full)?;
        if let Err(error) = self.scrub().and_then(|()| self.reserve.open(start..start + size)) {
            self.extents.give(start, size);
            return Err(error);
        }
        // SAFETY: what extents hand out lies in the reserve's room, which is one mapping.
        Ok(CodeSpan { start: unsafe { self.reserve.base().add(start) }, len })
    }

    fn write(&mut self, span: CodeSpan, offset: usize, bytes: &[u8]) {
        if let Some(place) = self.place(span)
            && let Some(room) = span.len.checked_sub(offset)
            && let Some(bytes) = bytes.get(..bytes.len().min(room))
        {
            self.reserve.put(place.start + offset, bytes);
        }
    }

    fn seal(&mut self) -> Result<(), CodeError> {
        self.scrub()?;
        self.reserve.seal()
    }

    fn free(&mut self, span: CodeSpan) {
        if let Some(place) = self.place(span)
            && self.extents.give(place.start, place.len())
        {
            self.stale.push(place);
        }
    }

    fn used(&self) -> usize {
        self.extents.taken()
    }
}
