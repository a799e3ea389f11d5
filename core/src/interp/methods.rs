//! Adding methods to a class.

use super::handles::Scope;
use super::{Fault, Vm};
use crate::bytecode::Op;
use crate::fuel::BULK;
use crate::mem::OutOfMemory;
use crate::object::{Class, Content, DEPTH, Declaration, Draft, FEW, Gc, Method, Methods, Object, digit};

/// The number of methods, inherited ones included, up to which another one costs no fuel: a declaration moves less
/// than a unit's worth of bytes on average. Each further method costs a unit, and so does a replacement, which may
/// copy as many nodes. The bytes really moved depend on hashes, and fuel must not.
const FREE: u32 = 64;

impl Vm {
    /// Adds a method to a class, or replaces it. A safepoint; class, name and closure are reachable.
    pub(super) fn declare_method(&mut self, class: Gc<Class>, method: Method) -> Result<(), Fault> {
        let is_new = class.method(method.name).is_none();
        let count = class.method_count.get();
        if count >= FREE {
            self.charge_bulk(BULK, Op::AddMethod.words())?;
        }
        let methods = self.methods_with(class, class.methods.get(), method)?;
        class.methods.set(Some(methods));
        class.method_count.set(count.saturating_add(u32::from(is_new)));
        self.context.heap.barrier(class);
        Ok(())
    }

    /// Gives a class a setter of a property. A safepoint, as above.
    pub(super) fn declare_setter(&mut self, class: Gc<Class>, setter: Method) -> Result<(), Fault> {
        self.charge_bulk(BULK, Op::AddMethod.words())?;
        let setters = self.methods_with(class, class.setters.get(), setter)?;
        class.setters.set(Some(setters));
        self.context.heap.barrier(class);
        Ok(())
    }

    /// The methods, which the class keeps, with another one.
    fn methods_with(
        &mut self,
        class: Gc<Class>,
        methods: Option<Gc<Methods>>,
        method: Method,
    ) -> Result<Gc<Methods>, OutOfMemory> {
        // One root for each node on the path to the name's place, and for the nodes below it for a name with the same
        // digits.
        self.scope(|vm, scope| {
            vm.retry_after_gc(None, |_| scope.reserve(DEPTH))?;
            vm.with_method(scope, methods, method, class.declaration)
        })
    }

    /// The methods with another one added. A safepoint; `methods` are reachable. `scope` keeps the new nodes.
    fn with_method(
        &mut self,
        scope: Scope<'_>,
        root: Option<Gc<Methods>>,
        method: Method,
        maker: Declaration,
    ) -> Result<Gc<Methods>, OutOfMemory> {
        match root {
            Some(root) if root.is_row() => self.with_method_in_row(scope, root.methods(), method, maker),
            Some(root) => self.with_method_in_trie(scope, root, method, maker),
            None => self.with_method_in_row(scope, &[], method, maker),
        }
    }

    fn with_method_in_row(
        &mut self,
        scope: Scope<'_>,
        row: &[Method],
        method: Method,
        maker: Declaration,
    ) -> Result<Gc<Methods>, OutOfMemory> {
        let at = row.iter().position(|old| old.name == method.name).unwrap_or(row.len());
        if at == FEW {
            let mut all = [method; FEW + 1];
            all.iter_mut().zip(row).for_each(|(place, &old)| *place = old);
            return self.make_trie(scope, &all, 0, maker);
        }
        let mut draft = Draft::new(true);
        draft.places.iter_mut().zip(row).for_each(|(place, &old)| *place = Content::Method(old));
        if let Some(place) = draft.places.get_mut(at) {
            *place = Content::Method(method);
        }
        self.make_methods(scope, &draft, maker)
    }

    fn with_method_in_trie(
        &mut self,
        scope: Scope<'_>,
        root: Gc<Methods>,
        method: Method,
        maker: Declaration,
    ) -> Result<Gc<Methods>, OutOfMemory> {
        let mut path = [(root, 0); DEPTH];
        let mut level = 0;
        let mut place = loop {
            let Some((node, at)) = path.get_mut(level) else { return Err(OutOfMemory) };
            *at = digit(method.name, level as u32);
            level += 1;
            match node.place(*at) {
                Content::Node(next) => {
                    if let Some(step) = path.get_mut(level) {
                        *step = (next, 0);
                    }
                }
                Content::Method(old) if old.name != method.name => {
                    break Content::Node(self.make_trie(scope, &[old, method], level as u32, maker)?);
                }
                Content::Method(_) | Content::Free => break Content::Method(method),
            }
        };
        for &(node, at) in path.iter().take(level).rev() {
            if let Content::Node(next) = place
                && node.replace(at, next, maker)
            {
                self.context.heap.barrier(node);
                return Ok(root);
            }
            let mut draft = Draft::of(node);
            if let Some(changed) = draft.places.get_mut(at) {
                *changed = place;
            }
            place = Content::Node(self.make_methods(scope, &draft, maker)?);
        }
        match place {
            Content::Node(node) => Ok(node),
            Content::Free | Content::Method(_) => Err(OutOfMemory),
        }
    }

    /// Nodes for a few methods whose names differ but have the same digits up to `level`. Recursion is bounded by the
    /// number of digits.
    fn make_trie(
        &mut self,
        scope: Scope<'_>,
        methods: &[Method],
        level: u32,
        maker: Declaration,
    ) -> Result<Gc<Methods>, OutOfMemory> {
        let mut draft = Draft::new(false);
        for (at, place) in draft.places.iter_mut().enumerate() {
            let mut here = methods.iter().filter(|method| digit(method.name, level) == at);
            *place = match (here.next(), here.next()) {
                (None, _) => Content::Free,
                (Some(&method), None) => Content::Method(method),
                (Some(&first), Some(_)) => {
                    let mut group = [first; FEW + 1];
                    let here = methods.iter().filter(|method| digit(method.name, level) == at);
                    let count = group.iter_mut().zip(here).map(|(place, &method)| *place = method).count();
                    Content::Node(self.make_trie(
                        scope,
                        group.get(..count).unwrap_or_default(),
                        level + 1,
                        maker,
                    )?)
                }
            };
        }
        self.make_methods(scope, &draft, maker)
    }

    /// A node, which `scope` keeps. A safepoint; objects in the draft are reachable.
    fn make_methods(
        &mut self,
        scope: Scope<'_>,
        draft: &Draft,
        maker: Declaration,
    ) -> Result<Gc<Methods>, OutOfMemory> {
        let memory = self.allocate(draft.size(), Methods::FINALIZE)?.cast::<Methods>();
        // SAFETY: memory of that size.
        let methods = unsafe {
            Methods::init(memory.as_ptr(), draft, maker);
            Gc::from_raw(memory)
        };
        Ok(scope.root(methods)?.gc())
    }
}

#[cfg(test)]
mod tests;
