//! The oracle of work: a count of the engine's work for scripts, independent of the fuel.
//!
//! Fuel bounds work only if every operation pays for its work. So builds with `--cfg fuzzing`, and those of this
//! crate's unit tests, count the bytes that are hashed, copied, compared and printed, those that the collector marks
//! and sweeps, and those that are allocated. At the end of each run the counts are compared with the fuel that the
//! script has spent since its start; unpaid work is a panic. So is a longer run of words between two polls than a
//! slice of fuel and its returns allow. All other builds count nothing.
//!
//! ```text
//!   bulk work                 costs fuel
//!   allocation                a page for each word of code; a unit of fuel is worth the words of the longest function
//!   turns of the collector    a constant for each; a turn comes with an allocation
//!   collections for space     cost fuel: they come when nothing can be allocated
//! ```

#[cfg(not(any(test, fuzzing)))]
pub(crate) use off::Meter;
#[cfg(any(test, fuzzing))]
pub(crate) use on::Meter;

#[cfg(not(any(test, fuzzing)))]
mod off {
    use crate::interp::Vm;

    /// Counts nothing.
    pub(crate) struct Meter;

    impl Meter {
        pub(crate) const NEW: Meter = Meter;

        /// Records that a function of this many words was loaded.
        pub(crate) fn loaded(&mut self, _: usize) {}

        /// Records a turn of the collector, in which it marked and swept `bytes`.
        #[inline(always)]
        pub(crate) fn turn(&mut self, _: u64) {}

        /// Records that a script was started.
        pub(crate) fn start(&mut self) {}

        /// Records that the interpreter has fetched a word.
        #[inline(always)]
        pub(crate) fn fetched(&mut self) {}

        /// Records that the interrupt was polled, or may have been by machine code.
        #[inline(always)]
        pub(crate) fn polled(&mut self) {}

        /// Records the beginning of a run of the script.
        pub(crate) fn begin_run(_: &mut Vm) {}

        /// Records the end of a run of the script.
        pub(crate) fn end_run(_: &mut Vm) {}
    }
}

#[cfg(any(test, fuzzing))]
mod on {
    use crate::bytecode::POLL;
    use crate::fuel::SLICE;
    use crate::heap::{PAGE, TURN_WORK};
    use crate::interp::{DEPTH, Vm};
    use crate::meter::BYTES;
    use crate::object::stack::UNPOLLED;

    /// The work of a VM, or of a script.
    #[derive(Clone, Copy, Debug, Default)]
    pub(super) struct Done {
        /// Units spent, and owed.
        pub(super) fuel: u64,
        /// Bytes hashed, copied, compared and printed.
        pub(super) bulk: u64,
        /// Turns of the collector.
        pub(super) turns: u64,
        /// Bytes marked and swept in turns.
        pub(super) in_turns: u64,
        /// Bytes marked and swept in collections for space.
        pub(super) for_space: u64,
        /// Bytes allocated for objects.
        pub(super) allocated: u64,
    }

    impl Done {
        fn each(self, other: Done, of: impl Fn(u64, u64) -> u64) -> Done {
            Done {
                fuel: of(self.fuel, other.fuel),
                bulk: of(self.bulk, other.bulk),
                turns: of(self.turns, other.turns),
                in_turns: of(self.in_turns, other.in_turns),
                for_space: of(self.for_space, other.for_space),
                allocated: of(self.allocated, other.allocated),
            }
        }
    }

    /// The most bytes of bulk work for a unit. Each pays for 64, but an operation of n units may do nearly n + 1
    /// times 64; a name is hashed, compared and copied.
    const BULK: u64 = 64 * 2 * 3;
    /// The most bytes of a collection for space for a unit: in each step nearly 64 are free.
    const SPACE: u64 = 64 * 2;
    /// The most bytes that one word of a function allocates, besides paid bulk work: a free run for its object, at
    /// most a page.
    const WORD: u64 = PAGE as u64;

    /// The most words between two polls. Free code begins with each unit and with each return: of the calls that
    /// these units pay for, and of those that were active before, of which some may be in machine code. An
    /// instruction that finds its slice used up is fetched twice.
    const UNPOLLED_WORDS: u64 =
        (2 * SLICE + if UNPOLLED > DEPTH { UNPOLLED } else { DEPTH } as u64 + 2) * POLL as u64;

