//! Source text to bytecode: listings, programs that are large in some way, and what no run should depend on.

#[path = "../common/mod.rs"]
mod common;
mod definite;
mod failing;
mod golden;
mod harness;
mod large;
mod suite;
mod values;
