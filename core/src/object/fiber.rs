//! Fibers: calls that stand still and go on later. Each has a stack of its own.
//!
//! ```text
//!   the VM's stack     calls of the fiber that runs
//!     │ resumer
//!   its fiber's stack  calls of the fiber that resumed it, or of the main script: they wait
//!     │ resumer
//!     ...
//! ```
//!
//! A fiber that begins to run exchanges its stack for the VM's, and takes it back when it yields. So calls that wait are where
//! the fiber is that they wait for, and the collector marks them as roots, in steps; those of a fiber that stands still are
//! marked with it.

use core::cell::{Cell, RefCell};
use core::ptr::NonNull;

use super::stack::Stack;
use super::{Gc, Header, Kind, Object, Registry, ShapeTable, Text, Tracer, Tracing};
use crate::value::Value;

/// What a fiber is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FiberState {
    /// It has not begun: its value is its function.
    New,
    /// It has yielded.
    Suspended,
    /// Its calls are on the VM's stack.
    Running,
    /// It has resumed another one.
    Waiting,
    /// Its function has returned.
    Done,
    /// It has ended with an error, which is its value.
    Failed,
}

impl FiberState {
    /// Its name in scripts.
    pub(crate) fn name(self) -> &'static str {
        match self {
            FiberState::New => "new",
            FiberState::Suspended => "suspended",
            FiberState::Running => "running",
            FiberState::Waiting => "waiting",
            FiberState::Done => "done",
            FiberState::Failed => "failed",
        }
    }
}

/// A fiber.
#[repr(C)]
pub(crate) struct Fiber {
    header: Header,
    /// The stack of its calls, and while it runs or waits, that of the calls which wait for it. None before it begins and after
    /// it ends.
    stack: RefCell<Option<Stack>>,
    /// The fiber that waits for it; none for the main script.
    pub(crate) resumer: Cell<Option<Gc<Fiber>>>,
    /// The function that it begins with, then nil, and the error that it ended with.
    pub(crate) value: Cell<Value>,
    pub(crate) state: Cell<FiberState>,
    /// Words of the instruction that waits for it.
    pub(crate) words: Cell<u8>,
}

// SAFETY: repr(C), header first; made by `Fiber::new` only. `finalize` drops the stack, the one field with drop glue.
unsafe impl Object for Fiber {
    const KIND: Kind = Kind::Fiber;
    const TRACING: Tracing = Tracing::Parts;
    const FINALIZE: bool = true;
    const TABLES: bool = true;

    fn trace(fiber: Gc<Fiber>, tracer: &mut impl Tracer) {
        tracer.value(fiber.value.get());
        if let Some(resumer) = fiber.resumer.get() {
            tracer.object(resumer);
        }
        if fiber.state.get() == FiberState::Suspended {
            tracer.in_parts(fiber);
        }
    }

    fn trace_part(fiber: Gc<Fiber>, part: usize, tracer: &mut impl Tracer) -> Option<usize> {
        // It may have begun to run between two parts: then its calls are roots.
        if fiber.state.get() != FiberState::Suspended {
            return None;
        }
        fiber.with_stack(|stack| stack.as_mut()?.trace_part(part, tracer))
    }

    fn table_bytes(&self) -> usize {
        self.stack.try_borrow().ok().and_then(|stack| stack.as_ref().map(Stack::bytes)).unwrap_or(0)
    }

    fn text(_: Gc<Fiber>, _: &ShapeTable) -> Text {
        Text::plain(b"<fiber>")
    }

    unsafe fn finalize(fiber: NonNull<Fiber>, _: &mut impl Registry) {
        // SAFETY: passed on from the caller: nothing uses the fiber any more.
        unsafe { fiber.drop_in_place() };
    }
}

impl Fiber {
    /// A fiber that begins with a call of a function.
    pub(crate) fn new(function: Value) -> Fiber {
        Fiber {
            header: Header::new(Kind::Fiber),
            stack: RefCell::new(None),
            resumer: Cell::new(None),
            value: Cell::new(function),
            state: Cell::new(FiberState::New),
            words: Cell::new(0),
        }
    }
}

impl Gc<Fiber> {
    /// Works on the stack that the fiber holds: its own, or while it runs or waits that of the calls which wait for it.
    pub(crate) fn with_stack<R>(self, f: impl FnOnce(&mut Option<Stack>) -> R) -> R {
        let Ok(mut stack) = self.stack.try_borrow_mut() else {
            debug_assert!(false, "nobody works on a fiber's stack while working on it");
            return f(&mut None);
        };
        f(&mut stack)
    }

    /// The fiber, the one that resumed it, and so on.
    pub(crate) fn and_resumers(first: Option<Gc<Fiber>>) -> impl Iterator<Item = Gc<Fiber>> {
        core::iter::successors(first, |fiber| fiber.resumer.get())
    }
}
