//! The page for the repository: the table, and all that is needed to make it again.

use std::fmt::Write as _;
use std::path::Path;

use super::{circumstances, missing, ratio, seconds, summary_rows};
use crate::results::{FLOOR_SECONDS, Report};

/// Where figures are that this harness does not measure.
const LATENCY: &str =
    "How long a script holds its host, and what a VM costs among many: [latency.md](latency.md).\n\n";

/// What the programs do not show.
const LIMITS: &str = "\
    `closure` calls one function from one place, and machine code is made for that. A place that calls two functions in \
    turn gains nothing by it: programs of composed closures take as long as at d63a1f3 (1.02). A place that \
    calls methods of 16 to 512 classes in turn takes .30 to .45 of d63a1f3 in machine code, and .78 to 1.06 \
    interpreted.\n\n";

/// The report as Markdown, with the plot at `plot` if one was written.
pub(crate) fn render(report: &Report, plot: Option<&Path>) -> String {
    let mut text = String::from("# Benchmarks\n\n");
    let base = &report.base;
    let commit = report.commit.as_ref().map_or_else(String::new, |commit| format!(" Sources at {commit}."));
    let _ = write!(
        text,
        "Made by\n\n```sh\n{}\n```\n\n{}.{commit}\n\n\
         A cell holds CPU seconds (user and system, the median of all rounds, less the engine's time for an empty \
         script) and in parentheses the ratio to {base}: the median over rounds of the quotient within a round. \
         Smaller is faster; {} s is where noise begins, and stands for all below (a loop that was \
         removed). All engines print the same lines; their programs are in `benches/programs`.\n\n",
        report.command,
        circumstances(report),
        seconds(FLOOR_SECONDS),
    );
    text.push_str(LATENCY);
    text.push_str(LIMITS);
    if let Some(name) = plot.and_then(Path::file_name) {
        let _ = write!(
            text,
            "![CPU time relative to {base}, for each program and engine]({})\n\n",
            name.to_string_lossy()
        );
    }

    push_row(&mut text, "program", report.columns.iter().map(|column| escape(&column.label)));
    text.push_str("|---|");
    text.push_str(&"---:|".repeat(report.columns.len()));
    text.push('\n');
    for row in &report.rows {
        let cells = row.cells.iter().map(|cell| match (cell.seconds, cell.ratio) {
            (Some(time), Some(by)) => format!("{} ({})", seconds(time), ratio(by)),
            (Some(time), None) => seconds(time),
            (None, _) => missing(cell).to_owned(),
        });
        push_row(&mut text, &row.program, cells);
    }
    for (head, cells) in summary_rows(report) {
        let head = if head == "geomean" { "**geomean**" } else { head };
        push_row(&mut text, head, cells.into_iter());
    }

    if !report.is_sound() {
        text.push_str("\nNot counted:\n");
        for (program, label, fault) in report.faults() {
            let _ = write!(text, "\n- {program} on {label}: {}", escape(fault));
        }
        text.push('\n');
    }
    text.push_str("\n## The programs\n\n");
    for row in &report.rows {
        let _ = writeln!(text, "- `{}`: {}", row.program, escape(&row.title));
    }
    text.push_str("\n## The engines\n\n");
    for column in &report.columns {
        let version = column.version.as_deref().unwrap_or("version unknown");
        let _ = writeln!(text, "- {}: {} (`{}`)", escape(&column.label), escape(version), column.command);
    }
    text
}

fn push_row(text: &mut String, head: &str, cells: impl Iterator<Item = String>) {
    let _ = write!(text, "| {head} |");
    for cell in cells {
        let _ = write!(text, " {cell} |");
    }
    text.push('\n');
}

/// Text without what Markdown would read as markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\|*`<_".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use crate::report::tests::sample;

    #[test]
    fn the_page_has_command_table_and_versions() {
        let text = super::render(&sample(), Some("docs/plot.svg".as_ref()));
        for part in [
            "```sh\ncargo run\n```",
            "](plot.svg)",
            "| program | lua5.4 | siskin |\n|---|---:|---:|\n| fib | 0.400 (1.00) | 0.100 (0.25) |\n",
            "| **geomean** | 1.00 | 0.25 of 1 |",
            "- tot on siskin: exit code 70: oh \\| no",
            "- siskin: siskin 1 \\<x> (`/bin/siskin`)",
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
    }
}
