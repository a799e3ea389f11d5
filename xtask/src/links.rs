//! Checks that the links between pages of the repository have targets.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Checks the links of all pages to files and headings of the repository.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let mut pages = Vec::new();
    find_pages(root, &mut pages).map_err(|error| error.to_string())?;
    pages.sort();
    let mut broken = Vec::new();
    for page in &pages {
        let text = fs::read_to_string(page).map_err(|error| format!("{}: {error}", page.display()))?;
        for (line, link) in links(&text) {
            if let Some(why) = flaw(root, page, &link) {
                let page = page.strip_prefix(root).unwrap_or(page);
                broken.push(format!("{}:{line}: {link}: {why}", page.display()));
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(format!("broken links\n{}", broken.join("\n"))) }
}

fn find_pages(folder: &Path, pages: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type()?.is_dir() {
            if name != "target" && name != "node_modules" && !name.to_string_lossy().starts_with('.') {
                find_pages(&path, pages)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

/// The fault of a link, if any.
fn flaw(root: &Path, page: &Path, link: &str) -> Option<&'static str> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = link.split_once('#').map_or((link, None), |(file, heading)| (file, Some(heading)));
    let target = match file.strip_prefix('/') {
        _ if file.is_empty() => page.to_path_buf(),
        Some(absolute) => root.join(absolute),
        None => page.parent().unwrap_or(root).join(file),
    };
    if !target.exists() {
        return Some("no such file");
    }
    let heading = heading.filter(|_| target.extension().is_some_and(|extension| extension == "md"))?;
    let text = fs::read_to_string(target).ok()?;
    if headings(&text).contains(heading) { None } else { Some("no such heading") }
}

/// The lines of a page outside code blocks, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((index + 1, line))
    })
}

/// The targets of `[text](target)` and `[name]: target`, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        // Every second piece between backticks is code.
        let line: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        if let Some((name, target)) = line.trim_start().split_once("]: ")
            && name.starts_with('[')
            && !name.starts_with("[^")
        {
            found.extend(target.split_whitespace().next().map(|target| (number, target.to_owned())));
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            found.push((number, target.trim_matches(['<', '>']).to_owned()));
        }
    }
    found
}

/// The anchors that GitHub makes for a page's headings.
fn headings(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() < line.len() && title.starts_with(' ') {
            let kept = title.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            let anchor: String =
                kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect();
            let mut unique = anchor.clone();
            for again in 1.. {
                if anchors.insert(unique.clone()) {
                    break;
                }
                unique = format!("{anchor}-{again}");
            }
        }
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_but_not_in_code() {
        let page = "See [a](x.md) and [b](<y.md> \"t\"), `[c](z)`.\n```\n[d](e)\n```\n[f]: g.md\n[^1]: note";
        let expected = [(1, "x.md"), (1, "y.md"), (5, "g.md")].map(|(line, link)| (line, link.to_owned()));
        assert_eq!(links(page), expected);
    }

    #[test]
    fn headings_become_anchors() {
        let anchors = headings("# A `b.c`, d\n## x\n## x\n```\n# no\n```\n#no");
        assert_eq!(anchors.into_iter().collect::<Vec<_>>(), ["a-bc-d", "x", "x-1"]);
    }

    #[test]
    fn missing_targets_are_found() {
        let root = crate::root();
        let page = root.join("docs/opcodes.md");
        assert_eq!(flaw(root, &page, "#words"), None);
        assert_eq!(flaw(root, &page, "../Cargo.toml"), None);
        assert_eq!(flaw(root, &page, "/Cargo.toml#anything"), None);
        assert_eq!(flaw(root, &page, "https://example.com/none"), None);
        assert_eq!(flaw(root, &page, "none.md"), Some("no such file"));
        assert_eq!(flaw(root, &page, "opcodes.md#none"), Some("no such heading"));
    }
}
