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
use crate::bytecode::{Code, Effect, Handler, Insn, Op, POLL};
use crate::mem::{Mem, OutOfMemory, Vec};

/// Working memory.
pub(super) struct Paths {
    /// For each word, free words on the longest path that jumps there.
    paths: Vec<u8>,
    /// For each word, how many more handlers catch errors of its instruction than of the one before.
    changes: Vec<i32>,
}

const _: () = assert!(POLL <= u8::MAX as usize);

impl Paths {
    pub(super) fn new(mem: &Mem) -> Paths {
        Paths { paths: Vec::new(mem), changes: Vec::new(mem) }
    }
}

/// Checks that at most [`POLL`] words of `code` are free, one after the other. Its instructions are whole, and its jumps
/// land in it.
pub(super) fn check(code: &Code<'_>, Paths { paths, changes }: &mut Paths) -> Result<(), Refusal> {
    paths.clear();
    paths.resize(code.words.len(), 0).map_err(|OutOfMemory| (None, Flaw::OutOfMemory))?;
    changes.clear();
    if !code.handlers.is_empty() {
        changes.resize(code.words.len() + 1, 0).map_err(|OutOfMemory| (None, Flaw::OutOfMemory))?;
    }
    for Handler { from, to, .. } in code.handlers.iter() {
        for (at, more) in [(from, 1), (to, -1)] {
            if let Some(change) = changes.get_mut(at as usize) {
                *change += more;
            }
        }
    }
    let mut catching = 0_i32;
    let (mut at, mut free) = (0, 0);
    while let Some(op) = code.words.get(at).and_then(|&word| Op::from_word(word)) {
        catching = catching.wrapping_add(changes.get(at).copied().unwrap_or(0));
        let caught = op != Op::Poll && catching != 0;
        let row = op.row();
        let next = at + op.words();
        free = op.words() + paths.get(at).map_or(free, |&path| free.max(usize::from(path)));
        // Where the error goes, there is a poll: one word more.
        if free + usize::from(caught) > POLL {
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
