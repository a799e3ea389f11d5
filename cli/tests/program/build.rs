//! Compiled programs: `siskin build`, and what is done with the files.

use std::ffi::OsString;
use std::path::Path;

use siskin::SYSTEM;
use siskin_core::bytecode::{FnIndex, Image, ImageBuf};
use siskin_core::mem::Mem;

use super::{Ran, examples, file, ran, siskin, siskin_into_bytes};

fn words<'a>(first: &'a [&'a str], path: &Path, last: &[&str]) -> Vec<OsString> {
    let first = first.iter().map(OsString::from);
    first.chain([path.into()]).chain(last.iter().map(OsString::from)).collect()
}

fn built(script: &Path, output: &Path) {
    let mut args = words(&["build"], script, &["-o"]);
    args.push(output.into());
    assert_eq!(siskin(args), ran(0, "", ""));
}

/// A program runs as the script that it was made of, in either tier, read or mapped.
#[test]
fn examples_run_from_their_images() {
    for script in examples() {
        let name = script.file_name().expect("a name").to_string_lossy().into_owned();
        let image = file("examples", &format!("{name}.skb"), b"");
        std::fs::remove_file(&image).expect("was made");
        built(&script, &image);
        let Ran { code, out, err } = siskin([&script]);
        for args in [
            words(&[], &image, &[]),
            words(&["--tier", "interp"], &image, &[]),
            words(&["--map"], &image, &[]),
        ] {
            let from_image = siskin(args);
            assert_eq!((from_image.code, &from_image.out), (code, &out), "{name}");
            assert_eq!(from_image.err.is_empty(), err.is_empty(), "{name}: {}", from_image.err);
        }
    }
}

#[test]
fn programs_lie_beside_their_scripts() {
    let script = file("beside", "script.lox", b"print 1;");
    let image = script.with_extension("skb");
    for _ in 0..2 {
        assert_eq!(siskin(words(&["build"], &script, &[])), ran(0, "", ""), "also over an older one");
    }
    assert_eq!(siskin([&image]), ran(0, "1\n", ""));
    let bytes = siskin_into_bytes(["build", "-e", "print 1;", "--dialect", "lox", "-o", "-"]);
    assert_eq!(bytes, std::fs::read(&image).expect("an image"), "equal programs have equal bytes");
    let nowhere =
        "siskin: this script has no file beside which the program could lie: say where with --output\n";
    assert_eq!(siskin(["build", "-e", "print 1;"]), ran(64, "", nowhere));
    let directory = image.parent().expect("a directory");
    assert_eq!(std::fs::read_dir(directory).expect("files").count(), 2, "nothing else is left");
}

#[test]
fn files_of_others_are_left_alone() {
    let script = file("others", "script.lox", b"print 1;");
    let notes = file("others", "notes.txt", b"notes");
    let why = |path: &Path| {
        format!("siskin: cannot write '{}': what is there is no compiled program\n", path.display())
    };
    for path in [&script, &notes] {
        let mut args = words(&["build"], &script, &["-o"]);
        args.push(path.into());
        assert_eq!(siskin(args), ran(74, "", &why(path)));
    }
    assert_eq!(std::fs::read(notes).expect("still there"), b"notes");
}

#[test]
fn errors_tell_lines() {
    let script = file("errors", "script.sk", b"fn f(x) {\n  x.y\n}\nf(nil);\n");
    let image = script.with_extension("skb");
    built(&script, &image);
    let error = "error: Only instances have properties.\n  in f() at line 2\n  in script at line 4\n";
    assert_eq!(siskin([&image]), ran(70, "", error));
    let lox = file("errors", "script.lox", b"fun f(x) {\n  return -x;\n}\nf(nil);\n");
    let image = lox.with_extension("skb");
    built(&lox, &image);
    assert_eq!(siskin([&image]), siskin([&lox]), "the book's text needs no source");
}

#[test]
fn limits_hold_for_images() {
    let script = file("limits", "script.sk", b"let s = \"some text\"; var n = 0; while true { n = n + 1; }");
    let image = script.with_extension("skb");
    built(&script, &image);
    assert_eq!(siskin(words(&["--fuel", "100"], &image, &[])).code, 70);
    for memory in ["1", "100", "1k", "8k"] {
        let Ran { code, out, err } = siskin(words(&["--memory", memory], &image, &[]));
        assert_eq!((code, out.as_str()), (70, ""), "{memory}");
        assert_eq!(err, "error: Out of memory.\n", "{memory}");
    }
}

/// Whatever is wrong with an image is said in one line.
#[test]
fn damaged_images_are_refused() {
    let script = file("damaged", "script.sk", b"fn f(n) { n + 1 } print f(2);");
    let image = script.with_extension("skb");
    built(&script, &image);
    let good = std::fs::read(&image).expect("an image");
    let refused = |bytes: &[u8]| {
        let path = file("damaged", "damaged.skb", bytes);
        let Ran { code, out, err } = siskin([&path]);
        assert_eq!((code, out.as_str()), (65, ""), "{err}");
        let start = format!("siskin: '{}' is refused: ", path.display());
        err.strip_prefix(&start).unwrap_or_else(|| panic!("{err}")).trim_end().to_owned()
    };
    assert_eq!(refused(&good[..good.len() - 8]), "the image is cut off, or its directory is wrong");
    assert_eq!(refused(&good[..8]), "this is no image of a program");
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        bytes
    };
    assert_eq!(refused(&changed(8, 9)), "the image is of version 9 of the format, this engine reads 4");
    assert_eq!(refused(&changed(16, !good[16])), "the image is of an engine with other instructions");
    assert_eq!(refused(&changed(12, 8)), "the image is cut off, or its directory is wrong");
    let copy = ImageBuf::copy_of(&good, &Mem::new(SYSTEM, 1 << 20).expect("memory")).expect("memory");
    let words = Image::new(copy.as_ref()).expect("an image").function(FnIndex(1)).expect("f").words;
    let at = words.as_ptr().addr() - copy.as_ref().as_ptr().addr();
    let unknown = refused(&changed(at, 0xFF));
    assert!(unknown.starts_with("function 1 at 0000: no instruction has opcode 255"), "{unknown}");
}

#[test]
fn images_are_listed_and_checked_and_no_texts() {
    let script = file("listed", "script.lox", b"print 1;");
    let image = script.with_extension("skb");
    built(&script, &image);
    assert_eq!(siskin(words(&["disasm"], &image, &[])), siskin(words(&["disasm"], &script, &[])));
    assert_eq!(siskin(words(&["check"], &image, &[])), ran(0, "", ""));
    let why = format!("siskin: '{}' is a compiled program, and this takes a script\n", image.display());
    assert_eq!(siskin(words(&["build"], &image, &[])), ran(64, "", &why));
    for command in ["asm", "jit", "views", "caches", "gc", "time"] {
        if cfg!(feature = "repl") {
            assert_eq!(siskin(words(&[command], &image, &[])), ran(64, "", &why), "{command}");
        }
    }
}
