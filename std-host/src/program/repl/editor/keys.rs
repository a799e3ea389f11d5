//! What keys do beyond the usual: indentation, a Tab that fits where it is pressed, a menu that gets out of the way.
//!
//! The line editor tells whoever reads keys nothing of the text. But what it draws passes [`View`], so until
//! the next key the view is the text. Of keys that come in a bunch only the first is sure of it; the others do
//! what they always do, so text that is pasted without saying so is not indented twice.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reedline::{
    EditCommand, EditMode, Emacs, PromptEditMode, ReedlineEvent, ReedlineRawEvent, default_emacs_keybindings,
};
use reedline::{KeyCode, KeyModifiers};
use siskin_core::syntax::{Lexer, TokenKind};

use super::{Known, MENU, complete};
use crate::input::Completeness;
use crate::program::repl::commands::completeness;

/// How deep a block is set in.
const INDENT: usize = 4;

/// The text as it was last drawn.
#[derive(Default)]
pub(super) struct View {
    text: String,
    cursor: usize,
    /// Whether no key was pressed since.
    fresh: bool,
}

impl View {
    pub(super) fn of(shared: &Mutex<View>) -> MutexGuard<'_, View> {
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This is drawn.
    pub(super) fn show(&mut self, text: &str, cursor: usize) {
        self.text.clear();
        self.text.push_str(text);
        self.cursor = cursor;
        self.fresh = true;
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
}

impl Keys {
    pub(super) fn new(known: Arc<Mutex<Known>>, view: Arc<Mutex<View>>) -> Keys {
        let mut bindings = default_emacs_keybindings();
        let next = vec![ReedlineEvent::Menu(MENU.into()), ReedlineEvent::MenuNext];
        bindings.add_binding(KeyModifiers::NONE, KeyCode::Tab, ReedlineEvent::UntilFound(next));
        bindings.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
        Keys { usual: Emacs::new(bindings), known, view, menu: false }
    }

    /// What Enter does in a block: the next line begins where its statements do.
    fn enter(&self, view: &View) -> Option<ReedlineEvent> {
        let dialect = Known::of(&self.known).dialect;
        if completeness(&view.text, dialect) == Completeness::Complete {
            return None;
        }
        let depth = depth(view.before(), dialect)?;
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

impl EditMode for Keys {
    fn parse_event(&mut self, event: ReedlineRawEvent) -> ReedlineEvent {
        let usual = without_controls(self.usual.parse_event(event));
        let shared = self.view.clone();
        let mut view = View::of(&shared);
        let fresh = std::mem::replace(&mut view.fresh, false);
        let menu = std::mem::replace(&mut self.menu, false);
        match &usual {
            ReedlineEvent::UntilFound(events) if matches!(events[..], [ReedlineEvent::Menu(_), ..]) => {
                self.menu = true;
                if fresh && !menu { self.tab(&view, usual) } else { usual }
            }
            // Where the menu, or the search, has a use for Enter it is not ours.
            ReedlineEvent::Enter if fresh && !menu => self.enter(&view).unwrap_or(usual),
            // Who types on has seen enough of it.
            ReedlineEvent::Edit(_) if menu => ReedlineEvent::Multiple(vec![ReedlineEvent::Esc, usual]),
            ReedlineEvent::Edit(edits) => match edits[..] {
                [EditCommand::InsertChar('}')] if fresh => self.close(&view).unwrap_or(usual),
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

    fn edit_mode(&self) -> PromptEditMode {
        self.usual.edit_mode()
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
        Keys::new(Arc::new(Mutex::new(Known::new(Dialect::Siskin))), Arc::default())
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
        let indented = |text| keys().enter(&view(text));
        let by =
            |blanks: &str| Some(edit([EditCommand::InsertNewline, EditCommand::InsertString(blanks.into())]));
        assert_eq!(indented("fn f() {"), by("    "));
        assert_eq!(indented("fn f() {\n    if x {"), by("        "));
        assert_eq!(indented("1 +"), by(""));
        assert_eq!(indented("\"abc {"), None);
        assert_eq!(indented("fn f() {}"), None);
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
