//! The scripts of the language suite, compiled and checked.

use std::path::Path;

use siskin_core::Dialect;

use crate::harness::try_compile;

#[test]
fn every_script_of_the_suite_compiles_to_what_the_checks_accept() {
    let mut compiled = 0;
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../std-host/tests/spec"), &mut compiled);
    assert!(compiled > 300, "only {compiled} scripts");
}

fn walk(path: &Path, compiled: &mut usize) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            walk(&entry.unwrap().path(), compiled);
        }
        return;
    }
    let dialect = match path.extension().and_then(|extension| extension.to_str()) {
        Some("lox") => Dialect::Lox,
        Some("sk") => Dialect::Siskin,
        _ => return,
    };
    let Ok(source) = std::fs::read_to_string(path) else { return };
    if try_compile(&source, dialect).is_some() {
        *compiled += 1;
    }
}
