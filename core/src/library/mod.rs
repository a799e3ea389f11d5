//! The library that scripts see: one table of entries for each place where they find functions.

mod args;
mod list;
mod map;
mod private;
mod range;
mod scripts;
mod string;
mod time;

use crate::entry::Entry;
use crate::interp::Library;
use crate::object::BuiltinClass;

/// The library of the language.
pub(crate) static CORE: Library = Library::new(
    GLOBALS,
    &[
        (BuiltinClass::String, string::METHODS),
        (BuiltinClass::List, list::METHODS),
        (BuiltinClass::Map, map::METHODS),
        (BuiltinClass::Range, range::METHODS),
    ],
    scripts::IMAGE,
);

/// Functions by global name: those of scripts, and after `$` those of the library's scripts alone.
static GLOBALS: &[Entry] = &[
    private::BEFORE,
    private::CHANGED,
    private::DECIDES,
    private::ORDER_KIND,
    private::POSITIVE,
    private::SAME,
    time::CLOCK,
];

/// Functions that scripts find without a declaration, in the order of their names.
#[must_use]
pub fn functions() -> &'static [Entry] {
    let first = CORE.globals().iter().position(|entry| !entry.name().starts_with('$'));
    CORE.globals().get(first.unwrap_or(0)..).unwrap_or_default()
}

/// Classes of values that have methods, each with those, in the order of their names.
pub fn methods() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    let all = BuiltinClass::ALL.into_iter().map(|class| (class.name(), CORE.methods(class)));
    all.filter(|(_, methods)| !methods.is_empty())
}
