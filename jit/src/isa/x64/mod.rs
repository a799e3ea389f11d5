//! x86-64.
//!
//! An instruction has up to 15 bytes, in this order. Only the opcode is mandatory:
//!
//! ```text
//!   prefix  REX  escape  opcode  ModRM  SIB  displacement  immediate
//!   66      40+  0F      1 byte  1 byte      1 or 4        1, 4 or 8 bytes, little-endian
//!   F2 F3
//!
//!   REX    7      4  3   2   1   0
//!         | 0100   | W | R | X | B |      W: 64-bit operands
//!                        |   |   |        R, X, B: the fourth bits of reg, index, and rm or base
//!   ModRM  7   6 5   3 2   0
//!         | mod | reg |  rm |             reg: a register, or a digit that extends the opcode ("/digit")
//!                                         mod 11: rm is a register
//!   SIB    7   6 5     3 2    0           mod 00, 01, 10: memory at rm plus no, 1 or 4 bytes of displacement
//!         | scale | index | base |        rm 100: a SIB follows; index 100 in it: no index
//! ```
//!
//! So `rsp` and `r12`, whose low bits are 100, need a SIB as bases, and `rsp` is never an index. With
//! mod 00, rm or base 101 does not mean `rbp` or `r13` but `[rip + disp32]` or no base at all, so those two always
//! have a displacement, which may be zero. The prefixes 66, F2 and F3 select among SSE instructions.
//!
//! The names of instructions and of their parts are those of the manual (Intel 64 and IA-32 Architectures Software
//! Developer's Manual, volume 2).
//!
//! ```text
//!   reg operand   registers, memory, immediates
//!   inst          assembles an instruction from the parts above
//!   mov alu       moves, loads, stores, the stack; integers
//!   branch sse    jumps, calls; doubles
//!   masm          the macro assembler
//!   lower compare_branch   three operands to two; comparing and branching
//! ```
#![forbid(unsafe_code)]

pub mod alu;
pub mod branch;
mod compare_branch;
mod inst;
mod masm;
pub mod mov;
mod operand;
mod reg;
pub mod sse;

mod lower;

pub use inst::{Bytes, Inst};
pub use masm::X64;
pub use operand::{Addr, Index, Rm, Scale, Width};
pub use reg::{Gpr, Xmm};
