//! Machine code for listings: for either instruction set, with the purpose of each piece.

use siskin_core::mem::Vec;
use siskin_core::tier::{Bail, EntryPoint, Unit};

use crate::baseline::{self, Compiled, Listing, Mark};
use crate::isa::a64::A64;
use crate::isa::x64::X64;
use crate::masm::Masm;

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isa {
    /// x86-64.
    X64,
    /// ARM64.
    A64,
}

impl Isa {
    /// The instruction set of the processor that runs this.
    #[must_use]
    pub const fn native() -> Option<Isa> {
        if cfg!(target_arch = "x86_64") {
            Some(Isa::X64)
        } else if cfg!(target_arch = "aarch64") {
            Some(Isa::A64)
        } else {
            None
        }
    }

    /// A short name: `x64`, `a64`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Isa::X64 => "x64",
            Isa::A64 => "a64",
        }
    }
}

/// The machine code of a function, not placed in code memory.
#[derive(Debug)]
pub struct Assembly {
    /// The code.
    pub bytes: Vec<u8>,
    /// The purpose of each piece, by ascending offset.
    pub marks: Vec<Mark>,
    /// The entry points, by ascending word.
    pub entries: Vec<EntryPoint>,
}

/// Compiles a function for any instruction set, as a VM on such a processor would.
///
/// # Errors
/// Why the function would stay interpreted.
pub fn assemble(unit: &Unit<'_>, isa: Isa) -> Result<Assembly, Bail> {
    match isa {
        Isa::X64 => assemble_with(&mut X64::new(unit.mem()), unit),
        Isa::A64 => assemble_with(&mut A64::new(unit.mem()), unit),
    }
}

fn assemble_with<M: Masm>(masm: &mut M, unit: &Unit<'_>) -> Result<Assembly, Bail> {
    let mut listing = Listing::new(unit.mem());
    let Compiled { entries, .. } = baseline::compile_listed(masm, unit, Some(&mut listing))?;
    let mut bytes = Vec::new(unit.mem());
    bytes.extend_from_slice(masm.finish()?)?;
    Ok(Assembly { bytes, marks: listing.into_marks(), entries })
}
