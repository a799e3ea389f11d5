//! Transcripts of sessions: typed again, line by line, and compared except for figures that differ from run to run.
//!
//! ```text
//!   sk> 1 + 1      the text after a prompt is typed when the prompt is shown
//!   => 2           other rows are the expected screen
//! ```

use super::terminal::{Key, Terminal};

/// Rows of the screen, so many that nothing scrolls away.
const ROWS: u16 = 300;

/// The prompts before inputs, and before their further lines.
const PROMPTS: [&str; 4] = ["sk>", "..>", "lox>", "...>"];

/// Types the inputs of a transcript, on a screen of 100 columns. All other rows must be shown, except for figures.
#[track_caller]
pub(crate) fn check(transcript: &str) {
    check_with(&[], 100, transcript);
}

/// The same with arguments and a width.
#[track_caller]
pub(crate) fn check_with(args: &[&str], columns: u16, transcript: &str) {
    let seen = replay(args, columns, transcript);
    assert_eq!(masked(&seen), masked(transcript.trim()), "{seen}");
}

/// Types the inputs of a transcript, and returns the current transcript. If the transcript begins with a prompt, the
/// banner is left out. A row `^C` in output stands for Ctrl-C, pressed when the row above is shown.
#[track_caller]
pub(crate) fn replay(args: &[&str], columns: u16, transcript: &str) -> String {
    let mut terminal = Terminal::start(args, ROWS, columns, &[]);
    terminal.wait_for(|screen| is_at_prompt(screen, 0));
    let rows: Vec<&str> = transcript.trim().lines().collect();
    for (at, text) in rows.iter().enumerate().filter_map(|(at, row)| Some((at, typed(row)?))) {
        let above = terminal.screen().lines().count();
        // Typed at once, as a pasted line, so that the editor does not indent an already indented line.
        terminal.send(&format!("{text}\r"));
        let output = rows[at + 1..].iter().take_while(|row| typed(row).is_none());
        if let Some(stop) = output.clone().position(|row| *row == "^C") {
            let seen = rows[at + stop];
            terminal.wait_until(|terminal| {
                let (cursor, _) = terminal.cells().cursor_position();
                // The row above the cursor is complete.
                terminal.screen().lines().take(cursor.into()).skip(above).last() == Some(seen)
            });
            terminal.key(Key::Ctrl('c'));
        }
        terminal.wait_for(|screen| is_at_prompt(screen, above));
    }
    let screen = terminal.screen();
    let begin = if rows.first().is_some_and(|row| typed(row).is_some()) { 2 } else { 0 };
    let rows: Vec<&str> = screen.lines().skip(begin).collect();
    // The last row is a prompt at which nothing is typed.
    rows.split_last().map_or(String::new(), |(_, rows)| rows.join("\n").trim_end().to_owned())
}

/// The text to type in a row of a transcript, if it has a prompt.
fn typed(row: &str) -> Option<&str> {
    let text = PROMPTS.iter().find_map(|prompt| row.strip_prefix(prompt))?;
    if text.is_empty() { Some(text) } else { text.strip_prefix(' ') }
}

/// Whether the screen ends with an empty prompt below at least `rows` rows.
fn is_at_prompt(screen: &str, rows: usize) -> bool {
    screen.lines().skip(rows).last().is_some_and(|last| PROMPTS.contains(&last))
}

/// The text without figures that differ between runs or machines: addresses, sizes of machine code, times, ratios, and
/// counters of the collector and of memory. And without the place where an interrupt stopped a script.
pub(crate) fn masked(text: &str) -> String {
    mask_lines(text, true)
}

/// The same, but with sizes of machine code, for captures of one processor.
pub(crate) fn masked_but_sizes(text: &str) -> String {
    mask_lines(text, false)
}

fn mask_lines(text: &str, sizes: bool) -> String {
    let mut is_interrupt = false;
    let mut masked = Vec::new();
    for line in text.lines() {
        is_interrupt = line == "error: Interrupted." || is_interrupt && !line.is_empty();
        let is_place =
            line.starts_with(" --> ") || !line.is_empty() && line.trim_matches([' ', '|', '^']).is_empty();
        if !(is_interrupt && is_place) {
            masked.push(mask_line(line, sizes));
        }
    }
    masked.join("\n")
}

/// The beginnings of lines that only have figures.
const FIGURES: [&str; 6] = ["collections", "pauses", "memory", "objects", "fuel", "native"];

fn mask_line(line: &str, sizes: bool) -> String {
    let all = line.split_whitespace().next().is_some_and(|word| FIGURES.contains(&word));
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(|char: char| char.is_ascii_digit()) {
        let (before, figure) = rest.split_at(at);
        masked.push_str(before);
        let end = figure.find(|char: char| !char.is_ascii_alphanumeric() && !".,µ".contains(char));
        let end = figure[..end.unwrap_or(figure.len())].trim_end_matches(['.', ',']).len();
        let (figure, after) = figure.split_at(end);
        let is_masked = all || is_time(figure) || figure.starts_with("0x") || sizes && is_size(before, after);
        masked.push_str(if is_masked { "…" } else { figure });
        rest = after;
    }
    masked + rest
}

/// `0.40s`, `4.4x`
fn is_time(figure: &str) -> bool {
    let unit = figure.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.');
    ["ns", "µs", "ms", "s", "x"].contains(&unit)
}

/// Whether a figure is the size of machine code. (The size of bytecode is the same everywhere.)
fn is_size(before: &str, after: &str) -> bool {
    after.starts_with(" bytes") && !before.ends_with("ops, ") && !before.ends_with("bytecode, ")
}

#[test]
fn the_place_of_an_interrupt_is_masked() {
    let stopped = |column: &str, under: &str| {
        format!("error: Interrupted.\n --> <input 3>:1:{column}\n  |\n1 | var n = 0;\n  | {under}\n\nsk> n")
    };
    assert_eq!(masked(&stopped("1", "^^^")), masked(&stopped("5", "    ^^^")));
    let other = |text: &str| masked(&text.replace("Interrupted", "Stopped"));
    assert_ne!(other(&stopped("1", "^^^")), other(&stopped("5", "    ^^^")));
}

#[test]
fn figures_are_masked() {
    for (text, expected) in [
        ("  compiled fib -> 0x7f4c8a001000 (312 bytes)", "  compiled fib -> … (… bytes)"),
        ("  interp: 0.40s   ·   jit: 90µs   ·   (4.4x)", "  interp: …   ·   jit: …   ·   (…)"),
        ("  bytecode (11 ops, 48 bytes):", "  bytecode (11 ops, 48 bytes):"),
        ("  0002  return         r1", "  0002  return         r1"),
        ("  pauses       1, longest 0.03 ms", "  pauses       …, longest … ms"),
    ] {
        assert_eq!(masked(text), expected);
    }
    assert_eq!(
        masked_but_sizes("  compiled fib -> 0x7f4c8a001000 (312 bytes)"),
        "  compiled fib -> … (312 bytes)"
    );
}
