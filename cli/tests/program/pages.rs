//! The blocks of code on the page of the language: each runs, and prints what its comments say.
//!
//! ````text
//!   ```siskin             a script; ```lox is one in Lox
//!   ```siskin util.sk     a file beside the blocks after it
//!   print 1 + 1;  //> 2   the script prints this line; all such comments in order are the whole output
//!   nil + 1;      //! M   the script ends here, or in what is called here, with the message M; or it does not compile
//! ````

use std::ffi::OsString;

use super::{file, siskin_with_input};

/// Fewer blocks than this means that they were not found.
const FEWEST: usize = 50;

/// The folder of the scripts, which are granted its files.
const FOLDER: &str = "page";

/// A block of code.
struct Block<'a> {
    /// The number of its first line on the page.
    line: usize,
    /// What follows the fence.
    info: &'a str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut inside = false;
    for (index, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if inside => inside = false,
            Some(info) => {
                inside = true;
                blocks.push(Block { line: index + 2, info, text: String::new() });
            }
            None if inside => blocks.last_mut().expect("a block").text.extend([line, "\n"]),
            None => {}
        }
    }
    blocks
}

/// Runs a script. Returns what is wrong with what it did.
fn flaw(block: &Block<'_>, extension: &str) -> Option<String> {
    let lines = || block.text.lines().enumerate();
    let expected: String = lines()
        .filter_map(|(_, line)| line.split_once("//>"))
        .flat_map(|(_, text)| [text.strip_prefix(' ').unwrap_or(text), "\n"])
        .collect();
    let error = lines().find_map(|(index, line)| {
        let (_, message) = line.split_once("//! ")?;
        Some((format!(":{}:", index + 1), format!(": error: {message}")))
    });

    let script = file(FOLDER, &format!("block-{}.{extension}", block.line), block.text.as_bytes());
    let mut files = OsString::from("time,env,io,entropy,fs=");
    files.push(script.parent().expect("a folder"));
    let args: [OsString; 8] = [
        "run".into(),
        "--allow".into(),
        files,
        "--error-format".into(),
        "short".into(),
        script.into(),
        "--".into(),
        "fast".into(),
    ];
    let ran = siskin_with_input(args, b"Ada\n");

    if ran.out != expected {
        return Some(format!("expected:\n{expected}printed:\n{}{}", ran.out, ran.err));
    }
    // The first line has the message, the others have the calls.
    let first = ran.err.lines().next().unwrap_or_default();
    match error {
        None if ran.code == 0 && ran.err.is_empty() => None,
        None => Some(ran.err),
        Some((line, message)) if first.ends_with(&message) && ran.err.contains(&line) => None,
        Some((line, message)) => Some(format!("expected {line}{message}\n{}", ran.err)),
    }
}

#[test]
fn blocks_print_what_they_say() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/language.md"));
    let page = page.expect("the page");
    let mut count = 0;
    let mut flaws = String::new();
    for block in blocks(&page) {
        let (language, name) = block.info.split_once(' ').unwrap_or((block.info, ""));
        let extension = match language {
            "siskin" => "sk",
            "lox" => "lox",
            _ => continue,
        };
        count += 1;
        if !name.is_empty() {
            file(FOLDER, name, block.text.as_bytes());
        }
        if let Some(flaw) = flaw(&block, extension) {
            flaws += &format!("language.md:{}: {flaw}\n", block.line);
        }
    }
    assert!(flaws.is_empty(), "{flaws}");
    assert!(count >= FEWEST, "only {count} blocks");
}
