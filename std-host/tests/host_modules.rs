//! Modules of the host: what scripts reach with a grant, and what they do not reach.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use siskin::diagnostics::{Format, ModuleSources, Printer, Source};
use siskin::io::{StreamInput, StreamOutput, SystemClock};
use siskin::mem::Mem;
use siskin::{
    Dialect, Grants, HostIo, LoadError, LoadOptions, ModuleText, Options, Outcome, Program, Refusal,
    Resolver, SYSTEM, Script, Vm, native,
};
use siskin_core::{Arity, Entry, HostModule};

fn vm(options: Options) -> Vm {
    Vm::new(SYSTEM, options).expect("memory")
}

fn load(vm: &mut Vm, text: &str, grants: &mut Grants) -> Result<Script, LoadError> {
    vm.load_importing("main", text, Dialect::Siskin, LoadOptions::default(), grants)
}

/// How a run goes.
#[derive(Clone, Copy, Default)]
struct Way<'a> {
    options: Options,
    native: bool,
    slice: Option<u64>,
    input: &'a [u8],
}

/// Runs what was started; gives what it printed, and the error if it failed.
fn finish(vm: &mut Vm, grants: &mut Grants, slice: Option<u64>, mut input: &[u8]) -> String {
    let mut printed = Vec::new();
    let mut output = StreamOutput::new(&mut printed);
    let mut input = StreamInput::new(&mut input);
    let clock = SystemClock::start();
    let error = loop {
        let mut host = HostIo::new(&mut output).clock(&clock).input(&mut input).state(grants);
        match vm.run(slice, &mut host) {
            Outcome::OutOfFuel => {}
            Outcome::Error(error) => break format!("{}: {}\n", error.kind_name(), error.message()),
            outcome => {
                assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
                break String::new();
            }
        }
    };
    String::from_utf8(printed).expect("UTF-8") + &error
}

fn run_in(way: Way<'_>, text: &str, mut grants: Grants) -> String {
    let mut vm = vm(way.options);
    if way.native {
        let _ = native::install(&mut vm);
    }
    let script = load(&mut vm, text, &mut grants).expect("no errors");
    vm.start(script).expect("a script");
    finish(&mut vm, &mut grants, way.slice, way.input)
}

/// Runs a script in several ways, which print the same; `grants` makes what each is granted.
fn run(text: &str, input: &[u8], mut grants: impl FnMut() -> Grants) -> String {
    let plain = Way { input, ..Way::default() };
    let expected = run_in(plain, text, grants());
    let ways = [
        Way { slice: Some(3), ..plain },
        Way { options: Options::new().hot(1), native: true, ..plain },
        Way { options: Options::new().hot(1), native: true, slice: Some(7), ..plain },
        Way { options: Options::new().gc_stress(true), slice: Some(5), ..plain },
    ];
    for way in ways {
        assert_eq!(run_in(way, text, grants()), expected, "in slices of {:?}", way.slice);
    }
    expected
}

/// A folder of a test, empty, in one that holds `outside.txt`.
fn folder(name: &str) -> PathBuf {
    let around = Path::new(env!("CARGO_TARGET_TMPDIR")).join("host_modules").join(name);
    let _ = fs::remove_dir_all(&around);
    let folder = around.join("granted");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(around.join("outside.txt"), "secret").expect("a file");
    folder
}

fn with_files(folder: &Path) -> Grants {
    Grants::new().fs(folder).expect("a folder")
}

// Grants.

#[test]
fn what_is_not_granted_cannot_be_imported() {
    for name in Grants::names() {
        let error = load(&mut vm(Options::new()), &format!("import \"{name}\" as m;"), &mut Grants::new())
            .expect_err("nothing is granted");
        assert_eq!(error.to_string(), format!("Module \"{name}\" is not available here."));
    }
    let error = load(&mut vm(Options::new()), "import \"./fs\" as m;", &mut Grants::new().time());
    assert!(error.is_err());
    assert_eq!(Grants::names().collect::<Vec<_>>(), ["entropy", "env", "fs", "io", "time"]);
}

