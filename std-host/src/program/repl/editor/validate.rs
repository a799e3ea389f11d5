//! Enter ends an input that is complete, and begins another line of one that is not.

use std::sync::{Arc, Mutex};

use reedline::{ValidationResult, Validator};

use super::Known;
use crate::input::Completeness;
use crate::program::repl::commands::completeness;

/// Asks [`completeness`].
pub(super) struct Validate(pub(super) Arc<Mutex<Known>>);

impl Validator for Validate {
    fn validate(&self, text: &str) -> ValidationResult {
        let dialect = Known::of(&self.0).dialect;
        match completeness(text, dialect) {
            Completeness::Complete => ValidationResult::Complete,
            Completeness::Incomplete => ValidationResult::Incomplete,
        }
    }
}
