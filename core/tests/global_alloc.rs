//! The engine never uses the global allocator, although hashbrown links `alloc`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use siskin_core::platform::HostIo;
use siskin_core::testing::{Kept, Nothing, PROGRAMS};
use siskin_core::{Dialect, Options, Outcome, Vm};

thread_local! {
    static ENGINE_RUNS: Cell<bool> = const { Cell::new(false) };
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

struct Watched;

// SAFETY: forwards to the system's allocator.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if ENGINE_RUNS.get() {
            ASKED.set(ASKED.get() + 1);
        }
        // SAFETY: passed on from the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: passed on from the caller.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static WATCHED: Watched = Watched;

/// A fixed arena, as in firmware: blocks are handed out and never freed.
mod arena {
    use std::alloc::Layout;
    use std::sync::Mutex;

    use siskin_core::mem::RawAlloc;

    const SIZE: usize = 16 << 20;

    struct Memory(std::cell::UnsafeCell<[u8; SIZE]>);

    // SAFETY: blocks are handed out once each, under a lock.
    unsafe impl Sync for Memory {}

    static MEMORY: Memory = Memory(std::cell::UnsafeCell::new([0; SIZE]));
    static NEXT: Mutex<usize> = Mutex::new(0);

    pub(crate) struct Arena;

    // SAFETY: blocks are aligned, within the memory and disjoint.
    unsafe impl RawAlloc for Arena {
        fn alloc(&self, layout: Layout) -> *mut u8 {
            let Ok(mut next) = NEXT.lock() else { return std::ptr::null_mut() };
            let base = MEMORY.0.get().cast::<u8>();
            let start = (base.addr() + *next).next_multiple_of(layout.align()) - base.addr();
            if start + layout.size() > SIZE {
                return std::ptr::null_mut();
            }
            *next = start + layout.size();
            base.wrapping_add(start)
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }
}

#[test]
fn the_watch_works() {
    ENGINE_RUNS.set(true);
    let before = ASKED.get();
    let boxed = std::hint::black_box(Box::new(1));
    ENGINE_RUNS.set(false);
    assert!(ASKED.get() > before);
    drop(boxed);
    ASKED.set(0);
}

#[test]
fn no_allocation_reaches_the_global_allocator() {
    for source in PROGRAMS {
        let mut output = Kept::default();
        output.0.reserve(1 << 16);
        ENGINE_RUNS.set(true);
        let mut vm = Vm::new(&arena::Arena, Options::default()).expect("room in the arena");
        let script = vm.load(source, Dialect::Lox).expect("no errors");
        vm.start(script).expect("room for a frame");
        let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
        assert!(matches!(outcome, Outcome::Done));
        // Also errors of each sort.
        assert!(vm.load("var 1 = ; class { }", Dialect::Lox).is_err());
        let script = vm.load("var x = nil; x.y();", Dialect::Lox).expect("no errors");
        vm.start(script).expect("room for a frame");
        let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
        assert!(matches!(outcome, Outcome::Error(_)));
        drop(outcome);
        drop(vm);
        ENGINE_RUNS.set(false);
    }
    assert_eq!(ASKED.get(), 0);
}