#[test]
fn a_name_that_a_module_lacks_is_an_error_before_anything_runs() {
    let message = |vm: &mut Vm, text: &str| {
        let error = load(vm, text, &mut Grants::new().time()).expect_err("no such name");
        let source = Source::new("main", text, Dialect::Siskin);
        let printer = Printer { format: Format::Short, color: false };
        printer.load_error_of(&error, &source, &ModuleSources::default())
    };
    let mut vm = vm(Options::new());
    let expected = "main:1:10: error: \"time\" exports no 'slep'.\n    help: did you mean 'sleep'?\n";
    assert_eq!(message(&mut vm, "import { slep } from \"time\";"), expected);
    let as_member = message(&mut vm, "import \"time\" as t; t.slep(1);");
    assert!(
        as_member.contains("\"time\" exports no 'slep'.") && as_member.contains("'sleep'"),
        "{as_member}"
    );
    // The VM has the module then.
    assert!(load(&mut vm, "import \"time\" as t;", &mut Grants::new().time()).is_ok());
    assert_eq!(message(&mut vm, "import { slep } from \"time\";"), expected);
}

#[test]
fn a_function_works_only_in_runs_that_grant_it() {
    let mut vm = vm(Options::new());
    let mut granted = Grants::new().env(["a".to_owned()]);
    let script = load(&mut vm, "import { args } from \"env\"; let kept = args; print kept();", &mut granted);
    vm.start(script.expect("no errors")).expect("a script");
    assert_eq!(finish(&mut vm, &mut granted, None, b""), "[\"a\"]\n");
    let text = "try { kept(); } catch e { print [e.kind, e.message]; }";
    let script = load(&mut vm, text, &mut Grants::new()).expect("no errors");
    vm.start(script).expect("a script");
    let expected = "[\"Io\", \"Module \\\"env\\\" is not available here.\"]\n";
    assert_eq!(finish(&mut vm, &mut Grants::new(), None, b""), expected);
}

#[test]
fn modules_and_functions_are_values() {
    let text = "import \"time\" as t; import { now } from \"time\"; import \"time\" as u;\n\
                print t; print now; print t == u; print now == t.now; print type(t); print type(now);\n\
                print now.name(); print t.sleep.arity(); print now(1);";
    let expected = "<module \"time\">\n<native fn>\ntrue\ntrue\nModule\nFn\nnow\n[1, 1]\n\
                    Arity: Expected 0 arguments but got 1.\n";
    assert_eq!(run(text, b"", || Grants::new().time()), expected);
}

#[test]
fn a_program_keeps_the_names_of_modules_and_needs_the_grant_to_load() {
    let mem = Mem::new(SYSTEM, usize::MAX).expect("memory");
    let text = "import \"env\" as e; print [e.args(), e.args().len()];";
    let main = ModuleText { text, dialect: Dialect::Siskin };
    let mut grants = Grants::new().env(["x".to_owned()]);
    let built = Program::compile_importing(&mem, "main", main, LoadOptions::default(), &mut grants);
    let program = Program::copy_of(built.expect("no errors").as_bytes(), &mem).expect("an image");
    let mut vm = vm(Options::new());
    for error in [vm.load_program(&program), vm.load_program_importing("", &program, &mut Grants::new())] {
        let error = error.expect_err("nothing is granted");
        assert_eq!(error.to_string(), "Module \"env\" is not available here.");
    }
    let script = vm.load_program_importing("", &program, &mut grants).expect("granted");
    vm.start(script).expect("a script");
    assert_eq!(finish(&mut vm, &mut grants, None, b""), "[[\"x\"], 1]\n");
}

/// A module with functions that misbehave.
struct Wild;

impl Resolver for Wild {
    fn resolve(&mut self, _: &str, _: &str) -> Result<&str, Refusal> {
        Ok("wild")
    }

