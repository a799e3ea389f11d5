mod show;

use std::string::{String, ToString};
use std::vec::Vec;

use super::*;
use crate::object::ENTRIES;
use crate::platform::HostIo;
use crate::testing::Nothing;
use crate::testing::SYSTEM;
use crate::{Dialect, Options, Outcome};

fn vm() -> Vm {
    Vm::new(SYSTEM, Options::default()).unwrap()
}

fn run(vm: &mut Vm, source: &str) -> Outcome {
    let script = vm.load(source, Dialect::Siskin).unwrap();
    vm.start(script).unwrap();
    vm.run(None, &mut HostIo::new(&mut Nothing).clock(&Nothing))
}

fn result_of(source: &str) -> String {
    let mut vm = vm();
    assert!(matches!(run(&mut vm, source), Outcome::Done));
    vm.result().to_string()
}

#[test]
fn a_script_ends_with_its_last_expression() {
    assert_eq!(result_of("1 + 2"), "3");
    assert_eq!(result_of("1 + 2;"), "nil");
    assert_eq!(result_of(""), "nil");
    assert_eq!(result_of("if 1 < 2 { \"yes\" } else { \"no\" }"), "yes");
    assert_eq!(result_of("class A { init() { this.x = -0.5; } } A().x"), "-0.5");
    assert_eq!(result_of("class A {} A()"), "A instance");
    assert_eq!(result_of("fn f(a, b) {} f"), "<fn f>");
}

#[test]
fn a_result_survives_collections_until_the_next() {
    let mut vm = vm();
    run(&mut vm, "\"a\" + \"b\"");
    vm.collect();
    vm.collect();
    assert_eq!(vm.result().to_string(), "ab");
    vm.bind_result("_").unwrap();
    run(&mut vm, "_ + _");
    assert_eq!(vm.result().to_string(), "abab");
}

#[test]
fn a_failed_run_leaves_the_result_before() {
    let mut vm = vm();
    run(&mut vm, "7");
    assert!(matches!(run(&mut vm, "-nil"), Outcome::Error(_)));
    assert_eq!(vm.result().to_string(), "7");
}

#[test]
fn globals_are_those_that_are_defined() {
    let mut vm = vm();
    run(&mut vm, "let one = 1; fn two() { unknown }");
    let names: Vec<_> = vm.globals().map(|(name, value)| (name.to_string(), value.type_name())).collect();
    assert_eq!(names, [("one", "number"), ("two", "function")].map(|(name, kind)| (name.to_string(), kind)));
    let library: Vec<_> = vm.library().collect();
    assert_eq!(library[..9], ["clock", "same", "type", "Error", "Iter", "assert", "repr", "str", "Nil"]);
    run(&mut vm, "clock");
    assert_eq!(vm.global_value("clock").unwrap().type_name(), "native function");
    assert!(vm.global_value("unknown").is_none());
}

#[test]
fn fields_come_in_order_wherever_they_lie() {
    let mut vm = vm();
    run(
        &mut vm,
        "class A { init() { this.a = 1; this.b = 2; } } let few = A(); few.c = 3; few.d = 4; few.e = 5;
         class B {} let many = B(); let none = B();",
    );
    let fields = |vm: &Vm, name: &str| {
        let Some(ValueKind::Instance(instance)) = vm.global_value(name).map(ValueView::kind) else {
            panic!()
        };
        let mut all = Vec::new();
        instance.each_field(|name, value| all.push(std::format!("{name}={value}")));
        all
    };
    assert_eq!(fields(&vm, "few"), ["a=1", "b=2", "c=3", "d=4", "e=5"]);
    assert!(fields(&vm, "none").is_empty());
    let mut assign = String::new();
    for index in 0..300 {
        assign += &std::format!("many.f{index} = {index};");
    }
    run(&mut vm, &assign);
    let mut found = fields(&vm, "many");
    found.sort_by_key(|field| field.split('=').next_back().and_then(|number| number.parse::<u32>().ok()));
    assert_eq!(found.len(), 300);
    assert_eq!(found[299], "f299=299");
}

#[test]
fn classes_know_their_methods_and_functions_what_they_make() {
    let mut vm = vm();
    run(&mut vm, "class A { m(x) { x } } class B < A { n() { fn inner() {} inner } }");
    let Some(ValueKind::Class(class)) = vm.global_value("B").map(ValueView::kind) else { panic!() };
    assert_eq!(class.name(), "B");
    assert_eq!(class.method("m").map(FunctionView::arity), Some(1));
    let inner: Vec<_> = class.method("n").unwrap().inner().filter_map(FunctionView::name).collect();
    assert_eq!(inner, ["inner"]);
    assert!(class.method("o").is_none());
}

