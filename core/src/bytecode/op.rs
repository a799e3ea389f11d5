//! What derives from the table: opcodes, instructions, encoder, decoder, visitor.

use super::operand::*;
use crate::opcode_table;

/// Where in an instruction an operand lies; see the drawing in [`operand`](super::operand).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(non_camel_case_types, reason = "the names are those of the drawing and the table")]
pub enum Field {
    /// Bits 8 to 15.
    a,
    /// Bits 16 to 23.
    b,
    /// Bits 24 to 31.
    c,
    /// Bits 16 to 31.
    bx,
    /// Bits 8 to 31, signed.
    sbx,
    /// The second word.
    x,
}

/// Puts an operand's bits into their field.
macro_rules! put {
    ($word:ident, $ext:ident, a, $bits:expr) => {
        $word |= ($bits & 0xFF) << 8
    };
    ($word:ident, $ext:ident, b, $bits:expr) => {
        $word |= ($bits & 0xFF) << 16
    };
    ($word:ident, $ext:ident, c, $bits:expr) => {
        $word |= ($bits & 0xFF) << 24
    };
    ($word:ident, $ext:ident, bx, $bits:expr) => {
        $word |= ($bits & 0xFFFF) << 16
    };
    ($word:ident, $ext:ident, sbx, $bits:expr) => {
        $word |= ($bits & 0xFF_FFFF) << 8
    };
    ($word:ident, $ext:ident, x, $bits:expr) => {
        $ext = Some($bits)
    };
}

/// An operand's bits out of their field.
#[macro_export]
#[doc(hidden)]
macro_rules! opcode_field {
    ($word:ident, $ext:expr, a) => {
        ($word >> 8) & 0xFF
    };
    ($word:ident, $ext:expr, b) => {
        ($word >> 16) & 0xFF
    };
    ($word:ident, $ext:expr, c) => {
        $word >> 24
    };
    ($word:ident, $ext:expr, bx) => {
        $word >> 16
    };
    ($word:ident, $ext:expr, sbx) => {
        (($word as i32) >> 8) as u32
    };
    ($word:ident, $ext:expr, x) => {
        $ext
    };
}

/// 1 for a field in a word of its own.
macro_rules! extra_words {
    (x) => {
        1
    };
    ($field:ident) => {
        0
    };
}

impl Field {
    /// The bits of the field in the instruction that begins `words`, zero-extended; `sbx` is sign-extended.
    #[must_use]
    pub fn bits(self, words: &[u32]) -> Option<u32> {
        let word = *words.first()?;
        Some(match self {
            Field::a => opcode_field!(word, 0, a),
            Field::b => opcode_field!(word, 0, b),
            Field::c => opcode_field!(word, 0, c),
            Field::bx => opcode_field!(word, 0, bx),
            Field::sbx => opcode_field!(word, 0, sbx),
            Field::x => *words.get(1)?,
        })
    }
}

