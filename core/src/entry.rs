//! Entries: functions of the host, as data.
//!
//! ```text
//!   Entry { name, arity, doc, call, data }      constant, in flash if need be
//!     └─> registration, arity errors, docs/library.md, completion
//!     └─> HostFunction objects, methods of built-in classes: a call goes to `look`, if it has one, else to `call`
//! ```
//!
//! A function gets neither a slice of its arguments nor a reference to the VM, because a callback may make the stack
//! grow and move, and uses the VM itself. The function gets the index of its window, and reads arguments through the
//! VM.

use core::fmt;

use crate::value::Value;

/// The VM, as a host function gets it: an address that only the interpreter uses.
#[repr(C)]
pub(crate) struct OpaqueVm {
    nothing: [u8; 0],
}

/// The end of a call of a host function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Its value is in the window's first register.
    Done,
    /// It failed; the VM knows why.
    Failed,
}

/// A function of the host: it gets the VM, the index of its window's first register on the stack, the number of its
/// arguments, and what its entry has for it. The arguments are in the registers after the first, which becomes the value.
///
/// # Safety
/// Only the VM calls it, with its own address, the window of a host function's frame that is the current one, and as many
/// arguments as the entry's arity allows.
pub(crate) type RawFn = unsafe fn(vm: *mut OpaqueVm, window: usize, argc: usize, data: *const ()) -> Status;

/// What a method does if it needs neither a frame nor memory nor fuel: it gets the VM, the receiver and the argument, nil
/// without one. The answer is `undefined`, and nothing has changed, if more is needed.
///
/// # Safety
/// Only the VM calls it, with its own address, for a call with as many arguments as the entry says.
pub(crate) type RawLook = unsafe fn(vm: *mut OpaqueVm, receiver: Value, argument: Value) -> Value;

/// The most arguments of a call, and so the most that a function without a limit takes.
const MOST_ARGUMENTS: u16 = u16::MAX;

/// The number of arguments that a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arity {
    least: u8,
    /// The most arguments; [`MOST_ARGUMENTS`] without a limit.
    most: u16,
}

impl Arity {
    /// Exactly `count` arguments.
    #[must_use]
    pub const fn exactly(count: u8) -> Arity {
        Arity { least: count, most: count as u16 }
    }

    /// This many or more.
    #[must_use]
    pub const fn at_least(count: u8) -> Arity {
        Arity { least: count, most: MOST_ARGUMENTS }
    }

    /// From `least` to `most`.
    #[must_use]
    pub const fn between(least: u8, most: u8) -> Arity {
        Arity { least, most: most as u16 }
    }

    /// The least number of arguments.
    #[must_use]
    pub const fn least(self) -> u8 {
        self.least
    }

    /// The most arguments; none without a limit.
    #[must_use]
    pub const fn most(self) -> Option<u8> {
        if self.most == MOST_ARGUMENTS { None } else { Some(self.most as u8) }
    }

    /// Parameters that have a name, whether or not there is an argument for them.
    pub(crate) fn named(self) -> usize {
        usize::from(self.most().unwrap_or(self.least))
    }

    /// As [`accepts`](Arity::accepts), for a call with arguments of a list.
    pub(crate) fn accepts_count(self, count: usize) -> bool {
        (usize::from(self.least)..=usize::from(self.most)).contains(&count)
    }

    /// Whether a function takes `count` arguments.
    #[must_use]
    pub fn accepts(self, count: u8) -> bool {
        self.accepts_count(usize::from(count))
    }
}

/// As in `Expected 2 arguments`: the number with what qualifies it.
impl fmt::Display for Arity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most() {
            None => write!(f, "at least {}", self.least),
            Some(most) if most == self.least => write!(f, "{most}"),
            Some(most) => write!(f, "{} to {most}", self.least),
        }
    }
}

/// A function of the host: name, arity, documentation and Rust function.
#[derive(Clone, Copy)]
pub struct Entry {
    name: &'static str,
    arity: Arity,
    doc: &'static str,
    call: RawFn,
    data: *const (),
    /// The number of arguments, at most one, and the look for calls with so many.
    look: Option<(u8, RawLook)>,
}

// SAFETY: `data` is what `new` was given, which is shared by all that use the entry.
unsafe impl Sync for Entry {}

impl Entry {
    /// An entry for a raw function.
    ///
    /// # Safety
    /// `call` may be called from any thread with `data`.
    pub(crate) const unsafe fn new(
        name: &'static str,
        arity: Arity,
        doc: &'static str,
        call: RawFn,
        data: *const (),
    ) -> Entry {
        Entry { name, arity, doc, call, data, look: None }
    }

    /// The same with a look, for calls with `argc` arguments, at most one.
    ///
    /// # Safety
    /// `look` may be called from any thread.
    pub(crate) const unsafe fn with_look(self, argc: u8, look: RawLook) -> Entry {
        assert!(argc <= 1, "a look gets one argument at most");
        Entry { look: Some((argc, look)), ..self }
    }

    /// The look for calls with so many arguments.
    #[inline]
    pub(crate) fn look(&self, argc: u8) -> Option<RawLook> {
        self.look.and_then(|(takes, look)| (takes == argc).then_some(look))
    }

    /// Its name in scripts.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The number of arguments that it takes.
    #[must_use]
    pub fn arity(&self) -> Arity {
        self.arity
    }

    /// Its documentation: parameters, a colon, and a sentence.
    #[must_use]
    pub fn doc(&self) -> &'static str {
        self.doc
    }

    /// Calls it.
    ///
    /// # Safety
    /// As for [`RawFn`].
    pub(crate) unsafe fn call(&self, vm: *mut OpaqueVm, window: usize, argc: usize) -> Status {
        // SAFETY: passed on from the caller; `data` is the entry's.
        unsafe { (self.call)(vm, window, argc, self.data) }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("name", &self.name).field("arity", &self.arity).finish_non_exhaustive()
    }
}

/// A module of the host: functions that scripts import by its name, which has no dot.
#[derive(Clone, Copy, Debug)]
pub struct HostModule {
    name: &'static str,
    functions: &'static [Entry],
}

impl HostModule {
    /// A module with these functions.
    #[must_use]
    pub const fn new(name: &'static str, functions: &'static [Entry]) -> HostModule {
        HostModule { name, functions }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Its functions.
    #[must_use]
    pub const fn functions(&self) -> &'static [Entry] {
        self.functions
    }

    /// Whether it has a function with that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.functions.iter().any(|function| function.name() == name)
    }
}
