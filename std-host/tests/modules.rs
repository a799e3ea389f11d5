//! Modules from the side of the host: resolvers, files, errors, limits, images.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use siskin::diagnostics::{Format, ModuleSources, Printer, Source, Sources, Stopped};
use siskin::io::{StreamOutput, SystemClock};
use siskin::mem::Mem;
use siskin::{
    Dialect, Files, HostIo, ImportFlaw, LoadError, LoadOptions, ModuleText, Options, Outcome, Program,
    Refusal, Resolver, SYSTEM, Script, Vm,
};

/// Modules by their paths, which are their ids, too.
#[derive(Default)]
struct Texts {
    texts: BTreeMap<String, String>,
    /// How often a text was asked for.
    loads: usize,
}

impl Texts {
    fn new<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Texts {
        let texts = texts.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        Texts { texts, loads: 0 }
    }
}

impl Resolver for Texts {
    fn resolve(&mut self, _: &str, path: &str) -> Result<&str, Refusal> {
        self.texts.get_key_value(path).map(|(id, _)| id.as_str()).ok_or(Refusal::NotFound)
    }

    fn load(&mut self, id: &str) -> Result<ModuleText<'_>, Refusal> {
        self.loads += 1;
        let text = self.texts.get(id).ok_or(Refusal::NotFound)?;
        Ok(ModuleText { text, dialect: Dialect::Siskin })
    }
}

fn vm(options: Options) -> Vm {
    Vm::new(SYSTEM, options).expect("memory")
}

fn load(vm: &mut Vm, text: &str, resolver: &mut dyn Resolver) -> Result<Script, LoadError> {
    vm.load_importing("main", text, Dialect::Siskin, LoadOptions::default(), resolver)
}

/// Runs what was started, in slices; gives what it printed, and the error if it failed.
fn run(vm: &mut Vm, slice: Option<u64>) -> (String, Option<String>) {
    let mut printed = Vec::new();
    let mut output = StreamOutput::new(&mut printed);
    let error = loop {
        match vm.run(slice, &mut HostIo::new(&mut output).clock(&SystemClock::start())) {
            Outcome::OutOfFuel => {}
            Outcome::Error(error) => break Some(error.message().to_owned()),
            outcome => {
                assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
                break None;
            }
        }
    };
    (String::from_utf8(printed).expect("UTF-8"), error)
}

fn started(vm: &mut Vm, text: &str, resolver: &mut dyn Resolver) -> (String, Option<String>) {
    let script = load(vm, text, resolver).expect("no errors");
    match vm.start(script) {
        Ok(()) => run(vm, None),
        Err(error) => (String::new(), Some(error.message().to_owned())),
    }
}

#[test]
fn without_a_resolver_nothing_can_be_imported() {
    let mut vm = vm(Options::new());
    let error = vm.load("import \"time\";", Dialect::Siskin).expect_err("nothing is granted");
    assert_eq!(error.to_string(), "Module \"time\" is not available here.");
    // In Lox the words are names.
    assert!(vm.load("var import = 1; var export = import; var from = 1;", Dialect::Lox).is_ok());
}

#[test]
fn a_module_is_loaded_and_run_once_in_a_vm() {
    let mut vm = vm(Options::new());
    let mut texts = Texts::new([("a", "print \"a\"; export let list = [];")]);
    let main = "import { list } from \"a\"; list.push(1); print list;";
    assert_eq!(started(&mut vm, main, &mut texts), ("a\n[1]\n".into(), None));
    let main = "import { list as l } from \"a\"; l.push(2); print l;";
    assert_eq!(started(&mut vm, main, &mut texts), ("[1, 2]\n".into(), None));
    assert_eq!(texts.loads, 1);
    let error = load(&mut vm, "import { lost } from \"a\";", &mut texts).expect_err("no such export");
    assert_eq!(error.to_string(), "\"a\" exports no 'lost'.");
}

