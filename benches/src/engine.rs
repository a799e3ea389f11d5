//! The engines: a column of the table is a command that is given a script.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Serialize;

use crate::args::CompareArgs;
use crate::error::{Error, Result};
use crate::locate;

/// The language of an engine's scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    /// Lox, for Siskin and clox.
    Lox,
    /// Lua 5.1 to 5.4, and Luau.
    Lua,
    /// JavaScript.
    JavaScript,
}

impl Language {
    /// What the names of its files end in.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Lox => "lox",
            Self::Lua => "lua",
            Self::JavaScript => "js",
        }
    }
}

/// One column: an engine in one configuration.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    /// The column's head.
    pub(crate) label: String,
    /// What it reads.
    pub(crate) language: Language,
    /// The program to run.
    pub(crate) program: PathBuf,
    /// The arguments before the script's path.
    pub(crate) arguments: Vec<OsString>,
    /// What it says about its version, if it can be asked.
    pub(crate) version: Option<String>,
}

impl Engine {
    fn new(label: &str, language: Language, program: PathBuf) -> Self {
        Self { label: label.to_owned(), language, program, arguments: Vec::new(), version: None }
    }

    fn with_argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Asks the program for its version; one that can't say has none.
    fn with_version(mut self, flag: &str) -> Self {
        let output = Command::new(&self.program).arg(flag).stdin(Stdio::null()).output();
        self.version = output.ok().filter(|output| output.status.success()).and_then(|output| {
            let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
            String::from_utf8_lossy(&text).lines().next().map(|line| line.trim().to_owned())
        });
        self
    }

    /// The command as one would type it here, without the script.
    pub(crate) fn command_line(&self) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        let program = self.program.strip_prefix(here).unwrap_or(&self.program);
        std::iter::once(program.as_os_str())
            .chain(self.arguments.iter().map(OsString::as_os_str))
            .map(OsStr::to_string_lossy)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// All columns: Siskin, what `--column` asks for, then every other engine that is on this machine.
pub(crate) fn discover(args: &CompareArgs) -> Result<Vec<Engine>> {
    let wanted = |label: &str| !args.without.iter().any(|without| without == label);
    let mut engines = Vec::new();

    if wanted("siskin") {
        let program = locate::siskin(args.siskin.as_deref())?;
        engines.push(Engine::new("siskin", Language::Lox, program).with_version("--version"));
    }
    for column in &args.columns {
        engines.push(parse_column(column)?);
    }
    if let Some(luajit) = locate::on_path(&["luajit"]) {
        let engine = Engine::new("luajit", Language::Lua, luajit).with_version("-v");
        let mut interpreter = engine.clone().with_argument("-joff");
        "luajit -joff".clone_into(&mut interpreter.label);
        engines.extend([engine, interpreter]);
    }
    if let Some(lua) = locate::on_path(&["lua5.4", "lua54", "lua-5.4"]) {
        engines.push(Engine::new("lua5.4", Language::Lua, lua).with_version("-v"));
    }
    if let Some(luau) = locate::luau(args.luau.as_deref())? {
        engines.push(Engine::new("luau", Language::Lua, luau).with_version("--version"));
    }
    if let Some(node) = locate::on_path(&["node", "nodejs"]) {
        engines.push(Engine::new("node", Language::JavaScript, node).with_version("--version"));
    }
    if let Some(clox) = &args.clox {
        engines.push(Engine::new("clox", Language::Lox, locate::given(clox)?));
    } else if let Some(clox) = locate::on_path(&["clox"]) {
        engines.push(Engine::new("clox", Language::Lox, clox));
    }

    engines.retain(|engine| wanted(&engine.label));
    check_labels(&engines, &args.base)?;
    Ok(engines)
}

/// Every label names one column, and the base is among them.
fn check_labels(engines: &[Engine], base: &str) -> Result<()> {
    for (index, engine) in engines.iter().enumerate() {
        if engines.iter().take(index).any(|earlier| earlier.label == engine.label) {
            return Err(Error::new(format!("two columns are called '{}'", engine.label)));
        }
    }
    if engines.iter().any(|engine| engine.label == base) {
        return Ok(());
    }
    let labels: Vec<_> = engines.iter().map(|engine| engine.label.as_str()).collect();
    Err(Error::new(format!("the base '{base}' is not among the engines found: {}", labels.join(", "))))
}

/// Reads a `--column`: `LABEL=COMMAND ARGS`, the label ending in `:lua` or `:js` for another language than Lox.
fn parse_column(column: &str) -> Result<Engine> {
    let malformed = || Error::new(format!("--column '{column}': write LABEL=COMMAND ARGS"));
    let (label, command) = column.split_once('=').ok_or_else(malformed)?;
    let (label, language) = match label.trim().rsplit_once(':') {
        Some((label, "lua")) => (label, Language::Lua),
        Some((label, "js")) => (label, Language::JavaScript),
        Some((label, "lox")) => (label, Language::Lox),
        _ => (label.trim(), Language::Lox),
    };
    let mut words = command.split_whitespace();
    let program = words.next().filter(|_| !label.is_empty()).ok_or_else(malformed)?;
    let program = locate::on_path(&[program]).map_or_else(|| locate::given(Path::new(program)), Ok)?;
    let mut engine = Engine::new(label, language, program);
    engine.arguments.extend(words.map(OsString::from));
    if language == Language::Lox {
        engine = engine.with_version("--version");
    }
    Ok(engine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_a_label_and_a_command() {
        let engine = parse_column("tail dispatch=/bin/sh --dispatch tail").expect("well-formed");
        assert_eq!(engine.label, "tail dispatch");
        assert_eq!(engine.language, Language::Lox);
        assert_eq!(engine.command_line(), "/bin/sh --dispatch tail");
        assert_eq!(parse_column("maglev:js=/bin/sh").expect("well-formed").language, Language::JavaScript);
        for bad in ["", "label", "label=", "=sh", ":js=/bin/sh", "label=/no/such/program"] {
            assert!(parse_column(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_are_unique_and_hold_the_base() {
        let engine = Engine::new("a", Language::Lox, PathBuf::new());
        assert!(check_labels(std::slice::from_ref(&engine), "a").is_ok());
        assert!(check_labels(std::slice::from_ref(&engine), "b").is_err());
        assert!(check_labels(&[engine.clone(), engine], "a").is_err());
    }
}
