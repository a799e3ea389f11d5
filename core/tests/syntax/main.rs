//! The parser's public interface: tokens, trees and errors of source texts.

mod dump;
mod errors;
mod lexer;
mod limits;
mod lines;
mod siskin;
mod tree;
mod variables;
