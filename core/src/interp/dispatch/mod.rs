//! Dispatch: from an instruction's word to its meaning.

mod match_loop;
mod single;
#[cfg(feature = "tail")]
mod tail;

pub(super) use match_loop::run as run_match;
pub(super) use single::step;
#[cfg(feature = "tail")]
pub(super) use tail::run as run_tail;
