use crate::object::MOST_LINES;
use std::vec::Vec;

use super::*;
use crate::interp::Options;
use crate::object::{BuiltinClass, Declaration, ENTRIES, FREE_ENTRY, Function, InImage, Kind, Parts};
use crate::testing::SYSTEM;

/// A VM with a class and names, all of them roots.
struct World {
    vm: Vm,
    class: Gc<Class>,
    names: Vec<Gc<Str>>,
}

impl World {
    /// A world with a class whose instances are expected to have `fields` fields, and with `names` names.
    fn new(fields: u16, names: usize, gc_stress: bool) -> World {
        let mut vm = Vm::new(SYSTEM, Options::new().gc_stress(gc_stress)).unwrap();
        vm.context.fuel.set(None);
        let names = (0..names)
            .map(|index| {
                let name = vm.intern(std::format!("field{index}").as_bytes()).unwrap();
                vm.test_roots.push(name.value()).unwrap();
                name
            })
            .collect::<Vec<_>>();
        let class = vm.make(Class::new(vm.init, fields, Declaration::FIRST)).unwrap();
        vm.test_roots.push(class.value()).unwrap();
        World { vm, class, names }
    }

    fn instance(&mut self) -> Gc<Instance> {
        let instance = self.vm.instantiate(self.class).unwrap();
        self.vm.test_roots.push(instance.value()).unwrap();
        instance
    }

    /// Sets a field through a new site, whose inline cache is empty.
    fn set(&mut self, instance: Gc<Instance>, field: usize, value: Value) {
        let site = site(self.names[field]);
        self.vm.set_field(&site, instance, value).unwrap();
    }

    fn get(&mut self, instance: Gc<Instance>, field: usize) -> Option<Value> {
        let site = site(self.names[field]);
        match self.vm.find_property(&site, instance, is_read) {
            Some(Found::Field(value)) => Some(value),
            Some(Found::Method(_) | Found::Getter(_)) => panic!("a method"),
            None => None,
        }
    }

    fn shape(&self, instance: Gc<Instance>) -> Gc<Shape> {
        self.vm.context.heap.shapes.get(instance.header.shape()).unwrap()
    }
}

fn site(name: Gc<Str>) -> InlineCache {
    InlineCache {
        name,
        hits: 0.into(),
        overflows: 0.into(),
        entries: core::array::from_fn(|_| IcEntry::EMPTY.into()),
    }
}

#[test]
fn the_same_fields_in_the_same_order_share_a_shape() {
    let mut world = World::new(4, 4, false);
    let instances: Vec<_> = [[0, 1, 2], [0, 1, 2], [2, 1, 0], [0, 1, 3]]
        .iter()
        .map(|order| {
            let instance = world.instance();
            order.iter().for_each(|&field| world.set(instance, field, Value::int(field as i32)));
            instance
        })
        .collect();
    let ids: Vec<_> = instances.iter().map(|instance| instance.header.shape()).collect();
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0] != ids[2] && ids[0] != ids[3] && ids[2] != ids[3]);
    // The shapes fork where the fields differ.
    let parent = |index: usize| world.shape(instances[index]).parent.unwrap().0;
    assert!(parent(0) == parent(3) && parent(0) != parent(2));
    for (instance, last) in instances.iter().zip([2, 2, 0, 3]) {
        assert!(world.get(*instance, last).unwrap().is_identical(Value::int(last as i32)));
    }
    assert!(world.get(instances[0], 3).is_none() && world.get(instances[3], 2).is_none());
}

#[test]
fn every_id_is_a_class_s_or_a_shape_s_own() {
    let mut world = World::new(1, 12, false);
    let mut ids = Vec::new();
    for start in 0..6 {
        let instance = world.instance();
        ids.push(instance.header.shape());
        for field in 0..6 {
            world.set(instance, (start + field) % 12, Value::NIL);
            ids.push(instance.header.shape());
        }
    }
    let class = world.class.header.shape();
    assert!(
        !ids.contains(&class)
            && ids.iter().all(|&id| BuiltinClass::of_shape(id).is_none())
            && !ids.contains(&FREE_ENTRY)
    );
    for id in ids {
        assert_eq!(world.vm.context.heap.shapes.get(id).unwrap().id, id);
    }
}

