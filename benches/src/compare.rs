//! The order of runs, and the check that all engines print the same.

use std::path::Path;

use crate::args::CompareArgs;
use crate::engine::{Engine, discover};
use crate::error::{Error, Result};
use crate::machine::{self, Machine};
use crate::measure::{self, Bench};
use crate::program::{self, Program};
use crate::results::{Cell, Column, FLOOR_SECONDS, Report, Row};
use crate::stats::median;

/// Runs of the empty script: it is short, it is subtracted from every time, so it should be known well.
const MIN_EMPTY_ROUNDS: u32 = 20;

/// Runs every program on every engine.
pub(crate) fn compare(args: &CompareArgs) -> Result<Report> {
    let programs = program::select(&args.programs)?;
    let engines = discover(args)?;
    let machine = Machine::here();
    let commit = machine::commit();
    let pinned_to_cpu =
        measure::pin(args.cpu).map_err(|error| Error::new(format!("can't pin to a CPU: {error}")))?;
    measure::limit_cpu(args.limit)?;

    let bench = Bench::new()?;
    let columns = time_nothing(&bench, &engines, args.runs)?;
    let mut rows = Vec::with_capacity(programs.len());
    for program in &programs {
        eprint!("{:<14}", program.name);
        rows.push(run_program(&bench, &engines, &columns, program, args)?);
        eprintln!();
    }

    let mut report = Report {
        date: machine::today(),
        command: command_given(),
        commit,
        machine,
        pinned_to_cpu,
        rounds: args.runs,
        base: args.base.clone(),
        columns,
        rows,
    };
    report.summarise();
    Ok(report)
}

/// What every engine needs to start and stop. An engine that can't do that is an error: nothing else would count.
fn time_nothing(bench: &Bench, engines: &[Engine], runs: u32) -> Result<Vec<Column>> {
    let mut columns = Vec::with_capacity(engines.len());
    for engine in engines {
        let run = bench.watch(engine, &bench.empty_script(engine.language))?;
        if let Some(fault) = run.fault {
            return Err(Error::new(format!("{} can't run an empty script: {fault}", engine.label)));
        }
        columns.push(Column {
            label: engine.label.clone(),
            language: engine.language,
            command: engine.command_line(),
            version: engine.version.clone(),
            startup_seconds: 0.0,
            startup_peak_kib: run.peak_kib,
            geomean: None,
        });
    }
    let mut times = vec![Vec::new(); engines.len()];
    for _ in 0..runs.saturating_mul(4).max(MIN_EMPTY_ROUNDS) {
        for (engine, times) in engines.iter().zip(&mut times) {
            times.push(bench.time(engine, &bench.empty_script(engine.language))?.cpu_seconds);
        }
    }
    for (column, times) in columns.iter_mut().zip(&times) {
        column.startup_seconds = median(times).unwrap_or_default();
    }
    Ok(columns)
}

/// One row: a watched run of each engine for its output and memory, then the timed rounds, engines taking turns.
fn run_program(
    bench: &Bench,
    engines: &[Engine],
    columns: &[Column],
    program: &Program,
    args: &CompareArgs,
) -> Result<Row> {
    let scripts: Vec<_> = engines.iter().map(|engine| program.script(engine.language)).collect();
    let base = engines.iter().position(|engine| engine.label == args.base).unwrap_or_default();

    let mut outputs = Vec::with_capacity(engines.len());
    let mut cells = Vec::with_capacity(engines.len());
    for (engine, script) in engines.iter().zip(&scripts) {
        let run = bench.watch(engine, script)?;
        outputs.push(run.output);
        cells.push(Cell { peak_kib: run.peak_kib, fault: run.fault, ..Cell::default() });
        eprint!(".");
    }
    check_outputs(&mut cells, &outputs, base, &args.base);

    for round in 0..args.runs as usize {
        for turn in 0..engines.len() {
            // Each round begins with another engine, so that none always follows the same one.
            let index = (turn + round) % engines.len();
            time_cell(bench, &engines[index], &scripts[index], &outputs[index], &mut cells[index])?;
        }
        eprint!(".");
    }
    summarise(&mut cells, columns, base);
    Ok(Row { program: program.name.to_owned(), title: program.title.clone(), cells })
}

