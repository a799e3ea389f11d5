//! Keys that differ from reedline's: Enter and `}` indent, Tab indents or completes, and typing closes the menu.
//!
//! The line editor does not give its text to the code that reads keys. But it draws the text through [`View`], which
//! then applies typed keys to its copy until the next drawing, since several keys may come at once. After any other key
//! the copy is unknown, and keys have their usual meaning.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossterm::event::{Event, KeyEvent, KeyEventKind};
use reedline::{
    EditCommand, EditMode, Emacs, PromptEditMode, ReedlineEvent, ReedlineRawEvent, default_emacs_keybindings,
};
use reedline::{KeyCode, KeyModifiers};
use siskin_core::syntax::{Lexer, TokenKind};

use super::{Known, MENU, complete};
use crate::input::Completeness;
use crate::repl::command::completeness_with_commands;

/// Blanks of indentation for a block.
const INDENT: usize = 4;

/// A copy of the editor's text: as it was last drawn, and with the keys typed since.
#[derive(Default)]
pub(super) struct View {
    text: String,
    cursor: usize,
    /// Whether the copy equals the editor's text.
    known: bool,
    /// Whether the text is accepted as the input, so that it is drawn for the last time.
    accepted: bool,
    /// Whether the remaining keys of this batch are for the next input. They are kept in `typed`, as the editor would
    /// lose them.
    cut: bool,
    /// The text of keys for the next input, with line breaks and [`END`].
    typed: String,
}

/// Stands for Ctrl-D in typed text.
pub(super) const END: char = '\x04';
/// The host command of Ctrl-Z, after which editing continues.
pub(super) const SUSPEND: &str = "suspend";
/// The host command of Ctrl-J, which is how a terminal outside raw mode sends Enter. A batch of keys may have several.
pub(super) const LINE_END: &str = "line end";

impl View {
    pub(super) fn of(shared: &Mutex<View>) -> MutexGuard<'_, View> {
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the text that is drawn. Returns whether it is accepted as the input.
    pub(super) fn show(&mut self, text: &str, cursor: usize) -> bool {
        self.text.clear();
        self.text.push_str(text);
        self.cursor = cursor;
        self.known = true;
        self.accepted
    }

    /// Says that the next drawn text is the input.
    pub(super) fn accept(&mut self) {
        self.accepted = true;
    }

    /// Says that editing begins or continues.
    pub(super) fn begin(&mut self) {
        self.accepted = false;
        self.cut = false;
    }

    /// Text that was typed before the editor read it, to be inserted.
    pub(super) fn typed(&mut self) -> &mut String {
        &mut self.typed
    }

    /// Whether the cursor is at the end, after two empty lines.
    fn is_given_up(&self) -> bool {
        self.cursor == self.text.len() && ends_empty(&self.text)
    }

    /// Applies an event to the copy. False if its effect is not known.
    fn follow(&mut self, event: &ReedlineEvent) -> bool {
        match event {
            ReedlineEvent::None => true,
            ReedlineEvent::Edit(edits) => edits.iter().all(|edit| self.follow_edit(edit)),
            ReedlineEvent::UntilFound(events) => match &events[..] {
                [event @ ReedlineEvent::Edit(_)] => self.follow(event),
                _ => false,
            },
            _ => false,
        }
    }

    fn follow_edit(&mut self, edit: &EditCommand) -> bool {
        match edit {
            EditCommand::InsertChar(char) => self.type_text(char.encode_utf8(&mut [0; 4])),
            EditCommand::InsertString(text) => self.type_text(text),
            EditCommand::InsertNewline => self.type_text("\n"),
            // Of other characters it is not known here how many the editor removes.
            EditCommand::Backspace if self.before().ends_with(|c: char| c.is_ascii_graphic() || c == ' ') => {
                self.cursor -= 1;
                self.text.remove(self.cursor);
                true
            }
            _ => false,
        }
    }

    fn type_text(&mut self, text: &str) -> bool {
        let is_place = self.text.is_char_boundary(self.cursor);
        if is_place {
            self.text.insert_str(self.cursor, text);
            self.cursor += text.len();
        }
        is_place
    }

    /// The text before the cursor.
    fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    /// The blanks before the cursor, if there is nothing else in its line.
    fn blanks(&self) -> Option<&str> {
        let line = self.before().rsplit('\n').next()?;
        line.chars().all(|c| c == ' ').then_some(line)
    }
}

