//! `siskin views` and `:views`: source, bytecode and machine code in three columns that fit a width.

use std::fmt::Write;

use siskin_core::bytecode::{FnIndex, Program, disasm};
use siskin_core::tier::Unit;
use siskin_jit::Isa;
use siskin_jit::baseline::Part;

use crate::args::Views;
use crate::console::Console;
use crate::exit;
use crate::loaded::{Loaded, Title};
use crate::machine_code::{MachineCode, inlined};
use crate::visible::source_line;

/// Columns between columns.
const RULE: &str = " │ ";
/// The narrowest that a column gets: three of them and the rules between fit [`LEAST_WIDTH`](crate::args::LEAST_WIDTH).
const NARROWEST: usize = 10;

/// One row: a cell for each column.
type Row = [String; 3];

/// Lists functions in three columns.
pub(crate) fn views(args: &Views, console: &mut Console<'_>) -> u8 {
    let mut show = || {
        let asm = &args.asm;
        let loaded = Loaded::new(&asm.compile, console)?;
        let units = loaded.units(asm.function.as_deref(), console)?;
        let mut gap = "";
        for (index, unit) in &units {
            let (source, program) = (loaded.source.text(), &loaded.program);
            let subject = Subject { unit, source, program, index: *index };
            let text = columns(&subject, asm.isa(), args.width.into());
            console.print(format_args!("{gap}{text}"))?;
            gap = "\n";
        }
        Ok(())
    };
    let shown: Result<(), u8> = show();
    shown.err().unwrap_or(exit::SUCCESS)
}

/// A function to be laid out.
pub(crate) struct Subject<'a> {
    pub(crate) unit: &'a Unit<'a>,
    /// The text that it is from.
    pub(crate) source: &'a str,
    pub(crate) program: &'a Program,
    pub(crate) index: FnIndex,
}

/// Lays a function out in three columns, `width` wide in all. What does not fit its cell goes on in the next row.
pub(crate) fn columns(subject: &Subject<'_>, isa: Isa, width: usize) -> String {
    let Subject { unit, source, program, index } = *subject;
    let source: Vec<&str> = source.lines().collect();
    let machine = MachineCode::new(unit, isa);
    let mut rows = Vec::new();
    let mut shown = 0;
    let mut source_of = |word: u32| {
        let line = unit.line(word);
        if std::mem::replace(&mut shown, line) == line {
            return String::new();
        }
        format!("{line:3} {}", source_line(source.get(line.saturating_sub(1) as usize).unwrap_or(&"")))
    };
    let bytecode_of = |word: u32| {
        format!("{word:04} {}", squeeze(&disasm::instruction(program.image(), index, word).to_string()))
    };
    match &machine {
        Ok(machine) => {
            for (mark, piece) in machine.marks.iter().enumerate() {
                let (source, bytecode) = match piece.part {
                    Part::Prologue => (String::new(), "entry".into()),
                    Part::Word(word) => (source_of(word), bytecode_of(word)),
                    Part::Inlined { call, word } => {
                        (String::new(), format!("in {}", inlined(unit, call, word)))
                    }
                    Part::Again(_) | Part::Cold(_) | Part::Entry(_) => break,
                };
                let code =
                    machine.piece(mark).map(|(label, _, text)| format!("{label:>5} {}", squeeze(text)));
                let code: Vec<String> = code.collect();
                rows.push([source, bytecode, code.join("\n")]);
            }
        }
        Err(_) => {
            let words = unit.words();
            let mut word = 0;
            while let Some(insn) = words.get(word..).and_then(siskin_core::bytecode::Insn::decode) {
                rows.push([source_of(word as u32), bytecode_of(word as u32), String::new()]);
                word += insn.op().words();
            }
        }
    }
    let right = match &machine {
        Ok(machine) => format!("{}, {} bytes", isa.name(), machine.len),
        Err(why) => format!("interpreted: {why}"),
    };
    let bytes = size_of_val(unit.words());
    let head = ["source".into(), format!("bytecode, {bytes} bytes"), right];
    let mut text = String::new();
    sentence(&mut text, &Title(index, unit).to_string(), width);
    table(&mut text, &head, &rows, width.saturating_sub(2));
    if machine.is_ok() {
        sentence(&mut text, "cold paths, later iterations of loops and entries are left out: see asm", width);
    }
    text
}

