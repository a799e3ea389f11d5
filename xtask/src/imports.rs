//! Checks that modules import without circles, and only downward.
//!
//! ```text
//!   sources of a crate ──> paths of `use` and in code ──> arrows between the modules of each folder
//!                                                           │ a circle: a fault
//!   drawing in a folder's first file ───────────────────────┤ an arrow upward in it: a fault
//!                                                           └ a module that is not in it: a fault
//! ```
//!
//! A drawing is a block of a module's documentation that begins with [`HEAD`]: a line for each layer, the uppermost first. A
//! module may import from layers below its own. Tests are not looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Folders of crates.
const CRATES: [&str; 6] = ["core", "jit", "platform/hosted", "std-host", "cli", "benches"];
/// Crates that have a drawing of all their modules.
const DRAWN: [&str; 2] = ["core", "jit"];
/// The beginning of a drawing.
const HEAD: &str = "//! imports run downward:";

/// A path from the crate's root, as names.
type Names = Vec<String>;

/// Checks all crates.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut faults = Vec::new();
    for name in CRATES {
        let folder = root.join(name).join("src");
        if !folder.exists() {
            continue;
        }
        let sources = sources_of(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        faults.extend(
            faults_of(&sources, DRAWN.contains(&name)).into_iter().map(|fault| format!("{name}: {fault}")),
        );
    }
    if faults.is_empty() { Ok(()) } else { Err(format!("imports\n{}", faults.join("\n"))) }
}

/// The sources of a crate, by the path of their module.
fn sources_of(folder: &Path) -> std::io::Result<BTreeMap<Names, String>> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.insert(names_of(folder, &path), fs::read_to_string(path)?);
            }
        }
    }
    sources
        .retain(|names, _| !names.iter().any(|name| name == "tests" || name == "testing" || name == "bin"));
    Ok(sources)
}

/// The path of the module in a file.
fn names_of(folder: &Path, file: &Path) -> Names {
    let path = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    let mut names: Names = path.iter().map(|name| name.to_string_lossy().into_owned()).collect();
    if names.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        names.pop();
    }
    names
}

/// The faults of a crate.
fn faults_of(sources: &BTreeMap<Names, String>, drawn: bool) -> Vec<String> {
    let paths: Vec<(&Names, Names)> = sources
        .iter()
        .flat_map(|(names, text)| paths_in(text).into_iter().map(move |path| (names, absolute(names, path))))
        .collect();
    // Folders, which are modules with submodules.
    let folders: BTreeSet<&[String]> =
        sources.keys().flat_map(|names| (0..names.len()).map(move |length| &names[..length])).collect();
    let mut faults = Vec::new();
    for folder in folders {
        let child = |names: &[String]| {
            let inside = names.len() > folder.len() && names.starts_with(folder);
            inside.then(|| names[folder.len()].clone())
        };
        let children: BTreeSet<String> = sources.keys().filter_map(|names| child(names)).collect();
        let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in &paths {
            if let (Some(from), Some(to)) = (child(from), child(to))
                && from != to
                && children.contains(&to)
            {
                arrows.entry(from).or_default().insert(to);
            }
        }
        let place = if folder.is_empty() { "crate".to_owned() } else { folder.join("::") };
        faults.extend(circle_in(&arrows).map(|circle| format!("{place}: a circle: {}", circle.join(" -> "))));
        match sources.get(folder).and_then(|text| drawing_in(text)) {
            Some(layers) => {
                faults.extend(against(&layers, &children, &arrows).map(|fault| format!("{place}: {fault}")))
            }
            None if folder.is_empty() && drawn => faults.push("lib.rs has no drawing of its modules".into()),
            None => {}
        }
    }
    faults
}

/// A path from the crate's root. A path that leads out of the crate is returned unchanged.
fn absolute(from: &[String], path: Names) -> Names {
    let ups = path.iter().take_while(|name| *name == "super").count();
    match path.first().map(String::as_str) {
        Some("crate") => path[1..].to_vec(),
        Some("self") => [from, &path[1..]].concat(),
        Some("super") => [&from[..from.len().saturating_sub(ups)], &path[ups..]].concat(),
        _ => Names::new(),
    }
}

/// A circle of arrows, with its first module again at the end.
fn circle_in(arrows: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn visit<'a>(
        at: &'a str,
        arrows: &'a BTreeMap<String, BTreeSet<String>>,
        way: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|&before| before == at) {
            return Some(way[start..].iter().chain([&at]).map(|&name| name.to_owned()).collect());
        }
        if !done.insert(at) {
            return None;
        }
        way.push(at);
        for next in arrows.get(at).into_iter().flatten() {
            if let Some(circle) = visit(next, arrows, way, done) {
                return Some(circle);
            }
        }
        way.pop();
        None
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|start| visit(start, arrows, &mut Vec::new(), &mut done))
}

/// The layers of a module's drawing, uppermost first.
fn drawing_in(text: &str) -> Option<Vec<Vec<&str>>> {
    let after = text.split_once(HEAD)?.1;
    let lines = after
        .lines()
        .skip(1)
        .map_while(|line| line.strip_prefix("//! ").filter(|line| !line.starts_with("```")));
    Some(lines.map(|line| line.split_whitespace().collect()).collect())
}

