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
        &["check", "-p", "1"],
        &["-p", "1", "-e", "1;"],
        &["-p", "1", "a.lox"],
        &["gc", "--fn", "f", "a.lox"],
        &["--error-format", "xml", "a.lox"],
        &["--color", "red", "a.lox"],
    ];
    for args in wrong {
        let ran = siskin(args.iter());
        assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{args:?}: {}", ran.err);
        assert!(ran.err.starts_with("error: "), "{args:?}: {}", ran.err);
    }
}

#[test]
fn slips_in_the_command_line_are_seen() {
    let wrong = siskin(["chek", "f"]);
    let err = "error: there is no command or file 'chek': did you mean 'check'?\n\n\
               For more information, try '--help'.\n";
    assert_eq!(wrong, ran(64, "", err));
    assert_eq!(siskin(["chek"]), ran(64, "", err));
    let version = siskin(["--versoin"]);
    assert_eq!(version.code, 64);
    assert!(version.err.contains("did you mean '--version'?"), "{}", version.err);
    // What is a file is a script, whatever it is called.
    let file = file("slips", "chek", b"print 1;");
    assert_eq!(siskin([file]), ran(0, "1\n", ""));
    let option = siskin(["run", "--fule", "3", "-e", "1;"]);
    assert_eq!(option.code, 64);
    assert!(option.err.contains("'--fuel'"), "{}", option.err);
}

/// What somebody else chose, such as the name of a file, can do nothing to a terminal.
#[test]
fn control_characters_are_escaped() {
    for args in [
        &["a\u{1b}[31mb.lox"][..],
        &["--a\u{1b}[31mb"],
        &["a.lox", "a\u{1b}[31mb"],
        &["--dialect", "a\u{1b}[31mb", "-e", "1;"],
        &["disasm", "--fn", "a\u{1b}[31mb", "-e", "1;"],
    ] {
        let ran = siskin(args);
        assert!(ran.err.contains("a\\u{1b}[31mb"), "{args:?}: {}", ran.err);
        assert!(!ran.err.contains('\u{1b}'), "{args:?}: {}", ran.err);
    }
    let path = file("control_characters", "a\u{1b}[31mb\u{202e}.sk", b"print nil + 1; print ;");
    for format in ["pretty", "short"] {
        let ran = siskin(["--error-format".into(), format.into(), path.clone().into_os_string()]);
        assert_eq!(ran.code, 65);
        assert!(!ran.err.contains(['\u{1b}', '\u{202e}']), "{}", ran.err);
    }
}

#[cfg(feature = "repl")]
#[test]
fn value_of_code() {
    assert_eq!(siskin(["-p", "1 + 1"]), ran(0, "2\n", ""));
    assert_eq!(
        siskin(["run", "--print", "let x = 4; print x; \"a\\n\" + \"b\""]),
        ran(0, "4\n\"a\\\\nb\"\n", "")
    );
    assert_eq!(siskin(["-p", "class P { init() { this.x = 1; } } P()"]), ran(0, "P { x: 1 }\n", ""));
    assert_eq!(siskin(["--dialect", "lox", "-p", "-3"]), ran(0, "-3\n", ""));
    for nothing in ["", "nil", "1;", "var x = 3", "print 1"] {
        let out = if nothing == "print 1" { "1\n" } else { "" };
        assert_eq!(siskin(["-p", nothing]), ran(0, out, ""), "{nothing}");
    }
    let err = "error: Undefined variable 'y'.\n --> -p:1:5\n  |\n1 | 1 + y\n  |     ^\n";
    assert_eq!(siskin(["-p", "1 + y"]), ran(70, "", err));
    assert_eq!(siskin(["-p", "1 +"]).code, 65);
    assert_eq!(siskin(["--fuel", "10", "-p", "while true {} 1"]).code, 70);
    // Nothing is shown without being asked for.
    assert_eq!(siskin(["-e", "1 + 1"]), ran(0, "", ""));
    assert_eq!(siskin_into(Failing { room: 0, kind: io::ErrorKind::StorageFull }, &["-p", "1"]).0, 74);
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

const NESTED: &str = "class A {
  init() { this.x = 1; }
  m() { fn inner() { this.x } inner() }
}
fn f(a) { fn inner(b) { b } inner(a.x) }
f(A()); A().m();";