#[test]
fn fields_keep_their_values_when_they_move_out() {
    for stress in [false, true] {
        for fields in [0, 1, 2, 3, 4, 62, 63, 64, 300] {
            let mut world = World::new(fields, 80, stress);
            let capacity = inline_capacity(fields);
            assert!(capacity % 2 == 1 && (capacity >= fields || capacity == 63));
            let instance = world.instance();
            assert_eq!(instance.slots().len(), usize::from(capacity));
            for count in 0..80 {
                world.set(instance, count, Value::int(count as i32));
                let shape = world.shape(instance);
                assert_eq!(usize::from(shape.count), count + 1);
                for (field, &name) in world.names[..=count].iter().enumerate() {
                    let location = shape.find(name).unwrap();
                    assert!(instance.field(location).unwrap().is_identical(Value::int(field as i32)));
                    // All fields are inline, or the last inline slot refers to the others.
                    let inside = match count < usize::from(capacity) {
                        true => field <= count,
                        false => field < usize::from(capacity) - 1,
                    };
                    assert_eq!(matches!(location, Location::Inline(_)), inside, "{field} of {count}");
                }
                assert!(world.names.get(count + 1).is_none_or(|&name| shape.find(name).is_none()));
            }
            assert_eq!(instance.outline().is_some(), capacity < 80);
        }
    }
}

#[test]
fn a_site_remembers_fields_in_outlying_slots() {
    let mut world = World::new(1, 255, false);
    let instance = world.instance();
    for field in 0..255 {
        world.set(instance, field, Value::int(field as i32));
    }
    let shape = instance.header.shape();
    for (field, &name) in world.names.clone().iter().enumerate() {
        let site = site(name);
        for value in [field as i32, -1] {
            let found = world.vm.find_property(&site, instance, is_read);
            assert!(matches!(found, Some(Found::Field(found)) if found.is_identical(Value::int(value))));
            world.vm.set_field(&site, instance, Value::int(-1)).unwrap();
        }
        // The instance has one slot. Handlers go to inline slots, so they must not find the entry.
        assert!(site.peek(shape).is_none());
        let entry = site.outlying(shape).unwrap();
        assert_eq!((usize::from(entry.slot), entry.kind), (field, IcKind::Outline));
        assert_eq!(entry.shape(), Some(shape));
        // Machine code stores this into the header of `Slots`.
        assert_eq!(entry.next(), instance.outline().unwrap().header.shape());
    }
    // The next instances have room for these fields, and other shapes.
    let other = world.instance();
    (0..60).for_each(|field| world.set(other, field, Value::NIL));
    let site = site(world.names[0]);
    for instance in [other, instance] {
        assert!(world.vm.find_property(&site, instance, is_read).is_some());
    }
    assert!(site.peek(other.header.shape()).is_some() && site.outlying(shape).is_some());
}

/// A site knows where to add a field; whether the instance has that slot already is for the store to find out.
#[test]
fn stores_that_add_outlying_fields_make_the_slots_that_are_missing() {
    let mut world = World::new(1, 100, false);
    let sites = world.names.iter().map(|&name| site(name)).collect::<Vec<_>>();
    for first in 0..6 {
        let instance = world.instance();
        for (field, site) in sites.iter().enumerate() {
            world.vm.set_field(site, instance, Value::int(first + field as i32)).unwrap();
        }
        for field in 0..100 {
            let value = world.get(instance, field).unwrap();
            assert!(value.is_identical(Value::int(first + field as i32)), "{first} {field}");
        }
    }
    let adds = |site: &InlineCache| site.entries.iter().any(|entry| entry.get().kind == IcKind::AddedOutline);
    assert!(adds(sites.last().unwrap()));
}

