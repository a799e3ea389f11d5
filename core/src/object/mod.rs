//! Objects of the heap.
//!
//! ```text
//!  +--------------+--------+--------+---------------+
//!  | shape   u32  | kind   | gc     | aux      u16  |   Header, 8 bytes, first in every object
//!  +--------------+--------+--------+---------------+
//!  | fields of the kind ...                         |
//! ```
//!
//! `shape` says which fields and methods the object has, so that an inline cache tests one word: it is the hidden
//! class of an instance, the identity of a sealed class, or the one shape of a [built-in class](builtin). The meaning
//! of `aux` depends on the kind.

mod builtin;
mod bytes;
mod callable;
mod class;
mod closure;
mod fiber;
mod function;
mod host_function;
mod inline_cache;
mod instance;
mod kind;
mod list;
mod lookup_cache;
mod map;
mod methods;
mod module;
mod namespace;
#[cfg_attr(not(feature = "native"), path = "native_off.rs")]
mod native;
mod random;
mod range;
mod shape;
mod show;
pub(crate) mod stack;
mod string;
mod text;
mod type_object;
mod value;

use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;

use crate::value::Value;

pub(crate) use builtin::{BUILTIN_CLASSES, BuiltinClass};
pub(crate) use bytes::{ByteStorage, Bytes, MAX_BYTES};
pub(crate) use callable::Callable;
pub(crate) use class::{BoundMethod, Class, ClassSort};
pub(crate) use closure::{CellObject, Closure};
pub(crate) use fiber::{Fiber, FiberState};
pub(crate) use function::{Function, InImage, Parts, cache_at, header_below};
pub(crate) use host_function::HostFunction;
pub(crate) use inline_cache::{IcEntry, IcKind, InlineCache};
pub(crate) use instance::{Dict, Instance, Location, Slots, is_hidden};
pub(crate) use kind::{Kind, Object, Registry, Tracer, Tracing, finalize};
pub(crate) use list::{Items, List, MAX_ITEMS};
pub(crate) use lookup_cache::LookupCache;
#[cfg(test)]
pub(crate) use lookup_cache::MOST_LINES;
pub(crate) use map::{MAX_ENTRIES, Map, MapIndex};
pub(crate) use methods::{Content, DEPTH, Declaration, Draft, FEW, Method, Methods, digit};
pub(crate) use module::ModuleObject;
pub(crate) use namespace::Namespace;
#[cfg(all(test, feature = "native"))]
pub(crate) use native::Feedback;
pub(crate) use native::{CodeList, DataHeader};
#[cfg(feature = "native")]
pub use native::{EntryPoint, Kinds, NativeCode, Root};
#[cfg(feature = "native")]
pub(crate) use native::{FunctionNative, NEVER, Stage, Target};
pub(crate) use random::Random;
pub(crate) use range::{End, Range};
pub(crate) use shape::{DICT_FIELDS, Identified, MAX_INLINE, Shape, ShapeTable, inline_capacity};
#[cfg(feature = "texts")]
pub(crate) use show::write_escaped;
pub(crate) use show::{Limits, Show};
pub(crate) use string::{
    Allowance, Buffer, FLAT, INTERN_LIMIT, MAX_LEN, Origin, Pending, Slice, Str, StringTable, TextWriter,
};
pub(crate) use text::Text;
pub(crate) use type_object::TypeObject;

#[cfg(any(test, feature = "native"))]
pub(crate) use inline_cache::{ENTRIES, FREE_ENTRY};
// What machine code knows of the objects it touches.
#[cfg(feature = "native")]
pub(crate) use {
    inline_cache::OUTLYING,
    instance::INSTANCE_SLOTS,
    lookup_cache::{LOOKUP_STRIDE, LookupLine, NAME_SHIFT},
};

/// The header, first in every object.
#[repr(C)]
pub(crate) struct Header {
    shape: Cell<u32>,
    kind: Cell<Kind>,
    age: Cell<Age>,
    aux: Cell<u16>,
}

// What `Header::bits` counts on, where there is machine code.
const _: () = assert!(Header::SHAPE == 0 && Header::KIND == 4 && Header::AGE == 5 && Header::AUX == 6);

/// The state of an object for the write barrier.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    /// Not yet scanned by the collector: stores need no barrier.
    Young,
    /// Scanned: a store must tell the collector.
    Scanned,
    /// Waits to be scanned: stored into after its scan, or not scanned since the gray list was full.
    Remembered,
}

impl Header {
    /// Offset of the shape, for machine code.
    pub(crate) const SHAPE: usize = core::mem::offset_of!(Header, shape);
    /// Offset of the kind, for machine code.
    pub(crate) const KIND: usize = core::mem::offset_of!(Header, kind);
    /// Offset of `aux`, for machine code.
    pub(crate) const AUX: usize = core::mem::offset_of!(Header, aux);
    /// Offset of the age, for machine code.
    pub(crate) const AGE: usize = core::mem::offset_of!(Header, age);

