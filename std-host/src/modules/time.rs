//! `time`: clocks, and waiting.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use siskin_core::{Arity, Entry, Failed, HostCall, HostModule};

use super::check;

const NAME: &str = "time";

pub(super) const MODULE: HostModule = HostModule::new(
    NAME,
    &[
        Entry::function(
            "monotonic",
            Arity::exactly(0),
            "(): seconds since some fixed moment, which never go back.",
            monotonic,
        ),
        Entry::function("now", Arity::exactly(0), "(): seconds since 1970 began, in UTC.", now),
        Entry::function(
            "sleep",
            Arity::exactly(1),
            "(s): waits for s seconds, from 0 to 3600. A millisecond costs a unit of fuel; an interrupt ends the wait.",
            sleep,
        ),
    ],
);

/// The longest time to wait, in seconds.
const LONGEST: f64 = 3600.0;
/// Fuel for a millisecond, as bytes of work: one unit.
const MILLISECOND: usize = 64;
/// The longest time between two looks for an interrupt.
const LOOK: Duration = Duration::from_millis(10);

fn monotonic(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    let now = call.nanoseconds()?;
    call.give_number(now as f64 / 1e9);
    Ok(())
}

fn now(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    let now = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    };
    call.give_number(now);
    Ok(())
}

/// Time costs fuel, so that a budget bounds it. An interrupt ends the wait: the run stops soon after.
fn sleep(call: &mut HostCall<'_>) -> Result<(), Failed> {
    check(call, NAME)?;
    let seconds = call.number(0)?;
    if !(0.0..=LONGEST).contains(&seconds) {
        return Err(call.wrong(0, "a number from 0 to 3600"));
    }
    call.charge((seconds * 1000.0).ceil() as usize * MILLISECOND)?;
    let begin = Instant::now();
    let whole = Duration::from_secs_f64(seconds);
    while let Some(left) = whole.checked_sub(begin.elapsed()).filter(|left| !left.is_zero())
        && !call.is_interrupted()
    {
        thread::sleep(left.min(LOOK));
    }
    Ok(())
}
