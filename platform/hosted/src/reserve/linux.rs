//! Linux: one mapping, whose pages `mprotect` makes writable or executable.

use std::ops::Range;
use std::ptr::NonNull;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use rustix::rand::{GetRandomFlags, getrandom};
use rustix::thread::{MembarrierCommand, membarrier};
use siskin_core::platform::CodeError;

use crate::arch;

/// How many pages before the first one in use may be left out.
const SHIFTS: usize = 256;

/// A mapping:
///
/// ```text
///   map                     base
///   |guard, and a random     |touched: writable or |not yet        | guard
///   |number of pages         |executable           |               |
///   |no access               |                     |no access      | no access
/// ```
///
/// The kernel places the mapping at random, but next to others, so that their addresses would tell ours.
#[derive(Debug)]
pub(crate) struct Reserve {
    map: NonNull<u8>,
    mapped: usize,
    base: NonNull<u8>,
    len: usize,
    page: usize,
    /// Random, to place the first span within its page.
    noise: usize,
    /// For each page that was touched, whether it is writable, otherwise executable.
    open: Vec<bool>,
    /// Pages outside are not open.
    dirty: Range<usize>,
    /// The system refused a change: what was touched has no access (or whatever it could not be kept from).
    shut: bool,
    /// Whether other threads' processors can be told of new code; not known before the first time.
    barrier: Option<bool>,
}

// SAFETY: the mapping belongs to this value alone, and no thread is special to it.
unsafe impl Send for Reserve {}

impl Reserve {
    pub(crate) fn new(reserve: usize) -> Result<Reserve, CodeError> {
        Reserve::map(reserve, page_size(), random()).ok_or(CodeError::Refused)
    }

    fn map(reserve: usize, page: usize, random: u64) -> Option<Reserve> {
        // One page more, because the first span begins somewhere in the first.
        let len = reserve.checked_next_multiple_of(page)?.checked_add(page)?;
        let mapped = len.checked_add((SHIFTS + 1) * page)?;
        let shift = (1 + random as usize % SHIFTS) * page;
        // In the first quarter: the code of most short programs fits behind it.
        let noise = (random >> 32) as usize % (page / 4);

        // SAFETY: the kernel chooses the addresses, none of them in use.
        let map =
            unsafe { mmap_anonymous(std::ptr::null_mut(), mapped, ProtFlags::empty(), MapFlags::PRIVATE) };
        let map = NonNull::new(map.ok()?.cast::<u8>())?;
        // SAFETY: `shift + len` is at most `mapped - page`.
        let base = unsafe { map.add(shift) };
        Some(Reserve {
            map,
            mapped,
            base,
            len,
            page,
            noise,
            open: Vec::new(),
            dirty: 0..0,
            shut: false,
            barrier: None,
        })
    }

    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    pub(crate) fn room(&self, grain: usize) -> Range<usize> {
        let first = self.noise - self.noise % grain;
        first..first + (self.len - self.page)
    }

    pub(crate) fn open(&mut self, range: Range<usize>) -> Result<(), CodeError> {
        self.reopen()?;
        let pages = self.pages(&range);
        while let Some(run) = self.run(pages.clone(), false) {
            self.protect(run.clone(), MprotectFlags::READ | MprotectFlags::WRITE)?;
            self.mark(run, true);
        }
        if pages.end > self.open.len() {
            // Who needs more than the first page soon needs more yet, and opening takes as long as coming by a page.
            let ahead = usize::from(!self.open.is_empty());
            let fresh = self.open.len()..(pages.end + ahead).min(self.len / self.page);
            self.open.try_reserve(fresh.len()).map_err(|_| CodeError::Full)?;
            self.protect(fresh.clone(), MprotectFlags::READ | MprotectFlags::WRITE)?;
            self.open.resize(fresh.end, true);
            self.mark(fresh.clone(), true);
            self.trap(fresh.start * self.page..fresh.end * self.page);
        }
        Ok(())
    }

