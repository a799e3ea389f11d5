//! Measuring where Linux' means are missing: wall-clock time, no peak of memory, no pinning, no limit.

use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::End;
use crate::engine::Engine;

/// What is known of a child that has ended.
pub(crate) struct Outcome {
    /// How it ended.
    pub(super) end: End,
    /// Wall-clock time, for want of better.
    pub(super) cpu_seconds: f64,
    /// Unknown here.
    pub(super) peak_kib: Option<u64>,
}

/// Can't pin; says so by naming no CPU.
pub(crate) fn pin(_cpu: Option<usize>) -> io::Result<Option<usize>> {
    Ok(None)
}

/// Can't limit.
pub(crate) fn limit_cpu(_seconds: u64) -> io::Result<()> {
    Ok(())
}

/// Runs a command to its end.
pub(super) fn run(command: &mut Command) -> io::Result<Outcome> {
    let start = Instant::now();
    let status = command.status()?;
    let end = status.code().map_or_else(|| End::Signal("a signal".to_owned()), End::Code);
    Ok(Outcome { end, cpu_seconds: start.elapsed().as_secs_f64(), peak_kib: None })
}

/// The engine as it is: there is nothing to watch.
pub(super) fn gated(engine: &Engine) -> Command {
    let mut command = Command::new(&engine.program);
    command.args(&engine.arguments).stdin(Stdio::null());
    command
}

/// The same as [`run`].
pub(super) fn run_watched(command: &mut Command) -> io::Result<Outcome> {
    run(command)
}
