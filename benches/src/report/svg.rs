//! The plot: for each program a bar for each engine, from the base's time (the line at 1) to its own.
//!
//! The scale is logarithmic, so twice as fast to the left is as long as twice as slow to the right. Text and lines
//! take their colours from a style sheet that follows the reader's light or dark setting; the bars' colours
//! stand out from both grounds. A loop that an engine has removed would stretch the scale to a thousandth, so
//! bars end at 1/64 and 64, where the figure alone says how far they would go.

use std::fmt::Write as _;

use super::ratio;
use crate::results::Report;

/// The colours of bars, in the order of columns without the base; told apart by the colour-blind too.
const COLOURS: [&str; 8] =
    ["#e8601c", "#f1a340", "#4eb265", "#1b9e8f", "#5289c7", "#8d6fc0", "#c2559d", "#8a8a8a"];

const WIDTH: f64 = 860.0;
const NAMES: f64 = 106.0;
const LEFT: f64 = 152.0;
const RIGHT: f64 = 52.0;
const BAR: f64 = 9.0;
const BAR_STEP: f64 = 11.0;
const GROUP_GAP: f64 = 13.0;
const LEGEND_STEP: f64 = 18.0;

/// The binary logarithm beyond which bars are cut off, to both sides.
const FARTHEST: f64 = 6.0;

/// The horizontal scale.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// A scale that ends at powers of two, shows at least a half to double, and at most what is [`FARTHEST`].
    fn holding(values: impl Iterator<Item = f64>) -> Self {
        let logs = values.map(f64::log2);
        let (low, high) =
            logs.fold((-1.0, 1.0), |(low, high), log| (f64::min(low, log), f64::max(high, log)));
        Self { low: low.floor().max(-FARTHEST), high: high.ceil().min(FARTHEST) }
    }

    fn x(&self, value: f64) -> f64 {
        let log = value.log2().clamp(self.low, self.high);
        LEFT + (log - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)
    }

    /// The powers of two to draw lines at: all, or every other one if they would be many.
    fn ticks(&self) -> impl Iterator<Item = f64> {
        let step = if self.high - self.low > 9.0 { 2.0 } else { 1.0 };
        let first = (self.low / step).ceil() * step;
        let last = self.high;
        std::iter::successors(Some(first), move |log| Some(log + step))
            .take_while(move |log| *log <= last)
            .map(f64::exp2)
    }
}

/// The report as an SVG picture.
pub(crate) fn render(report: &Report) -> String {
    let others: Vec<usize> = report
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.label != report.base)
        .map(|(i, _)| i)
        .collect();
    let groups: Vec<(&str, Vec<Option<f64>>)> = groups(report, &others);
    let scale = Scale::holding(groups.iter().flat_map(|(_, ratios)| ratios.iter().flatten().copied()));

    let legend_lines = others.len().div_ceil(4).max(1);
    let top = 58.0 + LEGEND_STEP * number(legend_lines);
    let group_height = BAR_STEP * number(others.len()) + GROUP_GAP;
    let bottom = top + group_height * number(groups.len());

    let mut svg = open(report, bottom + 34.0);
    push_legend(&mut svg, report, &others);
    push_ticks(&mut svg, &scale, top, bottom);
    for (index, (name, ratios)) in groups.iter().enumerate() {
        let y = top + group_height * number(index) + GROUP_GAP / 2.0;
        push_group(&mut svg, &scale, name, ratios, y);
    }
    let x = scale.x(1.0);
    let _ = writeln!(svg, r#"<path class="base" d="M{x:.1} {:.1}V{bottom:.1}"/>"#, top - 6.0);
    svg.push_str("</svg>\n");
    svg
}

/// The means first, then the programs: a name, and a ratio for each engine but the base.
fn groups<'r>(report: &'r Report, others: &[usize]) -> Vec<(&'r str, Vec<Option<f64>>)> {
    let means = others.iter().map(|&index| report.columns[index].geomean).collect();
    let rows = report.rows.iter().map(|row| {
        let ratios = others.iter().map(|&index| row.cells.get(index)?.ratio).collect();
        (row.program.as_str(), ratios)
    });
    std::iter::once(("geomean", means)).chain(rows).collect()
}