    fn load(&mut self, _: &str) -> Result<ModuleText<'_>, Refusal> {
        Err(Refusal::NotFound)
    }

    fn host_module(&mut self, _: &str) -> Option<HostModule> {
        const WILD: HostModule = HostModule::new(
            "wild",
            &[
                Entry::function("deaf", Arity::exactly(0), "", |call| {
                    // Goes on after the charge that stops the run, and pays other amounts when it is called again.
                    for bytes in [100, 6400, 64, 1000, 0] {
                        let _ = call.charge(bytes);
                        let _ = call.give_text("a text that is longer than a name");
                    }
                    let _ = call.refused(format_args!("lost"));
                    Ok(())
                }),
                Entry::function("panics", Arity::exactly(0), "", |_| panic!("in a function of the host")),
                Entry::function("stale", Arity::exactly(1), "", |call| {
                    let failed = call.refused(format_args!("kept {}", "for long"));
                    call.make_list()?;
                    for _ in 0..100 {
                        call.push_text("another text that takes memory")?;
                    }
                    Err(failed)
                }),
            ],
        );
        Some(WILD)
    }
}

fn run_wild(act: &str, way: Way<'_>) -> String {
    let mut vm = vm(way.options);
    if way.native {
        let _ = native::install(&mut vm);
    }
    let text =
        format!("import \"wild\" as w; for i in 1..5 {{ try {{ {act} }} catch e {{ print e.message; }} }}");
    let script = vm.load_importing("main", &text, Dialect::Siskin, LoadOptions::default(), &mut Wild);
    vm.start(script.expect("no errors")).expect("a script");
    finish(&mut vm, &mut Grants::new(), way.slice, b"")
}

#[test]
fn functions_that_misbehave_break_nothing() {
    for slice in [None, Some(1), Some(7), Some(150)] {
        for (gc_stress, native) in [(false, false), (true, false), (false, true)] {
            let options = Options::new().gc_stress(gc_stress).hot(1);
            let way = Way { options, native, slice, ..Way::default() };
            // With less fuel than it wants at once it gets no further.
            if slice.is_none_or(|slice| slice > 120) {
                let deaf = run_wild("w.deaf(); print i;", way);
                assert!(deaf.ends_with("4\n"), "{deaf}");
            }
            assert_eq!(run_wild("w.stale([i]);", way), "kept for long\n".repeat(4));
        }
    }
    for native in [false, true] {
        let way = Way { options: Options::new().hot(1), native, ..Way::default() };
        let panicked = std::panic::catch_unwind(|| run_wild("w.panics();", way)).expect_err("a panic");
        assert_eq!(panicked.downcast_ref(), Some(&"in a function of the host"));
    }
}

// time

#[test]
fn time_goes_on() {
    let text = "import { now, monotonic, sleep } from \"time\";\n\
                print now() > 1.7e9; let a = monotonic(); print sleep(0.02); print monotonic() - a >= 0.02;\n\
                for s in [-1, 3601, math.nan, \"1\"] { try { sleep(s); } catch e { print e.message; } }";
    let wrong = |found: &str| format!("'sleep' wants a number from 0 to 3600, found {found}.\n");
    let expected = format!(
        "true\nnil\ntrue\n{}{}{}'sleep' wants a number, found \"1\".\n",
        wrong("-1"),
        wrong("3601"),
        wrong("nan")
    );
    assert_eq!(run(text, b"", || Grants::new().time()), expected);
}

#[test]
fn waiting_ends_with_the_fuel_and_with_an_interrupt() {
    let mut vm = vm(Options::new());
    let mut grants = Grants::new().time();
    let text = "import { sleep } from \"time\"; sleep(3600); print \"after\"; while true {}";
    let script = load(&mut vm, text, &mut grants).expect("no errors");
    vm.start(script).expect("a script");
    let begin = Instant::now();
    let mut printed = Vec::new();
    let mut output = StreamOutput::new(&mut printed);
    // A millisecond is a unit: that is not paid for.
    let outcome = vm.run(Some(100_000), &mut HostIo::new(&mut output).state(&mut grants));
    assert!(matches!(outcome, Outcome::OutOfFuel), "{outcome:?}");
    let stop = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(50));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        vm.run(None, &mut HostIo::new(&mut output).interrupt(&stop).state(&mut grants))
    });
    assert!(matches!(outcome, Outcome::Interrupted), "{outcome:?}");
    assert!(begin.elapsed() < Duration::from_secs(60));
}

// env

