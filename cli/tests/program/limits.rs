//! Limits, and the use of them.

use super::{Ran, ran, siskin};

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

/// Bulk work may cost more fuel than a slice has.
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
    // The limit is too small even for the engine.
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

/// To find the piece of text of an error, the text is compiled again, also in bounded memory: the rest of the limit, or
/// a megabyte. If that is not enough, the line is shown.
#[test]
fn errors_in_long_texts_take_bounded_memory() {
    let fails = |lines: usize, last: &str| {
        let text =
            format!("class N {{ init(n) {{ this.n = n; }} }} var l;\n{}{last}", "nil;\n".repeat(lines));
        let ran = siskin(["--error-format", "short", "--memory", "16m", "-e", &text]);
        assert_eq!(ran.code, 70);
        ran.err.lines().next().map(str::to_owned)
    };
    let fill = "while true { l = N(l); }";
    assert_eq!(fails(10, fill).as_deref(), Some("-e:12:18: error: Out of memory."));
    assert_eq!(fails(400_000, fill).as_deref(), Some("-e:400002:1: error: Out of memory."));
    assert_eq!(fails(20_000, "nil; -nil;").as_deref(), Some("-e:20002:6: error: Operand must be a number."));
}