/// A function is called the same in all commands.
#[cfg(feature = "repl")]
#[test]
fn functions_go_by_their_paths() {
    // Each with what the first line of a function begins with; of caches it is the path itself.
    for (command, head) in
        [("disasm", "fn "), ("asm", "fn "), ("jit", "fn "), ("views", "  fn "), ("caches", "")]
    {
        let is_head = |line: &str| line.starts_with(head) && (command != "caches" || !line.starts_with(' '));
        for (path, name) in [
            ("f", "f"),
            ("f.inner", "inner"),
            ("A.m", "m"),
            ("A.m.inner", "inner"),
            ("A", "init"),
            ("A.init", "init"),
        ] {
            let ran = siskin([command, "--fn", path, "-e", NESTED]);
            assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command} {path}");
            let heads: Vec<_> = ran.out.lines().filter(|line| is_head(line)).collect();
            assert!(
                matches!(heads[..], [head] if head.contains(name) || command == "caches"),
                "{command} {path}: {heads:?}"
            );
        }
        for path in ["m", "inner", "A.n", "g", "init", "A.m.x", ""] {
            let ran = siskin([command, "--fn", path, "-e", NESTED]);
            assert_eq!((ran.code, ran.out.as_str()), (64, ""), "{command} {path}");
            assert!(ran.err.starts_with("siskin: "), "{command} {path}: {}", ran.err);
        }
    }
}

#[cfg(feature = "views")]
#[test]
fn jit_lists_methods_with_their_class() {
    let jit = siskin(["jit", "-e", NESTED]);
    let names: Vec<_> =
        jit.out.lines().filter_map(|line| line.strip_prefix("fn ")?.split(' ').next()).collect();
    assert_eq!(names, ["A.init/0", "A.m/0", "A.m.inner/0", "f/1", "f.inner/1"]);
}

#[cfg(feature = "repl")]
#[test]
fn columns_keep_to_their_width() {
    for width in [40, 41, 60, 120] {
        for path in examples() {
            let args = ["views".into(), "--width".into(), width.to_string().into(), path.into_os_string()];
            let ran: Ran = siskin::<OsString>(args);
            assert_eq!(ran.code, 0);
            let wide = ran.out.lines().find(|line| line.chars().count() > width);
            assert_eq!(wide, None, "{width}");
        }
    }
    assert_eq!(siskin(["views", "--width", "39", "-e", "1;"]).code, 64);
}

/// Commands that run a script take what bounds one, and name it in errors.
#[cfg(feature = "repl")]
#[test]
fn looking_at_a_script_is_bounded() {
    let path = file("looking", "spin.sk", b"fn spin() { while true {} }\nspin();\n");
    for command in ["caches", "gc", "time"] {
        let ran = siskin([command.into(), "--fuel".into(), "1000".into(), path.clone().into_os_string()]);
        assert_eq!((ran.code, ran.out.as_str()), (70, ""), "{command}");
        assert!(ran.err.starts_with("error: Out of fuel.\n"), "{command}: {}", ran.err);
        assert!(ran.err.contains(&format!(" --> {}:1:", path.display())), "{command}: {}", ran.err);
        for limit in ["--memory=64m", "--max-depth=100", "--fuel=1000"] {
            assert_eq!(siskin([command, limit, "-e", "1;"]).code, 0, "{command} {limit}");
        }
        let deep = siskin([command, "--max-depth", "9", "-e", "fn f() { f() } f();"]);
        assert!(deep.err.starts_with("error: Stack overflow.\n"), "{command}: {}", deep.err);
        let wrong = siskin([command, "-e", "print ;"]);
        assert_eq!(wrong.code, 65);
        assert!(wrong.err.contains(" --> -e:1:7\n"), "{command}: {}", wrong.err);
    }
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

/// What is refused is not read first, and nothing is waited for.
#[cfg(unix)]
#[test]
fn files_that_are_no_files() {
    let refused = |path: &std::path::Path, why: &str| {
        let err = format!("siskin: cannot read '{}': {why}\n", path.display());
        assert_eq!(siskin([path]), ran(74, "", &err));
    };
    refused("/dev/zero".as_ref(), "a device, not a file");
    assert_eq!(siskin(["/dev/null"]), ran(0, "", ""));
    assert_eq!(siskin([env!("CARGO_TARGET_TMPDIR")]).code, 74);

    let pipe = file("no_files", "beside", b"").with_file_name("pipe.sk");
    let _ = std::fs::remove_file(&pipe);
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    refused(&pipe, "a pipe that nobody writes to");
    std::fs::remove_file(&pipe).expect("it is there");
    // A pipe that somebody writes to, now or later, is as good as a file.
    for wait in [0, 30] {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let writes = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(wait));
            writer.write_all(b"print \"piped\";").expect("there is a reader");
        });
        let path = format!("/dev/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&reader));
        assert_eq!(siskin([path]), ran(0, "piped\n", ""));
        writes.join().expect("it has written");
    }

    let large = file("no_files", "large.sk", b"");
    let sparse = std::fs::File::options().write(true).open(&large).expect("a file");
    sparse.set_len(5 << 30).expect("a sparse file");
    refused(&large, "longer than 4 GB");
    std::fs::remove_file(large).expect("it was there");
}

