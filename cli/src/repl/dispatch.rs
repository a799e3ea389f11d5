//! Decides whether an input is a command or code.

use super::commands;
use super::evaluate::Repl;
use super::outcome::{Next, Wrong};
use crate::console::Console;
use crate::input;

impl Repl {
    /// Executes an input, and shows the result.
    pub(super) fn input(&mut self, text: &str, console: &mut Console<'_>) -> Next {
        let line = text.trim();
        let done = match line {
            "" => Ok(Next::Stay),
            _ if input::is_command(line) => commands::run(self, line, console),
            _ => match self.command_meant(line) {
                Some(command) => commands::run(self, command, console),
                None => self.evaluate(text, console).map(|()| Next::Stay),
            },
        };
        match done {
            Ok(next) => next,
            Err(Wrong::Shown) => Next::Stay,
            Err(Wrong::Said(why)) => {
                console.error(format_args!("  {why}\n"));
                Next::Stay
            }
            Err(Wrong::Leave(code)) => Next::Leave(code),
        }
    }

    /// The command for a word that people type at other prompts, unless the session has defined that word.
    fn command_meant(&self, line: &str) -> Option<&'static str> {
        let word = line.trim_end_matches(';').trim_end();
        let word = word.strip_suffix("()").unwrap_or(word);
        let command = match word {
            "exit" | "quit" => ":quit",
            "help" | "?" => ":help",
            _ => return None,
        };
        self.session.vm.global_value(word).is_none().then_some(command)
    }
}
