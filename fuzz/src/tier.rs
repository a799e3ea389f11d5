//! The modes of running a program, and the pair of modes that an input compares.

use siskin::{Options, Vm, native};

use crate::{Ran, Slices};

/// The way that a program is executed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tier {
    /// The interpreter alone.
    Interpreter,
    /// Machine code for functions after that many loop iterations; a call counts as four.
    Native { hot: u32 },
}

impl Tier {
    /// Machine code from the first call on.
    pub(crate) const AT_ONCE: Tier = Tier::Native { hot: 0 };
    /// Machine code from the end of the first call or iteration on, so that code is entered in the middle, too.
    pub(crate) const SOON: Tier = Tier::Native { hot: 1 };

    /// After a few samples, sooner or later: 4 to 35 loop iterations.
    pub(crate) fn warm(byte: u8) -> Tier {
        Tier::Native { hot: 4 + u32::from(byte & 31) }
    }

    /// A VM with this tier. `None` if there is not enough memory, or no machine code on this processor.
    pub(crate) fn vm(self, options: Options) -> Option<Vm> {
        let hot = if let Tier::Native { hot } = self { hot } else { u32::MAX };
        let mut vm = Vm::new(siskin::SYSTEM, options.hot(hot)).ok()?;
        if let Tier::Native { .. } = self {
            native::install(&mut vm).ok()?;
        }
        Some(vm)
    }
}

/// One mode of running a program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mode {
    pub(crate) tier: Tier,
    pub(crate) options: Options,
    pub(crate) slices: Slices,
}

impl Mode {
    fn new(tier: Tier, options: Options, slices: Slices) -> Mode {
        Mode { tier, options, slices }
    }

    pub(crate) fn vm(&self) -> Option<Vm> {
        self.tier.vm(self.options)
    }

    /// Whether another mode must spend the same fuel. It must if both stop and collect at the same places, because only
    /// then do allocations find the same memory.
    fn is_paced_as(&self, other: &Mode) -> bool {
        self.slices == other.slices && self.options.gc_stress == other.options.gc_stress
    }
}

/// The number of pairs.
pub const PAIRS: u8 = 8;

/// Two modes in which a program must behave the same. The input chooses one pair: running all modes on every input
/// would make a fuzzer slow, and the fuzzer finds out by itself which pair covers new code:
///
/// | `choice` | | |
/// |---|---|---|
/// | 0, 1 | interpreted | compiled at once, or after samples |
/// | 2, 3 | interpreted, in slices | compiled soon, or after samples |
/// | 4 | interpreted | in slices, with collections between them |
/// | 5 | compiled after samples | in slices |
/// | 6 | interpreted, in slices, with collections everywhere | compiled at once |
/// | 7 | by tail calls, in slices; without them interpreted | compiled soon |
pub(crate) fn pair(choice: u8, options: Options, units: u64, warm: Tier) -> (Mode, Mode) {
    let whole = Slices::WHOLE;
    let sliced = Slices { units, collect: false };
    let collecting = Slices { units, collect: true };
    let both = |first: Tier, second: Tier, options: Options, slices: Slices| {
        (Mode::new(first, options, slices), Mode::new(second, options, slices))
    };
    match choice % PAIRS {
        0 => both(Tier::Interpreter, Tier::AT_ONCE, options, whole),
        1 => both(Tier::Interpreter, warm, options, whole),
        2 => both(Tier::Interpreter, Tier::SOON, options, sliced),
        3 => both(Tier::Interpreter, warm, options, sliced),
        4 => {
            let first = Mode::new(Tier::Interpreter, options, whole);
            (first, Mode { slices: collecting, ..first })
        }
        5 => {
            let first = Mode::new(warm, options, whole);
            (first, Mode { slices: sliced, ..first })
        }
        6 => {
            let options = options.gc_stress(true);
            both(Tier::Interpreter, Tier::AT_ONCE, options, collecting)
        }
        _ => {
            #[cfg(feature = "tail")]
            let first = options.dispatch(siskin::Dispatch::Tail);
            #[cfg(not(feature = "tail"))]
            let first = options;
            (Mode::new(Tier::Interpreter, first, sliced), Mode::new(Tier::SOON, options, sliced))
        }
    }
}

/// Runs a program in both modes of a pair and asserts that it behaves the same. `run` returns `None` if the program
/// cannot start.
pub(crate) fn compare((first, second): (Mode, Mode), run: impl Fn(&Mode) -> Option<Ran>) {
    let Some(left) = run(&first) else { return };
    let Some(right) = run(&second) else { return };
    let agree =
        if first.is_paced_as(&second) { left.agrees_exactly_with(&right) } else { left.agrees_with(&right) };
    assert!(agree, "{first:?}:\n{left:#?}\n{second:?}:\n{right:#?}");
}
