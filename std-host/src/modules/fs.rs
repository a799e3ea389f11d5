//! `fs`: the files of one folder.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};

use siskin_core::{Arity, Entry, Failed, HostCall, HostModule};

use super::folder::{Access, Flaw, Folder};
use super::{Grants, check};

const NAME: &str = "fs";

pub(super) const MODULE: HostModule = HostModule::new(
    NAME,
    &[
        Entry::function(
            "append",
            Arity::exactly(2),
            "(path, data): adds a string or a Bytes to a file, which is made if it is missing.",
            append,
        ),
        Entry::function("exists", Arity::exactly(1), "(path): whether there is a file or folder.", exists),
        Entry::function(
            "list",
            Arity::exactly(1),
            "(path): the names in a folder, sorted, without those that are not UTF-8; \".\" is the folder itself.",
            list,
        ),
        Entry::function("read", Arity::exactly(1), "(path): what a file holds, a string.", read),
        Entry::function("read_bytes", Arity::exactly(1), "(path): what a file holds, a Bytes.", read_bytes),
        Entry::function(
            "remove",
            Arity::exactly(1),
            "(path): removes a file or a link, but no folder.",
            remove,
        ),
        Entry::function(
            "write",
            Arity::exactly(2),
            "(path, data): makes a file hold a string or a Bytes, and makes the file if it is missing.",
            write,
        ),
    ],
);

/// The most bytes of a path.
const LONGEST_PATH: usize = 4096;
/// Bytes that an item of a list takes beside its text, which is looked at, sorted and copied.
const ITEM: usize = 128;
/// Bytes of work that a byte of a path is worth: each folder of it is opened, and links lead to others.
const WALK: usize = 1024;
/// The most characters of a path in a message.
const SHOWN: usize = 100;

/// The path that is the first argument.
fn path(call: &mut HostCall<'_>, verb: &str) -> Result<String, Failed> {
    check(call, NAME)?;
    let path = call.text(0)?;
    if path.len() > LONGEST_PATH {
        let path = path.get(..4 * SHOWN).unwrap_or_default().to_owned();
        return Err(refused(call, verb, &path, &"the path is too long"));
    }
    Ok(path.to_owned())
}

/// Does something in the folder.
fn within<T>(
    call: &mut HostCall<'_>,
    verb: &str,
    path: &str,
    act: impl FnOnce(&Folder) -> Result<T, Flaw>,
) -> Result<T, Failed> {
    let done = call.state::<Grants>().and_then(|grants| grants.folder.as_deref()).map(act);
    match done {
        Some(Ok(done)) => Ok(done),
        Some(Err(flaw)) => Err(refused(call, verb, path, &flaw)),
        None => check(call, NAME).and_then(|()| Err(call.out_of_memory())),
    }
}

fn refused(call: &mut HostCall<'_>, verb: &str, path: &str, why: &dyn fmt::Display) -> Failed {
    let shown: String = path.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    let dots = if path.chars().nth(SHOWN).is_some() { "..." } else { "" };
    call.refused(format_args!("Can't {verb} \"{shown}{dots}\": {why}."))
}

/// Reads a file into an array of bytes. `copies` is how often its bytes are gone over.
fn load(call: &mut HostCall<'_>, copies: usize) -> Result<String, Failed> {
    let path = path(call, "read")?;
    let (mut file, len) = within(call, "read", &path, |folder| {
        let file = folder.file(&path, Access::Read)?;
        let len = file.metadata()?.len();
        Ok((file, len))
    })?;
    let len = call.fits(len)?;
    call.charge(len.saturating_mul(copies).saturating_add(path.len() * WALK))?;
    call.make_bytes(len)?;
    match fill(call, &mut file, len) {
        // It may have become shorter.
        Ok(len) => call.shorten(len),
        Err(error) => return Err(refused(call, "read", &path, &Flaw::from(error))),
    }
    Ok(path)
}

fn fill(call: &mut HostCall<'_>, file: &mut File, len: usize) -> io::Result<usize> {
    let mut piece = [0; 16 << 10];
    let mut at = 0;
    while at < len {
        let most = piece.len().min(len - at);
        let part = piece.get_mut(..most).unwrap_or_default();
        match file.read(part) {
            Ok(0) => break,
            Ok(count) => {
                call.write(at, part.get(..count).unwrap_or_default());
                at += count;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(at)
}

fn read_bytes(call: &mut HostCall<'_>) -> Result<(), Failed> {
    load(call, 2).map(|_| ())
}

fn read(call: &mut HostCall<'_>) -> Result<(), Failed> {
    let path = load(call, 4)?;
    if call.make_text()? { Ok(()) } else { Err(refused(call, "read", &path, &"it is not UTF-8")) }
}

fn write(call: &mut HostCall<'_>) -> Result<(), Failed> {
    store(call, Access::Write)
}

fn append(call: &mut HostCall<'_>) -> Result<(), Failed> {
    store(call, Access::Append)
}

fn store(call: &mut HostCall<'_>, access: Access) -> Result<(), Failed> {
    let path = path(call, "write")?;
    let len = call.data(1)?.len();
    call.charge(len.saturating_add(path.len() * WALK))?;
    let mut file = within(call, "write", &path, |folder| folder.file(&path, access))?;
    let data = call.data(1)?;
    let written = file.write_all(data);
    written.map_err(|error| refused(call, "write", &path, &Flaw::from(error)))
}

fn exists(call: &mut HostCall<'_>) -> Result<(), Failed> {
    let path = path(call, "look for")?;
    call.charge(path.len() * WALK)?;
    let exists = within(call, "look for", &path, |folder| folder.exists(&path))?;
    call.give_bool(exists);
    Ok(())
}

fn list(call: &mut HostCall<'_>) -> Result<(), Failed> {
    let path = path(call, "list")?;
    // What there is to be paid for, before it is taken. It is counted once, though the run may stop to pay for it.
    let counted = call.state::<Grants>().and_then(|grants| grants.counted.take());
    let size = match counted.filter(|(of, _)| *of == path) {
        Some((_, size)) => size,
        None => within(call, "list", &path, |folder| {
            let mut size = 0_u64;
            folder.names(&path, |name| {
                size += (name.len() + ITEM) as u64;
                true
            })?;
            Ok(size)
        })?,
    };
    let bytes = call.fits(size)?;
    if let Err(stopped) = call.charge(bytes.saturating_add(path.len() * WALK)) {
        if let Some(grants) = call.state::<Grants>() {
            grants.counted = Some((path, size));
        }
        return Err(stopped);
    }
    let mut names = Vec::new();
    let (mut left, mut has_grown) = (bytes, false);
    within(call, "list", &path, |folder| {
        folder.names(&path, |name| match left.checked_sub(name.len() + ITEM) {
            Some(less) => {
                left = less;
                names.push(name.to_owned());
                true
            }
            None => {
                has_grown = true;
                false
            }
        })
    })?;
    // Names that are not paid for are not left out in silence.
    if has_grown {
        return Err(refused(call, "list", &path, &"it has grown meanwhile"));
    }
    names.sort_unstable();
    call.make_list()?;
    names.iter().try_for_each(|name| call.push_text(name))
}

fn remove(call: &mut HostCall<'_>) -> Result<(), Failed> {
    let path = path(call, "remove")?;
    call.charge(path.len() * WALK)?;
    within(call, "remove", &path, |folder| folder.remove(&path))
}
