//! The bodies of the fuzz targets, apart from libFuzzer so that their seeds run as ordinary tests.
//!
//! | target | input | must hold |
//! |---|---|---|
//! | [`parse`] | source text | loads or is refused; errors can be shown; nothing is left in memory |
//! | [`run`] | three bytes of options, then source text | ends within its limits, the same way in two modes |
//! | [`generated`] | three bytes of options, then bytes from which [`generate`] makes a source text | as for `run` |
//! | [`bytecode`] | two bytes of options, then a program, as its [decoder](program) reads it | refused, or ends within its limits, the same way in two modes |
//! | [`image`] | a byte of options, changes, then source text: its image, damaged | as for `bytecode` |
//! | [`api`] | steps, each a byte and what it needs | two VMs stay apart and in order whatever a host calls |
//! | [`session`] | inputs of a prompt, a few bytes each | all go the same way with machine code and without |
//! | [`validator`] | what is typed at a prompt | goes on just as long as more text could mend it |
//!
//! A mode is a dispatcher or a tier, the size of slices of fuel, and the collections. The input selects the two modes
//! that are compared (`tier::pair`). With equal slices, tiers must spend the same fuel.

#![deny(unsafe_code)]

mod api;
mod bytecode;
mod callbacks;
pub mod generate;
pub mod image;
pub mod program;
mod session;
mod source;
mod tier;
mod validator;

pub use api::api;
pub use bytecode::bytecode;
pub use image::image;
pub use session::session;
pub use source::{dialect_of, generated, parse, run};
pub use tier::PAIRS;
pub use validator::validator;

use siskin::diagnostics::{Format, Printer, Sources, Stopped};
use siskin::platform::{Clock, Output, OutputError};
use siskin::{HostIo, Outcome, Vm};
use siskin_core::ErrorKind;

/// Reads single bytes; zeros past the end.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn next(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.next()) % bound.max(1)
    }
}

/// Keeps the output up to a bound. Past it writing fails, which must be harmless, too.
#[derive(Default, PartialEq)]
struct Page(Vec<u8>);

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(String::from_utf8_lossy(&self.0).lines()).finish()
    }
}

const PAGE: usize = 1 << 16;

impl Output for Page {
    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        // A prefix that fits is kept: a long text comes in pieces whose length depends on the slice.
        let fits = bytes.len().min(PAGE - self.0.len());
        self.0.extend_from_slice(&bytes[..fits]);
        if fits < bytes.len() { Err(OutputError) } else { Ok(()) }
    }
}

/// Discards text.
struct Nowhere;

impl std::fmt::Write for Nowhere {
    fn write_str(&mut self, _: &str) -> std::fmt::Result {
        Ok(())
    }
}

/// A clock that stands still, so that runs repeat exactly.
struct Noon;

impl Clock for Noon {
    fn nanoseconds(&self) -> u64 {
        43_200_000_000_000
    }
}

/// The result of a run.
#[derive(Debug, PartialEq)]
struct Ran {
    /// The output.
    page: Page,
    /// How and where the run ended.
    end: String,
    /// Whether memory ran out, even if a collection for space found some, which costs the script fuel.
    short_of_memory: bool,
    /// Units spent.
    fuel: u64,
}

impl Ran {
    /// Whether this result is possible for the same program as `other`, in other slices or with other collections. Such
    /// runs use memory differently, so one may have run out of memory where the other did not.
    fn agrees_with(&self, other: &Ran) -> bool {
        match (self.short_of_memory, other.short_of_memory) {
            (false, false) => self.page == other.page && self.end == other.end,
            (true, false) => other.page.0.starts_with(&self.page.0),
            (false, true) => self.page.0.starts_with(&other.page.0),
            (true, true) => true,
        }
    }

    /// The same for two runs with equal slices, which must also have spent the same fuel.
    fn agrees_exactly_with(&self, other: &Ran) -> bool {
        let short = self.short_of_memory || other.short_of_memory;
        self.agrees_with(other) && (short || self.fuel == other.fuel)
    }
}

/// The stops of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Slices {
    /// The most units of fuel at a time.
    units: u64,
    /// Whether the host collects garbage at each stop.
    collect: bool,
}

impl Slices {
    const WHOLE: Slices = Slices { units: u64::MAX, collect: false };
}

/// Runs the script that `vm` has started until it is done, fails, or has used `fuel`. Then shows why it stopped, with
/// the text if that is one of `sources`: this must not fail.
fn finish(vm: &mut Vm, fuel: u64, slices: Slices, sources: &Sources) -> Ran {
    let mut page = Page::default();
    let before = vm.stats().fuel;
    let mut left = fuel;
    let outcome = loop {
        let portion = slices.units.min(left);
        let outcome = vm.run(Some(portion), &mut HostIo::new(&mut page).clock(&Noon));
        match outcome {
            Outcome::OutOfFuel if left > portion => left -= portion,
            outcome => break outcome,
        }
        if slices.collect {
            vm.collect();
        }
    };
    let end = match Stopped::of(&outcome) {
        None => "Done.".to_owned(),
        Some(why) => {
            let shown = |format| Printer { format, color: false }.stopped(why, vm, sources);
            for format in [Format::Pretty, Format::Json] {
                assert!(shown(format).ends_with('\n'), "{}", shown(format));
            }
            shown(Format::Lox)
        }
    };
    let failed = matches!(&outcome, Outcome::Error(error) if error.kind() == ErrorKind::OutOfMemory);
    let short_of_memory = failed || vm.stats().heap.steps_for_space > 0;
    Ran { page, end, short_of_memory, fuel: vm.stats().fuel - before }
}
