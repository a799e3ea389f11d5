//! Sweeping of dead objects, and release of empty pages.

use super::*;
use crate::heap::PAGE;
use crate::heap::size_class::MAX_SMALL;
use crate::object::{Identified, Kind, Shape};
use crate::testing::Moody;

/// Makes dictionaries that fill some pages, and that die.
fn dead_dicts(world: &mut World) -> usize {
    let count = 4 * PAGE / size_of::<Dict>();
    for _ in 0..count {
        world.dict();
    }
    count
}

#[test]
fn empty_pages_serve_other_sizes() {
    let mut world = World::new();
    for _ in 0..20 * PAGE / 32 {
        world.cell(Value::NIL);
        world.slots(3);
    }
    world.collect(Extent::Full);
    let used = world.heap.mem().usage().used;
    for _ in 0..20 * PAGE / Slots::size(40) {
        world.slots(40);
    }
    // The space's list of pages may be new memory, but no page is.
    assert!(world.heap.mem().usage().used < used + PAGE);
}

#[test]
fn a_collection_for_space_gives_every_empty_page_back() {
    let alloc = Moody::new();
    let mut world = World::in_memory(&Mem::new(alloc, usize::MAX).unwrap());
    // The lists of pages keep their capacity.
    let make = |world: &mut World| {
        for size in (1..MAX_SMALL / 8 - 1).step_by(8) {
            for _ in 0..3 {
                world.slots(size as u16);
            }
        }
        world.dict();
        world.slots(3000);
    };
    make(&mut world);
    world.heap.collect_for_space(&mut world.roots);
    let before = alloc.bytes();
    make(&mut world);
    assert!(alloc.bytes() > before + 10 * PAGE);
    world.heap.collect_for_space(&mut world.roots);
    assert_eq!(world.pages(), 0);
    assert_eq!(alloc.bytes(), before);
}

#[test]
fn pages_beyond_need_go_back_without_being_asked_for() {
    let mut world = World::new();
    world.turns = true;
    let kept = world.hold(Value::NIL);
    for _ in 0..1_000_000 {
        world.roots.values[kept] = world.cell(world.roots.values[kept]).value();
    }
    let peak = world.heap.mem().usage().used;
    world.roots.values[kept] = Value::NIL;
    world.collect(Extent::Full);
    for _ in 0..1_000_000 {
        world.cell(Value::NIL);
    }
    assert!(world.heap.mem().usage().used < peak / 4);
}

#[test]
fn dead_large_objects_are_freed() {
    let mut world = World::new();
    let kept = world.slots(5000);
    world.hold(kept.value());
    let before = world.heap.mem().usage().used;
    for _ in 0..100 {
        world.slots(5000);
    }
    world.collect(Extent::Young);
    // Some dead objects are freed before each large object is made.
    for _ in 0..20 {
        world.slots(5000);
    }
    assert!(world.heap.mem().usage().used < before + 60 * 8 * 5000);
    world.heap.collect_for_space(&mut world.roots);
    assert_eq!(world.heap.large.len(), 1);
    assert_eq!(kept.header().kind(), Kind::Slots);
}

#[test]
fn interned_strings_leave_the_table_when_they_are_swept() {
    let mut world = World::new();
    let kept = world.name(b"kept");
    world.hold(kept.value());
    let long = [b'x'; MAX_SMALL + 1];
    let dead: [&[u8]; 3] = [b"dead", b"gone", &long];
    for name in dead {
        world.name(name);
    }
    world.collect(Extent::Young);
    // The objects are not swept yet, so they can become alive again.
    assert_eq!(world.heap.strings.len(), 4);
    let back = world.find_name(b"gone").unwrap();
    world.heap.mark_object(back);
    world.heap.collect_for_space(&mut world.roots);
    assert_eq!(world.heap.strings.len(), 1);
    assert!(world.find_name(b"kept") == Some(kept));
    assert!(dead.iter().all(|name| world.find_name(name).is_none()));
}

#[test]
fn a_dead_string_that_is_found_in_time_lives_on() {
    let mut world = World::new();
    let string = world.name(b"back");
    world.collect(Extent::Young);
    assert!(!is_marked(string.header()));
    assert!(world.find_name(b"back") == Some(string));
    world.heap.mark_object(string);
    for index in 0..10_000_u32 {
        world.name(&index.to_le_bytes());
    }
    assert_eq!(string.bytes(), b"back");
    assert!(world.find_name(b"back") == Some(string));
}

#[test]
fn tables_of_dead_objects_are_freed_once_and_only_theirs() {
    let alloc = Moody::new();
    let mut world = World::in_memory(&Mem::new(alloc, usize::MAX).unwrap());
    let name = world.name(b"field");
    world.hold(name.value());
    let empty = alloc.bytes();
    let kept: Vec<_> = (0..2000)
        .filter_map(|index| {
            let dict = world.dict();
            dict.set(name, Value::int(index)).unwrap();
            (index % 3 == 0).then(|| {
                world.hold(dict.value());
                dict
            })
        })
        .collect();
    let full = alloc.bytes();
    // If a table were freed twice, the count would show it, if not the allocator.
    for _ in 0..3 {
        world.collect(Extent::Young);
        dead_dicts(&mut world);
    }
    for (index, dict) in kept.iter().enumerate() {
        assert!(dict.get(name).unwrap().is_identical(Value::int(3 * index as i32)));
    }
    world.roots.values.truncate(1);
    world.heap.collect_for_space(&mut world.roots);
    assert!(alloc.bytes() < empty + (full - empty) / 8, "{empty}, {full}, {}", alloc.bytes());
}

/// One live object on a page must not prevent that the tables of dead objects there are freed when memory is needed.
#[test]
fn a_collection_for_space_frees_tables_in_pages_that_are_not_empty() {
    let alloc = Moody::new();
    let mut world = World::in_memory(&Mem::new(alloc, usize::MAX).unwrap());
    let names: Vec<_> = (0..100_u8).map(|index| world.name(&[index])).collect();
    for &name in &names {
        world.hold(name.value());
    }
    let living = world.dict();
    world.hold(living.value());
    let before = alloc.bytes();
    let dead = world.dict();
    for &name in &names {
        dead.set(name, Value::NIL).unwrap();
    }
    assert!(alloc.bytes() > before + names.len() * size_of::<(Value, usize)>());
    world.heap.collect_for_space(&mut world.roots);
    assert_eq!(alloc.bytes(), before);
}

#[test]
fn shape_ids_rest_until_a_full_collection_has_passed() {
    let mut world = World::new();
    let make = |world: &mut World| {
        let id = world.heap.shapes.reserve().unwrap();
        let shape = Shape::new(world.heap.mem(), id, None, 3, None);
        let shape = world.make(shape);
        world.heap.shapes.set(id, Identified::Shape(shape));
        shape
    };
    let kept = make(&mut world);
    world.hold(kept.value());
    let dead = make(&mut world).id;
    world.collect(Extent::Full);
    assert!(world.heap.shapes.get(dead).is_some(), "it is not swept yet");
    // This allocation sweeps the page.
    let third = make(&mut world);
    world.hold(third.value());
    assert!(third.id != dead && world.heap.shapes.get(dead).is_none());
    // A full collection that is under way when a shape is retired would be too early. A young one is never enough.
    world.collect(Extent::Young);
    let fourth = make(&mut world).id;
    assert!(fourth != dead);
    world.collect(Extent::Full);
    assert_eq!(make(&mut world).id, dead);
    assert!(world.heap.shapes.get(kept.id) == Some(kept));
}
