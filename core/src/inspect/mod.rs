//! Views of a VM that is not running, for tools: values, functions with their inline caches and machine code, the heap.
//!
//! ```text
//!   Vm ──result, global(s)──> ValueView ──kind──> numbers, text, InstanceView, ClassView, FunctionView
//!    │                        FunctionView ──> Unit (bytecode), NativeState, CacheView per property instruction
//!    │                        ValueView ──shown──> text, cut where it is long
//!    └──census──────────────> Census: objects by kind
//! ```
//!
//! A view borrows the VM, so while there is a view, no script runs and nothing is collected.

mod census;
mod function;
#[cfg(feature = "native")]
mod native;
mod show;
mod string;
mod value;

#[cfg(test)]
mod tests;

pub use census::{Census, Population};
pub use function::{CacheClass, CacheEntry, CacheTarget, CacheView, FunctionView};
#[cfg(feature = "native")]
pub use native::NativeState;
pub use show::Shown;
pub use string::StringView;
pub use value::{ClassView, InstanceView, MethodView, ValueKind, ValueView};

use crate::entry::Entry;
use crate::globals::ModuleId;
use crate::interp::Vm;
use crate::mem::OutOfMemory;
use crate::object::BuiltinClass;
pub use crate::text::is_invisible;

impl Vm {
    /// The value that the last run that was [`Done`](crate::Outcome::Done) ended with: its script's last expression, if
    /// that has no semicolon, else nil.
    ///
    /// # Examples
    /// ```
    /// use siskin_core::platform::HostIo;
    /// use siskin_core::{Dialect, Options, Vm};
    /// # use siskin_core::testing::{Nothing, SYSTEM};
    /// let mut vm = Vm::new(SYSTEM, Options::default())?;
    /// let script = vm.load("let a = 6; a * 7", Dialect::Siskin)?;
    /// vm.start(script)?;
    /// vm.run(None, &mut HostIo::new(&mut Nothing).clock(&Nothing));
    /// assert_eq!(vm.result().to_string(), "42");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn result(&self) -> ValueView<'_> {
        ValueView::new(self.result, self)
    }

    /// Makes the [`result`](Vm::result) the value of a global.
    ///
    /// # Errors
    /// When memory is out.
    pub fn bind_result(&mut self, name: &str) -> Result<(), OutOfMemory> {
        let index =
            self.intern(name.as_bytes()).and_then(|name| self.global_index(ModuleId::HOST, name, false));
        self.resume_panic();
        let index = index?;
        self.before_change(index);
        self.globals.set(index, self.result, &mut self.context.heap);
        Ok(())
    }

    /// The names of the functions and types that scripts find without a declaration. Each becomes a global when a program first names
    /// it.
    pub fn library(&self) -> impl Iterator<Item = &'static str> {
        let types = BuiltinClass::ALL.into_iter().filter(|&class| class != BuiltinClass::Internal);
        self.library
            .globals()
            .map(Entry::name)
            .chain(self.library.scripted())
            .chain(types.map(BuiltinClass::name))
            .filter(|name| !self.leaves_out(name))
    }

    /// The methods of values of the built-in type with this name, those in Siskin only once a script has called one of a value of
    /// any such type.
    ///
    /// # Errors
    /// When memory is out.
    pub fn methods_of<'v>(
        &'v self,
        name: &str,
    ) -> Result<impl Iterator<Item = &'v str> + use<'v>, OutOfMemory> {
        let class = BuiltinClass::ALL.into_iter().find(|class| class.name() == name);
        let class = class.unwrap_or(BuiltinClass::Internal);
        let scripted = self.scripted_methods(class)?;
        let mut next = 0;
        let scripted = core::iter::from_fn(move || {
            next += 1;
            scripted.get(next - 1).copied()
        });
        let names = self.library.methods(class).iter().map(|entry| -> &'v str { entry.name() });
        Ok(names.chain(scripted))
    }

    /// The globals of texts that the host loaded which are defined, in the order in which they were first named.
    pub fn globals(&self) -> impl Iterator<Item = (&str, ValueView<'_>)> {
        let public = self.globals.iter(ModuleId::HOST).filter(|(name, _)| !is_private(name));
        public.map(|(name, value)| (name, ValueView::new(value, self)))
    }

    /// The global of that name, if it is defined.
    #[must_use]
    pub fn global_value(&self, name: &str) -> Option<ValueView<'_>> {
        let index = self.globals.find(ModuleId::HOST, self.context.heap.strings.find(name.as_bytes())?)?;
        self.globals.value(index).map(|value| ValueView::new(value, self))
    }
}

/// Whether a global is one that no text can name: one of the library, or an export of a module that is named by its module.
fn is_private(name: &str) -> bool {
    name.starts_with('$') || name.contains('.')
}
