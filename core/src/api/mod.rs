//! The public API: from source text to a script that runs.

mod load;
#[cfg(feature = "native")]
mod units;
mod vm;

pub use load::{LoadError, LoadOptions, Script};
