//! Enter ends an input that is complete, and begins another line of one that is not.

use std::sync::{Arc, Mutex};

use reedline::{ValidationResult, Validator};

use super::Known;
use crate::input::{Completeness, state};

/// Asks [`state`].
pub(super) struct Validate(pub(super) Arc<Mutex<Known>>);

impl Validator for Validate {
    fn validate(&self, text: &str) -> ValidationResult {
        let dialect = Known::of(&self.0).dialect;
        match state(text, dialect) {
            Completeness::Complete => ValidationResult::Complete,
            Completeness::Incomplete => ValidationResult::Incomplete,
        }
    }
}
