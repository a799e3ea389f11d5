//! A hash table that grows a little at a time.
//!
//! ```text
//!   small   | entries |                                one table
//!
//!   large   | 0 | 1 | 2 | 3 | 4 | 5 |                  many tables of a bounded size
//!             |       ^       |
//!             |  next to be   '-- 4 and 5 were made when 0 and 1 were split
//!             '-- split: 2
//! ```
//!
//! A table of millions of entries that doubles moves them all at once, which takes longer than a script may be held
//! up. This one is linear hashing (Litwin, "Linear Hashing: a new tool for file and table addressing", VLDB 1980)
//! over the tables of hashbrown. Some bits of the hash choose the table. Whenever there are [`GROUP`] entries for
//! each table, the next table is split in two: its entries stay, or move to a new table at the end. So an
//! insertion moves some two thousand entries at most, and each table is of a size that is quickly made.
//!
//! Up to twice that number of entries there is one table, and this is that table and a test.

use allocator_api2::boxed::Box;
use hashbrown::HashTable;
use hashbrown::hash_table::Iter;

use super::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;

/// Entries for each table, on average, before one is split. A table that is not yet split holds twice as many, which is
/// nine tenths of the capacity of 2,048 buckets.
pub(crate) const GROUP: usize = tunable(800, 2);

/// The lowest bits of a hash are the place of an entry in a table of usual size; the seven highest distinguish entries
/// in a table. The bits above the lowest choose the table.
const PLACE_BITS: u32 = 11;

/// A set of entries, found by a hash and a test. The caller has to prevent equal entries.
pub(crate) struct Table<T, const LOAD: usize = GROUP>(Parts<T>);

enum Parts<T> {
    One(HashTable<T, Mem>),
    Many(Box<Many<T>, Mem>),
}

struct Many<T> {
    tables: Vec<HashTable<T, Mem>>,
    /// The bits that choose a table: those of the last one's index, and all below. If there is
    /// no table with that index yet, the highest bit does not count.
    mask: usize,
    /// Entries in all tables.
    len: usize,
}

impl<T: Copy, const LOAD: usize> Table<T, LOAD> {
    /// An empty table; allocates nothing yet.
    pub(crate) fn new(mem: &Mem) -> Table<T, LOAD> {
        Table(Parts::One(HashTable::new_in(mem.clone())))
    }

    /// The number of entries.
    pub(crate) fn len(&self) -> usize {
        match &self.0 {
            Parts::One(table) => table.len(),
            Parts::Many(many) => many.len,
        }
    }

    /// The entry of that hash that passes the test.
    #[inline]
    pub(crate) fn find(&self, hash: u32, test: impl FnMut(&T) -> bool) -> Option<&T> {
        let table = match &self.0 {
            Parts::One(table) => table,
            Parts::Many(many) => many.tables.get(many.index(hash))?,
        };
        table.find(spread(hash), test)
    }

    /// The entry of that hash that passes the test. What its hash is made of must stay as it is.
    #[inline]
    pub(crate) fn find_mut(&mut self, hash: u32, test: impl FnMut(&T) -> bool) -> Option<&mut T> {
        self.table_of(hash)?.find_mut(spread(hash), test)
    }

    /// Makes room for an entry of that hash, which [`insert`](Table::insert) then finds, whatever is removed in
    /// between. `hash_of` says the hash of an entry. May move two thousand entries.
    ///
    /// # Errors
    /// When memory is out; all entries are as they were.
    pub(crate) fn reserve(&mut self, hash: u32, hash_of: impl Fn(&T) -> u32) -> Result<(), OutOfMemory> {
        match &mut self.0 {
            Parts::One(table) if table.len() < 2 * LOAD => {}
            Parts::One(table) => {
                let many = Many::of_one(table)?;
                self.0 = Parts::Many(many);
            }
            Parts::Many(_) => {}
        }
        if let Parts::Many(many) = &mut self.0
            && many.len >= many.tables.len() * LOAD
        {
            many.split(LOAD, &hash_of)?;
        }
        let table = self.table_of(hash).ok_or(OutOfMemory)?;
        table.try_reserve(1, |entry| spread(hash_of(entry))).map_err(|_| OutOfMemory)
    }

