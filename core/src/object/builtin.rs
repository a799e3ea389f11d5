//! Built-in classes of values other than instances, and their shapes. All are constants, so a VM holds nothing for
//! them.
//!
//! Every object's header has a shape: that of an instance is its hidden class, that of all other objects is the shape
//! of their built-in class, whose number is the shape's id. So an inline cache compares one word for a method of a
//! string or of an instance alike. Numbers, booleans and nil have no header; after a cache miss
//! [`Value::builtin_class`] finds their class.

use super::{Namespace, TypeObject};
use crate::value::Value;

macro_rules! builtin_classes {
    ($($(#[doc = $doc:literal])* $class:ident $name:literal;)*) => {
        /// The class of a value other than an instance. Its number is the id of its one shape.
        #[repr(u32)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum BuiltinClass {
            /// The class of objects that scripts never see.
            Internal = 0,
            $($(#[doc = $doc])* $class,)*
        }

        impl BuiltinClass {
            /// All built-in classes.
            pub(crate) const ALL: [BuiltinClass; BUILTIN_CLASSES] =
                [BuiltinClass::Internal, $(BuiltinClass::$class),*];

            /// Its name in scripts.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    BuiltinClass::Internal => "",
                    $(BuiltinClass::$class => $name,)*
                }
            }
        }

        /// The number of built-in classes; ids of other shapes follow.
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
    /// Values in a row.
    List "List";
    /// Values by keys.
    Map "Map";
    /// Numbers from one to another.
    Range "Range";
    /// Calls that stand still and go on later.
    Fiber "Fiber";
    /// The end of what an iterator gives: the type is its own only value.
    Stop "Stop";
    /// Bytes in a row.
    Bytes "Bytes";
    /// Generators of random numbers.
    Random "Random";
    /// What an import gives, and modules of the library.
    Module "Module";
    /// The library's module of functions of numbers.
    Math "math";
    /// The library's module that reads and writes JSON.
    Json "json";
}

impl BuiltinClass {
    /// What one of its objects is called in a sentence.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            BuiltinClass::Internal => "object",
            BuiltinClass::Nil => "nil",
            BuiltinClass::Bool => "boolean",
            BuiltinClass::Number => "number",
            BuiltinClass::String => "string",
            BuiltinClass::Fn => "function",
            BuiltinClass::Class => "class",
            BuiltinClass::List => "list",
            BuiltinClass::Map => "map",
            BuiltinClass::Range => "range",
            BuiltinClass::Fiber => "fiber",
            BuiltinClass::Stop => "'Stop'",
            BuiltinClass::Bytes => "byte array",
            BuiltinClass::Random => "random generator",
            BuiltinClass::Module | BuiltinClass::Math | BuiltinClass::Json => "module",
        }
    }

    /// Whether it is the one of a module of the library, whose functions are its methods. No script sees it: the class of
    /// such a module is `Module`.
    pub(crate) const fn is_namespace(self) -> bool {
        matches!(self, BuiltinClass::Math | BuiltinClass::Json)
    }

    /// The id of its shape.
    pub(crate) const fn shape(self) -> u32 {
        self as u32
    }

    /// The class with this shape id; `None` for hidden classes.
    pub(crate) fn of_shape(id: u32) -> Option<BuiltinClass> {
        BuiltinClass::ALL.get(id as usize).copied()
    }
}

impl Value {
    /// The class whose methods the value has, of a module of the library its own; none for instances.
    pub(crate) fn method_class(self) -> Option<BuiltinClass> {
        match self.as_object::<Namespace>() {
            Some(namespace) => Some(namespace.class),
            None => self.builtin_class(),
        }
    }

    /// The class whose static functions and constants the value has: that of a type, or of a module of the library.
    pub(crate) fn static_class(self) -> Option<BuiltinClass> {
        let of_type = self.as_object::<TypeObject>().map(|of| of.class);
        of_type.or_else(|| self.as_object::<Namespace>().map(|namespace| namespace.class))
    }

    /// The shape by which a site finds methods of the value: its object's, or that of its class.
    #[inline]
    pub(crate) fn method_shape(self) -> Option<u32> {
        match self.header() {
            Some(header) => Some(header.shape()),
            None => self.builtin_class().map(BuiltinClass::shape),
        }
    }

    /// The built-in class of the value; none for instances.
    pub(crate) fn builtin_class(self) -> Option<BuiltinClass> {
        match self.header() {
            Some(header) => header.kind().class(),
            None if self.is_int() || self.is_double() => Some(BuiltinClass::Number),
            None if self.is_identical(Value::NIL) => Some(BuiltinClass::Nil),
            None => Some(BuiltinClass::Bool),
        }
    }
}