#[test]
fn caches_tell_shapes_and_hits() {
    let mut vm = vm();
    run(
        &mut vm,
        "class A { init() { this.x = 1; } m() {} } class B { init() { this.y = 0; this.x = 2; } m() {} }
         fn get(o) { o.x } fn call(o) { o.m(); }
         let a = A(); let b = B();
         get(a); get(a); get(b); get(a); call(a);",
    );
    let expected = ["A/1 slot 0", "B/2 slot 1"].map(String::from).to_vec();
    // The first access with each shape is a miss.
    assert_eq!(caches(function(&vm, "get")), [("x".to_string(), expected, 2, 0)]);
    assert_eq!(caches(function(&vm, "call"))[0].1, ["A/1 method m"]);
    for _ in 2..ENTRIES {
        run(&mut vm, "class C { init() { this.x = 3; } m() {} } get(C());");
    }
    assert_eq!(caches(function(&vm, "get"))[0].3, 0);
    run(&mut vm, "class C { init() { this.x = 3; } m() {} } get(C());");
    let (_, entries, _, overflows) = &caches(function(&vm, "get"))[0];
    assert_eq!((entries.len(), *overflows), (ENTRIES, 1));
}

/// A global function.
fn function<'v>(vm: &'v Vm, name: &str) -> FunctionView<'v> {
    match vm.global_value(name).map(ValueView::kind) {
        Some(ValueKind::Function(function)) => function,
        other => panic!("{other:?}"),
    }
}

/// The inline caches of a function: property, shapes, hits, overflows.
fn caches(function: FunctionView<'_>) -> Vec<(String, Vec<String>, u32, u32)> {
    let entry = |entry: CacheEntry<'_>| {
        let target = match entry.target {
            CacheTarget::Slot(slot) => std::format!("slot {slot}"),
            CacheTarget::Method(method) => std::format!("method {}", method.name().unwrap()),
            other => std::format!("{other:?}"),
        };
        std::format!("{}/{} {target}", entry.class.name(), entry.fields)
    };
    let cache = |cache: CacheView<'_>| {
        (cache.name().to_string(), cache.entries().map(entry).collect(), cache.hits(), cache.overflows())
    };
    function.caches().map(cache).collect()
}

#[test]
fn caches_of_super_outlive_the_shapes_of_the_class() {
    let mut vm = Vm::new(SYSTEM, Options::new().gc_stress(true)).unwrap();
    // Instances of A outgrow its first shape. That shape dies, and others replace it.
    let source = "class A { m() { 1 } } class B < A { m() { super.m() } } B().m();
        fn grow() { let a = A(); a.x = 1; a.y = 2; a.z = 3; a.u = 4; a.v = 5; } grow();
        var list = nil;
        for (var i = 0; i < 40; i = i + 1) {
            class Other { init(n) { this.n = n; } }
            let o = Other(list); o.c = 1; o.d = 1; o.f = 2; o.g = 3; list = o;
        }";
    assert!(matches!(run(&mut vm, source), Outcome::Done));
    let Some(ValueKind::Class(class)) = vm.global_value("B").map(ValueView::kind) else { panic!() };
    assert_eq!(caches(class.method("m").unwrap())[0].1, ["A/0 method m"]);
}

#[test]
fn caches_do_not_show_what_died() {
    let mut vm = vm();
    let source = "fn get(o) { o.x } fn call(o) { o.m() }
        fn once() { class Gone { init() { this.x = 1; } m() { } } let gone = Gone(); get(gone); call(gone); }
        once();";
    run(&mut vm, source);
    let shown = |vm: &Vm| ["get", "call"].map(|name| caches(function(vm, name)).remove(0).1);
    assert_eq!(shown(&vm), [["Gone/1 slot 0"], ["Gone/1 method m"]]);
    vm.collect();
    // No page was swept yet.
    assert_eq!(shown(&vm), [[""; 0]; 2]);
}

#[test]
fn the_census_counts_what_is_alive() {
    let mut vm = vm();
    run(&mut vm, "class P {} let a = P(); let b = P(); P(); P();");
    let census = vm.census();
    let instances = census.iter().find(|population| population.name == "instances").unwrap();
    assert_eq!((instances.count, instances.bytes), (2, 32));
    assert!(census.iter().all(|population| population.count > 0));
    let bytes: usize = census.iter().map(|population| population.bytes).sum();
    assert_eq!(bytes, vm.stats().heap.live);
}
