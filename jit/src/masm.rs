//! The macro assembler: verbs that both instruction sets implement. Code for the VM is written in verbs.
//!
//! A verb takes up to three registers, and any immediate or displacement. One that does not fit an instruction
//! goes through scratch registers that only the implementation knows. No verb needs or keeps flags:
//! comparing and branching is one verb, so that flags and the conditions of NaN stay inside an ISA.
//!
//! ```text
//!   role      x86-64   ARM64      what it holds in code of a function
//!   VM        rbx      x19        the VM
//!   BASE      rbp      x20        register 0 of the running frame
//!   FRAME     r12      x21        the running frame's record
//!   FUEL      r13d     w22        units left in the slice
//!   INT_TAG   r14      x23        the tag of ints: a value is an int from here on
//!   OBJ_TAG   r15      x24        the tag of objects
//!   T0        rax      x0         temporaries; T0 is what a call returns,
//!   T1..T4    rsi rdx rcx r8      x1..x4    T1 to T4 are a runtime function's arguments after the VM
//!   T5..T7    rdi r9 r10          x5..x7
//!   (scratch) r11      x16 x17    the implementation's
//!   F0..F13   xmm0..13 d0..d7, d16..d21    doubles, none kept over calls
//!   (scratch) xmm14 xmm15  d30 d31
//! ```
//!
//! The first six are callee-saved in both calling conventions (System V, AAPCS64), so a runtime function leaves them
//! alone.

use crate::buffer::{BufferError, Label};

/// A general register, by role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Reg {
    /// The VM.
    Vm,
    /// Register 0 of the running frame.
    Base,
    /// The running frame's record.
    Frame,
    /// Units left in the slice of fuel; 32 bits.
    Fuel,
    /// The tag of ints.
    IntTag,
    /// The tag of objects.
    ObjTag,
    /// Temporary; what a call returns.
    T0,
    /// Temporary; a runtime function's second argument (the first is the VM).
    T1,
    /// Temporary; a runtime function's third argument.
    T2,
    /// Temporary; a runtime function's fourth argument.
    T3,
    /// Temporary; a runtime function's fifth argument.
    T4,
    /// Temporary.
    T5,
    /// Temporary.
    T6,
    /// Temporary.
    T7,
}

/// A floating-point register: 0 to 13.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FReg(pub u8);

/// The number of floating-point registers.
pub const FREGS: u8 = 14;

/// Memory at a register plus a displacement in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemOperand {
    /// The register.
    pub base: Reg,
    /// Bytes.
    pub disp: i32,
}

/// Memory at `base + disp`.
#[must_use]
pub const fn at(base: Reg, disp: i32) -> MemOperand {
    MemOperand { base, disp }
}

/// A second operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhs {
    /// A register.
    Reg(Reg),
    /// An immediate; for 32-bit verbs only its lower half counts.
    Imm(i64),
    /// Memory, as wide as the verb.
    Mem(MemOperand),
    /// The lower bits, as wide as the verb, of a word of 64 bits in memory. Where an instruction loads it, it loads the whole
    /// word: processors forward a store faster to a load of the same width.
    Word(MemOperand),
}

impl From<Reg> for Rhs {
    fn from(reg: Reg) -> Rhs {
        Rhs::Reg(reg)
    }
}

impl From<i64> for Rhs {
    fn from(imm: i64) -> Rhs {
        Rhs::Imm(imm)
    }
}

impl From<i32> for Rhs {
    fn from(imm: i32) -> Rhs {
        Rhs::Imm(i64::from(imm))
    }
}

impl From<MemOperand> for Rhs {
    fn from(mem: MemOperand) -> Rhs {
        Rhs::Mem(mem)
    }
}

/// A condition of two integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cond {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Less, signed.
    Lt,
    /// Less or equal, signed.
    Le,
    /// Greater, signed.
    Gt,
    /// Greater or equal, signed.
    Ge,
    /// Less, unsigned.
    Below,
    /// Less or equal, unsigned.
    BelowEq,
    /// Greater, unsigned.
    Above,
    /// Greater or equal, unsigned.
    AboveEq,
}

/// A direction of shifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shift {
    /// Left, zeros coming in.
    Left,
    /// Right, the sign coming in.
    Right,
    /// Right, zeros coming in.
    RightZero,
}

/// A condition of two doubles. The negations hold when either is NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FCond {
    /// Equal; false if either is NaN.
    Eq,
    /// Not equal, or either is NaN.
    Ne,
    /// Less; false if either is NaN.
    Lt,
    /// Not less, or either is NaN.
    NotLt,
    /// Less or equal; false if either is NaN.
    Le,
    /// Not less or equal, or either is NaN.
    NotLe,
    /// Greater; false if either is NaN.
    Gt,
    /// Not greater, or either is NaN.
    NotGt,
    /// Greater or equal; false if either is NaN.
    Ge,
    /// Not greater or equal, or either is NaN.
    NotGe,
}

