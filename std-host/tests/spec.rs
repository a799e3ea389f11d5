//! Runs the scripts below `tests/spec` and compares them with the expectations in their comments.
//!
//! `tests/spec/README.md` has the format. `SISKIN_SPEC=text` runs only scripts whose path contains the text.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroU64;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use common::{End, Mode, Ran};
#[cfg(feature = "tail")]
use siskin::Dispatch;
use siskin::{Dialect, Options};
use siskin_core::syntax::{Lexer, TokenKind};

/// Fewer scripts than this means that the suite was not found.
const FEWEST: usize = 300;

/// What folders are called whose files are no tests: tests import them.
const IMPORTED: &str = "imported";

/// Native stack of a thread that runs scripts.
const STACK: usize = 16 << 20;

/// How long to wait for any script to end before the run is given up.
const PATIENCE: Duration = Duration::from_secs(300);

/// Modes in which a script may be skipped.
const MODES: [&str; 5] = ["match", "tail", "gc_stress", "fuel_sliced", "baseline"];

/// Units of fuel after which a script is stopped and resumed.
const SLICE: Option<NonZeroU64> = NonZeroU64::new(7);

#[test]
fn match_loop() {
    run_suite(&["match"], Mode::default());
}

#[cfg(feature = "tail")]
#[test]
fn tail() {
    let options = Options::new().dispatch(Dispatch::Tail);
    run_suite(&["tail"], Mode { options, ..Mode::default() });
}

#[test]
fn gc_stress() {
    let options = Options::new().gc_stress(true);
    run_suite(&["gc_stress"], Mode { options, ..Mode::default() });
}

#[test]
fn fuel_sliced() {
    run_suite(&["fuel_sliced"], Mode { slice: SLICE, ..Mode::default() });
}

/// Everything is compiled before it runs.
#[test]
fn baseline() {
    let options = Options::new().hot(0);
    run_suite(&["baseline"], Mode { options, native: true, ..Mode::default() });
}

/// Hot functions are compiled after they were sampled, and entered in the middle.
#[test]
fn baseline_warm() {
    let options = Options::new().hot(5);
    run_suite(&["baseline"], Mode { options, native: true, ..Mode::default() });
}

#[test]
fn baseline_gc_stress() {
    let options = Options::new().hot(1).gc_stress(true);
    run_suite(&["baseline", "gc_stress"], Mode { options, native: true, ..Mode::default() });
}

#[test]
fn baseline_fuel_sliced() {
    let options = Options::new().hot(1);
    run_suite(&["baseline", "fuel_sliced"], Mode { options, native: true, slice: SLICE, ..Mode::default() });
}

/// What is Lox and ends without an error means the same in Siskin.
#[test]
fn lox_as_siskin() {
    run_scripts(&["match"], Mode::default(), |script| {
        (script.dialect == Dialect::Lox && script.means_the_same())
            .then_some(Script { dialect: Dialect::Siskin, ..script })
    });
}

/// Every script is loaded from its image.
#[test]
fn image() {
    run_suite(&["match"], Mode { image: true, ..Mode::default() });
}

#[test]
fn image_baseline() {
    let options = Options::new().hot(1);
    run_suite(&["baseline"], Mode { options, native: true, image: true, ..Mode::default() });
}

/// A script and the expectations in its comments.
#[derive(Debug, Default, PartialEq)]
struct Script {
    text: String,
    dialect: Dialect,
    /// The path in the suite, with slashes.
    name: String,
    /// The lines of the output.
    output: Vec<String>,
    /// Line and message of a run-time error.
    error: Option<(usize, String)>,
    /// The whole trace, when given.
    frames: Vec<String>,
    /// The lines of the compile errors.
    compile_errors: Vec<String>,
    /// The modes in which it is skipped.
    skips: Vec<String>,
}

