//! The objects that a collection keeps, and those that it frees.

use super::*;
use crate::heap::PAGE;
use crate::object::Age;

/// Makes cells until one has this address. False if none has before the space takes a new page.
fn comes_again(world: &mut World, address: usize) -> bool {
    let pages = world.pages();
    while world.pages() <= pages {
        if world.cell(Value::NIL).address() == address {
            return true;
        }
    }
    false
}

#[test]
fn the_dead_make_room_and_the_living_stay() {
    for extent in [Extent::Young, Extent::Full] {
        let mut world = World::new();
        let kept: Vec<_> = (0..100)
            .map(|index| {
                let kept = world.cell(Value::int(index));
                world.hold(kept.value());
                world.cell(Value::NIL);
                kept
            })
            .collect();
        let dead = world.cell(Value::NIL).address();
        assert!(!comes_again(&mut world, dead));
        world.collect(extent);
        assert_eq!(world.marked(), 100);
        assert!(comes_again(&mut world, dead));
        for (index, kept) in kept.iter().enumerate() {
            assert!(kept.value.get().is_identical(Value::int(index as i32)), "{extent:?}: {index}");
        }
    }
}

#[test]
fn only_a_full_collection_frees_the_old() {
    let mut world = World::new();
    let old = world.cell(Value::NIL);
    world.hold(old.value());
    world.collect(Extent::Young);
    world.roots.values.clear();
    world.collect(Extent::Young);
    assert!(is_marked(old.header()));
    world.collect(Extent::Full);
    assert!(!is_marked(old.header()));
    assert!(comes_again(&mut world, old.address()));
}

#[test]
fn a_young_collection_does_not_scan_the_old() {
    let mut world = World::new();
    let old = world.cell(Value::NIL);
    world.hold(old.value());
    world.collect(Extent::Young);
    let (lost, kept) = (world.cell(Value::NIL), world.cell(Value::NIL));
    // A store without the barrier, as if it had been forgotten.
    old.value.set(lost.value());
    world.collect(Extent::Young);
    assert!(
        !is_marked(lost.header()),
        "the old object was scanned, so the test of the barrier shows nothing"
    );
    world.heap.set(old, &old.value, kept.value());
    assert_eq!(old.header().age(), Age::Remembered);
    world.collect(Extent::Young);
    assert!(is_marked(kept.header()));
    assert_eq!(old.header().age(), Age::Scanned);
}

#[test]
fn what_the_old_remember_is_followed_to_its_end() {
    let mut world = World::new();
    let old = world.cell(Value::NIL);
    world.hold(old.value());
    world.collect(Extent::Full);
    let last = world.cell(Value::int(7));
    let mut next = last.value();
    for _ in 0..1000 {
        next = world.cell(next).value();
    }
    world.heap.set(old, &old.value, next);
    world.collect(Extent::Young);
    assert!(is_marked(last.header()));
    assert_eq!(world.marked(), 1002);
}

/// Between two steps, a scanned object gets the only reference to an unmarked one.
#[test]
fn a_store_into_a_scanned_object_is_seen() {
    for extent in [Extent::Young, Extent::Full] {
        for with_barrier in [true, false] {
            let mut world = World::new();
            // Gray objects are scanned last in, first out. So `scanned` is the first, and the chain keeps marking busy.
            let hidden = world.cell(Value::int(42));
            let source = world.cell(hidden.value());
            let chain = (0..50).fold(source.value(), |next, _| world.cell(next).value());
            let scanned = world.cell(Value::NIL);
            world.hold(chain);
            world.hold(scanned.value());
            world.begin(extent);
            world.step(16);
            assert_eq!(scanned.header().age(), Age::Scanned);
            assert!(!is_marked(hidden.header()));
            world.heap.set(source, &source.value, Value::NIL);
            if with_barrier {
                world.heap.set(scanned, &scanned.value, hidden.value());
            } else {
                scanned.value.set(hidden.value());
            }
            world.end();
            assert_eq!(is_marked(hidden.header()), with_barrier, "{extent:?}");
        }
    }
}

#[test]
fn roots_that_change_and_objects_made_while_marking_are_seen() {
    for extent in [Extent::Young, Extent::Full] {
        let mut world = World::new();
        let hidden = world.cell(Value::int(42));
        let source = world.cell(hidden.value());
        let chain = (0..50).fold(source.value(), |next, _| world.cell(next).value());
        world.hold(chain);
        world.begin(extent);
        world.step(16);
        world.heap.set(source, &source.value, Value::NIL);
        let made = world.cell(hidden.value());
        world.hold(made.value());
        world.end();
        assert!(is_marked(made.header()) && is_marked(hidden.header()), "{extent:?}");
    }
}

#[test]
fn a_full_collection_forgets_what_the_barrier_remembered() {
    let mut world = World::new();
    let kept = world.cell(Value::NIL);
    world.hold(kept.value());
    let dies = world.cell(Value::NIL);
    world.hold(dies.value());
    world.collect(Extent::Young);
    world.roots.values.pop();
    let young = world.cell(Value::NIL);
    world.heap.set(dies, &dies.value, young.value());
    assert_eq!(world.heap.gray.list.len(), 1);
    world.collect(Extent::Full);
    assert_eq!(world.marked(), 1);
    assert!(world.heap.gray.list.is_empty());
}

#[test]
fn an_old_object_in_a_full_collection_can_be_stored_into_before_it_is_reached() {
    let mut world = World::new();
    let old = world.cell(Value::NIL);
    let chain = (0..50).fold(old.value(), |next, _| world.cell(next).value());
    world.hold(chain);
    world.collect(Extent::Full);
    world.begin(Extent::Full);
    assert!(!is_marked(old.header()));
    let young = world.cell(Value::NIL);
    world.heap.set(old, &old.value, young.value());
    assert_eq!(old.header().age(), Age::Young);
    world.end();
    assert!(is_marked(young.header()));
}

#[test]
fn marking_is_not_recursive() {
    let mut world = World::new();
    let deep = (0..1_000_000).fold(Value::NIL, |next, _| world.cell(next).value());
    world.hold(deep);
    world.collect(Extent::Full);
    assert_eq!(world.marked(), 1_000_000);
    assert!(world.heap.gray.list.capacity() <= 64);
    assert!(world.pages() * PAGE >= 16_000_000);
}
