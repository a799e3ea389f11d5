//! Images in files, mapped.

use core::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;
use siskin_core::bytecode::{Program, VerifyError};
use siskin_core::mem::Mem;

/// Why there is no program.
#[derive(Debug)]
pub enum MapError {
    /// The file cannot be mapped.
    Io(io::Error),
    /// What is in it is refused.
    Refused(VerifyError),
}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MapError::Io(error) => error.fmt(f),
            MapError::Refused(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for MapError {}

/// The program in a file, whose pages are read as they are used and are shared by the processes that map it. The record of
/// the mapping is in `mem`, which counts none of the file's bytes.
///
/// # Errors
/// When the file cannot be mapped, or is refused; an empty file cannot be mapped.
///
/// # Safety
/// Nobody, in this process or another, writes to the file or makes it shorter as long as the program or a function of it
/// lives: what was verified would no longer be what runs.
pub unsafe fn map(path: &Path, mem: &Mem) -> Result<Program, MapError> {
    let file = File::open(path).map_err(MapError::Io)?;
    // SAFETY: passed on from the caller.
    let bytes = unsafe { Mmap::map(&file) }.map_err(MapError::Io)?;
    Program::from_owner(bytes, mem).map_err(MapError::Refused)
}