#[test]
fn env_has_arguments_and_variables() {
    let text = "import \"env\" as env; print env.args();\n\
                print env.get(\"PATH\") is String; print env.get(\"NO_SUCH_VARIABLE\"); print env.get(\"\");\n\
                print env.get(\"A=B\"); print env.get(\"A\\0\"); print env.get(1);";
    let grants = || Grants::new().env(["one".to_owned(), String::new(), "ü\n".to_owned()]);
    let expected =
        "[\"one\", \"\", \"ü\\n\"]\ntrue\nnil\nnil\nnil\nnil\nType: 'get' wants a string, found 1.\n";
    assert_eq!(run(text, b"", grants), expected);
}

// io

#[test]
fn io_reads_lines_and_the_rest_and_writes() {
    let text = "import { read_line, read_all, write, flush } from \"io\";\n\
                print repr(read_line()); print repr(read_line()); print repr(read_line());\n\
                print repr(read_all()); print repr(read_line()); print repr(read_all());\n\
                write(\"a\" + \"b\"); write(\"\"); write(\"c\\n\"); print flush(); write(1);";
    let expected = "\"one\"\n\"\"\n\"thrée\"\n\"four\\nfive\"\nnil\n\"\"\nabc\nnil\n\
                    Type: 'write' wants a string, found 1.\n";
    assert_eq!(run(text, "one\r\n\nthrée\nfour\nfive".as_bytes(), || Grants::new().io()), expected);
}

#[test]
fn a_long_line_is_read_once_however_often_the_run_stops() {
    let mut input = vec![b'x'; 100_000];
    input.extend_from_slice(b"\nlast");
    let text =
        "import { read_line } from \"io\"; print read_line().len(); print read_line(); print read_line();";
    assert_eq!(run(text, &input, || Grants::new().io()), "100000\nlast\nnil\n");
}

#[test]
fn input_that_is_no_text_or_does_not_fit_or_is_not_there() {
    let text = "import { read_line } from \"io\"; try { read_line(); } catch e { print e.message; } print read_line();";
    let expected = "Can't read the input: it is not UTF-8.\nok\n";
    assert_eq!(run(text, b"\xff\nok\n", || Grants::new().io()), expected);
    let way = Way { options: Options::new().memory(4 << 20), input: &vec![b'x'; 8 << 20], ..Way::default() };
    let text = "import { read_all } from \"io\"; try { read_all(); } catch e { print e.kind; }";
    assert_eq!(run_in(way, text, Grants::new().io()), "Memory\n");
    let mut vm = vm(Options::new());
    let mut grants = Grants::new().io();
    let script =
        load(&mut vm, "import { read_all } from \"io\"; read_all();", &mut grants).expect("no errors");
    vm.start(script).expect("a script");
    let mut printed = Vec::new();
    let mut output = StreamOutput::new(&mut printed);
    match vm.run(None, &mut HostIo::new(&mut output).state(&mut grants)) {
        Outcome::Error(error) => assert_eq!(error.message(), "Can't read the input: there is none."),
        outcome => panic!("{outcome:?}"),
    }
}

// entropy

#[test]
fn entropy_differs() {
    let text = "import { seed, bytes } from \"entropy\";\n\
                let s = seed(); print s.is_int() and s >= 0; print s == seed(); print Random(s).int(0..1);\n\
                let b = bytes(16); print [b.len(), b == bytes(16), bytes(0).len(), bytes(10000).len()];\n\
                for n in [-1, 0.5, \"1\"] { try { bytes(n); } catch e { print e.kind; } }";
    let expected = "true\nfalse\n0\n[16, false, 0, 10000]\nValue\nValue\nType\n";
    assert_eq!(run(text, b"", || Grants::new().entropy()), expected);
    let way = Way { options: Options::new().memory(4 << 20), ..Way::default() };
    for n in ["5000000", "1e300"] {
        let text =
            format!("import {{ bytes }} from \"entropy\"; try {{ bytes({n}); }} catch e {{ print e.kind; }}");
        assert_eq!(run_in(way, &text, Grants::new().entropy()), "Size\n");
    }
}

// fs

