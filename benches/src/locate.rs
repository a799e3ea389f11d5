//! Where the engines' programs are.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result, at};

/// The first of these names that is on the PATH.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let plain = |name: &&&str| Path::new(name).components().count() == 1;
    names.iter().filter(plain).find_map(|name| {
        std::env::split_paths(&folders)
            .map(|folder| folder.join(name).with_extension(std::env::consts::EXE_EXTENSION))
            .chain(std::env::split_paths(&folders).map(|folder| folder.join(name)))
            .find(|path| path.is_file())
    })
}

/// A program whose path the user gave.
pub(crate) fn given(path: &Path) -> Result<PathBuf> {
    if !path.is_file() {
        return Err(at(path, &"there is no such program"));
    }
    std::path::absolute(path).map_err(|error| at(path, &error))
}

/// Siskin: the program given, or else one fresh from cargo, or else the one that lies beside the harness.
///
/// Cargo goes first, because a program that merely lies there may be older than the sources.
pub(crate) fn siskin(path: Option<&Path>) -> Result<PathBuf> {
    if let Some(path) = path {
        return given(path);
    }
    let built = build_siskin();
    let Err(error) = built else { return built };
    match beside_harness("siskin") {
        Some(path) => {
            eprintln!("siskin-benches: {error}; running {}, which may be old", path.display());
            Ok(path)
        }
        None => Err(Error::new(format!(
            "{error}; give its path with --siskin, or leave it out with --without siskin"
        ))),
    }
}

/// Luau: the program given, or else the one that lies beside the harness, if it has been built.
///
/// Nothing named `luau` on the PATH will do: Luau's own program interprets unless it is told otherwise.
pub(crate) fn luau(path: Option<&Path>) -> Result<Option<PathBuf>> {
    path.map_or_else(|| Ok(beside_harness("luau")), |path| given(path).map(Some))
}

/// The program of this name in the folder of the running harness.
fn beside_harness(name: &str) -> Option<PathBuf> {
    let harness = std::env::current_exe().ok()?;
    let path = harness.with_file_name(name).with_extension(std::env::consts::EXE_EXTENSION);
    path.is_file().then_some(path)
}

/// Builds the `siskin` program in release and says where cargo put it.
fn build_siskin() -> Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(&cargo)
        .args(["build", "--release", "--package", "siskin-cli", "--bin", "siskin"])
        .arg("--message-format=json-render-diagnostics")
        .current_dir(&workspace)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| at(Path::new(&cargo), &error))?;
    if !output.status.success() {
        return Err(Error::new("cargo can't build siskin"));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .rev()
        .find_map(executable)
        .ok_or_else(|| Error::new("cargo built siskin but named no program"))
}

/// The program that a line of cargo's JSON says it made, if it is about `siskin`.
fn executable(line: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    if message.pointer("/target/name")?.as_str()? != "siskin" {
        return None;
    }
    message.get("executable")?.as_str().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_program_from_cargos_messages() {
        let message =
            r#"{"reason":"compiler-artifact","target":{"name":"siskin"},"executable":"/t/release/siskin"}"#;
        assert_eq!(executable(message), Some(PathBuf::from("/t/release/siskin")));
        assert_eq!(executable(r#"{"target":{"name":"siskin"},"executable":null}"#), None);
        assert_eq!(executable(r#"{"target":{"name":"other"},"executable":"/t/other"}"#), None);
        assert_eq!(executable("no JSON"), None);
    }

    #[test]
    fn a_program_lies_beside_the_harness_or_does_not() {
        let harness = std::env::current_exe().expect("tests are a program");
        let name = harness.file_stem().and_then(|name| name.to_str()).expect("cargo named it");
        assert_eq!(beside_harness(name), Some(harness.clone()));
        assert_eq!(beside_harness("no-such-program-here"), None);
    }

    #[test]
    fn a_path_that_is_no_program_is_refused() {
        assert!(given(Path::new("/")).is_err());
        assert!(given(Path::new("/no/such/file")).is_err());
        assert!(luau(Some(Path::new("/no/such/file"))).is_err());
        assert_eq!(on_path(&["no-such-program-here", "../sh"]), None);
    }
}
