//! The target that makes sequences of calls of the engine's API, as a host may between two steps of a script.

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::AtomicBool;

use siskin::inspect::{
    CacheClass, CacheEntry, CacheTarget, CacheView, ClassView, FunctionView, MethodView, ValueKind, ValueView,
};
use siskin::mem::Mem;
use siskin::platform::{Output, OutputError};
use siskin::{
    Dialect, FunctionId, HostIo, LoadError, LoadOptions, Options, Outcome, SYSTEM, Script, Vm, native,
};
use siskin_core::bytecode::Program;

use crate::callbacks::{Panic, Panicking, REFUSING, refuse};
use crate::{Bytes, Noon, Nowhere, Page, generate, program};

/// The most steps in a sequence.
const STEPS: usize = 100;
/// The most scripts that are loaded and not started in a VM.
const WAITING: usize = 6;
/// The most values, functions and caches that are inspected after each step.
const LOOKS: u32 = 400;

/// Scripts that bring the engine into an interesting state in few steps. They use each other's definitions.
const SCRIPTS: [&str; 14] = [
    "class A { init(n) { this.a = n; } get() { return this.a; } }\nclass B < A { get() { return super.get() + 1; } }",
    "class A { get() { this.z = 1; return 7; } init(n) { this.b = n; this.a = n; } }",
    "fun f(n) { return n + 1; }",
    "fun f(n) { if (n > 0) { return g(n - 1); } return A(n); }\nfun g(n) { return f(n); }",
    "fun r(n) { return 1 + r(n + 1); }\nr(0);",
    "class R { init(n) { this.r = R(n + 1); } m(n) { this.m(n); } }\nR(0);",
    "for (var i = 0; i < 40; i = i + 1) { print f(i); }",
    "var s = \"\"; for (var i = 0; i < 60; i = i + 1) { s = s + \"0123456789\"; } print s == s + \"\";",
    "var list = nil; for (var i = 0; i < 300; i = i + 1) { var l = A(i); l.next = list; list = l; }",
    "list = nil; s = nil;",
    "var i = 0; while (true) { i = i + 1; A(i).get(); }",
    "fun outer() { var n = 0; fun inner() { n = n + 1; return n; } return inner; }\nvar o = outer(); for (var i = 0; i < 30; i = i + 1) { o(); }",
    "var y = A(A(1)); clock(y, A(2), A(3), A(4), A(5), A(6), A(7), A(8), clock(y, A(9), A(10), A(11), f(3)));",
    "print A; print f; print A(1); print A(1).get; print clock; -nil;",
];

/// Calls public functions of two VMs in sequence, and inspects both VMs after each call.
///
/// Each step is a byte that selects the call and the VM, and then the bytes that the call needs.
pub fn api(data: &[u8]) {
    let mut bytes = Bytes(data);
    refuse(0, 0);
    let (Some(left), Some(right)) = (CheckedVm::new(&mut bytes), CheckedVm::new(&mut bytes)) else { return };
    let mut vms = [left, right];
    for _ in 0..STEPS {
        if bytes.0.is_empty() {
            break;
        }
        let step = bytes.next();
        let [left, right] = &mut vms;
        let (one, other) = if step & 0x80 == 0 { (left, right) } else { (right, left) };
        let before = (other.vm.stats(), other.vm.native_stats());
        one.step(step & 0x7F, &mut bytes, other);
        one.look();
        other.look();
        let after = (other.vm.stats(), other.vm.native_stats());
        assert!(one.borrows || before == after, "step {step} changed the other VM:\n{before:#?}\n{after:#?}");
    }
    // Both budgets are checked after both VMs are gone: a program may have moved from one to the other.
    let empty = Mem::new(SYSTEM, usize::MAX).expect("memory").usage().used;
    let budgets = vms.map(CheckedVm::close);
    for mem in budgets.iter().flatten() {
        assert_eq!(mem.usage().used, empty, "a VM is gone and left bytes");
    }
}

/// A VM, and the state that it must have.
struct CheckedVm {
    vm: Vm,
    waiting: Vec<Script>,
    /// Whether a script was started and has not ended.
    under_way: bool,
    /// Whether the VM has loaded a program that lies in the other VM's memory.
    borrows: bool,
    /// The budgets of the VMs that were here before.
    gone: Vec<Mem>,
}

impl CheckedVm {
    fn new(bytes: &mut Bytes<'_>) -> Option<CheckedVm> {
        let (modes, hot) = (bytes.next(), bytes.next());
        let options = Options::new()
            .memory(96 << 10 << (modes >> 2 & 3))
            .max_frames([7, 8, 64, 300][usize::from(modes >> 4 & 3)] + u32::from(hot >> 5))
            .gc_stress(modes & 2 != 0)
            .hot(u32::from(hot & 31));
        let mut vm = Vm::new(REFUSING, options).ok()?;
        if modes & 1 == 0 {
            let _ = native::install(&mut vm);
        }
        Some(CheckedVm { vm, waiting: Vec::new(), under_way: false, borrows: false, gone: Vec::new() })
    }

