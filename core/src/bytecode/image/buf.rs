//! The bytes of an image in memory.

use super::header::ALIGN;
use crate::mem::{Mem, OutOfMemory, Vec, Word, bytes_of, bytes_of_mut};

/// An image in memory, as it was packed: not verified.
#[derive(Debug)]
pub struct ImageBuf {
    words: Vec<Word>,
    /// Length in bytes.
    len: usize,
}

impl AsRef<[u8]> for ImageBuf {
    fn as_ref(&self) -> &[u8] {
        bytes_of(&self.words).get(..self.len).unwrap_or(&[])
    }
}

impl ImageBuf {
    /// A copy of bytes that may be an image.
    ///
    /// # Errors
    /// When memory is out.
    pub fn copy_of(bytes: &[u8], mem: &Mem) -> Result<ImageBuf, OutOfMemory> {
        let mut buf = ImageBuf::zeros(bytes.len(), mem)?;
        buf.bytes_mut().copy_from_slice(bytes);
        Ok(buf)
    }

    /// So many zeros, to be changed.
    ///
    /// # Errors
    /// When memory is out.
    pub fn zeros(len: usize, mem: &Mem) -> Result<ImageBuf, OutOfMemory> {
        let mut buf = ImageBuf { words: Vec::new(mem), len: 0 };
        buf.grow(len)?;
        buf.len = len;
        Ok(buf)
    }

    /// Appends so many zeros, which it returns, and others up to a multiple of [`ALIGN`].
    pub(super) fn grow(&mut self, more: usize) -> Result<&mut [u8], OutOfMemory> {
        let start = self.words.len() * ALIGN;
        let count = more.div_ceil(ALIGN);
        self.words.reserve_exact(count)?;
        self.words.resize(self.words.len() + count, Word::default())?;
        self.len = self.words.len() * ALIGN;
        Ok(self.bytes_mut().get_mut(start..start + more).unwrap_or(&mut []))
    }

    /// The bytes, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        bytes_of_mut(&mut self.words).get_mut(..self.len).unwrap_or(&mut [])
    }
}
