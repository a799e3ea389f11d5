//! The public API: from source text to a script that runs.

mod compile;
mod graph;
mod load;
mod resolver;
#[cfg(feature = "native")]
mod units;
mod vm;

pub use compile::{LoadError, LoadOptions};
pub use load::Script;
pub use resolver::{Exporter, ImportError, ImportFlaw, ImportStep, ModuleText, Name, Refusal, Resolver};
