//! Kinds of object: one row for each, from which all code by kind derives.
//!
//! ```text
//!   row: kind, type, plural ──> Kind, Kind::ALL, Kind::plural        the census, what tools show
//!        class              ──> Kind::class, Kind::shape             methods, inline caches
//!   Object for the type     ──> Gc<Header>::trace, table_bytes,      the collector, which knows no kind
//!                               finalize; Kind::tracing
//!                               Gc<Header>::text                     print
//! ```
//!
//! A kind whose type lacks `trace` or names another kind does not compile.

use core::ptr::NonNull;

use super::{
    BoundMethod, Buffer, BuiltinClass, ByteStorage, Bytes, Callable, CellObject, Class, Closure, CodeList,
    Dict, Fiber, Function, Gc, Header, HostFunction, Instance, Items, List, Map, MapIndex, Methods,
    ModuleObject, Namespace, Random, Range, Shape, ShapeTable, Slots, Str, Text, TypeObject,
};
use crate::value::Value;

/// How the collector traces objects of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tracing {
    /// At once when marked: the object refers to leaves only.
    Leaf,
    /// In one go, when the object leaves the gray list.
    Whole,
    /// In parts, because the object may be large.
    Parts,
}

/// Marks the objects that an object refers to.
pub(crate) trait Tracer {
    /// Marks an object.
    fn object<T: Object>(&mut self, object: Gc<T>);
    /// Marks the object that a value refers to.
    fn value(&mut self, value: Value);
    /// Marks a closure or getter. Functions of the host are not on the heap.
    fn callable(&mut self, callable: Callable) {
        if let Some(closure) = callable.as_closure().or_else(|| callable.as_getter()) {
            self.object(closure);
        }
    }
    /// Traces the parts of the object that is being traced, one after the other, before any other object.
    fn in_parts<T: Object>(&mut self, object: Gc<T>);
    /// The shape of that id, if it is alive.
    fn shape(&self, id: u32) -> Option<Gc<Shape>>;
    /// Whether a shape or class has that id.
    fn is_shape(&self, id: u32) -> bool;
}

/// The tables that hold objects weakly, and are told when one dies.
pub(crate) trait Registry {
    /// Retires the id of a dead shape or class.
    fn retire_shape(&mut self, id: u32);
    /// Removes a dead interned string.
    fn forget_string(&mut self, string: NonNull<Str>, hash: u32);
    /// The list of machine code, which a dead function leaves.
    fn code(&mut self) -> &mut CodeList;
}

/// A type of object.
///
/// # Safety
/// The type is `repr(C)`, starts with a [`Header`], and every header of kind `KIND` heads one. `finalize` drops the
/// object if it needs drop.
pub(crate) unsafe trait Object: Sized {
    /// The kind in the object's header.
    const KIND: Kind;
    /// How the collector traces the object.
    const TRACING: Tracing = Tracing::Whole;
    /// Whether the object owns memory outside its cell or is in a weak table.
    const FINALIZE: bool = false;
    /// Whether the object holds memory outside its cell.
    const TABLES: bool = false;

    /// Marks the objects that it refers to, or asks for its parts.
    fn trace(this: Gc<Self>, tracer: &mut impl Tracer);

    /// Marks the objects that a part refers to, and returns its size in bytes; `None` after the last part.
    fn trace_part(_: Gc<Self>, _: usize, _: &mut impl Tracer) -> Option<usize> {
        None
    }

    /// Bytes that the object holds outside its cell.
    fn table_bytes(&self) -> usize {
        0
    }

    /// The text that `print` writes.
    fn text(_: Gc<Self>, _: &ShapeTable) -> Text {
        Text::INTERNAL
    }

    /// Frees the memory outside the object's cell and tells the weak tables.
    ///
    /// # Safety
    /// Nothing uses the object any more; this is called once.
    unsafe fn finalize(_: NonNull<Self>, _: &mut impl Registry) {}
}

macro_rules! class {
    () => {
        None
    };
    ($class:ident) => {
        Some(BuiltinClass::$class)
    };
}

