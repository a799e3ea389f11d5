extern crate std;

use std::collections::HashMap;
use std::vec::Vec;

use super::*;
use crate::interp::Options;
use crate::mem::RawAlloc;
use crate::object::{Callable, Closure, Function, InImage, Parts, Str};
use crate::testing::{Moody, SYSTEM};

/// A VM with names and closures, all of them roots.
struct World {
    vm: Vm,
    names: Vec<Gc<Str>>,
    closures: Vec<Gc<Closure>>,
}

/// A class and its expected methods: indexes of closures, by indexes of names.
struct Pair {
    class: Gc<Class>,
    model: HashMap<usize, usize>,
}

const CLOSURES: usize = 7;

impl World {
    /// A world with `names` names, of different hashes or all of one.
    fn new(alloc: &'static dyn RawAlloc, names: usize, one_hash: bool, gc_stress: bool) -> World {
        // With a seed, trees by hashes are as large in every run.
        let mut vm = Vm::new(alloc, Options::new().gc_stress(gc_stress).seed([1, 2])).unwrap();
        vm.context.fuel.set(None);
        let pin = |vm: &mut Vm, value| vm.test_roots.push(value).unwrap();
        let names = (0..names)
            .map(|index| {
                // Only interned strings have hashes.
                let text = std::format!("{index:>width$}", width = if one_hash { 100 } else { 1 });
                let name = vm.literal(text.as_bytes()).unwrap();
                pin(&mut vm, name.value());
                name
            })
            .collect();
        let parts = Parts {
            id: 0,
            name: None,
            arity: 0,
            required: 0,
            rest: false,
            builtin_methods: false,
            library: false,
            registers: 1,
            image: InImage::lasting(&[]),
        };
        let function = Function::new(&vm.mem, parts, 0, 0, vm.init).unwrap();
        let function = vm.make(function).unwrap();
        pin(&mut vm, function.value());
        let closures = (0..CLOSURES)
            .map(|_| {
                let closure = vm.make_closure(function).unwrap();
                pin(&mut vm, closure.value());
                closure
            })
            .collect();
        World { vm, names, closures }
    }

    fn class(&mut self, superclass: Option<&Pair>) -> Pair {
        self.vm.declarations = self.vm.declarations.next();
        let class = self.vm.make(Class::new(self.vm.init, 0, self.vm.declarations)).unwrap();
        self.vm.test_roots.push(class.value()).unwrap();
        if let Some(superclass) = superclass {
            class.inherit(superclass.class);
        }
        Pair { class, model: superclass.map(|superclass| superclass.model.clone()).unwrap_or_default() }
    }

    fn declare(&mut self, pair: &mut Pair, name: usize, closure: usize) -> Result<(), Fault> {
        let method = Method { name: self.names[name], callable: Callable::closure(self.closures[closure]) };
        self.vm.declare_method(pair.class, method)?;
        pair.model.insert(name, closure);
        Ok(())
    }

    fn check(&self, pair: &Pair) {
        for (index, &name) in self.names.iter().enumerate() {
            let expected = pair.model.get(&index).map(|&closure| Callable::closure(self.closures[closure]));
            assert_eq!(pair.class.method(name), expected, "method {index}");
        }
        let mut all = Vec::new();
        pair.class.each_method(|method| all.push(method));
        assert_eq!(all.len(), pair.model.len());
        for method in all {
            assert_eq!(pair.class.method(method.name), Some(method.callable));
        }
    }
}

/// Declares methods in classes, of which later ones inherit from earlier ones, and compares all of them with maps.
fn declares_what_a_map_holds(world: &mut World, steps: usize) {
    let mut classes = std::vec![world.class(None)];
    let mut random = 1_u32;
    let mut below = |bound: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % bound
    };
    for step in 0..steps {
        if step % 40 == 39 {
            let superclass = below(classes.len());
            let class = world.class(Some(&classes[superclass]));
            classes.push(class);
        }
        let mut class = classes.pop().unwrap();
        world.declare(&mut class, below(world.names.len()), below(CLOSURES)).unwrap();
        classes.push(class);
        if step % 7 == 0 {
            world.check(&classes[below(classes.len())]);
        }
    }
    classes.iter().for_each(|class| world.check(class));
}

#[test]
fn classes_have_the_methods_that_were_declared_and_inherited() {
    for one_hash in [false, true] {
        declares_what_a_map_holds(&mut World::new(SYSTEM, 300, one_hash, false), 2000);
        declares_what_a_map_holds(&mut World::new(SYSTEM, 40, one_hash, true), 200);
    }
}

/// Declarations without a unique number change no node that another one may have made.
#[test]
fn numbers_of_declarations_may_run_out() {
    let mut world = World::new(SYSTEM, 300, false, false);
    world.vm.declarations = Declaration::LAST;
    declares_what_a_map_holds(&mut world, 1000);
    assert_eq!(world.vm.declarations, Declaration::LAST);
}

#[test]
fn a_class_may_have_very_many_methods() {
    let mut world = World::new(SYSTEM, 20_000, false, false);
    let mut pair = world.class(None);
    for name in 0..20_000 {
        world.declare(&mut pair, name, name % CLOSURES).unwrap();
    }
    world.check(&pair);
}

#[test]
fn a_subclass_begins_with_its_superclass_s_nodes() {
    let mut world = World::new(SYSTEM, 100, false, false);
    let mut superclass = world.class(None);
    (0..99).for_each(|name| world.declare(&mut superclass, name, 0).unwrap());
    let mut class = world.class(Some(&superclass));
    assert!(
        class.class.methods.get().is_some() && class.class.methods.get() == superclass.class.methods.get()
    );
    world.declare(&mut class, 99, 1).unwrap();
    world.declare(&mut class, 0, 1).unwrap();
    world.check(&class);
    world.check(&superclass);
}

/// Bytes allocated for a chain of `depth` classes, each with a method of its own.
fn bytes_of_a_chain(depth: usize) -> u64 {
    let mut world = World::new(SYSTEM, depth, false, false);
    let before = world.vm.stats().heap.allocated;
    let mut pair = world.class(None);
    for name in 0..depth {
        // Only the last class is checked, so its model is handed down.
        let model = core::mem::take(&mut pair.model);
        pair = Pair { model, ..world.class(Some(&pair)) };
        world.declare(&mut pair, name, name % CLOSURES).unwrap();
    }
    world.check(&pair);
    world.vm.stats().heap.allocated - before
}

/// Copying inherited methods would take the square of the depth.
#[test]
fn a_deep_chain_of_classes_takes_memory_in_proportion_to_its_depth() {
    let (short, long) = (bytes_of_a_chain(1_000), bytes_of_a_chain(3_000));
    assert!(short < 2_000_000, "{short}");
    assert!(long * 10 <= short * 33, "{short} {long}");
}

#[test]
fn a_declaration_that_fails_changes_nothing_whichever_request_is_refused() {
    for one_hash in [false, true] {
        let moody = Moody::new();
        let mut world = World::new(moody, 30, one_hash, true);
        let mut request = 0;
        loop {
            let test_roots = world.vm.test_roots.len();
            let mut pair = world.class(None);
            moody.refuse_after(request, usize::MAX);
            let refused = (0..30).filter(|&name| world.declare(&mut pair, name, 1).is_err()).count();
            moody.refuse_after(0, 0);
            assert_eq!(world.vm.test_roots.len(), test_roots + 1);
            world.check(&pair);
            world.vm.test_roots.truncate(test_roots);
            world.vm.collect();
            if request > 200 || (refused == 0 && request > 20) {
                break;
            }
            request += 1;
        }
    }
}
