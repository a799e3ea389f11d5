//! No executable memory.

use siskin_core::platform::{CodeError, CodeMemory, CodeSpan};

/// A memory that refuses: for hosts that forbid machine code, and to test that a VM does without.
///
/// # Examples
/// ```
/// use siskin_core::platform::{CodeError, CodeMemory};
/// use siskin_hosted::NullCode;
///
/// assert_eq!(NullCode.allocate(16), Err(CodeError::Refused));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NullCode;

// SAFETY: there are no spans.
unsafe impl CodeMemory for NullCode {
    fn allocate(&mut self, _len: usize) -> Result<CodeSpan, CodeError> {
        Err(CodeError::Refused)
    }

    fn write(&mut self, _span: CodeSpan, _offset: usize, _bytes: &[u8]) {}

    fn seal(&mut self) -> Result<(), CodeError> {
        Err(CodeError::Refused)
    }

    fn free(&mut self, _span: CodeSpan) {}

    fn used(&self) -> usize {
        0
    }
}
