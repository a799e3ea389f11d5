//! Modules in files: what `import "./util.sk"` finds.
//!
//! ```text
//!   "../lib/a.sk" in "app/main.sk"
//!      │ joined by their words alone, so nothing outside of the folder is looked at
//!      v
//!   lib/a.sk ──the system: links are followed──> inside of the folder still? ──> its id: the path from the folder on
//! ```

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use siskin_core::{Dialect, ModuleText, Refusal, Resolver};

/// The files of a folder as modules. Scripts read nothing outside of it.
///
/// Paths begin with `./` or `../` and are relative to the importing file. A file has one id, by whatever path it is
/// imported: its path from the folder on, with slashes.
///
/// # Examples
/// ```no_run
/// use siskin::{Dialect, Files, LoadOptions, Options, SYSTEM, Vm};
///
/// let mut files = Files::new("scripts")?;
/// let mut vm = Vm::new(SYSTEM, Options::default())?;
/// let text = std::fs::read_to_string("scripts/main.sk")?;
/// let script = vm.load_importing("main.sk", &text, Dialect::Siskin, LoadOptions::default(), &mut files)?;
/// vm.start(script)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Files {
    /// Without links.
    root: PathBuf,
    /// How the folder was named.
    shown: PathBuf,
    /// Bytes of text that may still be read.
    left: usize,
    /// The id that was found last.
    id: String,
    texts: BTreeMap<String, (String, Dialect)>,
}

impl Files {
    /// The files of a folder.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn new(root: impl Into<PathBuf>) -> io::Result<Files> {
        let shown = root.into();
        let named = if shown.as_os_str().is_empty() { Path::new(".") } else { &shown };
        let root = named.canonicalize()?;
        Ok(Files { root, shown, left: usize::MAX, id: String::new(), texts: BTreeMap::new() })
    }

    /// The same, which reads so many bytes at most, all texts together.
    #[must_use]
    pub fn limit(self, bytes: usize) -> Files {
        Files { left: bytes, ..self }
    }

    /// The id of a file, which need not be in the folder.
    ///
    /// # Errors
    /// When there is no such file, or its path is no text.
    pub fn id_of(&self, file: &Path) -> io::Result<String> {
        let path = file.canonicalize()?;
        let inner = path.strip_prefix(&self.root).unwrap_or(&path);
        id(inner).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
    }

    /// The modules that were read: their ids, names for people, texts and languages.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String, &str, Dialect)> {
        self.texts.iter().map(|(id, (text, dialect))| {
            (id.as_str(), self.shown.join(id).to_string_lossy().into_owned(), text.as_str(), *dialect)
        })
    }

    /// A file of the folder, by a path from the folder on.
    fn file(&self, path: &Path) -> Result<PathBuf, Refusal> {
        let found = self.root.join(path).canonicalize().map_err(|error| refusal(&error))?;
        if found.starts_with(&self.root) { Ok(found) } else { Err(Refusal::Outside) }
    }
}

impl Resolver for Files {
    fn resolve(&mut self, importer: &str, path: &str) -> Result<&str, Refusal> {
        if !path.starts_with("./") && !path.starts_with("../") {
            return Err(Refusal::NotAvailable);
        }
        let joined = joined(importer, path).ok_or(Refusal::Outside)?;
        let found = self.file(&joined)?;
        let inner = found.strip_prefix(&self.root).map_err(|_| Refusal::Outside)?;
        // The folder itself would have the id of a main text without a file.
        if inner.as_os_str().is_empty() {
            return Err(Refusal::NotFile);
        }
        self.id = id(inner).ok_or(Refusal::Unreadable)?;
        Ok(&self.id)
    }

    fn load(&mut self, id: &str) -> Result<ModuleText<'_>, Refusal> {
        let path = self.file(Path::new(id))?;
        let metadata = path.metadata().map_err(|error| refusal(&error))?;
        if !metadata.is_file() {
            return Err(Refusal::NotFile);
        }
        if metadata.len() > self.left as u64 {
            return Err(Refusal::OutOfMemory);
        }
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(metadata.len() as usize + 1).map_err(|_| Refusal::OutOfMemory)?;
        let file = File::open(&path).map_err(|error| refusal(&error))?;
        let most = (self.left as u64).saturating_add(1);
        file.take(most).read_to_end(&mut bytes).map_err(|error| refusal(&error))?;
        self.left = self.left.checked_sub(bytes.len()).ok_or(Refusal::OutOfMemory)?;
        let text = String::from_utf8(bytes).map_err(|_| Refusal::NotText)?;
        let module = (script_text(text), dialect_of(&path));
        self.texts.insert(id.to_owned(), module);
        let (text, dialect) = self.texts.get(id).ok_or(Refusal::NotFound)?;
        Ok(ModuleText { text, dialect: *dialect })
    }
}

/// A path relative to the file that imports it, as words; none if it leaves the folder.
fn joined(importer: &str, path: &str) -> Option<PathBuf> {
    let mut joined = PathBuf::from(importer);
    joined.pop();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(name) => joined.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !joined.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(joined)
}

/// A path from the folder on as an id.
fn id(path: &Path) -> Option<String> {
    let names: Option<Vec<&str>> =
        path.components().map(|component| component.as_os_str().to_str()).collect();
    let is_whole = path.is_absolute();
    names.map(|names| if is_whole { path.to_string_lossy().into_owned() } else { names.join("/") })
}

fn refusal(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput => {
            Refusal::NotFound
        }
        io::ErrorKind::IsADirectory => Refusal::NotFile,
        io::ErrorKind::OutOfMemory => Refusal::OutOfMemory,
        _ => Refusal::Unreadable,
    }
}

/// The text of a script in what its file holds: without a byte order mark, and with a first line of `#!` as a comment, at
/// the same places.
#[must_use]
pub fn script_text(mut text: String) -> String {
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    // For the system, which takes the rest of the line for the program to run. Everything stays where it is.
    if text.starts_with("#!") {
        text.replace_range(..2, "//");
    }
    text
}

/// The language of a file: Lox if its name ends in `.lox`, else Siskin.
#[must_use]
pub fn dialect_of(path: &Path) -> Dialect {
    if path.extension().is_some_and(|extension| extension == "lox") { Dialect::Lox } else { Dialect::Siskin }
}
