//! Tiering policy: when a function is sampled and compiled, and whose machine code makes space for new code.
//!
//! Decisions only: `interp::native` asks, and acts on the answer.
//!
//! ```text
//!   Interpreted ──sample──> ──sample──> ──> Requested ──> Compiled, or Bailed
//!                                        ^                    │
//!                                        └ given up, evicted ─┘
//! ```
//!
//! A function's *hotness* counts down. At 0 the next step is due. Each step up to Requested takes a third of `Options::hot`.
//!
//! The unit is an iteration of a small loop: the interpreter takes 3 to 4 ns for it, machine code 2 ns less. Compiling a small
//! function takes some 10 us, half of it in the system. At the default of 4,000 it is compiled when interpreting it has
//! taken as long as compiling will. So no program loses more by compiling than the time it has run.

use crate::object::Stage;
use crate::tunable::tunable;

/// Hotness that a back-edge uses up.
pub(crate) const ITERATION: u32 = 1;
/// Hotness that a call uses up: some 10 ns in the interpreter, and what the callee does.
pub(crate) const CALL: u32 = 4;
/// Hotness of an interpreted caller that entering machine code and coming back uses up: some 50 ns. As much as two calls:
/// a caller is compiled when its switches have cost about as much as compiling.
pub(crate) const SWITCH: u32 = 2 * CALL;

/// Units of fuel that machine code has to spend until it leaves for an interpreted callee, for the entry to pay.
const WORTH_ENTERING: u64 = 16;
/// Hotness until machine code is entered again whose last entry did not pay. Then a caller of cold functions is slower than
/// the interpreter by a switch in 64 iterations.
const PAUSE: u32 = 64;

/// Units of fuel between two samples of whatever runs.
const BETWEEN_SAMPLES: u64 = tunable(1 << 14, 100) as u64;

/// A function with as many words more counts down a share, half of the hotness, then a third ...
const LONG_WORDS: usize = 128;
/// ... and at least this part.
const MOST_SHARE: usize = 4;

/// Countdowns of a function until it is compiled; at the end of all but the last, it is sampled.
const COUNTDOWNS: u32 = 3;
/// Samples of a function before it is compiled.
pub(crate) const SAMPLES_BEFORE_COMPILE: u8 = COUNTDOWNS as u8 - 1;

/// The share of the machine code in use, and the least bytes, that an eviction drops.
const EVICTED_SHARE: usize = 256;
const LEAST_EVICTED: usize = tunable(4 << 10, 256);
/// Pieces of code that one eviction spares because they ran: it takes the same time at any number of pieces.
const MOST_SPARED: u32 = tunable(64, 2) as u32;

/// What to do with a function whose hotness is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Take its sample of this number, counted from 1, and count down again.
    Sample(u8),
    /// Compile it.
    Compile,
    /// Request its compilation and count down again: nothing can be compiled now.
    Postpone,
    /// Enter its machine code.
    Enter,
    /// Never count again.
    Ignore,
}

/// The thresholds of a VM.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// [`Options::hot`](crate::Options::hot).
    hot: u32,
}

impl Policy {
    pub(crate) const fn new(hot: u32) -> Policy {
        Policy { hot }
    }

    /// Hotness until the next step of a function of so many words. A run of a long function takes longer, while half of what
    /// a short one's code costs is to make memory executable: so a long one is compiled after fewer runs.
    pub(crate) fn countdown(self, words: usize) -> u32 {
        let share = (1 + words / LONG_WORDS).min(MOST_SHARE) as u32;
        (self.hot / share / COUNTDOWNS).max(1)
    }

    /// Hotness until a function is compiled again whose code was evicted, or contained a global that changed: as much as
    /// the first time, so that compiling again and again takes no longer than interpreting.
    pub(crate) fn hotness_to_recompile(self) -> u32 {
        self.countdown(0).saturating_mul(COUNTDOWNS)
    }

    /// What to do with a function whose hotness is used up.
    pub(crate) fn at_zero(self, stage: Stage, can_compile: bool) -> Action {
        match stage {
            Stage::Interpreted { samples } if self.hot >= COUNTDOWNS && samples < SAMPLES_BEFORE_COMPILE => {
                Action::Sample(samples + 1)
            }
            Stage::Interpreted { .. } | Stage::Requested if can_compile => Action::Compile,
            Stage::Interpreted { .. } | Stage::Requested => Action::Postpone,
            Stage::Compiled => Action::Enter,
            Stage::Bailed => Action::Ignore,
        }
    }
}

/// Hotness until code is entered again that left for an interpreted callee after it spent so much fuel. None: it is entered
/// as soon as it can be.
pub(crate) fn pause_after(fuel: u64) -> Option<u32> {
    (fuel < WORTH_ENTERING).then_some(PAUSE)
}

