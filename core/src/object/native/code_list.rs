//! The machine code of the functions in a heap: live pieces, and dead pieces that wait to be freed.
//!
//! ```text
//!   reserve, add ──> live ──kill──> dead ──take_dead──> freed, while no machine code is active
//! ```
//!
//! Code dies with its function, or is given up for better code or to make space. Killing needs no memory: `dead` has
//! capacity for all live pieces. So the capacity follows the number of pieces that exist.

use super::super::{Function, Gc};
use super::FunctionNative;
use super::constants::Constants;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::platform::CodeSpan;

/// Capacity beyond four times the number of pieces, in pieces, from which on it is given back.
const SLACK: usize = 64;

/// The list of live and dead pieces of machine code.
pub(crate) struct CodeList {
    /// The functions that have code, in the order of their indices. Not roots: a dead function leaves.
    live: Vec<Gc<Function>>,
    /// Code that no function has. Its capacity covers the code of all `live`, too.
    dead: Vec<CodeSpan>,
    /// The globals whose values are in code.
    pub(crate) constants: Constants,
}

impl CodeList {
    pub(crate) fn new(mem: &Mem) -> CodeList {
        CodeList { live: Vec::new(mem), dead: Vec::new(mem), constants: Constants::new(mem) }
    }

    /// Makes capacity for the code of one more function.
    pub(crate) fn reserve(&mut self) -> Result<(), OutOfMemory> {
        self.live.reserve(1)?;
        self.dead.reserve(self.live.len() + 1)
    }

    /// Adds a function that has code now. [`reserve`](CodeList::reserve) made the capacity.
    pub(crate) fn add(&mut self, function: Gc<Function>) {
        function.native.code_index.set(self.live.len() as u32);
        let added = self.live.push(function);
        debug_assert!(added.is_ok(), "`reserve` was called");
    }

    /// The code at `span`, of that function, is dead. The last function takes its index.
    pub(crate) fn kill(&mut self, function: &FunctionNative, span: CodeSpan) {
        let index = function.code_index.get() as usize;
        if index < self.live.len() {
            self.live.swap_remove(index);
        }
        if let Some(moved) = self.live.get(index) {
            moved.native.code_index.set(index as u32);
        }
        let queued = self.dead.push(span);
        debug_assert!(queued.is_ok(), "`reserve` was called");
    }

    /// The functions that have code. Among them are dead ones that are not swept yet.
    pub(crate) fn live(&self) -> &[Gc<Function>] {
        &self.live
    }

    /// Whether there are dead pieces.
    pub(crate) fn has_dead(&self) -> bool {
        !self.dead.is_empty()
    }

    /// A dead piece, to be freed.
    pub(crate) fn take_dead(&mut self) -> Option<CodeSpan> {
        let span = self.dead.pop()?;
        if self.dead.is_empty() {
            self.shrink();
        }
        Some(span)
    }

    /// Gives back capacity for far more pieces than there are. No piece is dead.
    fn shrink(&mut self) {
        let most = 4 * self.live.len() + SLACK;
        if self.dead.capacity().max(self.live.capacity()) > most {
            let mem = self.live.mem().clone();
            let mut dead = Vec::new(&mem);
            if let Ok(live) = Vec::from_slice(&mem, &self.live)
                && dead.reserve(live.len()).is_ok()
            {
                (self.live, self.dead) = (live, dead);
            }
        }
    }
}
