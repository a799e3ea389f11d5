//! One run of one engine on one script: its output, its CPU time, its peak memory.
//!
//! Two kinds of run, so that looking does not disturb timing: [`Bench::time`] only takes CPU time;
//! [`Bench::watch`] finds the peak of resident memory. Linux has both and can pin and limit; elsewhere
//! (`other.rs`) time is wall-clock time and the rest is left out.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
use linux as os;
#[cfg(not(target_os = "linux"))]
use other as os;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::engine::{Engine, Language};
use crate::error::{Result, at};

pub(crate) use os::{limit_cpu, pin};

/// How a child came to its end.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It exited with this code.
    Code(i32),
    /// A signal ended it.
    Signal(String),
}

/// What one run gave.
#[derive(Debug)]
pub(crate) struct Run {
    /// User and system time together, in seconds.
    pub(crate) cpu_seconds: f64,
    /// Peak of resident memory in KiB; only a watched run knows it.
    pub(crate) peak_kib: Option<u64>,
    /// What it printed.
    pub(crate) output: String,
    /// Why the run does not count, if it does not.
    pub(crate) fault: Option<String>,
}

/// A place to run scripts in: a folder of its own for empty scripts and what children print.
pub(crate) struct Bench {
    folder: PathBuf,
}

impl Bench {
    /// Makes the folder, and the empty scripts in it.
    pub(crate) fn new() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("siskin-benches-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| at(&folder, &error))?;
        let bench = Self { folder };
        for language in [Language::Lox, Language::Lua, Language::JavaScript] {
            let script = bench.empty_script(language);
            std::fs::write(&script, "").map_err(|error| at(&script, &error))?;
        }
        Ok(bench)
    }

    /// A script that does nothing.
    pub(crate) fn empty_script(&self, language: Language) -> PathBuf {
        self.folder.join("empty").with_extension(language.extension())
    }

    /// Runs a script for its CPU time.
    pub(crate) fn time(&self, engine: &Engine, script: &Path) -> Result<Run> {
        let mut command = Command::new(&engine.program);
        command.args(&engine.arguments).arg(script).stdin(Stdio::null());
        self.finish(&mut command, engine, os::run)
    }

    /// Runs a script for its peak of memory. The time it gives includes a shell's.
    pub(crate) fn watch(&self, engine: &Engine, script: &Path) -> Result<Run> {
        let mut command = os::gated(engine);
        command.arg(script);
        self.finish(&mut command, engine, os::run_watched)
    }

    /// Runs the command with its output going to files, then reads them.
    fn finish(
        &self,
        command: &mut Command,
        engine: &Engine,
        run: fn(&mut Command) -> std::io::Result<os::Outcome>,
    ) -> Result<Run> {
        let stdout = self.folder.join("stdout");
        let stderr = self.folder.join("stderr");
        let create = |path: &Path| File::create(path).map_err(|error| at(path, &error));
        command.stdout(create(&stdout)?).stderr(create(&stderr)?);
        let outcome = run(command).map_err(|error| at(&engine.program, &error))?;
        let read = |path: &Path| -> Result<String> {
            let bytes = std::fs::read(path).map_err(|error| at(path, &error))?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let complaint =
            || -> Result<String> { Ok(read(&stderr)?.lines().next().unwrap_or_default().to_owned()) };
        let fault = match outcome.end {
            End::Code(0) => None,
            End::Code(code) => Some(format!("exit code {code}: {}", complaint()?)),
            End::Signal(signal) => Some(format!("ended by {signal} {}", complaint()?)),
        };
        Ok(Run {
            cpu_seconds: outcome.cpu_seconds,
            peak_kib: outcome.peak_kib,
            output: read(&stdout)?,
            fault: fault.map(|text| text.trim_end_matches([' ', ':']).to_owned()),
        })
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A folder that can't be removed is left to whoever tidies the temporary directory.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Engine {
        Engine {
            label: "sh".to_owned(),
            language: Language::Lox,
            program: PathBuf::from("/bin/sh"),
            arguments: vec!["-c".into(), script.into()],
            version: None,
        }
    }

    #[test]
    fn output_time_and_memory_of_a_child() {
        let bench = Bench::new().expect("a temporary folder");
        let script = bench.empty_script(Language::Lox);
        let engine = shell("i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done; echo $i");
        let run = bench.time(&engine, &script).expect("it runs");
        assert_eq!((run.output.as_str(), run.fault), ("20000\n", None));
        assert!(run.cpu_seconds > 0.0 && run.cpu_seconds < 10.0, "{}", run.cpu_seconds);

        let run = bench.watch(&engine, &script).expect("it runs");
        assert_eq!((run.output.as_str(), run.fault), ("20000\n", None));
        #[cfg(target_os = "linux")]
        assert!(run.peak_kib.is_some_and(|kib| kib > 100), "{:?}", run.peak_kib);

        let run = bench.time(&shell("echo oh no >&2; exit 7"), &script).expect("it runs");
        assert_eq!(run.fault.as_deref(), Some("exit code 7: oh no"));
        let run = bench.watch(&shell("exit 7"), &script).expect("it runs");
        assert_eq!(run.fault.as_deref(), Some("exit code 7"));
        #[cfg(unix)]
        {
            let run = bench.time(&shell("kill -TERM $$"), &script).expect("it runs");
            assert_eq!(run.fault.as_deref(), Some("ended by SIGTERM"));
            let run = bench.watch(&shell("kill -TERM $$"), &script).expect("it runs");
            assert_eq!(run.fault.as_deref(), Some("ended by SIGTERM"));
        }
    }
}
