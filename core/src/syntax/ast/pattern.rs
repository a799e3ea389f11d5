//! Patterns, which values fit or do not, and which name parts of those that fit.

use super::{BinaryOp, ExprId, List, PatternId, Place, RangeEnd};

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
    /// `1`, `== limit`, `< 0`, `in allowed`: the value is the left operand. One that cannot be compared does not fit.
    Compare {
        /// A comparison.
        op: BinaryOp,
        /// The right operand.
        value: ExprId,
    },
    /// `1..5`: numbers, or strings, from one to another.
    Range {
        /// Whether the end fits.
        kind: RangeEnd,
        /// From the first when absent.
        start: Option<ExprId>,
        /// To the last when absent.
        end: Option<ExprId>,
    },
    /// `a | b`: [`PatternId`]s, of which one must fit.
    Either(List),
    /// `pattern is Class`, `Class #{ x }`: a value of a class, enum, variant or type that fits the pattern.
    Is {
        /// What the value must fit, too.
        pattern: PatternId,
        /// The class or type.
        class: ExprId,
    },
    /// `Shape.Circle(r)`: a value of a variant with so many fields, which fit.
    Variant {
        /// The variant.
        class: ExprId,
        /// [`PatternId`]s of the fields, in order.
        fields: List,
    },
}

/// An arm of a `match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arm {
    /// What the value must fit.
    pub pattern: PatternId,
    /// What must hold then.
    pub guard: Option<ExprId>,
    /// The value of the `match`.
    pub body: ExprId,
}