    pub(crate) fn new(kind: Kind) -> Header {
        Header {
            shape: Cell::new(kind.shape()),
            kind: Cell::new(kind),
            age: Cell::new(Age::Young),
            aux: Cell::new(0),
        }
    }

    /// The bits of a fresh object's header, for machine code.
    pub(crate) const fn bits(kind: Kind, shape: u32, aux: u16) -> u64 {
        shape as u64 | (kind as u64) << 32 | (Age::Young as u64) << 40 | (aux as u64) << 48
    }

    pub(crate) fn with_aux(kind: Kind, aux: u16) -> Header {
        let header = Header::new(kind);
        header.aux.set(aux);
        header
    }

    #[inline(always)]
    pub(crate) fn kind(&self) -> Kind {
        self.kind.get()
    }

    #[inline(always)]
    pub(crate) fn shape(&self) -> u32 {
        self.shape.get()
    }

    #[inline(always)]
    pub(crate) fn set_shape(&self, shape: u32) {
        self.shape.set(shape);
    }

    #[inline(always)]
    pub(crate) fn age(&self) -> Age {
        self.age.get()
    }

    #[inline(always)]
    pub(crate) fn set_age(&self, age: Age) {
        self.age.set(age);
    }

    #[inline(always)]
    pub(crate) fn aux(&self) -> u16 {
        self.aux.get()
    }

    /// Sets what `aux` says.
    pub(crate) fn set_aux(&self, aux: u16) {
        self.aux.set(aux);
    }

    /// Marks the memory as holding no object any more.
    pub(crate) fn set_free(&self) {
        self.kind.set(Kind::Free);
    }
}

/// A pointer to an object of the heap.
///
/// Copies freely and dereferences safely because of two rules of this crate: the heap never moves an object, and
/// frees one only at a safepoint (an allocation of an object) when no root reaches it. So code that holds a `Gc`
/// across an allocation makes sure that a register, a global or a root list holds it too.
pub(crate) struct Gc<T>(NonNull<T>, PhantomData<*mut T>);

impl<T> Gc<T> {
    /// # Safety
    /// `pointer` is a live object's.
    #[inline(always)]
    pub(crate) unsafe fn from_raw(pointer: NonNull<T>) -> Gc<T> {
        Gc(pointer, PhantomData)
    }

    #[inline(always)]
    pub(crate) fn as_ptr(self) -> *mut T {
        self.0.as_ptr()
    }

    #[inline(always)]
    pub(crate) fn address(self) -> usize {
        self.0.as_ptr().addr()
    }
}

impl<T: Object> Gc<T> {
    /// Whether the cell holds an object of the type: dead objects are poisoned in debug builds. `Header` matches any
    /// cell, since the heap looks at headers of free ones.
    fn is_alive(self) -> bool {
        // SAFETY: whatever became of the object, its cell was written and begins with a header.
        let kind = unsafe { (*self.0.cast::<Header>().as_ptr()).kind() };
        kind == T::KIND || matches!(T::KIND, Kind::Free)
    }

    #[inline(always)]
    pub(crate) fn header(self) -> Gc<Header> {
        // SAFETY: an object starts with its header.
        unsafe { Gc::from_raw(self.0.cast()) }
    }

    pub(crate) fn value(self) -> Value {
        Value::object(self)
    }
}

impl Gc<Header> {
    /// The object, if it is of type `T`.
    #[inline(always)]
    pub(crate) fn downcast<T: Object>(self) -> Option<Gc<T>> {
        // SAFETY: a header of that kind heads a T.
        if self.kind() == T::KIND { Some(unsafe { Gc::from_raw(self.0.cast()) }) } else { None }
    }

    /// The object as a `T`; the caller has tested the kind.
    ///
    /// # Safety
    /// The header's kind is `T::KIND`.
    #[inline(always)]
    pub(crate) unsafe fn cast<T: Object>(self) -> Gc<T> {
        debug_assert!(self.kind() == T::KIND);
        // SAFETY: a header of that kind heads a T.
        unsafe { Gc::from_raw(self.0.cast()) }
    }
}

// SAFETY: it is the header.
unsafe impl Object for Header {
    const KIND: Kind = Kind::Free;

    fn trace(this: Gc<Header>, tracer: &mut impl Tracer) {
        this.trace(tracer);
    }
}

impl<T> Clone for Gc<T> {
    #[inline(always)]
    fn clone(&self) -> Gc<T> {
        *self
    }
}

impl<T> Copy for Gc<T> {}

impl<T> PartialEq for Gc<T> {
    #[inline(always)]
    fn eq(&self, other: &Gc<T>) -> bool {
        self.0 == other.0
    }
}

impl<T: Object> Deref for Gc<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        debug_assert!(self.is_alive(), "a pointer without a root survives a safepoint");
        // SAFETY: the object is live by the rules above, and all of it that changes is in cells.
        unsafe { self.0.as_ref() }
    }
}

impl<T> fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:p}", self.0)
    }
}