#[test]
fn texts_of_the_host_share_names_and_modules_do_not() {
    let mut vm = vm(Options::new());
    let mut texts = Texts::new([("a", "let mine = 1; export fn f() { theirs }")]);
    let first = "import { f } from \"a\"; let theirs = 2;";
    assert_eq!(started(&mut vm, first, &mut texts), (String::new(), None));
    assert_eq!(started(&mut vm, "print theirs;", &mut texts), ("2\n".into(), None));
    let (_, error) = started(&mut vm, "f();", &mut texts);
    assert_eq!(error.as_deref(), Some("Undefined variable 'theirs'."));
    let (_, error) = started(&mut vm, "print mine;", &mut texts);
    assert_eq!(error.as_deref(), Some("Undefined variable 'mine'."));
    assert!(vm.global_value("mine").is_none() && vm.global_value("theirs").is_some());
}

#[test]
fn a_module_that_failed_gives_the_same_error_again_and_does_not_run_again() {
    let mut vm = vm(Options::new());
    let mut texts = Texts::new([
        ("worse", "print \"begins\"; throw Error(\"no luck\");"),
        ("above", "import \"worse\"; print \"not reached\";"),
        ("good", "print \"good\";"),
    ]);
    let main = "import \"good\"; import \"above\"; print \"not reached\";";
    assert_eq!(started(&mut vm, main, &mut texts), ("good\nbegins\n".into(), Some("Error: no luck".into())));
    assert_eq!(vm.trace().count(), 1);
    for _ in 0..2 {
        assert_eq!(started(&mut vm, main, &mut texts), (String::new(), Some("Error: no luck".into())));
        assert_eq!(vm.trace().count(), 0, "nothing runs");
    }
    let (printed, error) = started(&mut vm, "import \"worse\";", &mut texts);
    assert_eq!((printed.as_str(), error.as_deref()), ("", Some("Error: no luck")));
    // The VM is usable.
    assert_eq!(started(&mut vm, "import \"good\"; print 1;", &mut texts), ("1\n".into(), None));
}

#[test]
fn a_module_that_was_left_in_the_middle_has_failed() {
    let mut vm = vm(Options::new());
    let mut texts = Texts::new([("slow", "for i in 0..1000 { } export let x = 1;")]);
    let script = load(&mut vm, "import { x } from \"slow\"; print x;", &mut texts).expect("no errors");
    vm.start(script).expect("memory");
    let mut nowhere = std::io::sink();
    let mut output = StreamOutput::new(&mut nowhere);
    let outcome = vm.run(Some(10), &mut HostIo::new(&mut output).clock(&SystemClock::start()));
    assert!(matches!(outcome, Outcome::OutOfFuel));
    let (_, error) = started(&mut vm, "import { x } from \"slow\"; print x;", &mut texts);
    assert_eq!(error.as_deref(), Some("A module was not run to its end."));
    assert_eq!(started(&mut vm, "print 2;", &mut texts), ("2\n".into(), None));
}

#[test]
fn modules_cost_fuel_and_stop_between_each_other() {
    let names: Vec<String> = (0..50).map(|index| format!("m{index}")).collect();
    let mut texts = Texts::default();
    for name in &names {
        texts.texts.insert(name.clone(), format!("export let {name} = 1;"));
    }
    let main: String = names.iter().map(|name| format!("import {{ {name} }} from \"{name}\";\n")).collect();
    let spent = |slice| {
        let mut vm = vm(Options::new());
        let script =
            load(&mut vm, &main, &mut Texts { texts: texts.texts.clone(), loads: 0 }).expect("no errors");
        vm.start(script).expect("memory");
        assert_eq!(run(&mut vm, slice).1, None);
        vm.stats().fuel
    };
    assert!(spent(None) >= 50);
    assert_eq!(spent(None), spent(Some(1)));
}

