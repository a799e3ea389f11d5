//! Source text to tokens, trees and errors, through the public interface.

mod dump;
mod errors;
mod lexer;
mod limits;
mod lines;
mod siskin;
mod tree;
mod variables;
