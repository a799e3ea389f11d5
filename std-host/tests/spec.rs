//! Runs the scripts below `tests/spec` and holds them to the expectations in their comments.
//!
//! `tests/spec/README.md` has the format. `SISKIN_SPEC=text` runs only scripts whose path contains the text.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

/// Fewer scripts than this means that the suite was not found.
const FEWEST: usize = 300;

/// Native stack of a thread that runs scripts.
const STACK: usize = 16 << 20;

/// How long to wait for any script to end before the run is given up.
const PATIENCE: Duration = Duration::from_secs(300);

/// Modes a script may be skipped in.
const MODES: [&str; 5] = ["match", "tail", "gc_stress", "fuel_sliced", "baseline"];

#[test]
fn match_loop() {
    run_suite(&["match"], &["--tier", "interp"]);
}

#[cfg(feature = "tail")]
#[test]
fn tail() {
    run_suite(&["tail"], &["--tier", "interp", "--dispatch", "tail"]);
}

#[test]
fn gc_stress() {
    run_suite(&["gc_stress"], &["--tier", "interp", "--gc-stress"]);
}

#[test]
fn fuel_sliced() {
    run_suite(&["fuel_sliced"], &["--tier", "interp", "--slice", "7"]);
}

/// Everything is compiled before it runs.
#[test]
fn baseline() {
    run_suite(&["baseline"], &["--tier", "baseline", "--hot", "0"]);
}

/// What is hot is compiled after it was sampled, and entered in its midst.
#[test]
fn baseline_warm() {
    run_suite(&["baseline"], &["--tier", "baseline", "--hot", "5"]);
}

#[test]
fn baseline_gc_stress() {
    run_suite(&["baseline", "gc_stress"], &["--tier", "baseline", "--hot", "1", "--gc-stress"]);
}

#[test]
fn baseline_fuel_sliced() {
    run_suite(&["baseline", "fuel_sliced"], &["--tier", "baseline", "--hot", "1", "--slice", "7"]);
}

/// A script and what its comments say of it.
#[derive(Debug, Default, PartialEq)]
struct Script {
    path: PathBuf,
    /// Relative to the suite, with slashes.
    name: String,
    /// Lines of standard output.
    output: Vec<String>,
    /// Line and message of a run-time error.
    error: Option<(usize, String)>,
    /// The whole trace, when given.
    frames: Vec<String>,
    /// Lines of standard error.
    compile_errors: Vec<String>,
    /// Modes it is not run in.
    skips: Vec<String>,
}

impl Script {
    /// Reads the comments of a script.
    fn parse(path: &Path, name: String, source: &str) -> Result<Self, String> {
        let mut script = Self { path: path.to_owned(), name, ..Self::default() };
        for (index, line) in source.lines().enumerate() {
            script.comment(index + 1, line).map_err(|why| format!("{}:{}: {why}", script.name, index + 1))?;
        }
        if script.error.is_some() && !script.compile_errors.is_empty() {
            return Err(format!("{}: expects a compile error and a run-time error", script.name));
        }
        if !script.compile_errors.is_empty() && !script.output.is_empty() {
            return Err(format!("{}: expects output although it does not compile", script.name));
        }
        if script.error.is_none() && !script.frames.is_empty() {
            return Err(format!("{}: expects frames without an error", script.name));
        }
        Ok(script)
    }

    /// Takes in the expectation of one line, if it has any.
    fn comment(&mut self, number: usize, line: &str) -> Result<(), String> {
        if let Some((_, modes)) = line.split_once("// skip in:") {
            let (modes, reason) = modes.split_once(" - ").ok_or("a skip needs a reason")?;
            for mode in modes.split(',').map(str::trim) {
                if !MODES.contains(&mode) {
                    return Err(format!("no mode is called '{mode}'"));
                }
                self.skips.push(mode.to_owned());
            }
            return if reason.trim().is_empty() { Err("a skip needs a reason".to_owned()) } else { Ok(()) };
        }
        let Some((_, comment)) = line.split_once("// expect") else {
            return Ok(());
        };
        let (kind, text) = comment.split_once(':').ok_or("an expectation has a colon")?;
        let text = text.strip_prefix(' ').unwrap_or(text).to_owned();
        match kind {
            "" => self.output.push(text),
            " frame" => self.frames.push(text),
            " compile error" => self.compile_errors.push(text),
            _ => {
                let line = match kind.strip_prefix(" error") {
                    Some("") => number,
                    Some(at) => at
                        .strip_prefix(" at ")
                        .and_then(|line| line.parse().ok())
                        .ok_or("expected `expect error at N:`")?,
                    None => return Err(format!("unknown expectation 'expect{kind}:'")),
                };
                if self.error.replace((line, text)).is_some() {
                    return Err("a second run-time error is expected".to_owned());
                }
            }
        }
        Ok(())
    }

