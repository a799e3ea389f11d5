//! The public API: from source text to a script that runs.

mod load;
mod units;
mod vm;

pub use load::{LoadError, LoadOptions, Script};
