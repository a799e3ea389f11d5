//! Errors as text.
//!
//! ```text
//!   LoadError            RuntimeError, Outcome
//!       \                     /        \
//!      report  what happened and where   lox   the book's text, as it is
//!     /      \
//! source    sources                      a text; those a VM has loaded, and which piece of them a frame is at
//! lines                                  which line and column a byte is at
//! suggest   habits                       "did you mean"; words of other languages
//!     \      /
//!      Report --- printer ---> pretty    for people: the piece of the text, underlined
//!              \               short     a line for each error
//!               stack          json      for programs
//! ```
//!
//! Nothing here is touched before there is an error to show: [`Sources`] only keep the texts.
//!
//! Only the book's text is there without the feature `reports` (on by default).

mod lines;
mod lox;

#[cfg(feature = "reports")]
mod habits;
#[cfg(feature = "reports")]
mod json;
#[cfg(feature = "reports")]
mod pretty;
#[cfg(feature = "reports")]
mod printer;
#[cfg(feature = "reports")]
mod record;
#[cfg(feature = "reports")]
mod report;
#[cfg(feature = "reports")]
mod short;
#[cfg(feature = "reports")]
mod source;
#[cfg(feature = "reports")]
mod sources;
#[cfg(feature = "reports")]
mod stack;
#[cfg(feature = "reports")]
pub mod suggest;
#[cfg(feature = "reports")]
mod syntax;

pub use lox::{CompileErrors, Traceback};

#[cfg(feature = "reports")]
pub use {
    json::Json,
    pretty::Pretty,
    printer::{Format, Printer},
    record::{Frame, Kind, Report},
    report::Stopped,
    short::Short,
    source::{Place, Position, Source, is_invisible},
    sources::Sources,
};
