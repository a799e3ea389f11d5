//! The requests to the host's allocator for blocks of pages.

use core::alloc::Layout;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use super::*;
use crate::heap::PAGE;
use crate::heap::block::{Blocks, MOST_IN_A_RUN};
use crate::heap::size_class::MAX_SMALL;
use crate::mem::RawAlloc;
use crate::testing::{Moody, SYSTEM};

/// The standard allocator, which counts the requests for memory that is aligned to a page.
#[derive(Default)]
struct Aligned {
    requests: AtomicUsize,
    bytes: AtomicUsize,
    longest: AtomicUsize,
}

// SAFETY: forwards to the standard allocator.
unsafe impl RawAlloc for Aligned {
    fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() == PAGE {
            self.requests.fetch_add(1, Relaxed);
            self.bytes.fetch_add(layout.size(), Relaxed);
            self.longest.fetch_max(layout.size(), Relaxed);
        }
        SYSTEM.alloc(layout)
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if layout.align() == PAGE {
            self.bytes.fetch_sub(layout.size(), Relaxed);
        }
        // SAFETY: passed on from the caller.
        unsafe { SYSTEM.dealloc(ptr, layout) };
    }
}

fn world() -> (&'static Aligned, World) {
    let alloc: &'static Aligned = std::boxed::Box::leak(std::boxed::Box::default());
    (alloc, World::in_memory(&Mem::new(alloc, usize::MAX).unwrap()))
}

#[test]
fn blocks_grow_with_the_heap_and_stay_a_small_part_of_it() {
    let (alloc, mut world) = world();
    let mut longest = 0;
    for _ in 0..1_500_000 {
        let cell = world.cell(Value::NIL);
        world.roots.values.push(cell.value());
        let now = alloc.longest.load(Relaxed);
        if now > longest {
            longest = now;
            let used = world.heap.mem().usage().used;
            assert!(now <= 2 * PAGE || now <= used / 7, "a block of {now} bytes of {used}");
        }
    }
    assert!(longest > 32 * PAGE);
    // Smaller pages make smaller blocks.
    let most = 80 * (16 << 10) / PAGE;
    assert!(alloc.requests.load(Relaxed) < most, "{} requests", alloc.requests.load(Relaxed));
}

#[test]
fn objects_of_a_few_kilobytes_share_pages() {
    let (alloc, mut world) = world();
    for size in [MAX_SMALL / 7, MAX_SMALL / 5, MAX_SMALL / 2, MAX_SMALL] {
        let before = world.heap.mem().usage().used;
        for _ in 0..1000 {
            world.slots((size / 8 - 1) as u16);
        }
        let used = world.heap.mem().usage().used - before;
        assert!(used < 1000 * size * 3 / 2 + (2 << 20), "{used} bytes for 1,000 objects of {size}");
    }
    assert!(alloc.requests.load(Relaxed) < 400);
}

#[test]
fn whole_blocks_go_back_to_the_host_and_a_page_in_use_keeps_its_block() {
    let (alloc, mut world) = world();
    let mut kept = Vec::new();
    for index in 0..1_000_000 {
        let cell = world.cell(Value::int(index));
        if index % 250_000 == 7 {
            world.hold(cell.value());
            kept.push((cell, index));
        }
    }
    let before = alloc.bytes.load(Relaxed);
    world.heap.collect_for_space(&mut world.roots);
    let after = alloc.bytes.load(Relaxed);
    assert!(after < before / 2 && after >= PAGE, "{after} of {before}");
    for (cell, index) in kept {
        assert!(cell.value.get().is_identical(Value::int(index)));
    }
    world.roots.values.clear();
    world.heap.collect_for_space(&mut world.roots);
    assert_eq!(alloc.bytes.load(Relaxed), 0);
}

#[test]
fn runs_of_pages_are_found_again_when_memory_is_short() {
    let alloc = Moody::new();
    let mem = Mem::new(alloc, usize::MAX).unwrap();
    let mut blocks = Blocks::new(&mem);
    let mut taken: Vec<_> = (0..400).map(|_| blocks.take(1).unwrap()).collect();
    taken.sort();
    let give = |blocks: &mut Blocks, (page, block), count| {
        // SAFETY: each page is given back once, to its block.
        unsafe { blocks.give_back(page, count, block, true) };
    };
    // Every other page of one half, and some adjacent pages of the other.
    for index in (0..200).step_by(2).chain(300..320) {
        give(&mut blocks, taken[index], 1);
    }
    alloc.refuse(true);
    let run = blocks.take(MOST_IN_A_RUN / 2).expect("there are neighbours");
    assert!(run.0.addr().get().is_multiple_of(PAGE));
    let mut singles = 0;
    while let Ok(page) = blocks.take(1) {
        taken.push(page);
        singles += 1;
    }
    assert!(singles >= 120 - MOST_IN_A_RUN / 2, "{singles}");
    assert_eq!(blocks.free_pages(), 0);
    alloc.refuse(false);
    give(&mut blocks, run, MOST_IN_A_RUN / 2);
    for index in (1..200).step_by(2).chain(200..300).chain(320..taken.len()) {
        give(&mut blocks, taken[index], 1);
    }
    while blocks.release() {}
    drop(blocks);
    drop(mem);
    assert_eq!(alloc.bytes(), 0);
}
