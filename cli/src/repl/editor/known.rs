//! Data for the editor while an input is typed: the commands, and the session, which is lent to it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use siskin_core::Dialect;
use siskin_core::inspect::ValueKind;

use crate::repl::command::Command;
use crate::session::Session;

/// The names to complete, and the language of inputs.
#[derive(Default)]
pub(crate) struct Known {
    /// The language of inputs.
    pub(crate) dialect: Dialect,
    /// The commands to complete after a colon.
    pub(crate) commands: &'static [Command],
    /// The session whose names are completed. `None` while an input runs.
    pub(crate) session: Option<Session>,
}

/// The kind of a global's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GlobalKind {
    /// A function of a script, which has bytecode.
    Function,
    /// A function of the library.
    Builtin,
    Class,
    /// Anything else.
    Value,
}

impl GlobalKind {
    pub(crate) fn of(value: ValueKind<'_>) -> GlobalKind {
        match value {
            ValueKind::Function(_) => GlobalKind::Function,
            ValueKind::HostFunction(_) => GlobalKind::Builtin,
            ValueKind::Class(_) => GlobalKind::Class,
            _ => GlobalKind::Value,
        }
    }
}

impl Known {
    /// Data with a language and nothing else.
    pub(crate) fn new(dialect: Dialect) -> Known {
        Known { dialect, ..Known::default() }
    }

    /// Locks the shared data. A poisoned lock is no problem: a panic leaves the data consistent.
    pub(crate) fn of(shared: &Mutex<Known>) -> MutexGuard<'_, Known> {
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The globals with their kinds.
    pub(crate) fn globals(&self) -> impl Iterator<Item = (&str, GlobalKind)> {
        self.session.iter().flat_map(|session| {
            let globals = session.vm.globals().map(|(name, value)| (name, GlobalKind::of(value.kind())));
            let library = session.vm.library().map(|name| (name, GlobalKind::Builtin));
            globals.chain(library.filter(|(name, _)| session.vm.global_value(name).is_none()))
        })
    }
}
