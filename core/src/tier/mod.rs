//! Native tiers: their input, their output, and how the VM keeps it.
//!
//! ```text
//!   interpreter ──hotness──> Vm::hot ──Unit──> NativeTier::compile ──NativeCode──> Function
//!        ^                                                                         │ entry
//!        └──────────────── exit: the frame's record says where ──── machine code <─┘
//! ```
//!
//! The core knows no machine code. A tier gets a [`Unit`], a view of one verified function and of what was seen
//! of it, and gives code that behaves as the interpreter does, with the places that may be entered. What the code
//! may touch, [`layout`](crate::layout) says.

pub(crate) mod policy;
mod unit;

use core::fmt;

pub use crate::globals::GlobalState;
pub use crate::object::{EntryPoint, Kinds, NativeCode};
pub use unit::{Called, Callee, Global, Unit};

use crate::mem::OutOfMemory;
use crate::platform::{CodeError, CodeSpan};

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

/// A compiler to machine code, with the memory it puts it in.
///
/// # Safety
/// Code behaves as the bytecode does: the caller of `compile` runs the returned code once it is sealed. Code of
/// [`stubs`](NativeTier::stubs) and of units that were not [freed](NativeTier::free) stays where it is.
pub unsafe trait NativeTier: Send {
    /// What it is, for people: `"x86-64 jit"`.
    fn name(&self) -> &'static str;

    /// The addresses of the code that all functions share, in the order of [`layout::Stub`](crate::layout::Stub);
    /// made once, before anything is compiled: when the first function is to be, so that short scripts do not wait for
    /// it. Like code, they do not run before [`seal`](NativeTier::seal).
    ///
    /// # Errors
    /// When there is no memory, executable or other.
    fn stubs(&mut self) -> Result<[usize; crate::abi::STUBS], Bail>;

    /// Compiles a function. No code of this tier runs from here to the next [`seal`](NativeTier::seal).
    ///
    /// # Errors
    /// Why the function has to stay interpreted.
    fn compile(&mut self, unit: &Unit<'_>) -> Result<NativeCode, Bail>;

    /// Whether a function of these words would be inlined at a call that always calls it: then feedback of the call
    /// is worth recompiling the caller.
    fn inlines(&self, words: &[u32]) -> bool;

    /// Makes all code executable.
    ///
    /// # Errors
    /// When the system refuses; then nothing of it is.
    fn seal(&mut self) -> Result<(), Bail>;

    /// Takes code back that is not used any more.
    fn free(&mut self, span: CodeSpan);

    /// Bytes of executable memory in use.
    fn used(&self) -> usize;
}