#[cfg(unix)]
mod files {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_are_written_read_listed_and_removed() {
        let folder = folder("all");
        fs::create_dir(folder.join("sub")).expect("a folder");
        let text = "import \"fs\" as fs;\n\
                    print fs.write(\"a.txt\", \"one\" + \"\\n\"); fs.append(\"a.txt\", \"twö\"); fs.append(\"sub/b\", Bytes(2));\n\
                    print repr(fs.read(\"a.txt\")); print fs.read_bytes(\"sub/b\").to_hex(); print repr(fs.read(\"./sub//../a.txt\"));\n\
                    fs.write(\"a.txt\", \"x\"); print fs.read(\"a.txt\"); fs.write(\"a.txt\", \"\"); print fs.read_bytes(\"a.txt\").len();\n\
                    print [fs.list(\".\"), fs.list(\"sub\"), fs.list(\"sub/..\")];\n\
                    print [\"a.txt\", \".\", \"sub\", \"sub/b\", \"c\", \"c/d\", \"a.txt/b\", \"\"].map(|p| fs.exists(p));\n\
                    print fs.remove(\"a.txt\"); fs.remove(\"sub/b\"); print [fs.list(\".\"), fs.list(\"sub\")];";
        let expected = "nil\n\"one\\ntwö\"\n0000\n\"one\\ntwö\"\nx\n0\n\
                        [[\"a.txt\", \"sub\"], [\"b\"], [\"a.txt\", \"sub\"]]\n\
                        [true, true, true, true, false, false, false, false]\nnil\n[[\"sub\"], []]\n";
        assert_eq!(run(text, b"", || with_files(&folder)), expected);
    }

    #[test]
    fn a_script_reaches_nothing_outside_of_its_folder() {
        let folder = folder("inside");
        let around = folder.parent().expect("a folder").to_owned();
        let outside = around.join("outside.txt");
        fs::create_dir(folder.join("sub")).expect("a folder");
        fs::write(folder.join("in.txt"), "in").expect("a file");
        symlink(&outside, folder.join("absolute")).expect("a link");
        symlink("../outside.txt", folder.join("up")).expect("a link");
        symlink("../../outside.txt", folder.join("sub/up")).expect("a link");
        symlink("..", folder.join("parent")).expect("a link");
        symlink("../new.txt", folder.join("new")).expect("a link");
        symlink("loop", folder.join("loop")).expect("a link");
        symlink("sub/../in.txt", folder.join("within")).expect("a link");
        symlink("../sub", folder.join("sub/self")).expect("a link");
        let absolute = outside.to_str().expect("UTF-8");
        let paths = format!(
            "[\"../outside.txt\", \"sub/../../outside.txt\", \"{absolute}\", \"/\", \"/etc/passwd\", \"absolute\", \"up\", \"sub/up\", \
             \"sub/self/up\", \"parent/outside.txt\", \"parent\", \"new\", \"..\", \"./..\", \"nothing/../../x\", \"in.txt/../../outside.txt\"]"
        );
        let text = format!(
            "import \"fs\" as fs;\n\
             let ways = [|p| fs.read(p), |p| fs.read_bytes(p), |p| fs.write(p, \"bad\"), |p| fs.append(p, \"bad\"), |p| fs.list(p), |p| fs.exists(p)];\n\
             for path in {paths} {{ for way in ways {{\n\
               try {{ print [path, way(path)]; }} catch e {{ if e.kind != \"Io\" {{ print e.message; }} }}\n\
             }} }}\n\
             for path in [\"../outside.txt\", \"parent/outside.txt\", \"{absolute}\", \"..\"] {{ try {{ fs.remove(path); print path; }} catch {{ }} }}\n\
             print [fs.read(\"within\"), fs.read(\"sub/self/../in.txt\"), fs.list(\"sub/self\")];\n\
             for path in [\"up\", \"loop\", \"in.txt\\0\", \"nothing\"] {{ try {{ fs.read(path); }} catch e {{ print e.message; }} }}\n"
        );
        // What is not there is not there, wherever that would be.
        let expected = "[\"nothing/../../x\", false]\n[\"in.txt/../../outside.txt\", false]\n\
                        [\"in\", \"in\", [\"self\", \"up\"]]\n\
                        Can't read \"up\": it lies outside of the folder that is granted.\n\
                        Can't read \"loop\": Too many levels of symbolic links.\n\
                        Can't read \"in.txt\\0\": no path has a NUL character.\n\
                        Can't read \"nothing\": there is no such file or folder.\n";
        assert_eq!(run(&text, b"", || with_files(&folder)), expected);
        assert_eq!(fs::read_to_string(&outside).expect("still there"), "secret");
        assert!(!around.join("new.txt").exists());
        // A link is removed, and what it names stays.
        let text = "import { remove, exists } from \"fs\"; remove(\"absolute\"); remove(\"parent\");";
        assert_eq!(run_in(Way::default(), text, with_files(&folder)), "");
        assert_eq!(fs::read_to_string(&outside).expect("still there"), "secret");
        assert!(folder.join("absolute").symlink_metadata().is_err());
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = folder("special");
        fs::create_dir(folder.join("sub")).expect("a folder");
        let pipe = folder.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        let text = "import \"fs\" as fs;\n\
                    for path in [\"pipe\", \"sub\", \".\"] {\n\
                      for way in [|p| fs.read(p), |p| fs.write(p, \"x\"), |p| fs.append(p, \"x\")] { try { way(path); print path; } catch e { print e.message; } }\n\
                    }\n\
                    for act in [|| fs.remove(\"sub\"), || fs.remove(\".\"), || fs.list(\"pipe\")] { try { act(); } catch e { print e.message; } }";
        let flaws = |path: &str, why: &str| {
            ["read", "write", "write"].map(|verb| format!("Can't {verb} \"{path}\": {why}.\n")).concat()
        };
        let expected = flaws("pipe", "it is neither a file nor a folder")
            + &flaws("sub", "it is a folder")
            + &flaws(".", "it is a folder")
            + "Can't remove \"sub\": it is a folder.\nCan't remove \".\": it is a folder.\nCan't list \"pipe\": a file is not a folder.\n";
        assert_eq!(run(text, b"", || with_files(&folder)), expected);
    }

