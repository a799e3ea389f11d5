//! How long a script holds its host: runs it in slices of 100 units of fuel, times each, and prints the longest.
//!
//! ```text
//! cargo bench -p siskin-benches --bench latency -- examples/fibonacci.sk
//! cargo bench -p siskin-benches --bench latency -- --case frames --size 1000000 --max-depth 1100000 --stats
//! cargo bench -p siskin-benches --bench latency -- --case returns --interrupt 7
//! cargo bench -p siskin-benches --bench latency -- --help
//! ```
//!
//! A slice is short, so what takes long in one is the engine's doing: a step of the collector, a table or stack that
//! grows, a long string. Time is that of the thread on a processor, so other programs do not count; `--wall` takes the
//! clock on the wall. Of several rounds, each slice's least time counts: what differs from round to round is the
//! machine's doing. Loading is timed as one piece.
//!
//! With `--interrupt` the script runs in one slice, and what is timed is how long each of its interrupts waits: on the
//! wall, in one round.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use siskin::diagnostics::Traceback;
use siskin::io::SystemClock;
use siskin::platform::{Clock, Output, OutputError};
use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Stats, Vm, native};

#[path = "latency/cases.rs"]
mod cases;
#[path = "latency/interrupts.rs"]
mod interrupts;

use cases::Case;

#[derive(Parser)]
#[command(about = "Times every slice of a script, as its host sees it, and prints the longest")]
struct Args {
    /// Scripts: *.lox is Lox, all else Siskin
    files: Vec<PathBuf>,
    /// Scripts that are made
    #[arg(long, value_enum)]
    case: Vec<Case>,
    /// How large made scripts are, in their own measure
    #[arg(long)]
    size: Option<usize>,
    /// Units of fuel in a slice
    #[arg(long, default_value_t = 100)]
    slice: u64,
    /// Units of fuel after which a script is left
    #[arg(long, default_value_t = 50_000_000)]
    fuel: u64,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Milliseconds after which another thread interrupts the script, again and again; 1,000 times at most
    #[arg(long, value_name = "MS")]
    interrupt: Option<u64>,
    /// Bytes that a VM may hold; k, m and g multiply by 1,024
    #[arg(long, value_parser = bytes)]
    memory: Option<usize>,
    /// Calls that may be active at once
    #[arg(long)]
    max_depth: Option<u32>,
    #[arg(long, value_enum, default_value_t = Tier::Baseline)]
    tier: Tier,
    /// Time on the wall, not on the processor
    #[arg(long)]
    wall: bool,
    /// What the collector says of itself, and the longest slices one by one
    #[arg(long)]
    stats: bool,
    /// What `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Tier {
    Interp,
    Baseline,
}

