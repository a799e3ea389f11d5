//! Linux: one mapping, whose pages `mprotect` makes writable or executable.

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::OnceLock;

use rustix::mm::{MprotectFlags, mprotect};
use rustix::thread::{MembarrierCommand, membarrier};
use siskin_core::platform::CodeError;

use crate::arch;
use crate::lease::{Lease, Stretch};
use crate::mapping::random;

/// The pages of a VM, with what may be done with each.
#[derive(Debug)]
pub(crate) struct Reserve {
    lease: Lease,
    /// Random, to place the first span within its page.
    noise: usize,
    /// Of each page, those of holes included.
    pages: Vec<Page>,
    /// Pages outside are not open.
    dirty: Range<usize>,
    /// The system refused a change: no page has access (or those that have could not be kept from it).
    shut: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// There is none: what lies before and after is not adjacent.
    Hole,
    /// No access, and no traps yet.
    Blank,
    Writable,
    Executable,
}

// SAFETY: the pages are lent to this value alone, and no thread is special to them.
unsafe impl Send for Reserve {}

impl Reserve {
    pub(crate) fn new(limit: usize) -> Result<Reserve, CodeError> {
        let lease = Lease::new(limit)?;
        // In the first quarter: the code of most short programs fits after it.
        let noise = random() as usize % (lease.page() / 4);
        Ok(Reserve { lease, noise, pages: Vec::new(), dirty: 0..0, shut: false })
    }

    pub(crate) fn at(&self, offset: usize) -> Option<NonNull<u8>> {
        self.lease.at(offset)
    }

    pub(crate) fn offset_of(&self, address: usize) -> Option<usize> {
        self.lease.offset_of(address)
    }

    pub(crate) fn grow(&mut self, len: usize, grain: usize) -> Result<Range<usize>, CodeError> {
        let skip = if self.pages.is_empty() { self.noise - self.noise % grain } else { 0 };
        let need = len.checked_add(skip).ok_or(CodeError::Full)?.div_ceil(self.lease.page());
        let (fresh, blank) = self.lease.extend(need)?;
        if self.pages.try_reserve(fresh.end - self.pages.len()).is_err() {
            // They are blanked when the VM goes.
            return Err(CodeError::Full);
        }
        self.pages.resize(fresh.start, Page::Hole);
        self.pages.resize(fresh.end, if blank { Page::Blank } else { Page::Executable });
        Ok(fresh.start * self.lease.page() + skip..fresh.end * self.lease.page())
    }

    pub(crate) fn open(&mut self, range: Range<usize>) -> Result<(), CodeError> {
        self.reopen()?;
        let mut pages = self.pages_of(&range);
        // All blank pages that follow: between executable ones they would cost a mapping.
        while self.pages.get(pages.end) == Some(&Page::Blank) {
            pages.end += 1;
        }
        while let Some(run) = self.run(pages.clone(), |page| matches!(page, Page::Blank | Page::Executable)) {
            self.protect(run.clone(), MprotectFlags::READ | MprotectFlags::WRITE)?;
            self.opened(run);
        }
        Ok(())
    }

