//! The `siskin` program as its users meet it: arguments and files in, text and exit codes out.

use std::env::consts::ARCH;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use siskin::program::{self, Console};

/// What a run of the program left behind.
#[derive(Debug, PartialEq)]
struct Ran {
    code: u8,
    out: String,
    err: String,
}

fn ran(code: u8, out: &str, err: &str) -> Ran {
    Ran { code, out: out.into(), err: err.into() }
}

fn siskin_with_input<A: Into<OsString>>(args: impl IntoIterator<Item = A>, mut input: &[u8]) -> Ran {
    let args = args.into_iter().map(Into::into).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = program::run(args, &mut input, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Ran { code, out: text(out), err: text(err) }
}

fn siskin<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Ran {
    siskin_with_input(args, b"")
}

/// A file of that name, alone in a directory of this test's own.
fn file(test: &str, name: &str, contents: &[u8]) -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("program").join(test);
    std::fs::create_dir_all(&directory).expect("a scratch directory");
    let path = directory.join(name);
    std::fs::write(&path, contents).expect("a scratch file");
    path
}

fn examples() -> impl Iterator<Item = PathBuf> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples");
    std::fs::read_dir(directory).expect("the examples").map(|entry| entry.expect("an example").path())
}

#[test]
fn runs_a_file() {
    let path = file("runs_a_file", "hello.lox", b"print \"hello\";\nprint 1;\n");
    assert_eq!(siskin([&path]), ran(0, "hello\n1\n", ""));
    assert_eq!(siskin(["run".into(), path]), ran(0, "hello\n1\n", ""));
}

#[test]
fn runs_code_and_standard_input() {
    assert_eq!(siskin(["-e", "print \"x\";"]), ran(0, "x\n", ""));
    assert_eq!(siskin(["run", "--eval", "print \"x\";"]), ran(0, "x\n", ""));
    assert_eq!(siskin_with_input(["-"], b"print \"in\";"), ran(0, "in\n", ""));
    assert_eq!(siskin_with_input(["run", "-"], b"print \"in\";"), ran(0, "in\n", ""));
    assert_eq!(siskin(["-e", ""]), ran(0, "", ""));
    let nothing: [&str; 0] = [];
    assert_eq!(siskin_with_input(nothing, b"print \"in\";"), ran(0, "in\n", ""));
    let wrong = siskin_with_input(nothing, b"print");
    assert_eq!((wrong.code, wrong.out.as_str()), (65, ""));
    assert!(wrong.err.contains("<stdin>:1:6"), "{}", wrong.err);
    assert_eq!(siskin_with_input(nothing, b""), ran(0, "", ""));
}

#[cfg(feature = "repl")]
#[test]
fn piped_sessions_may_be_long() {
    let inputs: String = (0..20_000).map(|number| format!("{number}\n")).collect();
    let ran = siskin_with_input(["repl"], inputs.as_bytes());
    assert_eq!((ran.code, ran.out.lines().count(), ran.err.as_str()), (0, 20_000, ""));
    let functions: String = (0..5000).map(|number| format!("fn f{number}() {{ {number} }}\n")).collect();
    let ran = siskin_with_input(["repl"], format!("{functions}f4999()\n").as_bytes());
    assert!(ran.out.ends_with("  defined f4999/0\n=> 4999\n"), "{:?}", ran.out.lines().last());
    // Inputs of many lines: a block, a string, an argument list, a sum.
    let lines = |head: &str, line: &str, tail: &str| format!("{head}\n{}{tail}\n", line.repeat(20_000));
    for (text, out) in [
        (lines("{", "  print 1;\n", "}"), "1\n".repeat(20_000)),
        (lines("print \"", "\n", "\";"), "\n".repeat(20_002)),
        (lines("nil == (", "  1 ==\n", "2)"), "=> false\n".into()),
        (lines("1 +", "  1 +\n", "1"), "=> 20002\n".into()),
    ] {
        let ran = siskin_with_input(["repl"], text.as_bytes());
        assert!(ran.out == out, "{:?} {:?}", text.get(..20), ran.err.get(..200));
    }
}

