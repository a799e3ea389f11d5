//! How a host gives scripts the modules that they import, and the errors of imports.

use core::fmt;

use crate::Span;
use crate::bytecode::Program;
use crate::entry::{Entry, HostModule};
use crate::mem::Vec;
use crate::syntax::{Diagnostic, Dialect};

/// Finds the modules that scripts import.
///
/// A module has an id, a text that the host chooses: two paths mean the same module if they give the same id. A VM loads and
/// runs each module once. A panic goes to the caller of what loads, and the VM is as before.
pub trait Resolver {
    /// The id of the module that `path` means in the module `importer`, or in the main text, by the id that the host gave
    /// that.
    ///
    /// # Errors
    /// The reason why a script cannot have it.
    fn resolve(&mut self, importer: &str, path: &str) -> Result<&str, Refusal>;

    /// The text of the module of that id, which [`resolve`](Resolver::resolve) gave.
    ///
    /// # Errors
    /// The reason why a script cannot have it.
    fn load(&mut self, id: &str) -> Result<ModuleText<'_>, Refusal>;

    /// The module of the host of that id, which [`resolve`](Resolver::resolve) gave; none if the id is that of a text.
    #[doc(hidden)]
    fn host_module(&mut self, id: &str) -> Option<HostModule> {
        let _ = id;
        None
    }
}

/// The text of a module.
#[derive(Clone, Copy, Debug)]
pub struct ModuleText<'a> {
    /// The text.
    pub text: &'a str,
    /// Its language.
    pub dialect: Dialect,
}

/// The reason why a script cannot have a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is none.
    NotFound,
    /// It is not granted.
    NotAvailable,
    /// It lies outside of what scripts may read.
    Outside,
    /// It is no file with text: a directory, a device.
    NotFile,
    /// It is not UTF-8.
    NotText,
    /// It cannot be read.
    Unreadable,
    /// It does not fit in memory.
    OutOfMemory,
}

/// A Resolver that has nothing.
pub(super) struct NoModules;

impl Resolver for NoModules {
    fn resolve(&mut self, _: &str, _: &str) -> Result<&str, Refusal> {
        Err(Refusal::NotAvailable)
    }

    fn load(&mut self, _: &str) -> Result<ModuleText<'_>, Refusal> {
        Err(Refusal::NotAvailable)
    }
}

/// A text of UTF-8 in the memory of a VM.
pub struct Name(pub(super) Vec<u8>);

impl Name {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// A place where a module imports another one.
#[derive(Debug)]
pub struct ImportStep {
    /// The id of the module that imports.
    pub module: Name,
    /// The path in its text, with quotes.
    pub span: Span,
}

/// An error of an import, or in a module that is imported.
#[derive(Debug)]
pub struct ImportError {
    /// The id of the module that has the error.
    pub module: Name,
    /// How that module was reached: the place that imports it, the place that imports that module, and so on up to the main
    /// text.
    pub chain: Vec<ImportStep>,
    /// The kind of error.
    pub flaw: ImportFlaw,
}

/// A module that exports names.
#[derive(Clone, Debug)]
pub enum Exporter {
    /// One that has a text.
    Program(Program),
    /// One of the host.
    Host(HostModule),
}

impl Exporter {
    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (image, functions): (_, &'static [Entry]) = match self {
            Exporter::Program(program) => (Some(program.image()), [].as_slice()),
            Exporter::Host(module) => (None, module.functions()),
        };
        let exports = image
            .into_iter()
            .flat_map(|image| image.exports().iter().map(move |export| image.text(export.0)));
        exports.chain(functions.iter().map(|function: &'static Entry| function.name()))
    }
}

/// What can be wrong with an import.
#[derive(Debug)]
#[non_exhaustive]
pub enum ImportFlaw {
    /// The module has errors in its text, at least one.
    Syntax(Vec<Diagnostic>),
    /// A function of the module has more parts of some sort than its bytecode can name.
    TooLarge {
        /// The line where the function ends.
        line: u32,
        /// The sort of parts, such as "registers".
        what: &'static str,
    },
    /// The host does not give a module that the module imports.
    Refused {
        /// Its path.
        path: Name,
        /// Where the path stands.
        span: Span,
        /// The reason.
        why: Refusal,
    },
    /// A module that the module imports does not export a name.
    NoExport {
        /// The path of the other module.
        path: Name,
        /// The name.
        name: Name,
        /// Where the name stands.
        span: Span,
        /// The other module, if it was loaded now, or is one of the host.
        exporter: Option<Exporter>,
    },
    /// The module imports itself, over others or not.
    Cycle {
        /// The imports, from that of the module on to the one that imports the module again.
        steps: Vec<ImportStep>,
    },
}

/// The message, one sentence. That of errors in the text of a module counts them.
impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.flaw {
            ImportFlaw::Syntax(errors) => match errors.len() {
                1 => write!(f, "1 syntax error in \"{}\".", self.module.as_str()),
                count => write!(f, "{count} syntax errors in \"{}\".", self.module.as_str()),
            },
            ImportFlaw::TooLarge { line, what } => {
                write!(f, "Too many {what} in the function that ends on line {line}.")
            }
            ImportFlaw::Refused { path, why, .. } => {
                let path = path.as_str();
                match why {
                    Refusal::NotFound => write!(f, "There is no module \"{path}\"."),
                    Refusal::NotAvailable => write!(f, "Module \"{path}\" is not available here."),
                    Refusal::Outside => {
                        write!(f, "Module \"{path}\" lies outside of the folder that scripts may read.")
                    }
                    Refusal::NotFile => write!(f, "Module \"{path}\" is not a file with text."),
                    Refusal::NotText => write!(f, "Module \"{path}\" is not UTF-8."),
                    Refusal::Unreadable => write!(f, "Module \"{path}\" cannot be read."),
                    Refusal::OutOfMemory => write!(f, "Module \"{path}\" does not fit in memory."),
                }
            }
            ImportFlaw::NoExport { path, name, .. } => {
                write!(f, "\"{}\" exports no '{}'.", path.as_str(), name.as_str())
            }
            ImportFlaw::Cycle { steps } => {
                f.write_str("Import cycle: ")?;
                for step in steps {
                    write!(f, "{} -> ", step.module.as_str())?;
                }
                write!(f, "{}.", self.module.as_str())
            }
        }
    }
}
