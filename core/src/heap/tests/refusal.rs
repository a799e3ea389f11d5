//! Collections without memory for the gray list, or without any memory.

use super::*;
use crate::object::Age;
use crate::testing::Moody;

/// More objects than the gray list has capacity for, each with the only reference to another.
fn fan(world: &mut World) -> Vec<Gc<CellObject>> {
    let slots = world.slots(1000);
    world.hold(slots.value());
    (0..1000)
        .map(|index| {
            let leaf = world.cell(Value::int(index));
            let cell = world.cell(leaf.value());
            world.heap.set(slots, &slots.values()[index as usize], cell.value());
            leaf
        })
        .collect()
}

#[test]
fn a_gray_list_that_cannot_grow_loses_nothing() {
    for extent in [Extent::Young, Extent::Full] {
        let alloc = Moody::new();
        let mut world = World::in_memory(&Mem::new(alloc, usize::MAX).unwrap());
        let leaves = fan(&mut world);
        world.begin(extent);
        alloc.refuse(true);
        world.step(8_500);
        assert!(world.heap.gray.overflow, "the list had room enough, so this shows nothing");
        world.end();
        assert!(!world.heap.gray.overflow);
        assert!(leaves.iter().all(|leaf| is_marked(leaf.header())), "{extent:?}");
        assert_eq!(world.marked(), 2001);
        alloc.refuse(false);
    }
}

#[test]
fn the_remembered_need_no_room_in_the_list() {
    let alloc = Moody::new();
    let mut world = World::in_memory(&Mem::new(alloc, usize::MAX).unwrap());
    let old: Vec<_> = (0..1000)
        .map(|_| {
            let cell = world.cell(Value::NIL);
            world.hold(cell.value());
            cell
        })
        .collect();
    world.collect(Extent::Full);
    let young: Vec<_> = old.iter().map(|_| world.cell(Value::NIL)).collect();
    world.heap.gray.list = crate::mem::Vec::new(world.heap.mem());
    alloc.refuse(true);
    for (old, young) in old.iter().zip(&young) {
        world.heap.set(*old, &old.value, young.value());
        assert_eq!(old.header().age(), Age::Remembered);
    }
    let overflowed = world.heap.gray.overflow;
    world.collect(Extent::Young);
    assert!(overflowed);
    assert!(young.iter().all(|young| is_marked(young.header())));
    assert!(old.iter().all(|old| old.header().age() == Age::Scanned));
    alloc.refuse(false);
}

#[test]
fn a_full_collection_may_follow_an_overflow() {
    let alloc = Moody::new();
    let mut world = World::in_memory(&Mem::new(alloc, usize::MAX).unwrap());
    let leaves = fan(&mut world);
    world.begin(Extent::Young);
    alloc.refuse(true);
    world.step(8_500);
    assert!(world.heap.gray.overflow);
    world.collect(Extent::Full);
    assert!(leaves.iter().all(|leaf| is_marked(leaf.header())));
    alloc.refuse(false);
}

#[test]
fn every_byte_comes_back() {
    let alloc = Moody::new();
    let mem = Mem::new(alloc, usize::MAX).unwrap();
    let before = alloc.bytes();
    let mut world = World::in_memory(&mem);
    let name = world.name(b"name");
    for index in 0..5000 {
        let dict = world.dict();
        dict.set(name, Value::int(index)).unwrap();
        if index % 7 == 0 {
            world.hold(dict.value());
        }
        world.slots((index % 2000) as u16);
        if index % 1000 == 500 {
            world.hold(name.value());
            world.collect(if index < 3000 { Extent::Young } else { Extent::Full });
        }
    }
    world.begin(Extent::Full);
    assert_eq!(alloc.bytes(), mem.usage().used);
    drop(world);
    assert_eq!(alloc.bytes(), before);
    assert_eq!(mem.usage().used, before);
}
