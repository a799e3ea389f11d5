//! The library depends on few crates, and packages contain nothing but sources.

use std::collections::BTreeSet;

use super::Passed;
use super::command::Runner;

/// The most crates that a dependency on the library adds, including itself, by cargo's options.
const MOST: [(&[&str], usize); 2] = [(&[], 25), (&["--no-default-features"], 8)];

/// The packages that are published.
const PACKAGES: [&str; 5] = ["siskin-core", "siskin-jit", "siskin-hosted", "siskin", "siskin-cli"];

pub(super) fn check(run: &Runner) -> Result<Passed, String> {
    for (features, most) in MOST {
        let tree = ["tree", "--locked", "-p", "siskin", "-e", "normal", "--prefix", "none"];
        let tree = run.cargo().args(tree).args(features).stdout()?;
        let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        if crates.len() > most {
            let names = Vec::from_iter(crates).join(" ");
            return Err(format!("siskin {} brings more than {most} crates: {names}", features.join(" ")));
        }
    }
    for package in PACKAGES {
        let list = ["package", "--locked", "--list", "--allow-dirty", "-p", package];
        let files = run.cargo().args(list).stdout()?;
        let is_source =
            |file: &&str| file.starts_with("src/") || file.starts_with("Cargo.") || *file == VERSION_CONTROL;
        if let Some(other) = files.lines().find(|file| !is_source(file)) {
            return Err(format!("{package} publishes {other}"));
        }
    }
    Ok(Passed::All)
}

/// A file that cargo adds to each package.
const VERSION_CONTROL: &str = ".cargo_vcs_info.json";
