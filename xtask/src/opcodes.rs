//! Writes `docs/opcodes.md` from the opcode table.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use siskin_core::bytecode::operand::OperandKind;
use siskin_core::bytecode::{Effect, Field, GROUPS, OP_COUNT, Op, Row, SUFFIXES};

/// The path of the page.
const PATH: &str = "docs/opcodes.md";

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
    for effect in Effect::ALL {
        writeln!(out, "| {} | {} |", effect.name(), effect.meaning())?;
    }

    out.push_str(
        "\n## Instructions\n\nThe columns are the bits of the first word; `\u{2190}` goes on with the operand to the \
        left. The opcode is in bits 0 to 7.\n\n\
        The last part of a name says more of the operands:\n\n| name | |\n|---|---|\n",
    );
    for (suffix, meaning) in SUFFIXES {
        writeln!(out, "| `{suffix}` | {meaning} |")?;
    }
    for group in GROUPS {
        writeln!(out, "\n### {}\n\n{}\n", group.title, group.text)?;
        put_rows(out, group.ops)?;
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

fn put_rows(out: &mut String, ops: &[Op]) -> std::fmt::Result {
    out.push_str(
        "| op | name | 31\u{2026}24 | 23\u{2026}16 | 15\u{2026}8 | second word | effects | meaning |\n",
    );
    out.push_str("|--:|---|---|---|---|---|---|---|\n");
    for op in ops {
        let (row, text) = (op.row(), op.text());
        let effects: Vec<_> = row.effects.iter().map(Effect::name).collect();
        writeln!(
            out,
            "| {} | `{}` | {} | {} | {} | {} | {} | {} |",
            *op as u8,
            text.mnemonic,
            cell(row, &[Field::c, Field::bx, Field::sbx], &[]),
            cell(row, &[Field::b], &[Field::bx, Field::sbx]),
            cell(row, &[Field::a], &[Field::sbx]),
            cell(row, &[Field::x], &[]),
            effects.join(" "),
            text.meaning,
        )?;
    }
    Ok(())
}

/// The operand whose field begins in a column, or the mark that a field continues there.
fn cell(row: &Row, begins: &[Field], goes_on: &[Field]) -> String {
    let operand = row.operands.iter().find(|operand| begins.contains(&operand.field));
    if let Some(operand) = operand {
        return format!("{} `{}`", operand.name.text(), operand.kind.text());
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
}