/// The arrows that contradict a drawing, and the modules that it lacks.
fn against<'a>(
    layers: &'a [Vec<&'a str>],
    children: &'a BTreeSet<String>,
    arrows: &'a BTreeMap<String, BTreeSet<String>>,
) -> impl Iterator<Item = String> + 'a {
    let layer = |name: &str| layers.iter().position(|layer| layer.contains(&name));
    let missing = children.iter().filter(move |child| layer(child).is_none());
    let missing = missing.map(|child| format!("the drawing has no module {child}"));
    let upward = arrows.iter().flat_map(move |(from, all)| {
        let wrong = all.iter().filter(move |to| layer(from) >= layer(to));
        wrong.map(move |to| format!("{from} imports from {to}, which is not below it"))
    });
    missing.chain(upward)
}

/// All paths of a source that may lead to a module: those of `use`, and those in code that begin at a module.
fn paths_in(text: &str) -> Vec<Names> {
    let text = without_tests(&without_comments(text));
    let mut paths = Vec::new();
    let mut rest = text.as_str();
    while let Some((code, after)) = rest.split_once("use ") {
        paths.extend(paths_in_code(code));
        // A longer word that ends in `use` does not count.
        if code.ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            rest = after;
            continue;
        }
        let (tree, after) = after.split_once(';').unwrap_or((after, ""));
        leaves(tree, &Names::new(), &mut paths);
        rest = after;
    }
    paths.extend(paths_in_code(rest));
    paths
}

fn paths_in_code(code: &str) -> Vec<Names> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c: char| !is_part(c)).filter(|word| word.contains("::"));
    let paths =
        words.map(|word| word.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect());
    paths
        .filter(|path: &Names| matches!(path.first().map(String::as_str), Some("crate" | "super" | "self")))
        .collect()
}

/// The paths of a tree of `use`, such as `a::{b, c::d}`.
fn leaves(tree: &str, before: &[String], paths: &mut Vec<Names>) {
    let (stem, group) = match tree.split_once('{') {
        Some((stem, group)) => (stem, Some(group.rsplit_once('}').map_or(group, |(group, _)| group))),
        None => (tree, None),
    };
    let stem = stem.split(" as ").next().unwrap_or_default();
    let names = stem.split("::").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
    let path: Names = before.iter().cloned().chain(names).collect();
    let Some(group) = group else {
        paths.push(path);
        return;
    };
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                leaves(&group[start..at], &path, paths);
                start = (at + 1).min(group.len());
            }
            _ => {}
        }
    }
}

/// A source without comments, and without the contents of strings.
fn without_comments(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default();
        lines.push_str(&code.split('"').step_by(2).collect::<Vec<_>>().join(" "));
        lines.push('\n');
    }
    lines
}

/// A source up to its module of tests, if any.
fn without_tests(text: &str) -> String {
    match text.split_once("#[cfg(test)]\nmod tests {") {
        Some((code, _)) => code.to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crate_of(sources: &[(&str, &str)]) -> BTreeMap<Names, String> {
        let names =
            |path: &str| path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        sources.iter().map(|&(path, text)| (names(path), text.to_owned())).collect()
    }

    #[test]
    fn this_checkout_has_no_fault() {
        assert_eq!(check(crate::root()), Ok(()));
    }

    #[test]
    fn a_circle_is_found_whatever_the_paths_look_like() {
        for (a, b) in [
            ("use crate::b::X;", "use super::a;"),
            ("use crate::{c, b::{X, Y}};", "fn f() -> crate::a::Z {}"),
            ("use super::b::X as Z;", "use crate::{\n    a::{self, W},\n};"),
        ] {
            let faults = faults_of(&crate_of(&[("", ""), ("a", a), ("b", b), ("c", "")]), false);
            assert_eq!(faults, ["crate: a circle: a -> b -> a"], "{a} {b}");
        }
        let inside = crate_of(&[("x", ""), ("x::a", "use super::b::c;"), ("x::b::c", "use crate::x::a;")]);
        assert_eq!(faults_of(&inside, false), ["x: a circle: a -> b -> a"]);
    }

    #[test]
    fn comments_strings_and_tests_are_no_imports() {
        let a = "// use crate::b;\nlet s = \"crate::b::c\";\n#[cfg(test)]\nmod tests {\n    use crate::b;\n}";
        assert_eq!(faults_of(&crate_of(&[("a", a), ("b", "use crate::a;")]), false), [""; 0]);
    }

    #[test]
    fn an_arrow_upward_and_a_missing_module_are_faults() {
        let root = format!("//! ```text\n{HEAD}\n//!   top\n//!   one two\n//!   low\n//! ```\n");
        let good = [
            ("", root.as_str()),
            ("top", "use crate::{one, low};"),
            ("one", "use crate::low;"),
            ("two", ""),
            ("low", ""),
        ];
        assert_eq!(faults_of(&crate_of(&good), true), [""; 0]);
        let mut upward = good;
        upward[4].1 = "use crate::one;";
        upward[2].1 = "";
        assert_eq!(
            faults_of(&crate_of(&upward), true),
            ["crate: low imports from one, which is not below it"]
        );
        let mut sideways = good;
        sideways[3].1 = "use crate::one;";
        assert_eq!(
            faults_of(&crate_of(&sideways), true),
            ["crate: two imports from one, which is not below it"]
        );
        assert_eq!(
            faults_of(&crate_of(&[("", &root), ("more", "")]), true),
            ["crate: the drawing has no module more"]
        );
        assert_eq!(
            faults_of(&crate_of(&[("", ""), ("a", "")]), true),
            ["lib.rs has no drawing of its modules"]
        );
    }
}
