//! Writes `docs/library.md` from the library's tables.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use siskin_core::{Entry, library};

/// The path of the page.
const PATH: &str = "docs/library.md";

/// Writes the page.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    let path = root.join(PATH);
    fs::write(&path, page()).map_err(|error| format!("{}: {error}", path.display()))
}

fn page() -> String {
    let mut page = String::from(
        "# Library\n\n\
        <!-- Written by `cargo xtask library` from the tables in core/src/library: change those. -->\n\n\
        What a script finds without a declaration. Methods of values that are no instances are there in the Siskin \
        dialect only. Parameters in brackets may be left out.\n\n\
        ## Functions\n\n",
    );
    rows(&mut page, library::functions());
    for (class, methods) in library::methods() {
        // Writing to a string does not fail.
        let _ = write!(page, "\n## {class}\n\n");
        rows(&mut page, methods);
    }
    page
}

fn rows(page: &mut String, entries: impl IntoIterator<Item = &'static Entry>) {
    page.push_str("| | |\n|---|---|\n");
    for entry in entries {
        // The documentation of an entry begins with its parameters.
        let (parameters, what) = entry.doc().split_once(": ").unwrap_or_default();
        let _ = writeln!(page, "| `{}{parameters}` | {what} |", entry.name());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_what_the_tables_say() {
        let text = fs::read_to_string(crate::root().join(PATH)).expect("the page");
        assert!(text == page(), "run `cargo xtask library`");
    }

    #[test]
    fn every_function_says_what_it_is_for() {
        let methods = library::methods().flat_map(|(_, methods)| methods);
        for entry in library::functions().chain(methods) {
            let (parameters, what) = entry.doc().split_once(": ").expect("parameters, a colon, a sentence");
            assert!(parameters.starts_with('(') && parameters.ends_with(')'), "{entry:?}");
            assert!(what.ends_with('.'), "{entry:?}");
        }
    }
}
