//! The line editor: reedline with our language in it.
//!
//! ```text
//!   known      what the session tells           prompt     sk>
//!   validate   whether Enter ends the input     highlight  colours
//!   complete   what Tab offers                  keys       what keys do beyond the usual
//!   history    earlier inputs, and their file
//! ```

mod complete;
mod highlight;
pub(crate) mod history;
mod keys;
mod known;
mod prompt;
mod validate;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use nu_ansi_term::{Color, Style};
use reedline::{ColumnarMenu, DefaultHinter, MenuBuilder, Reedline, ReedlineMenu, Signal};
use siskin_core::Dialect;

use self::complete::Complete;
use self::highlight::Highlight;
use self::keys::{Keys, View};
pub(crate) use self::known::{Argument, CommandInfo, Global, Kind, Known};
pub(crate) use self::prompt::Prompt;
use self::validate::Validate;
use super::Read;

/// What reedline calls the menu of completions.
const MENU: &str = "completions";

/// How to edit.
pub(crate) struct Config {
    /// The language of the first input.
    pub(crate) dialect: Dialect,
    pub(crate) color: bool,
    /// Where inputs are kept.
    pub(crate) history: Option<PathBuf>,
}

/// Reads inputs from the terminal.
pub(crate) struct Editor {
    reedline: Reedline,
    known: Arc<Mutex<Known>>,
}

impl Editor {
    /// An editor, and what is wrong that does not keep it from working.
    pub(crate) fn new(config: Config) -> (Editor, Option<String>) {
        let Config { dialect, color, history } = config;
        let known = Arc::new(Mutex::new(Known::new(dialect)));
        let (history, warning) = history::open(history);
        let view = Arc::<Mutex<View>>::default();
        let mut reedline = Reedline::create()
            .use_bracketed_paste(true)
            .use_kitty_keyboard_enhancement(true)
            .with_ansi_colors(color)
            .with_history(history)
            .with_validator(Box::new(Validate(known.clone())))
            .with_highlighter(Box::new(Highlight { known: known.clone(), view: view.clone(), color }))
            .with_completer(Box::new(Complete(known.clone())))
            .with_quick_completions(true)
            .with_partial_completions(true)
            .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu())))
            .with_edit_mode(Box::new(Keys::new(known.clone(), view)));
        if color {
            // Without colour a hint would look like what was typed.
            let hinter = DefaultHinter::default().with_style(Style::new().fg(Color::DarkGray));
            reedline = reedline.with_hinter(Box::new(hinter));
        }
        (Editor { reedline, known }, warning)
    }

    /// What the editor knows of the session, to be filled in before an input is asked for.
    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        Known::of(&self.known)
    }

    /// Asks for an input.
    pub(crate) fn read(&mut self) -> io::Result<Read> {
        let prompt = Prompt::new(Known::of(&self.known).dialect);
        loop {
            match self.reedline.read_line(&prompt)? {
                Signal::Success(text) => {
                    // Now, for the terminal may be closed before the session ends. That it fails was said at first.
                    let _ = self.reedline.sync_history();
                    return Ok(Read::Text(text));
                }
                Signal::CtrlC => return Ok(Read::Interrupted),
                Signal::CtrlD => return Ok(Read::End),
                _ => {}
            }
        }
    }
}

/// How completions are shown.
fn menu() -> ColumnarMenu {
    ColumnarMenu::default()
        .with_name(MENU)
        .with_marker("")
        .with_text_style(Style::new())
        .with_match_text_style(Style::new().bold())
        .with_selected_text_style(Style::new().reverse())
        .with_selected_match_text_style(Style::new().bold().reverse())
        .with_description_text_style(Style::new().fg(Color::DarkGray))
}