/// The text is held as long as its script runs.
#[test]
fn source_text_takes_memory() {
    let padded = |count| [&b"print 1;"[..], &vec![b' '; count]].concat();
    let path = file("source_takes_memory", "long.lox", &padded(3 << 20));
    let run = |memory: &str| siskin(["--memory".into(), memory.into(), path.clone().into_os_string()]);
    assert_eq!(run("4m"), ran(0, "1\n", ""));
    for memory in ["3m", "2m", "1"] {
        assert_eq!(run(memory), ran(70, "", "Out of memory.\n"), "{memory}");
    }
    assert_eq!(siskin_with_input(["--memory", "3m", "-"], &padded(3 << 20)).code, 70);
    // An engine needs more than 4 kB beside its text, on every processor.
    assert_eq!(siskin_with_input(["--memory", "3200k", "-"], &padded((3200 << 10) - 4_000)).code, 70);
    for command in ["check", "disasm"] {
        let args = [command.into(), "--memory".into(), "2m".into(), path.clone().into_os_string()];
        assert_eq!(siskin(args), ran(70, "", "Out of memory.\n"), "{command}");
    }
    // Of a stream without an end no more is read.
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = ["--memory", "1m", "-"].map(OsString::from).to_vec();
    assert_eq!(program::run(args, &mut io::repeat(b' '), &mut out, &mut err), 70);
    assert_eq!(String::from_utf8_lossy(&err), "error: Out of memory.\n");
}

#[test]
fn marks_at_the_beginning_are_no_code() {
    for begin in ["\u{feff}", "#!/usr/bin/env siskin\n", "\u{feff}#!/usr/bin/env -S siskin run\n", "#!x\r\n"]
    {
        for name in ["marks.lox", "marks.sk"] {
            let path = file("marks", name, format!("{begin}print 1;").as_bytes());
            assert_eq!(siskin([&path]), ran(0, "1\n", ""), "{begin:?} in {name}");
        }
        let text = format!("{begin}print nil + 1;\n");
        let line = 1 + begin.matches('\n').count();
        let wrong = siskin_with_input(["--error-format", "short", "-"], text.as_bytes());
        let err = format!("<stdin>:{line}:7: error: Operands must be two numbers or two strings.\n");
        assert_eq!(wrong, ran(70, "", &err), "{begin:?}");
    }
    assert_eq!(siskin_with_input(["-"], b"#!"), ran(0, "", ""));
    // Nowhere else.
    assert_eq!(siskin_with_input(["-"], b"\n#!\n").code, 65);
    assert_eq!(siskin_with_input(["-"], " \u{feff}1;".as_bytes()).code, 65);
    assert_eq!(siskin_with_input(["-"], "\u{feff}\u{feff}1;".as_bytes()).code, 65);
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

/// The shell closes standard streams, or gives them the device that is full.
#[cfg(all(target_os = "linux", not(emulated)))]
#[test]
fn streams_that_serve_nothing() {
    let run = |redirections: &str, args: &[&str]| {
        let script = format!("exec \"$@\" {redirections}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_siskin")]).args(args);
        let output = command.stdin(Stdio::null()).output().expect("the program ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let said = |why: &str| (Some(74), format!("siskin: cannot write to standard output: {why}\n"));
    let closed = said("the stream is closed");
    let full = said("No space left on device (os error 28)");
    let long = "var i = 0; while (i < 20000) { print i; i = i + 1; }";
    for args in [&["-e", "print 1;"][..], &["-e", long], &["--version"], &["disasm", "-e", "print 1;"]] {
        assert_eq!(run(">&-", args), closed, "{args:?}");
        assert_eq!(run("1</dev/null", args), closed, "{args:?}");
        assert_eq!(run(">/dev/full", args), full, "{args:?}");
    }
    for redirections in [">&-", ">/dev/full", ">/dev/null"] {
        assert_eq!(run(redirections, &["-e", "1;"]), (Some(0), String::new()), "nothing is lost");
    }
    assert_eq!(run(">/dev/null", &["-e", "print 1;"]), (Some(0), String::new()));
    let unread = "siskin: cannot read standard input: the stream is closed\n".to_owned();
    assert_eq!(run("<&-", &["-"]), (Some(74), unread.clone()));
    assert_eq!(run("<&-", &[]), (Some(74), unread));
    assert_eq!(run("2>&-", &["-e", "print ;"]), (Some(65), String::new()));
}

#[cfg(all(target_os = "linux", feature = "repl", not(emulated)))]
#[test]
fn a_session_says_once_that_its_output_is_lost() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the device");
    let program = env!("CARGO_BIN_EXE_siskin");
    let mut child = Command::new(program)
        .arg("repl")
        .stdin(Stdio::piped())
        .stdout(full)
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    // The child may be gone before it has read all.
    let _ = child.stdin.take().expect("a pipe").write_all(b"1\n2\n3\n");
    let output = child.wait_with_output().expect("the program ends");
    let err = "siskin: cannot write to standard output: No space left on device (os error 28)\n";
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(74), err));
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
