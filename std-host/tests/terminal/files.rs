//! Commands that read and write files.

use std::fs;
use std::path::PathBuf;

use super::transcript::check_with;

/// A path for a test's file, where nothing is yet.
fn path(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("terminal");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    // Left by an earlier run.
    let _ = fs::remove_file(&path);
    path.display().to_string()
}

/// A file with that text.
fn file(name: &str, text: &str) -> String {
    let path = path(name);
    fs::write(&path, text).expect("a file");
    path
}

/// A session in which `FILE` is a path.
#[track_caller]
fn check_file(path: &str, transcript: &str) {
    check_with(&[], 300, &transcript.replace("FILE", path));
}

#[test]
fn load() {
    let path = file("load.sk", "fn good(n) { n + 1 }\nclass K {}\nprint good(1);\n");
    check_file(
        &path,
        "
sk> :load FILE
2
  defined good/1
  defined class K

sk> good(41)
=> 42

sk> :load FILE
2
  redefined good/1
  redefined class K
",
    );
}

#[test]
fn load_shows_errors() {
    let path = file("load_error.sk", "print 1;\nlet x = ;\n");
    check_file(
        &path,
        "
sk> :load FILE
error: Expect expression.
 --> FILE:2:9
  |
2 | let x = ;
  |         ^

sk> :load FILE.none
  cannot read 'FILE.none': No such file or directory (os error 2)

sk> 1
=> 1
",
    );
    let path = file("load_failure.sk", "fn f(n) { -n }\nf(\"x\");\n");
    check_file(
        &path,
        "
sk> :load FILE
error: Operand must be a number.
 --> FILE:1:11
  |
1 | fn f(n) { -n }
  |           ^^
  in f() at FILE:1:11
  in script at FILE:2:1

sk> f(1)
=> -1
",
    );
}

#[test]
fn load_knows_lox_by_its_name() {
    let path = file("load.lox", "var fn = 1; if (fn == 1) print fn;");
    check_file(
        &path,
        "
sk> :load FILE
1

sk> :dialect
  siskin
",
    );
}

#[test]
fn what_is_printed_is_escaped_only_as_a_value() {
    let path = file("control.sk", "let s = \"tab\t, bell\x07, \x1b[31mred\";\n");
    check_file(
        &path,
        r#"
sk> :load FILE

sk> s
=> "tab\t, bell\u{7}, \u{1b}[31mred"
"#,
    );
}

#[test]
fn save() {
    let path = path("save.sk");
    check_file(
        &path,
        r#"
sk> fn double(n) {
..>     n * 2
..> }
  defined double/1

sk> double(4)
=> 8

sk> let x = ;
error: Expect expression.
 --> <input 3>:1:9
  |
1 | let x = ;
  |         ^

sk> print double(21)
42

sk> :save FILE
  saved 3 inputs

sk> :save FILE
  cannot write 'FILE': File exists (os error 17)
"#,
    );
    let saved = fs::read_to_string(&path).expect("it was saved");
    assert_eq!(saved, "fn double(n) {\n    n * 2\n}\ndouble(4);\nprint double(21);\n");
    check_file(
        &path,
        "
sk> :load FILE
42
  defined double/1
",
    );
}
