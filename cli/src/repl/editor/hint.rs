//! What shows in grey after the cursor: how an earlier input went on, or the way out of one that does not end.

use std::sync::{Arc, Mutex};

use nu_ansi_term::{Color, Style};
use reedline::{DefaultHinter, Hinter, History};

use super::Known;
use super::keys::ends_empty;
use crate::input::Completeness;
use crate::repl::command::completeness_with_commands;

/// Shown at an empty line after an empty line of an input that is not complete.
pub(crate) const WAY_OUT: &str = "(Enter ends the input here, Ctrl-C drops it)";

/// Gives the line editor its hints.
pub(super) struct Hint {
    /// Without colour a hint would look like what was typed.
    history: Option<DefaultHinter>,
    known: Arc<Mutex<Known>>,
    /// Whether the way out is shown, which is nothing to type.
    way_out: bool,
}

impl Hint {
    pub(super) fn new(known: Arc<Mutex<Known>>, color: bool) -> Hint {
        let history = color.then(|| DefaultHinter::default().with_style(Style::new().fg(Color::DarkGray)));
        Hint { history, known, way_out: false }
    }
}

impl Hinter for Hint {
    fn handle(
        &mut self,
        text: &str,
        cursor: usize,
        history: &dyn History,
        color: bool,
        folder: &str,
    ) -> String {
        let is_open = || {
            let dialect = Known::of(&self.known).dialect;
            completeness_with_commands(text, dialect) == Completeness::Incomplete
        };
        self.way_out = cursor == text.len() && ends_empty(text) && is_open();
        match &mut self.history {
            _ if self.way_out && color => Style::new().fg(Color::DarkGray).paint(WAY_OUT).to_string(),
            _ if self.way_out => WAY_OUT.into(),
            Some(hinter) => hinter.handle(text, cursor, history, color, folder),
            None => String::new(),
        }
    }

    fn complete_hint(&self) -> String {
        let hinter = self.history.as_ref().filter(|_| !self.way_out);
        hinter.map(DefaultHinter::complete_hint).unwrap_or_default()
    }

    fn next_hint_token(&self) -> String {
        let hinter = self.history.as_ref().filter(|_| !self.way_out);
        hinter.map(DefaultHinter::next_hint_token).unwrap_or_default()
    }
}
