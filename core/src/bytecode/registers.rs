//! The registers that an instruction uses and defines, from the types of its operands.
//!
//! ```text
//!   call 2, r3..          r3       callee, then result     used, defined
//!                         r4 r5    arguments               used, spoiled
//!                         r6       superclass, if one      used, spoiled
//!                         r7 ...   the callee's            spoiled
//! ```

use core::ops::{Range, RangeInclusive};

use super::op::{AnyOperand, Insn};
use super::operand::{Argc, OperandKind, Site32, SuperWin, Win};

/// What an instruction does with the register that an operand names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads it.
    Use,
    /// Writes it.
    Define,
    /// Reads it, then writes it.
    UseDefine,
    /// Calls with a window that begins at it; see [`Window`].
    Call,
    /// Reads a row that begins at it, as long as the count says.
    Row,
    /// Begins a loop: reads it, and writes the two after it.
    IterBegin,
    /// Goes on with a loop: reads it and the two after it, and writes all of so many but the first.
    Iter(u16),
}

/// Registers of the state of a loop over items: what it goes over, position and length.
const STATE: u32 = super::operand::IterBegin::REGISTERS as u32;

impl OperandKind {
    /// Access to the register; none for an operand that names no register.
    #[must_use]
    pub const fn access(self) -> Option<Access> {
        use OperandKind::*;
        match self {
            Src | FarSrc => Some(Access::Use),
            Dst | FarDst => Some(Access::Define),
            Var => Some(Access::UseDefine),
            Win | SuperWin => Some(Access::Call),
            Regs => Some(Access::Row),
            IterBegin => Some(Access::IterBegin),
            Iter => Some(Access::Iter(super::operand::Iter::REGISTERS)),
            KeyIter => Some(Access::Iter(super::operand::KeyIter::REGISTERS)),
            Argc | Member | Imm8 | Imm16 | Count | Count32 | Num8 | Lit8 | Lit32 | Name32 | Global32
            | Fn32 | Upvalue16 | Site32 | Forward24 | Forward32 | Back24 | Back32 => None,
        }
    }
}

/// The registers of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first: the callee or receiver, and when the call has returned, its value. All after it are spoiled then.
    pub first: u16,
    /// The number of arguments, which follow.
    pub argc: u8,
    /// Whether the superclass follows the last argument.
    pub superclass: bool,
}

impl Window {
    /// The last register that is used. In code that is not verified, no register may have that number.
    #[must_use]
    pub const fn last(self) -> u32 {
        self.first as u32 + self.argc as u32 + self.superclass as u32
    }

    /// All registers that are used.
    #[must_use]
    pub const fn used(self) -> RangeInclusive<u32> {
        self.first as u32..=self.last()
    }

    /// The register by whose value the callee is found: the callee itself, or the receiver or superclass, whose shape an
    /// inline cache is asked for.
    #[must_use]
    pub const fn found_by(self) -> u32 {
        if self.superclass { self.last() } else { self.first as u32 }
    }
}

impl Win {
    /// The window of a call with `argc` arguments.
    #[must_use]
    pub const fn window(self, argc: Argc) -> Window {
        Window { first: self.0, argc: argc.0, superclass: false }
    }
}

impl SuperWin {
    /// The window of a call with `argc` arguments.
    #[must_use]
    pub const fn window(self, argc: Argc) -> Window {
        Window { first: self.0, argc: argc.0, superclass: true }
    }
}

impl Insn {
    /// Calls `each` for every register that the instruction uses. `closure` also uses those that the function captures,
    /// which only the function says.
    pub fn uses(&self, mut each: impl FnMut(u32)) {
        self.operands(|row, operand| match row.kind.access() {
            Some(Access::Use | Access::UseDefine | Access::IterBegin) => each(operand.bits()),
            Some(Access::Iter(_)) => (operand.bits()..operand.bits() + STATE).for_each(&mut each),
            Some(Access::Define | Access::Call | Access::Row) | None => {}
        });
        self.row().for_each(&mut each);
        self.window().into_iter().flat_map(Window::used).for_each(each);
    }

    /// Calls `each` for every register that the instruction defines. A call also spoils all after the window's first.
    pub fn defines(&self, mut each: impl FnMut(u32)) {
        self.operands(|row, operand| match row.kind.access() {
            Some(Access::Define | Access::UseDefine | Access::Call) => each(operand.bits()),
            Some(Access::IterBegin) => (operand.bits() + 1..operand.bits() + STATE).for_each(&mut each),
            Some(Access::Iter(count)) => {
                (operand.bits() + 1..operand.bits() + u32::from(count)).for_each(&mut each)
            }
            Some(Access::Use | Access::Row) | None => {}
        });
    }

    /// The row of registers that the instruction reads; empty if it reads none.
    #[must_use]
    pub fn row(&self) -> Range<u32> {
        let (mut first, mut count) = (0, 0);
        self.operands(|_, operand| match operand {
            AnyOperand::Regs(row) => first = u32::from(row.0),
            AnyOperand::Count32(operand) => count = operand.0,
            other => debug_assert!(other.kind().access() != Some(Access::Row)),
        });
        first..first.saturating_add(count)
    }

    /// The window, if the instruction is a call.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        let (mut argc, mut window) = (Argc(0), None);
        // Rows name the arguments before the window.
        self.operands(|_, operand| match operand {
            AnyOperand::Argc(count) => argc = count,
            AnyOperand::Win(win) => window = Some(win.window(argc)),
            AnyOperand::SuperWin(win) => window = Some(win.window(argc)),
            other => debug_assert!(other.kind().access() != Some(Access::Call)),
        });
        window
    }

    /// The inline cache, if the instruction has one.
    #[must_use]
    pub fn site(&self) -> Option<Site32> {
        let mut site = None;
        self.operands(|_, operand| {
            if let AnyOperand::Site32(found) = operand {
                site = Some(found);
            }
        });
        site
    }
}
