//! Targets that take source text.

use siskin::diagnostics::{CompileErrors, Format, Printer, Source};
use siskin::{Dialect, LoadError, Options, SYSTEM, Vm};

use crate::tier::{self, Tier};
use crate::{Slices, finish};

/// Loads a text in both dialects without running it.
pub fn parse(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    for dialect in [Dialect::Lox, Dialect::Siskin] {
        let options = Options { memory: 64 << 20, ..Options::default() };
        let Ok(mut vm) = Vm::new(SYSTEM, options) else { return };
        check(vm.load(source, dialect).err(), source, dialect);
    }
}

/// Runs a text under the limits that the first two bytes say, whole and in slices:
///
/// | bit | |
/// |---|---|
/// | 0 | dialect |
/// | 1 | less fuel, and once more with collections at every allocation and by the host |
/// | 2-4 | memory: 64 KiB to 8 MiB |
/// | 5-7 | call depth: 1 to 16,384 |
/// | 8-15 | slice: 1 to 256 units of fuel |
pub fn run(data: &[u8]) {
    let &[modes, slice, ref text @ ..] = data else { return };
    if let Ok(source) = std::str::from_utf8(text) {
        run_source(modes, slice, source);
    }
}

/// As [`run`], with the text that [`generate`](crate::generate) makes of the rest. There are 64 calls, and as much
/// memory as there may be unless bits 2 to 4 are all zero.
pub fn generated(data: &[u8]) {
    let &[modes, slice, ref rest @ ..] = data else { return };
    let memory = if modes >> 2 & 7 == 0 { 2 } else { 7 };
    run_source(modes & 3 | memory << 2 | 3 << 5, slice, &crate::generate::source(rest));
}

fn run_source(modes: u8, slice: u8, source: &str) {
    let dialect = if modes & 1 == 0 { Dialect::Siskin } else { Dialect::Lox };
    let stress = modes & 2 != 0;
    let fuel = if stress { 500 } else { 5_000 };
    let units = u64::from(slice) + 1;

    let run = |tier: Tier, options: Options, slices: Slices| {
        let mut vm = tier.machine(options)?;
        let once = |vm: &mut Vm| match vm.load(source, dialect) {
            Ok(script) => vm.start(script).ok().map(|()| finish(vm, fuel, slices)),
            Err(error) => {
                check(Some(error), source, dialect);
                None
            }
        };
        let ran = once(&mut vm)?;
        // However a script ends, the machine is good for another.
        if options.gc_stress {
            let _ = once(&mut vm);
        }
        Some(ran)
    };
    let options = Options {
        memory: 65_536 << (modes >> 2 & 7),
        max_frames: 1 << (2 * u32::from(modes >> 5)),
        ..Options::default()
    };
    let warm = Tier::warm(slice);
    let Some(whole) = tier::compare(options, Slices::WHOLE, &[Tier::AT_ONCE, warm], run) else { return };
    let compare = |slices, options, tiers: &[Tier]| {
        if let Some(other) = tier::compare(options, slices, tiers, run) {
            assert!(whole.agrees_with(&other), "{options:?}, slices of {units}:\n{whole:#?}\n{other:#?}");
        }
    };
    compare(Slices { units, collect: false }, options, &[Tier::SOON, warm]);
    if stress {
        let options = Options { gc_stress: true, ..options };
        compare(Slices { units, collect: true }, options, &[Tier::AT_ONCE, warm]);
    }
    #[cfg(feature = "tail")]
    {
        let options = Options { dispatch: siskin::Dispatch::Tail, ..options };
        compare(Slices { units, collect: false }, options, &[warm]);
    }
}

/// An error must be one that can be shown.
fn check(error: Option<LoadError>, source: &str, dialect: Dialect) {
    if let Some(error) = &error {
        let source = Source::new("fuzz", source, dialect);
        for format in [Format::Pretty, Format::Short, Format::Json] {
            let shown = Printer { format, color: false }.load_error(error, &source);
            assert!(shown.ends_with('\n'), "{shown}");
        }
    }
    if let Some(LoadError::Syntax(diagnostics)) = error {
        assert!(!diagnostics.is_empty(), "refused without a reason");
        for diagnostic in &diagnostics {
            let span = diagnostic.span;
            let text = source.get(span.start as usize..span.end as usize);
            assert!(text.is_some(), "{diagnostic:?} is not in the text");
        }
        let shown = CompileErrors { source, diagnostics: &diagnostics }.to_string();
        assert!(shown.starts_with("[line ") && shown.ends_with('\n'), "{shown}");
    }
}
