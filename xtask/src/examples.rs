//! The worked examples of CONTRIBUTING.md: each is a patch under `docs/examples`, and the page quotes it.
//!
//! ```text
//!   # cargo test -p siskin --test spec    ──> the tests, which fail without the patch and pass with it
//!   diff --git ...                        ──> the change, for `git apply`
//! ```

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the patches.
const FOLDER: &str = "docs/examples";
/// The beginning of a line that names tests.
const COMMAND: &str = "# cargo ";

/// A patch and its tests.
pub(crate) struct Example {
    /// The name of the patch file, without its ending.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The arguments of cargo for each command.
    pub(crate) commands: Vec<Vec<String>>,
}

/// All examples, sorted by name.
pub(crate) fn all(root: &Path) -> Result<Vec<Example>, String> {
    let folder = root.join(FOLDER);
    let told = |error: std::io::Error| format!("{FOLDER}: {error}");
    let mut examples = Vec::new();
    for entry in fs::read_dir(&folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.extension().is_some_and(|extension| extension == "patch") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let commands = commands(&fs::read_to_string(&path).map_err(told)?);
            if commands.is_empty() {
                return Err(format!(
                    "{FOLDER}/{name}.patch names no test: `{COMMAND}test ...` above the patch"
                ));
            }
            examples.push(Example { name, path, commands });
        }
    }
    examples.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(examples)
}

/// The commands above a patch.
fn commands(patch: &str) -> Vec<Vec<String>> {
    let above = patch.lines().take_while(|line| line.starts_with('#'));
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    above.filter_map(|line| line.strip_prefix(COMMAND)).map(words).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The beginning of a section's link to its patch.
    const LINK: &str = "(docs/examples/";

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
    }

    /// The name of the patch that a section links, and its lines of code.
    fn quoted(section: &str) -> Option<(&str, Vec<&str>)> {
        let name = section.split_once(LINK)?.1.split_once(".patch)")?.0;
        let (mut code, mut is_code) = (Vec::new(), false);
        for line in section.lines() {
            if line.starts_with("```") {
                is_code = !is_code;
            } else if is_code && !line.trim().is_empty() {
                code.push(line.trim());
            }
        }
        Some((name, code))
    }

    /// Lines that a patch adds, and its context lines.
    fn lines(patch: &str) -> BTreeSet<&str> {
        patch.lines().filter_map(|line| line.strip_prefix(['+', ' '])).map(str::trim).collect()
    }

    #[test]
    fn examples_quote_their_patches() {
        let page = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("the page");
        let mut missing: BTreeSet<String> =
            all(root()).expect("examples").into_iter().map(|example| example.name).collect();
        for (name, code) in page.split("\n## ").filter_map(quoted) {
            let patch = fs::read_to_string(root().join(FOLDER).join(name).with_extension("patch"));
            let patch = patch.unwrap_or_else(|error| panic!("{name}.patch: {error}"));
            let lines = lines(&patch);
            for line in code {
                assert!(lines.contains(line), "CONTRIBUTING.md quotes what {name}.patch has not:\n{line}");
            }
            missing.remove(name);
        }
        assert_eq!(missing, BTreeSet::new(), "CONTRIBUTING.md tells of no such example");
    }

    #[test]
    fn commands_stand_above_the_patch() {
        let patch = "# cargo test -p a b\n# cargo fmt\n# why\ndiff --git a/a b/a\n# cargo no\n+# cargo no\n";
        assert_eq!(commands(patch), [vec!["test", "-p", "a", "b"], vec!["fmt"]]);
    }

    #[test]
    fn quotes_are_code_alone() {
        let section = "E\n\n[It](docs/examples/x.patch) is:\n\n```rust\n    let a;\n\n}\n```\n\n`b`\n";
        assert_eq!(quoted(section), Some(("x", vec!["let a;", "}"])));
        assert_eq!(quoted("None\n\n```text\na\n```\n"), None);
        assert!(lines("--- a\n-no\n+  yes\n around\n").is_superset(&BTreeSet::from(["yes", "around"])));
    }
}
