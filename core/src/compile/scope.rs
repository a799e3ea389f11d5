//! Scopes, which a piece of the tree opens and closes at its end, the innermost last.
//!
//! ```text
//!   function           the state of the function around comes back
//!     class            the class around comes back
//!       function
//!         block        its variables' registers are free again
//! ```
//!
//! A `return` leaves all scopes of its function at once, and none of them has anything left to do then: variables that
//! outlive their registers live in cells from the beginning.

use super::{Compiler, Reg, Res};

/// A scope that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    /// The first register that is free again at its end.
    first: Reg,
    unwind: Unwind,
}

/// The action at the end of a scope, besides giving back registers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unwind {
    Nothing,
    /// To go back to the class around.
    Class(ClassState),
    /// To go back to the function around.
    Function,
}

/// The class whose methods are being compiled.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClassState {
    /// Which class this is, counted from 1.
    pub(super) serial: u32,
    /// How many different fields its methods assign to `this`.
    pub(super) fields: u8,
    /// The word that makes it.
    pub(super) made: u32,
    /// The register that holds it.
    pub(super) reg: Reg,
}

impl Compiler<'_> {
    /// Opens a scope at the registers in use.
    pub(super) fn open(&mut self, unwind: Unwind) -> Res<()> {
        Ok(self.scopes.push(Scope { first: self.f.next, unwind })?)
    }

    /// Closes the innermost scope.
    pub(super) fn close(&mut self) {
        let Some(Scope { first, unwind }) = self.scopes.pop() else { return };
        match unwind {
            Unwind::Nothing => {}
            Unwind::Class(around) => self.class = around,
            Unwind::Function => self.end_function(),
        }
        self.release(first);
    }
}
