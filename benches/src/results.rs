//! What a comparison found: the one record that the table, the Markdown, the plot and the JSON show.

use serde::Serialize;

use crate::engine::Language;
use crate::machine::Machine;
use crate::stats::geomean;

/// Net times under this count as this much: they are noise, and a ratio of noise says nothing.
pub(crate) const FLOOR_SECONDS: f64 = 0.000_5;

/// A whole comparison.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The day, in UTC.
    pub(crate) date: String,
    /// The command that was given.
    pub(crate) command: String,
    /// The commit of the sources, with a plus sign if they differ from it.
    pub(crate) commit: Option<String>,
    /// Where it ran.
    pub(crate) machine: Machine,
    /// The CPU that all ran on, if they were pinned.
    pub(crate) pinned_to_cpu: Option<usize>,
    /// Timed rounds for each program.
    pub(crate) rounds: u32,
    /// The label of the column that ratios are taken to.
    pub(crate) base: String,
    /// The engines.
    pub(crate) columns: Vec<Column>,
    /// The programs, each with a cell for every column.
    pub(crate) rows: Vec<Row>,
}

/// An engine, and its cost of an empty script.
#[derive(Debug, Serialize)]
pub(crate) struct Column {
    /// The head of the column.
    pub(crate) label: String,
    /// The language of its scripts.
    pub(crate) language: Language,
    /// The command, without the script.
    pub(crate) command: String,
    /// What it says its version is.
    pub(crate) version: Option<String>,
    /// CPU seconds for an empty script.
    pub(crate) startup_seconds: f64,
    /// Peak of resident memory for an empty script, in KiB.
    pub(crate) startup_peak_kib: Option<u64>,
    /// Geometric mean of its ratios.
    pub(crate) geomean: Option<f64>,
}

/// A program on every engine.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// The program.
    pub(crate) program: String,
    /// What it shows.
    pub(crate) title: String,
    /// One for each column, in their order.
    pub(crate) cells: Vec<Cell>,
}

/// A program on one engine.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Cell {
    /// Median CPU seconds less those of an empty script.
    pub(crate) seconds: Option<f64>,
    /// Median over the rounds of this engine's net time by the base's.
    pub(crate) ratio: Option<f64>,
    /// CPU seconds of each round, start-up included.
    pub(crate) gross_seconds: Vec<f64>,
    /// Peak of resident memory, in KiB.
    pub(crate) peak_kib: Option<u64>,
    /// Why the cell does not count, if it does not.
    pub(crate) fault: Option<String>,
}

impl Report {
    /// No engine failed, and all printed the same.
    pub(crate) fn is_sound(&self) -> bool {
        self.faults().next().is_none()
    }

    /// What went wrong: program, column and reason.
    pub(crate) fn faults(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.rows.iter().flat_map(move |row| {
            row.cells.iter().zip(&self.columns).filter_map(|(cell, column)| {
                Some((row.program.as_str(), column.label.as_str(), cell.fault.as_deref()?))
            })
        })
    }

    /// The most memory a column needed for any program, in KiB.
    pub(crate) fn largest_peak_kib(&self, column: usize) -> Option<u64> {
        self.rows.iter().filter_map(|row| row.cells.get(column)?.peak_kib).max()
    }

    /// Fills in the geometric means from the ratios.
    pub(crate) fn summarise(&mut self) {
        for (index, column) in self.columns.iter_mut().enumerate() {
            let ratios: Vec<_> = self.rows.iter().filter_map(|row| row.cells.get(index)?.ratio).collect();
            column.geomean = geomean(&ratios);
        }
    }

    /// How many programs a column's geometric mean is over.
    pub(crate) fn ratios_in(&self, column: usize) -> usize {
        self.rows.iter().filter(|row| row.cells.get(column).is_some_and(|cell| cell.ratio.is_some())).count()
    }
}
