//! Compares a graph that changes at random between random steps of the collector with a model.

use std::collections::HashMap;
use std::vec;

use super::*;
use crate::heap::size_class::MAX_SMALL;
use crate::object::{Instance, Kind};

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }
}

/// The expected state of an object: slot 0 is its number, the others refer to objects by number.
struct Node {
    object: Gc<Header>,
    kind: Kind,
    links: Vec<Option<u32>>,
}

struct Model {
    world: World,
    random: Random,
    nodes: HashMap<u32, Node>,
    /// Numbers of the objects in the roots.
    roots: Vec<Option<u32>>,
    made: u32,
    /// Field names of dictionaries: number, then links.
    names: Vec<Gc<Str>>,
}

const ROOTS: usize = 24;
const LINKS: usize = 6;

impl Model {
    fn new(seed: u64) -> Model {
        let mut world = World::new();
        world.roots.values.resize(ROOTS, Value::NIL);
        let mut names = vec![];
        for index in 0..=LINKS {
            let name = world.name(&[b'a' + index as u8]);
            world.hold(name.value());
            names.push(name);
        }
        world.turns = true;
        let random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        Model { world, random, nodes: HashMap::new(), roots: vec![None; ROOTS], made: 0, names }
    }

    fn store(&mut self, number: u32, index: usize, value: Value) {
        let Node { object, .. } = self.nodes[&number];
        let heap = &mut self.world.heap;
        if let Some(cells) = object.downcast::<Slots>() {
            heap.set(cells, &cells.values()[index], value);
        } else if let Some(instance) = object.downcast::<Instance>() {
            heap.set(instance, &instance.slots()[index], value);
        } else if let Some(dict) = object.downcast::<Dict>() {
            dict.set(self.names[index], value).unwrap();
            heap.part_barrier(dict, self.names[index].value());
            heap.part_barrier(dict, value);
        } else {
            panic!("object {number} is a {:?}", object.kind());
        }
    }

    fn load(&self, object: Gc<Header>, index: usize) -> Option<Value> {
        if let Some(cells) = object.downcast::<Slots>() {
            cells.values().get(index).map(|cell| cell.get())
        } else if let Some(instance) = object.downcast::<Instance>() {
            instance.slots().get(index).map(|cell| cell.get())
        } else {
            object.downcast::<Dict>()?.get(*self.names.get(index)?)
        }
    }

    /// A new object in a root.
    fn make(&mut self) {
        let random = &mut self.random;
        let (object, kind, links) = match random.below(12) {
            0 => (self.world.dict().header(), Kind::Dict, LINKS),
            1 => {
                // A large object, with its own page.
                let slots = MAX_SMALL / 8 + random.below(200);
                (self.world.slots(slots as u16).header(), Kind::Slots, LINKS)
            }
            2..6 => {
                let capacity = 2 + random.below(60);
                let memory = self.world.allocate(Instance::size(capacity as u16), false).unwrap();
                // SAFETY: memory of that size.
                let instance = unsafe {
                    Instance::init(memory.cast().as_ptr(), 0, capacity as u16);
                    Gc::<Instance>::from_raw(memory.cast())
                };
                (instance.header(), Kind::Instance, (capacity - 1).min(LINKS))
            }
            _ => {
                let capacity = 2 + random.below(LINKS);
                (self.world.slots(capacity as u16).header(), Kind::Slots, (capacity - 1).min(LINKS))
            }
        };
        let number = self.made;
        self.made += 1;
        self.nodes.insert(number, Node { object, kind, links: vec![None; links] });
        self.store(number, 0, Value::int(number as i32));
        let root = self.random.below(ROOTS);
        self.set_root(root, Some(number));
    }

    fn value(&self, number: Option<u32>) -> Value {
        number.map_or(Value::NIL, |number| Value::object(self.nodes[&number].object))
    }

    fn set_root(&mut self, root: usize, number: Option<u32>) {
        self.roots[root] = number;
        self.world.roots.values[root] = self.value(number);
    }

    fn any_root(&mut self) -> Option<u32> {
        self.roots[self.random.below(ROOTS)]
    }