    /// Runs the script; what it did otherwise than expected, nothing if all is well.
    fn run(&self, flags: &[&str]) -> String {
        // The same text for both dialects.
        let mut args: Vec<OsString> =
            ["--error-format", "lox"].iter().chain(flags).map(OsString::from).collect();
        args.push(self.path.clone().into_os_string());
        let mut stdout = Vec::new();
        let mut stderr = Vec::new();
        let result = panic::catch_unwind(AssertUnwindSafe(|| {
            siskin::program::run(args, &mut std::io::empty(), &mut stdout, &mut stderr)
        }));
        let stdout = String::from_utf8_lossy(&stdout);
        let stderr = String::from_utf8_lossy(&stderr);
        match result {
            Ok(code) => self.compare(code, &stdout, &stderr),
            Err(_) => format!("    it panicked\n{}", shown("standard error", &stderr)),
        }
    }

    /// How what happened differs from what was expected.
    fn compare(&self, code: u8, stdout: &str, stderr: &str) -> String {
        let mut diff = String::new();
        let wanted = match () {
            () if self.error.is_some() => 70,
            () if !self.compile_errors.is_empty() => 65,
            () => 0,
        };
        if code != wanted {
            let _ = writeln!(diff, "    exit code: expected {wanted}, got {code}");
        }
        differ(&mut diff, "standard output", &joined(&self.output), stdout);
        if let Some((line, message)) = &self.error {
            let (got_message, trace) = stderr.split_once('\n').unwrap_or((stderr, ""));
            differ(&mut diff, "error message", message, got_message);
            if self.frames.is_empty() {
                let start = format!("[line {line}] in ");
                if !trace.starts_with(&start) {
                    let first = trace.lines().next().unwrap_or_default();
                    let _ = writeln!(diff, "    innermost frame: expected '{start}...', got '{first}'");
                }
            } else {
                differ(&mut diff, "trace", &joined(&self.frames), trace);
            }
        } else {
            differ(&mut diff, "standard error", &joined(&self.compile_errors), stderr);
        }
        if !diff.is_empty() && !diff.contains("standard error") {
            diff.push_str(&shown("standard error", stderr));
        }
        diff
    }
}

/// Lines with a newline after each.
fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// Text that was got, indented, if there is any.
fn shown(what: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("    {what}:\n{}", indented(text))
}

fn indented(text: &str) -> String {
    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        if index == 40 {
            out.push_str("      ...\n");
            break;
        }
        let _ = writeln!(out, "      {line}");
    }
    if text.is_empty() {
        out.push_str("      (nothing)\n");
    } else if !text.ends_with('\n') && text.contains('\n') {
        out.push_str("      (no newline at the end)\n");
    }
    out
}

/// Notes a difference between two texts.
fn differ(diff: &mut String, what: &str, expected: &str, got: &str) {
    if expected != got {
        let _ = write!(diff, "    {what}: expected\n{}    got\n{}", indented(expected), indented(got));
    }
}

/// All scripts below a folder, in order.
fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(&entry, scripts);
        } else if entry.extension().is_some_and(|extension| extension == "lox" || extension == "sk") {
            scripts.push(entry);
        }
    }
}

/// Every script of the suite, and the complaints about comments that make no sense.
fn load() -> (Vec<Script>, Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("spec");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    assert!(paths.len() >= FEWEST, "only {} scripts below {}", paths.len(), root.display());
    let mut scripts = Vec::new();
    let mut complaints = Vec::new();
    for path in paths {
        let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let parsed = fs::read_to_string(&path)
            .map_err(|error| format!("{name}: {error}"))
            .and_then(|source| Script::parse(&path, name, &source));
        match parsed {
            Ok(script) => scripts.push(script),
            Err(complaint) => complaints.push(complaint),
        }
    }
    (scripts, complaints)
}

