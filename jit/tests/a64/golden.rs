//! The instructions of each verb: `tests/golden/a64.txt`.
//!
//! After an intended change, `SISKIN_BLESS=1 cargo test -p siskin-jit --test a64 golden` rewrites the file: read the
//! diff.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use siskin_jit::masm::Reg::{Base, Frame, Fuel, IntTag, ObjTag, T0, T1, T2, T3, T5, T7, Vm};
use siskin_jit::masm::{Cond, FCond, FReg, Masm, Rhs, Shift, at};

use crate::common::{assembler, decode, words};

/// The listing of verbs, each separately, with the label `end` after it.
macro_rules! listing {
    ($end:ident; $($verb:ident($($arg:expr),*);)*) => {{
        let mut listing = String::new();
        $(
            let mut asm = assembler();
            let $end = asm.label();
            asm.$verb($($arg),*);
            asm.bind($end);
            let arguments: &[&str] = &[$(stringify!($arg)),*];
            writeln!(listing, "{}({})", stringify!($verb), arguments.join(", ")).expect("it is a string");
            for word in words(asm.finish().expect("code")) {
                writeln!(listing, "    {word:08x}  {}", decode(word)).expect("it is a string");
            }
        )*
        listing
    }};
}

const F0: FReg = FReg(0);
const F7: FReg = FReg(7);
const F8: FReg = FReg(8);
const F13: FReg = FReg(13);

fn flow() -> String {
    listing! { end;
        landing();
        jump(end);
        jump_reg(T5);
        jump_mem(at(Vm, 0x128));
        call_reg(T1);
        call_mem(at(T0, 0x20));
        prologue();
        epilogue();
        ret();
        rust_prologue();
        rust_epilogue();
        store_sp(at(Vm, 0x40));
        store_sp(at(Vm, 0x12344));
        load_sp(at(Vm, 0x40));
        call_rust(at(Vm, 0x200));
        call_rust(at(Vm, 0x10000));
    }
}

fn moves() -> String {
    listing! { end;
        mov(T0, T1);
        mov(T0, T0);
        imm(T0, 0);
        imm(T0, 5);
        imm(T0, 0xFFFF_0000_0000_0000);
        imm(T0, 0xFFFF_FFFF_FFFF_FFFB);
        imm(T0, 0xFFFF_FFFB);
        imm(T0, 0xFFFF_0000_0000_0001);
        imm(T0, 0xFFFF_0000_0000_0005);
        imm(T0, 0xFFFF_0000_1234_5678);
        imm(T0, 0xFFFA_0000_0000_0002);
        imm(T0, 0x1234_5678_9ABC_DEF0);
        imm(T0, 0x5555_5555_1234_5555);
        pointer(T0, 0x7F00_0000_1234);
        pointer(T0, 0xFFFC_7F00_0000_0000);
        load64(T0, at(Base, 8));
        load64(T0, at(Base, 32760));
        load64(T0, at(Base, 32768));
        load64(T0, at(Base, -8));
        load64(T0, at(Base, -256));
        load64(T0, at(Base, -264));
        load64(T0, at(Base, 255));
        load64(T0, at(Base, 257));
        load64(T0, at(Base, 0x12345));
        load32(T0, at(Frame, 4));
        load32(T0, at(Frame, 16384));
        load16(T0, at(Frame, 2));
        load8(T0, at(Frame, 1));
        load8(T0, at(Frame, 4096));
        load64_index(T0, Base, T1, 0);
        load64_index(T0, Base, T1, 16);
        load64_index(T0, Base, T1, -1000);
        store64(at(Base, 8), T7);
        store32(at(Frame, 4), Fuel);
        store64_index(T1, T2, 0, T3);
        store64_index(T1, T2, 24, T3);
        store64_imm(at(Base, 8), 0);
        store64_imm(at(Base, 8), 0xFFFA_0000_0000_0000);
        store64_imm(at(Base, 0x10008), 0xFFFF_0000_0000_0007);
        set_byte(0x7F00_0000_1234);
        address(T0, at(Base, 0));
        address(Base, at(Base, 64));
        address(T0, at(Base, -64));
        address(T0, at(Base, 0x12345));
        address(T0, at(Base, 0x1234567));
        address_index(T0, Base, T1, 0);
        address_index(T0, Base, T1, 8);
        address_label(T0, end);
    }
}

