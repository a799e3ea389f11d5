//! Kinds of fault: one row for each.

macro_rules! fault_kinds {
    ($($(#[doc = $doc:literal])* $kind:ident $name:literal $error:ident $catch:ident $sentence:literal;)*) => {
        /// A kind of fault, without operands.
        #[cfg_attr(not(feature = "texts"), allow(dead_code, reason = "kinds that scripts alone throw are found by name"))]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::interp) enum FaultKind { $($(#[doc = $doc])* $kind,)* }

        impl FaultKind {
            /// Name in scripts.
            pub(super) fn name(self) -> &'static str {
                match self { $(FaultKind::$kind => $name,)* }
            }

            /// The kind of fault that scripts may catch with a name.
            #[cfg(feature = "texts")]
            pub(super) fn named(name: &str) -> Option<FaultKind> {
                let mut all = [$(FaultKind::$kind),*].into_iter();
                all.find(|kind| kind.is_catchable() && *kind != FaultKind::Thrown && kind.name() == name)
            }

            /// The error kind for hosts.
            pub(super) fn error(self) -> ErrorKind {
                match self { $(FaultKind::$kind => ErrorKind::$error,)* }
            }

            /// Whether a script may catch a fault of this kind.
            pub(in crate::interp) fn is_catchable(self) -> bool {
                match self { $(FaultKind::$kind => catchable!($catch),)* }
            }

            /// The message of a fault without operands, and of any fault without memory for a longer text.
            pub(super) fn sentence(self) -> &'static str {
                match self { $(FaultKind::$kind => sentence!($name $sentence),)* }
            }
        }
    };
}

macro_rules! catchable {
    (catch) => {
        true
    };
    (pass) => {
        false
    };
}

/// Without the feature `texts`, the message is the name.
#[cfg(feature = "texts")]
macro_rules! sentence {
    ($name:literal $sentence:literal) => {
        $sentence
    };
}
#[cfg(not(feature = "texts"))]
macro_rules! sentence {
    ($name:literal $sentence:literal) => {
        $name
    };
}

fault_kinds! {
    /// A value whose type is wrong for an operation.
    Type "Type" Script catch "Wrong type.";
    /// A value of the right type that an operation does not take.
    Value "Value" Script catch "Wrong value.";
    /// An index that nothing is at.
    Index "Index" Script catch "Wrong index.";
    /// A key that a map does not have.
    Key "Key" Script catch "No such key.";
    /// A value that no arm of a `match` fits.
    Match "Match" Script catch "No arm matches.";
    /// A change of what never changes.
    Frozen "Frozen" Script catch "Frozen.";
    /// A loop over what changed meanwhile.
    Iteration "Iteration" Script catch "Changed in a loop.";
    /// A fiber that cannot go on, or cannot yield.
    Fiber "Fiber" Script catch "Wrong use of a fiber.";
    /// No such variable.
    Name "Name" Script catch "Undefined variable.";
    /// No such field or method.
    Property "Property" Script catch "Undefined property.";
    /// A wrong number of arguments.
    Arity "Arity" Script catch "Wrong number of arguments.";
    /// An assertion of a script that does not hold.
    Assert "Assert" Script catch "Assertion failed.";
    /// A text that a function of the library cannot read.
    Parse "Parse" Script catch "Cannot read the text.";
    /// What the system refuses to a function of the host.
    Io "Io" Script catch "The system refused something.";
    /// A value thrown by a script or a function of the host.
    Thrown "Error" Script catch "Uncaught.";
    /// A string longer than the limit.
    Size "Size" Script catch "String too long.";
    /// Too many nested calls.
    Stack "Stack" StackOverflow catch "Stack overflow.";
    /// The memory limit is reached, or the host has no more.
    Memory "Memory" OutOfMemory catch "Out of memory.";
    /// A module that did not run to its end.
    Import "Import" Script catch "A module was not run to its end.";
    /// A script of another VM.
    WrongVm "Host" WrongVm catch "This script belongs to another machine.";
    /// The host could not write what the script printed.
    Output "Output" Output pass "Cannot write output.";
    /// A callback of the host panicked.
    Panic "Panic" Panic pass "A callback of the host panicked.";
    /// The fuel is used up where no run can be resumed.
    Fuel "Fuel" Fuel pass "The fuel is used up below a function of the host.";
    /// An interrupt where no run can be resumed.
    Interrupted "Interrupted" Interrupted pass "Interrupted below a function of the host.";
    /// Verified bytecode that no compiler makes.
    Bytecode "Bytecode" Script pass "Bytecode error: wrong kind of value.";
    /// No error: `Vm::stop` holds the reason of the stop.
    Stopped "Stopped" Script pass "Stopped.";
}

/// The sorts of run-time error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The memory limit is reached, or the host has no more.
    OutOfMemory,
    /// Too many nested calls.
    StackOverflow,
    /// The host could not write what the script printed.
    Output,
    /// A callback of the host panicked, and its [guard](crate::platform::PanicGuard) did not resume the panic.
    Panic,
    /// The fuel was used up in a script that a function of the host called: it cannot be resumed.
    Fuel,
    /// The host interrupted a script that a function of the host called: it cannot be resumed.
    Interrupted,
    /// A script of another VM.
    WrongVm,
    /// The script failed.
    Script,
}
