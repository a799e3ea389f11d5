//! In place of `folder`, where the system has no way to open a name in a folder that is held open: no folder is granted.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

/// There is none.
#[derive(Debug)]
pub(super) enum Folder {}

/// What a file is opened for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    Read,
    Write,
    Append,
}

/// What the system says.
#[derive(Debug)]
pub(super) struct Flaw(io::Error);

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Flaw {
        Flaw(error)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Folder {
    pub(super) fn open(_: &Path) -> io::Result<Folder> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn file(&self, _: &str, _: Access) -> Result<File, Flaw> {
        match *self {}
    }

    pub(super) fn exists(&self, _: &str) -> Result<bool, Flaw> {
        match *self {}
    }

    pub(super) fn names(&self, _: &str, _: impl FnMut(&str) -> bool) -> Result<(), Flaw> {
        match *self {}
    }

    pub(super) fn remove(&self, _: &str) -> Result<(), Flaw> {
        match *self {}
    }
}