/// Emacs's keys with our changes.
pub(super) struct Keys {
    usual: Emacs,
    known: Arc<Mutex<Known>>,
    view: Arc<Mutex<View>>,
    /// Whether Tab may have opened the menu.
    menu: bool,
    /// Blanks of indentation that Enter has just inserted. If the same blanks are typed then, they are ignored.
    indent: usize,
    /// Whether further keys have arrived that are not yet read.
    more: fn() -> bool,
}

impl Keys {
    pub(super) fn new(known: Arc<Mutex<Known>>, view: Arc<Mutex<View>>, more: fn() -> bool) -> Keys {
        let mut bindings = default_emacs_keybindings();
        let next = vec![ReedlineEvent::Menu(MENU.into()), ReedlineEvent::MenuNext];
        bindings.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(next));
        bindings.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
        let control = KeyModifiers::CONTROL;
        let command = |name: &str| ReedlineEvent::ExecuteHostCommand(name.into());
        bindings.add_binding(control, KeyCode::Char('j'), command(LINE_END));
        bindings.add_binding(control, KeyCode::Char('z'), command(SUSPEND));
        bindings.add_binding(control, KeyCode::Char('g'), ReedlineEvent::Esc);
        // Terminals send one code for all of these, which reedline reads as Ctrl-7.
        for key in ['7', '_', '/'] {
            bindings.add_binding(control, KeyCode::Char(key), edit([EditCommand::Undo]));
        }
        Keys { usual: Emacs::new(bindings), known, view, menu: false, indent: 0, more }
    }

    /// Enter in an incomplete input: begins a line with the indentation of the block.
    fn enter(&mut self, view: &mut View) -> Option<ReedlineEvent> {
        let dialect = Known::of(&self.known).dialect;
        if completeness_with_commands(&view.text, dialect) == Completeness::Complete {
            return None;
        }
        // Empty lines in pasted text do not end the input.
        if view.is_given_up() && !(self.more)() {
            view.accept();
            return Some(ReedlineEvent::Submit);
        }
        let depth = depth(view.before(), dialect)?;
        self.indent = depth * INDENT;
        Some(edit([EditCommand::InsertNewline, EditCommand::InsertString(" ".repeat(depth * INDENT))]))
    }

    /// `}` at the start of a line: reduces the indentation to that of the block's first line.
    fn close(&self, view: &View) -> Option<ReedlineEvent> {
        let blanks = view.blanks()?.len();
        let depth = depth(view.before(), Known::of(&self.known).dialect)?;
        let surplus = blanks.checked_sub(depth.checked_sub(1)? * INDENT)?;
        let edits = std::iter::repeat_n(EditCommand::Backspace, surplus);
        Some(ReedlineEvent::Edit(edits.chain([EditCommand::InsertChar('}')]).collect()))
    }

    /// Tab without an open menu: indents at the start of a line, else completes.
    fn tab(&mut self, view: &View, usual: ReedlineEvent) -> ReedlineEvent {
        if let Some(blanks) = view.blanks() {
            let more = INDENT - blanks.len() % INDENT;
            return edit([EditCommand::InsertString(" ".repeat(more))]);
        }
        let count = complete::candidates(&view.text, view.cursor, &Known::of(&self.known)).len();
        // A single candidate is inserted without a menu.
        self.menu = count > 1;
        if count == 0 { ReedlineEvent::None } else { usual }
    }
}

