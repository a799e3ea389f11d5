//! Errors as people and programs read them, in full.
//!
//! ```text
//!   case       a script, and what is said of it
//!   compile    texts that do not compile     runtime   scripts that fail
//!   calls      stacks, limits, several texts
//!   text       what is hard to underline     json      errors for programs
//!   many       many errors, long texts
//!   random     whatever a text is, its errors can be shown
//!   spans      all scripts of the suite: errors are where their traces say
//! ```

mod calls;
mod case;
mod compile;
mod json;
mod many;
mod random;
mod runtime;
mod spans;
mod text;
