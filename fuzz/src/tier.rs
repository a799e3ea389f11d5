//! The tiers that a program is run in.

use siskin::{Options, Vm, native};

use crate::{Ran, Slices};

/// What executes a program.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Tier {
    /// The interpreter alone.
    Interpreter,
    /// Machine code for what was called, or has turned, so often.
    Native { hot: u32 },
}

impl Tier {
    /// From the first call.
    pub(crate) const AT_ONCE: Tier = Tier::Native { hot: 0 };
    /// At the end of the first call or turn, so that code is entered in its midst, too.
    pub(crate) const SOON: Tier = Tier::Native { hot: 1 };

    /// After a few samples, sooner or later: 4 to 35 calls and turns.
    pub(crate) fn warm(byte: u8) -> Tier {
        Tier::Native { hot: 4 + u32::from(byte & 31) }
    }

    /// A machine of this tier; nothing if there is not the memory for it, or no machine code here.
    pub(crate) fn machine(self, options: Options) -> Option<Vm> {
        let hot = if let Tier::Native { hot } = self { hot } else { u32::MAX };
        let mut vm = Vm::new(siskin::SYSTEM, Options { hot, ..options }).ok()?;
        if let Tier::Native { .. } = self {
            native::install(&mut vm).ok()?;
        }
        Some(vm)
    }
}

/// Runs a program in one tier after the other, in the same slices, by `run`, and holds that it goes the same way.
/// What comes back is how it went in the interpreter; nothing if it does not begin.
pub(crate) fn compare(
    options: Options,
    slices: Slices,
    tiers: &[Tier],
    run: impl Fn(Tier, Options, Slices) -> Option<Ran>,
) -> Option<Ran> {
    let interpreted = run(Tier::Interpreter, options, slices)?;
    for &tier in tiers {
        if let Some(ran) = run(tier, options, slices) {
            assert!(
                interpreted.agrees_exactly_with(&ran),
                "{tier:?}, {slices:?}, {options:?}:\n{interpreted:#?}\n{ran:#?}"
            );
        }
    }
    Some(interpreted)
}
