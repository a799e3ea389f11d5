//! Source text to bytecode: listings, programs that are large in some way, and what no run should depend on.

mod definite;
mod failing;
mod golden;
mod harness;
mod large;
mod suite;
mod values;
