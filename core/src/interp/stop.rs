//! The reasons for which the machine stops.

use super::RuntimeError;

/// The reason for which the machine stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Done,
    Fuel,
    Interrupt,
    Error(RuntimeError),
    /// To continue in another tier.
    Switch,
}
