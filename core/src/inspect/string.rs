//! The text of a string.

use core::fmt;

use crate::interp::Vm;
use crate::object::{Gc, Str};

/// The text of a string, which may lie in two parts.
///
/// # Examples
/// ```
/// use siskin_core::inspect::ValueKind;
/// use siskin_core::platform::HostIo;
/// use siskin_core::{Dialect, Options, Vm};
/// # use siskin_core::testing::{Nothing, SYSTEM};
/// let mut vm = Vm::new(SYSTEM, Options::default())?;
/// let script = vm.load(r#""sis" + "kin""#, Dialect::Siskin)?;
/// vm.start(script)?;
/// vm.run(None, &mut HostIo::new(&mut Nothing).clock(&Nothing));
/// let ValueKind::Str(text) = vm.result().kind() else { panic!("a string") };
/// assert_eq!(text.to_string(), "siskin");
/// assert_eq!(text.chars().count(), 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct StringView<'v> {
    parts: [&'v str; 2],
}

impl<'v> StringView<'v> {
    pub(super) fn new(string: Gc<Str>, _: &'v Vm) -> StringView<'v> {
        // SAFETY: every safepoint borrows the VM mutably, so there is none while this borrow lasts.
        StringView { parts: unsafe { string.parts_for() } }
    }

    /// The text in two parts; the second is most often empty.
    #[must_use]
    pub fn parts(self) -> [&'v str; 2] {
        self.parts
    }

    /// The characters.
    pub fn chars(self) -> impl Iterator<Item = char> + 'v {
        self.parts.into_iter().flat_map(str::chars)
    }
}

impl fmt::Display for StringView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| f.write_str(part))
    }
}

impl fmt::Debug for StringView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StringView({self})")
    }
}
