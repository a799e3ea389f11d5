//! The compiler: listings, large programs, long texts, failing allocations, and registers that are read before they are written.

mod definite;
mod failing;
mod golden;
mod harness;
mod large;
mod parts;
mod suite;
mod values;
