//! The public surface: from source text to a script that runs.

mod load;

pub use load::{LoadError, Script};
