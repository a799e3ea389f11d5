//! Large objects, and searches of the whole heap, in steps.

use super::*;
use crate::heap::collect::DISCARD_STEP;
use crate::object::{Function, InImage, Parts};
use crate::testing::Moody;

/// Bytes that a step may scan beyond its budget: one part of a large object.
const PART: u64 = 80 << 10;

/// Takes steps of 1,600 bytes until the collection ends, and calls `each` between them. Returns the number of steps.
fn step_by_step(world: &mut World, mut each: impl FnMut(&mut World, usize)) -> usize {
    let mut steps = 0;
    while world.heap.phase != Phase::Idle {
        let before = world.heap.work.scanned;
        world.step(1600);
        let scanned = world.heap.work.scanned - before;
        assert!(scanned <= 1600 + PART, "{scanned} bytes in step {steps}");
        steps += 1;
        if world.heap.phase != Phase::Idle {
            each(world, steps);
        }
    }
    steps
}

fn names(world: &mut World, count: u32) -> Vec<Gc<Str>> {
    (0..count)
        .map(|index| {
            let name = world.name(&index.to_le_bytes());
            world.hold(name.value());
            name
        })
        .collect()
}

#[test]
fn a_dictionary_is_scanned_in_parts_while_its_fields_change() {
    let mut world = World::new();
    let names = names(&mut world, 20_000);
    world.roots.values.clear();
    let dict = world.dict();
    world.hold(dict.value());
    for &name in &names {
        let value = world.cell(Value::NIL).value();
        dict.set(name, value).unwrap();
    }
    world.begin(Extent::Full);
    let mut next = 0;
    let steps = step_by_step(&mut world, |world, _| {
        // Fields in all parts of the table, some scanned and some not.
        for _ in 0..3 {
            let value = world.cell(Value::NIL).value();
            dict.set(names[next], value).unwrap();
            world.heap.part_barrier(dict, names[next].value());
            world.heap.part_barrier(dict, value);
            next = (next + 7919) % names.len();
        }
    });
    assert!(steps > 100, "{steps}");
    assert!(names.iter().all(|&name| is_marked(dict.get(name).unwrap().header().unwrap())));
}

/// Young collections have to scan the object, too, and must end although it gets a field in each of their steps.
#[test]
fn a_dictionary_that_grows_is_done_with() {
    let mut world = World::new();
    let names = names(&mut world, 30_000);
    let dict = world.dict();
    world.hold(dict.value());
    let grow = |world: &mut World, index: usize| {
        let value = world.cell(Value::NIL).value();
        dict.set(names[index], value).unwrap();
        world.heap.part_barrier(dict, names[index].value());
        world.heap.part_barrier(dict, value);
    };
    (0..10_000).for_each(|index| grow(&mut world, index));
    world.collect(Extent::Full);
    for (extent, from) in [(Extent::Young, 10_000), (Extent::Full, 20_000)] {
        grow(&mut world, from);
        world.begin(extent);
        let steps = step_by_step(&mut world, |world, step| {
            assert!(step < 9000, "it does not end");
            grow(world, from + step);
        });
        assert!(steps > 5, "{steps}");
        let mut values = names.iter().filter_map(|&name| dict.get(name));
        assert!(values.all(|value| is_marked(value.header().unwrap())));
    }
}

#[test]
fn a_function_is_scanned_in_parts() {
    let mut world = World::new();
    let name = world.name(b"site");
    world.hold(name.value());
    let mem = world.heap.mem().clone();
    let parts = Parts {
        id: 0,
        name: None,
        arity: 0,
        required: 0,
        rest: false,
        builtin_methods: false,
        library: false,
        registers: 1,
        image: InImage::lasting(&[]),
    };
    let (consts, sites) = (10_001, 5003);
    let function = world.make(Function::new(&mem, parts, consts, sites, name).unwrap());
    world.hold(function.value());
    for (index, slot) in function.consts().iter().enumerate() {
        slot.set(world.cell(Value::int(index as i32)).value());
    }
    for index in 0..sites {
        let name = world.name(&(index as u32).to_le_bytes());
        function.name_site(index, name);
    }
    world.begin(Extent::Full);
    let before = world.heap.work.scanned;
    let steps = step_by_step(&mut world, |_, _| {});
    assert!(steps > 20, "{steps}");
    assert!(world.heap.work.scanned - before >= function.header().table_bytes() as u64);
    assert!(function.consts().iter().all(|slot| is_marked(slot.get().header().unwrap())));
    assert!((0..sites).all(|index| is_marked(function.site(index).unwrap().name.header())));
}

/// The host unmaps memory that is given back, which takes long for a large block.
#[test]
fn a_very_large_object_goes_back_to_the_host_in_pieces() {
    let alloc = Moody::new();
    let mut world = World::in_memory(&Mem::new(alloc, usize::MAX).unwrap());
    let size = 16 << 20;
    let string = world.name(&std::vec![b'x'; size]);
    assert_eq!(string.bytes().len(), size);
    world.collect(Extent::Full);
    let (held, mut discarded, mut pieces) = (alloc.bytes(), 0, 0);
    while alloc.bytes() == held {
        world.heap.sweep_some();
        let piece = alloc.discarded() - discarded;
        assert!(piece <= DISCARD_STEP, "{piece} bytes at once");
        discarded += piece;
        pieces += 1;
    }
    assert!(discarded + DISCARD_STEP >= size, "{discarded} bytes");
    assert!(pieces >= size / DISCARD_STEP);
    // The same, but the heap is dropped meanwhile.
    world.name(&std::vec![b'y'; size]);
    world.collect(Extent::Full);
    world.heap.sweep_some();
    world.heap.sweep_some();
    assert!(alloc.discarded() > discarded);
    drop(world);
    assert_eq!(alloc.bytes(), 0);
}

/// Objects that did not fit the gray list may be anywhere in the heap. The search for them counts as work.
#[test]
fn a_search_for_what_the_list_had_no_room_for_is_made_in_steps() {
    let alloc = Moody::new();
    let mut world = World::in_memory(&Mem::new(alloc, usize::MAX).unwrap());
    let old = (0..100_000)
        .map(|_| {
            let cell = world.cell(Value::NIL);
            world.hold(cell.value());
            cell
        })
        .collect::<Vec<_>>();
    let large = world.dict();
    world.hold(large.value());
    let names = names(&mut world, 5000);
    world.collect(Extent::Full);
    world.roots.values.clear();
    for &name in &names {
        large.set(name, Value::NIL).unwrap();
    }
    let young = (0..1000).map(|_| world.cell(Value::NIL)).collect::<Vec<_>>();
    world.heap.gray.list = crate::mem::Vec::new(world.heap.mem());
    alloc.refuse(true);
    for (old, young) in old.iter().step_by(100).zip(&young) {
        world.heap.set(*old, &old.value, young.value());
    }
    let value = young[0].value();
    large.set(names[0], value).unwrap();
    world.heap.part_barrier(large, names[0].value());
    world.heap.part_barrier(large, value);
    assert!(world.heap.gray.overflow);
    world.begin(Extent::Young);
    let steps = step_by_step(&mut world, |_, _| {});
    assert!(steps > 10, "{steps}");
    assert!(young.iter().all(|young| is_marked(young.header())));
    alloc.refuse(false);
}
