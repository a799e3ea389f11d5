//! How a comparison is shown: to a terminal, in Markdown, as a plot.

pub(crate) mod markdown;
pub(crate) mod svg;
pub(crate) mod table;

use crate::results::{Cell, Column, Report};

/// Seconds to three places that count.
fn seconds(value: f64) -> String {
    if value >= 10.0 {
        format!("{value:.1}")
    } else if value >= 1.0 {
        format!("{value:.2}")
    } else if value >= 0.1 {
        format!("{value:.3}")
    } else {
        format!("{value:.4}")
    }
}

/// A ratio to two or three places that count.
fn ratio(value: f64) -> String {
    if value >= 10.0 {
        format!("{value:.1}")
    } else if value >= 0.1 {
        format!("{value:.2}")
    } else {
        format!("{value:.3}")
    }
}

/// KiB as MB with one place.
fn megabytes(kib: Option<u64>) -> String {
    let Some(kib) = kib else { return "-".to_owned() };
    let tenths = (kib * 10 * 1024 + 500_000) / 1_000_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// What a cell says in place of a time.
fn missing(cell: &Cell) -> &'static str {
    match cell.fault {
        Some(_) => "failed",
        None => "-",
    }
}

/// The rows under the programs: a head, and one text for each column.
fn summary_rows(report: &Report) -> Vec<(&'static str, Vec<String>)> {
    let columns = || report.columns.iter().enumerate();
    let geomean = |(index, column): (usize, &Column)| match column.geomean {
        Some(mean) if report.ratios_in(index) < report.rows.len() => {
            format!("{} of {}", ratio(mean), report.ratios_in(index))
        }
        Some(mean) => ratio(mean),
        None => "-".to_owned(),
    };
    vec![
        ("geomean", columns().map(geomean).collect()),
        ("start, ms", columns().map(|(_, column)| format!("{:.2}", column.startup_seconds * 1e3)).collect()),
        ("peak MB, empty", columns().map(|(_, column)| megabytes(column.startup_peak_kib)).collect()),
        ("peak MB, most", columns().map(|(index, _)| megabytes(report.largest_peak_kib(index))).collect()),
    ]
}

/// One line on the machine and the way of measuring.
fn circumstances(report: &Report) -> String {
    let machine = &report.machine;
    let pinned = report.pinned_to_cpu.map_or_else(String::new, |cpu| format!(", all on CPU {cpu}"));
    let plural = if report.rounds == 1 { "" } else { "s" };
    format!(
        "{}, {} ({} CPUs, {}, {}){pinned}; {} round{plural}",
        report.date, machine.cpu, machine.cpus, machine.architecture, machine.system, report.rounds
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::engine::Language;
    use crate::machine::Machine;
    use crate::results::Row;

    /// A report of two columns and two programs, one of which failed on the second engine.
    pub(crate) fn sample() -> Report {
        let column = |label: &str| Column {
            label: label.to_owned(),
            language: Language::Lox,
            command: format!("/bin/{label}"),
            version: Some(format!("{label} 1 <x>")),
            startup_seconds: 0.001,
            startup_peak_kib: Some(2048),
            geomean: None,
        };
        let cell = |seconds, ratio| Cell {
            seconds: Some(seconds),
            ratio: Some(ratio),
            gross_seconds: vec![seconds + 0.001],
            peak_kib: Some(4096),
            fault: None,
        };
        let failed = Cell { fault: Some("exit code 70: oh | no".to_owned()), ..Cell::default() };
        let row = |program: &str, cells| Row {
            program: program.to_owned(),
            title: "What it shows.".to_owned(),
            cells,
        };
        let mut report = Report {
            date: "2026-11-21".to_owned(),
            command: "cargo run".to_owned(),
            commit: Some("abc".to_owned()),
            machine: Machine {
                cpu: "A CPU".to_owned(),
                cpus: 2,
                system: "linux 6".to_owned(),
                architecture: "x86_64",
            },
            pinned_to_cpu: Some(1),
            rounds: 5,
            base: "lua5.4".to_owned(),
            columns: vec![column("lua5.4"), column("siskin")],
            rows: vec![
                row("fib", vec![cell(0.4, 1.0), cell(0.1, 0.25)]),
                row("tot", vec![cell(0.2, 1.0), failed]),
            ],
        };
        report.summarise();
        report
    }

    #[test]
    fn numbers_keep_the_places_that_count() {
        assert_eq!([12.34, 1.234, 0.1234, 0.01234].map(seconds), ["12.3", "1.23", "0.123", "0.0123"]);
        assert_eq!([12.34, 1.234, 0.01234].map(ratio), ["12.3", "1.23", "0.012"]);
        assert_eq!([Some(2048), Some(48), None].map(megabytes), ["2.1", "0.0", "-"]);
    }

    #[test]
    fn a_geomean_over_fewer_programs_says_so() {
        let rows = summary_rows(&sample());
        assert_eq!(rows[0], ("geomean", vec!["1.00".to_owned(), "0.25 of 1".to_owned()]));
    }
}
