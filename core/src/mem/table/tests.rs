extern crate std;

use std::collections::{HashMap, HashSet};
use std::vec::Vec;

use proptest::prelude::*;

use super::Table;
use crate::mem::{Mem, OutOfMemory};
use crate::testing::{Moody, SYSTEM};

type Entry = (u32, u32);

/// A table with so few entries in each inner table that there are soon many of these.
type Small = Table<Entry, 3>;

/// A hash in which all bits vary, or only a few of those that choose an inner table and a place in it.
fn hash(key: u32, bits: u32) -> u32 {
    (u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32 & bits
}

/// A table and its expected content.
struct Pair<const LOAD: usize> {
    table: Table<Entry, LOAD>,
    model: HashMap<u32, u32>,
    bits: u32,
}

impl<const LOAD: usize> Pair<LOAD> {
    fn new(mem: &Mem, bits: u32) -> Self {
        Pair { table: Table::new(mem), model: HashMap::new(), bits }
    }

    fn put(&mut self, key: u32, value: u32) -> Result<(), OutOfMemory> {
        let bits = self.bits;
        let hash_of = |entry: &Entry| hash(entry.0, bits);
        if let Some(entry) = self.table.find_mut(hash(key, bits), |entry| entry.0 == key) {
            entry.1 = value;
        } else {
            self.table.reserve(hash(key, bits), hash_of)?;
            self.table.insert(hash(key, bits), (key, value), hash_of);
        }
        self.model.insert(key, value);
        Ok(())
    }

    fn remove(&mut self, key: u32) {
        let removed = self.table.remove(hash(key, self.bits), |entry| entry.0 == key);
        assert_eq!(removed.map(|entry| entry.1), self.model.remove(&key));
    }

    fn get(&self, key: u32) -> Option<u32> {
        self.table.find(hash(key, self.bits), |entry| entry.0 == key).map(|entry| entry.1)
    }

    fn check(&self) {
        assert_eq!(self.table.len(), self.model.len());
        let entries = self.table.iter().copied().collect::<Vec<_>>();
        assert_eq!(entries.len(), self.model.len());
        assert_eq!(entries.into_iter().collect::<HashMap<_, _>>(), self.model);
        for (&key, &value) in &self.model {
            assert_eq!(self.get(key), Some(value));
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Put(u32, u32),
    Fill(u32, u32),
    Remove(u32),
    Drain(u32, u32),
    Get(u32),
    Refuse(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = || 0..200_u32;
    let step = prop_oneof![
        4 => (key(), any::<u32>()).prop_map(|(key, value)| Step::Put(key, value)),
        1 => (key(), 0..60_u32).prop_map(|(from, many)| Step::Fill(from, many)),
        2 => key().prop_map(Step::Remove),
        1 => (key(), 0..60_u32).prop_map(|(from, many)| Step::Drain(from, many)),
        2 => key().prop_map(Step::Get),
        1 => any::<bool>().prop_map(Step::Refuse),
    ];
    proptest::collection::vec(step, 0..120)
}

proptest! {
    #[test]
    fn it_holds_what_a_map_holds(steps in steps(), bits in prop_oneof![Just(u32::MAX), Just(0x0000_1801), Just(0)]) {
        let moody = Moody::new();
        let mem = Mem::new(moody, usize::MAX).unwrap();
        let mut pair = Pair::<3>::new(&mem, bits);
        for step in steps {
            match step {
                Step::Put(key, value) => { let _ = pair.put(key, value); }
                Step::Fill(from, many) => (from..from + many).for_each(|key| { let _ = pair.put(key, key); }),
                Step::Remove(key) => pair.remove(key),
                Step::Drain(from, many) => (from..from + many).for_each(|key| pair.remove(key)),
                Step::Get(key) => prop_assert_eq!(pair.get(key), pair.model.get(&key).copied()),
                Step::Refuse(refuses) => moody.refuse(refuses),
            }
            pair.check();
        }
        moody.refuse(false);
        drop(pair);
        drop(mem);
        prop_assert_eq!(moody.bytes(), 0);
    }
}

#[test]
fn a_refused_request_changes_nothing_whichever_it_is() {
    let mut request = 0;
    loop {
        let moody = Moody::new();
        let mem = Mem::new(moody, usize::MAX).unwrap();
        let mut pair = Pair::<3>::new(&mem, u32::MAX);
        moody.refuse_after(request, 1);
        let refused = (0..100).filter(|&key| pair.put(key, key).is_err()).count();
        pair.check();
        if refused == 0 {
            break;
        }
        assert_eq!(refused, 1);
        request += 1;
    }
    assert!(request > 50, "only {request} requests");
}

/// A reservation stays valid while other entries are removed, even without memory.
#[test]
fn a_reservation_outlives_removals() {
    let moody = Moody::new();
    let mem = Mem::new(moody, usize::MAX).unwrap();
    let hash_of = |entry: &Entry| hash(entry.0, u32::MAX);
    let mut table = Small::new(&mem);
    for key in 0..500 {
        table.reserve(hash_of(&(key, 0)), hash_of).unwrap();
        moody.refuse(true);
        for old in (0..key).filter(|old| old % 7 == key % 7) {
            table.remove(hash_of(&(old, 0)), |entry| entry.0 == old);
        }
        table.insert(hash_of(&(key, 0)), (key, 0), hash_of);
        assert!(table.find(hash_of(&(key, 0)), |entry| entry.0 == key).is_some());
        moody.refuse(false);
    }
}

/// An insertion looks at a bounded number of entries, however many there are.
#[test]
fn growing_moves_a_bounded_number_of_entries() {
    let mem = Mem::new(SYSTEM, usize::MAX).unwrap();
    let moved = core::cell::Cell::new(0_usize);
    let hash_of = |entry: &Entry| {
        moved.set(moved.get() + 1);
        hash(entry.0, u32::MAX)
    };
    let mut table = Table::<Entry, 100>::new(&mem);
    let mut most = 0;
    for key in 0..100_000 {
        moved.set(0);
        table.reserve(hash(key, u32::MAX), hash_of).unwrap();
        table.insert(hash(key, u32::MAX), (key, 0), hash_of);
        most = most.max(moved.get());
    }
    assert!((100..1000).contains(&most), "{most} at once");
    let buckets = table.bytes() / size_of::<Entry>();
    assert!(buckets < 400_000, "room for {buckets}");
}

/// A cursor that visits one inner table after the other meets all entries that stay, despite insertions and removals
/// between.
#[test]
fn no_entry_hides_from_a_cursor() {
    let mem = Mem::new(SYSTEM, usize::MAX).unwrap();
    let mut pair = Pair::<3>::new(&mem, u32::MAX);
    (0..200).for_each(|key| pair.put(key, key).unwrap());
    let mut seen = HashSet::new();
    let mut part = 0;
    while let Some(entries) = pair.table.part(part) {
        seen.extend(entries.map(|entry| entry.0));
        part += 1;
        for key in 0..2 {
            pair.put(1000 + 2 * part as u32 + key, 0).unwrap();
        }
        pair.remove(100 + part as u32 % 100);
    }
    assert!(part > 100, "only {part} parts");
    assert!((0..100).all(|key| seen.contains(&key)));
    pair.check();
}
