//! Text of numbers, and formats: pure functions, for the parser and the machines.
//!
//! ```text
//!   number     the shortest decimal that reads back
//!   radix      integers in any radix
//!   quoted     strings as scripts write them
//!   spec       what stands after the ':' of an interpolation, as data
//!   format     a value's text by a spec
//! ```

mod format;
mod number;
mod quoted;
mod radix;
mod spec;

pub(crate) use format::{Digits, Filling};
pub(crate) use number::{Line, Number};
pub use quoted::is_invisible;
pub(crate) use quoted::{Quoted, escaped};
pub(crate) use radix::RadixDigits;
pub(crate) use spec::{Spec, SpecError, Wanted};
