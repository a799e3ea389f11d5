//! macOS: one `MAP_JIT` mapping for the process. **Untested**: written from Apple's documentation ("Porting just-in-time compilers
//! to Apple silicon") on a machine that can check its types but not run it.
//!
//! On Apple silicon the pages are writable or executable for each thread: writable while this module writes,
//! executable at all other times, so code is executable even before `seal`. On Intel, where a thread has no such
//! switch, `mprotect` is called around each write. A process with the hardened runtime needs the entitlement
//! `com.apple.security.cs.allow-jit`.
//!
//! There is nothing like Linux's `membarrier`: that a VM's next thread fetches new code is left to the exceptions
//! and switches of threads that in practice lie between.

use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::ptr::NonNull;

use siskin_core::platform::CodeError;

use crate::arch;
use crate::lease::{Lease, Stretch};

unsafe extern "C" {
    /// Makes `len` bytes of new code at `start` visible to instruction fetch.
    fn sys_icache_invalidate(start: *mut c_void, len: usize);
}

#[cfg(not(target_arch = "aarch64"))]
const READ_WRITE: c_int = libc::PROT_READ | libc::PROT_WRITE;
#[cfg(not(target_arch = "aarch64"))]
const READ_EXECUTE: c_int = libc::PROT_READ | libc::PROT_EXEC;

/// The pages of a VM.
#[derive(Debug)]
pub(crate) struct Reserve {
    lease: Lease,
    /// Random, to place the first span within its page.
    noise: usize,
    /// Of each page, whether it holds traps or spans. False of holes, and of pages that nobody had yet.
    filled: Vec<bool>,
    /// Written and not flushed.
    dirty: Range<usize>,
    /// Something could not be written, so nothing may be sealed.
    refused: bool,
}

// SAFETY: the pages are lent to this value alone; a thread's switch is turned back before any method returns.
unsafe impl Send for Reserve {}

impl Reserve {
    pub(crate) fn new(limit: usize) -> Result<Reserve, CodeError> {
        let lease = Lease::new(limit)?;
        // SAFETY: it has no conditions.
        let noise = unsafe { libc::arc4random() } as usize % (lease.page() / 4);
        Ok(Reserve { lease, noise, filled: Vec::new(), dirty: 0..0, refused: false })
    }

    pub(crate) fn at(&self, offset: usize) -> Option<NonNull<u8>> {
        self.lease.at(offset)
    }

    pub(crate) fn offset_of(&self, address: usize) -> Option<usize> {
        self.lease.offset_of(address)
    }

    pub(crate) fn grow(&mut self, len: usize, grain: usize) -> Result<Range<usize>, CodeError> {
        let page = self.lease.page();
        let skip = if self.filled.is_empty() { self.noise - self.noise % grain } else { 0 };
        let need = len.checked_add(skip).ok_or(CodeError::Full)?.div_ceil(page);
        let (fresh, blank) = self.lease.extend(need)?;
        if self.filled.try_reserve(fresh.end - self.filled.len()).is_err() {
            return Err(CodeError::Full);
        }
        self.filled.resize(fresh.start, false);
        self.filled.resize(fresh.end, true);
        let fresh = fresh.start * page..fresh.end * page;
        if blank {
            self.trap(fresh.clone());
        }
        self.check()?;
        Ok(fresh.start + skip..fresh.end)
    }

    pub(crate) fn open(&mut self, _range: Range<usize>) -> Result<(), CodeError> {
        self.check()
    }

    pub(crate) fn put(&mut self, offset: usize, bytes: &[u8]) {
        let Some(end) = offset.checked_add(bytes.len()) else { return };
        self.writing(offset..end, |start| {
            // SAFETY: `writing` vouches for as many bytes at `start`. No reference is made to bytes of the mapping,
            // so `bytes` are others.
            unsafe { start.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        });
    }

    pub(crate) fn trap(&mut self, range: Range<usize>) {
        let len = range.len();
        self.writing(range, |start| {
            // SAFETY: `writing` vouches for `len` bytes, which pages and spans have a multiple of four of.
            unsafe { arch::fill(start, len) };
        });
    }

    pub(crate) fn seal(&mut self) -> Result<(), CodeError> {
        self.check()?;
        let page = self.lease.page();
        let dirty = self.dirty.start / page..self.dirty.end.div_ceil(page);
        for Stretch { start, len } in self.lease.stretches(dirty) {
            // SAFETY: these pages lie in the mapping.
            unsafe { sys_icache_invalidate(start.as_ptr().cast(), len) };
        }
        self.dirty = 0..0;
        Ok(())
    }

    fn check(&self) -> Result<(), CodeError> {
        if self.refused { Err(CodeError::Refused) } else { Ok(()) }
    }

    /// Calls `write` with the address of `range`, which is writable meanwhile. Does not, if it is not in pages of one run
    /// or the system refuses.
    fn writing(&mut self, range: Range<usize>, write: impl FnOnce(NonNull<u8>)) {
        let page = self.lease.page();
        let pages = range.start / page..range.end.div_ceil(page);
        let filled = self.filled.get(pages.clone()).is_some_and(|pages| pages.iter().all(|&filled| filled));
        let (true, Some(start), Some(stretch)) =
            (filled, self.lease.at(range.start), self.lease.stretches(pages).next())
        else {
            return;
        };
        if !writable(&stretch, true) {
            self.refused = true;
            return;
        }
        write(start);
        self.refused |= !writable(&stretch, false);
        let dirty = if self.dirty.is_empty() { range.clone() } else { self.dirty.clone() };
        self.dirty = dirty.start.min(range.start)..dirty.end.max(range.end);
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        let erase = |stretch: Stretch| {
            if !writable(&stretch, true) {
                return false;
            }
            // SAFETY: whole pages, which are ours and were just made writable.
            unsafe {
                arch::fill(stretch.start, stretch.len);
                sys_icache_invalidate(stretch.start.as_ptr().cast(), stretch.len);
            }
            writable(&stretch, false)
        };
        // SAFETY: running code is unsafe, and spans last as long as their `CodeMemory`, which is going.
        unsafe { self.lease.end(erase) };
    }
}

/// Makes pages writable or executable, for this thread.
#[cfg(target_arch = "aarch64")]
fn writable(_pages: &Stretch, yes: bool) -> bool {
    // SAFETY: between the two calls this thread runs no machine code of any `MAP_JIT` mapping.
    unsafe { libc::pthread_jit_write_protect_np(c_int::from(!yes)) };
    true
}

/// Makes pages writable or executable.
#[cfg(not(target_arch = "aarch64"))]
fn writable(pages: &Stretch, yes: bool) -> bool {
    let access = if yes { READ_WRITE } else { READ_EXECUTE };
    // SAFETY: a lease names only pages that are lent to it, and the contract of `CodeMemory` says that none of its code
    // runs meanwhile.
    unsafe { libc::mprotect(pages.start.as_ptr().cast(), pages.len, access) == 0 }
}

pub(crate) fn prepare() {}
