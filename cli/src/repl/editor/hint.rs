//! Hints in grey after the cursor: the rest of an earlier input, or how to end an input that is not complete.

use std::sync::{Arc, Mutex};

use nu_ansi_term::{Color, Style};
use reedline::{DefaultHinter, Hinter, History};

use super::Known;
use super::keys::ends_empty;
use crate::input::Completeness;
use crate::repl::command::completeness_with_commands;

/// The hint at the second empty line of an incomplete input.
pub(crate) const WAY_OUT: &str = "(Enter ends the input here, Ctrl-C drops it)";

/// Gives the line editor its hints.
pub(super) struct Hint {
    /// `None` without colour, because a hint would look like typed text.
    history: Option<DefaultHinter>,
    known: Arc<Mutex<Known>>,
    /// Whether the hint is [`WAY_OUT`], which cannot be accepted as input.
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
