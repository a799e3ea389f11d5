//! The worked examples of CONTRIBUTING.md: each patch applies to the sources, and the tests that it names pass with it.
//!
//! ```text
//!   git ls-files ──> target/gate/examples/tree ──> git apply, as many as apply on top of each other
//!                               ^                        │
//!                               └──── next patches <── cargo test ...
//! ```
//!
//! Files of the copy that are up to date are not written, and all patches share a target folder, so that cargo builds
//! little more than the crates that a patch changes. Patches that do not touch the same lines are tested together: the
//! build takes a minute, the tests a second.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::Runner;
use super::{Passed, USUAL};
use crate::examples::{self, Example};

pub(super) fn check(run: &Runner) -> Result<Passed, String> {
    let tree = run.folder().join("tree");
    copy_sources(run.root, &tree)?;
    let mut applied: Vec<Example> = Vec::new();
    for example in examples::all(run.root)? {
        if let Err(error) = apply(&tree, &example.path) {
            if applied.is_empty() {
                return Err(error);
            }
            test(run, &tree, &applied)?;
            applied.clear();
            // What the patches changed is put back, and what their commands wrote.
            copy_sources(run.root, &tree)?;
            apply(&tree, &example.path)?;
        }
        applied.push(example);
    }
    test(run, &tree, &applied)?;
    Ok(Passed::All)
}

/// Runs the commands of the examples that were applied, each once.
fn test(run: &Runner, tree: &Path, applied: &[Example]) -> Result<(), String> {
    let names: Vec<&str> = applied.iter().map(|example| &*example.name).collect();
    // Tests may read what `cargo xtask` writes.
    let commands: BTreeSet<_> = applied
        .iter()
        .flat_map(|example| &example.commands)
        .map(|command| (command.first().is_none_or(|verb| verb != "xtask"), command))
        .collect();
    for (_, command) in commands {
        let (verb, rest) = command.split_at(1);
        let cargo = run.cargo().target_dir(USUAL).current_dir(tree);
        // Arguments of an alias go to the program that it runs.
        let locked: &[&str] = if verb == ["xtask"] { &[] } else { &["--locked"] };
        cargo.args(verb).args(locked).args(rest).run().map_err(|error| format!("{names:?}: {error}"))?;
    }
    Ok(())
}

/// Makes `tree` a copy of the sources: the files of the working tree that git tracks or would add.
fn copy_sources(root: &Path, tree: &Path) -> Result<(), String> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let list = output(Command::new("git").args(list).current_dir(root))?;
    let wanted: BTreeSet<PathBuf> =
        list.split('\0').filter(|name| !name.is_empty()).map(Into::into).collect();
    let told = |error: std::io::Error| format!("{}: {error}", tree.display());
    fs::create_dir_all(tree).map_err(told)?;
    remove_others(tree, tree, &wanted).map_err(told)?;
    for name in &wanted {
        let (from, to) = (root.join(name), tree.join(name));
        // The list also contains files that were deleted without a commit.
        let Ok(contents) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|old| old == contents) {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(tree)).map_err(told)?;
        fs::write(&to, contents).map_err(told)?;
    }
    Ok(())
}

/// Removes files of an earlier run that are not in `wanted`.
fn remove_others(tree: &Path, folder: &Path, wanted: &BTreeSet<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(tree, &path, wanted)?;
        } else if path.strip_prefix(tree).is_ok_and(|name| !wanted.contains(name)) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Applies a patch to the copy.
fn apply(tree: &Path, patch: &Path) -> Result<(), String> {
    let mut git = Command::new("git");
    git.arg("apply").arg(patch).current_dir(tree);
    // Without this, git would take the patch's paths from the root of the surrounding repository, and skip those
    // outside the folder.
    git.env("GIT_CEILING_DIRECTORIES", tree.parent().unwrap_or(tree));
    output(&mut git).map(drop).map_err(|error| format!("{}: {error}", patch.display()))
}

/// The output of a command.
fn output(command: &mut Command) -> Result<String, String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{shown}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{shown}: {error}"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_copy_follows_its_sources_and_a_patch_comes_and_goes() {
        let folder = std::env::temp_dir().join(format!("siskin-examples-{}", std::process::id()));
        let (root, tree) = (folder.join("root"), folder.join("tree"));
        fs::create_dir_all(root.join("a")).unwrap();
        fs::write(root.join("a/one"), "1\n").unwrap();
        fs::write(root.join("two"), "2\n").unwrap();
        output(Command::new("git").args(["init", "--quiet"]).current_dir(&root)).unwrap();
        copy_sources(&root, &tree).unwrap();
        let one = || fs::read_to_string(tree.join("a/one")).unwrap();
        assert_eq!(one(), "1\n");

        let patch = folder.join("x.patch");
        let text = "# cargo test\n--- a/a/one\n+++ b/a/one\n@@ -1 +1 @@\n-1\n+3\n";
        fs::write(&patch, text).unwrap();
        apply(&tree, &patch).unwrap();
        assert_eq!(one(), "3\n");
        assert!(apply(&tree, &patch).is_err(), "it is applied");
        copy_sources(&root, &tree).unwrap();
        assert_eq!(one(), "1\n");

        fs::remove_file(root.join("two")).unwrap();
        fs::write(tree.join("a/one"), "left by a run that was stopped").unwrap();
        copy_sources(&root, &tree).unwrap();
        assert_eq!((one().as_str(), tree.join("two").exists()), ("1\n", false));
        fs::remove_dir_all(&folder).unwrap();
    }
}
