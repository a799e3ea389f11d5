//! The target that takes bytecode: the verifier is a security boundary, and this is its siege.

use std::fmt::Write;

use siskin::Options;

use crate::tier::{self, Tier};
use crate::{Ran, Slices, finish, program};

/// Makes a program of the input and runs it if the verifier accepts it. The first byte says how:
///
/// | bit | |
/// |---|---|
/// | 0 | little memory |
/// | 1 | collect at every allocation |
/// | 2, 3 | see [`program`] |
/// | 4-7 | when code that gets warm is compiled |
pub fn bytecode(data: &[u8]) {
    let modes = data.first().copied().unwrap_or(0);
    let options = Options {
        memory: if modes & 1 == 0 { 4 << 20 } else { 128 << 10 },
        max_frames: 64,
        gc_stress: modes & 2 != 0,
        ..Options::default()
    };
    let run = |tier: Tier, options: Options, slices: Slices| run(data, tier, options, slices);
    let warm = Tier::warm(modes >> 4);
    let Some(whole) = tier::compare(options, Slices::WHOLE, &[Tier::AT_ONCE, warm], run) else { return };
    let sliced = Slices { units: 7, collect: false };
    let compare = |options: Options, tiers: &[Tier]| {
        if let Some(other) = tier::compare(options, sliced, tiers, run) {
            assert!(whole.agrees_with(&other), "{options:?}, sliced:\n{whole:#?}\n{other:#?}");
        }
    };
    compare(options, &[Tier::SOON, warm]);
    #[cfg(feature = "tail")]
    compare(Options { dispatch: siskin::Dispatch::Tail, ..options }, &[]);
}

/// How the program runs; nothing if it is not accepted or does not fit.
fn run(data: &[u8], tier: Tier, options: Options, slices: Slices) -> Option<Ran> {
    let mut vm = tier.machine(options)?;
    let program = program::of(data, &vm)?;
    // The listing is for programs of any kind.
    let _ = write!(Nowhere, "{program}");
    let script = vm.load_program(program).ok()?;
    vm.start(script).ok()?;
    // Each allocation is a collection then.
    let fuel = if options.gc_stress { 200 } else { 2_000 };
    Some(finish(&mut vm, fuel, slices))
}

/// Takes text and forgets it.
struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, _: &str) -> std::fmt::Result {
        Ok(())
    }
}
