//! What becomes of compiling: why there is no code, and how often there is. Also without the feature `native`.

use core::fmt;

use crate::mem::OutOfMemory;
use crate::platform::CodeError;

/// Why a function stays interpreted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bail {
    /// There is no native tier.
    NoTier,
    /// A script was loaded, or a tier installed, before this one.
    TooLate,
    /// No executable memory.
    Code(CodeError),
    /// No memory to compile in.
    OutOfMemory,
    /// The bytecode is longer than the tier compiles, in words.
    TooLong {
        /// Words of bytecode.
        words: u32,
    },
    /// A jump in the machine code would not reach its target.
    OutOfReach,
}

impl fmt::Display for Bail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bail::NoTier => f.write_str("there is no native tier"),
            Bail::TooLate => f.write_str("a script was loaded, or a tier installed, before"),
            Bail::Code(error) => error.fmt(f),
            Bail::OutOfMemory => OutOfMemory.fmt(f),
            Bail::TooLong { words } => write!(f, "{words} words of bytecode are too many"),
            Bail::OutOfReach => f.write_str("a jump does not reach its target"),
        }
    }
}

impl core::error::Error for Bail {}

impl From<OutOfMemory> for Bail {
    fn from(OutOfMemory: OutOfMemory) -> Bail {
        Bail::OutOfMemory
    }
}

impl From<CodeError> for Bail {
    fn from(error: CodeError) -> Bail {
        Bail::Code(error)
    }
}

/// Counters of native tiers since the VM was created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NativeStats {
    /// Functions compiled.
    pub compiled: u32,
    /// Functions that stay interpreted.
    pub bailed: u32,
    /// Functions that stay interpreted because all of the code memory is too small for them.
    pub full: u32,
    /// Functions whose code was dropped to make space for other code. They are compiled again when they get hot again.
    pub evicted: u32,
    /// The latest reason why a function stays interpreted.
    pub last_bail: Option<Bail>,
    /// Bytes of machine code in use.
    pub code: usize,
}
