//! The side-by-side harness: the same programs on Siskin and on other engines, timed fairly.
//!
//! ```text
//! cargo build --release -p siskin-benches --features luau    # once, if Luau shall be among them
//! cargo run --release -p siskin-benches -- compare --markdown docs/benchmarks.md
//! ```
//!
//! What makes a comparison fair here:
//! - every engine runs the same algorithm, written as its own language would have it, and must print the same lines;
//! - all runs share one CPU, and engines take turns run by run, so that a noisy minute hurts all of them alike;
//! - a time is the CPU time (user and system) of the child, less what the engine needs for an empty script;
//! - a ratio is the median over rounds of (engine / base) within one round, not a quotient of two medians.
//!
//! A reader's way through: [`args`] is the command line, [`engine`] what can be run, [`program`] what to run,
//! [`measure`] one run of one child, [`compare`] the order of runs and the check of outputs, [`results`] what
//! came out, [`report`] how it is shown.

mod args;
mod compare;
mod engine;
mod error;
mod locate;
mod machine;
mod measure;
mod program;
mod report;
mod results;
mod stats;

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command, CompareArgs};
use error::Result;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Command::Compare(args) => run_compare(args),
        Command::List => list(),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("siskin-benches: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the comparison, and shows and writes the requested results. False if an engine failed or printed something
/// else.
fn run_compare(args: &CompareArgs) -> Result<bool> {
    let report = compare::compare(args)?;
    print_text(&report::table::render(&report))?;
    if let Some(path) = &args.json {
        let mut text = serde_json::to_string_pretty(&report)?;
        text.push('\n');
        write_file(path, &text)?;
    }
    if let Some(path) = &args.svg {
        write_file(path, &report::svg::render(&report))?;
    }
    if let Some(path) = &args.markdown {
        write_file(path, &report::markdown::render(&report, args.svg.as_deref()))?;
    }
    Ok(report.is_sound())
}

/// Prints the programs and what each shows.
fn list() -> Result<bool> {
    let mut text = String::new();
    for program in program::select(&[])? {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{:<14} {}", program.name, program.title);
    }
    print_text(&text)?;
    Ok(true)
}

/// Writes to standard output; a reader that has gone away is an error, not a panic.
fn print_text(text: &str) -> Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn write_file(path: &std::path::Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|error| error::at(path, &error))
}
