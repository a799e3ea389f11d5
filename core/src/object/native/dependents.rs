//! Globals as constants of machine code, and the code that depends on them.
//!
//! A global that no loaded code assigns has one value from its definition on. Machine code contains that value instead
//! of a load, and is given up if the value changes nevertheless:
//!
//! | the change | noticed by |
//! |---|---|
//! | loaded code that assigns it, or defines it a second time | the loader |
//! | its definition, if a function of the library had its name, or bytecode executes it again | `def.global` |
//! | the host gives it a value | `Vm::bind_result` |
//!
//! ```text
//!   uses    [.first][.first][.first] ...      by global
//!              v                  v
//!   nodes   [code of f] <-> [code of g]  ...  a list for each global; a free node is in the list of those
//! ```
//!
//! So a change takes as long as there is code that depends on the global, and a piece of code leaves all lists in a time
//! that follows its own globals.

use super::super::{Function, Gc};
use crate::mem::{Mem, OutOfMemory, Vec};

/// No node.
const NONE: u32 = u32::MAX;

/// What loaded code does with a global, and which code contains its value.
#[derive(Clone, Copy)]
struct Use {
    /// Loaded code defines it.
    is_declared: bool,
    /// Its value may change after its definition.
    is_assigned: bool,
    /// The first node of its list.
    first: u32,
}

impl Use {
    const NONE: Use = Use { is_declared: false, is_assigned: false, first: NONE };
}

/// One piece of code that contains the value of one global.
#[derive(Clone, Copy)]
struct Node {
    /// The function whose code it is; none in a free node.
    function: Option<Gc<Function>>,
    global: u32,
    before: u32,
    after: u32,
}

/// Which globals are constants, by their indices, and the code that contains their values.
pub(crate) struct Dependents {
    /// Those past the end are not used yet.
    uses: Vec<Use>,
    nodes: Vec<Node>,
    /// The first free node, and the number of them.
    free: (u32, usize),
}

impl Dependents {
    pub(super) fn new(mem: &Mem) -> Dependents {
        Dependents { uses: Vec::new(mem), nodes: Vec::new(mem), free: (NONE, 0) }
    }

    /// Makes room for facts about the globals up to an index.
    pub(crate) fn reserve_global(&mut self, index: u32) -> Result<(), OutOfMemory> {
        let count = index as usize + 1;
        if count > self.uses.len() {
            self.uses.resize(count, Use::NONE)?;
        }
        Ok(())
    }

    /// Whether machine code may contain the global's value once it is defined.
    pub(crate) fn is_constant(&self, index: u32) -> bool {
        self.uses.get(index as usize).is_none_or(|uses| !uses.is_assigned)
    }

    /// Whether machine code contains the global's value.
    #[inline(always)]
    pub(crate) fn is_embedded(&self, index: u32) -> bool {
        self.uses.get(index as usize).is_some_and(|uses| uses.first != NONE)
    }

    /// Records that loaded code defines a global. True if it is not the first that does: then the value changes.
    pub(crate) fn declares(&mut self, index: u32) -> bool {
        let uses = self.uses.get_mut(index as usize);
        uses.is_some_and(|uses| core::mem::replace(&mut uses.is_declared, true))
    }

    /// Records that the value of a global may change from here on. Code that contains it has to be given up.
    pub(crate) fn assigns(&mut self, index: u32) {
        if let Some(uses) = self.uses.get_mut(index as usize) {
            uses.is_assigned = true;
        }
    }

    /// A function with code that contains the global's value, and the node that says so.
    pub(crate) fn first(&self, index: u32) -> Option<(Gc<Function>, u32)> {
        let first = self.uses.get(index as usize)?.first;
        Some((self.nodes.get(first as usize)?.function?, first))
    }

    /// Makes room for a piece of code that contains the values of these globals.
    pub(super) fn reserve(&mut self, globals: &[u32]) -> Result<(), OutOfMemory> {
        if let Some(&last) = globals.iter().max() {
            self.reserve_global(last)?;
        }
        self.nodes.reserve(globals.len().saturating_sub(self.free.1))
    }

    /// Records that code of a function contains the value of a global, for which there is room. Answers the node.
    pub(super) fn link(&mut self, function: Gc<Function>, global: u32) -> u32 {
        let Some(uses) = self.uses.get_mut(global as usize) else { return NONE };
        let node = Node { function: Some(function), global, before: NONE, after: uses.first };
        let at = match self.nodes.get_mut(self.free.0 as usize) {
            Some(free) => {
                let at = self.free.0;
                self.free = (free.after, self.free.1 - 1);
                *free = node;
                at
            }
            None => {
                let added = self.nodes.push(node);
                debug_assert!(added.is_ok(), "`reserve` was called");
                self.nodes.len() as u32 - 1
            }
        };
        let after = core::mem::replace(&mut uses.first, at);
        if let Some(after) = self.nodes.get_mut(after as usize) {
            after.before = at;
        }
        at
    }

    /// The code of a node is no more.
    pub(super) fn unlink(&mut self, at: u32) {
        let Some(&Node { function: Some(_), global, before, after }) = self.nodes.get(at as usize) else {
            return;
        };
        match self.nodes.get_mut(before as usize) {
            Some(before) => before.after = after,
            None => {
                if let Some(uses) = self.uses.get_mut(global as usize) {
                    uses.first = after;
                }
            }
        }
        if let Some(after) = self.nodes.get_mut(after as usize) {
            after.before = before;
        }
        if let Some(node) = self.nodes.get_mut(at as usize) {
            *node = Node { function: None, global: 0, before: NONE, after: self.free.0 };
            self.free = (at, self.free.1 + 1);
        }
        if self.free.1 == self.nodes.len() {
            // None is in use: the capacity follows the code that exists.
            *self = Dependents {
                uses: core::mem::replace(&mut self.uses, Vec::new(self.nodes.mem())),
                nodes: Vec::new(self.nodes.mem()),
                free: (NONE, 0),
            };
        }
    }
}