    /// Does the step that `what` selects.
    fn step(&mut self, what: u8, bytes: &mut Bytes<'_>, other: &mut CheckedVm) {
        match what % 32 {
            0..=3 => self.load(SCRIPTS[bytes.below(SCRIPTS.len())], bytes.next()),
            4 => {
                let len = bytes.below(60).min(bytes.0.len());
                let (description, rest) = bytes.0.split_at(len);
                bytes.0 = rest;
                self.load(&generate::source(description, Dialect::Lox), 0);
            }
            5..=7 => {
                if !self.waiting.is_empty() {
                    let script = self.waiting.remove(bytes.below(self.waiting.len()));
                    self.under_way = self.vm.start(script).is_ok();
                }
            }
            8 => {
                // A script of the other VM is refused, and the script under way here continues.
                if let Some(script) = other.waiting.pop() {
                    let error = self.vm.start(script).expect_err("a script of another VM starts");
                    assert_ne!(error.message(), "");
                }
            }
            9..=13 => {
                let fuel = bytes.next();
                self.run(u64::from(fuel) * if what % 32 == 13 { 40 } else { 1 }, false);
            }
            14 => self.run(2_000, true),
            15 => self.interrupt(),
            16 => self.vm.collect(),
            17 => {
                let more = usize::from(bytes.next()) * 128;
                let mem = self.vm.mem();
                mem.set_limit((mem.usage().used + more).min(self.vm.options().memory));
            }
            18 => self.vm.mem().set_limit(self.vm.options().memory),
            19 => {
                let _ = self.vm.compile_now(FunctionId(u32::from(bytes.next())));
            }
            20 => self.vm.set_native(bytes.next() & 1 == 0),
            21 => {
                let had = self.vm.tier_name();
                let loaded = !self.waiting.is_empty();
                let installed = native::install(&mut self.vm).is_ok();
                assert!(!installed || had.is_none() && !loaded, "a second tier");
            }
            22 => {
                let source = SCRIPTS[bytes.below(SCRIPTS.len())];
                let options = LoadOptions { spans: bytes.next() & 1 == 0, ..LoadOptions::default() };
                // Even a compilation that fails has used the other VM's memory for a while.
                self.borrows = true;
                if let Ok(program) = other.vm.compile_with(source, Dialect::Siskin, options) {
                    self.load_program(&program);
                }
            }
            23 => {
                let len = bytes.below(80).min(bytes.0.len());
                let (description, rest) = bytes.0.split_at(len);
                bytes.0 = rest;
                let image =
                    program::of(description, &self.vm).and_then(|program| program.pack(self.vm.mem()).ok());
                if let Some(Ok(program)) = image.map(|image| Program::from_owner(image, self.vm.mem())) {
                    self.load_program(&program);
                }
            }
            24 => {
                let _ = self.vm.bind_result("_");
            }
            25 => {
                if let Some(fresh) = CheckedVm::new(bytes) {
                    let borrows = self.borrows;
                    self.gone = std::mem::replace(self, fresh).close();
                    self.borrows = borrows;
                }
            }
            26 | 27 => self.run_and_panic(u64::from(bytes.next()) * 8, u32::from(bytes.next())),
            28..=30 => {
                let after = u32::from(bytes.next());
                refuse(after, if what % 32 == 30 { u32::MAX } else { 1 + after / 64 });
            }
            _ => refuse(0, 0),
        }
    }

    fn load(&mut self, source: &str, how: u8) {
        let options = LoadOptions { interactive: how & 2 != 0, spans: how & 4 != 0 };
        let dialect = if how & 1 == 0 { Dialect::Siskin } else { Dialect::Lox };
        match self.vm.load_with(source, dialect, options) {
            Ok(script) => self.keep(script),
            Err(error) => assert!(matches!(error, LoadError::OutOfMemory), "{error:?}:\n{source}"),
        }
    }

    fn load_program(&mut self, program: &Program) {
        if let Ok(script) = self.vm.load_program(program) {
            self.keep(script);
        }
    }

    fn keep(&mut self, script: Script) {
        if let Ok(units) = self.vm.units(&script) {
            assert!(units.count() <= script.functions().len(), "{script:?}");
        }
        if self.waiting.len() < WAITING {
            self.waiting.push(script);
        }
    }

    fn run(&mut self, fuel: u64, refuse: bool) {
        // With `gc_stress`, each allocation collects, so the run gets less fuel.
        let fuel = if self.vm.options().gc_stress { fuel / 8 } else { fuel };
        let before = self.vm.stats().fuel;
        let mut page = Page::default();
        let output: &mut dyn Output = if refuse { &mut Refusing } else { &mut page };
        let outcome = self.vm.run(Some(fuel), &mut HostIo::new(output).clock(&Noon));
        let spent = self.vm.stats().fuel - before;
        assert!(spent <= fuel, "{spent} of {fuel}");
        self.end(&outcome);
        if let Outcome::OutOfFuel = outcome {
            assert_eq!(self.vm.fuel_left(), Some(0));
        }
    }

