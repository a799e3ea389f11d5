//! Patterns, which take values apart and name the parts.

use super::{ExprId, List, PatternId, Place};

/// A pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// `_`: fits everything.
    Any,
    /// `name`: fits everything, and names it.
    Bind(Place),
    /// `[a, b]`, `[a, ...rest]`: a list of so many items, or of more with a rest.
    List {
        /// [`PatternId`]s.
        items: List,
        /// What the list of all further items must fit.
        rest: Option<PatternId>,
    },
    /// `#{ a: b }`: a map or instance that has the keys.
    Map {
        /// An [`ExprId`] of a key and a [`PatternId`] in turn.
        entries: List,
        /// What the map of all other entries must fit.
        rest: Option<PatternId>,
    },
    /// `pattern = value`, as an item of a list or of an entry: the value stands in for what is missing.
    Default {
        /// What the value must fit.
        pattern: PatternId,
        /// Evaluated if nothing is there.
        value: ExprId,
    },
}
