//! Closures and the cells of variables.

use core::cell::Cell;

use super::{Function, Gc, Header, Kind, Object, ShapeTable, Text, Tracer};
use crate::value::Value;

/// A function, followed by its upvalues: the variables that it captured, by value.
#[repr(C)]
pub(crate) struct Closure {
    header: Header,
    pub(crate) function: Gc<Function>,
    /// Size 0: aligns the upvalues that follow.
    upvalues: [Cell<Value>; 0],
}

// SAFETY: repr(C), header first; closures are made by `Closure::new` only.
unsafe impl Object for Closure {
    const KIND: Kind = Kind::Closure;

    fn trace(closure: Gc<Closure>, tracer: &mut impl Tracer) {
        tracer.object(closure.function);
        for upvalue in closure.upvalues() {
            tracer.value(upvalue.get());
        }
    }

    fn text(closure: Gc<Closure>, _: &ShapeTable) -> Text {
        closure.function.text()
    }
}

impl Closure {
    /// A closure without its upvalues, for memory of `size(function.captures)` bytes.
    pub(crate) fn new(function: Gc<Function>) -> Closure {
        Closure { header: Header::new(Kind::Closure), function, upvalues: [] }
    }

    /// Bytes of a closure with that many upvalues.
    pub(crate) fn size(upvalues: usize) -> usize {
        size_of::<Closure>() + upvalues * size_of::<Value>()
    }

    /// Writes an upvalue of a closure that is being made.
    ///
    /// # Safety
    /// `memory` is the start of `Closure::size(n)` bytes with `n > index`, of nobody else.
    pub(crate) unsafe fn init_upvalue(memory: *mut Closure, index: usize, value: Value) {
        // SAFETY: the caller's memory covers that many cells after the closure.
        unsafe { memory.add(1).cast::<Cell<Value>>().add(index).write(Cell::new(value)) };
    }
}

impl Gc<Closure> {
    /// The first upvalue.
    #[inline(always)]
    fn first_upvalue(self) -> *const Cell<Value> {
        self.as_ptr().wrapping_add(1).cast()
    }

    /// An upvalue.
    ///
    /// # Safety
    /// `index` is below the function's number of captures.
    #[inline(always)]
    pub(crate) unsafe fn upvalue(&self, index: usize) -> &Cell<Value> {
        // SAFETY: that many cells follow the closure.
        unsafe { &*self.first_upvalue().add(index) }
    }

    /// All upvalues.
    pub(crate) fn upvalues(&self) -> &[Cell<Value>] {
        // SAFETY: as many follow the closure as the function captures.
        unsafe { core::slice::from_raw_parts(self.first_upvalue(), self.function.captures().len()) }
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