/// The macro assembler of an instruction set.
///
/// 32-bit verbs leave the upper half of their destination zero. Destinations may be sources.
pub trait Masm {
    // Labels and flow

    /// Length of the code in bytes.
    fn offset(&self) -> usize;
    /// A new label.
    fn label(&mut self) -> Label;
    /// Binds a label here.
    fn bind(&mut self, label: Label);
    /// Binds a label to where another one is bound.
    fn bind_to(&mut self, label: Label, other: Label);
    /// The offset of a bound label.
    fn offset_of(&self, label: Label) -> Option<usize>;
    /// Marks a place that indirect calls and jumps may go to (`endbr64`, `bti jc`).
    fn landing(&mut self);
    /// Jumps to `label`.
    fn jump(&mut self, label: Label);
    /// Jumps to the address in `to`, which is a landing.
    fn jump_reg(&mut self, to: Reg);
    /// Jumps to the address in memory, which is a landing.
    fn jump_mem(&mut self, to: MemOperand);
    /// Calls the address in `to` with the processor's call instruction, to which `ret` belongs.
    fn call_reg(&mut self, to: Reg);
    /// Calls the address in memory.
    fn call_mem(&mut self, to: MemOperand);
    /// Begins a called piece of code: saves the return address if the ISA does not. Every called piece that calls
    /// others begins with it.
    fn prologue(&mut self);
    /// Undoes `prologue` and returns.
    fn epilogue(&mut self);
    /// Returns from a called piece without prologue.
    fn ret(&mut self);

    // The border between Rust and machine code

    /// Begins a function that Rust calls as `extern "C" fn(vm, target) -> u64`: saves every callee-saved register,
    /// the link included, and moves the arguments to [`Reg::Vm`] and [`Reg::T1`].
    fn rust_prologue(&mut self);
    /// Ends the function: restores the registers and returns with the result in `T0`. The stack pointer is where
    /// `rust_prologue` left it.
    fn rust_epilogue(&mut self);
    /// Writes the stack pointer to memory.
    fn store_sp(&mut self, to: MemOperand);
    /// Takes the stack pointer from memory.
    fn load_sp(&mut self, from: MemOperand);
    /// Calls a runtime function, `extern "C" fn(vm, T1, T2, T3, T4) -> T0`, through the word in memory (which
    /// may be based on [`Reg::Vm`] only): aligns the stack, passes [`Reg::Vm`] first. Temporaries and doubles
    /// are lost. The return address, if it is in a register, is kept as well.
    fn call_rust(&mut self, to: MemOperand);

    // Moves

    /// `dst = src`
    fn mov(&mut self, dst: Reg, src: Reg);
    /// `dst = value`
    fn imm(&mut self, dst: Reg, value: u64);
    /// `dst = value`, an address or a value that holds one. The number of instructions does not depend on the value,
    /// so the length of code does not depend on addresses.
    fn pointer(&mut self, dst: Reg, value: u64);
    /// `dst = ` the 64 bits in memory.
    fn load64(&mut self, dst: Reg, from: MemOperand);
    /// `dst = ` the 32 bits in memory.
    fn load32(&mut self, dst: Reg, from: MemOperand);
    /// `dst = ` the 16 bits in memory.
    fn load16(&mut self, dst: Reg, from: MemOperand);
    /// `dst = ` the byte in memory.
    fn load8(&mut self, dst: Reg, from: MemOperand);
    /// `dst = ` the 64 bits at `base + index * 8 + disp`.
    fn load64_index(&mut self, dst: Reg, base: Reg, index: Reg, disp: i32);
    /// Writes 64 bits.
    fn store64(&mut self, to: MemOperand, src: Reg);
    /// Writes 32 bits.
    fn store32(&mut self, to: MemOperand, src: Reg);
    /// Writes 64 bits at `base + index * 8 + disp`.
    fn store64_index(&mut self, base: Reg, index: Reg, disp: i32, src: Reg);
    /// Writes a known 64-bit value.
    fn store64_imm(&mut self, to: MemOperand, value: u64);
    /// Writes 1 to the byte at a known address. As with `pointer`, the length of code does not depend on it.
    fn set_byte(&mut self, address: u64);
    /// `dst = base + disp`, an address.
    fn address(&mut self, dst: Reg, of: MemOperand);
    /// `dst = base + index * 8 + disp`, an address.
    fn address_index(&mut self, dst: Reg, base: Reg, index: Reg, disp: i32);
    /// `dst = ` the address of `label`, a landing.
    fn address_label(&mut self, dst: Reg, label: Label);

