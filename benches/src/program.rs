//! The programs: which there are, what each shows, and where its three texts lie.

use std::path::{Path, PathBuf};

use crate::engine::Language;
use crate::error::{Error, Result, at};

/// Every program, in the order of the table: calls and loops, then objects, then memory, then numbers; after those in Lox, what
/// the Siskin dialect has beyond it: lists, maps, strings, functions, fibers, patterns.
const NAMES: [&str; 29] = [
    "fib",
    "tot",
    "loop",
    "closure",
    "method_call",
    "invocation",
    "properties",
    "zoo",
    "instantiation",
    "gcalloc",
    "gclive",
    "binary_trees",
    "trees",
    "mandelbrot",
    "nbody",
    "spectral",
    "matmul",
    "sieve",
    "fannkuch",
    "queens",
    "map_int",
    "map_string",
    "strcat",
    "strbuf",
    "words",
    "json",
    "pipeline",
    "fibers",
    "expr",
];

/// One program of the comparison.
pub(crate) struct Program {
    /// Its folder's name, and that of the files in it.
    pub(crate) name: &'static str,
    /// What it shows: the comment on its first line.
    pub(crate) title: String,
    folder: PathBuf,
}

impl Program {
    /// The program's text in one language. What cannot be written in Lox is in Siskin, which other engines for Lox refuse.
    pub(crate) fn script(&self, language: Language) -> PathBuf {
        let script = self.folder.join(self.name).with_extension(language.extension());
        match language {
            Language::Lox if !script.exists() => script.with_extension("sk"),
            Language::Lox | Language::Lua | Language::JavaScript => script,
        }
    }
}

/// The programs with these names, or all of them if there are none, always in the table's order.
pub(crate) fn select(names: &[String]) -> Result<Vec<Program>> {
    if let Some(unknown) = names.iter().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(Error::new(format!("no program is called '{unknown}'; there are {}", NAMES.join(", "))));
    }
    NAMES
        .iter()
        .filter(|name| names.is_empty() || names.iter().any(|n| n == *name))
        .map(|name| load(name))
        .collect()
}

fn load(name: &'static str) -> Result<Program> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs").join(name);
    let mut program = Program { name, title: String::new(), folder };
    let script = program.script(Language::Lox);
    let text = std::fs::read_to_string(&script).map_err(|error| at(&script, &error))?;
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches('/').trim().clone_into(&mut program.title);
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_there_in_three_languages_with_a_title() {
        let programs = select(&[]).expect("all programs load");
        assert_eq!(programs.len(), NAMES.len());
        for program in &programs {
            assert!(program.title.ends_with('.'), "{}: {}", program.name, program.title);
            for language in [Language::Lox, Language::Lua, Language::JavaScript] {
                let script = program.script(language);
                let text = std::fs::read_to_string(&script).expect("the script is readable");
                assert!(
                    text.lines().next().is_some_and(|line| line.ends_with(&program.title)),
                    "{}",
                    script.display()
                );
            }
        }
    }

    #[test]
    fn a_choice_keeps_the_order_of_the_table() {
        let names: Vec<_> = ["zoo", "fib"].map(String::from).into();
        let chosen: Vec<_> = select(&names).expect("both exist").iter().map(|p| p.name).collect();
        assert_eq!(chosen, ["fib", "zoo"]);
        assert!(select(&["pidigits".to_owned()]).is_err());
    }
}
