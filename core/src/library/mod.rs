//! The library that scripts see: one table of entries for each place where they find functions.

mod bytes;
mod class;
mod fiber;
mod function;
mod json;
mod layout;
mod list;
mod map;
mod math;
mod number;
mod private;
mod random;
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
        (BuiltinClass::Bytes, bytes::METHODS),
        (BuiltinClass::Random, random::METHODS),
        (BuiltinClass::Math, math::FUNCTIONS),
    ],
    statics: &[
        (BuiltinClass::List, list::STATICS),
        (BuiltinClass::String, string::STATICS),
        (BuiltinClass::Bytes, bytes::STATICS),
    ],
    constructors: &[
        (BuiltinClass::Bytes, bytes::CONSTRUCTOR),
        (BuiltinClass::Fiber, fiber::CONSTRUCTOR),
        (BuiltinClass::Random, random::CONSTRUCTOR),
    ],
    constants: &[number::CONSTANTS, &math::CONSTANTS],
    scripted: &["Error", "Iter", "assert", "repr", "str"],
    image: scripts::IMAGE,
});

/// Functions that scripts find without a declaration: those of both dialects, then those of Siskin, each in the order of
/// their names.
pub fn functions() -> impl Iterator<Item = &'static Entry> {
    CORE.globals()
}

/// Types that are called to make a value.
pub fn constructors() -> impl Iterator<Item = &'static Entry> {
    CORE.constructors()
}

/// Classes of values that have methods, each with those, in the order of their names.
pub fn methods() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    let all = BuiltinClass::ALL.into_iter().filter(|class| !class.is_namespace());
    all.map(|class| (class.name(), CORE.methods(class))).filter(|(_, methods)| !methods.is_empty())
}

/// Types and modules that have functions, each with those, in the order of their names: `List.filled(3, 0)`, `math.sqrt(2)`.
pub fn statics() -> impl Iterator<Item = (&'static str, &'static [Entry])> {
    let functions =
        |class: BuiltinClass| if class.is_namespace() { CORE.methods(class) } else { CORE.statics(class) };
    let all = BuiltinClass::ALL.into_iter().map(move |class| (class.name(), functions(class)));
    all.filter(|(_, functions)| !functions.is_empty())
}

/// Numbers that types and modules have, each with the type or module, its name and what it is.
pub fn constants() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    CORE.constants().map(|constant| (constant.of.name(), constant.name, constant.doc))
}