/// When to sample what runs at the end of a slice of fuel.
#[derive(Debug, Default)]
pub(crate) struct SampleClock {
    /// The fuel spent at which the next sample is due.
    next: u64,
}

impl SampleClock {
    /// Whether a sample is due, when so much fuel is spent: in the first slice of a run, and later now and then.
    pub(crate) fn is_due(&self, spent: u64) -> bool {
        spent >= self.next
    }

    /// Whether a sample is due; if so, it is taken.
    pub(crate) fn take(&mut self, spent: u64) -> bool {
        let is_due = self.is_due(spent);
        if is_due {
            self.next = spent.saturating_add(BETWEEN_SAMPLES);
        }
        is_due
    }
}

/// The bytes that an eviction drops when machine code takes `used` bytes, and so many `evictions` before it did not make
/// enough space.
pub(crate) fn bytes_to_evict(used: usize, evictions: u32) -> usize {
    let share = (used / EVICTED_SHARE).max(LEAST_EVICTED);
    share.checked_shl(evictions).filter(|more| more >> evictions == share).unwrap_or(usize::MAX)
}

/// The hand of a clock over all pieces of code.
///
/// ```text
///   0  1  2  ...  hand  ...  len     the hand moves down; new code comes at the end, so it is looked at last
///          <───────
/// ```
#[derive(Debug, Default)]
pub(crate) struct Clock {
    hand: usize,
}

impl Clock {
    /// The piece to look at next among `len`. If it is dropped, the last piece takes its index.
    pub(crate) fn advance(&mut self, len: usize) -> Option<usize> {
        let above = if self.hand == 0 { len } else { self.hand.min(len) };
        self.hand = above.checked_sub(1)?;
        Some(self.hand)
    }
}

/// One eviction: it goes on until so many bytes are dropped.
#[derive(Debug)]
pub(crate) struct Eviction {
    bytes_left: usize,
    spared: u32,
}

impl Eviction {
    pub(crate) fn new(bytes: usize) -> Eviction {
        Eviction { bytes_left: bytes, spared: 0 }
    }

    /// Whether it goes on.
    pub(crate) fn is_open(&self) -> bool {
        self.bytes_left > 0
    }

