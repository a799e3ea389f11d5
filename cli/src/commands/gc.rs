//! `siskin gc` and `:gc`: the heap.

use std::fmt::Write;

use super::after_run::after_run;
use crate::args::Execute;
use crate::console::Console;
use crate::figures::Grouped;
use crate::session::Session;
use crate::stats::Report;

/// Lists the heap as the script leaves it.
pub(crate) fn gc(args: &Execute, console: &mut Console<'_>) -> u8 {
    after_run(args, console, |session, console| console.print(heap(session)))
}

/// Collects, then lists the live objects by kind, and the counters of collector and memory.
pub(crate) fn heap(session: &mut Session) -> String {
    let census = session.vm.census();
    let kinds: Vec<_> = census.iter().collect();
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = writeln!(text, "  {:<20} {:>10} {:>14}", "alive", "objects", "bytes");
    for kind in &kinds {
        let (count, bytes) = (Grouped(kind.count as u64).to_string(), Grouped(kind.bytes as u64).to_string());
        let _ = writeln!(text, "  {:<20} {count:>10} {bytes:>14}", kind.name);
    }
    let sum = |of: fn(&siskin_core::inspect::Population) -> usize| kinds.iter().map(of).sum::<usize>() as u64;
    let (count, bytes) =
        (Grouped(sum(|kind| kind.count)).to_string(), Grouped(sum(|kind| kind.bytes)).to_string());
    let _ = writeln!(text, "  {:<20} {count:>10} {bytes:>14}\n", "together");
    let report = Report { vm: &session.vm, refused: session.refused };
    for line in report.to_string().lines() {
        let _ = writeln!(text, "  {line}");
    }
    text
}
