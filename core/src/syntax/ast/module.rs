//! What a text takes from other modules, and gives to them.

use super::Symbol;
use crate::Span;

/// A module that a text imports.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// The text of its path.
    pub path: Span,
    /// The path with its quotes.
    pub span: Span,
}

/// A name that an import binds.
#[derive(Clone, Copy, Debug)]
pub struct ImportedName {
    /// The index of the [`Import`].
    pub import: u32,
    /// The name that the module exports; none for the module itself.
    pub export: Option<Symbol>,
    /// The name in this text.
    pub local: Symbol,
    /// Where the name of the export stands, or that of the module.
    pub span: Span,
}
