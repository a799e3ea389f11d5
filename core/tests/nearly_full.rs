//! With a nearly full heap, the work of a script is bounded, and the script can be stopped.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use siskin_core::platform::{Clock, HostIo};
use siskin_core::testing::{Kept, Moody, Nothing};
use siskin_core::{Dialect, ErrorKind, Options, Outcome, Vm};

fn start(source: &str, memory: usize) -> Vm {
    let options = Options::new().memory(memory);
    let mut vm = Vm::new(Moody::new(), options).expect("memory for a VM");
    let script = vm.load(source, Dialect::Lox).expect("the script is right");
    vm.start(script).expect("memory for its registers");
    vm
}

/// Fills the heap with a list of `nodes` nodes, then makes and drops as many as fit half a megabyte.
fn fill_and_churn(nodes: usize) -> String {
    format!(
        "class N {{ init(n) {{ this.n = n; }} }}
         var l = nil; for (var i = 0; i < {nodes}; i = i + 1) {{ l = N(l); }}
         for (var i = 0; i < 16384; i = i + 1) {{ N(nil); }}
         var count = 0; while (l != nil) {{ count = count + 1; l = l.n; }} print count;"
    )
}

#[test]
fn a_heap_that_is_nearly_full_is_out_of_memory_rather_than_collecting_for_every_page() {
    let (mut done, mut refused) = (0, 0);
    for nodes in (100_000..140_000).step_by(500) {
        let mut vm = start(&fill_and_churn(nodes), 2 << 20);
        let outcome = vm.run(None, &mut HostIo::new(&mut Kept::default()).clock(&Nothing));
        let stats = vm.stats();
        assert!(stats.heap.full < 25, "{nodes} nodes: {stats:?}");
        // The loops cost about three units for each node; a collection costs one for 64 bytes.
        let most = 4 * (nodes as u64 + 16_384) + 10 * (2 << 20) / 64;
        assert!(stats.fuel < most, "{nodes} nodes: {stats:?}");
        match outcome {
            Outcome::Done => done += 1,
            Outcome::Error(error) if error.kind() == ErrorKind::OutOfMemory => refused += 1,
            other => panic!("{nodes} nodes: {other:?}"),
        }
    }
    assert!(done > 5 && refused > 5, "{done} done, {refused} refused");
}

/// An instruction that allocates, and then finds no memory for a frame, runs again in each slice and finally completes.
#[test]
fn small_slices_do_not_make_the_heap_collect_again_and_again() {
    let locals: String = (0..60).map(|index| format!("var r{index} = nil; ")).collect();
    let source = format!(
        "class N {{ init(n) {{ this.n = n; }} }}
         var keep = nil; for (var i = 0; i < 50000; i = i + 1) keep = N(keep);
         class A {{ init(n) {{ {locals} if (n > 0) A(n - 1); }} }}
         A(9000);"
    );
    for slice in [1, 10, 100, 5000] {
        let mut vm = start(&source, 8 << 20);
        let end = loop {
            let outcome = vm.run(Some(slice), &mut HostIo::new(&mut Kept::default()).clock(&Nothing));
            assert!(vm.stats().fuel < 5_000_000, "slices of {slice}: {:?}", vm.stats());
            if !matches!(outcome, Outcome::OutOfFuel) {
                break outcome;
            }
        };
        assert!(
            matches!(&end, Outcome::Error(error) if error.kind() == ErrorKind::OutOfMemory),
            "slices of {slice}: {end:?}"
        );
    }
}

