//! The work of a step, and the beginning of collections.

use super::*;
use crate::heap::NURSERY;
use crate::heap::PAGE;
use crate::heap::size_class::MAX_SMALL;

fn list(world: &mut World, length: usize) -> Value {
    (0..length).fold(Value::NIL, |next, _| world.cell(next).value())
}

#[test]
fn a_step_scans_no_more_than_its_budget() {
    let mut world = World::new();
    let deep = list(&mut world, 10_000);
    world.hold(deep);
    world.begin(Extent::Full);
    let mut steps = 0;
    while world.heap.phase != Phase::Idle {
        let before = world.heap.live;
        world.step(1600);
        assert!(world.heap.live - before <= 1600 + 16);
        steps += 1;
    }
    assert!(steps >= 100);
    assert_eq!(world.marked(), 10_000);
}

#[test]
fn a_vm_s_step_is_bounded_however_large_the_heap() {
    let mut world = World::new();
    let deep = list(&mut world, 500_000);
    world.hold(deep);
    for _ in 0..50_000 {
        let large = world.slots(260).value();
        let link = world.cell(large).value();
        world.hold(link);
        world.roots.values.truncate(200);
    }
    world.heap.allocated_since_gc = 0;
    world.heap.begin_full();
    let (mut steps, mut most, mut before) = (0, 0, 0);
    while world.heap.phase != Phase::Idle {
        world.heap.step(&mut world.roots, PAGE);
        let live = world.heap.live;
        most = most.max(live.saturating_sub(before));
        before = live;
        steps += 1;
    }
    assert!(most <= 200 << 10, "{most}");
    assert!(steps > 100);
}

#[test]
fn clearing_marks_is_bounded_for_large_objects_too() {
    let mut world = World::new();
    for _ in 0..2000 {
        let large = world.slots((MAX_SMALL / 8) as u16);
        world.hold(large.value());
    }
    world.collect(Extent::Young);
    world.heap.begin_full();
    world.step(0);
    assert!(matches!(world.heap.phase, Phase::Clear { .. }));
    assert!(world.marked() >= 1000, "{}", world.marked());
    world.end();
    assert_eq!(world.marked(), 2000);
}

/// Each step scans some of many objects. Before the next step, all of them are stored into again.
#[test]
fn marking_ends_while_more_is_stored_into_than_a_step_scans() {
    for extent in [Extent::Young, Extent::Full] {
        let mut world = World::new();
        let cells: Vec<_> = (0..10_000).map(|_| world.cell(Value::NIL)).collect();
        cells.iter().for_each(|cell| _ = world.hold(cell.value()));
        world.collect(Extent::Full);
        let mut steps = 0;
        let store = |world: &mut World| {
            let value = world.cell(Value::NIL);
            for cell in &cells {
                world.heap.set(*cell, &cell.value, value.value());
            }
            value
        };
        store(&mut world);
        world.begin(extent);
        loop {
            world.step(1600);
            if world.heap.phase == Phase::Idle {
                break;
            }
            steps += 1;
            assert!(steps < 2000, "{extent:?} does not end");
            let value = store(&mut world);
            assert!(steps > 10 || !is_marked(value.header()), "{extent:?}: nothing is put off");
        }
        assert!(steps > 50, "{steps}");
        for cell in &cells {
            assert!(is_marked(cell.value.get().header().unwrap()), "{extent:?}");
        }
    }
}

#[test]
fn allocation_paces_marking_so_that_it_ends() {
    let mut world = World::new();
    world.turns = true;
    let root = world.hold(Value::NIL);
    // All new objects stay alive, so marking has to be faster than allocation.
    for _ in 0..2_000_000 {
        world.roots.values[root] = world.cell(world.roots.values[root]).value();
    }
    let stats = world.heap.stats();
    assert!(stats.young >= 3 && stats.full >= 2, "{stats:?}");
    // Only each doubling of the live objects costs a full collection, or growing would take quadratic time.
    assert!(stats.full <= 10 && stats.young < 100, "{stats:?}");
    assert_eq!(stats.allocated as usize / (16 * 2_000_000), 1);
    world.collect(Extent::Young);
    assert_eq!(world.marked(), 2_000_000);
}

#[test]
fn garbage_costs_a_nursery_and_no_more() {
    let mut world = World::new();
    world.turns = true;
    let kept = world.cell(Value::int(1));
    world.hold(kept.value());
    for index in 0..1_000_000 {
        world.cell(Value::int(index));
    }
    assert!(world.heap.mem().usage().peak < 2 * NURSERY, "{:?}", world.heap.mem().usage());
    assert!(kept.value.get().is_identical(Value::int(1)));
}

/// The search for a free run has to pass full pages, but not all of them in one step.
#[test]
fn a_refill_looks_at_a_bounded_number_of_pages() {
    let mut world = World::new();
    let deep = list(&mut world, 1_000_000);
    world.hold(deep);
    world.collect(Extent::Full);
    let space = Heap::space_of(16, false).unwrap();
    let full = world.heap.spaces[space].pages().len();
    world.cell(Value::NIL);
    let looked = |world: &World| {
        let pages = world.heap.spaces[space].pages();
        // SAFETY: pages in a space's list are live.
        pages[..full].iter().filter(|page| unsafe { page.as_ref() }.is_swept(world.heap.epoch)).count()
    };
    assert!(looked(&world) < full / 2, "{} of {full}", looked(&world));
    // All free runs are found eventually.
    world.roots.values[0] = Value::NIL;
    world.collect(Extent::Full);
    let pages = world.pages();
    list(&mut world, 900_000);
    assert!(world.pages() <= pages);
}

/// Tables lie outside the pages. Garbage with tables must not accumulate because its cells are small.
#[test]
fn tables_count_towards_the_next_collection() {
    // The number of dictionaries alive at any time. With a hundred, most get old before they die.
    for alive in [1, 100] {
        let mut world = World::new();
        world.turns = true;
        world.roots.values.resize(alive, Value::NIL);
        let names: Vec<_> = (0..200_u8).map(|index| world.name(&[index])).collect();
        for &name in &names {
            world.hold(name.value());
        }
        for index in 0..20_000 {
            let dict = world.dict();
            world.roots.values[index % alive] = dict.value();
            for &name in &names {
                dict.set(name, Value::NIL).unwrap();
            }
        }
        let stats = world.heap.stats();
        // The table's capacity for the names was reached by doubling.
        let table = 2 * 256 * size_of::<(usize, Value)>();
        let usage = world.heap.mem().usage();
        assert!(usage.peak < 16 * NURSERY + 4 * alive * table, "{alive}: {usage:?}");
        let garbage = 20_000 * table;
        assert!(stats.young + stats.full < 2 * (garbage / NURSERY) as u64, "{alive}: {stats:?}");
    }
}