    pub(crate) fn put(&mut self, offset: usize, bytes: &[u8]) {
        let Some(end) = offset.checked_add(bytes.len()) else { return };
        if self.is_open(&(offset..end)) {
            // SAFETY: these pages are open, so they are mapped, ours and writable. No reference is made to bytes
            // of the mapping, so `bytes` are others.
            unsafe {
                self.base.add(offset).copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len())
            };
        }
    }

    pub(crate) fn trap(&mut self, range: Range<usize>) {
        if self.is_open(&range) {
            for offset in range.step_by(arch::TRAP.len()) {
                // SAFETY: these pages are open, so they are mapped, ours and writable; pages and spans have a
                // multiple of four bytes, and arrays of bytes no alignment.
                unsafe { self.base.add(offset).cast::<[u8; 4]>().write(arch::TRAP) };
            }
        }
    }

    pub(crate) fn seal(&mut self) -> Result<(), CodeError> {
        self.reopen()?;
        if !self.dirty.is_empty() {
            self.close()?;
            self.tell_threads();
        }
        Ok(())
    }

    /// Makes all pages executable, for this thread.
    fn close(&mut self) -> Result<(), CodeError> {
        while let Some(run) = self.run(self.dirty.clone(), true) {
            self.protect(run.clone(), MprotectFlags::READ | MprotectFlags::EXEC)?;
            // SAFETY: touched pages lie in the mapping, and these are readable. They are flushed after they have
            // become executable, so nothing older can have been fetched from them since.
            unsafe { arch::flush(self.base.add(run.start * self.page).as_ptr(), run.len() * self.page) };
            self.dirty.start = run.end;
            self.mark(run, false);
        }
        self.dirty = 0..0;
        Ok(())
    }

    /// Makes the processors of other threads forget what they fetched ahead.
    ///
    /// A VM may move to a thread whose processor has read these addresses before, when other code lay there. What
    /// hands the VM over orders memory, but not what was fetched: the Arm manual wants an `isb` on that processor,
    /// Intel's a serializing instruction. Where the kernel cannot do it (before 4.16, or in a sandbox), it is left
    /// to the exceptions and switches of threads that in practice lie between.
    ///
    /// Fresh pages are no exception: a VM that is gone may have had its code at their addresses. The first time may take
    /// milliseconds in a process with threads, so it is not done before there is code.
    fn tell_threads(&mut self) {
        let register = || membarrier(MembarrierCommand::RegisterPrivateExpeditedSyncCore).is_ok();
        if *self.barrier.get_or_insert_with(register) {
            // It was registered, so the kernel has it; there would be nothing to do about an error.
            let _ = membarrier(MembarrierCommand::PrivateExpeditedSyncCore);
        }
    }

    /// Changes pages; if the system refuses, takes all access from all that were touched.
    fn protect(&mut self, pages: Range<usize>, access: MprotectFlags) -> Result<(), CodeError> {
        if self.change(&pages, access) {
            return Ok(());
        }
        self.change(&(0..self.open.len()), MprotectFlags::empty());
        self.shut = true;
        self.mark(0..self.open.len(), false);
        self.dirty = 0..0;
        Err(CodeError::Refused)
    }

    /// Makes all that was touched writable, after the system refused something.
    fn reopen(&mut self) -> Result<(), CodeError> {
        if self.shut {
            let all = 0..self.open.len();
            self.protect(all.clone(), MprotectFlags::READ | MprotectFlags::WRITE)?;
            self.shut = false;
            self.mark(all, true);
        }
        Ok(())
    }

    fn change(&mut self, pages: &Range<usize>, access: MprotectFlags) -> bool {
        // SAFETY: callers name pages below `len`, which lie in the mapping; nobody has references to it. Whether
        // machine code in them may stop being executable is what the contract of `CodeMemory` is about.
        unsafe {
            let start = self.base.add(pages.start * self.page);
            mprotect(start.as_ptr().cast(), pages.len() * self.page, access).is_ok()
        }
    }

    /// The first pages in `among`, of those touched, that are all open or all not.
    fn run(&self, among: Range<usize>, open: bool) -> Option<Range<usize>> {
        let states = self.open.get(among.start..among.end.min(self.open.len()))?;
        let skip = states.iter().position(|&state| state == open)?;
        let len = states.iter().skip(skip).take_while(|&&state| state == open).count();
        Some(among.start + skip..among.start + skip + len)
    }

    fn mark(&mut self, pages: Range<usize>, open: bool) {
        if open && self.dirty.is_empty() {
            self.dirty = pages.clone();
        } else if open {
            self.dirty = self.dirty.start.min(pages.start)..self.dirty.end.max(pages.end);
        }
        if let Some(states) = self.open.get_mut(pages) {
            states.fill(open);
        }
    }

    fn is_open(&self, range: &Range<usize>) -> bool {
        self.open.get(self.pages(range)).is_some_and(|states| states.iter().all(|&open| open))
    }

    fn pages(&self, range: &Range<usize>) -> Range<usize> {
        range.start / self.page..range.end.div_ceil(self.page)
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nobody has references to it. Its code is not run any more: running it
        // is unsafe, and spans last as long as their `CodeMemory`.
        let _ = unsafe { munmap(self.map.as_ptr().cast(), self.mapped) };
    }
}

/// Bytes of a page.
fn page_size() -> usize {
    // x86-64 has no other; asking is a call of the system.
    if cfg!(target_arch = "x86_64") { 4096 } else { rustix::param::page_size() }
}

/// Zero if the system has none ready: the kernel's own placement is left.
fn random() -> u64 {
    let mut bytes = [0; 8];
    match getrandom(&mut bytes[..], GetRandomFlags::NONBLOCK) {
        Ok(_) => u64::from_ne_bytes(bytes),
        Err(_) => 0,
    }
}
