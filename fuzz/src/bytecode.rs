//! The target that takes bytecode: the verifier is a security boundary, and this is its siege.

use std::fmt::Write;

use siskin::{Dispatch, Options, SYSTEM, Vm};

use crate::{Ran, Slices, finish, program};

/// Makes a program of the input and runs it if the verifier accepts it. The first byte says how:
///
/// | bit | |
/// |---|---|
/// | 0 | little memory |
/// | 1 | collect at every allocation |
/// | 2, 3 | see [`program`] |
pub fn bytecode(data: &[u8]) {
    let Some(whole) = run(data, Slices::WHOLE, Dispatch::Match) else { return };
    let sliced = Slices { units: 7, collect: false };
    let compare = |dispatch| {
        if let Some(other) = run(data, sliced, dispatch) {
            assert!(whole.agrees_with(&other), "{dispatch:?}, sliced:\n{whole:#?}\n{other:#?}");
        }
    };
    compare(Dispatch::Match);
    #[cfg(feature = "tail")]
    compare(Dispatch::Tail);
}

/// How the program runs; nothing if it is not accepted or does not fit.
fn run(data: &[u8], slices: Slices, dispatch: Dispatch) -> Option<Ran> {
    let modes = data.first().copied().unwrap_or(0);
    let options = Options {
        memory: if modes & 1 == 0 { 4 << 20 } else { 128 << 10 },
        max_frames: 64,
        gc_stress: modes & 2 != 0,
        dispatch,
        ..Options::default()
    };
    let mut vm = Vm::new(SYSTEM, options).ok()?;
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
