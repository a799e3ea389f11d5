//! Handles: objects that Rust code holds across safepoints.
//!
//! ```text
//!   Vm ──> RootList of the innermost scope ──> RootList of the scope around ──> ...
//!            | value | value | ...             each in the Rust frame that opened the scope
//!              ^ Local<'s, T>
//! ```
//!
//! Every scope has a separate list, which dies with it: with one shared list, cut at the end of a scope, an inner
//! scope would free roots that it added for an outer one. The collector goes from list to list.
//!
//! Debug builds catch a `Gc` held across a safepoint without a handle, a register or another root: they poison dead
//! objects, and every access asserts that its object is live.

use core::cell::{Cell, RefCell};
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr::NonNull;

use super::Vm;
use crate::heap::Heap;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{Gc, Object};
use crate::value::Value;

/// Roots of a scope that need no memory of the VM.
const INLINE: usize = 8;

/// The roots of one scope.
pub(super) struct RootList {
    outer: Option<NonNull<RootList>>,
    first: [Cell<Value>; INLINE],
    count: Cell<usize>,
    more: RefCell<Vec<Value>>,
}

impl RootList {
    fn new(outer: Option<NonNull<RootList>>, mem: &Mem) -> RootList {
        RootList {
            outer,
            first: [const { Cell::new(Value::NIL) }; INLINE],
            count: Cell::new(0),
            more: RefCell::new(Vec::new(mem)),
        }
    }

    fn push(&self, value: Value) -> Result<(), OutOfMemory> {
        let count = self.count.get();
        match self.first.get(count) {
            Some(place) => {
                place.set(value);
                self.count.set(count + 1);
                Ok(())
            }
            None => self.more.try_borrow_mut().map_err(|_| OutOfMemory)?.push(value),
        }
    }

    fn reserve(&self, roots: usize) -> Result<(), OutOfMemory> {
        let free = INLINE - self.count.get();
        self.more.try_borrow_mut().map_err(|_| OutOfMemory)?.reserve(roots.saturating_sub(free))
    }
}

/// Marks the roots of a scope and of those around it.
///
/// # Safety
/// The lists are those of scopes that are open.
pub(super) unsafe fn mark(innermost: Option<NonNull<RootList>>, heap: &mut Heap) {
    let mut next = innermost;
    while let Some(list) = next {
        // SAFETY: passed on from the caller.
        let list = unsafe { list.as_ref() };
        for value in &list.first {
            heap.mark_value(value.get());
        }
        let more = list.more.try_borrow();
        debug_assert!(more.is_ok(), "nothing is collected while a root is added");
        more.iter().flat_map(|more| more.iter()).for_each(|&value| heap.mark_value(value));
        next = list.outer;
    }
}

/// A scope: handles that it makes live until its end.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s>(&'s RootList);

impl<'s> Scope<'s> {
    /// Keeps an object alive as long as the scope.
    ///
    /// # Errors
    /// When the list must grow and memory is out.
    pub(crate) fn root<T: Object>(self, object: Gc<T>) -> Result<Local<'s, T>, OutOfMemory> {
        self.keep(object.value())?;
        Ok(Local { object, scope: PhantomData })
    }

    /// Keeps the object of a value alive as long as the scope.
    ///
    /// # Errors
    /// As for [`root`](Scope::root).
    pub(crate) fn keep(self, value: Value) -> Result<(), OutOfMemory> {
        self.0.push(value)
    }

    /// Reserves memory for `roots` further roots.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub(crate) fn reserve(self, roots: usize) -> Result<(), OutOfMemory> {
        self.0.reserve(roots)
    }
}

/// A handle of an object, which lives as long as the scope.
pub(crate) struct Local<'s, T> {
    object: Gc<T>,
    scope: PhantomData<&'s RootList>,
}

impl<T> Local<'_, T> {
    /// The object. A caller that holds it longer than the scope roots it elsewhere.
    pub(crate) fn gc(self) -> Gc<T> {
        self.object
    }
}

impl<T> Clone for Local<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Local<'_, T> {}

impl<T> Deref for Local<'_, T> {
    type Target = Gc<T>;
    fn deref(&self) -> &Gc<T> {
        &self.object
    }
}

/// A VM with a scope open; closes it, however it is left.
struct Open<'a> {
    vm: &'a mut Vm,
    outer: Option<NonNull<RootList>>,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.vm.scopes = self.outer;
    }
}

impl Vm {
    /// Opens a scope for handles while `f` runs.
    pub(crate) fn scope<R>(&mut self, f: impl for<'s> FnOnce(&mut Vm, Scope<'s>) -> R) -> R {
        let outer = self.scopes;
        let list = RootList::new(outer, &self.mem);
        self.scopes = Some(NonNull::from(&list));
        let open = Open { vm: self, outer };
        f(open.vm, Scope(&list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interp::Options;
    use crate::object::CellObject;
    use crate::testing::{Moody, SYSTEM};

    fn cell(vm: &mut Vm) -> Gc<CellObject> {
        vm.make(CellObject::new(Value::NIL)).unwrap()
    }

    fn live(vm: &mut Vm) -> usize {
        vm.collect();
        vm.stats().heap.live
    }

    #[test]
    fn a_scope_keeps_what_it_holds_and_frees_it_in_bulk() {
        let mut vm = Vm::new(SYSTEM, Options::new().gc_stress(true)).unwrap();
        let before = live(&mut vm);
        vm.scope(|vm, scope| {
            let locals: [_; 100] = core::array::from_fn(|_| {
                let object = cell(vm);
                scope.root(object).unwrap()
            });
            for (index, local) in locals.iter().enumerate() {
                local.value.set(Value::int(index as i32));
            }
            assert!(live(vm) > before);
            assert!((0..).zip(&locals).all(|(index, local)| local.value.get() == Value::int(index)));
        });
        assert_eq!(live(&mut vm), before);
    }

    #[test]
    fn a_handle_of_an_outer_scope_made_inside_of_an_inner_one_outlives_that() {
        let mut vm = Vm::new(SYSTEM, Options::new().gc_stress(true)).unwrap();
        vm.scope(|vm, outer| {
            let kept = vm.scope(|vm, inner| {
                let temporary = cell(vm);
                let temporary = inner.root(temporary).unwrap();
                let object = cell(vm);
                temporary.value.set(Value::TRUE);
                outer.root(object).unwrap()
            });
            kept.value.set(Value::int(7));
            vm.collect();
            assert_eq!(kept.value.get(), Value::int(7));
        });
    }

    #[test]
    fn without_memory_no_root_is_lost() {
        let moody = Moody::new();
        let mut vm = Vm::new(moody, Options::default()).unwrap();
        vm.scope(|vm, scope| {
            let objects: [_; INLINE + 1] = core::array::from_fn(|_| cell(vm));
            moody.refuse(true);
            let rooted = objects.iter().filter(|&&object| scope.root(object).is_ok()).count();
            moody.refuse(false);
            assert_eq!(rooted, INLINE);
        });
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "survives a safepoint")]
    fn a_pointer_that_survives_a_safepoint_is_caught() {
        let mut vm = Vm::new(SYSTEM, Options::new().gc_stress(true)).unwrap();
        let raw = cell(&mut vm);
        vm.collect();
        raw.value.set(Value::TRUE);
    }
}
