//! The lookup cache: properties by shape and name, shared by all sites of a VM.
//!
//! ```text
//!   line = (shape * LOOKUP_STRIDE + address of name / 16) % LOOKUP_LINES       name | IcEntry
//! ```
//!
//! It serves sites that meet more shapes than their inline cache has entries, as in Smalltalk-80 (Deutsch and Schiffman,
//! "Efficient implementation of the Smalltalk-80 system", POPL 1984). Names, shapes and methods in it are weak: the end
//! of every collection empties it, before any of them is freed.

use super::{Gc, IcEntry, IcKind, Str};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;

/// Number of lines: a power of two.
pub(crate) const LOOKUP_LINES: usize = tunable(if cfg!(target_pointer_width = "64") { 256 } else { 32 }, 4);

/// Bits of a name's address that are always 0.
pub(crate) const NAME_SHIFT: u32 = 4;

/// Lines from one shape to the next. Ids of shapes are dense, and names lie side by side: about .618 of the lines leaves
/// the greatest gaps between a few shapes, into which the shapes of a neighbouring name fall.
pub(crate) const LOOKUP_STRIDE: u32 = 157;

const _: () = assert!(LOOKUP_LINES.is_power_of_two());

/// A line.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct LookupLine {
    pub(crate) name: Option<Gc<Str>>,
    pub(crate) entry: IcEntry,
}

impl LookupLine {
    const EMPTY: LookupLine = LookupLine { name: None, entry: IcEntry::EMPTY };
}

/// The lookup cache of a VM. It has lines from its first entry on, or from when machine code may read them; then they never
/// move.
pub(crate) struct LookupCache {
    lines: Vec<LookupLine>,
}

impl LookupCache {
    pub(crate) fn new(mem: &Mem) -> LookupCache {
        LookupCache { lines: Vec::new(mem) }
    }

    /// The first line, for machine code: from now on there are lines.
    pub(crate) fn lines(&mut self) -> Result<*const LookupLine, OutOfMemory> {
        self.lines.reserve_exact(LOOKUP_LINES - self.lines.len())?;
        self.lines.resize(LOOKUP_LINES, LookupLine::EMPTY)?;
        Ok(self.lines.as_ptr())
    }

    /// The entry for that shape and name.
    pub(crate) fn find(&self, shape: u32, name: Gc<Str>) -> Option<IcEntry> {
        let line = self.lines.get(index(shape, name))?;
        (line.entry.shape() == Some(shape) && line.name == Some(name)).then_some(line.entry)
    }

    /// Adds an entry, in the place of the one in its line; without memory for lines, does nothing.
    pub(crate) fn insert(&mut self, name: Gc<Str>, entry: IcEntry) {
        debug_assert!(entry.kind != IcKind::Empty);
        if self.lines.is_empty() && self.lines().is_err() {
            return;
        }
        if let Some(shape) = entry.shape()
            && let Some(line) = self.lines.get_mut(index(shape, name))
        {
            *line = LookupLine { name: Some(name), entry };
        }
    }

    /// Empties it.
    pub(crate) fn clear(&mut self) {
        self.lines.fill(LookupLine::EMPTY);
    }
}

/// Machine code computes the same.
fn index(shape: u32, name: Gc<Str>) -> usize {
    (shape.wrapping_mul(LOOKUP_STRIDE) as usize).wrapping_add(name.address() >> NAME_SHIFT)
        & (LOOKUP_LINES - 1)
}
