//! Why the machine stops.

use super::RuntimeError;

/// Why the machine stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Done,
    Fuel,
    Interrupt,
    Error(RuntimeError),
    /// To continue in another tier.
    Switch,
}
