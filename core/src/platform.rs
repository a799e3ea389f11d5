//! Interfaces of a platform for a VM: output, input, a clock, and executable memory.

use core::any::Any;
use core::fmt;
use core::ptr::NonNull;
use core::sync::atomic::AtomicBool;

/// The host could not write what a script printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputError;

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cannot write output.")
    }
}

impl core::error::Error for OutputError {}

/// Where `print` writes. If it panics, see [`PanicGuard`].
pub trait Output {
    /// Writes all of `bytes`; a line may come in several parts.
    ///
    /// # Errors
    /// If that is impossible. Then the script stops with an error.
    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError>;

    /// Passes on what it holds back, if it does.
    ///
    /// # Errors
    /// As for [`write`](Output::write).
    fn flush(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// The host could not read what a script wants to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputError;

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cannot read input.")
    }
}

impl core::error::Error for InputError {}

/// Where scripts read, if the host has a module for that. If it panics, see [`PanicGuard`].
pub trait Input {
    /// The bytes that are at hand; waits for some if there are none. None are at the end of the input.
    ///
    /// # Errors
    /// If it cannot be read.
    fn at_hand(&mut self) -> Result<&[u8], InputError>;

    /// Takes away the first `count` of the bytes that are at hand.
    fn take(&mut self, count: usize);
}

/// A clock that never goes back. If it panics, see [`PanicGuard`].
pub trait Clock {
    /// Nanoseconds since some fixed moment.
    fn nanoseconds(&self) -> u64;
}

/// Catches panics of a host's callbacks. A VM has the guard of its memory,
/// [`RawAlloc::guard`](crate::mem::RawAlloc::guard).
///
/// Nothing unwinds through a VM, as machine code cannot be unwound. So [`Output`] and [`Clock`] are called through the
/// guard, from the interpreter and from machine code alike. If one panics, no callback of the run is called any more, the
/// run ends, and the panic goes on in the caller of [`Vm::run`](crate::Vm::run). A panic of
/// [`Options::clock`](crate::Options::clock) goes on in the caller of what makes a VM or loads a script. The VM can be used
/// afterwards. Without a guard, and where panics do not unwind, a panic ends the process.
///
/// The crate `siskin` has one for programs with the standard library.
pub trait PanicGuard: Sync {
    /// Calls `callback`. If it panics, keeps the panic and answers false.
    fn call(&self, callback: &mut dyn FnMut()) -> bool;

    /// Resumes the panic that the last [`call`](PanicGuard::call) on this thread kept. If this returns, the run ends
    /// in an error of the kind [`Panic`](crate::ErrorKind::Panic).
    fn resume(&self);
}

/// The parts of a host that a running script uses.
#[non_exhaustive]
pub struct HostIo<'a> {
    /// Where `print` writes.
    pub output: &'a mut dyn Output,
    /// The clock for `clock()` and for measuring pauses of the collector. By default it stands still.
    pub clock: &'a dyn Clock,
    /// Stops the run, from another thread or a signal handler. When the flag is set, the run ends as
    /// [`Interrupted`](crate::Outcome::Interrupted) within a slice of fuel, in whichever tier the script is: 1,024 calls or
    /// iterations of a loop, or 64 KB that an operation copies, compares or prints. Neither many returns nor long code without
    /// calls and loops come between. The run clears the flag.
    pub interrupt: Option<&'a AtomicBool>,
    /// Where functions of the host's modules read.
    pub input: Option<&'a mut dyn Input>,
    /// What functions of the host's modules work on.
    pub state: Option<&'a mut (dyn Any + 'static)>,
}

/// The clock of a host that has none.
struct Still;

impl Clock for Still {
    fn nanoseconds(&self) -> u64 {
        0
    }
}

impl<'a> HostIo<'a> {
    /// A host that takes output, has no clock, and never interrupts.
    pub fn new(output: &'a mut dyn Output) -> HostIo<'a> {
        HostIo { output, clock: &Still, interrupt: None, input: None, state: None }
    }

    /// Sets [`clock`](field@HostIo::clock).
    #[must_use]
    pub fn clock(mut self, clock: &'a dyn Clock) -> HostIo<'a> {
        self.clock = clock;
        self
    }

    /// Sets [`interrupt`](field@HostIo::interrupt).
    #[must_use]
    pub fn interrupt(mut self, wish: &'a AtomicBool) -> HostIo<'a> {
        self.interrupt = Some(wish);
        self
    }

    /// Sets [`input`](field@HostIo::input).
    #[must_use]
    pub fn input(mut self, input: &'a mut dyn Input) -> HostIo<'a> {
        self.input = Some(input);
        self
    }

    /// Sets [`state`](field@HostIo::state).
    #[must_use]
    pub fn state(mut self, state: &'a mut (dyn Any + 'static)) -> HostIo<'a> {
        self.state = Some(state);
        self
    }
}

/// The reason why there is no executable memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// The system, or its policy, refuses it.
    Refused,
    /// The space that was reserved is used up.
    Full,
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CodeError::Refused => "The system refuses executable memory.",
            CodeError::Full => "The code cache is full.",
        })
    }
}

impl core::error::Error for CodeError {}

/// A piece of executable memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeSpan {
    /// Its first byte, whose address is a multiple of 16.
    pub start: NonNull<u8>,
    /// Its size in bytes.
    pub len: usize,
}

/// Executable memory for machine code, never writable and executable at once.
///
/// ```text
///   allocate ──> write ... write ──> seal ──> (runs) ──> free
///     address known   not executable    caches flushed
/// ```
///
/// # Safety
/// Spans that were allocated and not freed do not overlap, and stay where they are while the `CodeMemory` lives;
/// after `seal` they hold the bytes that were written, and the processor sees them, whichever thread runs them
/// then. Whatever a safe caller passes, spans that are not its own included, memory elsewhere is not touched.
pub unsafe trait CodeMemory: Send {
    /// A span of `len` bytes, filled with trapping instructions. Its neighbours may not be executable until
    /// [`seal`](CodeMemory::seal): no machine code of this memory may run between the two.
    ///
    /// # Errors
    /// [`CodeError::Full`] when the space reserved for the VM is used up; then nothing has changed, and what was
    /// executable still is. [`CodeError::Refused`] when the system refuses; then, as after a `seal` that failed,
    /// nothing of this memory is executable until a later `seal` succeeds.
    fn allocate(&mut self, len: usize) -> Result<CodeSpan, CodeError>;

    /// Writes `bytes` at `offset` of a span that was not sealed. Bytes beyond the span are not written; nothing
    /// is to a span that was freed, or after the system refused something and before a `seal` succeeds.
    fn write(&mut self, span: CodeSpan, offset: usize, bytes: &[u8]);

    /// Makes all that was written executable and visible to instruction fetch.
    ///
    /// # Errors
    /// When the system refuses; then nothing of this memory is executable until a later `seal` succeeds.
    fn seal(&mut self) -> Result<(), CodeError>;

    /// Gives a span back. No machine code in it runs, or is returned to, from here on; machine code in other spans
    /// may, so executable code stays executable.
    fn free(&mut self, span: CodeSpan);

    /// Bytes of all spans, with rounding.
    fn used(&self) -> usize;
}