macro_rules! define {
    ($($title:literal $text:literal { $(
        $variant:ident $method:ident $mnemonic:literal [$($effect:ident)*]
            { $($operand:ident: $type:ident at $field:ident),* $(,)? } $meaning:literal;
    )* })*) => {
        /// An opcode: the low byte of an instruction's first word.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Op {
            $($(#[doc = concat!("`", $mnemonic, "`: ", $meaning, ".")] $variant,)*)*
        }

        /// How many opcodes there are; every byte below is one.
        pub const OP_COUNT: usize = OPS.len();

        const OPS: &[Op] = &[$($(Op::$variant,)*)*];

        impl Op {
            /// How many words the instruction takes: 1 or 2.
            #[must_use]
            #[inline(always)]
            pub const fn words(self) -> usize {
                match self { $($(Op::$variant => 1 $(+ extra_words!($field))*,)*)* }
            }

            /// The opcode of a word, if it is one.
            #[must_use]
            pub fn from_word(word: u32) -> Option<Op> {
                OPS.get((word & 0xFF) as usize).copied()
            }
        }

        /// A decoded instruction.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "operand names; the row's meaning explains them")]
        pub enum Insn {
            $($(#[doc = $meaning] $variant { $($operand: $type),* },)*)*
        }

        impl Insn {
            /// The opcode.
            #[must_use]
            pub fn op(&self) -> Op {
                match self { $($(Insn::$variant { .. } => Op::$variant,)*)* }
            }

            /// The instruction's words: the first, and the second if its row has one. An operand keeps only
            /// the bits that its field has.
            #[must_use]
            #[allow(unused_mut, unused_assignments, reason = "rows without an operand, or without a second word")]
            pub fn encode(&self) -> (u32, Option<u32>) {
                match *self {
                    $($(Insn::$variant { $($operand),* } => {
                        let mut word = Op::$variant as u32;
                        let mut ext = None;
                        $(put!(word, ext, $field, Operand::to_bits($operand));)*
                        (word, ext)
                    })*)*
                }
            }

            /// Decodes the instruction at the start of `words`, if there is one there and it is whole.
            #[must_use]
            pub fn decode(words: &[u32]) -> Option<Insn> {
                let word = *words.first()?;
                let op = Op::from_word(word)?;
                let _ext = if op.words() == 2 { *words.get(1)? } else { 0 };
                Some(match op {
                    $($(Op::$variant => Insn::$variant {
                        $($operand: Operand::from_bits(opcode_field!(word, _ext, $field)),)*
                    },)*)*
                })
            }

            /// Calls the visitor's method for this instruction.
            pub fn accept<V: Visitor>(&self, visitor: &mut V) -> V::Out {
                match *self {
                    $($(Insn::$variant { $($operand),* } => visitor.$method($($operand),*),)*)*
                }
            }
        }

        /// What gives every instruction a meaning: the interpreter, and each native tier.
        pub trait Visitor {
            /// What a meaning returns.
            type Out;
            $($(
                #[doc = concat!("`", $mnemonic, "`: ", $meaning, ".")]
                #[allow(missing_docs, reason = "named in the row")]
                fn $method(&mut self $(, $operand: $type)*) -> Self::Out;
            )*)*
        }
    };
}

macro_rules! any_operand {
    ($($type:ident)*) => {
        /// An operand of any type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the types of the operand module")]
        pub enum AnyOperand { $($type($type),)* }

        impl AnyOperand {
            /// Its type.
            #[must_use]
            pub fn kind(&self) -> OperandKind {
                match self { $(AnyOperand::$type(_) => OperandKind::$type,)* }
            }

            /// The bits of its field.
            #[must_use]
            pub fn bits(self) -> u32 {
                match self { $(AnyOperand::$type(operand) => operand.to_bits(),)* }
            }
        }

        impl core::fmt::Display for AnyOperand {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self { $(AnyOperand::$type(operand) => operand.fmt(f),)* }
            }
        }
    };
}

any_operand! {
    Dst Src Var FarDst FarSrc Win SuperWin Regs IterBegin Iter KeyIter Argc Member Imm8 Imm16 Count Count32 Num8 Lit8 Lit32 Name32 Global32 Fn32 Upvalue16 Site32
    Forward24 Forward32 Back24 Back32
}

impl AnyOperand {
    /// How far a jump goes, in words from the instruction that follows; `None` for other operands.
    #[must_use]
    pub fn jump(&self) -> Option<i32> {
        match *self {
            AnyOperand::Forward24(to) => Some(to.0),
            AnyOperand::Forward32(to) => Some(to.0),
            AnyOperand::Back24(to) => Some(to.0),
            AnyOperand::Back32(to) => Some(to.0),
            _ => None,
        }
    }

    /// The register that its 8 bits name; `None` for other operands, windows too.
    #[must_use]
    #[inline(always)]
    pub(crate) fn near_register(&self) -> Option<u8> {
        match *self {
            AnyOperand::Dst(reg) => Some(reg.0),
            AnyOperand::Src(reg) => Some(reg.0),
            AnyOperand::Var(reg) => Some(reg.0),
            _ => None,
        }
    }

    /// The index of the constant that it names; `None` for other operands.
    #[must_use]
    pub fn constant(&self) -> Option<u32> {
        match *self {
            AnyOperand::Num8(k) => Some(u32::from(k.0)),
            AnyOperand::Lit8(k) => Some(u32::from(k.0)),
            AnyOperand::Lit32(k) => Some(k.0),
            AnyOperand::Name32(k) => Some(k.0),
            AnyOperand::Global32(k) => Some(k.0),
            AnyOperand::Fn32(k) => Some(k.0),
            _ => None,
        }
    }
}

opcode_table!(define);
