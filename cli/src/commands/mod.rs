//! The subcommands, a file for each, named as on the command line.
//!
//! `asm`, `views`, `caches`, `gc` and `time` also make the text that the prompt's commands of these names show. It ends with
//! a line break, and all but that of `asm` is indented by two columns.
//!
//! ```text
//!   run      run a script
//!   check    report compile errors          disasm   list bytecode
//!   build    compile into a file
//!   jit      what gets machine code         asm      machine code beside bytecode
//!   views    source | bytecode | machine code
//!   caches   inline caches, after a run     gc       the heap, after a run
//!   time     interpreter against machine code
//!   after_run   what the last three share
//! ```

#[cfg(feature = "repl")]
mod after_run;
#[cfg(feature = "views")]
pub(crate) mod asm;
pub(crate) mod build;
#[cfg(feature = "repl")]
pub(crate) mod caches;
pub(crate) mod check;
pub(crate) mod disasm;
#[cfg(feature = "repl")]
pub(crate) mod gc;
#[cfg(feature = "views")]
pub(crate) mod jit;
pub(crate) mod run;
#[cfg(feature = "repl")]
pub(crate) mod time;
#[cfg(feature = "views")]
pub(crate) mod views;
