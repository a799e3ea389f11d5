//! The nightly dispatcher: every handler ends in a tail call of the next.
//!
//! The machine's registers are arguments, which the preserve-none convention keeps in machine registers, and every
//! handler ends in a separate indirect jump, which the branch predictor learns.

use crate::bytecode::operand::*;
use crate::bytecode::{OP_COUNT, Op, Visitor};
use crate::interp::Vm;
use crate::interp::machine::{Flow, Machine};
use crate::value::Value;
use crate::{opcode_field, opcode_table};

/// Pads the table to every byte an instruction may start with.
const BYTES: usize = 256;

/// A handler: the machine's registers, the word of its instruction, the table.
type Handler =
    unsafe extern "rust-preserve-none" fn(*const u32, *mut Value, *const Value, *mut Vm, u32, &'static Table);

struct Table([Handler; BYTES]);

impl Table {
    #[inline(always)]
    fn handler(&'static self, word: u32) -> Handler {
        // SAFETY: a byte is below 256.
        unsafe { *self.0.get_unchecked((word & 0xFF) as usize) }
    }
}

/// # Safety
/// Never called: verified code has only opcodes of the table.
unsafe extern "rust-preserve-none" fn invalid_opcode(
    _: *const u32,
    _: *mut Value,
    _: *const Value,
    _: *mut Vm,
    _: u32,
    _: &'static Table,
) {
}

/// Continues at the VM's current frame.
///
/// # Safety
/// `vm` is a machine's; the other arguments do not matter.
#[inline(never)]
unsafe extern "rust-preserve-none" fn go_on(
    _: *const u32,
    _: *mut Value,
    _: *const Value,
    vm: *mut Vm,
    _: u32,
    table: &'static Table,
) {
    let mut machine = Machine::at_frame(vm);
    let word = machine.fetch();
    let next = table.handler(word);
    // SAFETY: the machine is at the frame's next instruction.
    unsafe { become next(machine.pc, machine.base, machine.data, machine.vm, word, table) }
}

macro_rules! define {
    ($($title:literal $text:literal { $(
        $variant:ident $method:ident $mnemonic:literal [$($effect:ident)*]
            { $($operand:ident: $type:ident at $field:ident),* $(,)? } $meaning:literal;
    )* })*) => {
        $($(
            /// # Safety
            /// The arguments are a machine's registers, `word` the instruction before its pc.
            unsafe extern "rust-preserve-none" fn $method(
                pc: *const u32,
                base: *mut Value,
                data: *const Value,
                vm: *mut Vm,
                _word: u32,
                table: &'static Table,
            ) {
                let mut machine = Machine { pc, base, data, vm };
                $(let $operand = <$type as Operand>::from_bits(opcode_field!(_word, machine.fetch(), $field));)*
                let flow = machine.$method($($operand),*);
                match flow {
                    Flow::Next => {
                        let word = machine.fetch();
                        let next = table.handler(word);
                        // SAFETY: the machine is at the next instruction.
                        unsafe { become next(machine.pc, machine.base, machine.data, machine.vm, word, table) }
                    }
                    // Through another function, so that this one needs no stack slots across a call.
                    // SAFETY: the VM's frame is in order after a function of the VM.
                    Flow::Reload => unsafe {
                        become go_on(core::ptr::null(), core::ptr::null_mut(), core::ptr::null(), vm, 0, &TABLE)
                    },
                    Flow::Stop => {}
                }
            }
        )*)*

        static TABLE: Table = {
            let mut table = [invalid_opcode as Handler; BYTES];
            $($(table[Op::$variant as usize] = $method;)*)*
            Table(table)
        };
    };
}

opcode_table!(define);

/// Runs the VM's current frame until it stops.
///
/// Not inlined: the call of the first handler clobbers every register, which is too much for a caller with the large
/// native frame that sanitizers lay out.
#[inline(never)]
pub(in crate::interp) fn run(vm: &mut Vm) {
    let mut machine = Machine::at_frame(vm);
    let word = machine.fetch();
    let first = TABLE.handler(word);
    // SAFETY: the machine is at the frame's next instruction.
    unsafe { first(machine.pc, machine.base, machine.data, machine.vm, word, &TABLE) }
}

const _: () = assert!(OP_COUNT <= BYTES);
