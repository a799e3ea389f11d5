//! What people write by habit of other languages, and what to write instead.

mod methods;
mod words;

pub(super) use methods::*;
pub(super) use words::*;
