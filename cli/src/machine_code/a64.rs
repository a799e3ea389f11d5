//! Text of ARM64 machine code, by yaxpeax-arm.

use siskin_jit::isa::a64::reg::{Register, X};
use siskin_jit::masm::Reg;
use yaxpeax_arch::{Arch, Decoder, U8Reader};
use yaxpeax_arm::armv8::a64::{ARMv8, Instruction, Opcode, Operand};

use super::Line;
use super::labels::Labels;
use super::names::Names;

/// Column where operands begin.
const OPERANDS: usize = 7;
/// Bytes of an instruction.
const WORD: u32 = 4;

/// An instruction, or the word that is none.
pub(super) type Decoded = Result<Instruction, u32>;

pub(super) fn decode(code: &[u8]) -> Vec<Decoded> {
    let decoder = <ARMv8 as Arch>::Decoder::default();
    let (words, _) = code.as_chunks();
    words
        .iter()
        .map(|word| decoder.decode(&mut U8Reader::new(word)).map_err(|_| u32::from_le_bytes(*word)))
        .collect()
}

/// Where instructions jump.
pub(super) fn targets(instructions: &[Decoded]) -> impl Iterator<Item = u32> {
    offsets().zip(instructions).filter_map(|(offset, instruction)| {
        let operands = instruction.as_ref().ok()?.operands;
        operands.iter().find_map(|operand| target(offset, operand))
    })
}

pub(super) fn lines(instructions: &[Decoded], names: &Names, labels: &Labels) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = instructions;
    while let [first, after @ ..] = rest {
        let offset = (instructions.len() - rest.len()) as u32 * WORD;
        rest = after;
        let text = match first {
            Ok(instruction) => match constant(instruction, after, names) {
                Some((text, more)) => {
                    rest = after.get(more..).unwrap_or_default();
                    text
                }
                None => text(offset, instruction, names, labels),
            },
            Err(word) => format!(".word {word:#010x}"),
        };
        lines.push(Line { offset, text: aligned(&text) });
    }
    lines
}

/// The register of a role.
pub(super) fn register(role: Reg) -> String {
    let size = if role == Reg::Fuel { 'w' } else { 'x' };
    format!("{size}{}", X::of(role).number())
}

fn offsets() -> impl Iterator<Item = u32> {
    (0..).step_by(WORD as usize)
}

fn target(offset: u32, operand: &Operand) -> Option<u32> {
    match operand {
        Operand::PCOffset(distance) => u32::try_from(i64::from(offset) + distance).ok(),
        _ => None,
    }
}

/// The text of an instruction, with names in place of what has some.
fn text(offset: u32, instruction: &Instruction, names: &Names, labels: &Labels) -> String {
    // The disassembler knows this hint, where indirect jumps and calls may go, by its number only.
    let text = instruction.to_string().replace("hint #0x26", "bti jc");
    let named = instruction.operands.iter().find_map(|operand| {
        let name = match *operand {
            Operand::PCOffset(_) => labels.at(target(offset, operand)?)?.to_owned(),
            Operand::RegPreIndex(base, disp, false) => {
                let is_base = |role: &Reg| X::of(*role).number() == u32::from(base);
                let role = [Reg::Vm, Reg::Base, Reg::Frame].into_iter().find(is_base)?;
                format!("[x{base}, {}]", names.memory(role, disp)?)
            }
            _ => return None,
        };
        Some((operand.to_string(), name))
    });
    match named {
        Some((number, name)) => text.replace(&number, &name),
        None => text,
    }
}

/// A constant that has a name, and how many further instructions make it: in 16 bits each, so they are shown as one.
fn constant(first: &Instruction, after: &[Decoded], names: &Names) -> Option<(String, usize)> {
    let Operand::Register(_, register) = first.operands[0] else { return None };
    let mut value = match (first.opcode, first.operands[1], first.operands[2]) {
        (Opcode::MOVZ, Operand::ImmShift(bits, shift), _) => u64::from(bits) << shift,
        (Opcode::MOVN, Operand::ImmShift(bits, shift), _) => !(u64::from(bits) << shift),
        (Opcode::ORR, Operand::Register(_, 31), Operand::Imm64(bits)) => bits,
        _ => return None,
    };
    let mut more = 0;
    for next in after {
        match next.as_ref().map(|next| (next.opcode, next.operands[0], next.operands[1])) {
            Ok((Opcode::MOVK, Operand::Register(_, same), Operand::ImmShift(bits, shift)))
                if same == register =>
            {
                value = value & !(0xFFFF << shift) | u64::from(bits) << shift;
                more += 1;
            }
            _ => break,
        }
    }
    let name = names.value(value)?;
    let words = if more > 0 { format!(" ; {} instructions", more + 1) } else { String::new() };
    Some((format!("mov x{register}, {name}{words}"), more))
}

fn aligned(text: &str) -> String {
    match text.split_once(' ') {
        Some((mnemonic, operands)) => format!("{mnemonic:OPERANDS$}{operands}"),
        None => text.to_owned(),
    }
}
