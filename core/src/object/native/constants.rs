//! Globals as constants of machine code.
//!
//! A global that no loaded code assigns has one value from its definition on. Machine code contains that value instead
//! of a load, and is given up if the value changes nevertheless:
//!
//! | the change | noticed by |
//! |---|---|
//! | loaded code that assigns it, or defines it a second time | the loader |
//! | its definition, if a function of the library had its name, or bytecode executes it again | `def.global` |

use crate::mem::{Mem, OutOfMemory, Vec};
use crate::tunable::tunable;

/// The most times that code is given up because globals changed: each takes a look at every function of the VM. After the
/// last, no code contains values of globals any more.
const MOST_CHANGES: u32 = tunable(1000, 3) as u32;

/// What loaded code does with a global.
#[derive(Clone, Copy, Default)]
struct Use {
    /// Loaded code defines it.
    is_declared: bool,
    /// Its value may change after its definition.
    is_assigned: bool,
    /// Machine code contains its value; see [`Constants::is_embedded`].
    is_embedded: bool,
}

/// Which globals are constants, by their indices.
pub(crate) struct Constants {
    /// Those past the end are not used yet.
    uses: Vec<Use>,
    /// The number of times that code may still be given up because globals changed.
    changes_left: u32,
    /// Machine code may contain values of globals that are not embedded any more.
    has_stale_code: bool,
}

impl Constants {
    pub(super) fn new(mem: &Mem) -> Constants {
        Constants { uses: Vec::new(mem), changes_left: MOST_CHANGES, has_stale_code: false }
    }

    /// Makes room for facts about the globals up to an index.
    pub(crate) fn reserve(&mut self, index: u32) -> Result<(), OutOfMemory> {
        let count = index as usize + 1;
        if count > self.uses.len() {
            self.uses.resize(count, Use::default())?;
        }
        Ok(())
    }

    /// Whether machine code may contain the global's value once it is defined.
    pub(crate) fn is_constant(&self, index: u32) -> bool {
        self.changes_left != 0 && self.uses.get(index as usize).is_none_or(|uses| !uses.is_assigned)
    }

    /// Records that loaded code defines a global. A second definition changes its value.
    pub(crate) fn declares(&mut self, index: u32) {
        let uses = self.uses.get_mut(index as usize);
        if uses.is_some_and(|uses| core::mem::replace(&mut uses.is_declared, true)) {
            self.assigns(index);
        }
    }

    /// Records that loaded code assigns a global, or that the global is defined again. Code that contains its value is
    /// stale.
    pub(crate) fn assigns(&mut self, index: u32) {
        self.has_stale_code |= self.is_embedded(index);
        if let Some(uses) = self.uses.get_mut(index as usize) {
            uses.is_assigned = true;
            uses.is_embedded = false;
        }
    }

    /// Records that machine code contains the value of a global from here on.
    pub(crate) fn embed(&mut self, index: u32) {
        if let Some(uses) = self.uses.get_mut(index as usize) {
            uses.is_embedded = true;
        }
    }

    /// Whether machine code may contain the value of a global.
    #[inline(always)]
    pub(crate) fn is_embedded(&self, index: u32) -> bool {
        self.changes_left != 0 && self.uses.get(index as usize).is_some_and(|uses| uses.is_embedded)
    }

    /// Whether there is stale code, which the caller gives up: code that contains the value of a global that is not
    /// [embedded](Constants::is_embedded) any more.
    #[must_use]
    pub(crate) fn take_stale_code(&mut self) -> bool {
        let is_stale = core::mem::take(&mut self.has_stale_code);
        self.changes_left -= u32::from(is_stale);
        is_stale
    }
}
