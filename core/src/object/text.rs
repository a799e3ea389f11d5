//! The text that `print` writes for an object.

use super::{Gc, Str};

/// An object's text in parts: `before`, a name or a string, `after`.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    pub(crate) before: &'static [u8],
    pub(crate) string: Option<Gc<Str>>,
    pub(crate) after: &'static [u8],
}

impl Text {
    /// The text of an object that scripts never see.
    pub(crate) const INTERNAL: Text = Text::plain(b"<internal>");

    /// A fixed text.
    pub(crate) const fn plain(text: &'static [u8]) -> Text {
        Text { before: text, string: None, after: b"" }
    }

    /// A string, or a name alone.
    pub(crate) const fn named(name: Gc<Str>) -> Text {
        Text { before: b"", string: Some(name), after: b"" }
    }
}
