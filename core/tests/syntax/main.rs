//! Source text to tokens, trees and errors, through the public interface.

#[path = "../common/mod.rs"]
mod common;
mod dump;
mod errors;
mod lexer;
mod limits;
mod lines;
mod siskin;
mod tree;
mod variables;
