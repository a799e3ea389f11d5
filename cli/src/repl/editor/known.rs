//! What the editor knows while an input is typed: the commands, and the session, which is lent to it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use siskin_core::Dialect;
use siskin_core::inspect::ValueKind;

use crate::repl::command::Command;
use crate::session::Session;

/// What there is to complete and how inputs are read.
#[derive(Default)]
pub(crate) struct Known {
    /// The language of inputs.
    pub(crate) dialect: Dialect,
    /// What can follow a colon at the beginning.
    pub(crate) commands: &'static [Command],
    /// Whose names are completed. It is elsewhere while an input runs.
    pub(crate) session: Option<Session>,
}

/// What a global is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GlobalKind {
    /// A function in the language, which has bytecode.
    Function,
    /// A function of the engine.
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
    /// Knows the language and nothing else.
    pub(crate) fn new(dialect: Dialect) -> Known {
        Known { dialect, ..Known::default() }
    }

    /// The knowledge that is shared; whoever panicked while holding it left it usable.
    pub(crate) fn of(shared: &Mutex<Known>) -> MutexGuard<'_, Known> {
        shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What has a global name.
    pub(crate) fn globals(&self) -> impl Iterator<Item = (&str, GlobalKind)> {
        self.session.iter().flat_map(|session| {
            let globals = session.vm.globals().map(|(name, value)| (name, GlobalKind::of(value.kind())));
            let library = session.vm.library().map(|entry| (entry.name(), GlobalKind::Builtin));
            globals.chain(library.filter(|(name, _)| session.vm.global_value(name).is_none()))
        })
    }
}
