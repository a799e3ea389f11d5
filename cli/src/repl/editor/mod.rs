//! The line editor: reedline, adapted to the language.
//!
//! ```text
//!   known      data from the session            prompt     sk>
//!   validate   whether Enter ends the input     highlight  colours
//!   complete   completion                       keys       keys that differ from reedline's
//!   history    earlier inputs and their file    hint       hints in grey after the cursor
//! ```

mod complete;
mod highlight;
mod hint;
pub(crate) mod history;
mod keys;
mod known;
mod prompt;
mod validate;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nu_ansi_term::{Color, Style};
use reedline::{ColumnarMenu, EditCommand, MenuBuilder, Reedline, ReedlineMenu, Signal};
use siskin_core::Dialect;

use self::complete::Complete;
use self::highlight::Highlight;
use self::hint::Hint;
pub(crate) use self::hint::WAY_OUT;
use self::keys::{END, Keys, LINE_END, SUSPEND, View};
pub(crate) use self::known::Known;
pub(crate) use self::prompt::Prompt;
use self::validate::Validate;
use super::command::{Command, completeness_with_commands};
use super::{Read, tty};
use crate::input::Completeness;
use crate::session::Session;

/// The name of the menu of completions in reedline.
const MENU: &str = "completions";

/// Settings of the editor.
pub(crate) struct Config {
    /// The language of the first input.
    pub(crate) dialect: Dialect,
    pub(crate) commands: &'static [Command],
    pub(crate) color: bool,
    /// The file of the history, if inputs are kept.
    pub(crate) history: Option<PathBuf>,
}

/// Attempts to read an input while the terminal does not report the position of its cursor.
const TRIES: u32 = 3;
/// The time to wait for a late report of the cursor's position.
const LATE: Duration = Duration::from_secs(2);

/// Reads inputs from the terminal.
pub(crate) struct Editor {
    /// `None` only while a setting of it is changed.
    reedline: Option<Reedline>,
    known: Arc<Mutex<Known>>,
    view: Arc<Mutex<View>>,
    waker: tty::Waker,
    /// Requests for the cursor's position that were not yet answered.
    owed: usize,
    /// Whether the terminal has ever answered a request.
    answers: bool,
}

