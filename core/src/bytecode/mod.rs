//! Bytecode: the table of instructions and all that derives from it. Knows no heap.

pub mod code;
pub mod disasm;
pub mod lines;
pub mod op;
pub mod operand;
mod table;
pub mod verify;

pub use code::{Capture, Code, Const, FnIndex, Program, Site, Text};
pub use op::{AnyOperand, Effect, Field, Insn, OP_COUNT, Op, ROWS, Row, RowOperand, Visitor};
pub use verify::{Flaw, VerifyError, verify};
