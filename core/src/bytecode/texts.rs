//! Texts: what the table says to people. Listings and pages read them, machines do not.

use super::op::{OP_COUNT, Op};
use crate::opcode_table;

/// What a row says to people.
#[derive(Clone, Copy, Debug)]
pub struct RowText {
    /// The name of the instruction in listings.
    pub mnemonic: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// Rows of the table that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The title.
    pub title: &'static str,
    /// A text about all instructions of the group.
    pub text: &'static str,
    /// The opcodes.
    pub ops: &'static [Op],
}

macro_rules! define {
    ($($title:literal $text:literal { $(
        $variant:ident $method:ident $mnemonic:literal [$($effect:ident)*]
            { $($operand:ident: $type:ident at $field:ident),* $(,)? } $meaning:literal;
    )* })*) => {
        /// The texts of every row, in opcode order.
        pub static TEXTS: [RowText; OP_COUNT] =
            [$($(RowText { mnemonic: $mnemonic, meaning: $meaning },)*)*];

        /// The groups of the table, in opcode order.
        pub static GROUPS: &[Group] = &[$(Group {
            title: $title,
            text: $text,
            ops: &[$(Op::$variant,)*],
        },)*];
    };
}

opcode_table!(define);

impl Op {
    /// The texts of its row.
    #[must_use]
    pub fn text(self) -> &'static RowText {
        &TEXTS[self as usize]
    }

    /// Its name in listings.
    #[must_use]
    pub fn mnemonic(self) -> &'static str {
        self.text().mnemonic
    }
}
