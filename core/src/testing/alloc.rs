//! Allocators that count and refuse requests.

use core::alloc::Layout;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use crate::mem::{Mem, RawAlloc};

struct System;

// SAFETY: forwards to the standard allocator.
unsafe impl RawAlloc for System {
    fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the engine asks for no empty layouts.
        unsafe { std::alloc::alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: passed on from the caller.
        unsafe { std::alloc::dealloc(ptr, layout) }
    }
}

/// The standard allocator.
pub static SYSTEM: &dyn RawAlloc = &System;

/// A budget without a limit.
///
/// # Panics
/// If there is no memory for it.
#[must_use]
pub fn mem() -> Mem {
    Mem::new(SYSTEM, usize::MAX).expect("memory for a test")
}

/// The standard allocator, which counts and can be told to refuse.
#[derive(Debug, Default)]
pub struct Moody {
    bytes: AtomicUsize,
    asked: AtomicUsize,
    requests: AtomicUsize,
    grown: AtomicUsize,
    discarded: AtomicUsize,
    refuses: AtomicBool,
    /// The number of requests until some are refused.
    before: AtomicUsize,
    /// The number of requests that are refused then.
    refusals: AtomicUsize,
}

impl Moody {
    /// An allocator that lives as long as the program.
    #[must_use]
    pub fn new() -> &'static Moody {
        std::boxed::Box::leak(std::boxed::Box::default())
    }

    /// An allocator that refuses the requests with the numbers `from..to`, counted from 0, and grants all others.
    #[must_use]
    pub fn refusing(from: usize, to: usize) -> &'static Moody {
        let moody = Moody::new();
        moody.refuse_after(from, to - from);
        moody
    }

    /// The number of all requests, granted or refused.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.asked.load(Relaxed)
    }

    /// Bytes given out and not given back.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    /// Requests for a fresh block that were granted.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Relaxed)
    }

    /// Requests for another length of a block that were granted.
    #[must_use]
    pub fn grown(&self) -> usize {
        self.grown.load(Relaxed)
    }

    /// Bytes that were discarded.
    #[must_use]
    pub fn discarded(&self) -> usize {
        self.discarded.load(Relaxed)
    }

    /// From now on refuses all requests, or none.
    pub fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Relaxed);
    }

    /// Grants `before` more requests, then refuses `refusals`.
    pub fn refuse_after(&self, before: usize, refusals: usize) {
        self.before.store(before, Relaxed);
        self.refusals.store(refusals, Relaxed);
    }

    fn refuses_now(&self) -> bool {
        self.asked.fetch_add(1, Relaxed);
        let take = |left: &AtomicUsize| {
            let some = left.load(Relaxed) != 0;
            left.store(left.load(Relaxed).saturating_sub(1), Relaxed);
            some
        };
        self.refuses.load(Relaxed) || (!take(&self.before) && take(&self.refusals))
    }
}

// SAFETY: forwards to the standard allocator, or returns null.
unsafe impl RawAlloc for Moody {
    fn alloc(&self, layout: Layout) -> *mut u8 {
        assert!(layout.size() != 0, "the engine asks for no empty layouts");
        if self.refuses_now() {
            return core::ptr::null_mut();
        }
        self.requests.fetch_add(1, Relaxed);
        self.bytes.fetch_add(layout.size(), Relaxed);
        // SAFETY: the layout is not empty.
        unsafe { std::alloc::alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        self.bytes.fetch_sub(layout.size(), Relaxed);
        // The pattern makes later reads of these bytes visible.
        // SAFETY: passed on from the caller.
        unsafe {
            ptr.write_bytes(0xDF, layout.size());
            std::alloc::dealloc(ptr, layout);
        }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if self.refuses_now() {
            return core::ptr::null_mut();
        }
        self.grown.fetch_add(1, Relaxed);
        self.bytes.fetch_add(new_size, Relaxed);
        // The new block is always at another address, so that a use of the old one shows.
        // SAFETY: the caller vouches for block, layout and size; the blocks are distinct.
        unsafe {
            let new = std::alloc::alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            new.copy_from_nonoverlapping(ptr, layout.size().min(new_size));
            self.dealloc(ptr, layout);
            new
        }
    }

    unsafe fn discard(&self, ptr: *mut u8, len: usize) {
        self.discarded.fetch_add(len, Relaxed);
        // The pattern makes later reads of these bytes visible.
        // SAFETY: the caller vouches for the bytes.
        unsafe { ptr.write_bytes(0xDF, len) };
    }
}
