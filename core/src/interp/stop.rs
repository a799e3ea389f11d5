//! The reasons for which the machine stops.

use super::RuntimeError;

/// The reason for which the machine stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Done,
    Fuel,
    Interrupt,
    Error(RuntimeError),
    /// A fault, in `Vm::fault`, leaves the script that a function of the host called: further down it is caught.
    Unwind,
    /// To continue in another tier.
    Switch,
}
