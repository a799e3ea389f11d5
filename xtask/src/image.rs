//! Writes the image of what of the library is written in Siskin: a test of the core compiles and compares it.
//!
//! The core contains the image and is built with a stale one meanwhile, which it only refuses to run.

use std::path::Path;
use std::process::Command;

/// Writes the image.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).env("SISKIN_BLESS", "1");
    cargo.args(["test", "-q", "-p", "siskin-core", "--lib", "the_image_is_that_of_the_sources"]);
    let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the image: {status}")) }
}