fn integers() -> String {
    listing! { end;
        add64(T0, T1, T2);
        add64(T0, T1, 0);
        add64(T0, T1, 4095);
        add64(T0, T1, 4096);
        add64(T0, T1, 4097);
        add64(T0, T1, 65535);
        add64(T0, T1, 0x12345);
        add64(T0, T1, -5);
        add64(T0, T1, 0x1234567);
        add64(T0, T1, at(Base, 8));
        sub64(T0, T1, IntTag);
        sub64(T0, T1, 5);
        sub64(T0, T1, -5);
        and64(T0, T1, T2);
        and64(T0, T1, 0xFFFF_FFFF_FFFF_i64);
        and64(T0, T1, -16);
        and64(T0, T1, 5);
        and64(T0, T1, 0);
        and64(T0, T1, -1);
        or64(T0, T1, IntTag);
        or64(T0, T1, 1);
        or64(T0, T1, -1);
        xor64(T0, T1, ObjTag);
        xor64(T0, T1, 3);
        xor64(T0, T1, -1);
        xor64(T0, T1, at(Base, 8));
        shr64(T0, T1, 0);
        shr64(T0, T1, 48);
        add32(T0, T1, T2, end);
        add32(T0, T1, 1, end);
        add32(T0, T1, -1, end);
        add32(T0, T1, 100_000, end);
        add32(T0, T1, at(Base, 8), end);
        add32(T0, T1, Rhs::Word(at(Base, 8)), end);
        sub32(T0, T1, T2, end);
        sub32(T0, T1, 1, end);
        sub32(T0, T1, i32::MIN, end);
        mul32(T0, T1, T2, end);
        mul32(T0, T1, 2, end);
        mul32(T0, T1, 10, end);
        and32(T0, T1, T2);
        xor32(T3, T3, -1);
        shift32(Shift::Left, T2, T2, 3);
        shift32(Shift::Right, T2, T1, 0);
        shift32(Shift::RightZero, T2, T1, 31);
        shift32_by_t3(Shift::Right);
        divide32_by_t3();
        or32(T0, T1, T2);
        or32(T0, T0, 1);
        or32(T0, T1, -1);
        bump32(T0, 1);
        bump32(T0, -1);
        bump32(T0, 0);
        count_down(Fuel, end);
    }
}

fn branches() -> String {
    listing! { end;
        branch64(Cond::Eq, T0, 0, end);
        branch64(Cond::Ne, T0, 0, end);
        branch64(Cond::Lt, T0, 0, end);
        branch64(Cond::AboveEq, T0, IntTag, end);
        branch64(Cond::Below, T0, 100, end);
        branch64(Cond::Gt, T0, -100, end);
        branch64(Cond::Eq, T0, 4097, end);
        branch64(Cond::Gt, T0, 4097, end);
        branch64(Cond::Eq, T0, 0xFFFF_0000_0000_0001_u64 as i64, end);
        branch64(Cond::Ne, T0, 0xFFFA_0000_0000_0001_u64 as i64, end);
        branch64(Cond::BelowEq, T0, at(Frame, 8), end);
        branch32(Cond::Ne, T0, 0, end);
        branch32(Cond::Le, T0, T1, end);
        branch32(Cond::Ge, T0, -1, end);
        branch32(Cond::Lt, T0, 1_000_000, end);
        branch32(Cond::Ne, T0, 1_000_001, end);
        branch8_mem(Cond::Eq, at(T0, 1), 0, end);
        branch8_mem(Cond::Ne, at(T0, 1), 0, end);
        branch8_mem(Cond::Eq, at(T0, 1), 255, end);
        branch8_mem(Cond::Below, at(T0, 1), 3, end);
    }
}

fn doubles() -> String {
    listing! { end;
        fload(F0, at(Base, 8));
        fload(F8, at(Base, 0x10000));
        fstore(at(Base, 8), F13);
        fmov(F0, F7);
        fmov(F0, F0);
        fimm(F0, 0);
        fimm(F0, 1f64.to_bits());
        fimm(F0, (-31f64).to_bits());
        fimm(F0, (-0f64).to_bits());
        fimm(F0, 100f64.to_bits());
        fimm(F0, 0.1f64.to_bits());
        fmov_from(F8, T0);
        fcvt32(F0, T1);
        fadd(F0, F7, F8);
        fsub(F0, F7, F8);
        fmul(F0, F7, F8);
        fdiv(F0, F7, F8);
        fneg(F0, F7);
        fbranch(FCond::Eq, F0, F8, end);
        fbranch(FCond::Ne, F0, F8, end);
        fbranch(FCond::Lt, F0, F8, end);
        fbranch(FCond::NotLt, F0, F8, end);
        fbranch(FCond::Le, F0, F8, end);
        fbranch(FCond::NotLe, F0, F8, end);
        fbranch(FCond::Gt, F0, F8, end);
        fbranch(FCond::NotGt, F0, F8, end);
        fbranch(FCond::Ge, F0, F8, end);
        fbranch(FCond::NotGe, F0, F8, end);
    }
}

#[test]
fn golden() {
    let listing = [flow(), moves(), integers(), branches(), doubles()].join("\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/a64.txt");
    if env::var_os("SISKIN_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, &listing).expect("the listing is written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default().replace('\r', "");
    for (line, (old, new)) in (1..).zip(expected.lines().zip(listing.lines())) {
        assert_eq!(old, new, "line {line} of {}: see the top of {} to renew it", path.display(), file!());
    }
    assert_eq!(expected.lines().count(), listing.lines().count(), "see the top of {}", file!());
}