fn bytes(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.as_bytes().last() {
        Some(b'k') => (&text[..text.len() - 1], 10),
        Some(b'm') => (&text[..text.len() - 1], 20),
        Some(b'g') => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    let number: usize = digits.parse().map_err(|_| format!("not a number of bytes: {text}"))?;
    number.checked_mul(1 << shift).ok_or_else(|| format!("too many bytes: {text}"))
}

/// A script and what it is called.
struct Script {
    name: String,
    text: String,
    dialect: Dialect,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let mut scripts = Vec::new();
    for file in &args.files {
        let dialect =
            if file.extension().is_some_and(|end| end == "lox") { Dialect::Lox } else { Dialect::Siskin };
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        scripts.push(Script { name, text: fs::read_to_string(file)?, dialect });
    }
    for case in &args.case {
        scripts.push(Script { name: case.name(), text: case.text(args.size), dialect: Dialect::Siskin });
    }
    if scripts.is_empty() {
        // `cargo bench` without a choice: something of each kind, in seconds.
        let cases = Case::value_variants().iter();
        scripts.extend(cases.map(|case| Script {
            name: case.name(),
            text: case.text(Some(10_000)),
            dialect: Dialect::Siskin,
        }));
    }
    println!(
        "{:16} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "script", "slices", "load ms", "p50 us", "p99 us", "p99.99", "longest", "collector"
    );
    for script in &scripts {
        measure(&args, script)?;
    }
    Ok(())
}

/// How one round went.
struct Round {
    /// Nanoseconds of each slice, and of loading.
    slices: Vec<u64>,
    load: u64,
    stats: Stats,
    /// "done", or why not.
    ended: String,
}

/// How one script went, all rounds together.
#[derive(Default)]
struct Measured {
    /// Nanoseconds of each slice.
    slices: Vec<u64>,
    load: u64,
    /// Nanoseconds of the collector's longest step, as the VM says.
    pause: u64,
}

fn measure(args: &Args, script: &Script) -> Result<(), Box<dyn Error>> {
    let mut measured = Measured { load: u64::MAX, pause: u64::MAX, ..Measured::default() };
    let mut last = None;
    let rounds = if args.interrupt.is_some() { 1 } else { args.rounds.max(1) };
    for _ in 0..rounds {
        let Round { slices, load, stats, ended } = round(args, script)?;
        if measured.slices.is_empty() {
            measured.slices = slices;
        } else {
            measured.slices.truncate(slices.len());
            measured.slices.iter_mut().zip(slices).for_each(|(least, time)| *least = time.min(*least));
        }
        measured.load = measured.load.min(load);
        measured.pause = measured.pause.min(stats.longest_pause);
        last = Some((stats, ended));
    }
    report(script, &measured);
    if let Some((stats, ended)) = last {
        if args.stats {
            details(args, &measured, &stats);
        }
        if ended != "done" {
            println!("    {ended}");
        }
    }
    Ok(())
}

fn report(script: &Script, measured: &Measured) {
    let mut sorted = measured.slices.clone();
    sorted.sort_unstable();
    // The slice below which that share of all lie.
    let share = |share: f64| sorted.get((sorted.len() as f64 * share) as usize).or(sorted.last()).copied();
    let micros = |nanos: Option<u64>| nanos.unwrap_or(0) as f64 / 1000.0;
    println!(
        "{:16} {:>10} {:>9.2} {:>9.2} {:>9.1} {:>9.1} {:>9.1} {:>9.1}",
        script.name,
        sorted.len(),
        measured.load as f64 / 1e6,
        micros(share(0.5)),
        micros(share(0.99)),
        micros(share(0.9999)),
        micros(sorted.last().copied()),
        micros(Some(measured.pause)),
    );
}

/// The longest slices, and what the collector says of itself.
fn details(args: &Args, measured: &Measured, stats: &Stats) {
    let mut longest: Vec<(usize, u64)> = measured.slices.iter().copied().enumerate().collect();
    longest.sort_unstable_by_key(|&(_, time)| std::cmp::Reverse(time));
    for (slice, time) in longest.into_iter().take(8) {
        let time = time as f64 / 1000.0;
        match args.interrupt {
            Some(_) => println!("    {time:>10.1} us, interrupt {slice}"),
            None => println!("    {time:>10.1} us after {} units", slice as u64 * args.slice),
        }
    }
    println!(
        "    collector: {} steps, {:.2} ms in all, longest {:.1} us; memory {} KB, at most {} KB",
        stats.pauses,
        stats.total_pause as f64 / 1e6,
        stats.longest_pause as f64 / 1000.0,
        stats.memory.used >> 10,
        stats.memory.peak >> 10,
    );
}

/// Runs the script once, in a VM that is made for it.
fn round(args: &Args, script: &Script) -> Result<Round, Box<dyn Error>> {
    let default = Options::default();
    let options = default
        .memory(args.memory.unwrap_or(default.memory))
        .max_frames(args.max_depth.unwrap_or(default.max_frames));
    let mut vm = Vm::new(SYSTEM, options)?;
    if args.tier == Tier::Baseline {
        native::install(&mut vm)?;
    }
    let now = if args.wall { wall } else { processor };
    let start = now();
    let loaded =
        vm.load(&script.text, script.dialect).map_err(|error| format!("{}: {error}", script.name))?;
    vm.start(loaded)?;
    let load = now() - start;

    if let Some(pause) = args.interrupt {
        let (slices, outcome) = interrupts::run(&mut vm, &mut Nowhere, Duration::from_millis(pause), 1000);
        return Ok(Round { slices, load, stats: vm.stats(), ended: end(&vm, outcome) });
    }
    let clock = SystemClock::start();
    let mut output = Nowhere;
    let mut host = HostIo::new(&mut output).clock(&clock);
    let mut slices = Vec::with_capacity(1 << 20);
    let mut fuel = 0;
    let ended = loop {
        let start = now();
        let outcome = vm.run(Some(args.slice), &mut host);
        slices.push(now() - start);
        fuel += args.slice;
        match outcome {
            Outcome::OutOfFuel if fuel < args.fuel => {}
            outcome => break end(&vm, outcome),
        }
    };
    Ok(Round { slices, load, stats: vm.stats(), ended })
}

/// How a script ended.
fn end(vm: &Vm, outcome: Outcome) -> String {
    match outcome {
        Outcome::OutOfFuel | Outcome::Interrupted => format!("left after {} units", vm.stats().fuel),
        Outcome::Done => "done".to_owned(),
        Outcome::Error(error) => {
            let trace = Traceback { message: error.message(), vm }.to_string();
            trace.lines().take(2).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Nanoseconds on the wall.
fn wall() -> u64 {
    use std::sync::OnceLock;
    static START: OnceLock<SystemClock> = OnceLock::new();
    START.get_or_init(SystemClock::start).nanoseconds()
}

/// Nanoseconds of this thread on a processor.
#[cfg(target_os = "linux")]
fn processor() -> u64 {
    use nix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(0, |time| time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64)
}

/// There is no such clock: that on the wall.
#[cfg(not(target_os = "linux"))]
fn processor() -> u64 {
    wall()
}

/// An output that takes all and keeps nothing.
struct Nowhere;

impl Output for Nowhere {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        Ok(())
    }
}