    pub(crate) fn put(&mut self, offset: usize, bytes: &[u8]) {
        let Some(end) = offset.checked_add(bytes.len()) else { return };
        if self.is_open(&(offset..end))
            && let Some(start) = self.lease.at(offset)
        {
            // SAFETY: these pages are writable, so they are of one run (a hole is not), mapped and ours. No reference is
            // made to bytes of the mapping, so `bytes` are others.
            unsafe { start.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        }
    }

    pub(crate) fn trap(&mut self, range: Range<usize>) {
        if self.is_open(&range)
            && let Some(start) = self.lease.at(range.start)
        {
            // SAFETY: these pages are writable, so they are of one run, mapped and ours; spans have a multiple of four
            // bytes.
            unsafe { arch::fill(start, range.len()) };
        }
    }

    pub(crate) fn seal(&mut self) -> Result<(), CodeError> {
        self.reopen()?;
        if !self.dirty.is_empty() {
            self.close()?;
            tell_threads();
        }
        Ok(())
    }

    /// Makes all pages executable, for this thread.
    fn close(&mut self) -> Result<(), CodeError> {
        while let Some(run) = self.run(self.dirty.clone(), |page| page == Page::Writable) {
            self.protect(run.clone(), MprotectFlags::READ | MprotectFlags::EXEC)?;
            for Stretch { start, len } in self.lease.stretches(run.clone()) {
                // SAFETY: these pages are mapped and readable. They are flushed after they have become executable, so
                // nothing older can have been fetched from them since.
                unsafe { arch::flush(start.as_ptr(), len) };
            }
            self.dirty.start = run.end;
            self.mark(run, Page::Executable);
        }
        self.dirty = 0..0;
        Ok(())
    }

    /// Changes pages; if the system refuses, takes all access from all there are.
    fn protect(&mut self, pages: Range<usize>, access: MprotectFlags) -> Result<(), CodeError> {
        if self.change(pages, access) {
            return Ok(());
        }
        self.change(0..self.pages.len(), MprotectFlags::empty());
        self.shut = true;
        self.dirty = 0..0;
        Err(CodeError::Refused)
    }

    /// Makes all that has been touched writable, after the system refused something.
    fn reopen(&mut self) -> Result<(), CodeError> {
        if self.shut {
            let all = 0..self.pages.len();
            self.protect(all.clone(), MprotectFlags::READ | MprotectFlags::WRITE)?;
            self.shut = false;
            self.opened(all);
        }
        Ok(())
    }

    fn change(&mut self, pages: Range<usize>, access: MprotectFlags) -> bool {
        self.lease.stretches(pages).all(|stretch| protect(&stretch, access))
    }

    /// Pages became writable: blank ones get their traps.
    fn opened(&mut self, pages: Range<usize>) {
        let mut rest = pages.clone();
        while let Some(blank) = self.run(rest.clone(), |page| page == Page::Blank) {
            for Stretch { start, len } in self.lease.stretches(blank.clone()) {
                // SAFETY: whole pages, which are ours and were just made writable.
                unsafe { arch::fill(start, len) };
            }
            rest.start = blank.end;
        }
        self.mark(pages, Page::Writable);
    }

    /// The first pages in `among` that are all of one sort.
    fn run(&self, among: Range<usize>, sort: impl Fn(Page) -> bool) -> Option<Range<usize>> {
        let pages = self.pages.get(among.start..among.end.min(self.pages.len()))?;
        let skip = pages.iter().position(|&page| sort(page))?;
        let len = pages.iter().skip(skip).take_while(|&&page| sort(page)).count();
        Some(among.start + skip..among.start + skip + len)
    }

    fn mark(&mut self, pages: Range<usize>, state: Page) {
        if state == Page::Writable && self.dirty.is_empty() {
            self.dirty = pages.clone();
        } else if state == Page::Writable {
            self.dirty = self.dirty.start.min(pages.start)..self.dirty.end.max(pages.end);
        }
        for page in self.pages.get_mut(pages).into_iter().flatten().filter(|page| **page != Page::Hole) {
            *page = state;
        }
    }

    fn is_open(&self, range: &Range<usize>) -> bool {
        let pages = self.pages.get(self.pages_of(range));
        !self.shut && pages.is_some_and(|pages| pages.iter().all(|&page| page == Page::Writable))
    }

    fn pages_of(&self, range: &Range<usize>) -> Range<usize> {
        range.start / self.lease.page()..range.end.div_ceil(self.lease.page())
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        let erase = |stretch: Stretch| {
            if !protect(&stretch, MprotectFlags::READ | MprotectFlags::WRITE) {
                return false;
            }
            // SAFETY: whole pages, which are ours and were just made writable.
            unsafe { arch::fill(stretch.start, stretch.len) };
            if !protect(&stretch, MprotectFlags::READ | MprotectFlags::EXEC) {
                return false;
            }
            // SAFETY: mapped and readable.
            unsafe { arch::flush(stretch.start.as_ptr(), stretch.len) };
            true
        };
        // SAFETY: running code is unsafe, and spans last as long as their `CodeMemory`, which is going.
        unsafe { self.lease.end(erase) };
    }
}

/// Changes what may be done with pages of a lease.
fn protect(pages: &Stretch, access: MprotectFlags) -> bool {
    // SAFETY: a lease names only pages that are lent to it, and nobody has references to them. Whether machine code in
    // them may stop being executable is what the contract of `CodeMemory` is about.
    unsafe { mprotect(pages.start.as_ptr().cast(), pages.len, access) }.is_ok()
}

/// Makes the processors of other threads forget what they fetched ahead.
///
/// A VM may move to a thread whose processor has read these addresses before, when other code lay there. What hands the
/// VM over orders memory, but not what was fetched: the Arm manual wants an `isb` on that processor, Intel's a
/// serializing instruction. Where the kernel cannot do it (before 4.16, or in a sandbox), it is left to the exceptions
/// and switches of threads that in practice lie between.
///
/// Fresh pages are no exception: a VM that is gone may have had its code at their addresses.
fn tell_threads() {
    if is_registered() {
        // It was registered, so the kernel has it; there would be nothing to do about an error.
        let _ = membarrier(MembarrierCommand::PrivateExpeditedSyncCore);
    }
}

/// Whether the kernel lets this process tell its threads. In a process that has some, the first call takes milliseconds.
fn is_registered() -> bool {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let register = || membarrier(MembarrierCommand::RegisterPrivateExpeditedSyncCore).is_ok();
    *REGISTERED.get_or_init(register)
}

pub(crate) fn prepare() {
    is_registered();
}
