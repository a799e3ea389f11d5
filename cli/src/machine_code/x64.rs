//! Text of x86-64 machine code, by iced-x86.

use iced_x86::{
    Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter, Mnemonic, OpKind, Register,
    SymbolResolver, SymbolResult,
};
use siskin_jit::isa::x64::Gpr;
use siskin_jit::masm::Reg;

use super::Line;
use super::labels::Labels;
use super::names::Names;

/// By the number of the manual.
const REGISTERS: [Register; 16] = [
    Register::RAX,
    Register::RCX,
    Register::RDX,
    Register::RBX,
    Register::RSP,
    Register::RBP,
    Register::RSI,
    Register::RDI,
    Register::R8,
    Register::R9,
    Register::R10,
    Register::R11,
    Register::R12,
    Register::R13,
    Register::R14,
    Register::R15,
];

/// Column where operands begin.
const OPERANDS: u32 = 7;

pub(super) fn decode(code: &[u8]) -> Vec<Instruction> {
    Decoder::with_ip(64, code, 0, DecoderOptions::NONE).into_iter().collect()
}

/// Where instructions jump.
pub(super) fn targets(instructions: &[Instruction]) -> impl Iterator<Item = u32> {
    let near = |instruction: &&Instruction| instruction.op0_kind() == OpKind::NearBranch64;
    instructions.iter().filter(near).map(|instruction| instruction.near_branch_target() as u32)
}

pub(super) fn lines(instructions: &[Instruction], names: &Names, labels: &Labels) -> Vec<Line> {
    let symbols = Symbols { names: names.clone(), labels: labels.clone() };
    let mut formatter = IntelFormatter::with_options(Some(Box::new(symbols)), None);
    let options = formatter.options_mut();
    options.set_first_operand_char_index(OPERANDS);
    options.set_space_after_operand_separator(true);
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_show_branch_size(false);
    let line = |instruction: &Instruction| {
        let mut text = String::new();
        // What is moved are bits, what is added may be a distance back.
        formatter.options_mut().set_signed_immediate_operands(instruction.mnemonic() != Mnemonic::Mov);
        formatter.format(instruction, &mut text);
        Line { offset: instruction.ip() as u32, text }
    };
    instructions.iter().map(line).collect()
}

/// The register of a role.
pub(super) fn register(role: Reg) -> String {
    machine_register(role).map(|register| format!("{register:?}").to_lowercase()).unwrap_or_default()
}

fn machine_register(role: Reg) -> Option<Register> {
    REGISTERS.get(usize::from(Gpr::from(role).number())).copied()
}

/// What the formatter asks for names; it keeps it, so it is ours.
struct Symbols {
    names: Names,
    labels: Labels,
}

impl SymbolResolver for Symbols {
    fn symbol(
        &mut self,
        instruction: &Instruction,
        _operand: u32,
        operand: Option<u32>,
        address: u64,
        _size: u32,
    ) -> Option<SymbolResult<'_>> {
        let name = match instruction.op_kind(operand?) {
            OpKind::NearBranch64 => self.labels.at(address as u32)?.to_owned(),
            OpKind::Memory => {
                let base = |role: &Reg| machine_register(*role) == Some(instruction.memory_base());
                let role = [Reg::Vm, Reg::Base, Reg::Frame].into_iter().find(base)?;
                self.names.memory(role, address as i32)?
            }
            _ if instruction.mnemonic() == Mnemonic::Mov => self.names.value(address)?,
            _ => return None,
        };
        Some(SymbolResult::with_string(address, name))
    }
}
