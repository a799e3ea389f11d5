//! What the editor knows of the session: plain data, which the session fills in after each input.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use siskin_core::Dialect;

/// What there is to complete and how inputs are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// The language of inputs.
    pub(crate) dialect: Dialect,
    /// What has a name.
    pub(crate) globals: Vec<Global>,
    /// What can follow `name.`, by the name of a global.
    pub(crate) members: HashMap<String, Vec<String>>,
    /// What can follow a colon at the beginning.
    pub(crate) commands: Vec<CommandInfo>,
}

/// A global name.
#[derive(Clone, Debug)]
pub(crate) struct Global {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// What a global is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A function in the language, which has bytecode.
    Function,
    /// A function of the engine's own.
    Builtin,
    Class,
    /// Anything else.
    Value,
}

/// A command, such as `:help`.
#[derive(Clone, Debug)]
pub(crate) struct CommandInfo {
    /// Without the colon.
    pub(crate) name: &'static str,
    pub(crate) argument: Argument,
    /// What it does, in a few words.
    pub(crate) about: &'static str,
}

/// What can follow a command.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    /// Nothing.
    None,
    /// Code, as at the prompt.
    Code,
    /// The name of a function.
    Function,
    /// The path of a file.
    File,
    /// One of these words.
    Word(Vec<String>),
}

impl Known {
    /// Knows the language and nothing else.
    pub(crate) fn new(dialect: Dialect) -> Known {
        Known { dialect, ..Known::default() }
    }

    /// The knowledge that is shared; whoever panicked while holding it left plain data.
    pub(crate) fn of(shared: &Mutex<Known>) -> MutexGuard<'_, Known> {
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
