//! Scripts that import files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{file, ran, siskin, siskin_with_input};

const UTIL: &[u8] = b"print \"util\";\nexport fn half(x) { x / 2 }\nexport fn twice(x) { x * 2 }\n";

/// Files of a test: a main script in `app`, and what lies around.
fn files(test: &str, main: &str) -> PathBuf {
    file(&format!("{test}/app"), "util.sk", UTIL);
    file(
        &format!("{test}/lib"),
        "up.sk",
        b"import { half } from \"../app/util.sk\";\nexport let four = half(8);\n",
    );
    file(&format!("{test}/app"), "main.sk", main.as_bytes())
}

fn words(before: &[&str], path: &Path, after: &[&str]) -> Vec<OsString> {
    let before = before.iter().map(OsString::from);
    before.chain([path.into()]).chain(after.iter().map(OsString::from)).collect()
}

const MAIN: &str =
    "import { half } from \"./util.sk\";\nimport \"./util.sk\" as u;\nprint half(u.twice(4));\n";

#[test]
fn a_script_imports_files_beside_it() {
    let main = files("imports", MAIN);
    for args in
        [words(&[], &main, &[]), words(&["--tier", "interp"], &main, &[]), words(&["run"], &main, &[])]
    {
        assert_eq!(siskin(args), ran(0, "util\n4\n", ""));
    }
    assert_eq!(siskin(words(&["check"], &main, &[])), ran(0, "", ""));
}

#[test]
fn a_program_is_built_with_what_it_imports() {
    let main = files("built", MAIN);
    assert_eq!(siskin(words(&["build"], &main, &[])), ran(0, "", ""));
    let program = main.with_extension("skb");
    std::fs::remove_file(main.with_file_name("util.sk")).expect("was there");
    assert_eq!(siskin([&program]), ran(0, "util\n4\n", ""));
    assert_eq!(siskin(words(&["--map"], &program, &[])), ran(0, "util\n4\n", ""));
    let gone = siskin(words(&["build", "--error-format", "short"], &main, &[]));
    assert_eq!(gone.code, 65);
    assert!(gone.err.contains("main.sk:1:22: error: There is no module \"./util.sk\".\n"), "{}", gone.err);
}

#[test]
fn root_widens_what_imports_may_read() {
    let main = files("root", "import { four } from \"../lib/up.sk\";\nprint four;\n");
    let refused = siskin(words(&[], &main, &[]));
    assert_eq!((refused.code, refused.out.as_str()), (65, ""));
    assert!(refused.err.contains("lies outside of the folder that scripts may read."), "{}", refused.err);
    let above = main.parent().and_then(Path::parent).expect("a folder").to_str().expect("UTF-8").to_owned();
    assert_eq!(siskin(words(&["run", "--root", &above], &main, &[])), ran(0, "util\n4\n", ""));
}

#[test]
fn errors_show_the_text_of_a_module_and_who_imports_it() {
    let main = files("errors", "import { half } from \"./util.sk\";\nhalf(nil);\n");
    let folder = main.parent().expect("a folder").to_str().expect("UTF-8").to_owned();
    let shown = |args| siskin(args).err.replace(&folder, "app");
    assert_eq!(
        shown(words(&[], &main, &[])),
        "error: Operands must be numbers.\n --> app/util.sk:2:21\n  |\n2 | export fn half(x) { x / 2 }\n  |                     ^^^^^\n  \
         in half() at app/util.sk:2:21\n  in script at app/main.sk:2:1\n"
    );
    file("errors/app", "util.sk", b"export let half = ;");
    assert_eq!(
        shown(words(&["check"], &main, &[])),
        "error: Expect expression.\n --> app/util.sk:1:19\n  |\n1 | export let half = ;\n  |                   ^\n  \
         imported at app/main.sk:1:22\n"
    );
}

#[test]
fn a_folder_is_no_module() {
    let main = files("folder", "import \"./\" as here;\n");
    assert_eq!(
        siskin(words(&["check", "--error-format", "short"], &main, &[]))
            .err
            .split_once(':')
            .map(|rest| rest.1),
        Some(
            "1:8: error: Module \"./\" is not a file with text.\n    help: this is a folder: import a file in it\n"
        )
    );
    for text in ["import \"./\" as here;", "import \"./src/..\" as here;"] {
        let refused = siskin(["-e", text]);
        assert_eq!(refused.code, 65);
        assert!(refused.err.contains("is not a file with text."), "{}", refused.err);
    }
}

// Modules of the host.

