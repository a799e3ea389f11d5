//! The code that all functions share: into machine code, out of it, and around functions of the VM.
//!
//! ```text
//!   Rust ──Enter──> code of a function ──call──> code of another ...
//!                        │  Runtime stub: record and fuel written back, Rust called, all read again
//!   Rust <──Exit─────────┘  the stack pointer is restored, at any depth of calls
//! ```
//!
//! Leaf functions need neither record nor fuel, and are called without the stub.

mod concat;
mod find;

use siskin_core::layout::{
    self, CLASS_FRESH, CLASS_INIT, CLASS_REGION, CLOSURE_FUNCTION, DATA_EXITS_LEFT, FRAME_BASE, FRAME_CALLEE,
    FRAME_DATA, FRAME_PC, FRAME_SIZE, FUNCTION_ARITY, FUNCTION_CODE, FUNCTION_REGISTERS, INIT,
    INSTANCE_FIELDS, LEFT, MADE, NOT_MADE, REGION_CELL, REGION_END, REGION_NEXT, RETURNED, RUNTIME, Runtime,
    STUBS, Stub, UNCOMPILED, VM_FRAME, VM_FRAMES_END, VM_FUEL, VM_NIL, VM_RUNTIME, VM_SP, VM_STUBS,
    VM_TARGET, VM_VALUES_END,
};

use crate::baseline::FSCRATCH;
use crate::buffer::Label;
use crate::masm::{Cond, Masm, Reg, at};

/// Emits all stubs. Their offsets are in the order of [`Stub`].
pub fn emit(masm: &mut impl Masm) -> [usize; STUBS] {
    let mut offsets = [0; STUBS];
    let mut place = |index: usize, offset: usize| {
        if let Some(slot) = offsets.get_mut(index) {
            *slot = offset;
        }
    };

    place(Stub::Enter as usize, masm.offset());
    let (thunk, entered) = (masm.label(), masm.label());
    masm.landing();
    masm.rust_prologue();
    masm.store_sp(at(Reg::Vm, VM_SP));
    masm.bind(entered);
    masm.imm(Reg::IntTag, layout::INT_TAG);
    masm.imm(Reg::ObjTag, layout::OBJ_TAG);
    read(masm);
    masm.address_label(Reg::T5, thunk);
    masm.call_reg(Reg::T5);
    masm.call_mem(at(Reg::Vm, VM_STUBS + (Stub::Runtime as i32 + Runtime::Returned as i32) * 8));
    masm.mov(Reg::T1, Reg::T0);
    masm.branch64(Cond::Ne, Reg::T1, 0, entered);
    masm.imm(Reg::T0, RETURNED);
    masm.rust_epilogue();
    // Places inside a function come after its prologue.
    masm.bind(thunk);
    masm.landing();
    masm.prologue();
    masm.jump_reg(Reg::T1);

    place(Stub::Exit as usize, masm.offset());
    masm.landing();
    leave(masm, LEFT);

    place(Stub::Switch as usize, masm.offset());
    masm.landing();
    masm.load_sp(at(Reg::Vm, VM_SP));
    masm.load64(Reg::T1, at(Reg::Vm, VM_TARGET));
    masm.jump(entered);

    place(Stub::Uncompiled as usize, masm.offset());
    masm.landing();
    masm.load64(Reg::T0, at(Reg::Frame, FRAME_CALLEE));
    masm.load64(Reg::T0, at(Reg::T0, CLOSURE_FUNCTION));
    masm.load64(Reg::T0, at(Reg::T0, FUNCTION_CODE));
    masm.store64(at(Reg::Frame, FRAME_PC), Reg::T0);
    leave(masm, UNCOMPILED);

    place(Stub::Doubles as usize, masm.offset());
    doubles(masm);

    place(Stub::Construct as usize, masm.offset());
    construct(masm);

    place(Stub::Instance as usize, masm.offset());
    instance(masm);

    place(Stub::ConcatNow as usize, masm.offset());
    concat::concat(masm);

    place(Stub::FindField as usize, masm.offset());
    find::field(masm, false);

    place(Stub::FindStore as usize, masm.offset());
    find::field(masm, true);

    place(Stub::FindMethod as usize, masm.offset());
    find::method(masm);

    for index in 0..RUNTIME {
        place(Stub::Runtime as usize + index, masm.offset());
        let runtime = Runtime::ALL.get(index);
        let tail = runtime.is_some_and(|runtime| runtime.is_tail());
        let leaf = runtime.is_some_and(|runtime| runtime.is_leaf());
        masm.landing();
        if !tail {
            masm.prologue();
        }
        if !leaf {
            write_back(masm);
        }
        masm.call_rust(at(Reg::Vm, VM_RUNTIME + index as i32 * 8));
        if !leaf {
            read(masm);
        }
        if tail {
            masm.jump_reg(Reg::T0);
        } else {
            masm.epilogue();
        }
    }
    offsets
}

