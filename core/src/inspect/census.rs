//! The heap's objects by kind.

use crate::interp::Vm;
use crate::object::Kind;

/// The objects of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Population {
    /// The kind's name, for people.
    pub name: &'static str,
    /// The number of objects.
    pub count: usize,
    /// Bytes of their cells and of the tables that they own.
    pub bytes: usize,
}

/// The objects that are alive, by kind.
#[derive(Clone, Debug)]
pub struct Census {
    kinds: [Population; Kind::ALL.len()],
}

impl Census {
    /// The kinds that have objects.
    pub fn iter(&self) -> impl Iterator<Item = Population> {
        self.kinds.iter().copied().filter(|population| population.count > 0)
    }
}

impl Vm {
    /// Collects all garbage, then counts the live objects.
    pub fn census(&mut self) -> Census {
        self.collect();
        let none = |kind: Kind| Population { name: kind.plural(), count: 0, bytes: 0 };
        let mut census = Census { kinds: Kind::ALL.map(none) };
        self.context.heap.each_marked(|object, bytes| {
            let index = Kind::ALL.iter().position(|kind| *kind == object.kind());
            if let Some(population) = index.and_then(|index| census.kinds.get_mut(index)) {
                population.count += 1;
                population.bytes += bytes;
            }
        });
        census
    }
}
