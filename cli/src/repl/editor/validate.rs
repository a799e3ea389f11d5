//! Decides whether Enter ends an input, because it is complete, or begins another line.

use std::sync::{Arc, Mutex};

use reedline::{ValidationResult, Validator};

use super::Known;
use super::keys::View;
use crate::input::Completeness;
use crate::repl::command::completeness_with_commands;

/// A validator for reedline that calls [`completeness_with_commands`].
pub(super) struct Validate {
    pub(super) known: Arc<Mutex<Known>>,
    pub(super) view: Arc<Mutex<View>>,
}

impl Validator for Validate {
    fn validate(&self, text: &str) -> ValidationResult {
        let dialect = Known::of(&self.known).dialect;
        match completeness_with_commands(text, dialect) {
            Completeness::Complete => {
                View::of(&self.view).accept();
                ValidationResult::Complete
            }
            Completeness::Incomplete => ValidationResult::Incomplete,
        }
    }
}