    /// The counts of one VM.
    pub(crate) struct Meter {
        /// Words of the longest function that was loaded.
        words: u64,
        turns: u64,
        /// Bytes marked and swept in turns.
        in_turns: u64,
        /// Words fetched since the interrupt was polled.
        unpolled: u64,
        /// The script's work in runs that ended.
        pub(super) script: Done,
        /// The VM's work when the run began.
        before: Done,
    }

    impl Meter {
        pub(crate) const NEW: Meter = {
            let nothing = Done { fuel: 0, bulk: 0, turns: 0, in_turns: 0, for_space: 0, allocated: 0 };
            Meter { words: 1, turns: 0, in_turns: 0, unpolled: 0, script: nothing, before: nothing }
        };

        /// Records that a function of this many words was loaded.
        pub(crate) fn loaded(&mut self, words: usize) {
            self.words = self.words.max(words as u64);
        }

        /// Records a turn of the collector, in which it marked and swept `bytes`.
        pub(crate) fn turn(&mut self, work: u64) {
            self.turns += 1;
            self.in_turns += work;
        }

        /// Records that a script was started.
        pub(crate) fn start(&mut self) {
            self.script = Done::default();
        }

        /// Records that the interpreter has fetched a word.
        ///
        /// # Panics
        /// When too many words ran since the last poll.
        pub(crate) fn fetched(&mut self) {
            self.unpolled += 1;
            assert!(
                self.unpolled <= UNPOLLED_WORDS,
                "more words than may run without a look at the interrupt"
            );
        }

        /// Records that the interrupt was polled, or may have been by machine code.
        pub(crate) fn polled(&mut self) {
            self.unpolled = 0;
        }

        /// Records the beginning of a run of the script.
        pub(crate) fn begin_run(vm: &mut Vm) {
            vm.meter.before = Meter::done(vm);
        }

        /// Records the end of a run of the script.
        ///
        /// # Panics
        /// When the script did more than it paid for.
        pub(crate) fn end_run(vm: &mut Vm) {
            let before = vm.meter.before;
            let run = Meter::done(vm).each(before, |now, before| now - before);
            // The work of a run inside a callback does not count for the outer run.
            BYTES.set(before.bulk);
            vm.meter.script = vm.meter.script.each(run, |sum, more| sum + more);
            // Under `gc_stress` the host pays for collections.
            if vm.context.heap.stress {
                vm.meter.script.in_turns = 0;
            }
            vm.meter.check();
        }

        /// Compares work with fuel. An operation that cannot be done in pieces may be paid for in several runs and
        /// done in the last, so only the sum over all runs of a script is bounded.
        pub(super) fn check(&self) {
            let done = self.script;
            let units = done.fuel + 1;
            assert!(done.bulk <= BULK * units, "more bytes of bulk work than were paid for: {done:?}");
            let most = (WORD * self.words + BULK) * units;
            assert!(done.allocated <= most, "more bytes allocated than were paid for: {done:?}");
            let most = TURN_WORK * done.turns;
            assert!(done.in_turns <= most, "more bytes marked and swept than allocation is worth: {done:?}");
            let most = SPACE * units;
            assert!(done.for_space <= most, "more bytes marked and swept than were paid for: {done:?}");
        }

