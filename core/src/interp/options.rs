//! Options of a VM.

/// How bytecode is dispatched; the meaning of a script does not depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dispatch {
    /// A loop around a match: stable Rust.
    #[default]
    Match,
    /// A tail call from each instruction to the next: nightly Rust, cargo feature `tail`.
    #[cfg(feature = "tail")]
    Tail,
}

/// Limits and tuning of a VM.
///
/// # Examples
/// ```
/// use siskin_core::Options;
///
/// let options = Options::new().memory(16 << 20).max_frames(1_000);
/// assert_eq!((options.memory, options.max_frames), (16 << 20, 1_000));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The most bytes that the VM holds.
    pub memory: usize,
    /// The most calls active at once.
    pub max_frames: u32,
    /// The most bytes of native stack for compiling a source text, below the call that compiles it: 768 KB by
    /// default, so that a thread of 1 MB suffices. A text that needs more is refused as nested too deeply.
    pub native_stack: usize,
    /// The most bytes of a source text; a longer one is refused. Bounds the time of compiling, which nothing
    /// interrupts, and its memory: up to some 50 times the text.
    pub max_source: usize,
    /// Collect garbage before every allocation: for tests.
    pub gc_stress: bool,
    /// Loop iterations until a native tier compiles a function, if there is one; a call counts as four. 0 to 2 compile at
    /// once. A third less suffices when another function gets hot, a quarter is enough for a long function, and calls of
    /// compiled functions count more.
    pub hot: u32,
    /// How bytecode is dispatched.
    pub dispatch: Dispatch,
    /// The seed of the hashes of names. An author who does not know it cannot write many names that collide, which
    /// are slow to look up. It should come from the system's source of randomness; the crate `siskin` has
    /// `random_seed`. The default is made of the addresses of memory, stack and program.
    pub seed: Option<[u64; 2]>,
    /// Names of the library that scripts do not find: functions such as `clock`, the modules `math` and `json`, `Random`. The
    /// other types, `Error` and `str` stay whatever this says.
    pub without: &'static [&'static str],
    /// Nanoseconds since some fixed moment, by a clock that never goes back. Pauses of the collector are measured with it
    /// while no script runs: loading allocates, too. If it panics, see [`PanicGuard`](crate::platform::PanicGuard).
    pub clock: Option<fn() -> u64>,
}

impl Options {
    /// No limits on memory and texts, 16,384 calls, machine code after 4,000 loop iterations or 1,000 calls.
    #[must_use]
    pub const fn new() -> Options {
        Options {
            memory: usize::MAX,
            max_frames: 16_384,
            native_stack: crate::syntax::DEFAULT_NATIVE_STACK,
            max_source: usize::MAX,
            gc_stress: false,
            hot: 4000,
            dispatch: Dispatch::Match,
            seed: None,
            without: &[],
            clock: None,
        }
    }

    /// Sets [`memory`](field@Options::memory).
    #[must_use]
    pub const fn memory(mut self, bytes: usize) -> Options {
        self.memory = bytes;
        self
    }

    /// Sets [`max_frames`](field@Options::max_frames).
    #[must_use]
    pub const fn max_frames(mut self, calls: u32) -> Options {
        self.max_frames = calls;
        self
    }

    /// Sets [`native_stack`](field@Options::native_stack).
    #[must_use]
    pub const fn native_stack(mut self, bytes: usize) -> Options {
        self.native_stack = bytes;
        self
    }

    /// Sets [`max_source`](field@Options::max_source).
    #[must_use]
    pub const fn max_source(mut self, bytes: usize) -> Options {
        self.max_source = bytes;
        self
    }

    /// Sets [`gc_stress`](field@Options::gc_stress).
    #[must_use]
    pub const fn gc_stress(mut self, on: bool) -> Options {
        self.gc_stress = on;
        self
    }

    /// Sets [`hot`](field@Options::hot).
    #[must_use]
    pub const fn hot(mut self, iterations: u32) -> Options {
        self.hot = iterations;
        self
    }

    /// Sets [`dispatch`](field@Options::dispatch).
    #[must_use]
    pub const fn dispatch(mut self, dispatch: Dispatch) -> Options {
        self.dispatch = dispatch;
        self
    }

    /// Sets [`seed`](field@Options::seed).
    #[must_use]
    pub const fn seed(mut self, seed: [u64; 2]) -> Options {
        self.seed = Some(seed);
        self
    }

    /// Sets [`without`](field@Options::without).
    #[must_use]
    pub const fn without(mut self, names: &'static [&'static str]) -> Options {
        self.without = names;
        self
    }

    /// Sets [`clock`](field@Options::clock).
    #[must_use]
    pub const fn clock(mut self, clock: fn() -> u64) -> Options {
        self.clock = Some(clock);
        self
    }
}

impl Default for Options {
    fn default() -> Options {
        Options::new()
    }
}
