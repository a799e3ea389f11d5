//! Bytes of machine code, labels in them, and the places that refer to labels.
//!
//! ```text
//!   emit ...  jump L ─┐ fixup: at this offset, to L, in this form
//!   emit ...          │
//!   bind L  <─────────┘ finish: every fixup is patched with its distance
//! ```
//!
//! A buffer that ran out of memory, or whose jump does not reach, records the error, accepts further code, and
//! returns the error from [`finish`](Buffer::finish). So encoders need no `Result`.

use core::fmt;

use siskin_core::mem::{Mem, OutOfMemory, Vec};
use siskin_core::tier::Bail;

/// A place in the code, bound or not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(u32);

/// The form in which an instruction of some ISA holds the distance to a label.
pub trait Form: Copy {
    /// Writes the distance from `at`, the offset of the fixup, to `target` into the code. False if it does not
    /// reach.
    fn patch(self, code: &mut [u8], at: usize, target: usize) -> bool;
}

#[derive(Clone, Copy)]
struct Fixup<F> {
    at: u32,
    label: Label,
    form: F,
}

/// The reason why there is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BufferError {
    /// Out of memory.
    OutOfMemory,
    /// A jump does not reach its target, or the code is longer than 4 GB.
    OutOfReach,
    /// A label was used and never bound.
    Unbound,
}

impl fmt::Display for BufferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BufferError::OutOfMemory => "out of memory",
            BufferError::OutOfReach => "a jump does not reach its target",
            BufferError::Unbound => "a label was never bound",
        })
    }
}

impl core::error::Error for BufferError {}

impl From<OutOfMemory> for BufferError {
    fn from(_: OutOfMemory) -> BufferError {
        BufferError::OutOfMemory
    }
}

impl From<BufferError> for Bail {
    fn from(error: BufferError) -> Bail {
        match error {
            BufferError::OutOfMemory => Bail::OutOfMemory,
            // An unbound label is a bug of the compiler.
            BufferError::OutOfReach | BufferError::Unbound => Bail::OutOfReach,
        }
    }
}

/// Bytes, labels and fixups of a small function.
const SMALL: [usize; 3] = [2048, 64, 64];

const UNBOUND: u32 = u32::MAX;

/// Machine code being written. `F` is the form of references to labels in the ISA.
pub struct Buffer<F> {
    bytes: Vec<u8>,
    labels: Vec<u32>,
    fixups: Vec<Fixup<F>>,
    error: Option<BufferError>,
}

impl<F: Form> Buffer<F> {
    /// An empty buffer with capacity for a small function.
    #[must_use]
    pub fn new(mem: &Mem) -> Buffer<F> {
        let mut buffer =
            Buffer { bytes: Vec::new(mem), labels: Vec::new(mem), fixups: Vec::new(mem), error: None };
        let [bytes, labels, fixups] = SMALL;
        let reserved =
            [buffer.bytes.reserve(bytes), buffer.labels.reserve(labels), buffer.fixups.reserve(fixups)];
        reserved.into_iter().for_each(|result| buffer.note(result));
        buffer
    }

    /// Appends bytes.
    #[inline]
    pub fn emit(&mut self, bytes: &[u8]) {
        let result = self.bytes.extend_from_slice(bytes);
        self.note(result);
    }

    /// Appends the first `size` of these bytes. Copying all 16 is quicker than copying `size`.
    #[inline]
    pub fn emit_first(&mut self, size: usize, bytes: &[u8; 16]) {
        let end = self.bytes.len() + size.min(bytes.len());
        let result = self.bytes.extend_from_slice(bytes);
        self.bytes.truncate(end);
        self.note(result);
    }

    /// Length in bytes: the offset of the next byte.
    #[must_use]
    #[inline]
    pub fn offset(&self) -> usize {
        self.bytes.len()
    }

    /// A new label, not yet bound.
    #[inline(never)]
    pub fn label(&mut self) -> Label {
        let label = Label(self.labels.len() as u32);
        let result = self.labels.push(UNBOUND);
        self.note(result);
        label
    }

    /// Binds a label to the current offset.
    #[inline(never)]
    pub fn bind(&mut self, label: Label) {
        let at = u32::try_from(self.offset()).unwrap_or(UNBOUND);
        if at == UNBOUND {
            self.error.get_or_insert(BufferError::OutOfReach);
        }
        if let Some(slot) = self.labels.get_mut(label.0 as usize) {
            *slot = at;
        }
    }

    /// Binds a label to where another one is bound.
    pub fn bind_to(&mut self, label: Label, other: Label) {
        let at = self.labels.get(other.0 as usize).copied().unwrap_or(UNBOUND);
        if let Some(slot) = self.labels.get_mut(label.0 as usize) {
            *slot = at;
        }
    }

    /// The offset of a label, if it is bound.
    #[must_use]
    pub fn offset_of(&self, label: Label) -> Option<usize> {
        self.labels.get(label.0 as usize).filter(|&&at| at != UNBOUND).map(|&at| at as usize)
    }

    /// Records that the bytes at `at` are to hold the distance to `label`.
    pub fn refer(&mut self, at: usize, label: Label, form: F) {
        let result = self.fixups.push(Fixup { at: at as u32, label, form });
        self.note(result);
    }

    /// The code, every reference patched.
    ///
    /// # Errors
    /// The first error.
    pub fn finish(&mut self) -> Result<&[u8], BufferError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        for index in 0..self.fixups.len() {
            let Some(&Fixup { at, label, form }) = self.fixups.get(index) else { break };
            let target = self.offset_of(label).ok_or(BufferError::Unbound)?;
            if !form.patch(&mut self.bytes, at as usize, target) {
                return Err(BufferError::OutOfReach);
            }
        }
        self.fixups.clear();
        Ok(&self.bytes)
    }

    fn note(&mut self, result: Result<(), OutOfMemory>) {
        if result.is_err() {
            self.error.get_or_insert(BufferError::OutOfMemory);
        }
    }
}
