//! The target that takes bytecode: the verifier is a security boundary, and this is its siege.

use std::fmt::Write;

use siskin::Options;
use siskin::diagnostics::Sources;
use siskin_core::bytecode::{Image, Program};

use crate::tier::{self, Mode, Tier};
use crate::{Nowhere, Ran, finish, program};

/// Makes a program of the input and runs it, if the verifier accepts it, in two modes. The first two bytes say how:
///
/// | bit | |
/// |---|---|
/// | 0 | little memory |
/// | 1 | more fuel, and far more calls at once |
/// | 2, 3 | see [`program`] |
/// | 4-7 | when code that gets warm is compiled |
/// | 8-10 | the pair of modes: see `tier::pair` |
/// | 11-15 | fewer calls: 0 to 31 below the limit |
pub fn bytecode(data: &[u8]) {
    let &[modes, more, ..] = data else { return };
    let calls = if modes & 2 == 0 { 64 } else { 4_200 };
    let options = Options::new()
        .memory(if modes & 1 == 0 { 4 << 20 } else { 128 << 10 })
        .max_frames(calls - u32::from(more >> 3));
    let fuel = if modes & 2 == 0 { 2_000 } else { 20_000 };
    let pair = tier::pair(more, options, 7, Tier::warm(modes >> 4));
    tier::compare(pair, |mode| run(data, mode, fuel));
}

/// How the program runs; nothing if it is not accepted or does not fit.
fn run(data: &[u8], mode: &Mode, fuel: u64) -> Option<Ran> {
    let mut vm = mode.vm()?;
    let image = program::of(data, &vm)?.pack(vm.mem()).ok()?;
    // The listing is for programs of any kind.
    if let Ok(image) = Image::new(image.as_ref()) {
        let _ = write!(Nowhere, "{image}");
    }
    let program = Program::from_owner(image, vm.mem()).ok()?;
    let script = vm.load_program(&program).ok()?;
    drop(program);
    vm.start(script).ok()?;
    // Each allocation is a collection then.
    let fuel = if mode.options.gc_stress { fuel / 10 } else { fuel };
    Some(finish(&mut vm, fuel, mode.slices, &Sources::new()))
}
