//! Rows: the facts of the table. The compiler, the verifier and native tiers read them; texts for people are apart, in
//! [`texts`](super::texts).

use super::op::{AnyOperand, Field, Insn, OP_COUNT, Op};
use super::operand::*;
use crate::opcode_table;

macro_rules! effects {
    ($(#[doc = $doc:literal] $name:ident)*) => {
        /// What an instruction may do besides writing its registers; the last two say what it does not do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(non_camel_case_types, reason = "the names are those of the table")]
        pub enum Effect {
            $(#[doc = $doc] $name,)*
        }

        impl Effect {
            /// All there are.
            pub const ALL: &[Effect] = &[$(Effect::$name),*];

            /// Its name in the table.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Effect::$name => stringify!($name),)* }
            }

            /// What it means; the subject is the instruction.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Effect::$name => $doc.trim_ascii(),)* }
            }
        }
    };
}

effects! {
    /// may go on at its target
    jump
    /// never falls through to the next
    end
    /// may raise an error
    throw
    /// may allocate, so it is a safepoint
    alloc
    /// may run script code
    call
    /// charges fuel
    fuel
    /// may do work that grows with a length, charges that as fuel, and stops when there is none
    bulk
    /// looks at the host's interrupt
    poll
    /// only computes what it defines from what it uses: it may be left out, repeated or moved
    pure
    /// may run in a callee that has no frame, in place of its call; it is left to the interpreter where it needs one
    frameless
}

/// A set of effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects(u16);

impl Effects {
    const fn of(effects: &[Effect]) -> Effects {
        let (mut bits, mut index) = (0, 0);
        while index < effects.len() {
            bits |= 1 << effects[index] as u16;
            index += 1;
        }
        Effects(bits)
    }

    /// A bit for each effect, in the order of [`Effect::ALL`].
    pub(super) const fn bits(self) -> u16 {
        self.0
    }

    /// Whether the set contains `effect`.
    #[must_use]
    pub const fn has(self, effect: Effect) -> bool {
        self.0 & (1 << effect as u16) != 0
    }

    /// All in the set, in the order of [`Effect::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Effect> {
        Effect::ALL.iter().copied().filter(move |&effect| self.has(effect))
    }
}

macro_rules! operand_names {
    ($($name:ident)*) => {
        /// Names of operands. A row that uses another one does not compile.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(non_camel_case_types, missing_docs, reason = "the names are those of the table, whose rows say what they mean")]
        pub enum OperandName { $($name,)* }

        impl OperandName {
            /// The name as text.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(OperandName::$name => stringify!($name),)* }
            }
        }
    };
}

operand_names! {
    dst src value lit lhs rhs var step to
    upvalue cell global function
    argc win site
    format
    object this class superclass fields name closure kind
    list index first count start end iter
    least most how
}

/// An operand of a row.
#[derive(Clone, Copy, Debug)]
pub struct RowOperand {
    /// Its name.
    pub name: OperandName,
    /// Its type.
    pub kind: OperandKind,
    /// Its place.
    pub field: Field,
}

/// An operand whose values are sampled: its place among those of its row that read one near register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampledOperand(u8);

impl SampledOperand {
    /// The first of a row.
    pub const FIRST: SampledOperand = SampledOperand(0);
    /// The most of a row that are sampled.
    pub const MAX: usize = 2;

    /// Below [`MAX`](SampledOperand::MAX).
    #[must_use]
    pub fn index(self) -> u32 {
        u32::from(self.0)
    }
}

/// A row of the table: the facts about an instruction.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The opcode.
    pub op: Op,
    /// Its operands.
    pub operands: &'static [RowOperand],
    /// Its effects.
    pub effects: Effects,
}

impl Row {
    /// Whether the row lists `effect`.
    #[must_use]
    pub const fn has(&self, effect: Effect) -> bool {
        self.effects.has(effect)
    }

    /// Whether the next instruction may follow.
    #[must_use]
    pub const fn falls_through(&self) -> bool {
        !self.has(Effect::end)
    }

    /// Whether the instruction may jump forward.
    #[must_use]
    pub fn jumps_forward(&self) -> bool {
        let is_forward = |kind| matches!(kind, OperandKind::Forward24 | OperandKind::Forward32);
        self.has(Effect::jump) && self.operands.iter().any(|operand| is_forward(operand.kind))
    }

    /// Whether fuel was charged, or the interrupt looked at, when the next instruction is reached. A back-edge that is not
    /// taken costs nothing.
    #[must_use]
    pub fn ends_free_code(&self) -> bool {
        self.has(Effect::poll) || self.has(Effect::fuel) && !self.has(Effect::jump)
    }

    /// The operands whose values are sampled: the first ones that read a near register.
    pub fn sampled(&self) -> impl Iterator<Item = (SampledOperand, &'static RowOperand)> {
        let operands =
            self.operands.iter().filter(|operand| is_sampled(operand.kind)).take(SampledOperand::MAX);
        operands.enumerate().map(|(index, operand)| (SampledOperand(index as u8), operand))
    }

    /// The sampled operand of that name.
    #[must_use]
    pub fn sampled_operand(&self, wanted: OperandName) -> Option<SampledOperand> {
        self.sampled().find(|(_, operand)| operand.name == wanted).map(|(index, _)| index)
    }
}

const fn is_sampled(kind: OperandKind) -> bool {
    matches!(kind, OperandKind::Src | OperandKind::Var)
}

macro_rules! define {
    ($($title:literal $text:literal { $(
        $variant:ident $method:ident $mnemonic:literal [$($effect:ident)*]
            { $($operand:ident: $type:ident at $field:ident),* $(,)? } $meaning:literal;
    )* })*) => {
        /// Every row of the table, in opcode order.
        pub static ROWS: [Row; OP_COUNT] = [$($(Row {
            op: Op::$variant,
            operands: &[$(RowOperand {
                name: OperandName::$operand,
                kind: <$type as Operand>::KIND,
                field: Field::$field,
            }),*],
            effects: Effects::of(&[$(Effect::$effect),*]),
        },)*)*];

        impl Insn {
            /// Calls `each` for every operand, in the order of the row.
            pub fn operands(&self, mut each: impl FnMut(&'static RowOperand, AnyOperand)) {
                let _row = self.op().row();
                match *self {
                    $($(Insn::$variant { $($operand),* } => {
                        let mut _index = 0;
                        $(
                            each(&_row.operands[_index], AnyOperand::$type($operand));
                            _index += 1;
                        )*
                    })*)*
                }
            }
        }
    };
}

opcode_table!(define);

impl Op {
    /// The row of the table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}