#[cfg(feature = "repl")]
#[test]
fn prompt_without_a_terminal_reads_lines() {
    let input = b"let x = 1\nfn f() {\n\n  print x;\n}\nf()\n";
    assert_eq!(siskin_with_input(["repl"], input), ran(0, "  defined f/0\n1\n", ""));
    assert_eq!(siskin_with_input(["repl"], b"print 1"), ran(0, "1\n", ""));
    assert_eq!(siskin_with_input(["repl"], b"print 1\n:quit\nprint 2\n"), ran(0, "1\n", ""));
    assert_eq!(
        siskin_with_input(["repl", "--dialect", "lox"], b"var let = 1\nprint let\n"),
        ran(0, "1\n", "")
    );

    let wrong = siskin_with_input(["repl"], b")\nprint 1\n{\n");
    assert_eq!((wrong.code, wrong.out.as_str()), (0, "1\n"));
    assert_eq!(wrong.err.matches("error: ").count(), 2, "{}", wrong.err);
    let binary = siskin_with_input(["repl"], b"print \"\xff\"\n");
    assert_eq!(binary, ran(0, "", "  this line is not UTF-8 text\n"));
}

#[test]
fn code_may_begin_with_a_hyphen() {
    assert_eq!(siskin(["-e", "-\"x\";"]).err.lines().next(), Some("error: Operand must be a number."));
}

#[test]
fn usage_errors() {
    let wrong: &[&[&str]] = &[
        &["repl", "a.lox"],
        &["--bogus"],
        &["run"],
        &["check"],
        &["disasm"],
        &["a.lox", "b.lox"],
        &["-e", "print 1;", "a.lox"],
        &["-e"],
        &["--dialect", "python", "a.lox"],
        &["--tier", "jit", "a.lox"],
        &["--dispatch", "goto", "a.lox"],
        &["--fuel", "-1", "a.lox"],
        &["--fuel", "much", "a.lox"],
        &["--slice", "0", "a.lox"],
        &["--memory", "lots", "a.lox"],
        &["--memory", "99999999999g", "a.lox"],
        &["check", "--fuel", "1", "a.lox"],
        &["--error-format", "xml", "a.lox"],
        &["--color", "red", "a.lox"],
    ];
    for args in wrong {
        let ran = siskin(args.iter());
        assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("error: "), "{args:?}: {}", ran.err);
    }
}

#[cfg(not(feature = "tail"))]
#[test]
fn tail_dispatch_takes_a_feature() {
    let ran = siskin(["--dispatch", "tail", "-e", "print 1;"]);
    assert_eq!(ran.code, 64);
    assert!(ran.err.contains("built without it"), "{}", ran.err);
}

#[cfg(feature = "tail")]
#[test]
fn tail_dispatch() {
    assert_eq!(siskin(["--dispatch", "tail", "-e", "print 1;"]), ran(0, "1\n", ""));
}

#[test]
fn modes_change_nothing_to_be_seen() {
    for mode in [
        &["--tier", "interp"][..],
        &["--dispatch", "match"],
        &["--gc-stress"],
        &["--slice", "1"],
        &["--fuel", "1000000"],
        &["--memory", "16m"],
        &["--max-depth", "100"],
        &["--dialect", "siskin"],
    ] {
        let args = mode.iter().chain(&["-e", "print \"a\";\nprint 2;"]);
        assert_eq!(siskin(args), ran(0, "a\n2\n", ""), "{mode:?}");
    }
}

