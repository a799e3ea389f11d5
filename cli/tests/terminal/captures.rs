//! The transcripts on pages: each ` ```session ` block is typed into a new process, and must match the screen.
//!
//! ```text
//!   ```session                     eighty columns wide
//!   ```session width=120           120 columns wide
//!   ```session x86-64              has machine code: only checked on that processor
//! ```
//!
//! Times, addresses and figures of memory may differ, see [`masked`]; sizes of machine code may not. After an intended
//! change, `SISKIN_BLESS=1 cargo test -p siskin-cli --test terminal captures` rewrites those that differ: read the
//! diff.

use std::fs;
use std::path::Path;

use super::transcript::{masked, masked_but_sizes, replay};

const PAGES: [&str; 2] = ["README.md", "docs/repl.md"];

const WIDTH: u16 = 80;

#[test]
fn captures_on_pages_are_as_they_say() {
    let bless = std::env::var_os("SISKIN_BLESS").is_some_and(|value| value == "1");
    for page in PAGES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
        let old = fs::read_to_string(&path).expect("the page");
        let new = replayed(&old);
        if bless && old != new {
            fs::write(&path, new).expect("a page that can be written");
        } else {
            assert_eq!(old, new, "{page} differs; SISKIN_BLESS=1 takes what is new");
        }
    }
}

/// The page, with the captures that differ replaced by the current ones.
fn replayed(page: &str) -> String {
    let mut new = String::new();
    let mut rest = page;
    while let Some((before, block)) = rest.split_once("```session") {
        let (options, block) = block.split_once('\n').expect("a block after its first line");
        let (capture, after) = block.split_once("```").expect("an end of the block");
        new.push_str(&format!("{before}```session{options}\n{}```", seen(options, capture)));
        rest = after;
    }
    new + rest
}

/// The current version of a capture; the old one if only figures differ.
fn seen(options: &str, capture: &str) -> String {
    let mut width = WIDTH;
    let mut masked: fn(&str) -> String = masked;
    for option in options.split_whitespace() {
        match option.split_once('=') {
            Some(("width", columns)) => width = columns.parse().expect("a number of columns"),
            None if option == "x86-64" => {
                if !cfg!(target_arch = "x86_64") {
                    return capture.to_owned();
                }
                masked = masked_but_sizes;
            }
            _ => panic!("a capture has no option '{option}'"),
        }
    }
    let seen = replay(&[], width, capture);
    if masked(&seen) == masked(capture.trim_end()) { capture.to_owned() } else { format!("{seen}\n") }
}
