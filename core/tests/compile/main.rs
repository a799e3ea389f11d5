//! The compiler: listings, large programs, failing allocations, and registers that are read before they are written.

mod definite;
mod failing;
mod golden;
mod harness;
mod large;
mod suite;
mod values;
