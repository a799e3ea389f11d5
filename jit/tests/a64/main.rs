//! ARM64: encoders against the manual, verbs against a machine that runs them.

mod bitmask;
mod common;
mod constant;
mod encoders;
mod golden;
mod labels;
mod machine;
mod verbs;
