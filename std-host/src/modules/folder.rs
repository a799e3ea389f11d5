//! A folder that paths do not leave.
//!
//! ```text
//!   "a/../b/c.txt"
//!      │ name by name, each opened in the folder before it, which is held open; links are read, and their names go first
//!      v
//!   [root] ──a──> [root, a] ──..──> [root] ──b──> [root, b]     `c.txt` in the last one
//! ```
//!
//! The system follows no link and no `..`, so what somebody else changes meanwhile leads to an error at worst. What is opened
//! is a file or a folder: pipes and devices, at which a script could wait, are refused.

use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, readlinkat, statat, unlinkat};
use rustix::io::Errno;

/// The most links that a path may go through.
const MOST_LINKS: usize = 40;

/// A folder, held open.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    /// What it held is gone.
    Write,
    /// At its end.
    Append,
}

/// Why a path leads to nothing that could be used.
#[derive(Debug)]
pub(super) enum Flaw {
    /// It leaves the folder.
    Outside,
    /// It has a NUL.
    Nul,
    /// A folder in place of a file.
    Folder,
    /// Neither a file nor a folder.
    Special,
    /// What the system says.
    System(io::Error),
}

impl From<Errno> for Flaw {
    fn from(error: Errno) -> Flaw {
        Flaw::System(error.into())
    }
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Flaw {
        Flaw::System(error)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Outside => f.write_str("it lies outside of the folder that is granted"),
            Flaw::Nul => f.write_str("no path has a NUL character"),
            Flaw::Folder => f.write_str("it is a folder"),
            Flaw::Special => f.write_str("it is neither a file nor a folder"),
            Flaw::System(error) => match error.kind() {
                io::ErrorKind::NotFound => f.write_str("there is no such file or folder"),
                io::ErrorKind::PermissionDenied => f.write_str("the system does not allow it"),
                io::ErrorKind::NotADirectory => f.write_str("a file is not a folder"),
                _ => {
                    // The number of the error says nothing to people.
                    let text = error.to_string();
                    f.write_str(text.split(" (os error").next().unwrap_or_default())
                }
            },
        }
    }
}

/// Where a path leads.
struct Place {
    /// The folders on the way, below the first.
    way: Vec<OwnedFd>,
    /// The name in the last of them, which may not be there; none if the path leads to that folder itself.
    name: Option<Vec<u8>>,
}

impl Folder {
    /// The folder at a path.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn open(path: &Path) -> io::Result<Folder> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Folder(openat(CWD, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
    }

    fn last<'a>(&'a self, way: &'a [OwnedFd]) -> BorrowedFd<'a> {
        way.last().unwrap_or(&self.0).as_fd()
    }

    /// Where a path leads. A link at its end is followed if `follow` says so.
    fn place(&self, path: &str, follow: bool) -> Result<Place, Flaw> {
        if path.contains('\0') {
            return Err(Flaw::Nul);
        }
        if path.is_empty() {
            return Err(Errno::NOENT.into());
        }
        // Names to come, the next one last.
        let mut names = Vec::new();
        add_names(&mut names, path.as_bytes())?;
        let mut way = Vec::new();
        let mut links = 0;
        while let Some(name) = names.pop() {
            if name == b".." {
                way.pop().ok_or(Flaw::Outside)?;
                continue;
            }
            let is_last = names.is_empty();
            if is_last && !follow {
                return Ok(Place { way, name: Some(name) });
            }
            let at = self.last(&way);
            match statat(at, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(Errno::LOOP.into());
                    }
                    let target = readlinkat(at, name.as_slice(), Vec::new())?;
                    add_names(&mut names, target.as_bytes())?;
                }
                Ok(_) | Err(Errno::NOENT) if is_last => return Ok(Place { way, name: Some(name) }),
                Ok(_) => {
                    let folder = openat(at, name.as_slice(), FOLDER, Mode::empty())?;
                    way.push(folder);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Place { way, name: None })
    }

    /// Opens a file; makes one for writing, if there is none.
    pub(super) fn file(&self, path: &str, access: Access) -> Result<File, Flaw> {
        let place = self.place(path, true)?;
        let (at, name) = (self.last(&place.way), place.name.ok_or(Flaw::Folder)?);
        // Opening some devices does something.
        match statat(at, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => check_file(FileType::from_raw_mode(stat.st_mode))?,
            Err(Errno::NOENT) if access != Access::Read => {}
            Err(error) => return Err(error.into()),
        }
        let flags = match access {
            Access::Read => OFlags::RDONLY,
            Access::Write => OFlags::WRONLY | OFlags::CREATE,
            Access::Append => OFlags::WRONLY | OFlags::CREATE | OFlags::APPEND,
        };
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = openat(at, name.as_slice(), flags, Mode::from_raw_mode(0o666))?;
        check_file(FileType::from_raw_mode(fstat(&file)?.st_mode))?;
        let file = File::from(file);
        if access == Access::Write {
            file.set_len(0)?;
        }
        Ok(file)
    }

    /// Whether there is something at a path.
    pub(super) fn exists(&self, path: &str) -> Result<bool, Flaw> {
        let found = self.place(path, true).and_then(|place| match place.name {
            Some(name) => {
                statat(self.last(&place.way), name.as_slice(), AtFlags::SYMLINK_NOFOLLOW)?;
                Ok(())
            }
            None => Ok(()),
        });
        match found {
            Ok(()) => Ok(true),
            Err(Flaw::System(error))
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
            {
                Ok(false)
            }
            Err(flaw) => Err(flaw),
        }
    }

    /// Calls `each` for the names in a folder, in any order, until it answers false. Names that are no text are left out.
    pub(super) fn names(&self, path: &str, mut each: impl FnMut(&str) -> bool) -> Result<(), Flaw> {
        let place = self.place(path, true)?;
        let name = place.name.as_deref().unwrap_or(b".");
        let folder = openat(self.last(&place.way), name, FOLDER, Mode::empty())?;
        for entry in Dir::read_from(&folder)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if let Ok(name) = std::str::from_utf8(name)
                && !matches!(name, "." | "..")
                && !each(name)
            {
                break;
            }
        }
        Ok(())
    }

    /// Removes a file, or a link.
    pub(super) fn remove(&self, path: &str) -> Result<(), Flaw> {
        let place = self.place(path, false)?;
        let (at, name) = (self.last(&place.way), place.name.ok_or(Flaw::Folder)?);
        let stat = statat(at, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            return Err(Flaw::Folder);
        }
        Ok(unlinkat(at, name.as_slice(), AtFlags::empty())?)
    }
}

/// How folders are opened.
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Puts the names of a path before those that are to come.
fn add_names(names: &mut Vec<Vec<u8>>, path: &[u8]) -> Result<(), Flaw> {
    if path.first() == Some(&b'/') {
        return Err(Flaw::Outside);
    }
    let parts = path.split(|&byte| byte == b'/').rev();
    names.extend(parts.filter(|name| !matches!(*name, b"" | b".")).map(<[u8]>::to_vec));
    Ok(())
}

fn check_file(found: FileType) -> Result<(), Flaw> {
    match found {
        FileType::RegularFile => Ok(()),
        FileType::Directory => Err(Flaw::Folder),
        _ => Err(Flaw::Special),
    }
}
