//! The library that scripts see: one table of entries for each place where they find functions.

mod class;
mod fiber;
mod function;
mod list;
mod map;
mod number;
mod private;
mod range;
mod scripts;
mod split;
mod string;
mod time;
mod value;

use crate::entry::Entry;
use crate::interp::{Library, LibraryParts};
use crate::object::BuiltinClass;

/// The library of the language.
pub(crate) static CORE: Library = Library::new(&LibraryParts {
    globals: time::GLOBALS,
    siskin_globals: value::GLOBALS,
    private: private::FUNCTIONS,
    methods: &[
        (BuiltinClass::Number, number::METHODS),
        (BuiltinClass::Fn, function::METHODS),
        (BuiltinClass::Class, class::METHODS),
        (BuiltinClass::String, string::METHODS),
        (BuiltinClass::List, list::METHODS),
        (BuiltinClass::Map, map::METHODS),
        (BuiltinClass::Range, range::METHODS),
        (BuiltinClass::Fiber, fiber::METHODS),
    ],
    statics: &[(BuiltinClass::List, list::STATICS), (BuiltinClass::String, string::STATICS)],
    constructors: &[(BuiltinClass::Fiber, &fiber::CALL)],
    constants: number::CONSTANTS,
    scripted: &["Error", "repr", "str"],
    image: scripts::IMAGE,
});

/// Functions that scripts find without a declaration: those of both dialects, then those of Siskin, each in the order of
/// their names.
pub fn functions() -> impl Iterator<Item = &'static Entry> {
    CORE.globals()
}

/// Classes of values that have methods, each with those, in the order of their names.
pub fn methods() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    let all = BuiltinClass::ALL.into_iter().map(|class| (class.name(), CORE.methods(class)));
    all.filter(|(_, methods)| !methods.is_empty())
}

/// Types that have functions, each with those, in the order of their names: `List.filled(3, 0)`.
pub fn statics() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    let all = BuiltinClass::ALL.into_iter().map(|class| (class.name(), CORE.statics(class)));
    all.filter(|(_, functions)| !functions.is_empty())
}

/// Numbers that types have, each with the type, its name and what it is.
pub fn constants() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    CORE.constants().iter().map(|constant| (constant.of.name(), constant.name, constant.doc))
}
