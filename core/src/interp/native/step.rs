//! One instruction at a time: for samples, and for slow paths of machine code.

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
        /// Executes the next instruction of the VM's current frame, and updates the frame's record.
        #[inline(never)]
        pub(super) fn step_once(vm: &mut Vm) -> Flow {
            let mut machine = Machine::at_frame(vm);
            let word = machine.fetch();
            // SAFETY: verified code has only opcodes of the table, which are numbered from 0 without gaps.
            let op = unsafe { core::mem::transmute::<u8, Op>((word & 0xFF) as u8) };
            let flow = match op {
                $($(Op::$variant => {
                    $(let $operand = <$type as Operand>::from_bits(opcode_field!(word, machine.fetch(), $field));)*
                    machine.$method($($operand),*)
                })*)*
            };
            if flow == Flow::Next {
                machine.save();
            }
            flow
        }
    };
}

opcode_table!(define);
