//! Functions as native tiers see them, and their machine code.

use super::function::FunctionView;
use crate::object::Stage;
use crate::tier::Unit;

/// The state of a function in the native tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NativeState {
    /// Interpreted; it may be compiled later.
    Interpreted,
    /// It has machine code.
    Compiled {
        /// The address of the code.
        address: usize,
        /// The size of the code in bytes.
        len: usize,
    },
    /// Compilation was refused, and the function stays interpreted.
    Bailed,
}

impl<'v> FunctionView<'v> {
    /// The function as native tiers see it.
    #[must_use]
    pub fn unit(self) -> Unit<'v> {
        Unit::new(self.function, &self.vm.mem, &self.vm.globals, &self.vm.context.heap)
    }

    /// Its state in the native tier.
    #[must_use]
    pub fn native(self) -> NativeState {
        match (self.function.native.newest(), self.function.native.stage.get()) {
            (Some(span), _) => NativeState::Compiled { address: span.start.as_ptr().addr(), len: span.len },
            (None, Stage::Bailed) => NativeState::Bailed,
            (None, Stage::Interpreted { .. } | Stage::Requested | Stage::Compiled) => {
                NativeState::Interpreted
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::{ValueKind, ValueView};
    use crate::testing::SYSTEM;
    use crate::tier::Bail;
    use crate::{Dialect, Options, Vm};

    #[test]
    fn without_a_tier_nothing_compiles() {
        let mut vm = Vm::new(SYSTEM, Options::default()).unwrap();
        let script = vm.load("fn f() {}", Dialect::Siskin).unwrap();
        vm.start(script).unwrap();
        vm.run(None, &mut crate::platform::HostIo::new(&mut crate::testing::Nothing));
        let Some(ValueKind::Function(function)) = vm.global_value("f").map(ValueView::kind) else { panic!() };
        assert_eq!(function.native(), NativeState::Interpreted);
        let id = function.id();
        assert_eq!(vm.compile_now(id), Err(Bail::NoTier));
    }
}
