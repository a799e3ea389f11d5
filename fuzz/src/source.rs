//! Targets that take source text.

use siskin::diagnostics::{CompileErrors, Format, Printer, Source, Sources};
use siskin::{Dialect, LoadError, Options, SYSTEM, Vm};

use crate::finish;
use crate::tier::{self, Tier};

/// Loads a text in both dialects without running it.
pub fn parse(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    for dialect in [Dialect::Lox, Dialect::Siskin] {
        let options = Options::new().memory(64 << 20);
        let Ok(mut vm) = Vm::new(SYSTEM, options) else { return };
        check(vm.load(source, dialect).err(), source, dialect);
    }
}

/// Runs a text under the limits that the first three bytes say, in two modes:
///
/// | bit | |
/// |---|---|
/// | 0 | dialect |
/// | 1 | less fuel |
/// | 2-4 | memory: 64 KiB to 8 MiB |
/// | 5-7 | call depth: see [`DEPTHS`] |
/// | 8-15 | slice: 1 to 256 units of fuel; when code that gets warm is compiled |
/// | 16-18 | the pair of modes: see `tier::pair` |
/// | 19-23 | with bits 5-7 all set, 0 to 31 calls more |
pub fn run(data: &[u8]) {
    let &[modes, slice, more, ref text @ ..] = data else { return };
    if let Ok(source) = std::str::from_utf8(text) {
        run_source(modes, slice, more, source);
    }
}

/// As [`run`], with the text that [`generate`](crate::generate) makes of the rest. There is the most memory unless bits
/// 2 to 4 are all zero, and calls are at most about 64 deep.
pub fn generated(data: &[u8]) {
    let &[modes, slice, more, ref rest @ ..] = data else { return };
    let memory = if modes >> 2 & 7 == 0 { 2 } else { 7 };
    let text = crate::generate::source(rest, dialect_of(modes));
    run_source(modes & !(7 << 2) | memory << 2, slice, more, &text);
}

/// Limits on the depth of calls, around the number of frames that a block holds. To the last, bits 19 to 23 are added.
const DEPTHS: [u32; 8] = [64, 1, 6, 7, 8, 65, 1_000, 14];

/// The dialect that bit 0 of the options says.
pub fn dialect_of(modes: u8) -> Dialect {
    if modes & 1 == 0 { Dialect::Siskin } else { Dialect::Lox }
}

fn run_source(modes: u8, slice: u8, more: u8, source: &str) {
    let dialect = dialect_of(modes);
    let depth = usize::from(modes >> 5);
    let beyond = if depth == DEPTHS.len() - 1 { u32::from(more >> 3) } else { 0 };
    let options = Options::new().memory(65_536 << (modes >> 2 & 7)).max_frames(DEPTHS[depth] + beyond);
    let few = modes & 2 != 0;
    let pair = tier::pair(more, options, u64::from(slice) + 1, Tier::warm(slice));
    tier::compare(pair, |mode| {
        let mut vm = mode.vm()?;
        // With a collection at every allocation there is only time for little fuel.
        let fuel = if mode.options.gc_stress {
            300
        } else if few {
            500
        } else {
            5_000
        };
        match vm.load(source, dialect) {
            Ok(script) => {
                let mut sources = Sources::new();
                sources.add(Source::new("fuzz", source, dialect), &script);
                vm.start(script).ok()?;
                Some(finish(&mut vm, fuel, mode.slices, &sources))
            }
            Err(error) => {
                check(Some(error), source, dialect);
                None
            }
        }
    });
}

/// Shows an error, which must not fail.
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