#[test]
fn a_chain_of_modules_takes_no_native_stack_and_a_bomb_of_them_no_more_than_the_memory() {
    /// Each module imports two others, without an end.
    struct Bomb(String, String);
    impl Resolver for Bomb {
        fn resolve(&mut self, _: &str, path: &str) -> Result<&str, Refusal> {
            self.0 = path.to_owned();
            Ok(&self.0)
        }
        fn load(&mut self, id: &str) -> Result<ModuleText<'_>, Refusal> {
            self.1 = format!("import \"{id}a\"; import \"{id}b\";");
            Ok(ModuleText { text: &self.1, dialect: Dialect::Siskin })
        }
    }
    let mut small = vm(Options::new().memory(1 << 20));
    let mut bomb = Bomb(String::new(), String::new());
    let error = load(&mut small, "import \"x\";", &mut bomb).expect_err("it has no end");
    assert!(matches!(error, LoadError::OutOfMemory), "{error:?}");
    assert_eq!(started(&mut small, "print 1;", &mut bomb), ("1\n".into(), None));

    let mut texts = Texts::default();
    for index in 0..20_000 {
        let text = format!("import {{ x as y }} from \"{}\"; export let x = y + 1;", index + 1);
        texts.texts.insert(index.to_string(), text);
    }
    texts.texts.insert("20000".into(), "export let x = 0;".into());
    let mut vm = vm(Options::new());
    let main = "import { x } from \"0\"; print x;";
    assert_eq!(started(&mut vm, main, &mut texts), ("20000\n".into(), None));
    // And one that is a circle.
    texts.texts.insert("20000".into(), "import \"0\"; export let x = 0;".into());
    let error = load(&mut self::vm(Options::new()), main, &mut texts).expect_err("a cycle");
    let LoadError::Imports(errors) = &error else { panic!("{error:?}") };
    assert!(matches!(&errors[0].flaw, ImportFlaw::Cycle { steps } if steps.len() == 20_001));
}

/// What an error tells of the imports that lead to it is bounded, and so is the number of errors.
#[test]
fn errors_in_long_chains_take_little_memory() {
    struct Chain(String, String);
    impl Resolver for Chain {
        fn resolve(&mut self, importer: &str, path: &str) -> Result<&str, Refusal> {
            let number = importer.parse::<u32>().unwrap_or(0);
            if number == 3000 || path == "none" {
                return Err(Refusal::NotFound);
            }
            self.0 = (number + 1).to_string();
            Ok(&self.0)
        }

        fn load(&mut self, _: &str) -> Result<ModuleText<'_>, Refusal> {
            Ok(ModuleText { text: &self.1, dialect: Dialect::Siskin })
        }
    }
    let text = "import { x } from \"next\"; import \"none\";";
    let mut vm = vm(Options::new().memory(16 << 20));
    match load(&mut vm, text, &mut Chain(String::new(), text.to_owned())) {
        Err(LoadError::Imports(errors)) => {
            assert!(!errors.is_empty() && errors.len() <= 32, "{}", errors.len())
        }
        other => panic!("{:?}", other.map(|_| ())),
    }
}

#[test]
fn a_main_text_can_be_part_of_a_cycle() {
    let mut texts = Texts::new([("a", "import \"main\";"), ("main", "import \"a\";")]);
    let error = load(&mut vm(Options::new()), "import \"a\";", &mut texts).expect_err("a cycle");
    assert_eq!(error.to_string(), "Import cycle: main -> a -> main.");
}

