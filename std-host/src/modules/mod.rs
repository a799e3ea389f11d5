//! Modules of the host: what scripts may do beside computing, each granted by name.
//!
//! ```text
//!   Grants ──Resolver──> import "fs" as fs;      a module that is granted, as a table of functions
//!     └──HostIo::state──> fs.read("a.txt")       what the functions work on; without it each refuses
//! ```
//!
//! | module | functions | what it reaches |
//! |---|---|---|
//! | `entropy` | `seed bytes` | the system's source of random numbers |
//! | `env` | `args get` | words that the host gives; the process's environment |
//! | `fs` | `append exists list read read_bytes remove write` | the files of one folder (`folder`: how paths stay in it) |
//! | `io` | `flush read_all read_line write` | the input and the output of the run |
//! | `time` | `monotonic now sleep` | clocks |

mod entropy;
mod env;
#[cfg_attr(not(unix), path = "folder_none.rs")]
mod folder;
mod fs;
mod io;
mod time;

use std::path::Path;
use std::sync::Arc;

use siskin_core::{Failed, HostCall, HostModule, ModuleText, Refusal, Resolver};

use folder::Folder;

/// All of them, in the order of their names.
const ALL: [HostModule; 5] = [entropy::MODULE, env::MODULE, fs::MODULE, io::MODULE, time::MODULE];

/// What a host grants to scripts: modules that they import by name, and what these work on. Nothing, to begin with.
///
/// It is the [`Resolver`] of these modules for loading, and the [`state`](crate::HostIo::state) of a run. A function that a
/// script has kept works only in runs that have the grant.
///
/// # Examples
/// ```
/// use siskin::io::StreamOutput;
/// use siskin::{Dialect, Grants, HostIo, LoadOptions, Options, Outcome, SYSTEM, Vm};
///
/// let mut grants = Grants::new().env(["fast".to_owned()]);
/// let mut vm = Vm::new(SYSTEM, Options::new())?;
/// let text = "import { args } from \"env\"; print args();";
/// let script = vm.load_importing("main", text, Dialect::Siskin, LoadOptions::default(), &mut grants)?;
/// vm.start(script)?;
///
/// let mut printed = Vec::new();
/// let mut output = StreamOutput::new(&mut printed);
/// let outcome = vm.run(None, &mut HostIo::new(&mut output).state(&mut grants));
/// assert!(matches!(outcome, Outcome::Done));
/// assert_eq!(printed, b"[\"fast\"]\n");
///
/// let error = vm.load_importing("main", "import \"fs\" as fs;", Dialect::Siskin, LoadOptions::default(), &mut grants);
/// assert_eq!(error.unwrap_err().to_string(), "Module \"fs\" is not available here.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Grants {
    entropy: bool,
    args: Option<Vec<String>>,
    folder: Option<Arc<Folder>>,
    io: bool,
    time: bool,
    /// Whether scripts may name all of them.
    knows_all: bool,
    /// The id that was found last.
    id: String,
    /// A folder that a script lists, and the bytes that its names take, while the run stops to pay for them.
    counted: Option<(String, u64)>,
}

/// What ids of modules of the host begin with: no path of a file has such an id.
const ID: &str = "//";

impl Grants {
    /// Nothing.
    #[must_use]
    pub fn new() -> Grants {
        Grants::default()
    }

    /// Grants `entropy`: random numbers of the system.
    #[must_use]
    pub fn entropy(self) -> Grants {
        Grants { entropy: true, ..self }
    }

    /// Grants `env`: the variables of the process's environment, all of them, and these words as the script's arguments.
    #[must_use]
    pub fn env(self, args: impl IntoIterator<Item = String>) -> Grants {
        Grants { args: Some(args.into_iter().collect()), ..self }
    }

    /// Grants `fs`: the files of a folder and of the folders in it, to be read, written and removed. Scripts reach nothing
    /// outside of it, be it by `..`, by links or by other paths; a hard link is a file of the folder.
    ///
    /// # Errors
    /// When there is no such folder, or this system has no way to keep scripts in it.
    pub fn fs(self, folder: impl AsRef<Path>) -> std::io::Result<Grants> {
        Ok(Grants { folder: Some(Arc::new(Folder::open(folder.as_ref())?)), ..self })
    }

    /// Grants `io`: the [`input`](crate::HostIo::input) and the output of the run.
    #[must_use]
    pub fn io(self) -> Grants {
        Grants { io: true, ..self }
    }

    /// Grants `time`: the time of day, the clock of the run, and waiting.
    #[must_use]
    pub fn time(self) -> Grants {
        Grants { time: true, ..self }
    }

    /// The names of all modules that can be granted, in order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ALL.iter().map(HostModule::name)
    }

    /// All that is known and nothing to work on: for tools that load scripts and do not run them.
    #[must_use]
    pub fn names_only() -> Grants {
        Grants { knows_all: true, ..Grants::default() }
    }

    /// Whether scripts may import a module.
    fn shows(&self, name: &str) -> bool {
        self.has(name) || self.knows_all && Grants::names().any(|known| known == name)
    }

    /// Whether anything is granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !Grants::names().any(|name| self.has(name))
    }

    /// Whether a module is granted.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        match name {
            "entropy" => self.entropy,
            "env" => self.args.is_some(),
            "fs" => self.folder.is_some(),
            "io" => self.io,
            "time" => self.time,
            _ => false,
        }
    }
}

impl Resolver for Grants {
    fn resolve(&mut self, _: &str, path: &str) -> Result<&str, Refusal> {
        if !self.shows(path) {
            return Err(Refusal::NotAvailable);
        }
        self.id = format!("{ID}{path}");
        Ok(&self.id)
    }

    fn load(&mut self, _: &str) -> Result<ModuleText<'_>, Refusal> {
        Err(Refusal::NotAvailable)
    }

    fn host_module(&mut self, id: &str) -> Option<HostModule> {
        let name = id.strip_prefix(ID).filter(|name| self.shows(name))?;
        ALL.into_iter().find(|module| module.name() == name)
    }
}

/// Fails if the run does not grant a module.
fn check(call: &mut HostCall<'_>, module: &str) -> Result<(), Failed> {
    if call.state::<Grants>().is_some_and(|grants| grants.has(module)) {
        Ok(())
    } else {
        Err(call.refused(format_args!("Module \"{module}\" is not available here.")))
    }
}

/// The argument at an index, a number of bytes.
fn count(call: &mut HostCall<'_>, index: usize) -> Result<usize, Failed> {
    let number = call.number(index)?;
    if number < 0.0 || number % 1.0 != 0.0 {
        return Err(call.wrong(index, "an integer from 0 on"));
    }
    // What is too large becomes the largest.
    call.fits(number as u64)
}
