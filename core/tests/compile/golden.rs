//! Listings of small programs, each of which shows one thing that the compiler should do.
//!
//! The listing of `golden/NAME.lox` or `.sk` is `NAME.txt`. After an intended change, `SISKIN_BLESS=1 cargo test -p
//! siskin-core --test compile golden` rewrites the listings: read the diff.

use std::path::Path;
use std::{env, fs};

use siskin_core::Dialect;

use crate::harness::try_compile;

#[test]
fn listings() {
    let bless = env::var_os("SISKIN_BLESS").is_some_and(|value| value == "1");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut programs = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let dialect = match path.extension().and_then(|extension| extension.to_str()) {
            Some("lox") => Dialect::Lox,
            Some("sk") => Dialect::Siskin,
            _ => continue,
        };
        programs += 1;
        let source = fs::read_to_string(&path).expect("a program");
        let program = try_compile(&source, dialect).expect("it parses").expect("it compiles");
        let listing = program.to_string();
        let beside = path.with_extension("txt");
        if bless {
            fs::write(&beside, &listing).expect("the listing is written");
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default().replace('\r', "");
        if listing != expected {
            wrong.push(format!("{}\n{}", path.display(), difference(&expected, &listing)));
        }
    }
    assert!(programs > 15, "only {programs} programs");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first lines that differ.
fn difference(expected: &str, listing: &str) -> String {
    let (mut old, mut new) = (expected.lines(), listing.lines());
    for line in 1.. {
        let (old, new) = (old.next(), new.next());
        if old != new || old.is_none() {
            let shown = |text: Option<&str>| text.unwrap_or("(the end)").to_owned();
            return format!("  line {line}: {}\n  but got: {}\n", shown(old), shown(new));
        }
    }
    String::new()
}
