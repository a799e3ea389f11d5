//! ARM64: compares encoders with the manual, and runs verbs on a simulated processor.

mod bitmask;
mod common;
mod constant;
mod encoders;
mod golden;
mod labels;
mod machine;
mod verbs;
