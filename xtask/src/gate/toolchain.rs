//! Chooses a compiler for a target.
//!
//! With a network, `rustup target add` is enough. Where only package registries can be reached, Debian's compiler
//! serves (`.ci/setup.sh` installs it): the packages `rustc-web` and `rust-web-src`, from which cargo can build the
//! standard library for any target, and `libstd-rust-web-dev` with the library built for one architecture.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{Cargo, Runner};

/// The library that a target must have.
#[derive(Clone, Copy)]
pub(super) enum Library {
    CoreAlloc,
    Std,
}

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_RUSTDOC: &str = "/usr/bin/rustdoc";

/// `cargo verb --target T`, with whichever compiler can build for it.
pub(super) fn cargo_for(run: &Runner, target: &str, verb: &str, library: Library) -> Result<Cargo, String> {
    let cargo = run.cargo().args([verb, "--locked", "--target", target]);
    let usual = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    if has_library(&usual, target, library) {
        return Ok(cargo);
    }
    if has_library(DEBIAN_RUSTC, target, library) {
        return Ok(cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTDOC", DEBIAN_RUSTDOC));
    }
    if has_sources(DEBIAN_RUSTC) {
        let crates = match library {
            Library::CoreAlloc => "-Zbuild-std=core,alloc",
            Library::Std => "-Zbuild-std",
        };
        let cargo = cargo.env("RUSTC", DEBIAN_RUSTC).env("RUSTDOC", DEBIAN_RUSTDOC);
        return Ok(cargo.env("RUSTC_BOOTSTRAP", "1").args([crates]));
    }
    Err(format!("nothing here builds for {target}: `rustup target add {target}`, or .ci/setup.sh on Debian"))
}

/// Whether rustup has a toolchain, such as `nightly` or `1.88`.
pub(super) fn has(toolchain: &str) -> bool {
    Command::new("rustup").args(["toolchain", "list"]).output().is_ok_and(|list| {
        String::from_utf8_lossy(&list.stdout).lines().any(|line| {
            // A line is like `1.88-x86_64-unknown-linux-gnu (active)`.
            line.strip_prefix(toolchain).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', ' ']))
        })
    })
}

/// Whether a program can be run by its name.
pub(super) fn is_on_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Whether a compiler has the built library for a target.
fn has_library(rustc: &str, target: &str, library: Library) -> bool {
    let name = match library {
        Library::CoreAlloc => "liballoc-",
        Library::Std => "libstd-",
    };
    ask(rustc, &["--print", "target-libdir", "--target", target])
        .and_then(|folder| fs::read_dir(folder).ok())
        .is_some_and(|files| files.flatten().any(|file| file.file_name().to_string_lossy().starts_with(name)))
}

/// Whether a compiler has the sources of the library.
fn has_sources(rustc: &str) -> bool {
    ask(rustc, &["--print", "sysroot"])
        .is_some_and(|sysroot| sysroot.join("lib/rustlib/src/rust/library/std").is_dir())
}

fn ask(rustc: &str, args: &[&str]) -> Option<PathBuf> {
    let output = Command::new(rustc).args(args).output().ok().filter(|output| output.status.success())?;
    Some(Path::new(String::from_utf8(output.stdout).ok()?.trim()).to_path_buf())
}
