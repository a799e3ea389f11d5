//! The place of every error in the suite's scripts is found, on the line that the trace says.

use std::fs;
use std::path::{Path, PathBuf};

use siskin::diagnostics::{Json, ModuleSources, Pretty, Report, Short, Source, Sources, Stopped};
use siskin::io::{StreamOutput, SystemClock};
use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm, native};

/// Fuel between two checks of the active calls of a script.
const SLICE: u64 = 50;
/// Most checks of one script.
const LOOKS: usize = 40;

fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the suite") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            scripts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "lox" || extension == "sk") {
            found.push(path);
        }
    }
}

fn suite() -> Vec<PathBuf> {
    let mut found = Vec::new();
    scripts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec"), &mut found);
    assert!(found.len() > 300, "the suite was not found");
    found
}

fn source(path: &Path) -> Source {
    let is_lox = path.extension().is_some_and(|extension| extension == "lox");
    let dialect = if is_lox { Dialect::Lox } else { Dialect::Siskin };
    Source::new(path.to_string_lossy(), fs::read_to_string(path).expect("a script"), dialect)
}

/// Shows a report in every format. None may fail.
fn show(report: &[Report<'_>]) {
    for color in [false, true] {
        assert!(Pretty { reports: report, color }.to_string().contains("error"));
    }
    assert!(!Short { reports: report }.to_string().is_empty());
    assert_eq!(Json { reports: report }.to_string().lines().count(), report.len());
}

/// Compares each frame of the report with the trace. Returns the number of frames with an exact place, not only a line.
fn check(why: Stopped<'_>, vm: &Vm, sources: &Sources, path: &Path) -> usize {
    let report = Report::stopped(why, vm, sources);
    assert_eq!(report.frames.len(), vm.trace().count(), "{}", path.display());
    let mut exact = 0;
    for (frame, traced) in report.frames.iter().zip(vm.trace()) {
        let at = frame.place.as_ref().unwrap_or_else(|| panic!("{}: no place", path.display()));
        let source = at.source();
        assert!(source.text().get(at.span()).is_some(), "{at:?}");
        assert_eq!((frame.function, frame.line), (traced.name, traced.line), "{at:?}");
        assert_eq!(at.end().line, traced.line as usize, "{at:?}");
        exact += usize::from(at.span() != source.line(traced.line as usize).span());
    }
    show(&[report]);
    exact
}

/// Runs a script, and checks its active calls at each stop. Returns the number of frames, and of those with an exact
/// place.
fn run(path: &Path, options: Options, machine_code: bool) -> (usize, usize) {
    let mut vm = Vm::new(SYSTEM, options).expect("memory");
    if machine_code {
        // Without a compiler, this interprets the script a second time.
        let _ = native::install(&mut vm);
    }
    let source = source(path);
    let script = match vm.load_with(source.text(), source.dialect(), source.options()) {
        Ok(script) => script,
        Err(error) => {
            let modules = ModuleSources::default();
            let reports = Report::load_error(&error, &source, &modules);
            assert!(!reports.is_empty(), "{}", path.display());
            show(&reports);
            return (0, 0);
        }
    };
    let mut sources = Sources::new();
    sources.add(source, &script);
    vm.start(script).expect("a stack");
    let mut nowhere = std::io::sink();
    let (output, clock) = (&mut StreamOutput::new(&mut nowhere), &SystemClock::start());
    let mut host = HostIo::new(output).clock(clock);
    let (mut seen, mut exact) = (0, 0);
    for _ in 0..LOOKS {
        let outcome = vm.run(Some(SLICE), &mut host);
        let Some(why) = Stopped::of(&outcome) else { break };
        seen += vm.trace().count();
        exact += check(why, &vm, &sources, path);
        if matches!(outcome, Outcome::Error(_)) {
            break;
        }
    }
    (seen, exact)
}

fn run_suite(machine_code: bool) {
    let (mut seen, mut exact) = (0, 0);
    for path in suite() {
        let options = Options::new().hot(1).max_frames(500);
        let (more, of_them) = run(&path, options, machine_code);
        seen += more;
        exact += of_them;
    }
    assert!(seen > 500, "only {seen} frames were seen");
    // The others are statements that take whole lines.
    assert!(exact * 2 > seen, "only {exact} of {seen} were found exactly");
}

#[test]
fn places_are_on_the_lines_of_the_trace() {
    run_suite(false);
}

#[test]
fn places_are_on_the_lines_of_the_trace_in_machine_code() {
    run_suite(true);
}