/// [`Stub::Doubles`].
fn doubles(masm: &mut impl Masm) {
    let none = masm.label();
    masm.landing();
    masm.load64(Reg::T7, at(Reg::Frame, FRAME_DATA));
    masm.load32(Reg::T6, at(Reg::T7, DATA_EXITS_LEFT));
    masm.branch32(Cond::Eq, Reg::T6, 0, none);
    for (from, to) in [Reg::T0, Reg::T2].into_iter().zip(FSCRATCH) {
        let (int, done) = (masm.label(), masm.label());
        masm.branch64(Cond::AboveEq, from, Reg::IntTag, int);
        masm.branch64(Cond::AboveEq, from, at(Reg::Vm, VM_NIL), none);
        masm.fmov_from(to, from);
        masm.jump(done);
        masm.bind(int);
        masm.fcvt32(to, from);
        masm.bind(done);
    }
    masm.bump32(Reg::T6, -1);
    masm.store32(at(Reg::T7, DATA_EXITS_LEFT), Reg::T6);
    masm.imm(Reg::T0, 1);
    masm.ret();
    masm.bind(none);
    masm.imm(Reg::T0, 0);
    masm.ret();
}

/// [`Stub::Construct`]: all checks come before the allocation, so that a refusal changes nothing.
fn construct(masm: &mut impl Masm) {
    let [refuse, no_init, make, init] = core::array::from_fn(|_| masm.label());
    masm.landing();
    masm.branch32(Cond::Eq, Reg::Fuel, 0, refuse);
    masm.load64(Reg::T3, at(Reg::T5, CLASS_INIT));
    masm.branch64(Cond::Eq, Reg::T3, 0, no_init);
    masm.load64(Reg::T6, at(Reg::T3, CLOSURE_FUNCTION));
    masm.load8(Reg::T0, at(Reg::T6, FUNCTION_ARITY));
    masm.branch32(Cond::Ne, Reg::T0, Reg::T4, refuse);
    masm.load32(Reg::T0, at(Reg::T6, FUNCTION_REGISTERS));
    masm.address_index(Reg::T0, Reg::T2, Reg::T0, 0);
    masm.branch64(Cond::Above, Reg::T0, at(Reg::Vm, VM_VALUES_END), refuse);
    masm.address(Reg::T0, at(Reg::Frame, FRAME_SIZE));
    masm.branch64(Cond::AboveEq, Reg::T0, at(Reg::Vm, VM_FRAMES_END), refuse);
    masm.jump(make);
    masm.bind(no_init);
    masm.branch32(Cond::Ne, Reg::T4, 0, refuse);

    masm.bind(make);
    make_instance(masm, refuse);
    masm.bump32(Reg::Fuel, -1);
    masm.branch64(Cond::Ne, Reg::T3, 0, init);
    masm.imm(Reg::T0, MADE);
    masm.ret();
    masm.bind(init);
    masm.mov(Reg::T5, Reg::T3);
    masm.load64(Reg::T3, at(Reg::T5, CLOSURE_FUNCTION));
    masm.imm(Reg::T0, INIT);
    masm.ret();
    masm.bind(refuse);
    masm.imm(Reg::T0, NOT_MADE);
    masm.ret();
}

/// [`Stub::Instance`].
fn instance(masm: &mut impl Masm) {
    let refuse = masm.label();
    masm.landing();
    make_instance(masm, refuse);
    masm.imm(Reg::T0, MADE);
    masm.ret();
    masm.bind(refuse);
    masm.imm(Reg::T0, NOT_MADE);
    masm.ret();
}

/// A new instance of the class in `T5`, in the value at `T2`, unless the region is used up. Leaves `T2` to `T5` alone.
fn make_instance(masm: &mut impl Masm, refuse: Label) {
    let [fill, filled] = core::array::from_fn(|_| masm.label());
    masm.load64(Reg::T7, at(Reg::T5, CLASS_REGION));
    masm.branch64(Cond::Eq, Reg::T7, 0, refuse);
    masm.add64(Reg::T7, Reg::T7, Reg::Vm);
    masm.load64(Reg::T0, at(Reg::T7, REGION_NEXT));
    masm.branch64(Cond::AboveEq, Reg::T0, at(Reg::T7, REGION_END), refuse);
    masm.add64(Reg::T6, Reg::T0, at(Reg::T7, REGION_CELL));
    masm.store64(at(Reg::T7, REGION_NEXT), Reg::T6);
    masm.load64(Reg::T6, at(Reg::T5, CLASS_FRESH));
    masm.store64(at(Reg::T0, 0), Reg::T6);
    masm.shr64(Reg::T6, Reg::T6, 48);
    masm.load64(Reg::T1, at(Reg::Vm, VM_NIL));
    masm.bind(fill);
    masm.branch64(Cond::Eq, Reg::T6, 0, filled);
    masm.sub64(Reg::T6, Reg::T6, 1);
    masm.store64_index(Reg::T0, Reg::T6, INSTANCE_FIELDS, Reg::T1);
    masm.jump(fill);
    masm.bind(filled);
    masm.or64(Reg::T0, Reg::T0, Reg::ObjTag);
    masm.store64(at(Reg::T2, 0), Reg::T0);
}

fn leave(masm: &mut impl Masm, how: u64) {
    write_back(masm);
    masm.load_sp(at(Reg::Vm, VM_SP));
    masm.imm(Reg::T0, how);
    masm.rust_epilogue();
}

/// Writes the registers of machine code back to the VM.
fn write_back(masm: &mut impl Masm) {
    masm.store64(at(Reg::Vm, VM_FRAME), Reg::Frame);
    masm.store32(at(Reg::Vm, VM_FUEL), Reg::Fuel);
}

/// Loads the registers of machine code from the VM.
fn read(masm: &mut impl Masm) {
    masm.load64(Reg::Frame, at(Reg::Vm, VM_FRAME));
    masm.load32(Reg::Fuel, at(Reg::Vm, VM_FUEL));
    masm.load64(Reg::Base, at(Reg::Frame, FRAME_BASE));
}