#[test]
fn entries_of_outlying_fields_die_with_their_shapes() {
    let mut world = World::new(1, 8, false);
    let function = world.vm.make(function_with_a_site(&world.vm, world.names[7])).unwrap();
    world.vm.test_roots.push(function.value()).unwrap();
    let test_roots = world.vm.test_roots.len();
    for _ in 0..3 {
        world.class = world.vm.make(Class::new(world.vm.init, 1, Declaration::FIRST)).unwrap();
        world.vm.test_roots.push(world.class.value()).unwrap();
        let instance = world.instance();
        (0..8).for_each(|field| world.set(instance, field, Value::NIL));
        let site = function.site(0).unwrap();
        assert!(world.vm.find_property(site, instance, is_read).is_some());
        assert!(site.outlying(instance.header.shape()).is_some());
        world.vm.test_roots.truncate(test_roots);
        // The first sweeps the shapes, the second takes their ids out of the caches.
        world.vm.collect();
        world.vm.collect();
        assert!(site.entries.iter().all(|entry| entry.get().shape().is_none()));
    }
}

#[test]
fn instances_that_outgrow_their_slots_make_the_next_ones_roomier() {
    let mut world = World::new(1, 10, false);
    let small = world.instance();
    for field in 0..10 {
        world.set(small, field, Value::int(field as i32));
    }
    let large = world.instance();
    assert_eq!(small.slots().len(), 1);
    assert!(large.slots().len() >= 10);
    for field in 0..10 {
        world.set(large, field, Value::int(-1));
        // The shapes belong to two trees, so no inline cache confuses them.
        assert_ne!(large.header.shape(), small.header.shape());
    }
    assert!(large.outline().is_none());
    assert!((0..10).all(|field| world.get(small, field).unwrap().is_identical(Value::int(field as i32))));
    // The class does not change its instances' capacity any more.
    let again = world.instance();
    assert_eq!(again.slots().len(), large.slots().len());
}

#[test]
fn very_many_fields_go_to_a_dictionary() {
    for stress in [false, true] {
        let count = usize::from(DICT_FIELDS) + 40;
        let mut world = World::new(3, count + 1, stress);
        let instance = world.instance();
        for field in 0..count {
            world.set(instance, field, Value::int(field as i32));
            assert_eq!(world.shape(instance).dict, field >= usize::from(DICT_FIELDS), "{field}");
        }
        for field in 0..count {
            assert!(world.get(instance, field).unwrap().is_identical(Value::int(field as i32)));
        }
        assert!(world.get(instance, count).is_none());
        world.set(instance, 7, Value::TRUE);
        assert!(world.get(instance, 7).unwrap().is_identical(Value::TRUE));
        // Other instances of the class have no dictionary.
        let other = world.instance();
        world.set(other, 0, Value::NIL);
        assert!(!world.shape(other).dict);
    }
}

#[test]
fn a_class_with_very_many_shapes_makes_dictionaries() {
    let mut world = World::new(1, 60, false);
    let mut dicts = 0;
    for first in 0..60 {
        for second in (0..60).filter(|&second| second != first) {
            let instance = world.instance();
            world.set(instance, first, Value::int(first as i32));
            world.set(instance, second, Value::int(second as i32));
            dicts += usize::from(world.shape(instance).dict);
            for field in [first, second] {
                assert!(world.get(instance, field).unwrap().is_identical(Value::int(field as i32)));
            }
        }
    }
    assert!(dicts > 1000);
    assert!(world.class.shapes.get() < MANY_SHAPES + 10);
}

/// Slots from which fields have moved must not keep their old values alive.
#[test]
fn a_dictionary_is_all_that_an_instance_holds() {
    let count = usize::from(DICT_FIELDS);
    let mut world = World::new(5, count + 1, false);
    let instance = world.instance();
    for field in 0..=count {
        world.set(instance, field, Value::int(1));
    }
    assert!(world.shape(instance).dict);
    let held = instance.slots().iter().filter(|slot| !slot.get().is_identical(Value::NIL));
    assert!(held.map(|slot| slot.get().kind()).eq([Some(Kind::Dict)]));
}

