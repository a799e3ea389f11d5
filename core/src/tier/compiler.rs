//! The trait of a native tier.

use super::{Bail, NativeCode, Unit};
use crate::platform::CodeSpan;

/// A compiler to machine code, with the memory it puts it in.
///
/// # Safety
/// Code behaves as the bytecode does: the caller of `compile` runs the returned code once it is sealed. Code of
/// [`stubs`](NativeTier::stubs) and of units that were not [freed](NativeTier::free) stays where it is. Code refers to no
/// objects but its own function and those in [`NativeCode::roots`], and to the value of a global only if
/// [`NativeCode::globals`] lists it.
pub unsafe trait NativeTier: Send {
    /// What it is, for people: `"x86-64 jit"`.
    fn name(&self) -> &'static str;

    /// The addresses of the code that all functions share, in the order of [`layout::Stub`](crate::layout::Stub);
    /// made once, before anything is compiled: when the first function is to be, so that short scripts do not wait for
    /// it, or before in a VM of many functions. Like code, they do not run before [`seal`](NativeTier::seal).
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