/// What ends an instruction allocates, too: a collection that stops there must not call the getter again, nor compute the
/// static field.
#[test]
fn a_getter_and_a_static_field_run_once_in_small_slices() {
    let source = "
        let keep = [];
        for i in 0..3000 { keep.push([i, [i]]); }
        fn one() { 1 }
        class A { init() { this.n = 0; } get g { this.n += 1; one } }
        let a = A();
        var fields = 0;
        fn field() { fields += 1; [] }
        for i in 1..=20000 {
            a.g();
            if a.n != i { throw \"the getter ran ${a.n} times in ${i} calls\"; }
            if i % 4 == 0 {
                class S { static x = field(); }
                if fields != i / 4 { throw \"${fields} fields were computed in ${i / 4} classes\"; }
            }
        }";
    for slice in [1, 100, 1000] {
        let mut vm = Vm::new(Moody::new(), Options::new().memory(1 << 20)).expect("memory for a VM");
        let script = vm.load(source, Dialect::Siskin).expect("the script is right");
        vm.start(script).expect("memory for its registers");
        let end = loop {
            match vm.run(Some(slice), &mut HostIo::new(&mut Kept::default()).clock(&Nothing)) {
                Outcome::OutOfFuel => {}
                end => break end,
            }
        };
        assert!(matches!(end, Outcome::Done), "slices of {slice}: {end:?}");
    }
}

/// A clock that sets the interrupt whenever it is read, which the heap does before it collects.
#[derive(Default)]
struct Interrupting {
    wish: AtomicBool,
    reads: AtomicU64,
}

impl Clock for Interrupting {
    fn nanoseconds(&self) -> u64 {
        self.wish.store(true, Relaxed);
        self.reads.fetch_add(1, Relaxed)
    }
}

/// Calls, methods, bound methods, fields that hold classes, closures, strings and tables, all of which need memory.
const HUNGRY: &str = "class N { init(n) { this.n = n; } make() { return N(this); } }
    var keep = nil; for (var i = 0; i < 90000; i = i + 1) keep = N(keep);
    class Box { init() { this.kind = N; } }
    var box = Box(); var make = keep.make;
    fun deep(n) { if (n == 0) return box.kind(nil); var m = make(); return deep(n - 1); }
    fun adder(a) { fun add(b) { return a + b; } return add; }
    var s = \"\"; var sum = 0;
    for (var i = 0; i < 3000; i = i + 1) {
      if (i < 300) deep(i); else deep(3);
      s = s + \"abcdefgh\"; var t = s + \"x\"; sum = adder(sum)(1);
      class C < N { a() {} b() {} } C(i).more = N(i);
    }
    print sum; var count = 0; while (keep != nil) { count = count + 1; keep = keep.n; } print count;";

#[test]
fn an_interrupt_is_heard_while_memory_is_collected_and_the_script_goes_on_as_if_nothing_had_been() {
    let mut vm = start(HUNGRY, 4 << 20);
    let (mut output, clock, mut interrupts) = (Kept::default(), Interrupting::default(), 0_u64);
    loop {
        let mut host = HostIo::new(&mut output).clock(&clock).interrupt(&clock.wish);
        match vm.run(None, &mut host) {
            Outcome::Interrupted => interrupts += 1,
            Outcome::Done => break,
            other => panic!("{other:?}"),
        }
        assert!(interrupts < 1_000_000);
    }
    assert_eq!(String::from_utf8_lossy(&output.0), "3000\n90000\n");
    // Each interrupt ends a collection for space at its next step. If only the end of a slice noticed interrupts, there
    // would be fewer.
    let slices = vm.stats().fuel / 16_384;
    assert!(vm.stats().heap.full > 0 && interrupts > slices, "{interrupts} in {slices} slices");
}

#[test]
fn fuel_ends_while_memory_is_collected_and_the_script_goes_on_with_more() {
    for budget in [300, 5_000] {
        let mut vm = start(HUNGRY, 4 << 20);
        let mut output = Kept::default();
        loop {
            let before = vm.stats().fuel;
            let mut host = HostIo::new(&mut output).clock(&Nothing);
            let outcome = vm.run(Some(budget), &mut host);
            assert!(vm.stats().fuel <= before + budget);
            match outcome {
                Outcome::OutOfFuel => {}
                Outcome::Done => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(String::from_utf8_lossy(&output.0), "3000\n90000\n");
    }
}
