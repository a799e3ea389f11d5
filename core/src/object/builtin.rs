//! Classes of values that are no instances, and their shapes: constants, so that a VM holds nothing for them.
//!
//! A header's shape says what an object is, whatever its kind: instances have hidden classes, all other objects the shape
//! of their built-in class, whose id is its number. So an inline cache compares one word for a method of a string as for one of
//! an instance. Numbers, booleans and nil have no header; what does not hit a cache asks [`Value::builtin_class`].

use crate::value::Value;

macro_rules! builtin_classes {
    ($($(#[doc = $doc:literal])* $class:ident $name:literal;)*) => {
        /// The class of a value that is no instance. Its number is the id of its one shape.
        #[repr(u32)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum BuiltinClass {
            /// Of objects that no script sees.
            Internal = 0,
            $($(#[doc = $doc])* $class,)*
        }

        impl BuiltinClass {
            /// All of them.
            pub(crate) const ALL: [BuiltinClass; BUILTIN_CLASSES] =
                [BuiltinClass::Internal, $(BuiltinClass::$class),*];

            /// What scripts call it.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    BuiltinClass::Internal => "",
                    $(BuiltinClass::$class => $name,)*
                }
            }
        }

        /// How many there are; ids of other shapes follow.
        pub(crate) const BUILTIN_CLASSES: usize = 1 + [$($name),*].len();
    };
}

builtin_classes! {
    /// `nil`
    Nil "Nil";
    /// `true` and `false`
    Bool "Bool";
    /// Integers and doubles.
    Number "Number";
    /// Text.
    String "String";
    /// Closures, bound methods, functions of the host.
    Fn "Fn";
    /// Classes of scripts.
    Class "Class";
}

impl BuiltinClass {
    /// The id of its shape.
    pub(crate) const fn shape(self) -> u32 {
        self as u32
    }

    /// The class with a shape of that id; none of hidden classes.
    pub(crate) fn of_shape(id: u32) -> Option<BuiltinClass> {
        BuiltinClass::ALL.get(id as usize).copied()
    }
}

impl Value {
    /// The class of the value, if it is no instance.
    pub(crate) fn builtin_class(self) -> Option<BuiltinClass> {
        match self.header() {
            Some(header) => header.kind().class(),
            None if self.is_int() || self.is_double() => Some(BuiltinClass::Number),
            None if self.is_identical(Value::NIL) => Some(BuiltinClass::Nil),
            None => Some(BuiltinClass::Bool),
        }
    }
}