    /// Whether it drops a piece of so many bytes. `has_run`: since the hand last passed the piece.
    pub(crate) fn drops(&mut self, has_run: bool, bytes: usize) -> bool {
        let is_spared = has_run && self.spared < MOST_SPARED;
        if is_spared {
            self.spared += 1;
        } else {
            self.bytes_left = self.bytes_left.saturating_sub(bytes.max(1));
        }
        !is_spared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens to a function until it is compiled, with the hotness that each step used up.
    fn steps(policy: Policy) -> std::vec::Vec<(Action, u32)> {
        let (mut samples, mut steps) = (0, std::vec::Vec::new());
        loop {
            let action = policy.at_zero(Stage::Interpreted { samples }, true);
            steps.push((action, policy.countdown(0)));
            match action {
                Action::Sample(number) => samples = number,
                _ => return steps,
            }
        }
    }

    #[test]
    fn a_function_is_sampled_twice_and_then_compiled() {
        let expected = [Action::Sample(1), Action::Sample(2), Action::Compile].map(|action| (action, 1333));
        assert_eq!(steps(Policy::new(4000)), expected);
        assert_eq!(steps(Policy::new(u32::MAX)).len(), 3);
    }

    #[test]
    fn three_thousand_iterations_are_interpreted_and_a_thousand_calls_compiled() {
        let until_compiled = Policy::new(crate::Options::new().hot).hotness_to_recompile();
        assert!(until_compiled > 3000 * ITERATION && until_compiled <= 1000 * CALL, "{until_compiled}");
    }

    #[test]
    fn a_long_function_is_compiled_after_fewer_runs() {
        let policy = Policy::new(4000);
        let countdowns = [0, LONG_WORDS - 1, LONG_WORDS, 2 * LONG_WORDS, 3 * LONG_WORDS, usize::MAX / 2];
        assert_eq!(countdowns.map(|words| policy.countdown(words)), [1333, 1333, 666, 444, 333, 333]);
        assert_eq!(Policy::new(0).countdown(usize::MAX / 2), 1);
    }

    #[test]
    fn a_threshold_too_small_for_samples_compiles_at_once() {
        for hot in 0..COUNTDOWNS {
            assert_eq!(steps(Policy::new(hot)), [(Action::Compile, 1)]);
        }
        assert_eq!(steps(Policy::new(COUNTDOWNS)).len(), 3);
    }

    #[test]
    fn what_cannot_be_compiled_now_waits_and_what_has_code_does_not() {
        let policy = Policy::new(4000);
        let samples = SAMPLES_BEFORE_COMPILE;
        for stage in [Stage::Interpreted { samples }, Stage::Requested] {
            assert_eq!(policy.at_zero(stage, true), Action::Compile);
            assert_eq!(policy.at_zero(stage, false), Action::Postpone);
        }
        for can_compile in [false, true] {
            assert_eq!(policy.at_zero(Stage::Compiled, can_compile), Action::Enter);
            assert_eq!(policy.at_zero(Stage::Bailed, can_compile), Action::Ignore);
        }
    }

    #[test]
    fn an_entry_that_spends_little_is_followed_by_a_pause() {
        assert_eq!(pause_after(WORTH_ENTERING), None);
        for fuel in 0..WORTH_ENTERING {
            assert!(pause_after(fuel).is_some_and(|pause| pause > 4 * SWITCH));
        }
    }

    #[test]
    fn samples_are_rarer_than_slices() {
        let mut clock = SampleClock::default();
        let slices = 2 * BETWEEN_SAMPLES / crate::fuel::SLICE;
        let samples = (0..=slices).filter(|slice| clock.take(slice * crate::fuel::SLICE)).count();
        assert_eq!(samples, 3);
        assert!(!clock.is_due(2 * BETWEEN_SAMPLES + crate::fuel::SLICE));
        assert!(SampleClock::default().is_due(0));
    }

    #[test]
    fn evicted_code_gets_as_hot_as_new_code_before_it_is_compiled() {
        let policy = Policy::new(4000);
        let all: u32 = steps(policy).iter().map(|(_, hotness)| hotness).sum();
        assert_eq!(policy.hotness_to_recompile(), all);
        assert!(Policy::new(u32::MAX).hotness_to_recompile() > u32::MAX / 2);
    }

    #[test]
    fn what_is_evicted_doubles_until_it_is_everything() {
        assert_eq!(bytes_to_evict(64 << 20, 0), 256 << 10);
        assert_eq!(bytes_to_evict(64 << 20, 3), 2 << 20);
        assert_eq!(bytes_to_evict(0, 0), LEAST_EVICTED);
        assert_eq!(bytes_to_evict(64 << 20, usize::BITS - 1), usize::MAX);
        assert_eq!(bytes_to_evict(64 << 20, usize::BITS), usize::MAX);
    }

    /// Pieces of code as a VM keeps them: a name, bytes, and whether it ran since the hand passed.
    struct Pieces(std::vec::Vec<(u32, usize, bool)>, Clock);

    impl Pieces {
        /// The names of the pieces that make space for so many bytes, and how many pieces were looked at.
        fn evict(&mut self, bytes: usize) -> (std::vec::Vec<u32>, usize) {
            let (mut eviction, mut dropped, mut looks) = (Eviction::new(bytes), std::vec::Vec::new(), 0);
            while eviction.is_open()
                && let Some(index) = self.1.advance(self.0.len())
            {
                looks += 1;
                let (_, bytes, has_run) = self.0[index];
                self.0[index].2 = false;
                if eviction.drops(has_run, bytes) {
                    dropped.push(self.0.swap_remove(index).0);
                }
            }
            (dropped, looks)
        }
    }

    #[test]
    fn pieces_that_did_not_run_go_first() {
        let pieces = (0..10).map(|name| (name, 100, name % 2 == 0)).collect();
        let mut pieces = Pieces(pieces, Clock::default());
        assert_eq!(pieces.evict(300), (std::vec![9, 7, 5], 5));
        assert_eq!(pieces.evict(200), (std::vec![3, 1], 4));
        // All that are left ran before the hand passed, and only one of them after.
        pieces.0.iter_mut().filter(|piece| piece.0 == 8).for_each(|piece| piece.2 = true);
        let (dropped, _) = pieces.evict(400);
        assert_eq!(dropped.len(), 4);
        assert!(!dropped.contains(&8), "{dropped:?}");
    }

    #[test]
    fn new_code_is_looked_at_after_all_older_code() {
        let mut pieces = Pieces((0..4).map(|name| (name, 100, false)).collect(), Clock::default());
        for new in 4..8 {
            let (dropped, _) = pieces.evict(100);
            assert_eq!(dropped, [7 - new]);
            pieces.0.push((new, 100, false));
        }
    }

    #[test]
    fn an_eviction_takes_as_long_at_any_number_of_pieces_that_all_ran() {
        let mut pieces = Pieces((0..10_000).map(|name| (name, 100, true)).collect(), Clock::default());
        let (dropped, looks) = pieces.evict(300);
        assert_eq!((dropped.len(), looks), (3, MOST_SPARED as usize + 3));
    }

    #[test]
    fn an_eviction_ends_when_nothing_is_left() {
        let mut pieces = Pieces((0..4).map(|name| (name, 0, true)).collect(), Clock::default());
        assert_eq!(pieces.evict(usize::MAX).0.len(), 4);
        assert_eq!(pieces.evict(1), (std::vec![], 0));
    }
}
