//! What a program takes from other modules, and gives to them.

use super::{Packed, Text};
use crate::Span;

/// A module that a program imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its path, as the source text has it.
    pub path: Text,
    /// Where the path stands in the source text.
    pub span: Span,
}

impl Packed for Import {
    type Bits = [u32; 3];

    fn pack(self) -> [u32; 3] {
        [self.path.0, self.span.start, self.span.end]
    }

    fn unpack([path, start, end]: [u32; 3]) -> Import {
        Import { path: Text(path), span: Span { start, end } }
    }
}

/// A global that gets its value from a module, before the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportedName {
    /// The index of the [`Import`].
    pub import: u32,
    /// The name that the module exports; empty for the module itself.
    pub export: Text,
    /// The name of the global.
    pub local: Text,
    /// Where the name of the export stands in the source text.
    pub span: Span,
}

impl Packed for ImportedName {
    type Bits = [u32; 5];

    fn pack(self) -> [u32; 5] {
        [self.import, self.export.0, self.local.0, self.span.start, self.span.end]
    }

    fn unpack([import, export, local, start, end]: [u32; 5]) -> ImportedName {
        ImportedName { import, export: Text(export), local: Text(local), span: Span { start, end } }
    }
}

/// A global that other modules can import by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export(pub Text);

impl Packed for Export {
    type Bits = u32;

    fn pack(self) -> u32 {
        self.0.0
    }

    fn unpack(name: u32) -> Export {
        Export(Text(name))
    }
}
