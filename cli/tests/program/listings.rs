//! Subcommands that show compiled code, and the state of a VM after a script.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Ran, examples, file, ran, siskin, spawn};

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

/// A function has the same name in all commands.
#[cfg(feature = "repl")]
#[test]
fn functions_go_by_their_paths() {
    // Each command with the beginning of a function's first line, which for `caches` is the path itself.
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

/// Commands that run a script accept the options for limits, and name the limit in errors.
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

/// The page has every instruction of the bytecode's listing, in order, and machine code for both processors.
#[cfg(feature = "views")]
#[test]
fn asm_shows_source_bytecode_and_machine_code() {
    for (target, machine) in [("x64", ["endbr64", "[rbp+reg."]), ("a64", ["bti    jc", "[x20, reg."])] {
        for path in examples() {
            let asm = siskin(["asm".into(), "--target".into(), target.into(), path.clone().into_os_string()]);
            assert_eq!((asm.code, asm.err.as_str()), (0, ""), "{}", path.display());
            let disasm = siskin([OsString::from("disasm"), path.clone().into()]);
            let mut page = asm.out.lines();
            // Offsets and mnemonics. Heads of functions and captured variables have none.
            for row in disasm.out.lines().filter(|line| line.starts_with(' ')) {
                let Some((word, rest)) = row.get(7..).and_then(|row| row.split_once("  ")) else { continue };
                let mnemonic = rest.split(' ').next().unwrap_or("");
                let row = format!("       {word}  {mnemonic}");
                assert!(page.any(|line| line.starts_with(&row)), "{row} is missing for {}", path.display());
            }
            // With 32-bit addresses, fields of a VM have offsets that an ARM64 load cannot encode.
            let stub = (target == "x64" || cfg!(target_pointer_width = "64")).then_some("stub.step");
            for wanted in machine.into_iter().chain(["cold paths", "entries"]).chain(stub) {
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

/// Two runs have the same output: addresses are shown as names.
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
