//! Tiering policy: when a function is sampled and compiled.
//!
//! Decisions only: `interp::native` asks, and acts on the answer.
//!
//! ```text
//!   Cold ──sample──> Warm(1) ──sample──> Warm(2) ──> Hot ──> Compiled, or Bailed
//!                                           ^                    │
//!                                           └───── given up ─────┘
//! ```
//!
//! A function's *hotness* counts down. At 0 the next step is due. Each step up to Hot takes a third of `Options::hot`.

/// Hotness of an interpreted caller that entering machine code and coming back uses up. The switch costs some 50 ns, an
/// interpreted call 10: with `Options::hot` at 1,000, a caller is compiled when its switches have cost about as much
/// as compiling.
pub(crate) const SWITCH: u32 = 2;

/// Countdowns of a function until it is compiled; at the end of all but the last, it is sampled.
const COUNTDOWNS: u32 = 3;
/// Samples of a function before it is compiled.
pub(crate) const SAMPLES_BEFORE_COMPILE: u8 = COUNTDOWNS as u8 - 1;

/// How far a function is on its way to machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is interpreted, and was sampled this many times.
    Interpreted {
        /// Samples since it was loaded.
        samples: u8,
    },
    /// Its compilation was requested.
    Requested,
    /// It has machine code.
    Compiled,
    /// It stays interpreted.
    Bailed,
}

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

    /// Hotness until the next step.
    pub(crate) fn countdown(self) -> u32 {
        (self.hot / COUNTDOWNS).max(1)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens to a function until it is compiled, with the hotness that each step used up.
    fn steps(policy: Policy) -> std::vec::Vec<(Action, u32)> {
        let (mut samples, mut steps) = (0, std::vec::Vec::new());
        loop {
            let action = policy.at_zero(Stage::Interpreted { samples }, true);
            steps.push((action, policy.countdown()));
            match action {
                Action::Sample(number) => samples = number,
                _ => return steps,
            }
        }
    }

    #[test]
    fn a_function_is_sampled_twice_and_then_compiled() {
        let expected = [Action::Sample(1), Action::Sample(2), Action::Compile].map(|action| (action, 333));
        assert_eq!(steps(Policy::new(1000)), expected);
        assert_eq!(steps(Policy::new(u32::MAX)).len(), 3);
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
        let policy = Policy::new(1000);
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
}