/// A line across all columns, or several if it does not fit.
fn sentence(text: &mut String, line: &str, width: usize) {
    let mut lines = Vec::new();
    fold(line, width.saturating_sub(2), &mut lines);
    for line in lines {
        // Writing to a String does not fail.
        let _ = writeln!(text, "  {line}");
    }
}

/// Runs of blanks become one.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn table(text: &mut String, head: &Row, rows: &[Row], width: usize) {
    let widest = |column: usize| {
        let cells = rows.iter().chain([head]).filter_map(|row| row.get(column));
        cells.flat_map(|cell| cell.lines()).map(|line| line.chars().count()).max().unwrap_or(0)
    };
    let widths = fit([widest(0), widest(1), widest(2)], width.saturating_sub(2 * RULE.chars().count()));
    row(text, head, widths);
    let _ = writeln!(text, "  {}", widths.map(|width| "─".repeat(width)).join("─┼─"));
    for cells in rows {
        row(text, cells, widths);
    }
}

/// Shares `width` among columns with wished widths: each gets its wish up to a third, and the rest goes to those that
/// want more.
fn fit(wanted: [usize; 3], width: usize) -> [usize; 3] {
    let mut widths = wanted.map(|wanted| wanted.min(width / 3).max(NARROWEST));
    for index in [2, 1, 0] {
        let used: usize = widths.iter().sum();
        let over = width.saturating_sub(used);
        if let (Some(width), Some(wanted)) = (widths.get_mut(index), wanted.get(index)) {
            *width += over.min(wanted.saturating_sub(*width));
        }
    }
    widths
}

fn row(text: &mut String, cells: &Row, widths: [usize; 3]) {
    let mut folded = [Vec::new(), Vec::new(), Vec::new()];
    for ((lines, cell), width) in folded.iter_mut().zip(cells).zip(widths) {
        for line in cell.lines() {
            fold(line, width, lines);
        }
    }
    let height = folded.iter().map(Vec::len).max().unwrap_or(0);
    for index in 0..height {
        let mut line = String::from(" ");
        for (column, (lines, width)) in folded.iter().zip(widths).enumerate() {
            line.push_str(if column == 0 { " " } else { RULE });
            let cell = lines.get(index).map_or("", String::as_str);
            // Writing to a String does not fail.
            let _ = write!(line, "{cell:width$}");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// Cuts a line into pieces of at most `width` characters, at a blank if there is one; further pieces are indented, but
/// less in narrow columns.
fn fold(line: &str, width: usize, into: &mut Vec<String>) {
    let indent = (width / 4).min(6);
    let mut rest = line.to_owned();
    loop {
        let count = rest.chars().count();
        if count <= width {
            into.push(rest);
            return;
        }
        let at = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(at);
        let blank = piece.rfind(' ').filter(|&blank| blank > width / 2 && !after.starts_with(' '));
        let cut = blank.map_or(at, |blank| blank + 1);
        let (piece, after) = rest.split_at(cut);
        into.push(piece.trim_end().to_owned());
        rest = format!("{:indent$}{}", "", after.trim_start());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_share_the_width() {
        assert_eq!(fit([20, 20, 20], 100), [20, 20, 20]);
        assert_eq!(fit([80, 20, 40], 90), [30, 20, 40]);
        assert_eq!(fit([80, 80, 80], 90), [30, 30, 30]);
        assert_eq!(fit([5, 50, 50], 90), [10, 30, 50]);
        assert_eq!(fit([80, 80, 80], 32), [10, 10, 12]);
    }

    #[test]
    fn long_lines_are_folded_at_blanks() {
        let mut lines = Vec::new();
        fold("0003 get.global r2, k1 ; global fib", 20, &mut lines);
        assert_eq!(lines, ["0003 get.global r2,", "     k1 ; global fib"]);
        lines.clear();
        fold("abcdefghijklmnopqrstuvwxyz", 14, &mut lines);
        assert_eq!(lines, ["abcdefghijklmn", "   opqrstuvwxy", "   z"]);
    }
}