fn open(report: &Report, height: f64) -> String {
    let base = escape(&report.base);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" role="img" aria-label="CPU time relative to {base}, for each program and engine">"#
    );
    svg.push_str(
        "\n<style>\n\
         .ground { fill: #ffffff; }\n\
         text { font: 12px system-ui, sans-serif; fill: #24292f; }\n\
         .title { font-size: 16px; font-weight: 600; }\n\
         .mean { font-weight: 600; }\n\
         .value { font-size: 9px; fill: #57606a; }\n\
         .tick, .note { font-size: 11px; fill: #57606a; }\n\
         path { stroke: #d0d7de; stroke-width: 1; fill: none; }\n\
         .base { stroke: #57606a; stroke-width: 1.5; }\n\
         @media (prefers-color-scheme: dark) {\n\
         \x20 .ground { fill: #0d1117; }\n\
         \x20 text { fill: #e6edf3; }\n\
         \x20 .value, .tick, .note { fill: #9da7b1; }\n\
         \x20 path { stroke: #353c45; }\n\
         \x20 .base { stroke: #9da7b1; }\n\
         }\n</style>\n",
    );
    let _ = writeln!(
        svg,
        r#"<rect class="ground" width="100%" height="100%" rx="6"/>
<text class="title" x="16" y="26">CPU time relative to {base}</text>
<text class="note" x="16" y="44">left of the line is faster, right of it slower; {} on {}</text>"#,
        escape(&report.date),
        escape(&report.machine.cpu),
    );
    svg
}

fn push_legend(svg: &mut String, report: &Report, others: &[usize]) {
    for (place, &index) in others.iter().enumerate() {
        let x = 16.0 + number(place % 4) * 206.0;
        let y = 54.0 + number(place / 4) * LEGEND_STEP;
        let _ = writeln!(
            svg,
            r#"<rect x="{x:.0}" y="{y:.0}" width="10" height="10" rx="2" fill="{}"/><text x="{:.0}" y="{:.0}">{}</text>"#,
            colour(place),
            x + 15.0,
            y + 9.5,
            escape(&report.columns[index].label),
        );
    }
}

fn push_ticks(svg: &mut String, scale: &Scale, top: f64, bottom: f64) {
    for value in scale.ticks() {
        let x = scale.x(value);
        let text = if value < 1.0 { format!("1/{}", value.recip()) } else { format!("{value}") };
        let _ = writeln!(
            svg,
            r#"<path d="M{x:.1} {top:.1}V{bottom:.1}"/><text class="tick" x="{x:.1}" y="{:.1}" text-anchor="middle">{text}×</text>"#,
            bottom + 16.0,
        );
    }
}

fn push_group(svg: &mut String, scale: &Scale, name: &str, ratios: &[Option<f64>], y: f64) {
    let class = if name == "geomean" { r#" class="mean""# } else { "" };
    let middle = y + BAR_STEP * number(ratios.len()) / 2.0 + 4.0;
    let _ = writeln!(
        svg,
        r#"<text{class} x="{:.0}" y="{middle:.1}" text-anchor="end">{}</text>"#,
        NAMES,
        escape(name)
    );
    let one = scale.x(1.0);
    for (place, value) in ratios.iter().enumerate() {
        let Some(value) = *value else { continue };
        let y = y + BAR_STEP * number(place);
        let x = scale.x(value);
        let (from, width) = (x.min(one), (x - one).abs().max(1.0));
        let (at, anchor) = if value >= 1.0 { (x.max(one) + 4.0, "start") } else { (x - 4.0, "end") };
        let _ = writeln!(
            svg,
            r#"<rect x="{from:.1}" y="{y:.1}" width="{width:.1}" height="{BAR}" rx="1.5" fill="{}"/><text class="value" x="{at:.1}" y="{:.1}" text-anchor="{anchor}">{}</text>"#,
            colour(place),
            y + 8.0,
            ratio(value),
        );
    }
}

fn colour(place: usize) -> &'static str {
    COLOURS[place % COLOURS.len()]
}

/// A small count as a coordinate.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::sample;

    #[test]
    fn the_scale_is_logarithmic_and_ends_at_powers_of_two() {
        let scale = Scale::holding([0.3, 3.0].into_iter());
        assert_eq!(scale.ticks().collect::<Vec<_>>(), [0.25, 0.5, 1.0, 2.0, 4.0]);
        assert_eq!(Scale::holding([0.001].into_iter()).ticks().next(), Some(1.0 / 64.0));
        assert!((scale.x(0.25) - LEFT).abs() < 1e-9);
        assert!((scale.x(4.0) - (WIDTH - RIGHT)).abs() < 1e-9);
        assert!((scale.x(1.0) - scale.x(0.5) - (scale.x(2.0) - scale.x(1.0))).abs() < 1e-9);
    }

    #[test]
    fn a_bar_for_each_ratio_but_the_bases() {
        let svg = render(&sample());
        // The ground, the legend's square, the mean's bar and fib's bar; tot failed.
        assert_eq!(svg.matches("<rect").count(), 4);
        assert!(svg.contains(">fib</text>") && svg.ends_with("</svg>\n"));
    }
}