impl Keys {
    /// The meaning here of a key whose usual meaning is `usual`.
    fn meant(&mut self, usual: ReedlineEvent, view: &mut View) -> ReedlineEvent {
        let menu = std::mem::replace(&mut self.menu, false);
        let indent = std::mem::replace(&mut self.indent, 0);
        match &usual {
            ReedlineEvent::CtrlC | ReedlineEvent::ExecuteHostCommand(_) => {
                view.cut = true;
                usual
            }
            ReedlineEvent::UntilFound(events) if matches!(events[..], [ReedlineEvent::Menu(_), ..]) => {
                self.menu = true;
                if view.known && !menu { self.tab(view, usual) } else { usual }
            }
            // In the menu and in the search, Enter keeps its usual meaning.
            ReedlineEvent::Enter if view.known && !menu => self.enter(view).unwrap_or(usual),
            // Typing closes the menu.
            ReedlineEvent::Edit(_) if menu => ReedlineEvent::Multiple(vec![ReedlineEvent::Esc, usual]),
            ReedlineEvent::Edit(edits) => match edits[..] {
                [EditCommand::InsertChar(' ')] if indent > 0 => {
                    self.indent = indent - 1;
                    ReedlineEvent::None
                }
                [EditCommand::InsertChar('}')] if view.known => self.close(view).unwrap_or(usual),
                // Kept apart from other edits: at a blank, reedline looks at the word before, and fails if more was
                // typed since.
                [EditCommand::InsertChar(' ')] => ReedlineEvent::UntilFound(vec![usual]),
                _ => usual,
            },
            ReedlineEvent::UntilFound(_) | ReedlineEvent::MenuPrevious => {
                // Arrows move in the menu.
                self.menu = menu;
                usual
            }
            _ => usual,
        }
    }
}

impl EditMode for Keys {
    fn parse_event(&mut self, event: ReedlineRawEvent) -> ReedlineEvent {
        let shared = self.view.clone();
        let mut view = View::of(&shared);
        if view.cut {
            type_key(&event.into(), &mut view.typed);
            return ReedlineEvent::None;
        }
        view.accepted = false;
        let usual = without_controls(self.usual.parse_event(event));
        let event = self.meant(usual, &mut view);
        view.known = view.known && view.follow(&event);
        event
    }

    fn edit_mode(&self) -> PromptEditMode {
        self.usual.edit_mode()
    }
}

/// Whether the text ends with two empty lines, after one that is not.
pub(super) fn ends_empty(text: &str) -> bool {
    let mut lines = text.rsplit('\n');
    let is_empty = |line: &str| line.trim().is_empty();
    lines.next().is_some_and(is_empty) && lines.next().is_some_and(is_empty) && !is_empty(text)
}

/// Adds the text of a key to `typed`, or edits it.
pub(super) fn type_key(event: &Event, typed: &mut String) {
    let line = |typed: &String| typed.rfind('\n').map_or(0, |at| at + 1);
    match event {
        Event::Paste(text) => {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            typed.extend(text.chars().filter(|&c| !c.is_control() || c == '\n' || c == '\t'));
        }
        Event::Key(KeyEvent {
            code, modifiers, kind: KeyEventKind::Press | KeyEventKind::Repeat, ..
        }) => {
            match (*code, *modifiers) {
                (KeyCode::Enter, _) | (KeyCode::Char('j'), KeyModifiers::CONTROL) => typed.push('\n'),
                (KeyCode::Char('c'), KeyModifiers::CONTROL) => typed.clear(),
                (KeyCode::Char('d'), KeyModifiers::CONTROL) => typed.push(END),
                (KeyCode::Char('u'), KeyModifiers::CONTROL) => typed.truncate(line(typed)),
                (KeyCode::Backspace, _) if line(typed) < typed.len() => drop(typed.pop()),
                (KeyCode::Char(char), KeyModifiers::NONE | KeyModifiers::SHIFT) => typed.push(char),
                // Other keys move the cursor, which has no text to move in yet.
                _ => {}
            }
        }
        _ => {}
    }
}

/// Removes control characters from pasted text, which must not affect the terminal.
fn without_controls(event: ReedlineEvent) -> ReedlineEvent {
    match event {
        ReedlineEvent::Edit(mut edits) => {
            if let [EditCommand::InsertString(text)] = &mut edits[..] {
                text.retain(|c| !c.is_control() || c == '\n' || c == '\t');
            }
            ReedlineEvent::Edit(edits)
        }
        event => event,
    }
}

fn edit(commands: impl IntoIterator<Item = EditCommand>) -> ReedlineEvent {
    ReedlineEvent::Edit(commands.into_iter().collect())
}

