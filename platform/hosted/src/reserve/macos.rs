//! macOS: one `MAP_JIT` mapping. **Untested**: written from Apple's documentation ("Porting just-in-time compilers
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

unsafe extern "C" {
    /// Makes `len` bytes of new code at `start` visible to instruction fetch.
    fn sys_icache_invalidate(start: *mut c_void, len: usize);
}

const READ_WRITE: c_int = libc::PROT_READ | libc::PROT_WRITE;
const READ_EXECUTE: c_int = libc::PROT_READ | libc::PROT_EXEC;
const APPLE_SILICON: bool = cfg!(target_arch = "aarch64");

/// A mapping, its first page in use up to `touched`.
#[derive(Debug)]
pub(crate) struct Reserve {
    base: NonNull<u8>,
    len: usize,
    page: usize,
    /// Random, to place the first span within its page.
    noise: usize,
    /// Bytes, in whole pages, that are traps or in spans.
    touched: usize,
    /// Written and not flushed.
    dirty: Range<usize>,
    /// Something could not be written, so nothing may be sealed.
    refused: bool,
}

// SAFETY: the mapping belongs to this value alone; a thread's switch is turned back before any method returns.
unsafe impl Send for Reserve {}

impl Reserve {
    pub(crate) fn new(reserve: usize) -> Result<Reserve, CodeError> {
        // SAFETY: it only asks.
        let page =
            usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).map_err(|_| CodeError::Refused)?;
        let len = reserve.checked_next_multiple_of(page).and_then(|len| len.checked_add(page));
        let len = len.ok_or(CodeError::Refused)?;
        let access = if APPLE_SILICON { READ_WRITE | READ_EXECUTE } else { READ_EXECUTE };
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_JIT;
        // SAFETY: the kernel chooses the addresses, none of them in use.
        let map = unsafe { libc::mmap(std::ptr::null_mut(), len, access, flags, -1, 0) };
        if map == libc::MAP_FAILED {
            return Err(CodeError::Refused);
        }
        let base = NonNull::new(map.cast()).ok_or(CodeError::Refused)?;
        // SAFETY: it has no conditions.
        let noise = unsafe { libc::arc4random() } as usize % page;
        Ok(Reserve { base, len, page, noise, touched: 0, dirty: 0..0, refused: false })
    }

    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    pub(crate) fn room(&self, grain: usize) -> Range<usize> {
        let first = self.noise - self.noise % grain;
        first..first + (self.len - self.page)
    }

    pub(crate) fn open(&mut self, range: Range<usize>) -> Result<(), CodeError> {
        let end = range.end.next_multiple_of(self.page);
        if end > self.touched && end <= self.len {
            let fresh = self.touched..end;
            self.touched = end;
            self.trap(fresh);
        }
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
            for offset in (0..len).step_by(arch::TRAP.len()) {
                // SAFETY: `writing` vouches for `len` bytes, which pages and spans have a multiple of four of;
                // arrays of bytes have no alignment.
                unsafe { start.add(offset).cast::<[u8; 4]>().write(arch::TRAP) };
            }
        });
    }

    pub(crate) fn seal(&mut self) -> Result<(), CodeError> {
        self.check()?;
        if !self.dirty.is_empty() {
            // SAFETY: what was written lies in the mapping.
            unsafe {
                let start = self.base.add(self.dirty.start);
                sys_icache_invalidate(start.as_ptr().cast(), self.dirty.len());
            }
            self.dirty = 0..0;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), CodeError> {
        if self.refused { Err(CodeError::Refused) } else { Ok(()) }
    }

    /// Calls `write` with the address of `range`, which is writable meanwhile. Does not, if it was never opened or the
    /// system refuses.
    fn writing(&mut self, range: Range<usize>, write: impl FnOnce(NonNull<u8>)) {
        if range.end > self.touched {
            return;
        }
        if !self.writable(true) {
            self.refused = true;
            return;
        }
        // SAFETY: the range ends within the mapping.
        write(unsafe { self.base.add(range.start) });
        self.refused |= !self.writable(false);
        let dirty = if self.dirty.is_empty() { range.clone() } else { self.dirty.clone() };
        self.dirty = dirty.start.min(range.start)..dirty.end.max(range.end);
    }

    #[cfg(target_arch = "aarch64")]
    fn writable(&mut self, yes: bool) -> bool {
        // SAFETY: between the two calls this thread runs no machine code of any `MAP_JIT` mapping.
        unsafe { libc::pthread_jit_write_protect_np(c_int::from(!yes)) };
        true
    }

    #[cfg(not(target_arch = "aarch64"))]
    fn writable(&mut self, yes: bool) -> bool {
        let access = if yes { READ_WRITE } else { READ_EXECUTE };
        // SAFETY: the mapping is ours, and the contract of `CodeMemory` says that none of its code runs meanwhile.
        unsafe { libc::mprotect(self.base.as_ptr().cast(), self.len, access) == 0 }
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, and nobody has references to it. Its code is not run any more: running it
        // is unsafe, and spans last as long as their `CodeMemory`.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}
