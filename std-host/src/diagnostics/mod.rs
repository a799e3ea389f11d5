//! Errors as text.
//!
//! ```text
//!   LoadError            RuntimeError, Outcome
//!       \                     /        \
//!      report  what happened and where   lox   the book's text
//!     imports                            the same for imports, and for errors in modules
//!     /      \
//! source    sources                      a text; the texts of a VM, and the piece of text of each active call
//! scan                                   the tokens of a text
//! lines                                  the line and column of a byte
//! suggest   habits                       "did you mean"; words, methods and functions of other languages
//! shapes    runtime                      what tokens around an error look like; what scripts expected that fail
//!     \      /
//!      Report --- printer ---> pretty    for people: the piece of the text, underlined
//!              \               short     a line for each error
//!               stack          json      for programs
//! ```
//!
//! A run without errors costs nothing here: [`Sources`] only keep the texts.
//!
//! Without the feature `reports` (on by default) there is only the book's text.

mod lines;
mod lox;

#[cfg(feature = "reports")]
mod habits;
#[cfg(feature = "reports")]
mod imports;
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
mod runtime;
#[cfg(feature = "reports")]
mod scan;
#[cfg(feature = "reports")]
mod shapes;
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
pub use siskin_core::inspect::is_invisible;
#[cfg(feature = "reports")]
pub use {
    imports::ModuleSources,
    json::Json,
    pretty::Pretty,
    printer::{Format, Printer},
    record::{Frame, Kind, Report},
    report::Stopped,
    short::Short,
    source::{Place, Position, Source},
    sources::Sources,
};
