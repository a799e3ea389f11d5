//! One line for each error, for editors and build logs.

use std::fmt;

use super::record::Report;
use super::stack;

/// Displays reports as `file:line:column: error: message`, with calls and help below, indented.
#[derive(Clone, Copy, Debug)]
pub struct Short<'a> {
    /// What happened.
    pub reports: &'a [Report<'a>],
}

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for report in self.reports {
            if let Some(place) = &report.place {
                write!(f, "{place}: ")?;
            }
            writeln!(f, "error: {}", report.message)?;
            for entry in stack::shown(&report.frames) {
                writeln!(f, "    {entry}")?;
            }
            for import in &report.imported {
                writeln!(f, "    imported at {import}")?;
            }
            for cause in &report.causes {
                writeln!(f, "    caused by: {cause}")?;
            }
            for help in &report.help {
                writeln!(f, "    help: {help}")?;
            }
        }
        Ok(())
    }
}