#[test]
fn a_script_imports_what_the_command_line_allows() {
    let text = "import { args } from \"env\"; import { now } from \"time\"; print args(); print now() > 0;";
    let refused = siskin(["-e", text]);
    let line = "error: Module \"env\" is not available here.";
    assert_eq!((refused.code, refused.err.lines().next()), (65, Some(line)));
    assert!(refused.err.contains("the host has to grant it: 'siskin --allow env ...'"), "{}", refused.err);
    let misspelt = siskin(["-e", "import \"tine\" as t;"]);
    assert!(misspelt.err.contains("did you mean 'time'?"), "{}", misspelt.err);
    let out = ran(0, "[\"a\", \"-b\", \"--c\"]\ntrue\n", "");
    assert_eq!(siskin(["--allow", "env,time", "-e", text, "--", "a", "-b", "--c"]), out);
    assert_eq!(siskin(["run", "--allow", "env", "--allow=time", "-e", text, "--", "a", "-b", "--c"]), out);
    let main = files("allow", text);
    let options = ["--allow", "env,time"];
    assert_eq!(siskin(words(&options, &main, &["--", "a", "-b", "--c"])), out);
    // What runs nothing knows all names, and grants nothing.
    assert_eq!(siskin(words(&["check"], &main, &[])), ran(0, "", ""));
    assert!(
        siskin(words(&["check"], &files("allow", "import { nov } from \"time\";"), &[]))
            .err
            .contains("did you mean 'now'?")
    );
}

#[test]
fn what_is_allowed_is_spelt_as_it_is_known() {
    for (names, what) in [
        ("tine", "expected entropy, env, fs, io, time; did you mean 'time'?"),
        ("all", "expected entropy, env, fs, io, time"),
        ("time,", "expected entropy, env, fs, io, time"),
        ("time=x", "only 'fs' takes a folder: write 'time'"),
        ("fs=", "expected a folder after 'fs='"),
    ] {
        let wrong = siskin(["--allow", names, "-e", "print 1;"]);
        assert!(wrong.code == 64 && wrong.err.contains(what), "{names}: {}", wrong.err);
    }
    let gone = siskin(["--allow", "fs=/no/such/folder", "-e", "print 1;"]);
    assert_eq!((gone.code, gone.out.as_str()), (74, ""));
    assert!(gone.err.starts_with("siskin: cannot grant the folder /no/such/folder: "), "{}", gone.err);
    assert_eq!(siskin(["check", "--allow", "time", "-e", "print 1;"]).code, 64);
}

#[cfg(unix)]
#[test]
fn a_script_reads_and_writes_the_folder_that_is_allowed() {
    let main = files(
        "fs",
        "import \"fs\" as fs; fs.write(\"b\", fs.read(\"a\") + \"!\"); print fs.list(\".\"); fs.read(\"../util.sk\");",
    );
    let folder = file("fs/app/data", "a", b"hello").with_file_name("");
    let _ = std::fs::remove_file(folder.join("b"));
    let allow = format!("fs={}", folder.to_str().expect("UTF-8"));
    let wrote = siskin(words(&["--allow", &allow], &main, &[]));
    assert_eq!((wrote.code, wrote.out.as_str()), (70, "[\"a\", \"b\"]\n"));
    let line = "error: Can't read \"../util.sk\": it lies outside of the folder that is granted.";
    assert_eq!(wrote.err.lines().next(), Some(line));
    assert_eq!(std::fs::read_to_string(folder.join("b")).expect("written"), "hello!");
}

#[test]
fn a_script_reads_the_standard_input() {
    let text = "import { read_line, read_all, write } from \"io\"; write(read_line()); write(\"|\"); write(read_all());";
    let args = ["--allow", "io", "-e", text];
    assert_eq!(siskin_with_input(args, b"one\ntwo\nthree"), ran(0, "one|two\nthree", ""));
    // A script that comes from there has taken all of it.
    let text = b"import { read_line } from \"io\"; print read_line();";
    assert_eq!(siskin_with_input(["--allow", "io", "-"], text), ran(0, "nil\n", ""));
}

#[test]
fn a_compiled_program_needs_what_it_imports_of_the_host() {
    let text = "import { half } from \"./util.sk\"; import { args } from \"env\"; print [half(4), args()];";
    let main = files("allow_built", text);
    assert_eq!(siskin(words(&["build"], &main, &[])), ran(0, "", ""));
    let program = main.with_extension("skb");
    let refused = siskin([&program]);
    let line = "error: Module \"env\" is not available here.";
    assert_eq!((refused.code, refused.err.lines().next()), (65, Some(line)));
    let allowed = siskin(words(&["--allow", "env"], &program, &["--", "x"]));
    assert_eq!(allowed, ran(0, "util\n[2, [\"x\"]]\n", ""));
}

#[test]
fn a_file_may_have_the_name_of_a_module_of_the_host() {
    let text =
        "import \"./time\" as file; import \"time\" as time; print [file.now, time.now() > 0, file, time];";
    let main = files("same_name", text);
    file("same_name/app", "time", b"export let now = \"never\";");
    let out = ran(0, "[\"never\", true, <module \"time\">, <module \"time\">]\n", "");
    assert_eq!(siskin(words(&["--allow", "time"], &main, &[])), out);
}

#[cfg(feature = "repl")]
#[test]
fn commands_that_run_a_script_take_what_is_allowed() {
    let text = "import { args } from \"env\"; print args();";
    for command in ["gc", "caches", "time"] {
        let allowed = siskin([command, "--allow", "env", "-e", text, "--", "x"]);
        assert_eq!((allowed.code, allowed.err.as_str()), (0, ""), "{command}");
        assert_eq!(siskin([command, "-e", text]).code, 65, "{command}");
    }
    let typed = siskin_with_input(["repl", "--allow", "env"], text.as_bytes());
    assert!(typed.out.contains("[]"), "{}", typed.out);
}
