//! Syntax: source text to a resolved tree. Knows no VM.
//!
//! ```text
//!   &str --Lexer--> Token --Parser--> Ast + Symbols      (or diagnostics, which are data)
//!                              |
//!                   scope: names to VarIds     lox: the account of the book's limits
//! ```
//!
//! One pass, one lexer and one parser for both dialects: where they differ, the code asks the
//! [`Dialect`].
#![forbid(unsafe_code)]

pub mod ast;
mod bytes;
pub mod diagnostic;
mod dialect;
mod lexer;
mod lines;
mod literal;
mod number;
mod operator;
mod parser;
mod symbol;
mod token;

pub use diagnostic::{Code, Diagnostic, FoundAt};
pub use dialect::Dialect;
pub use lexer::{Lexer, comment_len};
pub use lines::{LineCursor, LineIndex};
pub(crate) use number::number_of;
pub(crate) use parser::MAX_VARIANT_FIELDS;
pub use parser::{
    DEFAULT_NATIVE_STACK, MAX_NESTING, ParseFailure, ParseOptions, Parsed, TakeParts, parse, parse_in_parts,
};
pub use symbol::{NAMELESS, Symbols};
pub use token::{Token, TokenKind};