macro_rules! kinds {
    ($($kind:ident $type:ident $plural:literal [$($class:ident)?];)*) => {
        /// The kind of the object after a header.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            /// Memory without an object.
            Free = 0,
            $($kind,)*
        }

        $(
            const _: () = assert!(matches!(<$type as Object>::KIND, Kind::$kind));
            const _: () = assert!(<$type as Object>::FINALIZE || !core::mem::needs_drop::<$type>());
        )*

        impl Kind {
            /// All kinds of object.
            pub(crate) const ALL: [Kind; [$(Kind::$kind),*].len()] = [$(Kind::$kind),*];

            /// The plural, for people.
            pub(crate) fn plural(self) -> &'static str {
                match self {
                    Kind::Free => "free cells",
                    $(Kind::$kind => $plural,)*
                }
            }

            /// The built-in class of the kind's objects; none for instances.
            pub(crate) const fn class(self) -> Option<BuiltinClass> {
                match self {
                    Kind::Free => Some(BuiltinClass::Internal),
                    $(Kind::$kind => class!($($class)?),)*
                }
            }

            /// The shape in the header of a fresh object.
            #[inline(always)]
            pub(crate) const fn shape(self) -> u32 {
                match self.class() {
                    Some(class) => class.shape(),
                    None => BuiltinClass::Internal.shape(),
                }
            }

            /// How the collector traces objects of the kind.
            #[inline(always)]
            pub(crate) fn tracing(self) -> Tracing {
                match self {
                    Kind::Free => Tracing::Leaf,
                    $(Kind::$kind => <$type as Object>::TRACING,)*
                }
            }

            /// Whether objects of the kind hold memory outside their cells.
            #[inline(always)]
            fn has_tables(self) -> bool {
                match self {
                    Kind::Free => false,
                    $(Kind::$kind => <$type as Object>::TABLES,)*
                }
            }
        }

        impl Gc<Header> {
            /// Marks the objects that the object refers to, or asks for its parts.
            pub(crate) fn trace(self, tracer: &mut impl Tracer) {
                match self.kind() {
                    Kind::Free => {}
                    // SAFETY: the kind says what the header heads.
                    $(Kind::$kind => <$type as Object>::trace(unsafe { self.cast() }, tracer),)*
                }
            }

            /// [`trace`](Gc::trace) for a leaf, which has few kinds.
            #[inline(always)]
            pub(crate) fn trace_leaf(self, tracer: &mut impl Tracer) {
                match self.kind() {
                    Kind::Free => {}
                    $(Kind::$kind => {
                        if matches!(<$type as Object>::TRACING, Tracing::Leaf) {
                            // SAFETY: the kind says what the header heads.
                            <$type as Object>::trace(unsafe { self.cast() }, tracer);
                        }
                    })*
                }
            }

            /// Traces a part; see [`Object::trace_part`].
            pub(crate) fn trace_part(self, part: usize, tracer: &mut impl Tracer) -> Option<usize> {
                match self.kind() {
                    Kind::Free => None,
                    // SAFETY: the kind says what the header heads.
                    $(Kind::$kind => <$type as Object>::trace_part(unsafe { self.cast() }, part, tracer),)*
                }
            }

            /// The text that `print` writes.
            pub(crate) fn text(self, shapes: &ShapeTable) -> Text {
                match self.kind() {
                    Kind::Free => Text::INTERNAL,
                    // SAFETY: the kind says what the header heads.
                    $(Kind::$kind => <$type as Object>::text(unsafe { self.cast() }, shapes),)*
                }
            }

            /// Bytes that the object holds outside its cell.
            #[inline(always)]
            pub(crate) fn table_bytes(self) -> usize {
                if self.kind().has_tables() { self.table_bytes_by_kind() } else { 0 }
            }

            #[cold]
            fn table_bytes_by_kind(self) -> usize {
                match self.kind() {
                    Kind::Free => 0,
                    // SAFETY: the kind says what the header heads.
                    $(Kind::$kind => <$type as Object>::table_bytes(&*unsafe { self.cast::<$type>() }),)*
                }
            }
        }

        /// Finalizes the object and makes its cell free.
        ///
        /// # Safety
        /// The cell has a header, and nothing uses the object that it heads any more.
        pub(crate) unsafe fn finalize(cell: NonNull<Header>, registry: &mut impl Registry) {
            // SAFETY: the caller vouches for the header; the kind says what it heads, and `set_free` sees to it that
            // it is finalized once.
            unsafe {
                match cell.as_ref().kind() {
                    Kind::Free => {}
                    $(Kind::$kind => <$type as Object>::finalize(cell.cast(), registry),)*
                }
                cell.as_ref().set_free();
            }
        }
    };
}

kinds! {
    Str Str "strings" [String];
    Buffer Buffer "string buffers" [Internal];
    Function Function "functions" [Internal];
    Closure Closure "closures" [Fn];
    Cell CellObject "cells" [Internal];
    Class Class "classes" [Class];
    Methods Methods "method tables" [Internal];
    Shape Shape "shapes" [Internal];
    Instance Instance "instances" [];
    Slots Slots "outlying slots" [Internal];
    Dict Dict "dictionaries" [Internal];
    BoundMethod BoundMethod "bound methods" [Fn];
    HostFunction HostFunction "native functions" [Fn];
    List List "lists" [List];
    Items Items "items of lists" [Internal];
    Map Map "maps" [Map];
    MapIndex MapIndex "indexes of maps" [Internal];
    Range Range "ranges" [Range];
    Type TypeObject "types" [Class];
    Fiber Fiber "fibers" [Fiber];
    Bytes Bytes "byte arrays" [Bytes];
    ByteStorage ByteStorage "bytes of arrays" [Internal];
    Random Random "random generators" [Random];
    Namespace Namespace "modules of the library" [Module];
    Module ModuleObject "modules" [Module];
}
