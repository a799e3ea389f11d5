//! Why the machine stops.

use super::RuntimeError;

/// Why the machine stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Done,
    Fuel,
    Interrupt,
    Error(RuntimeError),
    /// To go on in another tier.
    Switch,
}
