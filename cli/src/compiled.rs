//! Compiled programs in files: `siskin build` writes them, and a run takes them in place of a text.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use siskin::SYSTEM;
use siskin::diagnostics::Source;
use siskin_core::bytecode::{Flaw, Image, ImageBuf, Program};
use siskin_core::mem::{Mem, OutOfMemory};
use siskin_core::{Dialect, LoadError};
use siskin_hosted::MapError;

use crate::args::Compile;
use crate::console::Console;
use crate::exit;
use crate::visible::Visible;

/// What files of compiled programs are called.
const EXTENSION: &str = "skb";

/// A compiled program that the command line names.
pub(crate) struct Compiled {
    pub(crate) program: Program,
    /// What the limit on memory leaves for the engine.
    pub(crate) memory: usize,
}

impl Compiled {
    /// How errors are shown, if that is not said: as for the text that it was made of.
    pub(crate) fn dialect(&self) -> Dialect {
        if self.program.image().has_builtin_methods() { Dialect::Siskin } else { Dialect::Lox }
    }
}

/// Gets the compiled program that the command line names; nothing if that is no compiled program. When it cannot be had, says
/// so and returns the exit code. With `maps`, the file is mapped.
pub(crate) fn read(args: &Compile, maps: bool, console: &mut Console<'_>) -> Result<Option<Compiled>, u8> {
    let Some(path) = args.input.file.as_deref().filter(|&path| is_compiled(path)) else { return Ok(None) };
    let limit = args.options().memory;
    let read = Mem::new(SYSTEM, limit).map_err(|OutOfMemory| Refused::Memory).and_then(|mem| {
        let program = if maps { map(path, &mem) } else { read_file(path, &mem) }?;
        Ok(Compiled { program, memory: limit.saturating_sub(mem.usage().used) })
    });
    read.map(Some).map_err(|refused| match refused {
        Refused::Io(error) => {
            console.error(format_args!("siskin: cannot read {}: {error}\n", shown(path)));
            exit::IO
        }
        Refused::Flaw(what) => {
            console.error(format_args!("siskin: {} is refused: {what}\n", shown(path)));
            exit::COMPILE
        }
        Refused::Memory => console.load_error(
            &args.errors,
            &LoadError::OutOfMemory,
            &Source::new(args.input.name(), "", Dialect::Siskin),
        ),
    })
}

/// Says that a command takes a text, if the command line names a compiled program; then returns the exit code.
pub(crate) fn refuse(args: &Compile, console: &mut Console<'_>) -> Result<(), u8> {
    match args.input.file.as_deref().filter(|&path| is_compiled(path)) {
        None => Ok(()),
        Some(path) => {
            console.error(format_args!(
                "siskin: {} is a compiled program, and this takes a script\n",
                shown(path)
            ));
            Err(exit::USAGE)
        }
    }
}

/// Writes a program to a file, or to standard output if that is `-`; when that fails, says why and returns the exit code.
pub(crate) fn write(program: &Program, path: &Path, console: &mut Console<'_>) -> Result<(), u8> {
    if path == Path::new("-") {
        return console.stdout.write_all(program.as_bytes()).map_err(|error| console.cannot_write(&error));
    }
    replace(path, program.as_bytes()).map_err(|error| {
        console.error(format_args!("siskin: cannot write {}: {error}\n", shown(path)));
        exit::IO
    })
}

/// The file beside a script that its compiled program goes to.
pub(crate) fn beside(script: &Path) -> PathBuf {
    script.with_extension(EXTENSION)
}

/// Why there is no program.
enum Refused {
    Io(io::Error),
    Flaw(String),
    Memory,
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Refused {
        Refused::Io(error)
    }
}

impl From<siskin_core::bytecode::VerifyError> for Refused {
    fn from(error: siskin_core::bytecode::VerifyError) -> Refused {
        match error.what {
            Flaw::OutOfMemory => Refused::Memory,
            _ => Refused::Flaw(error.to_string()),
        }
    }
}

/// Whether a file begins as compiled programs do.
fn is_compiled(path: &Path) -> bool {
    let begins = || {
        let mut begin = [0; 8];
        let file = File::open(path).ok()?;
        if !file.metadata().ok()?.is_file() {
            return None;
        }
        (&file).read_exact(&mut begin).ok()?;
        Some(Image::begins(&begin))
    };
    // `-` is standard input, whatever files there are; and a pipe could wait for a writer.
    path != Path::new("-") && path.is_file() && begins().unwrap_or(false)
}

/// Reads a file into memory that is counted.
fn read_file(path: &Path, mem: &Mem) -> Result<Program, Refused> {
    let mut file = File::open(path)?;
    let len = usize::try_from(file.metadata()?.len()).map_err(|_| Refused::Memory)?;
    let mut image = ImageBuf::zeros(len, mem).map_err(|OutOfMemory| Refused::Memory)?;
    file.read_exact(image.bytes_mut())?;
    Ok(Program::from_owner(image, mem)?)
}

fn map(path: &Path, mem: &Mem) -> Result<Program, Refused> {
    // SAFETY: who asks for a mapping on the command line promises, as the option says, that nobody writes to the file.
    match unsafe { siskin_hosted::map(path, mem) } {
        Ok(program) => Ok(program),
        Err(MapError::Io(error)) => Err(Refused::Io(error)),
        Err(MapError::Refused(error)) => Err(error.into()),
    }
}

/// Writes a file in one step: whoever has the old one open or mapped keeps it. What is there and is no compiled program is
/// left alone.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.exists() && !is_compiled(path) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "what is there is no compiled program"));
    }
    let (mut file, written) = beside_new(path)?;
    let done = file.write_all(bytes).and_then(|()| std::fs::rename(&written, path));
    if done.is_err() {
        // What was written of it is of no use.
        let _ = std::fs::remove_file(&written);
    }
    done
}

/// A new file beside another. What somebody else put there, a link for one, is neither followed nor changed.
fn beside_new(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut number = 0_u32;
    loop {
        let mut new = name.to_owned();
        new.push(format!(".{}-{number}", std::process::id()));
        let new = path.with_file_name(new);
        match File::options().write(true).create_new(true).open(&new) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            file => return file.map(|file| (file, new)),
        }
    }
}

fn shown(path: &Path) -> String {
    format!("'{}'", Visible(&path.to_string_lossy()))
}
