//! Starts the program as a process.

use std::env::consts::ARCH;

/// The command that starts the program: with the emulator, if cargo runs these tests for another processor.
pub(crate) fn program() -> Vec<String> {
    let runner = format!("CARGO_TARGET_{}_UNKNOWN_LINUX_GNU_RUNNER", ARCH.to_uppercase());
    let runner = std::env::var(runner).ok().filter(|_| cfg!(target_os = "linux")).unwrap_or_default();
    let program = env!("CARGO_BIN_EXE_siskin");
    runner.split_whitespace().chain([program]).map(str::to_owned).collect()
}
