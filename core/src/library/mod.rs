//! The library that scripts see: one table of entries for each place where they find functions.

mod string;
mod time;

use crate::entry::Entry;
use crate::interp::Library;
use crate::object::BuiltinClass;

/// The library of the language.
pub(crate) static CORE: Library = Library::new(time::GLOBALS, &[(BuiltinClass::String, string::METHODS)]);

/// Functions that scripts find without a declaration, in the order of their names.
#[must_use]
pub fn functions() -> &'static [Entry] {
    CORE.globals()
}

/// Classes of values that have methods, each with those, in the order of their names.
pub fn methods() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    let all = BuiltinClass::ALL.into_iter().map(|class| (class.name(), CORE.methods(class)));
    all.filter(|(_, methods)| !methods.is_empty())
}
