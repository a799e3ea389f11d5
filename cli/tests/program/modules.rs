//! Scripts that import files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{file, ran, siskin};

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
