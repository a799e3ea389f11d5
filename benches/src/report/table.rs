//! The table for a terminal: seconds and ratio side by side, columns aligned.

use std::fmt::Write as _;

use super::{circumstances, missing, ratio, seconds, summary_rows};
use crate::results::Report;

/// The report as plain text.
pub(crate) fn render(report: &Report) -> String {
    let mut lines: Vec<Vec<String>> = Vec::new();
    let heads = report.columns.iter().map(|column| column.label.clone());
    lines.push(std::iter::once(String::new()).chain(heads).collect());
    for row in &report.rows {
        let mut line = vec![row.program.clone()];
        line.extend(row.cells.iter().map(|cell| match (cell.seconds, cell.ratio) {
            (Some(time), Some(by)) => format!("{}  {:>5}", seconds(time), ratio(by)),
            (Some(time), None) => format!("{}      -", seconds(time)),
            (None, _) => missing(cell).to_owned(),
        }));
        lines.push(line);
    }
    for (head, cells) in summary_rows(report) {
        lines.push(std::iter::once(head.to_owned()).chain(cells).collect());
    }

    let mut text = format!("{}\nnet CPU seconds, and ratio to {}\n\n", circumstances(report), report.base);
    let widths = widths(&lines);
    for (index, line) in lines.iter().enumerate() {
        if index == report.rows.len() + 1 {
            text.push('\n');
        }
        push_line(&mut text, line, &widths);
    }
    for (program, label, fault) in report.faults() {
        // Writing to a String can't fail.
        let _ = write!(text, "\n{program} on {label}: {fault}");
    }
    if !report.is_sound() {
        text.push('\n');
    }
    text
}

fn widths(lines: &[Vec<String>]) -> Vec<usize> {
    let count = lines.iter().map(Vec::len).max().unwrap_or_default();
    (0..count)
        .map(|index| {
            lines.iter().filter_map(|line| Some(line.get(index)?.chars().count())).max().unwrap_or_default()
        })
        .collect()
}

/// The first cell to the left of its column, the others to the right.
fn push_line(text: &mut String, line: &[String], widths: &[usize]) {
    let mut whole = String::new();
    for (index, (cell, &width)) in line.iter().zip(widths).enumerate() {
        let _ = if index == 0 { write!(whole, "{cell:<width$}") } else { write!(whole, "   {cell:>width$}") };
    }
    text.push_str(whole.trim_end());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use crate::report::tests::sample;

    #[test]
    fn the_table_is_aligned_and_names_what_failed() {
        let text = super::render(&sample());
        let expected = "\
2026-11-21, A CPU (2 CPUs, x86_64, linux 6), all on CPU 1; 5 rounds
net CPU seconds, and ratio to lua5.4

                       lua5.4         siskin
fib              0.400   1.00   0.100   0.25
tot              0.200   1.00         failed

geomean                  1.00      0.25 of 1
start, ms                1.00           1.00
peak MB, empty            2.1            2.1
peak MB, most             4.2            4.2

tot on siskin: exit code 70: oh | no
";
        assert_eq!(text, expected);
    }
}
