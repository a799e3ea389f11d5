//! Operands: the meanings of the fields of an instruction word.
//!
//! ```text
//!   31      24 23      16 15       8 7        0
//!  +----------+----------+----------+----------+
//!  |    c     |    b     |    a     |    op    |     a, b, c: 8 bits
//!  +----------+----------+----------+----------+
//!  |         bx          |    a     |    op    |     bx: 16 bits
//!  +---------------------+----------+----------+
//!  |              sbx               |    op    |     sbx: 24 bits, signed
//!  +--------------------------------+----------+
//!  |                    x                      |     x: a second word, when the row has one
//!  +-------------------------------------------+
//! ```
//!
//! Each operand has its own type, so that the encoder cannot mix a register with a constant, and the disassembler and
//! the verifier know what a field means from the row of the table alone.

use core::fmt;

/// A type that fits a field of an instruction.
pub trait Operand: Copy {
    /// How the table and `docs/opcodes.md` call it.
    const KIND: OperandKind;
    /// The field's bits; only as many as the field has are kept.
    fn to_bits(self) -> u32;
    /// Back from the field's bits, zero-extended.
    fn from_bits(bits: u32) -> Self;
}

macro_rules! operands {
    ($($(#[doc = $doc:literal])* $name:ident($repr:ty) $text:literal $show:literal;)*) => {
        /// The kinds of operand there are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum OperandKind {
            $($(#[doc = $doc])* $name,)*
        }

        impl OperandKind {
            /// All there are.
            pub const ALL: &[OperandKind] = &[$(OperandKind::$name),*];

            /// A short name for listings.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(OperandKind::$name => $text,)* }
            }

            /// What it means, as a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(OperandKind::$name => concat!($($doc),*).trim_ascii(),)* }
            }
        }

        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name(pub $repr);

            impl Operand for $name {
                const KIND: OperandKind = OperandKind::$name;
                #[inline(always)]
                fn to_bits(self) -> u32 {
                    self.0 as u32
                }
                #[inline(always)]
                fn from_bits(bits: u32) -> Self {
                    $name(bits as $repr)
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, $show, self.0)
                }
            }
        )*
    };
}

operands! {
    /// A register that is written.
    Dst(u8) "dst" "r{}";
    /// A register that is read.
    Src(u8) "src" "r{}";
    /// A register that is read and written.
    Var(u8) "var" "r{}";
    /// Any register of the frame, which is written; the ones beyond an 8-bit field are included.
    FarDst(u16) "fardst" "r{}";
    /// Any register of the frame, which is read; the ones beyond an 8-bit field are included.
    FarSrc(u16) "farsrc" "r{}";
    /// The first register of a call's window: the callee, then its arguments; the result lands here.
    Win(u16) "win" "r{}..";
    /// The same for a window that has the superclass after the last argument.
    SuperWin(u16) "superwin" "r{}..";
    /// The first of a row of registers, which are read; as many as the count says.
    Regs(u16) "regs" "r{}..";
    /// The first of the registers of a loop over items that begins: what it goes over, which is read, its position and the
    /// length, which are written.
    IterBegin(u16) "iterbegin" "r{}..";
    /// The first of the registers of a loop over items, which are read and written: what it goes over, its position, the
    /// length, the item.
    Iter(u16) "iter" "r{}..";
    /// The same with a fifth register for the key of the item.
    KeyIter(u16) "keyiter" "r{}..";
    /// The number of arguments of a call.
    Argc(u8) "argc" "{}";
    /// The sort of a member of a class: 0 a method, 1 a getter, 2 a setter; 3 to 5 the same of the class itself, 6 a field of
    /// it; 7 a field of the values of a variant, 8 a variant of an enum.
    Member(u8) "member" "#{}";
    /// A small integer.
    Imm8(i8) "imm8" "#{}";
    /// A small integer.
    Imm16(i16) "imm16" "#{}";
    /// A count.
    Count(u8) "count" "#{}";
    /// A count.
    Count32(u32) "count32" "#{}";
    /// A number in the constants.
    Num8(u8) "num8" "k{}";
    /// Any literal value in the constants.
    Lit8(u8) "lit8" "k{}";
    /// Any literal value in the constants.
    Lit32(u32) "lit32" "k{}";
    /// A string in the constants.
    Name32(u32) "name32" "k{}";
    /// A reference to a global in the constants.
    Global32(u32) "global32" "k{}";
    /// A function in the constants.
    Fn32(u32) "fn32" "k{}";
    /// An upvalue of the running closure.
    Upvalue16(u16) "upvalue16" "u{}";
    /// An inline cache of the function.
    Site32(u32) "site32" "s{}";
    /// A jump, in words from the instruction that follows; not backwards.
    Forward24(i32) "forward24" "{:+}";
    /// A jump, in words from the instruction that follows; not backwards.
    Forward32(i32) "forward32" "{:+}";
    /// A jump, in words from the instruction that follows; backwards.
    Back24(i32) "back24" "{:+}";
    /// A jump, in words from the instruction that follows; backwards.
    Back32(i32) "back32" "{:+}";
}

impl IterBegin {
    /// The registers that it names.
    pub const REGISTERS: u16 = 3;
}

impl Iter {
    /// The registers of such a loop.
    pub const REGISTERS: u16 = 4;
    /// The place of the position among them.
    pub const POSITION: u16 = 1;
    /// The place of the length that the loop found at its beginning.
    pub const LENGTH: u16 = 2;
    /// The place of the item.
    pub const ITEM: u16 = 3;
    /// The place of the key.
    pub const KEY: u16 = 4;
}

impl KeyIter {
    /// The registers of such a loop.
    pub const REGISTERS: u16 = 5;
}
