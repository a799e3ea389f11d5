//! Writes `docs/library.md` from the tables of the library and of the host's modules, and from the comments of what is written in
//! Siskin.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use siskin::Grants;
use siskin_core::{Entry, HostModule, Resolver, library};

/// The path of the page.
const PATH: &str = "docs/library.md";

/// Functions by name, each with its documentation.
type Rows = BTreeMap<String, String>;

/// Writes the page.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    let path = root.join(PATH);
    fs::write(&path, page()).map_err(|error| format!("{}: {error}", path.display()))
}

fn page() -> String {
    let mut page = String::from(
        "# Library\n\n\
        <!-- Written by `cargo xtask library` from the tables and scripts in core/src/library, and from the tables in \
        std-host/src/modules: change those. -->\n\n\
        What a script finds without a declaration. Methods of values that are no instances are there in the Siskin \
        dialect only. Parameters in brackets may be left out. [Modules of the host](#modules-of-the-host) must be \
        imported.\n",
    );
    for (class, rows) in sections() {
        // Writing to a string does not fail.
        let _ = write!(page, "\n## {class}\n");
        table(&mut page, rows);
    }
    page.push_str(
        "\n## Modules of the host\n\n\
        A script imports these by name, and the host grants each by name: `siskin run --allow time,fs=data FILE`. \
        [language.md](language.md#modules-of-the-host) says more.\n",
    );
    for module in host_modules() {
        let _ = write!(page, "\n### {}\n", module.name());
        table(&mut page, module.functions().iter().map(row).collect());
    }
    page
}

/// A table of functions.
fn table(page: &mut String, rows: Rows) {
    page.push_str("\n| | |\n|---|---|\n");
    for (name, doc) in rows {
        // The documentation of a function begins with its parameters.
        let (parameters, what) = doc.split_once(": ").unwrap_or_default();
        let _ = writeln!(page, "| `{name}{parameters}` | {what} |");
    }
}

/// The modules that a host can grant, in the order of their names.
fn host_modules() -> Vec<HostModule> {
    let mut grants = Grants::names_only();
    let ids = Grants::names().map(|name| grants.resolve("", name).map(str::to_owned));
    let ids: Vec<String> = ids.collect::<Result<_, _>>().expect("each module that has a name can be granted");
    ids.iter().map(|id| grants.host_module(id).expect("a module has a table")).collect()
}

/// Name and documentation of a function.
fn row(entry: &Entry) -> (String, String) {
    (entry.name().to_owned(), entry.doc().to_owned())
}

/// Functions by class, each with its documentation. Those of no class come first.
fn sections() -> Vec<(String, Rows)> {
    let mut sections =
        vec![(FUNCTIONS.to_owned(), library::functions().chain(library::constructors()).map(row).collect())];
    for (class, methods) in library::methods() {
        sections.push((class.to_owned(), methods.iter().map(row).collect()));
    }
    for (class, functions) in library::statics() {
        let rows =
            functions.iter().map(|entry| (format!("{class}.{}", entry.name()), entry.doc().to_owned()));
        section(&mut sections, class).extend(rows);
    }
    for (class, name, doc) in library::constants() {
        section(&mut sections, class).insert(format!("{class}.{name}"), format!(": {doc}"));
    }
    for (class, name, doc) in scripted() {
        // Functions of a module are named with it.
        let name = if class.starts_with(char::is_lowercase) { format!("{class}.{name}") } else { name };
        section(&mut sections, &class).insert(name, doc);
    }
    // Modules, whose names are in small letters, come last.
    sections.sort_by_key(|(class, _)| class.starts_with(char::is_lowercase));
    sections
}

/// The section of a class, which is added if there is none.
fn section<'a>(sections: &'a mut Vec<(String, Rows)>, class: &str) -> &'a mut Rows {
    let index = sections.iter().position(|(of, _)| of == class).unwrap_or(sections.len());
    if index == sections.len() {
        sections.push((class.to_owned(), Rows::new()));
    }
    &mut sections[index].1
}

/// Class, name and documentation of what is written in Siskin: each function whose comment begins with parameters.
fn scripted() -> Vec<(String, String, String)> {
    let folder = crate::root().join("core/src/library/scripts");
    let mut found = Vec::new();
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    for path in files.filter(|path| path.extension().is_some_and(|extension| extension == "sk")) {
        let (mut class, mut doc) = (FUNCTIONS.to_owned(), None);
        for line in fs::read_to_string(path).unwrap_or_default().lines() {
            if let Some(rest) = line.strip_prefix("class ") {
                class = rest.trim_end_matches(" {").to_owned();
            } else if line == "}" {
                FUNCTIONS.clone_into(&mut class);
            } else if let Some(text) = line.trim().strip_prefix("/// (") {
                doc = Some(format!("({text}"));
            } else if let Some(doc) = doc.take() {
                let name = line.trim().trim_start_matches("fn ").split('(').next().unwrap_or_default();
                let of_type = name.strip_prefix("static ").map(|name| format!("{class}.{name}"));
                let name = of_type.as_deref().unwrap_or(name);
                // A class is called as its initializer is.
                let (of, name) =
                    if name == "init" { (FUNCTIONS, class.as_str()) } else { (class.as_str(), name) };
                found.push((of.to_owned(), name.to_owned(), doc));
            }
        }
    }
    found
}

/// The section of functions of no class.
const FUNCTIONS: &str = "Functions";

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
        let methods = library::methods().chain(library::statics()).flat_map(|(_, methods)| methods);
        let entries = library::functions()
            .chain(library::constructors())
            .chain(methods)
            .chain(host_modules().into_iter().flat_map(|module| module.functions()))
            .map(row);
        let scripted = scripted().into_iter().map(|(_, name, doc)| (name, doc));
        for (entry, doc) in entries.chain(scripted) {
            let (parameters, what) = doc.split_once(": ").expect("parameters, a colon, a sentence");
            assert!(parameters.starts_with('(') && parameters.ends_with(')'), "{entry:?}");
            assert!(what.ends_with('.'), "{entry:?}");
        }
    }
}