/// Runs all scripts with those flags, which is in those modes, on as many threads as the machine has, and fails with all
/// differences.
fn run_suite(modes: &[&str], flags: &'static [&'static str]) {
    let (mut scripts, complaints) = load();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    if let Some(filter) = std::env::var("SISKIN_SPEC").ok().filter(|filter| !filter.is_empty()) {
        scripts.retain(|script| script.name.contains(&filter));
    }
    scripts.retain(|script| !script.skips.iter().any(|skip| modes.contains(&skip.as_str())));

    let scripts = Arc::new(scripts);
    let next = Arc::new(AtomicUsize::new(0));
    let (sender, results) = mpsc::channel();
    let workers = thread::available_parallelism().map_or(2, usize::from);
    for _ in 0..workers {
        let (scripts, next, sender) = (Arc::clone(&scripts), Arc::clone(&next), sender.clone());
        let worker = move || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(script) = scripts.get(index) else { return };
                if sender.send((index, script.run(flags))).is_err() {
                    return;
                }
            }
        };
        // Not joined: a script that hangs must not keep the report back.
        drop(thread::Builder::new().stack_size(STACK).spawn(worker).expect("a thread"));
    }
    drop(sender);

    let mut outcome: Vec<Option<String>> = vec![None; scripts.len()];
    while outcome.contains(&None) {
        match results.recv_timeout(PATIENCE) {
            Ok((index, diff)) => outcome[index] = Some(diff),
            Err(_) => break,
        }
    }

    let mut report = String::new();
    let mut failed = 0;
    let started = next.load(Ordering::Relaxed);
    for (index, (script, outcome)) in scripts.iter().zip(&outcome).enumerate() {
        match outcome {
            Some(diff) if diff.is_empty() => continue,
            Some(diff) => {
                let _ = write!(report, "  {}\n{diff}", script.name);
            }
            None if index < started => {
                let _ = writeln!(report, "  {}\n    it did not end", script.name);
            }
            None => {
                let _ = writeln!(report, "  {}\n    it was not reached", script.name);
            }
        }
        failed += 1;
    }
    assert!(failed == 0, "{modes:?}: {failed} of {} scripts failed\n{report}", scripts.len());
}

#[test]
fn reads_expectations() {
    let source = "// Says hello.\nprint 1; // expect: 1\nprint \"\"; // expect:\n\
                  f(); // expect error: Oh: no.\n// expect frame: [line 4] in script\n\
                  // skip in: tail, gc_stress - too slow\n";
    let script = Script::parse(Path::new("a.lox"), "a.lox".to_owned(), source).expect("it parses");
    assert_eq!(script.output, ["1", ""]);
    assert_eq!(script.error, Some((4, "Oh: no.".to_owned())));
    assert_eq!(script.frames, ["[line 4] in script"]);
    assert_eq!(script.skips, ["tail", "gc_stress"]);
    assert_eq!(script.compare(70, "1\n\n", "Oh: no.\n[line 4] in script\n"), "");
    assert_ne!(script.compare(70, "1\n", "Oh: no.\n[line 4] in script\n"), "");
    assert_ne!(script.compare(70, "1\n\n", "Oh: no.\n[line 4] in script\n[line 9] in script\n"), "");
    assert_ne!(script.compare(0, "1\n\n", ""), "");
}

#[test]
fn refuses_expectations_that_make_no_sense() {
    for source in [
        "// expect nothing: 1",
        "// expect error at x: Oh.",
        "// expect that it works",
        "// skip in: gc_stress",
        "// skip in: dreams - of course",
        "// expect error: a\n// expect error: b",
        "// expect error: a\n// expect compile error: b",
        "// expect: a\n// expect compile error: b",
        "// expect frame: [line 1] in script",
    ] {
        let parsed = Script::parse(Path::new("a.lox"), "a.lox".to_owned(), source);
        assert!(parsed.is_err(), "{source} is accepted");
    }
}
