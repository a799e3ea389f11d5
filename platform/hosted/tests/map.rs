//! Programs in files that are mapped.
#![cfg(feature = "map")]

use std::path::PathBuf;

use siskin_core::bytecode::{Flaw, Program};
use siskin_core::mem::Mem;
use siskin_core::testing::SYSTEM;
use siskin_core::{Dialect, LoadOptions};
use siskin_hosted::{MapError, map};

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("siskin-map-{}-{name}", std::process::id()));
    std::fs::write(&path, bytes).expect("a file");
    path
}

#[test]
fn a_mapped_program_is_the_one_that_was_written() {
    let mem = Mem::new(SYSTEM, 1 << 20).expect("memory");
    let program =
        Program::compile(&mem, "print 1;", Dialect::Siskin, LoadOptions::default()).expect("no errors");
    let path = file("good", program.as_bytes());
    // SAFETY: nobody else knows the file.
    let mapped = unsafe { map(&path, &mem) }.expect("an image");
    assert_eq!(mapped.as_bytes(), program.as_bytes());
    drop(mapped);
    std::fs::remove_file(path).expect("still there");
}

#[test]
fn what_is_no_image_is_refused() {
    let mem = Mem::new(SYSTEM, 1 << 20).expect("memory");
    for (name, bytes) in
        [("text", &b"print 1; // not an image, but long enough for one"[..]), ("short", b"\x89SKB")]
    {
        let path = file(name, bytes);
        // SAFETY: as above.
        match unsafe { map(&path, &mem) } {
            Err(MapError::Refused(error)) => assert_eq!(error.what, Flaw::NoImage),
            other => panic!("{other:?}"),
        }
        std::fs::remove_file(path).expect("still there");
    }
    // SAFETY: as above.
    assert!(matches!(unsafe { map(&std::env::temp_dir().join("siskin-none"), &mem) }, Err(MapError::Io(_))));
}
