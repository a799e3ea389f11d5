//! Complete error reports, for people and for programs.
//!
//! ```text
//!   case       a script with an error, and the report
//!   compile    texts that do not compile     runtime   scripts that fail
//!   habits     what people write by habit of other languages
//!   calls      stacks, limits, several texts    causes   errors behind an error
//!   text       text that is hard to underline   json   errors for programs
//!   many       many errors, long texts
//!   random     the errors of any text can be shown
//!   spans      all scripts of the suite: places of errors agree with the traces
//! ```

mod calls;
mod case;
mod causes;
mod compile;
mod habits;
mod json;
mod many;
mod random;
mod runtime;
mod spans;
mod text;