/// A full site's entries go to the lookup cache. A site with a free entry takes them from there.
#[test]
fn sites_share_the_lookup_cache() {
    let mut world = World::new(1, 2, false);
    let (full, fresh) = (site(world.names[0]), site(world.names[0]));
    let mut instances = Vec::new();
    // As many as have lines of their own even in builds for fuzzing.
    for field in 0..ENTRIES + 2 {
        world.class = world.vm.make(Class::new(world.vm.init, 1, Declaration::FIRST)).unwrap();
        world.vm.test_roots.push(world.class.value()).unwrap();
        let instance = world.instance();
        world.set(instance, 0, Value::int(field as i32));
        assert!(world.vm.find_property(&full, instance, is_read).is_some());
        instances.push(instance);
    }
    assert_eq!(full.overflows.get(), 2);
    for (index, instance) in instances.iter().enumerate() {
        let shape = instance.header.shape();
        assert_eq!(full.peek(shape).is_some(), index < ENTRIES);
        assert_eq!(world.vm.lookups.find(shape, world.names[0]).is_some(), index >= ENTRIES);
        assert!(world.vm.lookups.find(shape, world.names[1]).is_none());
    }
    let last = instances.pop().unwrap();
    assert!(world.vm.find_property(&fresh, last, is_read).is_some());
    assert!(fresh.peek(last.header.shape()).is_some());
    // The full site finds it there: no further overflow.
    assert!(world.vm.find_property(&full, last, is_read).is_some());
    assert_eq!(full.overflows.get(), 2);
}

/// Three names of so many shapes are more than there are lines at first.
#[test]
fn the_lookup_cache_grows_until_it_holds_what_is_met() {
    let mut world = World::new(1, 3, false);
    let mut found = [0; 8];
    for found in &mut found {
        for shape in (1000..).step_by(4).take(MOST_LINES / 8) {
            for name in world.names.clone() {
                if world.vm.lookups.find(shape, name).is_some() {
                    *found += 1;
                } else {
                    world.vm.lookups.insert(name, IcEntry::inline(shape, 0));
                }
            }
        }
    }
    assert_eq!(found[0], 0);
    assert!(found[7] > MOST_LINES / 8 * 3 * 9 / 10, "{found:?}");
}

/// Names of methods of built-in values may die while the shapes live, and another name may get the address.
#[test]
fn the_lookup_cache_is_empty_after_any_collection() {
    for full in [false, true] {
        let mut world = World::new(1, 1, false);
        let shape = BuiltinClass::String.shape();
        world.vm.lookups.insert(world.names[0], IcEntry::inline(shape, 0));
        assert!(world.vm.lookups.find(shape, world.names[0]).is_some());
        if full {
            world.vm.collect();
        } else {
            let before = world.vm.stats().heap.young;
            while world.vm.stats().heap.young == before {
                world.vm.instantiate(world.class).unwrap();
            }
        }
        assert!(world.vm.lookups.find(shape, world.names[0]).is_none());
    }
}

/// Ids of dead shapes are reused. Inline caches and the lookup cache must have no entries of the old shapes then.
#[test]
fn ids_that_come_again_mean_what_they_mean_now() {
    let mut world = World::new(1, 3, false);
    let names = world.names.clone();
    // The site belongs to an old function, so it meets every class. Entries of dead shapes are free for others.
    let function = world.vm.make(function_with_a_site(&world.vm, names[0])).unwrap();
    world.vm.test_roots.push(function.value()).unwrap();
    let test_roots = world.vm.test_roots.len();
    let mut most = 0;
    for round in 0..3000 {
        world.vm.test_roots.truncate(test_roots);
        world.class = world.vm.make(Class::new(world.vm.init, 1, Declaration::FIRST)).unwrap();
        world.vm.test_roots.push(world.class.value()).unwrap();
        let instance = world.instance();
        // The field that the site reads is in a different slot each time.
        let before = round % 3;
        for field in 0..before {
            world.set(instance, field + 1, Value::NIL);
        }
        let value = Value::int(round as i32);
        world.set(instance, 0, value);
        most = most.max(instance.header.shape());
        for _ in 0..2 {
            let found = world.vm.find_property(function.site(0).unwrap(), instance, is_read);
            assert!(matches!(found, Some(Found::Field(field)) if field.is_identical(value)), "{round}");
            let entry = function.site(0).unwrap().entry(instance.header.shape());
            assert!(entry.is_none_or(|entry| usize::from(entry.slot) == before), "{round}");
        }
        if round % 10 == 0 {
            world.vm.collect();
        }
    }
    assert!(most < 1000, "{most}");
}

fn function_with_a_site(vm: &Vm, name: Gc<Str>) -> Function {
    let mem = vm.context.heap.mem();
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
    Function::new(mem, parts, 0, 1, name).unwrap()
}