/// The number of open braces at the end of the text; `None` inside a string or comment.
fn depth(text: &str, dialect: siskin_core::Dialect) -> Option<usize> {
    let mut lexer = Lexer::new(text, dialect);
    let mut depth = 0usize;
    loop {
        match lexer.next_token().kind {
            TokenKind::LeftBrace => depth += 1,
            TokenKind::RightBrace => depth = depth.saturating_sub(1),
            TokenKind::UnterminatedString | TokenKind::UnterminatedComment => return None,
            TokenKind::End => return Some(depth),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use siskin_core::Dialect;

    fn view(before: &str) -> View {
        let mut view = View::default();
        view.show(before, before.len());
        view
    }

    fn keys() -> Keys {
        Keys::new(Arc::new(Mutex::new(Known::new(Dialect::Siskin))), Arc::default(), || false)
    }

    #[test]
    fn depth_is_counted_in_braces() {
        let depth = |text| depth(text, Dialect::Siskin);
        assert_eq!(depth("fn f() { if x {"), Some(2));
        assert_eq!(depth("{ } } {"), Some(1));
        assert_eq!(depth("{ \"{\" // {"), Some(1));
        assert_eq!(depth("{ \"{"), None);
    }

    #[test]
    fn enter_sets_in() {
        let indented = |text| keys().enter(&mut view(text));
        let by =
            |blanks: &str| Some(edit([EditCommand::InsertNewline, EditCommand::InsertString(blanks.into())]));
        assert_eq!(indented("fn f() {"), by("    "));
        assert_eq!(indented("fn f() {\n    if x {"), by("        "));
        assert_eq!(indented("1 +"), by(""));
        assert_eq!(indented("\"abc {"), None);
        assert_eq!(indented("fn f() {}"), None);
    }

    #[test]
    fn what_is_typed_is_followed() {
        let mut seen = view("a");
        let insert = |text: &str| edit([EditCommand::InsertString(text.into())]);
        assert!(seen.follow(&insert("é b")));
        assert!(seen.follow(&edit([
            EditCommand::Backspace,
            EditCommand::InsertChar('c'),
            EditCommand::InsertNewline
        ])));
        assert_eq!((seen.before(), seen.cursor), ("aé c\n", 6));
        assert!(!seen.follow(&ReedlineEvent::Up));
        assert!(!view("é").follow(&edit([EditCommand::Backspace])));
    }

    #[test]
    fn two_empty_lines_end_what_is_not_complete() {
        let entered = |text| keys().enter(&mut view(text));
        assert_eq!(entered("fn f() {\n    \n    "), Some(ReedlineEvent::Submit));
        assert_eq!(entered("\"abc\n\n"), Some(ReedlineEvent::Submit));
        let mut pasted = Keys { more: || true, ..keys() };
        assert_ne!(pasted.enter(&mut view("fn f() {\n    \n    ")), Some(ReedlineEvent::Submit));
        assert_ne!(entered("fn f() {\n    "), Some(ReedlineEvent::Submit));
        assert_ne!(entered("fn f() {\n\n  1"), Some(ReedlineEvent::Submit));
    }

    #[test]
    fn keys_type_text() {
        let mut typed = String::new();
        let key = |code, modifiers| Event::Key(KeyEvent::new(code, modifiers));
        let char = |char| key(KeyCode::Char(char), KeyModifiers::NONE);
        let control = |char| key(KeyCode::Char(char), KeyModifiers::CONTROL);
        for event in
            [char('a'), control('c'), char('1'), char('x'), key(KeyCode::Backspace, KeyModifiers::NONE)]
        {
            type_key(&event, &mut typed);
        }
        for event in [key(KeyCode::Enter, KeyModifiers::NONE), key(KeyCode::Up, KeyModifiers::NONE)] {
            type_key(&event, &mut typed);
        }
        for event in [char('2'), control('u'), Event::Paste("3\r\n\x1b4".into()), control('d')] {
            type_key(&event, &mut typed);
        }
        assert_eq!(typed, "1\n3\n4\x04");
    }

    #[test]
    fn a_closing_brace_stands_under_its_block() {
        let backspaces = |text| match keys().close(&view(text)) {
            Some(ReedlineEvent::Edit(edits)) => Some(edits.len() - 1),
            _ => None,
        };
        assert_eq!(backspaces("fn f() {\n    "), Some(4));
        assert_eq!(backspaces("fn f() {\n    if x {\n        "), Some(4));
        assert_eq!(backspaces("fn f() {\n"), Some(0));
        assert_eq!(backspaces("fn f() { x"), None);
        assert_eq!(backspaces("    "), None);
    }
}
