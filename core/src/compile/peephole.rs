//! Peephole optimisation: patterns of instructions, and what takes their place.
//!
//! [`fuse`] looks at the last instruction and the one to come, [`shorten`] at a jump and the instruction that it leads
//! to. Where a pattern may be looked for, and how words are replaced, `emit` and `label` know.

use crate::bytecode::Insn;
use crate::bytecode::operand::*;

/// The instruction that does for two in a row, of which only the first is led to by a jump.
pub(super) fn fuse(last: Insn, next: Insn) -> Option<Insn> {
    let Insn::AddI { dst, lhs: from, rhs: step } = last else { return None };
    let var = Var(dst.0);
    let counts = |tested: Src| from.0 == var.0 && tested.0 == var.0;
    match next {
        // add.i v, v, #step; loop.OP v, bound -> add.loop.OP v, bound, #step
        Insn::LoopLt { lhs, rhs, to } if counts(lhs) && rhs.0 != var.0 => {
            Some(Insn::AddLoopLt { var, rhs, step, to })
        }
        Insn::LoopLe { lhs, rhs, to } if counts(lhs) && rhs.0 != var.0 => {
            Some(Insn::AddLoopLe { var, rhs, step, to })
        }
        Insn::LoopLtN { lhs, rhs, to } if counts(lhs) => Some(Insn::AddLoopLtN { var, rhs, step, to }),
        Insn::LoopLeN { lhs, rhs, to } if counts(lhs) => Some(Insn::AddLoopLeN { var, rhs, step, to }),
        _ => None,
    }
}

/// What a jump is better replaced by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shortcut {
    /// The same jump to where its target, a jump too, leads: this many words past the target.
    Past(i32),
    /// What its target does, done here.
    Instead(Insn),
}

/// What becomes of a jump over `distance` words to `target`.
pub(super) fn shorten(jump: Insn, distance: i32, target: Insn) -> Option<Shortcut> {
    match (jump, target) {
        // The verifier wants to see that it skips the default, and no more.
        (Insn::JumpGiven { .. }, _) => None,
        // jump or branch -> jump -> x: to x
        (_, Insn::Jump { to }) => Some(Shortcut::Past(1 + to.0)),
        // jump -> return: return
        (Insn::Jump { .. }, Insn::Return { .. } | Insn::ReturnNil {}) => Some(Shortcut::Instead(target)),
        // jump -> loop -> top: loop to top, if that is above the jump as well
        (Insn::Jump { .. }, Insn::Loop { to }) if distance + 1 + to.0 < 0 => {
            Some(Shortcut::Instead(Insn::Loop { to: Back24(distance + 1 + to.0) }))
        }
        _ => None,
    }
}
