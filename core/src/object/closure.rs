//! Closures and the cells of captured variables.

use core::cell::Cell;

use super::{Function, Gc, Header, Kind, Object, ShapeTable, Text, Tracer};
use crate::value::Value;

/// A function with the variables it captured, by value, after it.
#[repr(C)]
pub(crate) struct Closure {
    header: Header,
    pub(crate) function: Gc<Function>,
    /// Size 0: aligns the variables that follow.
    captures: [Cell<Value>; 0],
}

// SAFETY: repr(C), header first; closures are made by `Closure::new` only.
unsafe impl Object for Closure {
    const KIND: Kind = Kind::Closure;

    fn trace(closure: Gc<Closure>, tracer: &mut impl Tracer) {
        tracer.object(closure.function);
        for capture in closure.captures() {
            tracer.value(capture.get());
        }
    }

    fn text(closure: Gc<Closure>, _: &ShapeTable) -> Text {
        closure.function.text()
    }
}

impl Closure {
    /// A closure without its variables, for memory of `size(function.captures)` bytes.
    pub(crate) fn new(function: Gc<Function>) -> Closure {
        Closure { header: Header::new(Kind::Closure), function, captures: [] }
    }

    /// Bytes of a closure over `captures` variables.
    pub(crate) fn size(captures: usize) -> usize {
        size_of::<Closure>() + captures * size_of::<Value>()
    }

    /// Writes a captured variable of a closure that is being made.
    ///
    /// # Safety
    /// `memory` is the start of `Closure::size(n)` bytes with `n > index`, of nobody else.
    pub(crate) unsafe fn init_capture(memory: *mut Closure, index: usize, value: Value) {
        // SAFETY: the caller's memory covers that many cells after the closure.
        unsafe { memory.add(1).cast::<Cell<Value>>().add(index).write(Cell::new(value)) };
    }
}

impl Gc<Closure> {
    /// The first captured variable.
    #[inline(always)]
    fn first_capture(self) -> *const Cell<Value> {
        self.as_ptr().wrapping_add(1).cast()
    }

    /// A captured variable.
    ///
    /// # Safety
    /// `index` is below the function's number of captures.
    #[inline(always)]
    pub(crate) unsafe fn capture(&self, index: usize) -> &Cell<Value> {
        // SAFETY: that many cells follow the closure.
        unsafe { &*self.first_capture().add(index) }
    }

    /// All captured variables.
    pub(crate) fn captures(&self) -> &[Cell<Value>] {
        // SAFETY: as many follow the closure as the function captures.
        unsafe { core::slice::from_raw_parts(self.first_capture(), self.function.captures.len()) }
    }
}

/// The box of a variable that is captured and reassigned.
#[repr(C)]
pub(crate) struct CellObject {
    header: Header,
    pub(crate) value: Cell<Value>,
}

// SAFETY: repr(C), header first; cells are made by `CellObject::new` only.
unsafe impl Object for CellObject {
    const KIND: Kind = Kind::Cell;

    fn trace(cell: Gc<CellObject>, tracer: &mut impl Tracer) {
        tracer.value(cell.value.get());
    }
}

impl CellObject {
    pub(crate) fn new(value: Value) -> CellObject {
        CellObject { header: Header::new(Kind::Cell), value: Cell::new(value) }
    }
}
