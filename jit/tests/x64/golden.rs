//! The instructions of each verb: `golden/x64.txt`, one line for each instruction.
//!
//! After an intended change, `SISKIN_BLESS=1 cargo test -p siskin-jit --test x64 golden` rewrites the file: read the
//! diff.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use iced_x86::{
    Decoder, DecoderOptions, Formatter as _, Instruction, IntelFormatter, OpKind, SymbolResolver,
    SymbolResult,
};
use siskin_jit::buffer::Label;
use siskin_jit::isa::x64::X64;
use siskin_jit::masm::Cond::{Above, Below, Eq, Ge, Gt, Lt, Ne};
use siskin_jit::masm::Reg::{Base, Frame, Fuel, IntTag, ObjTag, T0, T1, T2, T3, T6, T7, Vm};
use siskin_jit::masm::{FCond, FReg, Masm, Rhs, Shift, at};

use super::common::masm;

const F0: FReg = FReg(0);
const F1: FReg = FReg(1);
const F9: FReg = FReg(9);

/// The source of a verb, and a function that emits it. The first label is bound after the code, the second before.
type Case = (&'static str, fn(&mut X64, Label, Label));

macro_rules! cases {
    (($masm:ident, $ahead:ident, $back:ident) $($verb:expr;)*) => {
        &[$((stringify!($verb), |$masm, $ahead, $back| {
            _ = ($ahead, $back);
            $verb;
        })),*]
    };
}

const FLOW: &[Case] = cases! {
    (m, ahead, back)
    m.landing();
    m.jump(ahead);
    m.jump(back);
    m.jump_reg(T0);
    m.jump_mem(at(Frame, 0));
    m.call_reg(T6);
    m.call_mem(at(T0, 8));
    m.prologue();
    m.epilogue();
    m.ret();
    m.rust_prologue();
    m.rust_epilogue();
    m.store_sp(at(Vm, 64));
    m.load_sp(at(Vm, 64));
    m.call_rust(at(Vm, 0x120));
};

const MOVES: &[Case] = cases! {
    (m, ahead, back)
    m.mov(T0, T1);
    m.mov(T0, T0);
    m.imm(T0, 0);
    m.imm(T6, 0);
    m.imm(T0, 0xFFFF_FFFF);
    m.imm(T0, 0xFFFF_FFFF_FFFF_FFFF);
    m.imm(T0, 0x7FF8_0000_0000_0000);
    m.pointer(T0, 0x7F00_0000_1234);
    m.load64(T0, at(Base, 0));
    m.load64(T0, at(Frame, 8));
    m.load32(T0, at(Fuel, 0));
    m.load16(T0, at(T1, 2));
    m.load8(T0, at(T1, 2));
    m.load64_index(T0, Base, T1, 8);
    m.store64(at(Base, 0x100), ObjTag);
    m.store32(at(Frame, 16), Fuel);
    m.store64_index(T0, T1, 0, T2);
    m.store64_imm(at(Base, 8), 0);
    m.store64_imm(at(Base, 8), 0xFFFF_FFFF_FFFF_FFFF);
    m.store64_imm(at(Base, 8), 0xFFFF_FFFF);
    m.store64_imm(at(Base, 8), 0xFFFA_0000_0000_0001);
    m.set_byte(0x7F00_0000_1234);
    m.address(T0, at(Base, 24));
    m.address(Base, at(Base, 24));
    m.address(T0, at(Base, 0));
    m.address_index(T0, Base, T1, 16);
    m.address_label(T0, ahead);
    m.address_label(T0, back);
};

const INTEGERS: &[Case] = cases! {
    (m, ahead, back)
    m.add64(T0, T0, T1);
    m.add64(T0, T1, T2);
    m.add64(T0, Base, T2);
    m.add64(T0, T1, T0);
    m.add64(T0, T0, 8);
    m.add64(T0, T0, 0x1000);
    m.add64(T0, T1, 8);
    m.add64(T0, T1, 0x1_0000_0000_i64);
    m.add64(T0, T0, 0x1_0000_0000_i64);
    m.add64(T0, T1, at(Base, 8));
    m.sub64(T0, T0, T1);
    m.sub64(T0, T1, T2);
    m.sub64(T0, T1, T0);
    m.sub64(T0, T0, 8);
    m.sub64(T0, T1, 8);
    m.sub64(T0, T1, at(T0, 8));
    m.and64(T0, T1, T2);
    m.and64(T0, T1, 0xFFFF_FFFF_i64);
    m.and64(T0, T1, 0xFF);
    m.and64(T0, T0, -16);
    m.and64(T0, T0, 0xFFFF_FFFF_FFFF_i64);
    m.or64(T0, T0, IntTag);
    m.or64(T0, T1, IntTag);
    m.xor64(T0, T1, T0);
    m.xor64(T0, T0, 1);
    m.shr64(T0, T1, 48);
    m.shr64(T0, T1, 0);
    m.add32(T0, T0, T1, ahead);
    m.add32(T0, T1, 1, ahead);
    m.add32(T0, T1, T0, back);
    m.add32(T0, T1, at(Base, 8), ahead);
    m.add32(T0, T1, Rhs::Word(at(Base, 8)), ahead);
    m.sub32(T0, T1, Rhs::Word(at(Base, 8)), ahead);
    m.mul32(T0, T1, Rhs::Word(at(Base, 8)), ahead);
    m.sub32(T0, T1, T0, ahead);
    m.sub32(T0, T1, 0x80, ahead);
    m.mul32(T0, T1, T2, ahead);
    m.mul32(T0, T1, 10, ahead);
    m.mul32(T0, T1, 1000, ahead);
    m.and32(T0, T1, T2);
    m.or32(T0, T1, T2);
    m.xor32(T3, T3, -1);
    m.shift32(Shift::Left, T2, T2, 3);
    m.shift32(Shift::Right, T2, T1, 0);
    m.shift32(Shift::RightZero, T2, T1, 31);
    m.shift32_by_t3(Shift::Right);
    m.divide32_by_t3();
    m.bump32(T0, 1);
    m.bump32(T0, -0x1000);
    m.count_down(Fuel, ahead);
};

const BRANCHES: &[Case] = cases! {
    (m, ahead, back)
    m.branch64(Eq, T0, T1, ahead);
    m.branch64(Eq, T0, T1, back);
    m.branch64(Ne, T0, 0, ahead);
    m.branch64(Below, T0, IntTag, ahead);
    m.branch64(Lt, T0, 0x1000, ahead);
    m.branch64(Eq, T0, 0x7FF8_0000_0000_0000_i64, ahead);
    m.branch64(Above, T0, at(Vm, 0x80), ahead);
    m.branch32(Ge, T1, 0, ahead);
    m.branch32(Gt, T1, T7, back);
    m.branch8_mem(Ne, at(T0, 0), 3, ahead);
    m.branch8_mem(Lt, at(T0, 0), 3, ahead);
};

const DOUBLES: &[Case] = cases! {
    (m, ahead, back)
    m.fload(F0, at(Base, 8));
    m.fstore(at(Frame, 0), F9);
    m.fmov(F0, F9);
    m.fmov(F0, F0);
    m.fimm(F0, 0);
    m.fimm(F9, 0x3FF0_0000_0000_0000);
    m.fmov_from(F0, T0);
    m.fcvt32(F0, T3);
    m.fadd(F0, F0, F1);
    m.fadd(F0, F1, F9);
    m.fadd(F0, F1, F0);
    m.fsub(F0, F0, F1);
    m.fsub(F0, F1, F0);
    m.fmul(F0, F1, F0);
    m.fdiv(F0, F1, F9);
    m.fneg(F0, F0);
    m.fneg(F0, F1);
    m.fbranch(FCond::Eq, F0, F1, ahead);
    m.fbranch(FCond::Eq, F0, F1, back);
    m.fbranch(FCond::Ne, F0, F1, ahead);
    m.fbranch(FCond::Lt, F0, F1, ahead);
    m.fbranch(FCond::NotLt, F0, F1, ahead);
    m.fbranch(FCond::Le, F0, F1, ahead);
    m.fbranch(FCond::NotLe, F0, F1, ahead);
    m.fbranch(FCond::Gt, F0, F1, ahead);
    m.fbranch(FCond::NotGt, F0, F1, ahead);
    m.fbranch(FCond::Ge, F0, F1, ahead);
    m.fbranch(FCond::NotGe, F0, F1, ahead);
};

/// Names the targets of jumps.
struct Places {
    next: u64,
    ahead: u64,
}

impl SymbolResolver for Places {
    fn symbol(
        &mut self,
        inst: &Instruction,
        _: u32,
        operand: Option<u32>,
        address: u64,
        _: u32,
    ) -> Option<SymbolResult<'_>> {
        let code = match inst.op_kind(operand?) {
            OpKind::NearBranch64 => true,
            OpKind::Memory => inst.is_ip_rel_memory_operand(),
            _ => false,
        };
        let name = match address {
            _ if !code => return None,
            0 => "back",
            address if address == self.next => "next",
            address if address == self.ahead => "ahead",
            _ => return None,
        };
        Some(SymbolResult::with_str(address, name))
    }
}