    /// Runs with a callback that may panic. A panic ends the script.
    fn run_and_panic(&mut self, fuel: u64, calls: u32) {
        let panicking = Panicking::after(calls);
        let mut output = &panicking;
        let host = &mut HostIo::new(&mut output).clock(&panicking);
        match catch_unwind(AssertUnwindSafe(|| self.vm.run(Some(fuel), host))) {
            Ok(outcome) => self.end(&outcome),
            Err(payload) if payload.is::<Panic>() => {
                assert!(self.under_way, "a callback of no run");
                self.under_way = false;
            }
            Err(payload) => resume_unwind(payload),
        }
    }

    /// Runs with an interrupt that is set before.
    fn interrupt(&mut self) {
        let wish = AtomicBool::new(true);
        let mut page = Page::default();
        let host = &mut HostIo::new(&mut page).clock(&Noon).interrupt(&wish);
        let outcome = self.vm.run(Some(500), host);
        self.end(&outcome);
    }

    fn end(&mut self, outcome: &Outcome) {
        let ended = matches!(outcome, Outcome::Done | Outcome::Error(_));
        assert!(self.under_way || matches!(outcome, Outcome::Done), "nothing is under entry: {outcome:?}");
        self.under_way &= !ended;
    }

    /// Inspects everything that the API shows.
    fn look(&self) {
        let usage = self.vm.mem().usage();
        assert!(usage.used <= usage.peak && usage.used <= usage.limit, "{usage:?}");
        let mut left = LOOKS;
        for (name, value) in self.vm.globals() {
            assert_ne!(name, "");
            look_at(value, &mut left);
        }
        look_at(self.vm.result(), &mut left);
        assert!(self.vm.library().any(|name| name == "clock"));
        for frame in self.vm.trace() {
            let _ = write!(Nowhere, "{frame:?}");
        }
    }

    /// Drops the VM. Returns the budgets, which count the memory that is left.
    fn close(self) -> Vec<Mem> {
        let mut budgets = self.gone;
        budgets.push(self.vm.mem().clone());
        budgets
    }
}

fn look_at(value: ValueView<'_>, left: &mut u32) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let _ = write!(Nowhere, "{value} {}", value.type_name());
    match value.kind() {
        ValueKind::Function(function) => look_at_function(function, left),
        ValueKind::Method { receiver, method } => {
            look_at(receiver, left);
            if let MethodView::Script(method) = method {
                look_at_function(method, left);
            }
        }
        ValueKind::Class(class) => look_at_class(class, left),
        ValueKind::Instance(instance) => {
            if let Some(class) = instance.class() {
                look_at_class(class, left);
            }
            instance.each_field(|name, value| {
                assert_ne!(name, "");
                look_at(value, left);
            });
        }
        // Other kinds have no parts. (The enum may get more kinds.)
        _ => {}
    }
}

fn look_at_class(class: ClassView<'_>, left: &mut u32) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let _ = write!(Nowhere, "{}", class.name());
    class.each_method(|_, method| look_at_function(method, left));
}

fn look_at_function(function: FunctionView<'_>, left: &mut u32) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let _ = write!(Nowhere, "{function:?} {:?} {}", function.native(), function.unit().words().len());
    for cache in function.caches() {
        for entry in cache.entries() {
            check_entry(cache, entry);
        }
    }
    for inner in function.inner() {
        look_at_function(inner, left);
    }
}

/// Asserts that an entry of an inline cache is right about its class.
fn check_entry(cache: CacheView<'_>, entry: CacheEntry<'_>) {
    match entry.target {
        CacheTarget::Slot(slot) => assert!(slot < entry.fields, "{cache:?} {entry:?}"),
        CacheTarget::Added(slot) => assert!(slot >= entry.fields, "{cache:?} {entry:?}"),
        CacheTarget::Outer(_) | CacheTarget::AddedOuter(_) => {}
        CacheTarget::Method(MethodView::Script(target)) => {
            let CacheClass::Script(class) = entry.class else { panic!("{cache:?} {entry:?}") };
            let method = class.method(cache.name());
            assert!(method.is_some_and(|method| method.id() == target.id()), "{cache:?} {entry:?}");
        }
        CacheTarget::Method(MethodView::Host(target)) => {
            assert!(
                matches!(entry.class, CacheClass::Builtin(_)) && target.name() == cache.name(),
                "{cache:?}"
            );
        }
    }
}

/// An output that accepts nothing.
struct Refusing;

impl Output for Refusing {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        Err(OutputError)
    }
}