/// Marks the cells whose output is not that of the base.
fn check_outputs(cells: &mut [Cell], outputs: &[String], base: usize, label: &str) {
    let Some(expected) =
        outputs.get(base).filter(|_| cells.get(base).is_some_and(|cell| cell.fault.is_none()))
    else {
        return;
    };
    for (cell, output) in cells.iter_mut().zip(outputs) {
        if cell.fault.is_none() && output != expected {
            cell.fault = Some(difference(output, expected, label));
        }
    }
}

/// The first line in which an output differs from the expected one.
fn difference(output: &str, expected: &str, label: &str) -> String {
    let (mut got, mut wanted) = (output.lines(), expected.lines());
    let mut number = 1_usize;
    loop {
        let (got, wanted) = (got.next(), wanted.next());
        if got != wanted || got.is_none() {
            let show =
                |line: Option<&str>| line.map_or_else(|| "nothing".to_owned(), |line| format!("'{line}'"));
            return format!("line {number} of its output is {}, {label} has {}", show(got), show(wanted));
        }
        number += 1;
    }
}

/// One timed run, unless the cell has failed already.
fn time_cell(bench: &Bench, engine: &Engine, script: &Path, expected: &str, cell: &mut Cell) -> Result<()> {
    if cell.fault.is_some() {
        return Ok(());
    }
    let run = bench.time(engine, script)?;
    if run.fault.is_some() {
        cell.fault = run.fault;
    } else if run.output != expected {
        cell.fault = Some("printed something else in another run".to_owned());
    } else {
        cell.gross_seconds.push(run.cpu_seconds);
    }
    Ok(())
}

/// Medians of net times, and of ratios taken round by round.
fn summarise(cells: &mut [Cell], columns: &[Column], base: usize) {
    let net: Vec<Vec<f64>> = cells
        .iter()
        .zip(columns)
        .map(|(cell, column)| {
            cell.gross_seconds
                .iter()
                .map(|gross| (gross - column.startup_seconds).max(FLOOR_SECONDS))
                .collect()
        })
        .collect();
    let sound: Vec<bool> = cells.iter().map(|cell| cell.fault.is_none()).collect();
    for (index, cell) in cells.iter_mut().enumerate() {
        if !sound[index] {
            continue;
        }
        cell.seconds = median(&net[index]);
        if sound[base] {
            let ratios: Vec<_> = net[index].iter().zip(&net[base]).map(|(own, base)| own / base).collect();
            cell.ratio = median(&ratios);
        }
    }
}

/// The command as it was given, in the form that works in a checkout.
fn command_given() -> String {
    let arguments = std::env::args().skip(1).map(|argument| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./,:+".contains(c);
        if !argument.is_empty() && argument.chars().all(plain) {
            argument
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    });
    std::iter::once("cargo run --release -p siskin-benches --".to_owned())
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(startup_seconds: f64) -> Column {
        Column {
            label: String::new(),
            language: crate::engine::Language::Lox,
            command: String::new(),
            version: None,
            startup_seconds,
            startup_peak_kib: None,
            geomean: None,
        }
    }

    #[test]
    fn an_output_that_differs_is_a_fault_of_its_cell_alone() {
        let mut cells = [Cell::default(), Cell::default(), Cell::default()];
        let outputs = ["1\n2\n".to_owned(), "1\n2\n".to_owned(), "1\n".to_owned()];
        check_outputs(&mut cells, &outputs, 0, "lua5.4");
        assert_eq!((&cells[0].fault, &cells[1].fault), (&None, &None));
        assert_eq!(cells[2].fault.as_deref(), Some("line 2 of its output is nothing, lua5.4 has '2'"));
    }

    #[test]
    fn times_are_net_and_ratios_are_taken_within_a_round() {
        let gross = |seconds: [f64; 3]| Cell { gross_seconds: seconds.into(), ..Cell::default() };
        // The machine was twice as slow in the second round, and both engines felt it.
        let mut cells = [gross([1.1, 2.1, 1.1]), gross([0.6, 1.1, 0.6])];
        summarise(&mut cells, &[column(0.1), column(0.1)], 0);
        let close =
            |value: Option<f64>, expected: f64| value.is_some_and(|value| (value - expected).abs() < 1e-9);
        assert!(close(cells[1].seconds, 0.5) && close(cells[1].ratio, 0.5) && close(cells[0].ratio, 1.0));
    }

    #[test]
    fn a_time_within_the_noise_is_the_floor() {
        let mut cells = [Cell { gross_seconds: vec![0.001], ..Cell::default() }];
        summarise(&mut cells, &[column(0.002)], 0);
        assert_eq!(cells[0].seconds, Some(FLOOR_SECONDS));
    }
}
