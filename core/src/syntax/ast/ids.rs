//! Indexes into the arenas of a tree.

use core::num::NonZeroU32;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// One more than the index is stored, so that an optional one takes four bytes too.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(NonZeroU32);

        impl $name {
            /// The id for an index. The largest index is taken for the one before: no arena grows that large.
            #[must_use]
            #[inline]
            pub const fn new(index: u32) -> $name {
                $name(NonZeroU32::MIN.saturating_add(index))
            }

            /// As an index into its arena.
            #[must_use]
            #[inline]
            pub const fn index(self) -> usize {
                (self.0.get() - 1) as usize
            }
        }

        impl From<u32> for $name {
            #[inline]
            fn from(index: u32) -> Self {
                $name::new(index)
            }
        }

        impl From<$name> for u32 {
            #[inline]
            fn from(id: $name) -> u32 {
                id.0.get() - 1
            }
        }
    )*};
}

ids! {
    /// An expression of the tree.
    ExprId;
    /// A function of the tree; 0 is the script.
    FnId;
    /// A class of the tree.
    ClassId;
    /// A variant of an enum of the tree.
    VariantId;
    /// A local variable, parameter, `this` or `super` of the tree.
    VarId;
    /// A pattern of the tree.
    PatternId;
    /// An arm of a `match` of the tree.
    ArmId;
    /// An interned name; [`Symbols`](crate::syntax::Symbols) has its text.
    Symbol;
}

/// A run of ids in [`Ast::lists`](super::Ast::lists).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Index of the first id.
    pub start: u32,
    /// The number of ids.
    pub len: u32,
}
