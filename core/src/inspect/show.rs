//! Values with what is in them.

use core::fmt;

use super::ValueView;
use crate::object::{Limits, Show};

/// How much a tool shows of a value, if it says nothing else.
const LIMITS: Limits =
    Limits { depth: 6, items: 100, string: 400, total: 4000, width: usize::MAX, decimals: true };

/// Displays a value as the language reads it, with what is in it.
///
/// Text is in quotes, with escapes for what is invisible. What is in a value is shown six levels deep, and cut when it is long:
/// `[1, 2, ... 98 more]`. An object inside itself is `[...]`, `#{...}` or `Node {...}`. No script runs, so `operator string` does not
/// count, and nothing is allocated.
///
/// # Examples
/// ```
/// use siskin_core::platform::HostIo;
/// use siskin_core::{Dialect, Options, Vm};
/// # use siskin_core::testing::{Nothing, SYSTEM};
/// let mut vm = Vm::new(SYSTEM, Options::default())?;
/// let script = vm.load(r#"#{ name: "Ada", born: [1815, 12, 10] }"#, Dialect::Siskin)?;
/// vm.start(script)?;
/// vm.run(None, &mut HostIo::new(&mut Nothing).clock(&Nothing));
/// let shown = vm.result().shown();
/// assert_eq!(shown.to_string(), r#"#{ name: "Ada", born: [1815, 12, 10] }"#);
/// assert_eq!(shown.longest(15).to_string(), r#"#{ name: "Ada", born: [... 3 more] }"#);
/// assert_eq!(shown.width(30).to_string(), "#{\n  name: \"Ada\",\n  born: [1815, 12, 10]\n}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Shown<'v> {
    value: ValueView<'v>,
    limits: Limits,
}

impl<'v> Shown<'v> {
    pub(super) fn new(value: ValueView<'v>) -> Shown<'v> {
        Shown { value, limits: LIMITS }
    }

    /// In lines of about that many columns; without this, in one line.
    #[must_use]
    pub fn width(mut self, columns: usize) -> Shown<'v> {
        self.limits.width = columns;
        self
    }

    /// About so many characters in all, and two thirds of that of a string; without this, 4,000 and 400.
    #[must_use]
    pub fn longest(mut self, characters: usize) -> Shown<'v> {
        self.limits.total = characters;
        self.limits.string = (characters / 3 * 2).min(LIMITS.string);
        self
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shown { value, limits } = *self;
        Show { value: value.value, shapes: &value.vm.context.heap.shapes, limits }.fmt(f)
    }
}