    /// A random action of a program.
    fn mutate(&mut self) {
        match self.random.below(16) {
            0..5 => self.make(),
            5..10 => {
                // root.link = root
                let (Some(owner), target) = (self.any_root(), self.any_root()) else { return };
                let link = self.random.below(self.nodes[&owner].links.len());
                self.store(owner, link + 1, self.value(target));
                self.nodes.get_mut(&owner).unwrap().links[link] = target;
            }
            10..14 => {
                // root = root.link
                let Some(owner) = self.any_root() else { return };
                let links = &self.nodes[&owner].links;
                let number = links[self.random.below(links.len())];
                let root = self.random.below(ROOTS);
                self.set_root(root, number);
            }
            14 => {
                // Remove a link, but keep its target in a root: the hardest case for incremental marking.
                let Some(owner) = self.any_root() else { return };
                let link = self.random.below(self.nodes[&owner].links.len());
                let number = self.nodes[&owner].links[link];
                let root = self.random.below(ROOTS);
                self.set_root(root, number);
                // The owner may have left the roots just now. It is not freed, as there was no collection since.
                self.store(owner, link + 1, Value::NIL);
                self.nodes.get_mut(&owner).unwrap().links[link] = None;
            }
            _ => {
                let root = self.random.below(ROOTS);
                self.set_root(root, None);
            }
        }
    }

    /// A random action of the collector.
    fn collector(&mut self) {
        let extent = if self.random.one_in(3) { Extent::Full } else { Extent::Young };
        match self.random.below(12) {
            0 if self.random.one_in(20) => {
                self.world.collect(extent);
                self.check(extent == Extent::Full);
            }
            0 if self.random.one_in(50) => {
                self.world.heap.collect_for_space(&mut self.world.roots);
                self.check(true);
            }
            0 if self.random.one_in(10) => {
                self.world.heap.stress = true;
                self.make();
                self.world.heap.stress = false;
                self.check(false);
            }
            1 | 2 if self.world.heap.phase == Phase::Idle => match extent {
                // The first step clears marks.
                Extent::Full => self.world.heap.begin_full(),
                Extent::Young => self.world.begin(extent),
            },
            3..12 if self.world.heap.phase != Phase::Idle => {
                let ends = self.world.roots.ends;
                let work = 1 << self.random.below(12);
                self.world.step(work);
                if self.world.roots.ends != ends {
                    self.check(false);
                }
            }
            _ => {}
        }
    }

    /// Asserts that every object that the model reaches is there, unchanged and marked, and that no other one is marked
    /// if the last collection was `exact`.
    fn check(&mut self, exact: bool) {
        let mut reached = HashMap::new();
        let mut list: Vec<u32> = self.roots.iter().flatten().copied().collect();
        while let Some(number) = list.pop() {
            let Some(node) = self.nodes.remove(&number) else { continue };
            assert_eq!(node.object.kind(), node.kind, "object {number}");
            assert!(self.load(node.object, 0).unwrap().is_identical(Value::int(number as i32)));
            list.extend(node.links.iter().flatten());
            reached.insert(number, node);
        }
        self.nodes = reached;
        for (number, node) in &self.nodes {
            for (index, &link) in node.links.iter().enumerate() {
                let value = self.load(node.object, index + 1).unwrap_or(Value::NIL);
                assert!(value.is_identical(self.value(link)), "link {index} of object {number}");
            }
        }
        if exact {
            assert!(self.nodes.values().all(|node| is_marked(node.object)));
            assert_eq!(self.world.marked(), self.nodes.len() + self.names.len());
        }
    }
}

fn play(seed: u64, steps: usize, threshold: usize) {
    let mut model = Model::new(seed);
    for _ in 0..steps {
        model.mutate();
        model.collector();
        model.world.heap.next_gc_at = threshold;
    }
    model.world.collect(Extent::Full);
    model.check(true);
    let ends = model.world.roots.ends;
    assert!(ends > steps / 500, "{ends} collections only");
}

#[test]
fn nothing_that_is_reachable_is_ever_lost() {
    for seed in 0..24 {
        play(seed, 10_000, 16 << 10);
    }
}

#[test]
fn nothing_is_lost_when_only_tiny_steps_are_made() {
    for seed in 100..112 {
        // Collections begin only when the test starts them.
        play(seed, 10_000, usize::MAX);
    }
}
