//! The lookup cache: properties by shape and name, shared by all sites of a VM.
//!
//! ```text
//!   line = (shape * LOOKUP_STRIDE + address of name / 16) % number of lines       name | IcEntry
//!   or its neighbour, line ^ 1
//! ```
//!
//! An entry whose two lines are taken puts out that of the first. Where that happens often, there are twice as many lines.
//!
//! It serves sites that meet more shapes than their inline cache has entries, as in Smalltalk-80 (Deutsch and Schiffman,
//! "Efficient implementation of the Smalltalk-80 system", POPL 1984). Names, shapes and methods in it are weak: the end
//! of every collection empties it, before any of them is freed.

use super::{Gc, IcEntry, IcKind, Str};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;

/// Number of lines at first, and at most: powers of two.
const FIRST_LINES: usize = tunable(if cfg!(target_pointer_width = "64") { 256 } else { 32 }, 4);
pub(crate) const MOST_LINES: usize = FIRST_LINES * 16;

/// Bits of a name's address that are always 0.
pub(crate) const NAME_SHIFT: u32 = 4;

/// Lines from one shape to the next. Ids of shapes are dense, and names lie side by side: about .618 of the lines leaves
/// the greatest gaps between a few shapes, into which the shapes of a neighbouring name fall.
pub(crate) const LOOKUP_STRIDE: u32 = 157;

const _: () = assert!(FIRST_LINES.is_power_of_two());

/// A line.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct LookupLine {
    pub(crate) name: Option<Gc<Str>>,
    pub(crate) entry: IcEntry,
}

impl LookupLine {
    const EMPTY: LookupLine = LookupLine { name: None, entry: IcEntry::EMPTY };

    fn is_for(&self, shape: u32, name: Gc<Str>) -> bool {
        self.entry.shape() == Some(shape) && self.name == Some(name)
    }
}

/// The lookup cache of a VM. It has lines from its first entry on, or from when machine code may read them. An insertion may
/// move them.
pub(crate) struct LookupCache {
    lines: Vec<LookupLine>,
    /// Entries that were put out since there are so many lines.
    put_out: usize,
}

impl LookupCache {
    pub(crate) fn new(mem: &Mem) -> LookupCache {
        LookupCache { lines: Vec::new(mem), put_out: 0 }
    }

    /// Sees to it that there are lines.
    pub(crate) fn begin(&mut self) -> Result<(), OutOfMemory> {
        if self.lines.is_empty() {
            self.lines.reserve_exact(FIRST_LINES)?;
            self.lines.resize(FIRST_LINES, LookupLine::EMPTY)?;
        }
        Ok(())
    }

    /// The lines, for machine code, until they move.
    #[cfg(feature = "native")]
    pub(crate) fn lines(&self) -> &[LookupLine] {
        &self.lines
    }

    /// The entry for that shape and name.
    pub(crate) fn find(&self, shape: u32, name: Gc<Str>) -> Option<IcEntry> {
        self.lines_for(shape, name).into_iter().find_map(|index| {
            let line = self.lines.get(index)?;
            line.is_for(shape, name).then_some(line.entry)
        })
    }

    /// Adds an entry; without memory for lines, does nothing. Says whether lines moved.
    pub(crate) fn insert(&mut self, name: Gc<Str>, entry: IcEntry) -> bool {
        debug_assert!(entry.kind != IcKind::Empty);
        let had_lines = !self.lines.is_empty();
        if self.begin().is_err() {
            return false;
        }
        if self.put(LookupLine { name: Some(name), entry }) {
            return !had_lines;
        }
        self.put_out += 1;
        self.put_out > self.lines.len() / 4 && self.grow()
    }

    /// Puts an entry into a line; false if that put out another one.
    fn put(&mut self, line: LookupLine) -> bool {
        let (Some(shape), Some(name)) = (line.entry.shape(), line.name) else { return true };
        let places = self.lines_for(shape, name);
        let free = places.into_iter().find(|&index| {
            self.lines.get(index).is_some_and(|old| old.name.is_none() || old.is_for(shape, name))
        });
        if let Some(old) = self.lines.get_mut(free.unwrap_or(places[0])) {
            *old = line;
        }
        free.is_some()
    }

    /// Doubles the number of lines, if there is memory for that.
    fn grow(&mut self) -> bool {
        self.put_out = 0;
        let count = self.lines.len() * 2;
        let mut lines = Vec::new(self.lines.mem());
        if count > MOST_LINES || lines.reserve_exact(count).is_err() {
            return false;
        }
        if lines.resize(count, LookupLine::EMPTY).is_err() {
            return false;
        }
        let old = core::mem::replace(&mut self.lines, lines);
        for &line in old.iter() {
            self.put(line);
        }
        true
    }

    /// The two lines that may have an entry, by index. Machine code computes the same.
    fn lines_for(&self, shape: u32, name: Gc<Str>) -> [usize; 2] {
        let hash = (shape.wrapping_mul(LOOKUP_STRIDE) as usize).wrapping_add(name.address() >> NAME_SHIFT);
        let first = hash & self.lines.len().wrapping_sub(1);
        [first, first ^ 1]
    }

    /// Empties it.
    pub(crate) fn clear(&mut self) {
        self.lines.fill(LookupLine::EMPTY);
    }
}
