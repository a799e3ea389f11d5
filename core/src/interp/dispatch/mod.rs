//! Dispatch: from an instruction's word to its meaning.

mod match_loop;
#[cfg(feature = "tail")]
mod tail;

pub(super) use match_loop::run as run_match;
#[cfg(feature = "tail")]
pub(super) use tail::run as run_tail;
