//! The public surface: from source text to a script that runs.

mod load;
mod units;

pub use load::{LoadError, LoadOptions, Script};
