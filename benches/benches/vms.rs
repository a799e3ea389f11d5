//! What a VM costs when there are many: makes them side by side, each with machine code, runs all again and drops them.
//!
//! ```text
//! cargo bench -p siskin-benches --bench vms -- 100000
//! cargo bench -p siskin-benches --bench vms -- 100000 --tier interp
//! ```
//!
//! Each compiles two functions. Mappings are the system's count of stretches of addresses; a process may have 65,530.

use std::error::Error;
use std::fs;

use clap::{Parser, ValueEnum};
use siskin::io::SystemClock;
use siskin::platform::{Clock, Output, OutputError};
use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm, native};

const SCRIPT: &str = "class P { init(x) { this.x = x; } twice() { return this.x * 2; } }
fn sum(n) { var s = 0; var p = P(1); for (var i = 0; i < n; i = i + 1) { s = s + p.twice(); } return s; }
print sum(2000);";

#[derive(Parser)]
#[command(about = "Makes many VMs with machine code, and says what one costs")]
struct Args {
    /// VMs at once
    #[arg(default_value_t = 1000)]
    count: usize,
    #[arg(long, value_enum, default_value_t = Tier::Baseline)]
    tier: Tier,
    /// What `cargo bench` adds
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Tier {
    Interp,
    Baseline,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let clock = SystemClock::start();
    let micros = |since: u64| (clock.nanoseconds() - since) as f64 / 1000.0 / args.count.max(1) as f64;
    let before = System::now();

    let start = clock.nanoseconds();
    let mut vms = Vec::with_capacity(args.count);
    for _ in 0..args.count {
        let mut vm = Vm::new(SYSTEM, Options::default())?;
        if args.tier == Tier::Baseline {
            native::install(&mut vm)?;
        }
        vms.push(vm);
    }
    println!("made         {:>8.1} us a VM", micros(start));
    let bare = System::now();
    println!("resident     {:>8.1} KB a VM", bare.since(&before, args.count));

    let start = clock.nanoseconds();
    for vm in &mut vms {
        run(vm, SCRIPT, &clock)?;
    }
    println!("first script {:>8.1} us a VM", micros(start));
    let after = System::now();
    let (compiled, code) = vms
        .iter()
        .map(Vm::native_stats)
        .fold((0, 0), |(compiled, code), stats| (compiled + stats.compiled, code + stats.code));
    let each = |sum: usize| sum as f64 / args.count.max(1) as f64;
    println!("resident     {:>8.1} KB a VM", after.since(&before, args.count));
    println!(
        "machine code {:>8.1} KB a VM, of {:.1} functions",
        each(code) / 1024.0,
        each(compiled as usize)
    );
    println!("mappings     {:>8} more than before", after.mappings.saturating_sub(before.mappings));

    let start = clock.nanoseconds();
    for vm in &mut vms {
        run(vm, "print sum(1);", &clock)?;
    }
    println!("another      {:>8.1} us a VM", micros(start));
    let start = clock.nanoseconds();
    drop(vms);
    println!("dropped      {:>8.1} us a VM", micros(start));
    let left = System::now();
    println!("left         {:>8.1} KB a VM", left.since(&before, args.count));
    Ok(())
}

fn run(vm: &mut Vm, source: &str, clock: &SystemClock) -> Result<(), Box<dyn Error>> {
    let script = vm.load(source, Dialect::Siskin).map_err(|error| error.to_string())?;
    vm.start(script)?;
    match vm.run(None, &mut HostIo::new(&mut Nowhere).clock(clock)) {
        Outcome::Done => Ok(()),
        outcome => Err(format!("{outcome:?}").into()),
    }
}

/// What Linux says of this process; zeros elsewhere.
struct System {
    resident_kb: usize,
    mappings: usize,
}

impl System {
    fn now() -> System {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let digits = resident.and_then(|rest| rest.split_ascii_whitespace().next());
        let mappings = fs::read_to_string("/proc/self/maps").unwrap_or_default().lines().count();
        System { resident_kb: digits.and_then(|digits| digits.parse().ok()).unwrap_or(0), mappings }
    }

    fn since(&self, before: &System, count: usize) -> f64 {
        self.resident_kb.saturating_sub(before.resident_kb) as f64 / count.max(1) as f64
    }
}

/// An output that takes all and keeps nothing.
struct Nowhere;

impl Output for Nowhere {
    fn write(&mut self, _: &[u8]) -> Result<(), OutputError> {
        Ok(())
    }
}