    /// Adds an entry of that hash; [`reserve`](Table::reserve) made room for it.
    pub(crate) fn insert(&mut self, hash: u32, entry: T, hash_of: impl Fn(&T) -> u32) {
        let hash_of = |entry: &T| spread(hash_of(entry));
        let Some(table) = self.table_of(hash) else { return };
        let reserved = table.try_reserve(1, hash_of);
        debug_assert!(reserved.is_ok(), "nothing was reserved");
        if reserved.is_ok() {
            table.insert_unique(spread(hash), entry, hash_of);
            if let Parts::Many(many) = &mut self.0 {
                many.len += 1;
            }
        }
    }

    /// Removes the entry of that hash that passes the test.
    pub(crate) fn remove(&mut self, hash: u32, test: impl FnMut(&T) -> bool) -> Option<T> {
        let found = self.table_of(hash)?.find_entry(spread(hash), test).ok()?;
        let (entry, _) = found.remove();
        if let Parts::Many(many) = &mut self.0 {
            many.len -= 1;
        }
        Some(entry)
    }

    /// All entries, in an order that depends on hashes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.tables().iter().flat_map(HashTable::iter)
    }

    /// The entries of the part with that index; none if there is no such part.
    ///
    /// This is how a large table is visited piece by piece, from part 0 on. Entries only ever move to a new last part, and
    /// never back, so a visit of all parts meets every entry that was there all the while; some it may meet twice.
    pub(crate) fn part(&self, index: usize) -> Option<Iter<'_, T>> {
        self.tables().get(index).map(HashTable::iter)
    }

    /// Bytes of its memory.
    pub(crate) fn bytes(&self) -> usize {
        let many = match &self.0 {
            Parts::One(_) => 0,
            Parts::Many(many) => {
                size_of::<Many<T>>() + many.tables.capacity() * size_of::<HashTable<T, Mem>>()
            }
        };
        many + self.tables().iter().map(HashTable::allocation_size).sum::<usize>()
    }

    fn tables(&self) -> &[HashTable<T, Mem>] {
        match &self.0 {
            Parts::One(table) => core::slice::from_ref(table),
            Parts::Many(many) => &many.tables,
        }
    }

    #[inline]
    fn table_of(&mut self, hash: u32) -> Option<&mut HashTable<T, Mem>> {
        match &mut self.0 {
            Parts::One(table) => Some(table),
            Parts::Many(many) => {
                let index = many.index(hash);
                many.tables.get_mut(index)
            }
        }
    }
}

impl<T: Copy> Many<T> {
    /// One table, taken out of `table`.
    #[cold]
    fn of_one(table: &mut HashTable<T, Mem>) -> Result<Box<Many<T>, Mem>, OutOfMemory> {
        let mem = table.allocator().clone();
        let mut tables = Vec::new(&mem);
        tables.reserve_exact(2)?;
        let many = Many { tables, mask: 0, len: table.len() };
        let mut many = Box::try_new_in(many, mem.clone()).map_err(|_| OutOfMemory)?;
        many.tables.push(core::mem::replace(table, HashTable::new_in(mem)))?;
        Ok(many)
    }

    #[inline]
    fn index(&self, hash: u32) -> usize {
        let index = (hash >> PLACE_BITS) as usize & self.mask;
        if index < self.tables.len() { index } else { index & (self.mask >> 1) }
    }

    /// Splits the next table.
    #[cold]
    fn split(&mut self, load: usize, hash_of: impl Fn(&T) -> u32) -> Result<(), OutOfMemory> {
        let new = self.tables.len();
        let mask = (new + 1).next_power_of_two() - 1;
        self.tables.reserve(1)?;
        let Some(old) = self.tables.get_mut(new & (mask >> 1)) else { return Err(OutOfMemory) };
        let spread_hash_of = |entry: &T| spread(hash_of(entry));
        let half = || {
            let mut half = HashTable::new_in(old.allocator().clone());
            half.try_reserve(load.min(old.len()), spread_hash_of).map_err(|_| OutOfMemory)?;
            Ok(half)
        };
        let (mut stay, mut go) = (half()?, half()?);
        for &entry in old.iter() {
            let hash = hash_of(&entry);
            let to = if (hash >> PLACE_BITS) as usize & mask == new { &mut go } else { &mut stay };
            to.try_reserve(1, spread_hash_of).map_err(|_| OutOfMemory)?;
            to.insert_unique(spread(hash), entry, spread_hash_of);
        }
        *old = stay;
        self.mask = mask;
        self.tables.push(go)
    }
}

/// The hash as hashbrown wants it: it looks at the lowest bits, and at the seven highest of an address's width.
#[inline]
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

// A small table takes no more memory than hashbrown's.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Table<usize>>() == size_of::<HashTable<usize, Mem>>());

#[cfg(test)]
mod tests;
