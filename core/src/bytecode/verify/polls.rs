//! Free code: what runs without fuel and without a look at the interrupt is short.
//!
//! ```text
//!   call ── 10 words ──> jump.lt ── 20 words ──> 4 words ──> poll
//!            10 free        │ 12                 ^ 32
//!                           └────────────────────┘
//! ```
//!
//! Only forward jumps are free, so one pass in the order of the words meets each instruction after all that lead to it.

use super::Flaw;
use super::error::Refusal;
use crate::bytecode::{Code, Effect, Insn, Op, POLL};
use crate::mem::{Mem, OutOfMemory, Vec};

/// Working memory: for each word, free words on the longest path that jumps there.
pub(super) struct Paths(Vec<u8>);

const _: () = assert!(POLL <= u8::MAX as usize);

impl Paths {
    pub(super) fn new(mem: &Mem) -> Paths {
        Paths(Vec::new(mem))
    }
}

/// Checks that at most [`POLL`] words of `code` are free, one after the other. Its instructions are whole, and its jumps
/// land in it.
pub(super) fn check(code: &Code<'_>, Paths(paths): &mut Paths) -> Result<(), Refusal> {
    paths.clear();
    paths.resize(code.words.len(), 0).map_err(|OutOfMemory| (None, Flaw::OutOfMemory))?;
    let (mut at, mut free) = (0, 0);
    while let Some(op) = code.words.get(at).and_then(|&word| Op::from_word(word)) {
        let row = op.row();
        let next = at + op.words();
        free = op.words() + paths.get(at).map_or(free, |&path| free.max(usize::from(path)));
        if free > POLL {
            return Err((Some(at as u32), Flaw::NoPoll));
        }
        if row.has(Effect::jump)
            && let Some(insn) = code.words.get(at..).and_then(Insn::decode)
        {
            insn.operands(|_, operand| {
                let target = operand.jump().and_then(|to| usize::try_from(to).ok());
                if let Some(path) = target.and_then(|ahead| paths.get_mut(next + ahead)) {
                    *path = (*path).max(free as u8);
                }
            });
        }
        if row.ends_free_code() || !row.falls_through() {
            free = 0;
        }
        at = next;
    }
    Ok(())
}