    // Integers

    /// `dst = lhs + rhs`, 64 bits.
    fn add64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>);
    /// `dst = lhs - rhs`, 64 bits.
    fn sub64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>);
    /// `dst = lhs & rhs`, 64 bits.
    fn and64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>);
    /// `dst = lhs | rhs`, 64 bits.
    fn or64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>);
    /// `dst = lhs ^ rhs`, 64 bits.
    fn xor64(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>);
    /// `dst = src >> by`, 64 bits, zeros coming in, `by` below 64.
    fn shr64(&mut self, dst: Reg, src: Reg, by: u8);
    /// `dst = lhs + rhs`, 32 bits; goes to `overflow` if that does not fit signed, with `dst` undefined and all
    /// other registers unchanged.
    fn add32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label);
    /// `dst = lhs - rhs`, 32 bits; goes to `overflow` as `add32` does.
    fn sub32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label);
    /// `dst = lhs * rhs`, 32 bits; goes to `overflow` as `add32` does. The result is not tested for negative zero.
    fn mul32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>, overflow: Label);
    /// `dst = lhs & rhs`, 32 bits.
    fn and32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>);
    /// `dst = lhs | rhs`, 32 bits.
    fn or32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>);
    /// `dst = lhs ^ rhs`, 32 bits.
    fn xor32(&mut self, dst: Reg, lhs: Reg, rhs: impl Into<Rhs>);
    /// `dst = src` shifted, 32 bits, `by` below 32.
    fn shift32(&mut self, shift: Shift, dst: Reg, src: Reg, by: u8);
    /// `T2 = T2` shifted by the lowest five bits of `T3`, 32 bits.
    fn shift32_by_t3(&mut self, shift: Shift);
    /// `T0 = T0 / T3`, towards zero, and `T2` = the rest; signed, 32 bits. `T3` is neither 0 nor -1.
    fn divide32_by_t3(&mut self);
    /// `dst = dst + by`, 32 bits, wrapping.
    fn bump32(&mut self, dst: Reg, by: i32);
    /// Takes one from the 32-bit counter `reg`; goes to `empty`, with `reg` wrapped to all ones, if it was zero.
    fn count_down(&mut self, reg: Reg, empty: Label);

    // Comparing and branching

    /// Goes to `label` if `lhs cond rhs`, 64 bits.
    fn branch64(&mut self, cond: Cond, lhs: Reg, rhs: impl Into<Rhs>, label: Label);
    /// Goes to `label` if `lhs cond rhs`, 32 bits.
    fn branch32(&mut self, cond: Cond, lhs: Reg, rhs: impl Into<Rhs>, label: Label);
    /// Goes to `label` if the byte in memory is (`Eq`) or is not (`Ne`) `rhs`, or compares as unsigned bytes do.
    fn branch8_mem(&mut self, cond: Cond, lhs: MemOperand, rhs: u8, label: Label);

    // Doubles

    /// `dst = ` the double in memory.
    fn fload(&mut self, dst: FReg, from: MemOperand);
    /// Writes a double.
    fn fstore(&mut self, to: MemOperand, src: FReg);
    /// `dst = src`
    fn fmov(&mut self, dst: FReg, src: FReg);
    /// `dst = ` the double with these bits.
    fn fimm(&mut self, dst: FReg, bits: u64);
    /// `dst = ` the double whose bits are in `src`.
    fn fmov_from(&mut self, dst: FReg, src: Reg);
    /// `dst = ` the signed 32-bit integer in `src`, exactly.
    fn fcvt32(&mut self, dst: FReg, src: Reg);
    /// `dst = lhs + rhs`
    fn fadd(&mut self, dst: FReg, lhs: FReg, rhs: FReg);
    /// `dst = lhs - rhs`
    fn fsub(&mut self, dst: FReg, lhs: FReg, rhs: FReg);
    /// `dst = lhs * rhs`
    fn fmul(&mut self, dst: FReg, lhs: FReg, rhs: FReg);
    /// `dst = lhs / rhs`
    fn fdiv(&mut self, dst: FReg, lhs: FReg, rhs: FReg);
    /// `dst = -src`: with the sign bit inverted.
    fn fneg(&mut self, dst: FReg, src: FReg);
    /// Goes to `label` if `lhs cond rhs`.
    fn fbranch(&mut self, cond: FCond, lhs: FReg, rhs: FReg, label: Label);

    /// The code.
    ///
    /// # Errors
    /// The first error.
    fn finish(&mut self) -> Result<&[u8], BufferError>;
}