#[test]
fn a_program_holds_the_modules_that_it_was_built_with() {
    let mut texts = Texts::new([
        ("a", "import { b } from \"b\"; print \"a\"; export let a = b + 1;"),
        ("b", "print \"b\"; export let b = 1;"),
    ]);
    let mem = Mem::new(SYSTEM, usize::MAX).expect("memory");
    let text = "import \"a\" as a; import { b } from \"b\"; print a.a + b;";
    let main = ModuleText { text, dialect: Dialect::Siskin };
    let build = |texts: &mut Texts| {
        Program::compile_importing(&mem, "main", main, LoadOptions::default(), texts).expect("no errors")
    };
    let program = build(&mut texts);
    assert_eq!(program.as_bytes(), build(&mut texts).as_bytes(), "equal programs have equal images");
    assert_eq!(program.image().module_count(), 2);
    let program = Program::copy_of(program.as_bytes(), &mem).expect("it is accepted");
    let mut vm = vm(Options::new());
    for _ in 0..2 {
        // They are its own, so they run again with it.
        let script = vm.load_program(&program).expect("nothing is missing");
        vm.start(script).expect("memory");
        assert_eq!(run(&mut vm, None), ("b\na\n3\n".into(), None));
    }
    // Other texts find modules of the same ids elsewhere.
    let mut others = Texts::new([("a", "export let a = \"other\";")]);
    let printed = started(&mut vm, "import { a as other } from \"a\"; print other;", &mut others);
    assert_eq!(printed, ("other\n".into(), None));
}