#[test]
fn help_and_version() {
    for args in [&["--help"][..], &["-h"], &["help"], &["run", "--help"], &["check", "-h"], &["help", "run"]]
    {
        let ran = siskin(args.iter());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert!(ran.out.contains("Usage: siskin"), "{args:?}: {}", ran.out);
    }
    let version = concat!("siskin ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(siskin(["--version"]), ran(0, version, ""));
}

#[test]
fn compile_errors() {
    let err = "[line 2] Error at ';': Expect expression.\n[line 4] Error at end: Expect expression.\n";
    let source = "print 1;\nprint ;\n\nprint";
    let path = file("compile_errors", "bad.lox", source.as_bytes());
    assert_eq!(siskin([&path]), ran(65, "", err));
    assert_eq!(siskin(["check".into(), path]), ran(65, "", err));
    assert_eq!(siskin(["--error-format", "lox", "-e", source]), ran(65, "", err));
}

#[test]
fn format_of_errors_follows_the_dialect() {
    let pretty = "error: Expect expression.\n --> -e:1:7\n  |\n1 | print ;\n  |       ^\n";
    let lox = "[line 1] Error at ';': Expect expression.\n";
    assert_eq!(siskin(["-e", "print ;"]), ran(65, "", pretty));
    assert_eq!(siskin(["--dialect", "lox", "-e", "print ;"]), ran(65, "", lox));
    assert_eq!(
        siskin(["--dialect", "lox", "--error-format", "pretty", "-e", "print ;"]),
        ran(65, "", pretty)
    );
    let short = "-e:1:7: error: Expect expression.\n";
    for command in ["run", "check", "disasm"] {
        assert_eq!(siskin([command, "--error-format", "short", "-e", "print ;"]), ran(65, "", short));
    }
}

#[test]
fn colours_when_asked_for() {
    let is_plain = |color: &str| !siskin(["--color", color, "-e", "print ;"]).err.contains('\x1b');
    assert!(is_plain("auto"), "this is no terminal");
    assert!(is_plain("never"));
    assert!(!is_plain("always"));
    let json = siskin(["--color", "always", "--error-format", "json", "-e", "print ;"]).err;
    assert!(!json.contains('\x1b'), "{json}");

    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = Console {
        stdin: &mut io::empty(),
        stdout: &mut out,
        stderr: &mut err,
        color: true,
        is_terminal: false,
        ends: false,
    };
    assert_eq!(program::run_on(vec!["-e".into(), "print ;".into()], streams), 65);
    assert!(err.contains(&0x1b), "they were said to be welcome");
}

#[test]
fn check_runs_nothing() {
    assert_eq!(siskin(["check", "-e", "print 1;"]), ran(0, "", ""));
    assert_eq!(siskin(["check", "-e", "-\"x\";"]), ran(0, "", ""));
}

#[test]
fn disasm_lists_bytecode() {
    let ran = siskin(["disasm", "-e", "fun add(a, b) { return a + b; } print add(1, 2);"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    for word in ["add", "return", "print", "call"] {
        assert!(ran.out.contains(word), "{word} is missing in:\n{}", ran.out);
    }
    assert_eq!(siskin(["disasm", "-e", "print ;"]).code, 65);
}

/// The page has every instruction of the bytecode's listing, in its order, and the machine's for both processors.
#[cfg(feature = "views")]
#[test]
fn asm_shows_source_bytecode_and_machine_code() {
    for (target, machine) in [("x64", ["endbr64", "[rbp+reg."]), ("a64", ["bti    jc", "[x20, reg."])] {
        for path in examples() {
            let asm = siskin(["asm".into(), "--target".into(), target.into(), path.clone().into_os_string()]);
            assert_eq!((asm.code, asm.err.as_str()), (0, ""), "{}", path.display());
            let disasm = siskin([OsString::from("disasm"), path.clone().into()]);
            let mut page = asm.out.lines();
            // Words and mnemonics; heads of functions have none, captured variables neither.
            for row in disasm.out.lines().filter(|line| line.starts_with(' ')) {
                let Some((word, rest)) = row.get(7..).and_then(|row| row.split_once("  ")) else { continue };
                let mnemonic = rest.split(' ').next().unwrap_or("");
                let row = format!("       {word}  {mnemonic}");
                assert!(page.any(|line| line.starts_with(&row)), "{row} is missing for {}", path.display());
            }
            for wanted in machine.into_iter().chain(["cold paths", "entries", "stub.step"]) {
                assert!(
                    asm.out.contains(wanted),
                    "{wanted} is missing for {} in:\n{}",
                    path.display(),
                    asm.out
                );
            }
        }
    }
}

#[cfg(feature = "views")]
#[test]
fn asm_of_one_function() {
    let source = "fun add(a, b) {\n  return a + b;\n}\nprint add(1, 2);";
    let asm = siskin(["asm", "--target", "x64", "--fn", "add", "-e", source]);
    assert_eq!((asm.code, asm.err.as_str()), (0, ""));
    let headings: Vec<_> =
        asm.out.lines().filter(|line| line.contains(" | ") || line.starts_with("fn ")).collect();
    assert!(
        matches!(headings[..], [head, "    2 | return a + b;"] if head.starts_with("fn add/2  registers ")),
        "{headings:?}"
    );
    let jumps = asm.out.lines().filter(|line| line.contains(" jmp    L") || line.contains(" jb     C"));
    assert!(jumps.count() > 1, "{}", asm.out);
    assert!(siskin(["asm", "--fn", "script", "-e", source]).out.contains("\nscript  registers "));

    let unknown = siskin(["asm", "--fn", "sub", "-e", source]);
    assert_eq!(unknown, ran(64, "", "siskin: there is no function 'sub', only these: script, add\n"));
    assert_eq!(siskin(["asm", "--target", "mips", "-e", source]).code, 64);
    assert_eq!(siskin(["asm", "-e", "print ;"]).code, 65);
}

/// Two runs say the same: addresses go by names.
#[cfg(feature = "views")]
#[test]
fn asm_is_reproducible() {
    for target in ["x64", "a64"] {
        for path in examples() {
            let asm = || {
                siskin(["asm".into(), "--target".into(), target.into(), path.clone().into_os_string()]).out
            };
            let first = asm();
            let _elsewhere = vec![0_u8; 100_000];
            assert_eq!(first, asm(), "{}", path.display());
        }
    }
}

#[cfg(feature = "views")]
#[test]
fn all_functions_of_the_examples_compile() {
    for target in ["x64", "a64"] {
        for path in examples() {
            let jit = siskin(["jit".into(), "--target".into(), target.into(), path.clone().into_os_string()]);
            assert_eq!((jit.code, jit.err.as_str()), (0, ""), "{}", path.display());
            assert!(jit.out.lines().any(|line| line.starts_with("script ")), "{}", jit.out);
            let last = jit.out.lines().last().unwrap_or("");
            assert!(last.starts_with(target) && last.contains(" compiled, 0 interpreted; "), "{}", jit.out);
        }
    }
    assert_eq!(siskin(["jit", "-e", "print ;"]).code, 65);
}

#[cfg(feature = "views")]
#[test]
fn jit_says_why_a_function_stays_interpreted() {
    let source = "print 1; ".repeat(40_000);
    let jit = siskin(["jit", "-e", &source]);
    assert_eq!((jit.code, jit.err.as_str()), (0, ""));
    assert!(
        jit.out.contains("interpreted: ") && jit.out.contains(" words of bytecode are too many"),
        "{}",
        jit.out
    );
}

#[cfg(all(feature = "jit", target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
#[test]
fn perf_map_names_machine_code() {
    let path = file(
        "perf_map",
        "fib.lox",
        b"fun fib(n) {\n  if (n < 2) return n;\n  return fib(n - 1) + fib(n - 2);\n}\nprint fib(15);\n",
    );
    let path = path.to_str().expect("UTF-8");
    let child = spawn(&["run", "--perf-map", "--hot", "1", path]);
    let map = PathBuf::from(format!("/tmp/perf-{}.map", child.id()));
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(0), &b"610\n"[..]));
    let text = std::fs::read_to_string(&map).expect("a map");
    std::fs::remove_file(&map).expect("the map is ours");

    let mut pieces = Vec::new();
    for line in text.lines() {
        let mut fields = line.splitn(3, ' ');
        let mut number = || fields.next().and_then(|field| usize::from_str_radix(field, 16).ok());
        let (start, len) = (number().expect("a start"), number().expect("a length"));
        assert!(len > 0, "{line}");
        pieces.push((start, start + len, fields.next().expect("a name")));
    }
    let fib = format!("siskin:fib {path}:2");
    for name in ["siskin:stub enter", "siskin:stub construct", "siskin:stub step", &fib] {
        assert!(pieces.iter().any(|piece| piece.2 == name), "{name} is missing in:\n{text}");
    }
    pieces.sort_unstable();
    assert!(pieces.windows(2).all(|pair| pair[0].1 <= pair[1].0), "pieces overlap:\n{text}");
}

#[test]
fn run_time_errors() {
    let source = "print \"before\";\nfun f() {\n  -\"x\";\n}\nf();\n";
    let path = file("run_time_errors", "fails.lox", source.as_bytes());
    let err = "Operand must be a number.\n[line 3] in f()\n[line 5] in script\n";
    assert_eq!(siskin([&path]), ran(70, "before\n", err));
}

#[test]
fn dialect_follows_the_extension() {
    let source = b"fn twice(n) { n * 2 }\nprint twice(21);\n";
    let lox_error = "[line 1] Error at 'twice': Expect ';' after expression.\n";
    let siskin_file = file("dialect", "twice.sk", source);
    let other_file = file("dialect", "twice", source);
    let lox_file = file("dialect", "twice.lox", source);
    assert_eq!(siskin([&siskin_file]), ran(0, "42\n", ""));
    assert_eq!(siskin([&other_file]), ran(0, "42\n", ""));
    assert_eq!(siskin_with_input(["-"], source), ran(0, "42\n", ""));
    assert_eq!(siskin([&lox_file]), ran(65, "", lox_error));

    assert_eq!(siskin(["--dialect".into(), "siskin".into(), lox_file]), ran(0, "42\n", ""));
    assert_eq!(siskin(["--dialect".into(), "lox".into(), siskin_file]), ran(65, "", lox_error));
}

#[test]
fn unreadable_files() {
    let missing = siskin(["no/such/file.lox"]);
    assert_eq!((missing.code, missing.out.as_str()), (74, ""));
    assert!(
        missing.err.starts_with("siskin: cannot read 'no/such/file.lox': No such file"),
        "{}",
        missing.err
    );

    let directory = siskin([env!("CARGO_TARGET_TMPDIR")]);
    assert_eq!(directory.code, 74, "{}", directory.err);

    let bytes = file("unreadable_files", "latin1.lox", b"print 1;\nprint \"caf\xE9\";\n");
    let err = format!("siskin: cannot read '{}': not UTF-8 text (line 2, byte 19)\n", bytes.display());
    assert_eq!(siskin([&bytes]), ran(74, "", &err));
    assert_eq!(siskin([OsString::from("check"), bytes.into()]), ran(74, "", &err));

    let err = "siskin: cannot read standard input: not UTF-8 text (line 1, byte 0)\n";
    assert_eq!(siskin_with_input(["-"], b"\xFF"), ran(74, "", err));
}

#[test]
fn fuel_runs_out() {
    let spin = ["--error-format", "lox", "--fuel", "1000", "-e", "while (true) {}"];
    let first_line = |ran: &Ran| ran.err.lines().next().map(str::to_owned);
    let whole = siskin(spin);
    assert_eq!((whole.code, first_line(&whole)), (70, Some("Out of fuel.".into())));
    let sliced = siskin(["--slice", "7"].iter().chain(&spin));
    assert_eq!(sliced, whole);
    assert_eq!(siskin(["--fuel", "1000", "-e", "print 1;"]), ran(0, "1\n", ""));
}

/// Work that is paid by the byte may cost more than a slice has.
#[test]
fn slices_cost_as_much_as_the_whole() {
    let code = "var s = \"ab\"; for (var i = 0; i < 12; i = i + 1) s = s + s;
        for (var i = 0; i < 9; i = i + 1) s + \"x\"; print \"end\";";
    let fuel = |args: &[&str]| {
        let ran = siskin(args.iter().chain(&["--stats", "-e", code]));
        assert_eq!((ran.code, ran.out.as_str()), (0, "end\n"));
        ran.err.lines().find(|line| line.starts_with("fuel")).map(str::to_owned)
    };
    let whole = fuel(&[]);
    for slice in ["1", "7", "100"] {
        assert_eq!(fuel(&["--slice", slice]), whole, "{slice}");
    }
}

#[test]
fn output_before_the_end_of_fuel_is_kept() {
    let ran = siskin(["--fuel", "50", "-e", "while (true) print 1;"]);
    assert_eq!(ran.code, 70);
    assert!(ran.out.starts_with("1\n1\n"), "{}", ran.out);
}

#[test]
fn memory_runs_out() {
    let grow = "var s = \"grow\"; while (true) s = s + s;";
    let ran = siskin(["--error-format", "lox", "--memory", "1m", "-e", grow]);
    assert_eq!((ran.code, ran.out.as_str()), (70, ""));
    assert!(ran.err.starts_with("Out of memory.\n"), "{}", ran.err);
    // Not even the engine fits.
    for bytes in ["0", "1", "200"] {
        let ran = siskin(["--error-format", "lox", "--memory", bytes, "-e", "print 1;"]);
        assert_eq!(ran.code, 70, "{bytes}");
        assert!(ran.err.starts_with("Out of memory.\n"), "{bytes}: {}", ran.err);
    }
    assert_eq!(siskin(["check", "--memory", "10", "-e", "print 1;"]).code, 70);
}

#[test]
fn calls_nest_too_deep() {
    let ran = siskin(["--dialect", "lox", "--max-depth", "50", "-e", "fun grow() { grow(); } grow();"]);
    assert_eq!((ran.code, ran.out.as_str()), (70, ""));
    assert!(ran.err.starts_with("Stack overflow.\n[line 1] in grow()\n"), "{}", ran.err);
    assert!(ran.err.ends_with("[line 1] in script\n"), "{}", ran.err);
}

#[test]
fn long_traces_lose_their_middle() {
    let trace = |depth: &str| {
        let ran = siskin(["--dialect", "lox", "--max-depth", depth, "-e", "fun grow() { grow(); }\ngrow();"]);
        assert!(ran.err.ends_with("\n[line 2] in script\n"), "{}", ran.err);
        (ran.err.lines().count(), ran.err.lines().nth(33).map(str::to_owned))
    };
    let frame = Some("[line 1] in grow()".to_owned());
    assert_eq!(trace("60"), (61, frame.clone()));
    assert_eq!(trace("64"), (65, frame));
    assert_eq!(trace("65"), (66, Some("[1 more]".into())));
    assert_eq!(trace("5000"), (66, Some("[4936 more]".into())));
}

#[test]
fn stats_come_last() {
    let ran = siskin(["--stats", "-e", "print 1;"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "1\n"));
    for word in ["collections", "pauses", "memory", "objects", "fuel"] {
        assert!(ran.err.lines().any(|line| line.starts_with(word)), "{word} is missing in:\n{}", ran.err);
    }
    let failed = siskin(["--stats", "-e", "-\"x\";"]);
    assert_eq!(failed.code, 70);
    assert!(failed.err.starts_with("error: Operand must be a number.\n"), "{}", failed.err);
    assert!(failed.err.contains("\ncollections"), "{}", failed.err);
}

/// Takes some bytes, then fails.
struct Failing {
    room: usize,
    kind: io::ErrorKind,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(self.kind.into());
        }
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        Ok(taken)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn siskin_into(mut stdout: Failing, args: &[&str]) -> (u8, String) {
    let mut err = Vec::new();
    let args = args.iter().map(OsString::from).collect();
    let code = program::run(args, &mut io::empty(), &mut stdout, &mut err);
    (code, String::from_utf8(err).expect("the program writes UTF-8"))
}

#[test]
fn output_fails() {
    let forever = ["-e", "while (true) print 1;"];
    let full = "siskin: cannot write to standard output: no storage space\n";
    for room in [0, 1, 2, 99] {
        let stdout = Failing { room, kind: io::ErrorKind::StorageFull };
        assert_eq!(siskin_into(stdout, &forever), (74, full.into()), "{room}");
        let stdout = Failing { room, kind: io::ErrorKind::BrokenPipe };
        assert_eq!(siskin_into(stdout, &forever), (141, String::new()), "{room}");
    }
    for args in [&["--help"][..], &["--version"], &["disasm", "-e", "print 1;"]] {
        let stdout = Failing { room: 0, kind: io::ErrorKind::StorageFull };
        assert_eq!(siskin_into(stdout, args), (74, full.into()), "{args:?}");
    }
}

#[test]
fn stderr_may_be_closed() {
    let mut stderr = Failing { room: 0, kind: io::ErrorKind::BrokenPipe };
    let args = vec!["-e".into(), "print ;".into()];
    assert_eq!(program::run(args, &mut io::empty(), &mut io::sink(), &mut stderr), 65);
}

/// Starts the program as a process of its own, the way cargo starts this test: perhaps under QEMU, if it is for
/// another machine.
fn spawn(args: &[&str]) -> Child {
    let program = env!("CARGO_BIN_EXE_siskin");
    let runner = format!("CARGO_TARGET_{}_UNKNOWN_LINUX_GNU_RUNNER", ARCH.to_uppercase());
    let mut command = match std::env::var(runner) {
        Ok(runner) if cfg!(target_os = "linux") => {
            let mut words = runner.split_whitespace();
            let mut command = Command::new(words.next().expect("the runner has a name"));
            command.args(words).arg(program);
            command
        }
        _ => Command::new(program),
    };
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

#[cfg(unix)]
#[test]
fn stops_quietly_when_nobody_reads() {
    let mut child = spawn(&["-e", "while (true) print 1;"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// Starts the program with that input in a pipe.
fn piped(args: &[&str], input: &[u8]) -> Ran {
    let mut child = spawn(args);
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input).expect("the program reads");
    drop(stdin);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let code = output.status.code().and_then(|code| u8::try_from(code).ok());
    ran(code.expect("no signal ended it"), &text(output.stdout), &text(output.stderr))
}

#[test]
fn the_process_itself() {
    let Ran { code, out, err } = piped(&["-"], b"print \"a\";\n-\"x\";\n");
    assert_eq!((code, out.as_str()), (70, "a\n"));
    assert!(err.starts_with("error: Operand must be a number.\n --> <stdin>:2:1\n"), "{err}");
}

#[test]
fn what_is_piped_in_is_a_script() {
    assert_eq!(piped(&[], b"1+1"), ran(0, "", ""));
    assert_eq!(piped(&[], b"print 1+1;"), ran(0, "2\n", ""));
    let err = "error: Expect ';' after value.\n --> <stdin>:1:8\n  |\n1 | print 1\n  |        ^\n";
    assert_eq!(piped(&[], b"print 1"), ran(65, "", err));
}

#[cfg(feature = "repl")]
#[test]
fn a_prompt_takes_a_pipe_too() {
    let input = b"fn f(n) {\n  n + 1 }\nf(1)\n-\"x\"\n:nothing\nprint f(_)";
    let out = "  defined f/1\n=> 2\n3\n";
    let err = "error: Operand must be a number.\n --> <input 3>:1:1\n  |\n1 | -\"x\"\n  | ^^^^\n\
               \x20 there is no command ':nothing'; :help lists them\n";
    assert_eq!(piped(&["repl"], input), ran(0, out, err));
    assert_eq!(piped(&["repl"], b":quit\n1"), ran(0, "", ""));
    assert_eq!(piped(&["repl"], b"f(").code, 0);
    let err = "  this line is not UTF-8 text\n";
    assert_eq!(piped(&["repl"], b"1\ncaf\xff\n2"), ran(0, "=> 1\n=> 2\n", err));
}

/// Each example ends with a comment that says what it prints.
#[test]
fn examples_print_what_they_say() {
    let mut count = 0;
    for path in examples() {
        let source = std::fs::read_to_string(&path).expect("readable text");
        let (_, comment) = source.split_once("\n// Prints:\n").expect("a comment `// Prints:` at the end");
        let expected: String =
            comment.lines().flat_map(|line| [line.strip_prefix("// ").unwrap_or(line), "\n"]).collect();
        assert_eq!(siskin([&path]), ran(0, &expected, ""), "{}", path.display());
        count += 1;
    }
    assert!(count >= 8, "only {count} examples");
}
