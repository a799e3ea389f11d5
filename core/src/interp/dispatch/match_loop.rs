//! The stable dispatcher: a loop around a match.

use crate::bytecode::operand::*;
use crate::bytecode::{Op, Visitor};
use crate::interp::Vm;
use crate::interp::machine::{Flow, Machine};
use crate::{opcode_field, opcode_table};

macro_rules! define {
    ($($title:literal $text:literal { $(
        $variant:ident $method:ident $mnemonic:literal [$($effect:ident)*]
            { $($operand:ident: $type:ident at $field:ident),* $(,)? } $meaning:literal;
    )* })*) => {
        /// Runs the VM's current frame until it stops.
        ///
        /// Not inlined, so that the loop has all machine registers.
        #[inline(never)]
        pub(in crate::interp) fn run(vm: &mut Vm) {
            let mut machine = Machine::at_frame(vm);
            loop {
                let word = machine.fetch();
                // SAFETY: verified code has only opcodes of the table, which are numbered from 0 without gaps.
                let op = unsafe { core::mem::transmute::<u8, Op>((word & 0xFF) as u8) };
                match op {
                    // Each arm has the test, rather than the code after the match: most arms know its outcome.
                    $($(Op::$variant => {
                        $(let $operand = <$type as Operand>::from_bits(opcode_field!(word, machine.fetch(), $field));)*
                        match machine.$method($($operand),*) {
                            Flow::Next => {}
                            Flow::Reload => machine.reload(),
                            Flow::Stop => return,
                        }
                    })*)*
                }
            }
        }
    };
}

opcode_table!(define);
