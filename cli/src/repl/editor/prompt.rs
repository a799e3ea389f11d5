//! The prompt before an input.

use std::borrow::Cow;

use reedline::{Color, PromptEditMode, PromptHistorySearch, PromptHistorySearchStatus};
use siskin_core::Dialect;

/// `sk> `, and `..> ` before further lines of an input.
#[derive(Clone, Copy)]
pub(crate) struct Prompt {
    dialect: Dialect,
}

impl Prompt {
    /// The prompt for inputs in a language.
    pub(crate) fn new(dialect: Dialect) -> Prompt {
        Prompt { dialect }
    }

    /// The prompt before the first line.
    pub(crate) fn first(self) -> &'static str {
        match self.dialect {
            Dialect::Siskin => "sk> ",
            Dialect::Lox => "lox> ",
        }
    }

    /// The prompt before further lines, which is as wide.
    pub(crate) fn next(self) -> &'static str {
        match self.dialect {
            Dialect::Siskin => "..> ",
            Dialect::Lox => "...> ",
        }
    }
}

impl reedline::Prompt for Prompt {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        self.first().into()
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        self.next().into()
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        let nothing = match search.status {
            PromptHistorySearchStatus::Passing => "",
            PromptHistorySearchStatus::Failing => "nothing for ",
        };
        format!("(search: {nothing}{}) ", search.term).into()
    }

    fn get_prompt_color(&self) -> Color {
        Color::DarkGreen
    }

    fn get_prompt_multiline_color(&self) -> nu_ansi_term::Color {
        nu_ansi_term::Color::Green
    }
}
