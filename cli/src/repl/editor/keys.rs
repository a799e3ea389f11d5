//! What keys do beyond the usual: indentation, a Tab that fits where it is pressed, a menu that gets out of the way.
//!
//! The line editor does not show its text to the code that reads keys. But what it draws passes [`View`], and keys that
//! type are followed there until it draws again, for many may come at once. After any other key the text is not known,
//! and keys do what they always do.

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

/// How deep a block is set in.
const INDENT: usize = 4;

/// The text as it was last drawn, and as it was typed on.
#[derive(Default)]
pub(super) struct View {
    text: String,
    cursor: usize,
    /// Whether it is the editor's text.
    known: bool,
    /// Whether it is the input, which is drawn for the last time.
    accepted: bool,
    /// Whether the keys that follow in this bunch are for the next input: the editor would lose them.
    cut: bool,
    /// What they type: text, line breaks, and [`END`].
    typed: String,
}

/// What Ctrl-D types.
pub(super) const END: char = '\x04';
/// What the editor is left for, to go on after it: Ctrl-Z.
pub(super) const SUSPEND: &str = "suspend";
/// Enter as a terminal outside raw mode sends it. More than one may come in a bunch.
pub(super) const LINE_END: &str = "line end";

impl View {
    pub(super) fn of(shared: &Mutex<View>) -> MutexGuard<'_, View> {
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This is drawn. Says whether it is accepted.
    pub(super) fn show(&mut self, text: &str, cursor: usize) -> bool {
        self.text.clear();
        self.text.push_str(text);
        self.cursor = cursor;
        self.known = true;
        self.accepted
    }

    /// The next drawn text is the input.
    pub(super) fn accept(&mut self) {
        self.accepted = true;
    }

    /// Editing begins, or goes on.
    pub(super) fn begin(&mut self) {
        self.accepted = false;
        self.cut = false;
    }

    /// Text typed before, to be inserted.
    pub(super) fn typed(&mut self) -> &mut String {
        &mut self.typed
    }

    /// The text is what stands there after two lines with nothing in them.
    fn is_given_up(&self) -> bool {
        self.cursor == self.text.len() && ends_empty(&self.text)
    }

    /// Follows an event, if that is done to a text that is known.
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
            // What else is one character to the editor is not known here.
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

/// Emacs's keys, and ours.
pub(super) struct Keys {
    usual: Emacs,
    known: Arc<Mutex<Known>>,
    view: Arc<Mutex<View>>,
    /// Whether Tab may have opened the menu.
    menu: bool,
    /// Blanks before the cursor that Enter set in: those that are typed there, too, are the same.
    indent: usize,
    /// Whether more keys have come than those that were given.
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
        // Terminals have one code for all of these, which is 7's.
        for key in ['7', '_', '/'] {
            bindings.add_binding(control, KeyCode::Char(key), edit([EditCommand::Undo]));
        }
        Keys { usual: Emacs::new(bindings), known, view, menu: false, indent: 0, more }
    }

    /// What Enter does in a block: the next line begins where its statements do.
    fn enter(&mut self, view: &mut View) -> Option<ReedlineEvent> {
        let dialect = Known::of(&self.known).dialect;
        if completeness_with_commands(&view.text, dialect) == Completeness::Complete {
            return None;
        }
        // In what is pasted empty lines mean nothing.
        if view.is_given_up() && !(self.more)() {
            view.accept();
            return Some(ReedlineEvent::Submit);
        }
        let depth = depth(view.before(), dialect)?;
        self.indent = depth * INDENT;
        Some(edit([EditCommand::InsertNewline, EditCommand::InsertString(" ".repeat(depth * INDENT))]))
    }

    /// What `}` does at the start of a line: it stands where its block began.
    fn close(&self, view: &View) -> Option<ReedlineEvent> {
        let blanks = view.blanks()?.len();
        let depth = depth(view.before(), Known::of(&self.known).dialect)?;
        let surplus = blanks.checked_sub(depth.checked_sub(1)? * INDENT)?;
        let edits = std::iter::repeat_n(EditCommand::Backspace, surplus);
        Some(ReedlineEvent::Edit(edits.chain([EditCommand::InsertChar('}')]).collect()))
    }

    /// What Tab does where no menu is open: it sets in, or completes; where there is nothing to complete, nothing.
    fn tab(&mut self, view: &View, usual: ReedlineEvent) -> ReedlineEvent {
        if let Some(blanks) = view.blanks() {
            let more = INDENT - blanks.len() % INDENT;
            return edit([EditCommand::InsertString(" ".repeat(more))]);
        }
        let count = complete::candidates(&view.text, view.cursor, &Known::of(&self.known)).len();
        // A single one is taken without asking.
        self.menu = count > 1;
        if count == 0 { ReedlineEvent::None } else { usual }
    }
}

impl Keys {
    /// What a key means here that usually means `usual`.
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
            // Where the menu, or the search, has a use for Enter it is not ours.
            ReedlineEvent::Enter if view.known && !menu => self.enter(view).unwrap_or(usual),
            // Who types on has seen enough of it.
            ReedlineEvent::Edit(_) if menu => ReedlineEvent::Multiple(vec![ReedlineEvent::Esc, usual]),
            ReedlineEvent::Edit(edits) => match edits[..] {
                [EditCommand::InsertChar(' ')] if indent > 0 => {
                    self.indent = indent - 1;
                    ReedlineEvent::None
                }
                [EditCommand::InsertChar('}')] if view.known => self.close(view).unwrap_or(usual),
                // Alone: reedline looks at what stands before a blank, and is lost if more was typed meanwhile.
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

/// Whether the text ends with two lines that have nothing in them, after one that has.
pub(super) fn ends_empty(text: &str) -> bool {
    let mut lines = text.rsplit('\n');
    let is_empty = |line: &str| line.trim().is_empty();
    lines.next().is_some_and(is_empty) && lines.next().is_some_and(is_empty) && !is_empty(text)
}

/// Adds what a key types.
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
                // Other keys move in a text that is not there yet.
                _ => {}
            }
        }
        _ => {}
    }
}

/// What is pasted has no business with the terminal.
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

/// How many braces are open at the end of the text; none of that in a string.
fn depth(text: &str, dialect: siskin_core::Dialect) -> Option<usize> {
    let mut lexer = Lexer::new(text, dialect);
    let mut depth = 0usize;
    loop {
        match lexer.next_token().kind {
            TokenKind::LeftBrace => depth += 1,
            TokenKind::RightBrace => depth = depth.saturating_sub(1),
            TokenKind::UnterminatedString => return None,
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