fn listing((verb, write): &Case) -> String {
    let mut masm = masm();
    let (ahead, back) = (masm.label(), masm.label());
    masm.bind(back);
    write(&mut masm, ahead, back);
    let next = masm.offset();
    masm.ret();
    masm.bind(ahead);
    let places = Places { next: next as u64, ahead: masm.offset() as u64 };
    let code = masm.finish().expect("code");

    let mut formatter = IntelFormatter::with_options(Some(Box::new(places)), None);
    let options = formatter.options_mut();
    options.set_hex_prefix("0x");
    options.set_hex_suffix("");
    options.set_space_after_operand_separator(true);

    let verb = verb.strip_prefix("m.").expect("a verb");
    let mut listing = String::new();
    let mut text = String::new();
    for inst in &mut Decoder::with_ip(64, &code[..next], 0, DecoderOptions::NONE) {
        text.clear();
        formatter.format(&inst, &mut text);
        let verb = if listing.is_empty() { verb } else { "" };
        writeln!(listing, "{verb:<66}{text}").expect("a string takes all");
    }
    if listing.is_empty() {
        writeln!(listing, "{verb:<66}-").expect("a string takes all");
    }
    listing
}

#[test]
fn verbs() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/x64.txt");
    let groups = [FLOW, MOVES, INTEGERS, BRANCHES, DOUBLES];
    let listing = groups.map(|group| group.iter().map(listing).collect::<String>()).join("\n");
    if env::var_os("SISKIN_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &listing).expect("the listing is written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default().replace('\r', "");
    for (line, (old, new)) in (1..).zip(expected.lines().zip(listing.lines())) {
        assert_eq!(old, new, "line {line}; SISKIN_BLESS=1 takes what is new");
    }
    assert_eq!(expected.len(), listing.len(), "lines are missing; SISKIN_BLESS=1 takes what is new");
}
