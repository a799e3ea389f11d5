//! `siskin time` and `:time`: the interpreter's time against machine code's.

use std::fmt::{self, Display, Formatter};
use std::io::{self, Write};

use siskin::diagnostics::Source;

use super::after_run::{failed, open};
use crate::args::Execute;
use crate::console::Console;
use crate::exit;
use crate::figures::Elapsed;
use crate::session::{Failure, Session};

/// What one measurement may take in all, in nanoseconds, unless a single run takes longer.
const BUDGET: u64 = 400_000_000;
/// Runs, at the most.
const MOST: u64 = 51;

/// Times the script in the interpreter and as machine code.
pub(crate) fn time(args: &Execute, console: &mut Console<'_>) -> u8 {
    let timed = open(args, console).and_then(|(mut session, source)| {
        match measure(&mut session, &source, &mut io::sink()) {
            Ok(timing) => console.print(timing),
            Err(failure) => Err(failed(args, &session, &failure, console)),
        }
    });
    timed.err().unwrap_or(exit::SUCCESS)
}

/// How long an expression took.
pub(crate) struct Timing {
    /// In nanoseconds; the median of several runs if they are short.
    pub(crate) interp: u64,
    /// The same with machine code, from the second run on; `None` without a compiler.
    pub(crate) native: Option<u64>,
    /// The value, as it is shown.
    pub(crate) value: Option<String>,
}

/// Times a text in each tier. What it prints is written once.
///
/// # Errors
/// Why it did not come to its end.
pub(crate) fn measure(
    session: &mut Session,
    source: &Source,
    output: &mut dyn Write,
) -> Result<Timing, Failure> {
    let interp = median(session, source, false, output)?;
    let value = session.vm.result();
    let value = match value.kind() {
        siskin_core::inspect::ValueKind::Nil => None,
        _ => Some(value.shown().width(100).to_string()),
    };
    let native = match session.vm.tier_name() {
        Some(_) => Some(median(session, source, true, &mut io::sink())?),
        None => None,
    };
    Ok(Timing { interp, native, value })
}

fn median(
    session: &mut Session,
    source: &Source,
    native: bool,
    output: &mut dyn Write,
) -> Result<u64, Failure> {
    let first = session.time_once(source, native, output)?;
    let runs = (BUDGET / first.max(1)).min(MOST);
    // The first finds caches empty, and nothing compiled.
    let mut times = Vec::new();
    for _ in 1..runs {
        times.push(session.time_once(source, native, &mut io::sink())?);
    }
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or(first))
}

impl Display for Timing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Timing { interp, native, .. } = *self;
        write!(f, "  interp: {}", Elapsed(interp))?;
        if let Some(native) = native {
            let ratio = interp as f64 / native.max(1) as f64;
            write!(f, "   ·   jit: {}   ·   ({ratio:.1}x)", Elapsed(native))?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios() {
        let timing = Timing { interp: 400_000_000, native: Some(90_000_000), value: None };
        assert_eq!(timing.to_string(), "  interp: 0.40s   ·   jit: 90ms   ·   (4.4x)\n");
        let timing = Timing { interp: 400_000_000, native: None, value: None };
        assert_eq!(timing.to_string(), "  interp: 0.40s\n");
    }
}