impl Editor {
    /// An editor, and a warning if its history cannot be kept.
    pub(crate) fn new(config: Config) -> (Editor, Option<String>) {
        let Config { dialect, commands, color, history } = config;
        let known = Arc::new(Mutex::new(Known { commands, ..Known::new(dialect) }));
        let (history, warning) = history::open(history);
        let view = Arc::<Mutex<View>>::default();
        let reedline = Reedline::create()
            .use_bracketed_paste(true)
            .use_kitty_keyboard_enhancement(true)
            .with_ansi_colors(color)
            .with_history(history)
            .with_validator(Box::new(Validate { known: known.clone(), view: view.clone() }))
            .with_highlighter(Box::new(Highlight { known: known.clone(), view: view.clone(), color }))
            .with_completer(Box::new(Complete(known.clone())))
            .with_hinter(Box::new(Hint::new(known.clone(), color)))
            .with_quick_completions(true)
            .with_partial_completions(true)
            .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu())))
            .with_edit_mode(Box::new(Keys::new(known.clone(), view.clone(), more)));
        let waker = tty::Waker::start();
        let reedline = Some(reedline);
        (Editor { reedline, known, view, waker, owed: 0, answers: false }, warning)
    }

    /// Whether the terminal has ever reported the position of its cursor.
    pub(crate) fn answers(&self) -> bool {
        self.answers
    }

    /// Counts late answers that another reader has read.
    pub(crate) fn has_answered(&mut self, count: usize) {
        self.answers |= count > 0;
        self.owed = self.owed.saturating_sub(count);
    }

    /// Reads an input. Meanwhile the editor looks up names in the session.
    pub(crate) fn read(&mut self, session: Session) -> (Option<Session>, io::Result<Read>) {
        let mut known = Known::of(&self.known);
        known.dialect = session.dialect;
        known.session = Some(session);
        drop(known);
        let read = self.read_input();
        (Known::of(&self.known).session.take(), read)
    }

    fn read_input(&mut self) -> io::Result<Read> {
        let prompt = Prompt::new(Known::of(&self.known).dialect);
        let mut tries = 0;
        self.settle()?;
        loop {
            let typed = self.take_typed();
            if typed == Typed::End {
                return Ok(Read::End);
            }
            match self.edit(prompt, typed == Typed::Input) {
                Ok(Signal::Success(text)) => {
                    // Saved now, because the terminal may be closed before the session ends. A failure was reported at
                    // the start.
                    let _ = self.reedline.as_mut().map(Reedline::sync_history);
                    return Ok(Read::Text(text));
                }
                Ok(Signal::CtrlC) => return Ok(Read::Interrupted),
                Ok(Signal::CtrlD) => return Ok(Read::End),
                Ok(Signal::HostCommand(command)) if command == SUSPEND => tty::suspend(),
                Ok(Signal::HostCommand(command)) if command == LINE_END => {
                    View::of(&self.view).typed().insert(0, '\n');
                }
                Ok(_) => {}
                Err(error) => {
                    tries += 1;
                    self.owed += 1;
                    if tries == TRIES || !self.answer_comes()? {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Text that was typed and not read, for a reader without the editor.
    pub(crate) fn take_unread(&mut self) -> String {
        let mut typed = std::mem::take(View::of(&self.view).typed());
        let _ = self.waker.during(|| {
            crossterm::terminal::enable_raw_mode()?;
            while crossterm::event::poll(Duration::ZERO)? {
                keys::type_key(&crossterm::event::read()?, &mut typed);
            }
            crossterm::terminal::disable_raw_mode()
        });
        typed
    }

    /// Edits one input. If `accept`, the text that is there is accepted without further keys.
    fn edit(&mut self, prompt: Prompt, accept: bool) -> io::Result<Signal> {
        let mut view = View::of(&self.view);
        view.begin();
        if accept {
            view.accept();
        }
        drop(view);
        self.reedline = self.reedline.take().map(|reedline| reedline.with_immediately_accept(accept));
        let Some(reedline) = &mut self.reedline else { return Err(io::ErrorKind::Other.into()) };
        let signal = self.waker.during(|| reedline.read_line(&prompt));
        self.answers |= signal.is_ok();
        signal
    }

    /// Inserts the text that was typed before, up to the end of an input.
    fn take_typed(&mut self) -> Typed {
        let dialect = Known::of(&self.known).dialect;
        let mut view = View::of(&self.view);
        let Some(reedline) = &mut self.reedline else { return Typed::End };
        let insert = |reedline: &mut Reedline, edit: EditCommand| {
            reedline.run_edit_commands(&[edit]);
            completeness_with_commands(reedline.current_buffer_contents(), dialect) == Completeness::Complete
        };
        let mut rest = std::mem::take(view.typed());
        drop(view);
        let mut typed = Typed::Part;
        while let Some(at) = rest.find(['\n', END]).filter(|_| typed == Typed::Part) {
            let end = rest[at..].starts_with(END);
            let is_complete = insert(reedline, EditCommand::InsertString(rest[..at].into()));
            rest.drain(..=at);
            typed = match (end, is_complete) {
                (true, _) if reedline.current_buffer_contents().is_empty() => Typed::End,
                // In a text, Ctrl-D deletes the character after the cursor, and there is none.
                (true, _) => Typed::Part,
                (false, true) => Typed::Input,
                (false, false) => {
                    insert(reedline, EditCommand::InsertNewline);
                    Typed::Part
                }
            };
        }
        if typed == Typed::Part {
            insert(reedline, EditCommand::InsertString(std::mem::take(&mut rest)));
        }
        *View::of(&self.view).typed() = rest;
        typed
    }

    /// Waits for the answer to a request that got none in time. Returns whether it is worth asking again.
    fn answer_comes(&mut self) -> io::Result<bool> {
        let (owed, typed) = self.waker.during(|| {
            crossterm::terminal::enable_raw_mode()?;
            // Keys that the library has already read come before any that could be read here.
            let is_busy = crossterm::event::poll(Duration::ZERO)?;
            let late = if is_busy { (false, Vec::new()) } else { tty::late_reply(LATE)? };
            crossterm::terminal::disable_raw_mode()?;
            io::Result::Ok((!is_busy && !late.0, late))
        })?;
        self.has_answered(usize::from(typed.0));
        self.keep(&typed.1);
        Ok(!owed)
    }

    /// Reads the answers that are still to come, so that they are not taken for answers to later requests.
    fn settle(&mut self) -> io::Result<()> {
        while self.answers && self.owed > 0 {
            let (came, typed) = self.waker.during(|| {
                crossterm::terminal::enable_raw_mode()?;
                // The library returns the oldest answer that it has, but sends another request anyway.
                let late = match crossterm::cursor::position() {
                    Ok(_) => tty::late_reply(LATE)?,
                    Err(_) => (false, Vec::new()),
                };
                crossterm::terminal::disable_raw_mode()?;
                io::Result::Ok(late)
            })?;
            self.keep(&typed);
            self.owed = if came { self.owed - 1 } else { 0 };
        }
        Ok(())
    }

    /// Keeps text that was typed meanwhile.
    fn keep(&mut self, typed: &[u8]) {
        let text = String::from_utf8_lossy(typed).replace('\r', "\n");
        View::of(&self.view).typed().extend(text.chars().filter(|&c| !c.is_control() || c == '\n'));
    }
}

/// The sort of text that was typed before the editor read it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Typed {
    /// A part of an input, which may be nothing.
    Part,
    /// A whole input.
    Input,
    /// The end of the session.
    End,
}

/// Whether keys have arrived that are not yet read.
fn more() -> bool {
    crossterm::event::poll(Duration::ZERO).unwrap_or(false)
}

/// The menu of completions.
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