impl Script {
    /// Reads the comments of a script.
    fn parse(name: String, text: String) -> Result<Self, String> {
        let dialect = if name.ends_with(".lox") { Dialect::Lox } else { Dialect::Siskin };
        let mut script = Self { name, dialect, ..Self::default() };
        for (index, line) in text.lines().enumerate() {
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
        script.text = text;
        Ok(script)
    }

    /// Adds the expectation in the comment of one line, if any.
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

    /// Whether it means the same in both dialects: it ends without an error, no name is a word of Siskin, and no string has
    /// what is an escape there.
    fn means_the_same(&self) -> bool {
        if self.error.is_some() || !self.compile_errors.is_empty() {
            return false;
        }
        let mut lexer = Lexer::new(&self.text, Dialect::Lox);
        loop {
            let token = lexer.next_token();
            let text = &self.text[token.span.start as usize..token.span.end as usize];
            let same = match token.kind {
                TokenKind::End => return true,
                TokenKind::Identifier => {
                    Lexer::new(text, Dialect::Siskin).next_token().kind == TokenKind::Identifier
                }
                TokenKind::Str => !text.contains('\\') && !text.contains("${"),
                _ => true,
            };
            if !same {
                return false;
            }
        }
    }

    /// The folder that it lies in.
    fn folder(&self) -> PathBuf {
        let path = root().join(&self.name);
        path.parent().map_or(path.clone(), Path::to_path_buf)
    }

    /// Runs the script. Returns the differences from the expectations; empty if there are none.
    fn run(&self, mode: Mode) -> String {
        match panic::catch_unwind(AssertUnwindSafe(|| {
            common::run(&self.text, self.dialect, &self.folder(), mode)
        })) {
            Ok(ran) => self.compare(&ran),
            Err(_) => "    it panicked\n".into(),
        }
    }

    /// The differences between a run and the expectations.
    fn compare(&self, ran: &Ran) -> String {
        let mut diff = String::new();
        let wanted = match () {
            () if self.error.is_some() => End::Failed,
            () if !self.compile_errors.is_empty() => End::Refused,
            () => End::Done,
        };
        if ran.end != wanted {
            let _ = writeln!(diff, "    end: expected {wanted:?}, got {:?}", ran.end);
        }
        let errors = ran.errors.as_str();
        differ(&mut diff, "output", &joined(&self.output), &ran.output);
        if let Some((line, message)) = &self.error {
            let (got_message, trace) = errors.split_once('\n').unwrap_or((errors, ""));
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
            differ(&mut diff, "errors", &joined(&self.compile_errors), errors);
        }
        if !diff.is_empty() && !diff.contains("errors") {
            diff.push_str(&shown("errors", errors));
        }
        diff
    }
}

/// The lines, each followed by a newline.
fn joined(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// The text under a heading, indented; empty if there is none.
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

/// Adds a difference between two texts, if any, to `diff`.
fn differ(diff: &mut String, what: &str, expected: &str, got: &str) {
    if expected != got {
        let _ = write!(diff, "    {what}: expected\n{}    got\n{}", indented(expected), indented(got));
    }
}

/// The folder of the suite.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("spec")
}

/// All scripts below a folder, in order, but for those that only others import.
fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.file_name().is_some_and(|name| name == IMPORTED) {
            continue;
        }
        if entry.is_dir() {
            collect(&entry, scripts);
        } else if entry.extension().is_some_and(|extension| extension == "lox" || extension == "sk") {
            scripts.push(entry);
        }
    }
}

/// Every script of the suite, and errors about comments that are not understood.
fn load() -> (Vec<Script>, Vec<String>) {
    let root = root();
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    assert!(paths.len() >= FEWEST, "only {} scripts below {}", paths.len(), root.display());
    let mut scripts = Vec::new();
    let mut complaints = Vec::new();
    for path in paths {
        let name = path.strip_prefix(&root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let parsed = fs::read_to_string(&path)
            .map_err(|error| format!("{name}: {error}"))
            .and_then(|text| Script::parse(name, text));
        match parsed {
            Ok(script) => scripts.push(script),
            Err(complaint) => complaints.push(complaint),
        }
    }
    (scripts, complaints)
}

/// Runs all scripts in a mode, except those that skip one of its names, on as many threads as the machine has CPUs.
/// Fails with all differences.
fn run_suite(names: &[&str], mode: Mode) {
    run_scripts(names, mode, Some);
}

/// The same for what `chosen` makes of the scripts.
fn run_scripts(names: &[&str], mode: Mode, chosen: impl Fn(Script) -> Option<Script>) {
    let (scripts, complaints) = load();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let mut scripts: Vec<Script> = scripts.into_iter().filter_map(chosen).collect();
    if let Some(filter) = std::env::var("SISKIN_SPEC").ok().filter(|filter| !filter.is_empty()) {
        scripts.retain(|script| script.name.contains(&filter));
    }
    scripts.retain(|script| !script.skips.iter().any(|skip| names.contains(&skip.as_str())));

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
                if sender.send((index, script.run(mode))).is_err() {
                    return;
                }
            }
        };
        // Threads are not joined: a script that hangs must not delay the report.
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
    assert!(failed == 0, "{names:?}: {failed} of {} scripts failed\n{report}", scripts.len());
}

#[test]
fn reads_expectations() {
    let source = "// Says hello.\nprint 1; // expect: 1\nprint \"\"; // expect:\n\
                  f(); // expect error: Oh: no.\n// expect frame: [line 4] in script\n\
                  // skip in: tail, gc_stress - too slow\n";
    let script = Script::parse("a.lox".into(), source.into()).expect("it parses");
    assert_eq!(script.output, ["1", ""]);
    assert_eq!(script.error, Some((4, "Oh: no.".to_owned())));
    assert_eq!(script.frames, ["[line 4] in script"]);
    assert_eq!(script.skips, ["tail", "gc_stress"]);
    let ran = |end, output: &str, errors: &str| Ran { end, output: output.into(), errors: errors.into() };
    assert_eq!(script.compare(&ran(End::Failed, "1\n\n", "Oh: no.\n[line 4] in script\n")), "");
    assert_ne!(script.compare(&ran(End::Failed, "1\n", "Oh: no.\n[line 4] in script\n")), "");
    assert_ne!(
        script.compare(&ran(End::Failed, "1\n\n", "Oh: no.\n[line 4] in script\n[line 9] in script\n")),
        ""
    );
    assert_ne!(script.compare(&ran(End::Done, "1\n\n", "")), "");
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
        let parsed = Script::parse("a.lox".into(), source.into());
        assert!(parsed.is_err(), "{source} is accepted");
    }
}
