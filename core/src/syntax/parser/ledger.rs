//! What the book's compiler would have emitted so far, counted.
//!
//! Its bytecode has one-byte constant indexes and two-byte jumps, and a program that outgrows them is an
//! error of the Lox dialect, at the token where that compiler notices. So each place of the parser that
//! matches an `emitByte` there counts the bytes here, and nothing is kept but the counts. In the Siskin
//! dialect the limits are out of reach and the counts mean nothing.

use super::super::Code;
use super::{Parse, Parser};

/// The counts of one function.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ledger {
    bytes: u32,
    constants: u32,
}

/// A position in the bytecode that is not there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(pub(super) u32);

/// A jump: opcode and two bytes of distance.
const JUMP_LEN: u32 = 3;

impl Parser<'_> {
    /// Counts `bytes` bytes emitted.
    #[inline]
    pub(super) fn emit(&mut self, bytes: u32) {
        let ledger = &mut self.scopes.current.ledger;
        ledger.bytes = ledger.bytes.saturating_add(bytes);
    }

    /// Counts a constant. Equal ones are not shared.
    #[inline]
    pub(super) fn constant(&mut self) -> Parse<()> {
        let ledger = &mut self.scopes.current.ledger;
        ledger.constants = ledger.constants.saturating_add(1);
        if ledger.constants > self.limits.constants { self.error(Code::TooManyConstants) } else { Ok(()) }
    }

    /// The position reached.
    #[inline]
    pub(super) fn mark(&self) -> Mark {
        Mark(self.scopes.current.ledger.bytes)
    }

    /// Counts a jump forward, to be patched.
    #[inline]
    pub(super) fn jump(&mut self) -> Mark {
        self.emit(JUMP_LEN);
        self.mark()
    }

    /// Lets a jump lead to here.
    #[inline]
    pub(super) fn patch(&mut self, jump: Mark) -> Parse<()> {
        if self.distance(jump) > self.limits.jump { self.error(Code::JumpTooFar) } else { Ok(()) }
    }

    /// Counts a jump back.
    #[inline]
    pub(super) fn jump_back(&mut self, start: Mark) -> Parse<()> {
        self.emit(JUMP_LEN);
        if self.distance(start) > self.limits.jump { self.error(Code::LoopTooLarge) } else { Ok(()) }
    }

    fn distance(&self, from: Mark) -> u32 {
        self.mark().0.saturating_sub(from.0)
    }
}
