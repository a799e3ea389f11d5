//! Many code memories in one process. It is one test, so that no other test maps memory meanwhile.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod common;

use std::collections::HashSet;
use std::thread;

use common::{access_at, add, bytes, call, maps, traps};
use siskin_core::platform::{CodeMemory, CodeSpan};
use siskin_hosted::HostedCode;

const PAGE: usize = 4096;
/// The number of code memories. If each had mappings, there would be twice as many of them. An emulator takes long for
/// each.
const MANY: u16 = if cfg!(emulated) { 400 } else { 2000 };
const ROUNDS: u16 = if cfg!(emulated) { 30 } else { 200 };

/// A code memory with one function.
struct One {
    code: HostedCode,
    span: CodeSpan,
    number: u16,
}

// SAFETY: the span belongs to the memory, which moves along.
unsafe impl Send for One {}

fn one(number: u16) -> One {
    let mut code = HostedCode::new(1 << 20).unwrap();
    let span = add(&mut code, number);
    code.seal().unwrap();
    One { code, span, number }
}

fn page_of(one: &One) -> usize {
    one.span.start.addr().get() / PAGE
}

#[track_caller]
fn all_run(ones: &[One]) {
    for one in ones {
        assert_eq!(call(one.span), u32::from(one.number));
    }
}

/// The number of mappings more than before.
fn more_than(before: usize) -> usize {
    maps().len().saturating_sub(before)
}

#[test]
fn many_memories_lie_side_by_side() {
    let before = maps().len();
    let mut ones: Vec<One> = (0..MANY).map(one).collect();
    all_run(&ones);
    assert!(more_than(before) < 20, "{} mappings more", more_than(before));
    let pages: HashSet<_> = ones.iter().map(page_of).collect();
    assert_eq!(pages.len(), ones.len(), "no two share a page");

    pages_come_back_erased(&mut ones);
    assert!(more_than(before) < 20, "{} mappings more", more_than(before));
    writing_leaves_others_alone(&mut ones);
    memory_goes_back_to_the_system(ones);
    assert!(more_than(before) < 20, "{} mappings more", more_than(before));
    threads_have_their_own();
}

/// Every second memory is dropped. Its pages contain traps until they are reused.
fn pages_come_back_erased(ones: &mut Vec<One>) {
    let mut gone = HashSet::new();
    let mut number = 0;
    ones.retain(|one| {
        number += 1;
        if number % 2 == 0 {
            gone.insert(page_of(one));
        }
        number % 2 != 0
    });
    all_run(ones);
    for page in &gone {
        let start = std::ptr::with_exposed_provenance_mut(page * PAGE);
        let span = CodeSpan { start: std::ptr::NonNull::new(start).unwrap(), len: PAGE };
        assert_eq!(bytes(span), traps(PAGE));
    }
    let again: Vec<One> = (0..MANY / 2).map(one).collect();
    let reused = again.iter().filter(|one| gone.contains(&page_of(one))).count();
    assert_eq!(reused, again.len(), "pages that came back are lent first");
    ones.extend(again);
    all_run(ones);
}

/// While one memory is written, its neighbours still run.
fn writing_leaves_others_alone(ones: &mut [One]) {
    let middle = ones.len() / 3;
    let other = add(&mut ones[middle].code, 9999);
    let at = ones[middle].span.start.addr().get();
    assert_eq!(access_at(at).as_deref(), Some("rw-p"));
    for (index, one) in ones.iter().enumerate() {
        if index != middle {
            assert_eq!(call(one.span), u32::from(one.number));
        }
    }
    ones[middle].code.seal().unwrap();
    assert_eq!(call(other), 9999);
    all_run(ones);
    // Each memory grows far beyond its first page, after which the next one's pages begin.
    for one in &mut ones[..20] {
        let spans: Vec<_> = (0..200).map(|number| (number, one.code.allocate(1000).unwrap())).collect();
        let more: Vec<_> = (0..200).map(|number| add(&mut one.code, number)).collect();
        one.code.seal().unwrap();
        assert!(spans.iter().all(|(_, span)| bytes(*span) == traps(1000)));
        assert!(more.iter().enumerate().all(|(number, span)| call(*span) == number as u32));
    }
    all_run(ones);
}

fn memory_goes_back_to_the_system(ones: Vec<One>) {
    let places: Vec<_> = ones.iter().map(|one| one.span.start.addr().get()).collect();
    drop(ones);
    let maps = maps();
    let blank =
        |at: usize| maps.iter().any(|mapping| mapping.range.contains(&at) && mapping.access == "---p");
    let kept = places.iter().filter(|&&at| !blank(at)).count();
    assert!(kept <= 512, "{kept} pages are not blank");
}

fn threads_have_their_own() {
    let runs = |seed: u16| {
        move || {
            let mut kept: Vec<One> = Vec::new();
            for round in 0..ROUNDS {
                let mut fresh = one(round);
                let second = add(&mut fresh.code, seed);
                fresh.code.seal().unwrap();
                assert_eq!(call(second), u32::from(seed));
                kept.push(fresh);
                if round % 3 == 0 {
                    kept.swap_remove(usize::from(round * 7 % 31) % kept.len());
                }
                all_run(&kept);
            }
            kept
        }
    };
    let threads: Vec<_> = (0..4).map(|seed| thread::spawn(runs(seed))).collect();
    let kept: Vec<One> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    all_run(&kept);
    let pages: HashSet<_> = kept.iter().map(page_of).collect();
    assert_eq!(pages.len(), kept.len(), "no two share a page");
}
