//! Bytecode: the table of instructions and all that derives from it. Knows no heap.

pub mod assembly;
mod code;
pub mod disasm;
pub mod image;
pub mod lines;
mod list;
mod member;
mod module;
pub mod op;
pub mod operand;
mod program;
mod registers;
mod row;
mod strings;
mod table;
mod texts;
pub mod verify;

pub use assembly::{Assembly, FnCode};
pub use code::{Capture, Code, Const, FnIndex, Handler, InsnSpan, Site, Text};
pub(crate) use image::{BoundModule, FnParts, ImageBuilder, ImageKind, bind};
pub use image::{GlobalUse, Image, ImageBuf, Section};
pub use list::{List, Packed};
pub use member::MemberKind;
pub use module::{Export, Import, ImportedName};
pub use op::{AnyOperand, Field, Insn, OP_COUNT, Op, Visitor};
pub use program::Program;
pub use registers::{Access, Window};
pub use row::{Effect, Effects, OperandName, ROWS, Row, RowOperand, SampledOperand};
pub use strings::Strings;
pub use table::SUFFIXES;
pub use texts::{GROUPS, Group, RowText, TEXTS};
pub use verify::{Flaw, VerifyError, verify};

/// Words that may run one after the other, at the most, without a unit of fuel and without a [`poll`](Op::Poll). What
/// runs between two looks at the host's interrupt is bounded by it: code that ends no slice of fuel is free.
pub const POLL: usize = 32;