        fn done(vm: &Vm) -> Done {
            Done {
                fuel: vm.context.fuel.charged(),
                bulk: BYTES.get(),
                turns: vm.meter.turns,
                in_turns: vm.meter.in_turns,
                for_space: vm.context.heap.work() - vm.meter.in_turns,
                allocated: vm.context.heap.stats().allocated,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::interp::Options;
    use crate::platform::HostIo;
    use crate::testing::Nothing;
    use crate::testing::SYSTEM;
    use crate::{Dialect, Outcome, Vm};

    /// A VM that has run a script in slices of `slice` units.
    fn ran(source: &str, slice: u64) -> Vm {
        let mut vm = Vm::new(SYSTEM, Options::default()).unwrap();
        let script = vm.load(source, Dialect::Siskin).unwrap();
        vm.start(script).unwrap();
        loop {
            match vm.run(Some(slice), &mut HostIo::new(&mut Nothing)) {
                Outcome::OutOfFuel => {}
                outcome => {
                    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
                    return vm;
                }
            }
        }
    }

    const SOURCE: &str = "class A {} var text = \"sixteen letters.\"; var last;
        for (var i = 0; i < 12; i = i + 1) text = text + text;
        for (var i = 0; i < 100000; i = i + 1) { var a = A(); a.last = text; last = a; }
        print text; print text == text + \"\";";

    #[test]
    fn counts_what_is_done_in_all_runs_of_a_script() {
        let letters = 16 << 12;
        for slice in [u64::MAX, 1_000] {
            let done = ran(SOURCE, slice).meter.script;
            assert!((2 * letters..4 * letters).contains(&done.bulk), "{done:?}");
            assert!(done.allocated > 1 << 20 && done.turns > 10 && done.in_turns > 0, "{done:?}");
            assert_eq!(done.fuel, ran(SOURCE, u64::MAX).stats().fuel);
        }
    }

    #[test]
    fn the_library_pays_for_its_work() {
        let source = "var b = Bytes(100000); b.extend(b); for i in 0..20000 { b.push(0); } b.copy() == b; b[1..].to_hex();
            b.fill(65); b.to_text().to_bytes(); 66 in b; Bytes.from_hex(b.to_text()[0..0]);
            let xs = List.filled(20000, 1); Random(1).shuffle(xs); Random(1).sample(xs, 9);
            json.parse(json.print(xs)); json.parse(json.print(b.to_text()));";
        let done = ran(source, u64::MAX).meter.script;
        assert!(done.bulk > 1_000_000, "{done:?}");
        for slice in [7, 1_000] {
            assert_eq!(ran(source, slice).meter.script.fuel, done.fuel);
        }
    }

    /// A store costs no fuel, even if the collector scans its object at once.
    #[test]
    fn stores_are_no_collection_for_space() {
        let source = "class Node { init(next) { this.next = next; this.value = nil; } } var list = nil;
            for (var i = 0; i < 20000; i = i + 1) list = Node(list);
            fn store(rounds) {
                for (var round = 0; round < rounds; round = round + 1) {
                    var stores = 0;
                    for (var node = list; node != nil; node = node.next) {
                        node.value = round; stores = stores + 1;
                        if (stores == 20) { stores = 0; Node(nil); }
                    }
                }
            }
            store(100);";
        let done = ran(source, u64::MAX).meter.script;
        assert!(done.turns > 10, "{done:?}");
        assert_eq!(done.for_space, 0, "{done:?}");
    }

    #[test]
    #[should_panic(expected = "more bytes of bulk work")]
    fn notices_bulk_work_that_is_not_paid_for() {
        let mut vm = ran(SOURCE, u64::MAX);
        vm.meter.script.bulk += 500 * vm.meter.script.fuel;
        vm.meter.check();
    }

    #[test]
    #[should_panic(expected = "without a look at the interrupt")]
    fn notices_code_that_does_not_look_at_the_interrupt() {
        let mut vm = ran("1;", u64::MAX);
        loop {
            vm.meter.fetched();
        }
    }

    #[test]
    #[should_panic(expected = "more bytes allocated")]
    fn notices_allocation_that_is_not_paid_for() {
        let mut vm = ran("1;", u64::MAX);
        vm.meter.script.allocated += 1 << 20;
        vm.meter.check();
    }

    #[test]
    #[should_panic(expected = "than allocation is worth")]
    fn notices_a_collector_that_does_not_keep_its_pace() {
        let mut vm = ran(SOURCE, u64::MAX);
        vm.meter.script.in_turns += 1 << 30;
        vm.meter.check();
    }

    #[test]
    #[should_panic(expected = "more bytes marked and swept")]
    fn notices_collections_that_are_not_paid_for() {
        let mut vm = ran("1;", u64::MAX);
        vm.meter.script.for_space += 1000;
        vm.meter.check();
    }
}
