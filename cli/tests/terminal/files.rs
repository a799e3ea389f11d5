//! Commands that read and write files.

use std::fs;
use std::path::PathBuf;

use super::transcript::check_with;

/// A path for a test's file, which does not exist yet.
fn path(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("terminal");
    fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    // Removes the file of an earlier run.
    let _ = fs::remove_file(&path);
    path.display().to_string()
}

/// The path of a new file with this text.
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

/// Runs a session, and asserts the output of the script that it saves.
#[track_caller]
fn check_saved(name: &str, session: &str, printed: &str) {
    let path = path(name);
    check_file(&path, session);
    let session = format!("sk> :load FILE\n{printed}");
    check_file(&path, &session);
}

#[test]
fn what_is_saved_runs() {
    check_saved(
        "save_let.sk",
        "
sk> let n = 1

sk> n = 2
=> 2

sk> :save FILE
  saved 2 inputs
",
        "",
    );
    check_saved(
        "save_underscore.sk",
        "
sk> 1+1
=> 2

sk> _ * 2
=> 4

sk> print _
4

sk> :save FILE
  saved 3 inputs
",
        "4",
    );
    let lib = file("save_lib.sk", "let loaded = 1;\nprint \"lib\"; // a value: \nloaded");
    check_saved(
        "save_load.sk",
        &"
sk> :load LIB
lib

sk> let b = loaded + 1

sk> print b
2

sk> :save FILE
  saved 3 inputs
"
        .replace("LIB", &lib),
        "lib\n2",
    );
    check_saved(
        "save_dialects.lox",
        "
sk> :dialect lox
  lox

lox> var let = 1

lox> print let
1

lox> :save FILE
  saved 2 inputs
",
        "1",
    );
}

#[test]
fn what_does_not_compile_is_not_saved() {
    let path = path("save_not.sk");
    check_file(
        &path,
        "
sk> :dialect lox
  lox

lox> var let = 1

lox> :save FILE
  not saved: the inputs so far do not compile as one script
error: Expect variable name.
 --> FILE:1:5
  |
1 | var let = 1;
  |     ^^^
  |
  = help: 'let' is a word of the language, not a name
",
    );
    assert!(fs::metadata(&path).is_err(), "nothing is written");
}

/// An input that failed is not in the saved script, even if a part of it ran.
#[test]
fn what_fails_as_a_script_is_said() {
    let path = path("save_fails.sk");
    check_file(
        &path,
        "
sk> let a = 1; -\"x\"
error: Operand must be a number.
 --> <input 1>:1:12
  |
1 | let a = 1; -\"x\"
  |            ^^^^

sk> print a
1

sk> :save FILE
  saved 1 input; they fail as a script:
error: Undefined variable 'a'.
 --> FILE:1:7
  |
1 | print a;
  |       ^
",
    );
    assert_eq!(fs::read_to_string(&path).expect("it was saved"), "print a;\n");
}

#[test]
fn paths_may_be_quoted_or_below_home() {
    let path = file("with blank.sk", "print 3;");
    check_file(
        &path,
        "
sk> :load \"FILE\"
3

sk> :load 'FILE'
3

sk> :load FILE
3
",
    );
    let mut terminal = super::open(&[], &[("HOME", env!("CARGO_TARGET_TMPDIR"))]);
    super::line(&mut terminal, ":load ~/terminal/with blank.sk");
    terminal.wait_for_end("blank.sk\n3\n\nsk>");
}
