//! Programs: images that were verified.

use core::fmt;

use super::verify::verify_library;
use super::{Code, Flaw, FnIndex, Image, ImageBuf, Text, VerifyError, verify};
use crate::mem::{Keeper, Mem, OutOfMemory, SharedBytes};

/// A compiled program: of no VM, immutable, shared by its clones. Any number of VMs load it, and run it where it lies.
///
/// # Examples
/// ```
/// # use siskin_core::{Dialect, LoadOptions, mem::Mem, testing::SYSTEM};
/// use siskin_core::bytecode::Program;
///
/// let mem = Mem::new(SYSTEM, 1 << 20)?;
/// let program = Program::compile(&mem, "print 1 + 2;", Dialect::Siskin, LoadOptions::default())?;
/// let copy = Program::copy_of(program.as_bytes(), &mem)?;
/// assert_eq!(copy.as_bytes(), program.as_bytes());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Program(SharedBytes);

impl Program {
    /// A program in bytes that last: in flash, or part of the host. They begin at a multiple of 8 bytes. Takes working memory
    /// of `mem` meanwhile.
    ///
    /// # Errors
    /// When they are no image, are refused by the [verifier](mod@verify), or memory is out.
    pub fn from_image(bytes: &'static [u8], mem: &Mem) -> Result<Program, VerifyError> {
        Program(SharedBytes::lasting(bytes)).verified(mem)
    }

    /// A program in the bytes of an owner: a vector, a file that is mapped. They begin at a multiple of 8 bytes, as those of
    /// a vector do that the system's allocator made. The owner is kept in a block of `mem`. It is
    /// dropped with the last clone of the program and the last of its functions, which may be in the middle of a collection
    /// on any thread: if its drop panics, the process aborts.
    ///
    /// # Errors
    /// As for [`from_image`](Program::from_image).
    pub fn from_owner<T>(owner: T, mem: &Mem) -> Result<Program, VerifyError>
    where
        T: AsRef<[u8]> + Send + Sync + 'static,
    {
        let bytes = SharedBytes::of_owner(owner, mem).map_err(|OutOfMemory| Flaw::OutOfMemory)?;
        Program(bytes).verified(mem)
    }

    /// A program in a copy of bytes, which need not be aligned. The copy is in `mem`.
    ///
    /// # Errors
    /// As for [`from_image`](Program::from_image).
    pub fn copy_of(bytes: &[u8], mem: &Mem) -> Result<Program, VerifyError> {
        let copy = ImageBuf::copy_of(bytes, mem).map_err(|OutOfMemory| Flaw::OutOfMemory)?;
        Program::from_owner(copy, mem)
    }

    /// The program that the compiler made, which is verified in debug builds only.
    pub(crate) fn compiled(image: ImageBuf, mem: &Mem) -> Result<Program, VerifyError> {
        let bytes = SharedBytes::of_owner(image, mem).map_err(|OutOfMemory| Flaw::OutOfMemory)?;
        if cfg!(debug_assertions) { Program(bytes).verified(mem) } else { Ok(Program(bytes)) }
    }

    /// The library's program, in bytes that last and begin at a multiple of 8 bytes. It is our own, so only debug builds
    /// verify it.
    pub(crate) fn library(bytes: &'static [u8], mem: &Mem) -> Result<Program, VerifyError> {
        let image = Image::new(bytes)?;
        if cfg!(debug_assertions) {
            verify_library(image, mem)?;
        }
        Ok(Program(SharedBytes::lasting(bytes)))
    }

    fn verified(self, mem: &Mem) -> Result<Program, VerifyError> {
        verify(Image::new(self.as_bytes())?, mem)?;
        Ok(self)
    }

    /// The image.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The parts of the image.
    #[must_use]
    pub fn image(&self) -> Image<'_> {
        // The sections were found when the program was made.
        Image::new(self.as_bytes()).unwrap_or(Image::EMPTY)
    }

    /// A function.
    #[must_use]
    pub fn function(&self, index: FnIndex) -> Option<Code<'_>> {
        self.image().function(index)
    }

    /// All functions, in order; the first is the script.
    pub fn functions(&self) -> impl Iterator<Item = Code<'_>> {
        self.image().functions()
    }

    /// A string; empty if there is none of that index.
    #[must_use]
    pub fn text(&self, text: Text) -> &str {
        self.image().text(text)
    }

    /// A module that is part of the program, and its id.
    #[must_use]
    pub fn module(&self, index: usize) -> Option<(&str, Program)> {
        let (id, image) = self.image().module(index)?;
        Some((id, Program(self.0.part(image)?)))
    }

    /// What keeps the image where it is.
    pub(crate) fn keeper(&self) -> &Keeper {
        self.0.keeper()
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("bytes", &self.as_bytes().len()).finish_non_exhaustive()
    }
}