    #[test]
    fn a_file_that_is_larger_than_memory_is_an_error_each_time() {
        let folder = folder("large");
        // It has no blocks on the disk.
        fs::File::create(folder.join("large")).and_then(|file| file.set_len(10 << 30)).expect("a file");
        fs::write(folder.join("some"), vec![b'x'; 3 << 20]).expect("a file");
        let way = Way { options: Options::new().memory(5 << 20), ..Way::default() };
        let memory = "[\"Memory\", \"Out of memory.\"]\n";
        let size = "[\"Size\", \"10737418240 bytes are more than memory may hold.\"]\n";
        let acts = [
            ("read(\"large\")", 3, size),
            ("read_bytes(\"large\")", 3, size),
            ("read(\"some\")", 1, memory),
            ("read_bytes(\"some\").len()", 1, "3145728\n"),
        ];
        for (act, times, expected) in acts {
            let text = format!(
                "import \"fs\" as fs;\n\
                 for i in 0..{times} {{ try {{ print fs.{act}; }} catch e {{ print [e.kind, e.message]; }} }}"
            );
            assert_eq!(run_in(way, &text, with_files(&folder)), expected.repeat(times), "{act}");
        }
    }

    #[test]
    fn paths_and_names_of_a_folder_are_paid_for() {
        let folder = folder("names");
        for number in 0..200 {
            fs::write(folder.join(format!("file{number}")), b"").expect("a file");
        }
        let units = |text: &str, slice| {
            let mut vm = vm(Options::new());
            let mut grants = with_files(&folder);
            let script = load(&mut vm, text, &mut grants).expect("no errors");
            vm.start(script).expect("a script");
            let printed = finish(&mut vm, &mut grants, slice, b"");
            (printed, vm.stats().fuel)
        };
        let list = "import { list } from \"fs\"; print list(\".\").len();";
        let (printed, whole) = units(list, None);
        assert_eq!(printed, "200\n");
        assert!(whole >= 200 * 128 / 64, "{whole} units");
        assert_eq!(units(list, Some(10)), (printed, whole));
        let path = "x/../".repeat(100);
        for verb in ["exists", "remove"] {
            let text = format!("import \"fs\" as fs; try {{ fs.{verb}(\"{path}\"); }} catch e {{ }}");
            let (_, units) = units(&text, None);
            assert!(units >= 500 * 1024 / 64, "{units} units");
        }
    }

