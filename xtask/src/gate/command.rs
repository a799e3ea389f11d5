//! Commands with a deadline. Each gate has its own target folder.

use std::env;
use std::ffi::OsStr;
use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The folder and the deadline of a gate's commands.
pub(super) struct Runner<'a> {
    pub(super) root: &'a Path,
    pub(super) gate: &'static str,
    pub(super) deadline: Instant,
}

impl Runner<'_> {
    /// The cargo that runs xtask.
    pub(super) fn cargo(&self) -> Cargo {
        self.with(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())))
    }

    /// The cargo of a toolchain that rustup has.
    pub(super) fn cargo_of(&self, toolchain: &str) -> Cargo {
        let mut command = Command::new("rustup");
        command.args(["run", toolchain, "cargo"]);
        // This variable holds the toolchain that runs xtask.
        command.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTC").env_remove("RUSTDOC");
        self.with(command)
    }

    /// A program other than cargo.
    pub(super) fn program(&self, name: &str) -> Cargo {
        self.with(Command::new(name))
    }

    fn with(&self, mut command: Command) -> Cargo {
        command.current_dir(self.root);
        let gates = self.gates();
        Cargo { command, deadline: self.deadline, gates }.target_dir(self.gate)
    }

    /// The folder of this gate.
    pub(super) fn folder(&self) -> PathBuf {
        self.gates().join(self.gate)
    }

    fn gates(&self) -> PathBuf {
        self.target_dir().join("gate")
    }

    /// The target folder that a person uses.
    pub(super) fn target_dir(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), |dir| self.root.join(dir))
    }
}

/// A run of cargo.
pub(super) struct Cargo {
    command: Command,
    deadline: Instant,
    gates: PathBuf,
}

impl Cargo {
    pub(super) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Cargo {
        self.command.args(args);
        self
    }

    pub(super) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Cargo {
        self.command.env(name, value);
        self
    }

    pub(super) fn current_dir(mut self, dir: &Path) -> Cargo {
        self.command.current_dir(dir);
        self
    }

    /// Builds in a target folder with this name, beside those of the other gates.
    pub(super) fn target_dir(mut self, name: &str) -> Cargo {
        let dir = if name == ".." { self.gates.with_file_name("") } else { self.gates.join(name) };
        self.command.env("CARGO_TARGET_DIR", dir);
        self
    }

    /// Runs the command. Fails if the command fails, or is not done at the deadline.
    pub(super) fn run(mut self) -> Result<(), String> {
        let shown = self.show();
        eprintln!("$ {shown}");
        // At a terminal, Ctrl-C must reach all processes, so they stay in one group. Elsewhere the command gets a
        // process group, so that it can be killed with all its children.
        let alone = !stdin().is_terminal();
        #[cfg(unix)]
        if alone {
            std::os::unix::process::CommandExt::process_group(&mut self.command, 0);
        }
        let mut child = self.command.spawn().map_err(|error| format!("{shown}: {error}"))?;
        let status = if alone {
            wait_until(&mut child, self.deadline)
        } else {
            child.wait().map(Some).map_err(|error| error.to_string())
        };
        match status? {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(format!("{shown}: {status}")),
            None => Err(format!("{shown}: stopped, it took too long")),
        }
    }

    /// Runs the command and returns its output. Without a deadline, so only for commands that build nothing.
    pub(super) fn stdout(mut self) -> Result<String, String> {
        let shown = self.show();
        eprintln!("$ {shown}");
        let output = self.command.stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| format!("{shown}: {error}"))?;
        if !output.status.success() {
            return Err(format!("{shown}: {}", output.status));
        }
        String::from_utf8(output.stdout).map_err(|error| format!("{shown}: {error}"))
    }

    /// The command line, without the target folder.
    fn show(&self) -> String {
        let mut words = Vec::new();
        for (name, value) in self.command.get_envs() {
            if let Some(value) = value.filter(|_| name != "CARGO_TARGET_DIR") {
                words.push(format!("{}={}", name.to_string_lossy(), value.to_string_lossy()));
            }
        }
        let program = Path::new(self.command.get_program()).file_name().unwrap_or_default();
        words.push(program.to_string_lossy().into_owned());
        words.extend(self.command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
        words.join(" ")
    }
}

/// The status of a child that ends before the deadline. Otherwise kills its process group and returns `None`.
fn wait_until(child: &mut Child, deadline: Instant) -> Result<Option<ExitStatus>, String> {
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            let group = format!("-{}", child.id());
            let killed = Command::new("kill").args(["-KILL", "--", &group]).status();
            if !killed.is_ok_and(|status| status.success()) {
                child.kill().map_err(|error| error.to_string())?;
            }
            child.wait().map_err(|error| error.to_string())?;
            return Ok(None);
        }
        sleep(Duration::from_millis(100));
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(script: &str, milliseconds: u64) -> Result<(), String> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let deadline = Instant::now() + Duration::from_millis(milliseconds);
        Cargo { command, deadline, gates: PathBuf::new() }.run()
    }

    #[test]
    fn failures_are_told() {
        assert_eq!(run("exit 0", 60_000), Ok(()));
        assert!(run("exit 3", 60_000).is_err_and(|error| error.ends_with("exit status: 3")));
    }

    #[test]
    fn what_hangs_is_stopped() {
        if stdin().is_terminal() {
            return;
        }
        let start = Instant::now();
        assert!(run("sleep 600 & wait", 300).is_err_and(|error| error.ends_with("took too long")));
        assert!(start.elapsed() < Duration::from_secs(60));
    }
}