#[test]
fn damage_to_the_modules_of_an_image_is_found() {
    let mut texts =
        Texts::new([("a", "import { b } from \"b\"; export let a = b + 1;"), ("b", "export let b = 1;")]);
    let mem = Mem::new(SYSTEM, usize::MAX).expect("memory");
    let main = ModuleText { text: "import { a } from \"a\"; print a;", dialect: Dialect::Siskin };
    let program = Program::compile_importing(&mem, "main", main, LoadOptions::default(), &mut texts);
    let bytes = program.expect("no errors").as_bytes().to_vec();
    let mut refused = 0;
    for at in 0..bytes.len() {
        for flip in [1, 0x80] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let Ok(program) = Program::copy_of(&damaged, &mem) else {
                refused += 1;
                continue;
            };
            let mut vm = vm(Options::new().memory(4 << 20));
            if let Ok(script) = vm.load_program(&program)
                && vm.start(script).is_ok()
            {
                let mut nowhere = std::io::sink();
                let mut output = StreamOutput::new(&mut nowhere);
                let _ = vm.run(Some(1000), &mut HostIo::new(&mut output).clock(&SystemClock::start()));
            }
        }
    }
    assert!(refused > bytes.len(), "{refused} of {}", 2 * bytes.len());
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Folder {
        let path = std::env::temp_dir().join(format!("siskin-modules-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        for (file, text) in files {
            let file = path.join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The errors of a text in a folder, in the short format.
fn errors(folder: &Folder, text: &str) -> String {
    let mut files = Files::new(folder.0.join("app")).expect("a folder");
    let loaded =
        vm(Options::new()).load_importing("", text, Dialect::Siskin, LoadOptions::default(), &mut files);
    let error = loaded.expect_err("errors");
    let printer = Printer { format: Format::Short, color: false };
    let source = Source::new("main.sk", text, Dialect::Siskin);
    let errors = printer.load_error_of(&error, &source, &ModuleSources::of(&files));
    errors.replace(folder.0.to_str().expect("UTF-8"), "")
}

#[test]
fn files_outside_of_the_folder_are_not_read() {
    let folder = Folder::new("outside", &[("secret.sk", b"export let s = 1;"), ("app/lib/a.sk", b"")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("../../secret.sk", folder.0.join("app/lib/link.sk")).expect("a link");
    assert_eq!(
        errors(
            &folder,
            "import \"../secret.sk\"; import \"../nothing.sk\"; import \"./lib/../../secret.sk\";"
        ),
        "main.sk:1:8: error: Module \"../secret.sk\" lies outside of the folder that scripts may read.\n\
         main.sk:1:31: error: Module \"../nothing.sk\" lies outside of the folder that scripts may read.\n\
         main.sk:1:55: error: Module \"./lib/../../secret.sk\" lies outside of the folder that scripts may read.\n"
    );
    #[cfg(unix)]
    assert_eq!(
        errors(&folder, "import \"./lib/link.sk\";"),
        "main.sk:1:8: error: Module \"./lib/link.sk\" lies outside of the folder that scripts may read.\n"
    );
    assert_eq!(
        errors(&folder, "import \"/etc/passwd\"; import \"util.sk\"; import \"\";"),
        "main.sk:1:8: error: Module \"/etc/passwd\" is not available here.\n\
         main.sk:1:30: error: Module \"util.sk\" is not available here.\n    \
             help: the path of a file begins with './' or '../': \"./util.sk\"\n\
         main.sk:1:48: error: Module \"\" is not available here.\n"
    );
}

#[test]
fn errors_in_modules_come_with_the_chain_of_imports() {
    let folder = Folder::new(
        "chain",
        &[
            ("app/a.sk", b"\nimport \"./lib/b.sk\";"),
            ("app/lib/b.sk", b"import { clmap } from \"../c.sk\";\nlet = 1;"),
            (
                "app/lib/d.sk",
                b"import { clmap } from \"../c.sk\";\nimport \"./latin.sk\"; import \"./d.sk\";",
            ),
            ("app/lib/latin.sk", b"\"\xe9\""),
            ("app/c.sk", b"export fn clamp() { }"),
        ],
    );
    assert_eq!(
        errors(&folder, "import \"./a.sk\";"),
        "/app/lib/b.sk:2:5: error: Expect variable name.\n    \
             imported at /app/a.sk:2:8\n    imported at main.sk:1:8\n"
    );
    assert_eq!(
        errors(&folder, "import \"./lib/d.sk\";"),
        "/app/lib/d.sk:2:8: error: Module \"./latin.sk\" is not UTF-8.\n    imported at main.sk:1:8\n\
         /app/lib/d.sk:2:29: error: Import cycle: lib/d.sk -> lib/d.sk.\n\
         /app/lib/d.sk:1:10: error: \"../c.sk\" exports no 'clmap'.\n    imported at main.sk:1:8\n    \
             help: did you mean 'clamp'?\n"
    );
}

#[test]
fn traces_name_the_files_of_modules() {
    let folder = Folder::new("trace", &[("app/a.sk", b"#!/usr/bin/siskin\nexport fn half(x) { x / 2 }")]);
    let mut files = Files::new(folder.0.join("app")).expect("a folder");
    let text = "import { half } from \"./a.sk\";\nhalf(nil);";
    let source = Source::new("main.sk", text, Dialect::Siskin);
    let mut vm = vm(Options::new());
    let script = vm.load_importing("", text, Dialect::Siskin, LoadOptions::default(), &mut files);
    let script = script.expect("no errors");
    let mut sources = Sources::new();
    sources.add_modules(&ModuleSources::of(&files), &script);
    sources.add(source, &script);
    vm.start(script).expect("memory");
    let mut nowhere = std::io::sink();
    let mut output = StreamOutput::new(&mut nowhere);
    let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&SystemClock::start()));
    let printer = Printer { format: Format::Short, color: false };
    let text = printer.stopped(Stopped::of(&outcome).expect("an error"), &vm, &sources);
    assert_eq!(
        text.replace(folder.0.to_str().expect("UTF-8"), ""),
        "/app/a.sk:2:21: error: Operands must be numbers.\n    \
             in half() at /app/a.sk:2:21\n    in script at main.sk:2:1\n"
    );
}

#[test]
fn a_resolver_that_panics_leaves_the_vm_as_it_was() {
    struct Panics;
    impl Resolver for Panics {
        fn resolve(&mut self, _: &str, _: &str) -> Result<&str, Refusal> {
            panic!("by design")
        }
        fn load(&mut self, _: &str) -> Result<ModuleText<'_>, Refusal> {
            Err(Refusal::NotFound)
        }
    }
    let mut vm = vm(Options::new());
    let load = std::panic::AssertUnwindSafe(|| load(&mut vm, "import \"a\";", &mut Panics).is_ok());
    assert!(std::panic::catch_unwind(load).is_err());
    assert_eq!(started(&mut vm, "print 1;", &mut Panics), ("1\n".into(), None));
}