    #[test]
    fn a_folder_that_grows_while_a_run_stops_to_pay_is_not_listed_in_part() {
        let folder = folder("grows");
        let text = "import { list } from \"fs\"; fn act() { try { list(\".\").len() } catch e { e.message } }\n\
                    print act(); print act();";
        let mut vm = vm(Options::new());
        let mut grants = with_files(&folder);
        let script = load(&mut vm, text, &mut grants).expect("no errors");
        vm.start(script).expect("a script");
        let before = fs::read_dir(&folder).expect("a folder").count();
        let mut printed = Vec::new();
        let mut output = StreamOutput::new(&mut printed);
        // The path alone costs more.
        let outcome = vm.run(Some(10), &mut HostIo::new(&mut output).state(&mut grants));
        assert!(matches!(outcome, Outcome::OutOfFuel), "{outcome:?}");
        for number in 0..20 {
            fs::write(folder.join(format!("later{number}")), b"").expect("a file");
        }
        let rest = finish(&mut vm, &mut grants, None, b"");
        assert_eq!(rest, format!("Can't list \".\": it has grown meanwhile.\n{}\n", before + 20));
    }

    #[test]
    fn bytes_that_are_read_and_written_are_paid_for_before() {
        let folder = folder("fuel");
        fs::write(folder.join("some"), vec![b'x'; 64_000]).expect("a file");
        let units = |text: &str| {
            let mut vm = vm(Options::new());
            let mut grants = with_files(&folder);
            let script = load(&mut vm, text, &mut grants).expect("no errors");
            vm.start(script).expect("a script");
            finish(&mut vm, &mut grants, None, b"");
            vm.stats().fuel
        };
        assert!(units("import { read } from \"fs\"; read(\"some\");") >= 1000);
        // With less fuel than it takes nothing is written.
        let mut vm = vm(Options::new());
        let mut grants = with_files(&folder);
        let text = "import { write } from \"fs\"; let s = \"y\".repeat(64000); write(\"some\", s);";
        let script = load(&mut vm, text, &mut grants).expect("no errors");
        vm.start(script).expect("a script");
        let mut printed = Vec::new();
        let mut output = StreamOutput::new(&mut printed);
        let outcome = vm.run(Some(1500), &mut HostIo::new(&mut output).state(&mut grants));
        assert!(matches!(outcome, Outcome::OutOfFuel), "{outcome:?}");
        assert_eq!(fs::read(folder.join("some")).expect("a file"), vec![b'x'; 64_000]);
        assert_eq!(finish(&mut vm, &mut grants, Some(100), b""), "");
        assert_eq!(fs::read(folder.join("some")).expect("a file"), vec![b'y'; 64_000]);
    }

    #[test]
    fn arguments_of_other_types_and_texts_that_are_none() {
        let folder = folder("wrong");
        fs::write(folder.join("bad"), b"\xff").expect("a file");
        let long = "x".repeat(5000);
        let text = format!(
            "import \"fs\" as fs;\n\
             for act in [|| fs.read(1), || fs.write(\"a\", 1), || fs.write(nil, \"\"), || fs.read(\"bad\"), || fs.read(\"{long}\")] {{\n\
               try {{ act(); }} catch e {{ print [e.kind, e.message]; }}\n\
             }}\n\
             print fs.exists(\"a\"); print fs.read_bytes(\"bad\").to_hex();"
        );
        let expected = format!(
            "[\"Type\", \"'read' wants a string, found 1.\"]\n\
             [\"Type\", \"'write' wants a string or a Bytes, found 1.\"]\n\
             [\"Type\", \"'write' wants a string, found nil.\"]\n\
             [\"Io\", \"Can't read \\\"bad\\\": it is not UTF-8.\"]\n\
             [\"Io\", \"Can't read \\\"{}...\\\": the path is too long.\"]\n\
             false\nff\n",
            "x".repeat(100)
        );
        assert_eq!(run(&text, b"", || with_files(&folder)), expected);
    }
}
