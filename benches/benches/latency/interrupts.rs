//! How long an interrupt waits: another thread wishes the run to stop, now and then, and notes when.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::*};
use std::thread;
use std::time::Duration;

use siskin::io::SystemClock;
use siskin::platform::Output;
use siskin::{HostIo, Outcome, Vm};

use super::wall;

/// A wish, and when it was made: nanoseconds on the wall, 0 while there is none.
#[derive(Default)]
struct Wish {
    made: AtomicBool,
    at: AtomicU64,
    over: AtomicBool,
}

/// Runs the script that was started, interrupted so long after it began or was interrupted last; at most `most` times.
/// Returns the nanoseconds that each interrupt has waited, and how the script ended.
pub(super) fn run(vm: &mut Vm, output: &mut dyn Output, pause: Duration, most: usize) -> (Vec<u64>, Outcome) {
    let wish = Wish::default();
    let clock = SystemClock::start();
    let mut waits = Vec::with_capacity(most);
    let outcome = thread::scope(|scope| {
        scope.spawn(|| make_wishes(&wish, pause));
        let outcome = loop {
            let outcome = vm.run(None, &mut HostIo::new(output).clock(&clock).interrupt(&wish.made));
            if !matches!(outcome, Outcome::Interrupted) {
                break outcome;
            }
            waits.push(wall() - wish.at.swap(0, AcqRel));
            if waits.len() == most {
                break outcome;
            }
        };
        wish.over.store(true, Release);
        outcome
    });
    (waits, outcome)
}

fn make_wishes(wish: &Wish, pause: Duration) {
    while !wish.over.load(Acquire) {
        thread::sleep(pause);
        if wish.at.load(Acquire) == 0 {
            wish.at.store(wall(), Release);
            wish.made.store(true, Release);
        }
    }
}
