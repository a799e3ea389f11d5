//! Functions and their inline caches.

use core::fmt;

use super::value::{ClassView, MethodView, text};
use crate::entry::Arity;
use crate::interp::{FunctionId, Vm};
use crate::object::{BuiltinClass, Function, Gc, IcEntry, IcKind, Identified, InlineCache};

/// A function.
#[derive(Clone, Copy)]
pub struct FunctionView<'v> {
    pub(super) function: Gc<Function>,
    pub(super) vm: &'v Vm,
}

impl<'v> FunctionView<'v> {
    pub(super) fn new(function: Gc<Function>, vm: &'v Vm) -> FunctionView<'v> {
        FunctionView { function, vm }
    }

    /// Its number.
    #[must_use]
    pub fn id(self) -> FunctionId {
        FunctionId(self.function.id)
    }

    /// Its name; none for a script.
    #[must_use]
    pub fn name(self) -> Option<&'v str> {
        self.function.name.map(|name| text(name, self.vm))
    }

    /// The number of its parameters.
    #[must_use]
    pub fn arity(self) -> u8 {
        self.function.parameters()
    }

    /// The numbers of arguments that it takes: parameters with a default need none.
    #[must_use]
    pub fn takes(self) -> Arity {
        self.function.takes()
    }

    /// The functions that it makes, methods included.
    pub fn inner(self) -> impl Iterator<Item = FunctionView<'v>> {
        (0..).map_while(move |index| self.function.consts().get(index).map(core::cell::Cell::get)).filter_map(
            move |constant| Some(FunctionView { function: constant.as_object::<Function>()?, vm: self.vm }),
        )
    }

    /// Its inline caches, in the order in which instructions name them.
    pub fn caches(self) -> impl Iterator<Item = CacheView<'v>> {
        (0..).map_while(move |index| {
            let site = core::ptr::from_ref(self.function.site(index)?);
            // SAFETY: the function owns its sites, and lives while the VM is borrowed.
            Some(CacheView { site: unsafe { &*site }, vm: self.vm })
        })
    }
}

impl fmt::Debug for FunctionView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FunctionView({}/{})", self.name().unwrap_or("script"), self.arity())
    }
}

/// The inline cache of a property instruction.
#[derive(Clone, Copy)]
pub struct CacheView<'v> {
    site: &'v InlineCache,
    vm: &'v Vm,
}

/// A shape that an inline cache knows.
#[derive(Clone, Copy, Debug)]
pub struct CacheEntry<'v> {
    /// The class that the shape belongs to.
    pub class: CacheClass<'v>,
    /// The number of fields of instances with the shape. 0 at `super`, where the entry is about the class itself.
    pub fields: u16,
    /// The place of the property.
    pub target: CacheTarget<'v>,
}

/// The class of a shape.
#[derive(Clone, Copy, Debug)]
pub enum CacheClass<'v> {
    /// A script's.
    Script(ClassView<'v>),
    /// The built-in class of values other than instances, by name.
    Builtin(&'static str),
}

impl<'v> CacheClass<'v> {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'v str {
        match self {
            CacheClass::Script(class) => class.name(),
            CacheClass::Builtin(name) => name,
        }
    }
}

/// The place of a property in an entry of an inline cache.
#[derive(Clone, Copy, Debug)]
pub enum CacheTarget<'v> {
    /// In this slot of the instance.
    Slot(u16),
    /// In this one of the outlying slots.
    Outer(u16),
    /// In this slot, which the store adds to the instance.
    Added(u16),
    /// In this slot of those that lie outside the instance, which a store adds.
    AddedOuter(u16),
    /// It is a method.
    Method(MethodView<'v>),
}

impl<'v> CacheView<'v> {
    /// The property.
    #[must_use]
    pub fn name(self) -> &'v str {
        text(self.site.name, self.vm)
    }

    /// Its entries.
    pub fn entries(self) -> impl Iterator<Item = CacheEntry<'v>> {
        self.site.entries.iter().filter_map(move |entry| self.entry(entry.get()))
    }

    /// Hits of the interpreter. Hits of machine code are not counted.
    #[must_use]
    pub fn hits(self) -> u32 {
        self.site.hits.get()
    }

    /// Misses with no free entry for a further shape.
    #[must_use]
    pub fn overflows(self) -> u32 {
        self.site.overflows.get()
    }

    fn entry(self, entry: IcEntry) -> Option<CacheEntry<'v>> {
        // Inline caches hold shapes weakly, and methods through them: the sweeper may not have met a dead one yet.
        let heap = &self.vm.context.heap;
        let script = |class| CacheClass::Script(ClassView::new(class, self.vm));
        let (class, fields) = match BuiltinClass::of_shape(entry.shape()?) {
            Some(class) => (CacheClass::Builtin(class.name()), 0),
            None => match heap.shapes.entry(entry.shape()?)? {
                Identified::Shape(shape) if heap.is_alive(shape) => (script(shape.class.get()?), shape.count),
                Identified::Class(class) if heap.is_alive(class) => (script(class), 0),
                Identified::Shape(_) | Identified::Class(_) => return None,
            },
        };
        let target = match entry.kind {
            // No site has a getter.
            IcKind::Empty | IcKind::Getter | IcKind::Variant => return None,
            IcKind::Method | IcKind::HostMethod => {
                CacheTarget::Method(MethodView::new(entry.target()?, self.vm)?)
            }
            IcKind::Added => CacheTarget::Added(entry.slot),
            IcKind::AddedOutline => CacheTarget::AddedOuter(entry.slot),
            IcKind::Inline => CacheTarget::Slot(entry.slot),
            IcKind::Outline => CacheTarget::Outer(entry.slot),
        };
        Some(CacheEntry { class, fields, target })
    }
}

impl fmt::Debug for CacheView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheView")
            .field("name", &self.name())
            .field("hits", &self.hits())
            .finish_non_exhaustive()
    }
}
