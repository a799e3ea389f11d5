//! Earlier inputs, kept in a file from one session to the next.
//!
//! `SISKIN_HISTORY` names the file. If it is empty or `off`, nothing is kept.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use reedline::{
    CommandLineSearch, FileBackedHistory, History, HistoryItem, HistoryItemId, HistorySessionId,
    ReedlineError, ReedlineErrorVariants, SearchQuery,
};

/// The most inputs that are remembered.
const INPUTS: usize = 10_000;
/// Bytes of the largest file that is read.
const LARGEST: u64 = 64 << 20;

/// The file of the history, unless nothing is to be kept.
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

/// Opens the history. If its file cannot be used, returns the reason and a history for this session only.
pub(super) fn open(file: Option<PathBuf>) -> (Box<dyn History>, Option<String>) {
    let Some(file) = file else { return (in_memory(), None) };
    let opened = make_usable(&file)
        .map_err(|error| error.to_string())
        .and_then(|()| FileBackedHistory::with_file(INPUTS, file.clone()).map_err(|error| reason(&error)));
    match opened {
        Ok(history) => (Box::new(Marked(history)), None),
        Err(why) => (in_memory(), Some(format!("no history is kept: '{}': {why}", file.display()))),
    }
}

fn in_memory() -> Box<dyn History> {
    Box::new(FileBackedHistory::new(INPUTS).unwrap_or_default())
}

/// Creates the file if there is none, with access for its owner only, since inputs can contain secrets. A file that is
/// not a history is refused and left unchanged: `SISKIN_HISTORY` may name it by mistake.
fn make_usable(file: &Path) -> io::Result<()> {
    if let Some(directory) = file.parent() {
        std::fs::create_dir_all(directory)?;
    }
    // Checked before the file is opened: to open a pipe, or to read a device, may take forever.
    if let Ok(known) = std::fs::metadata(file) {
        if !known.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        if known.len() > LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "too large for a history"));
        }
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).read(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut bytes = Vec::new();
    options.open(file)?.take(LARGEST).read_to_end(&mut bytes)?;
    not_a_history(&bytes).map_or(Ok(()), |why| Err(io::Error::new(io::ErrorKind::InvalidData, why)))
}

/// The reason why a file with these bytes is not a history, if it is not. The library shortens a file of more than
/// [`INPUTS`] lines when it opens it, so no history has more.
fn not_a_history(bytes: &[u8]) -> Option<&'static str> {
    if bytes.contains(&0) || std::str::from_utf8(bytes).is_err() {
        return Some("not UTF-8 text");
    }
    let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
    (lines > INPUTS).then_some("not a history: it has more lines")
}

fn reason(error: &ReedlineError) -> String {
    match &error.0 {
        ReedlineErrorVariants::IOError(error) => error.to_string(),
        _ => error.to_string(),
    }
}

/// A history whose file has one input per line. The library writes a line break in an input as `<\n>`. To distinguish
/// these four characters in an input, one backslash is added to those after each `<`.
struct Marked(FileBackedHistory);

/// Adds a backslash to those after each `<`.
fn marked(text: &str) -> String {
    text.replace("<\\", "<\\\\")
}

/// Removes a backslash from those after each `<`.
fn unmarked(text: &str) -> String {
    text.replace("<\\\\", "<\\")
}

fn unmark(mut item: HistoryItem) -> HistoryItem {
    item.command_line = unmarked(&item.command_line);
    item
}

fn mark(mut query: SearchQuery) -> SearchQuery {
    use CommandLineSearch as By;
    query.filter.command_line = query.filter.command_line.map(|by| match by {
        By::Prefix(text) => By::Prefix(marked(&text)),
        By::Substring(text) => By::Substring(marked(&text)),
        By::Exact(text) => By::Exact(marked(&text)),
    });
    query
}

impl History for Marked {
    fn save(&mut self, mut item: HistoryItem) -> reedline::Result<HistoryItem> {
        item.command_line = marked(&item.command_line);
        self.0.save(item).map(unmark)
    }

    fn load(&self, id: HistoryItemId) -> reedline::Result<HistoryItem> {
        self.0.load(id).map(unmark)
    }

    fn count(&self, query: SearchQuery) -> reedline::Result<i64> {
        self.0.count(mark(query))
    }

    fn search(&self, query: SearchQuery) -> reedline::Result<Vec<HistoryItem>> {
        Ok(self.0.search(mark(query))?.into_iter().map(unmark).collect())
    }

    fn update(
        &mut self,
        id: HistoryItemId,
        updater: &dyn Fn(HistoryItem) -> HistoryItem,
    ) -> reedline::Result<()> {
        self.0.update(id, updater)
    }

    fn clear(&mut self) -> reedline::Result<()> {
        self.0.clear()
    }

    fn delete(&mut self, id: HistoryItemId) -> reedline::Result<()> {
        self.0.delete(id)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync()
    }

    fn session(&self) -> Option<HistorySessionId> {
        self.0.session()
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
    fn inputs_come_back_as_they_were() {
        for text in ["a<\\n>b", "<\\", "<\\\\n>", "<\n>", "a\nb", "<<\\n>\\", "\\n>"] {
            assert_eq!(unmarked(&marked(text)), text, "{text:?}");
            assert!(!marked(text).contains("<\\n>"), "{text:?}");
        }
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
