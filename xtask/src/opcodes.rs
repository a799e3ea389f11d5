//! `docs/opcodes.md`, from the opcode table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use siskin_core::bytecode::operand::OperandKind;
use siskin_core::bytecode::{Effect, Field, OP_COUNT, Op, ROWS, Row};

/// Where the page lies.
const PATH: &str = "docs/opcodes.md";

/// The groups of the table, by their first opcode; a group ends where the next begins.
const GROUPS: [(Op, &str, &str); 11] = [
    (Op::Move, "Loads and moves", "`get.far` and `set.far` reach the registers beyond an 8-bit field."),
    (
        Op::GetUp,
        "Captured variables and cells",
        "A variable that is captured and assigned again lives in a cell; all others are copied into the closure.",
    ),
    (
        Op::GetGlobal,
        "Globals",
        "The constant names the global; where it lies is found once, when the program is loaded.",
    ),
    (
        Op::Add,
        "Arithmetic",
        "A number that is an integer and fits 32 bits is kept as one; `.i` takes a small integer from the \
         instruction, `.n` a number from the constants.",
    ),
    (Op::Eq, "Comparisons as values", "Where a comparison decides a jump, the jump compares."),
    (
        Op::Jump,
        "Jumps ahead",
        "`n` is for not: `jump.nlt` also goes when an operand is not a number but NaN, so it is not `jump.ge`.",
    ),
    (
        Op::Loop,
        "Back-edges",
        "The only way back, so fuel is charged here. A loop tests at the bottom; the commonest step, test and jump \
         are one instruction.",
    ),
    (
        Op::Call,
        "Calls",
        "The callee's registers begin at the window: arguments are where it looks for them, and the result lands \
         where the callee was.",
    ),
    (Op::GetField, "Objects", "A site is an inline cache beside the code; it belongs to one instruction."),
    (Op::Print, "Output", "Lox's `print`."),
    (
        Op::Poll,
        "Interrupts",
        "Code without calls and loops costs no fuel, so that no end of a slice stops it. The compiler puts a poll where \
         more than 32 words would run without one, and the verifier refuses code that goes further.",
    ),
];

/// Writes the page.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    let path = root.join(PATH);
    fs::write(&path, page()).map_err(|error| format!("{}: {error}", path.display()))
}

fn page() -> String {
    let mut page = String::new();
    put(&mut page).expect("a string takes all that is written");
    page
}

fn put(out: &mut String) -> std::fmt::Result {
    write!(
        out,
        "# Opcodes\n\n\
        <!-- Written by `cargo xtask opcodes` from core/src/bytecode/table.rs: change that. -->\n\n\
        Siskin's bytecode is for a machine of registers. An instruction is one 32-bit word, or two; a function's \
        frame has up to 65,535 registers, of which most operands name the first 256. The {OP_COUNT} opcodes below \
        are the rows of one table, `core/src/bytecode/table.rs`; from it derive the encoder, the decoder, the \
        verifier, the listing that `siskin disasm` prints, this page, and the visitor that gives each a meaning.\n\n"
    )?;

    out.push_str("## Words\n\n```text\n");
    out.push_str(DRAWING);
    out.push_str(
        "```\n\n\
        Words are little-endian where they are stored as bytes. Bits that a row does not use are zero; the decoder \
        ignores them. A jump counts words from the instruction that follows.\n\n\
        ## Operands\n\nEach operand has a type, which says how it is shown and what the verifier asks of it.\n\n\
        | type | meaning |\n|---|---|\n",
    );
    for kind in OperandKind::ALL {
        writeln!(out, "| `{}` | {} |", kind.text(), kind.meaning())?;
    }

    out.push_str("\n## Effects\n\n| effect | the instruction |\n|---|---|\n");
    for effect in [Effect::jump, Effect::end, Effect::throw, Effect::alloc, Effect::call, Effect::fuel] {
        writeln!(out, "| {effect:?} | {} |", describe(effect))?;
    }

    out.push_str(
        "\n## Instructions\n\nThe columns are the bits of the first word; `\u{2190}` goes on with the operand to the \
        left. The opcode is in bits 0 to 7.\n",
    );
    for (index, (first, title, text)) in GROUPS.iter().enumerate() {
        let from = *first as usize;
        let to = GROUPS.get(index + 1).map_or(OP_COUNT, |(next, ..)| *next as usize);
        writeln!(out, "\n### {title}\n\n{text}\n")?;
        group(out, &ROWS[from..to])?;
    }
    Ok(())
}

const DRAWING: &str = "   31      24 23      16 15       8 7        0
 +----------+----------+----------+----------+
 |    c     |    b     |    a     |    op    |     three operands of 8 bits
 +----------+----------+----------+----------+
 |         bx          |    a     |    op    |     one of 16 bits, one of 8
 +---------------------+----------+----------+
 |              sbx               |    op    |     one of 24 bits, signed
 +--------------------------------+----------+
 |                    x                      |     a second word, if the row has one
 +-------------------------------------------+
";

fn describe(effect: Effect) -> &'static str {
    match effect {
        Effect::jump => "may go on at its target",
        Effect::end => "never falls through to the next",
        Effect::throw => "may raise an error",
        Effect::alloc => "may allocate, so it is a safepoint",
        Effect::call => "may run script code",
        Effect::fuel => "charges fuel",
    }
}

fn group(out: &mut String, rows: &[Row]) -> std::fmt::Result {
    out.push_str(
        "| op | name | 31\u{2026}24 | 23\u{2026}16 | 15\u{2026}8 | second word | effects | meaning |\n",
    );
    out.push_str("|--:|---|---|---|---|---|---|---|\n");
    for row in rows {
        let effects: Vec<_> = row.effects.iter().map(|effect| format!("{effect:?}")).collect();
        writeln!(
            out,
            "| {} | `{}` | {} | {} | {} | {} | {} | {} |",
            row.op as u8,
            row.mnemonic,
            cell(row, &[Field::c, Field::bx, Field::sbx], &[]),
            cell(row, &[Field::b], &[Field::bx, Field::sbx]),
            cell(row, &[Field::a], &[Field::sbx]),
            cell(row, &[Field::x], &[]),
            effects.join(" "),
            row.meaning,
        )?;
    }
    Ok(())
}

/// The operand that begins in a column, at the left end of its field, or the mark that one goes on.
fn cell(row: &Row, begins: &[Field], goes_on: &[Field]) -> String {
    let operand = row.operands.iter().find(|operand| begins.contains(&operand.field));
    if let Some(operand) = operand {
        return format!("{} `{}`", operand.name, operand.kind.text());
    }
    let more = row.operands.iter().any(|operand| goes_on.contains(&operand.field));
    if more { "\u{2190}".into() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_current() {
        let path = crate::root().join(PATH);
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(written == page(), "{PATH} is not what the opcode table says: run `cargo xtask opcodes`");
    }

    #[test]
    fn groups_are_in_order_and_cover_all() {
        assert_eq!(GROUPS[0].0 as usize, 0);
        assert!(GROUPS.windows(2).all(|pair| (pair[0].0 as usize) < pair[1].0 as usize));
    }
}
