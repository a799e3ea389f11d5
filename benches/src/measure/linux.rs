//! Measuring on Linux.
//!
//! CPU time is the difference of `getrusage(RUSAGE_CHILDREN)` around a child, the only one there is.
//! Its `ru_maxrss` is of no use for small engines: a child starts out with the pages of whoever spawned it,
//! and they count. So a watched run waits at its gate (a shell reading one line), is attached to, replaces
//! itself by the engine, and is stopped on its way out, when `/proc/PID/status` still has the high-water mark
//! of the engine's own address space.

use std::io::{self, Write as _};
use std::process::{Child, Command, Stdio};

use nix::libc::PTRACE_EVENT_EXIT;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::ptrace;
use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeValLike as _;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;

use super::End;
use crate::engine::Engine;

/// What the system says of a child that has ended.
pub(crate) struct Outcome {
    /// How it ended.
    pub(super) end: End,
    /// User and system time.
    pub(super) cpu_seconds: f64,
    /// Peak of resident memory, if it was watched.
    pub(super) peak_kib: Option<u64>,
}

/// Binds this process, and so its children, to one CPU: the given one or the last it may use. Says which.
pub(crate) fn pin(cpu: Option<usize>) -> io::Result<Option<usize>> {
    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this)?;
    let last = || (0..CpuSet::count()).rev().find(|&cpu| allowed.is_set(cpu).unwrap_or(false));
    let Some(cpu) = cpu.or_else(last) else { return Ok(None) };
    let mut only = CpuSet::new();
    only.set(cpu)?;
    sched_setaffinity(this, &only)?;
    Ok(Some(cpu))
}

/// Limits the CPU time of every child from now on.
pub(crate) fn limit_cpu(seconds: u64) -> io::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_CPU)?;
    setrlimit(Resource::RLIMIT_CPU, seconds.min(hard), hard)?;
    Ok(())
}

/// Runs a command to its end.
pub(super) fn run(command: &mut Command) -> io::Result<Outcome> {
    timed(|| {
        let child = command.spawn()?;
        Ok((wait(pid_of(&child)?)?, None))
    })
}

/// A command that waits for a line on standard input and then becomes the engine.
pub(super) fn gated(engine: &Engine) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"read -r _ && exec "$0" "$@""#]).arg(&engine.program).args(&engine.arguments);
    command.stdin(Stdio::piped());
    command
}

/// Runs a gated command to its end, with a look at its memory just before.
pub(super) fn run_watched(command: &mut Command) -> io::Result<Outcome> {
    timed(|| {
        let mut child = command.spawn()?;
        let pid = pid_of(&child)?;
        // Where tracing is forbidden, the run goes on without a peak.
        let traced = ptrace::seize(pid, ptrace::Options::PTRACE_O_TRACEEXIT).is_ok();
        if let Some(mut gate) = child.stdin.take() {
            gate.write_all(b"\n")?;
        }
        if traced { wait_traced(pid) } else { Ok((wait(pid)?, None)) }
    })
}

/// Adds the CPU time of the children that end meanwhile.
fn timed(body: impl FnOnce() -> io::Result<(End, Option<u64>)>) -> io::Result<Outcome> {
    let before = children_cpu_seconds()?;
    let (end, peak_kib) = body()?;
    Ok(Outcome { end, cpu_seconds: children_cpu_seconds()? - before, peak_kib })
}

fn children_cpu_seconds() -> io::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let microseconds = (usage.user_time() + usage.system_time()).num_microseconds();
    #[expect(clippy::cast_precision_loss, reason = "2^53 microseconds are 285 years")]
    let seconds = microseconds as f64 / 1e6;
    Ok(seconds)
}

fn pid_of(child: &Child) -> io::Result<Pid> {
    i32::try_from(child.id()).map(Pid::from_raw).map_err(io::Error::other)
}

fn wait(pid: Pid) -> io::Result<End> {
    loop {
        if let Some(end) = end_of(waitpid(pid, None)?) {
            return Ok(end);
        }
    }
}

/// Lets a traced child run to its end; signals that stop it for us go on to it.
fn wait_traced(pid: Pid) -> io::Result<(End, Option<u64>)> {
    let mut peak = None;
    loop {
        match waitpid(pid, None)? {
            WaitStatus::PtraceEvent(_, _, event) => {
                if event == PTRACE_EVENT_EXIT {
                    peak = high_water_kib(pid);
                }
                ptrace::cont(pid, None)?;
            }
            WaitStatus::Stopped(_, signal) => ptrace::cont(pid, signal)?,
            status => {
                if let Some(end) = end_of(status) {
                    return Ok((end, peak));
                }
            }
        }
    }
}

fn end_of(status: WaitStatus) -> Option<End> {
    match status {
        WaitStatus::Exited(_, code) => Some(End::Code(code)),
        WaitStatus::Signaled(_, signal, _) => Some(End::Signal(signal.to_string())),
        _ => None,
    }
}

fn high_water_kib(pid: Pid) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim_end().parse().ok()
}
