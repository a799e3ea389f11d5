//! Earlier inputs, kept in a file from one session to the next.
//!
//! `SISKIN_HISTORY` says where; empty or `off`, nothing is kept.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use reedline::{FileBackedHistory, History, ReedlineError, ReedlineErrorVariants};

/// The most inputs that are remembered.
const INPUTS: usize = 10_000;

/// The file to keep inputs in, if they are to be kept.
pub(crate) fn file() -> Option<PathBuf> {
    file_from(|name| std::env::var_os(name))
}

fn file_from(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(path) = variable("SISKIN_HISTORY") {
        return (!path.is_empty() && path != "off").then(|| path.into());
    }
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = if cfg!(windows) {
        absolute("APPDATA")?
    } else if cfg!(target_os = "macos") {
        absolute("HOME")?.join("Library/Application Support")
    } else {
        absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?
    };
    Some(data.join("siskin/history"))
}

/// Opens the history; if its file cannot be used, says why and remembers for this session only.
pub(super) fn open(file: Option<PathBuf>) -> (Box<dyn History>, Option<String>) {
    let Some(file) = file else { return (in_memory(), None) };
    let opened = make_private(&file)
        .map_err(|error| error.to_string())
        .and_then(|()| FileBackedHistory::with_file(INPUTS, file.clone()).map_err(|error| reason(&error)));
    match opened {
        Ok(history) => (Box::new(history), None),
        Err(why) => (in_memory(), Some(format!("no history is kept: '{}': {why}", file.display()))),
    }
}

fn in_memory() -> Box<dyn History> {
    Box::new(FileBackedHistory::new(INPUTS).unwrap_or_default())
}

/// Makes the file if there is none, for its owner only: inputs can hold secrets.
fn make_private(file: &Path) -> io::Result<()> {
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

fn reason(error: &ReedlineError) -> String {
    match &error.0 {
        ReedlineErrorVariants::IOError(error) => error.to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_with(variables: &[(&str, &str)]) -> Option<String> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        file_from(find).map(|path| path.to_string_lossy().into_owned())
    }

    #[test]
    fn the_variable_moves_or_disables() {
        assert_eq!(file_with(&[("SISKIN_HISTORY", "/tmp/h"), ("HOME", "/home/a")]), Some("/tmp/h".into()));
        assert_eq!(file_with(&[("SISKIN_HISTORY", ""), ("HOME", "/home/a")]), None);
        assert_eq!(file_with(&[("SISKIN_HISTORY", "off"), ("HOME", "/home/a")]), None);
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn data_has_its_place() {
        assert_eq!(file_with(&[("HOME", "/home/a")]), Some("/home/a/.local/share/siskin/history".into()));
        assert_eq!(
            file_with(&[("HOME", "/home/a"), ("XDG_DATA_HOME", "/data")]),
            Some("/data/siskin/history".into())
        );
        assert_eq!(
            file_with(&[("HOME", "/home/a"), ("XDG_DATA_HOME", "relative")]),
            Some("/home/a/.local/share/siskin/history".into())
        );
        assert_eq!(file_with(&[]), None);
    }
}
