//! The limits of the book's bytecode: an account of what its compiler would have emitted.
//!
//! That bytecode has one-byte constant indexes and two-byte jumps, and a program that outgrows them is an error of
//! the Lox dialect, at the token where the book's compiler notices. So the parser makes an entry in the account for each
//! `emitByte` of that compiler. Nothing is emitted here, and only counts are kept. In the Siskin dialect they have no
//! limit.

use super::super::{Code, Dialect};
use super::{Parse, Parser};

/// The most constants of a function. Equal ones are not shared.
const MAX_CONSTANTS: u32 = 256;
/// The most bytes that a jump spans.
const MAX_JUMP: u32 = 0xffff;
/// Bytes of a jump: opcode and two bytes of distance.
const JUMP_LEN: u32 = 3;

/// The counts of one function.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Account {
    bytes: u32,
    constants: u32,
}

/// A position in the book's bytecode, which is not emitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position(pub(super) u32);

/// The account of the function being parsed.
#[derive(Debug)]
pub(super) struct LoxLimits {
    /// Whether the dialect has the limits.
    apply: bool,
    account: Account,
}

impl LoxLimits {
    pub(super) fn new(dialect: Dialect) -> LoxLimits {
        LoxLimits { apply: dialect == Dialect::Lox, account: Account::default() }
    }

    /// Opens the account of a function. Returns that of the enclosing function, for `end_function`.
    pub(super) fn begin_function(&mut self) -> Account {
        core::mem::take(&mut self.account)
    }

    pub(super) fn end_function(&mut self, around: Account) {
        self.account = around;
    }

    /// Counts bytes.
    #[inline]
    pub(super) fn bytes(&mut self, bytes: u32) {
        self.account.bytes = self.account.bytes.saturating_add(bytes);
    }

    /// The position reached.
    #[inline]
    pub(super) fn position(&self) -> Position {
        Position(self.account.bytes)
    }

    /// Counts a jump forward; `land` ends it.
    #[inline]
    pub(super) fn jump(&mut self) -> Position {
        self.bytes(JUMP_LEN);
        self.position()
    }

    #[inline]
    fn constant(&mut self) -> Result<(), Code> {
        self.account.constants = self.account.constants.saturating_add(1);
        self.limit(self.account.constants, MAX_CONSTANTS, Code::TooManyConstants)
    }

    #[inline]
    fn land(&self, jump: Position) -> Result<(), Code> {
        self.limit(self.distance(jump), MAX_JUMP, Code::JumpTooFar)
    }

    #[inline]
    fn jump_back(&mut self, start: Position) -> Result<(), Code> {
        self.bytes(JUMP_LEN);
        self.limit(self.distance(start), MAX_JUMP, Code::LoopTooLarge)
    }

    fn limit(&self, count: u32, max: u32, code: Code) -> Result<(), Code> {
        if self.apply && count > max { Err(code) } else { Ok(()) }
    }

    fn distance(&self, from: Position) -> u32 {
        self.account.bytes.saturating_sub(from.0)
    }
}

/// Counts that may exceed a limit, which is an error at the last token.
impl Parser<'_, '_> {
    /// Counts a constant.
    #[inline]
    pub(super) fn lox_constant(&mut self) -> Parse<()> {
        self.lox.constant().or_else(|code| self.error(code))
    }

    /// Lets a jump lead to here.
    #[inline]
    pub(super) fn lox_land(&mut self, jump: Position) -> Parse<()> {
        self.lox.land(jump).or_else(|code| self.error(code))
    }

    /// Counts a jump back to `start`.
    #[inline]
    pub(super) fn lox_jump_back(&mut self, start: Position) -> Parse<()> {
        self.lox.jump_back(start).or_else(|code| self.error(code))
    }
}
